//! Whose page a request comes from, and under which name it comes.

use crate::support::{PASSWORD, TestApp};
use reqwest::Method;

const ACCOUNTS: &str = "/rpc/lux/features/identity/accounts/calls";

#[tokio::test]
async fn a_strangers_page_signs_nobody_in_up_or_out() {
    let t = TestApp::start().await;
    let firm = t.firm("Engines").await;
    let users = t.value::<i64>("select count(*) from users").await;
    let fields =
        [("email", firm.email.as_str()), ("password", PASSWORD), ("name", "Eve"), ("company", "Eve"), ("zone", "UTC")];
    for (header, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        for call in ["sign_in", "sign_up", "sign_out"] {
            // No cookie: the browser of somebody who is not signed in yet.
            let client = t.client();
            let request = client.request(Method::POST, &format!("{ACCOUNTS}/{call}")).header(header, value);
            let answer = client.send(request.form(&fields)).await;
            assert_eq!((answer.status, answer.cookies.len()), (403, 0), "{call} with {header}: {value}");
        }
    }
    assert_eq!(t.value::<i64>("select count(*) from users").await, users);
    // Our own page, and a program that says neither.
    let client = t.client();
    let own = client.request(Method::POST, &format!("{ACCOUNTS}/sign_in")).header("sec-fetch-site", "same-origin");
    let own = own.header("origin", &t.base).header("accept", "application/json").form(&fields[..2]);
    assert_eq!(client.send(own).await.status, 200);
    t.signed_in(&firm.email).await;
}

#[tokio::test]
async fn other_names_are_not_answered() {
    let t = TestApp::changed(&[], |settings| {
        settings.public_url = "https://lux.example".parse().expect("address");
        settings.web.aliases = vec!["lux.internal".into()];
    })
    .await;
    let get = async |base: &str, path: &str, host: &str| {
        let client = t.client();
        let request = client.request(Method::GET, &format!("{base}{path}")).header("host", host);
        client.send(request).await.status
    };
    for host in ["lux.example", "lux.internal:8080", "localhost:3000", "127.0.0.1", "192.0.2.7:3000", "[::1]:3000"] {
        assert_eq!(get(&t.base, "/login", host).await, 200, "{host}");
    }
    for host in ["evil.example", "lux.example.evil.example", "127.0.0.1.nip.example", "localhost.evil.example"] {
        for path in ["/login", "/api/social/platforms", "/favicon.svg", "/media/x"] {
            assert_eq!(get(&t.base, path, host).await, 421, "{path} at {host}");
        }
        for path in ["/healthz", "/readyz"] {
            assert_ne!(get(&t.base, path, host).await, 421, "{path} at {host}");
        }
    }
    let sandbox = format!("http://{}", t.app.settings.sandbox_addr);
    assert_eq!(get(&sandbox, "/", "localhost:1").await, 200);
    for host in ["evil.example", "lux.example", "192.0.2.7"] {
        for path in ["/", "/x", "/_control/accounts"] {
            assert_eq!(get(&sandbox, path, host).await, 421, "{path} at {host}");
        }
    }
}

#[tokio::test]
async fn asking_for_the_headers_uses_no_consent_up() {
    let t = TestApp::start().await;
    let firm = t.firm("Engines").await;
    let client = t.signed_in(&firm.email).await;
    for path in ["/api/social/connect/x", "/api/social/callback/x?state=a&code=b", "/api/v1/social/x/callback?state=a"]
    {
        assert_eq!(client.send(client.request(Method::HEAD, path)).await.status, 405, "{path}");
    }
    assert_eq!(t.value::<i64>("select count(*) from oauth_states").await, 0);
    let begun = client.get("/api/social/connect/x").await;
    let state = url::Url::parse(&begun.location.expect("the consent page")).expect("address");
    let state = state.query_pairs().find(|(key, _)| key == "state").expect("state").1.into_owned();
    let back = format!("/api/social/callback/x?state={state}&error=access_denied");
    client.send(client.request(Method::HEAD, &back)).await;
    assert_eq!(t.value::<i64>("select count(*) from oauth_states where used_at is not null").await, 0);
    client.get(&back).await;
    assert_eq!(t.value::<i64>("select count(*) from oauth_states where used_at is not null").await, 1);
}
