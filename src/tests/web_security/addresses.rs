//! Whom the program takes a caller for.

use crate::support::{PASSWORD, TestApp};
use reqwest::Method;

async fn seen_as(t: &TestApp, email: &str, forwarded: &str) -> String {
    let client = t.client();
    let path = "/rpc/lux/features/identity/accounts/calls/sign_in";
    let request = client.request(Method::POST, path).header("accept", "application/json");
    let request = request.header("x-forwarded-for", forwarded).form(&[("email", email), ("password", PASSWORD)]);
    assert_eq!(client.send(request).await.status, 200);
    t.value("select ip from sessions order by created_at desc limit 1").await
}

#[tokio::test]
async fn a_forwarded_address_counts_only_from_a_known_proxy() {
    let t = TestApp::start().await;
    let firm = t.firm("Engines").await;
    assert_eq!(seen_as(&t, &firm.email, "203.0.113.9").await, "127.0.0.1");
    let t = TestApp::with(&[("LUX_TRUSTED_PROXIES", "127.0.0.1/32,10.0.0.0/8")]).await;
    let firm = t.firm("Engines").await;
    assert_eq!(seen_as(&t, &firm.email, "6.6.6.6, 203.0.113.9, 10.0.0.4").await, "203.0.113.9");
}

#[tokio::test]
async fn an_address_that_the_router_would_take_for_another_host_is_no_page() {
    let t = TestApp::start().await;
    let firm = t.firm("Engines").await;
    let client = t.signed_in(&firm.email).await;
    for path in ["//evil.example", "//evil.example/login"] {
        assert_eq!(client.page(path).await.status, 404, "{path}");
        assert_eq!(t.client().page(path).await.status, 404, "{path}");
    }
    for next in ["/.//x", "/%2e//x", "/a/../..//x", "//x", "/\\x"] {
        let guest = t.client();
        let encoded: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let page = guest.page(&format!("/login?next={encoded}")).await;
        assert!(page.status == 200 && page.body.contains("name=\"next\" value=\"\""), "{next}");
        let path = "/rpc/lux/features/identity/accounts/calls/sign_in";
        let form = [("email", firm.email.as_str()), ("password", PASSWORD), ("next", next)];
        let answer = guest.call(path, &form).await;
        assert_eq!((answer.status, answer.location.as_deref()), (200, Some("/")), "{next}");
    }
}
