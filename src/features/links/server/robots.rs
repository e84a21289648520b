//! Which visit is a person's. Programs that look at a link (previews in messengers and networks, crawlers, monitors, browsers that
//! fetch ahead) are counted apart. They say so in the headers that are read here; nothing of them is kept.

use http::{HeaderMap, Method, header};

/// Parts of the names by which programs call themselves, in small letters. Seen in their operators' documentation, 2026-11.
const NAMES: [&str; 44] = [
    "bot",
    "crawl",
    "spider",
    "slurp",
    "preview",
    "fetch",
    "scan",
    "monitor",
    "check",
    "facebookexternalhit",
    "meta-external",
    "facebookcatalog",
    "whatsapp",
    "telegram",
    "skypeuripreview",
    "slack",
    "discord",
    "pinterest/",
    "embedly",
    "quora link",
    "outbrain",
    "vkshare",
    "w3c_",
    "validator",
    "lighthouse",
    "headless",
    "phantom",
    "curl",
    "wget",
    "python",
    "java/",
    "okhttp",
    "go-http",
    "httpclient",
    "node-fetch",
    "axios",
    "ruby",
    "perl",
    "libwww",
    "mediapartners",
    "google-",
    "apis-google",
    "bingpreview",
    "chatgpt",
];

/// Headers by which browsers say that nobody asked yet.
const AHEAD: [&str; 3] = ["sec-purpose", "purpose", "x-moz"];

pub fn is_robot(method: &Method, headers: &HeaderMap) -> bool {
    let text = |value: &http::HeaderValue| value.to_str().unwrap_or_default().to_ascii_lowercase();
    let ahead = AHEAD.iter().filter_map(|name| headers.get(*name)).map(text);
    let is_ahead = ahead.into_iter().any(|said| said.contains("prefetch") || said.contains("preview"));
    let agent = headers.get(header::USER_AGENT).map(text).unwrap_or_default();
    *method == Method::HEAD || is_ahead || agent.is_empty() || NAMES.iter().any(|name| agent.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn visit(method: Method, pairs: &[(&'static str, &'static str)]) -> bool {
        let pairs =
            pairs.iter().map(|(name, value)| (http::HeaderName::from_static(name), HeaderValue::from_static(value)));
        is_robot(&method, &pairs.collect())
    }

    #[test]
    fn programs_are_told_from_people() {
        const PHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
        const DESK: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        const IN_APP: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Instagram 400.0.0 [FBAN/FBIOS;FBAV/500.0]";
        for agent in [PHONE, DESK, IN_APP] {
            assert!(!visit(Method::GET, &[("user-agent", agent)]), "{agent}");
            assert!(visit(Method::HEAD, &[("user-agent", agent)]), "{agent}");
            assert!(visit(Method::GET, &[("user-agent", agent), ("sec-purpose", "prefetch;prerender")]));
            assert!(visit(Method::GET, &[("user-agent", agent), ("x-moz", "prefetch")]));
        }
        for agent in [
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Twitterbot/1.0",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "WhatsApp/2.24.6.77 A",
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/142.0 Safari/537.36",
            "curl/8.5.0",
            "Pinterest/0.2 (+http://www.pinterest.com/)",
            "",
        ] {
            assert!(visit(Method::GET, &[("user-agent", agent)]), "{agent}");
        }
        assert!(visit(Method::GET, &[]));
    }
}
