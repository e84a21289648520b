//! Forms that were posted without JavaScript and failed.

use crate::support::TestApp;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE;
use leptos::prelude::FromServerFnError;
use lux::domain::error::AppError;
use reqwest::Method;

const SIGN_IN: &str = "/rpc/lux/features/identity/accounts/calls/sign_in";

async fn fail(t: &TestApp, client: &crate::support::Client, email: &str) -> crate::support::Answer {
    let request = client.request(Method::POST, SIGN_IN).header("accept", "text/html");
    let request = request.header("referer", format!("{}/login?next=%2Fposts", t.base));
    client.send(request.form(&[("email", email), ("password", "wrong-password")])).await
}

#[tokio::test]
async fn an_error_is_shown_to_whom_it_was_told_and_to_nobody_else() {
    let t = TestApp::start().await;
    let client = t.client();
    let answer = fail(&t, &client, "ada@a.example").await;
    let there = answer.location.clone().expect("back to the form");
    assert!(answer.status == 302 && there.starts_with("/login?next=%2Fposts&email=ada%40a.example&"), "{there}");
    let page = client.page(&there).await;
    assert!(page.body.contains("The e-mail address or the password is wrong."), "{}", page.status);
    // The same address in another browser: without our words.
    let other = t.client().page(&there).await;
    assert_eq!((other.status, other.location.as_deref()), (303, Some("/login?next=%2Fposts&email=ada%40a.example")));
    // And whatever somebody wrote into an address.
    let forged = AppError::unavailable("Call +1 555 0100 to unlock your account.");
    let forged = BASE64_URL_SAFE.encode(forged.ser());
    for address in [
        format!("/login?__path={SIGN_IN}&__err={forged}"),
        format!("/login?__err={forged}&__path={SIGN_IN}"),
        format!("/login?%5f_err={forged}&__path={SIGN_IN}"),
        format!("{there}&__err={forged}"),
        format!("/login?__err={forged}"),
    ] {
        for browser in [&client, &t.client()] {
            let page = browser.page(&address).await;
            assert!(page.status == 303 && !page.location.expect("clean").contains("err="), "{address}");
        }
    }
}

#[tokio::test]
async fn what_a_failed_form_says_in_its_address_is_short() {
    let t = TestApp::start().await;
    let client = t.client();
    let long = "é".repeat(100_000);
    for (fields, referer) in [
        (vec![("email", long.as_str()), ("password", "x")], "/login"),
        (vec![("email", "a@b.example")], "/login"),
        (vec![("email", "a@b.example"), ("password", "wrong-password")], &format!("/login?q={}", "x".repeat(20_000))),
        (vec![(long.as_str(), "x")], "/login"),
    ] {
        let request = client.request(Method::POST, SIGN_IN).header("accept", "text/html");
        let answer = client.send(request.header("referer", format!("{}{referer}", t.base)).form(&fields)).await;
        let location = answer.location.expect("back to the form");
        assert!(answer.status == 302 && location.len() < 4_000, "{}: {}", answer.status, location.len());
        assert!(location.starts_with("/login?") && location.contains("__err="), "{location}");
    }
    let calls: Vec<_> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    for path in calls {
        let request = client.request(Method::POST, path).header("accept", "text/html");
        let request = request.header("referer", format!("{}/login", t.base));
        let answer = client.send(request.form(&[("id", long.as_str()), ("token", &long), ("name", &long)])).await;
        let location = answer.location.unwrap_or_default();
        assert!(location.len() < 4_000, "{path}: {}", location.len());
    }
}
