//! The HTML document around every page.

use super::App;
use crate::ui::of_company;
use leptos::prelude::*;
use leptos_meta::{HashedStylesheet, MetaTags};

/// Reports what goes wrong in the browser and nobody catches: at most five things of a page. It is in the document, as it must
/// work where the program did not arrive.
const REPORT: &str = "(()=>{let n=0;const send=(m,s)=>{if(n++<5)navigator.sendBeacon('/api/browser-errors',JSON.stringify({\
message:String(m).slice(0,1000),stack:s?String(s).slice(0,4000):null,page:location.pathname}))};\
addEventListener('error',e=>{if(e.message)send(e.message,e.error&&e.error.stack)});\
addEventListener('unhandledrejection',e=>{const r=e.reason;send(r&&r.message||r,r&&r.stack)});\
addEventListener('securitypolicyviolation',e=>send('Content policy: '+e.violatedDirective+' '+e.blockedURI))})()";

pub fn shell(options: LeptosOptions) -> impl IntoView {
    // `hydrate` in lib.rs reads it.
    let company = Some(of_company("")).filter(|prefix| !prefix.is_empty());
    view! {
        <!DOCTYPE html>
        <html lang="en" data-company=company>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="dark" />
                <meta name="theme-color" content="#000000" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                <script nonce=leptos::nonce::use_nonce()>{REPORT}</script>
                <link rel="preload" href="/fonts/inter-latin.woff2" r#as="font" type="font/woff2" crossorigin="anonymous" />
                <HashedStylesheet options=options.clone() id="leptos" />
                <AutoReload options=options.clone() />
                <HydrationScripts options />
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
