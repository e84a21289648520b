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
        format!("/login?_%5fpath={SIGN_IN}&_%5ferr={forged}"),
        format!("/login?%5F%5Fpath={SIGN_IN}&%5F%5Ferr={forged}"),
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

/// What a page shows as text: without its markup, its scripts and what stands in fields.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        let end = ["script", "style", "title", "textarea"].into_iter().find(|tag| after.starts_with(tag));
        rest = match end {
            Some(tag) => after.split_once(&format!("</{tag}>")).map_or("", |(_, rest)| rest),
            None => after.split_once('>').map_or("", |(_, rest)| rest),
        };
    }
    text + rest
}

#[tokio::test]
async fn no_page_says_what_somebody_wrote_into_its_address() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let post = firm.publish(firm.post("Beans", &[lux::domain::platform::Platform::X])).await;
    let client = t.signed_in(&firm.email).await;
    // Every name that a page reads.
    let names = [
        "about",
        "account",
        "after",
        "at",
        "attention",
        "connect",
        "connected",
        "day",
        "did",
        "disconnected",
        "done",
        "early",
        "email",
        "file",
        "filled",
        "filter",
        "for",
        "instead",
        "name",
        "newer",
        "next",
        "not",
        "notice",
        "older",
        "page",
        "platform",
        "problem",
        "q",
        "refreshed",
        "result",
        "revoked",
        "show",
        "view",
        "why",
        "zone",
    ];
    // Values that make the page say something, and the stranger's words with them.
    let known = [
        "notice=file&why=type",
        "problem=refused&platform=x",
        "connect=bluesky",
        "did=delete.00000000-0000-0000-0000-000000000001",
        "filled=1",
        "done=password",
        "disconnected=x&revoked=no",
        "notice=scheduled",
        "",
    ];
    let pages = [
        "/",
        "/studio",
        "/calendar",
        "/posts",
        "/needs",
        "/connections",
        "/settings/integrations",
        "/diagnostics/queue",
        "/diagnostics/schedules",
        "/settings/company",
        "/settings/members",
        "/settings/security",
        "/companies/new",
    ];
    let own = format!("/posts/{post}");
    let words = "Call+%2B1+555+0100";
    for (page, browser) in pages
        .iter()
        .chain([&own.as_str()])
        .map(|page| (*page, &client))
        .chain(["/login", "/signup", "/forgot"].into_iter().map(|page| (page, &client)))
    {
        for known in known {
            let given = known.split('&').filter_map(|pair| pair.split('=').next());
            let given: Vec<_> = given.collect();
            let strange = names.iter().filter(|name| !given.contains(name)).map(|name| format!("{name}={words}"));
            let address = format!("{page}?{known}&{}", strange.collect::<Vec<_>>().join("&"));
            let answer = browser.page(&address).await;
            assert!(answer.status < 500, "{address}");
            assert!(!text_of(&answer.body).contains("555 0100"), "{address}: {}", text_of(&answer.body));
        }
    }
}

#[tokio::test]
async fn the_name_of_a_refused_file_is_shown_to_whom_it_was_told() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let client = t.signed_in(&firm.email).await;
    let file = reqwest::multipart::Part::bytes(b"no picture".to_vec()).file_name("Price list é.pdf");
    let form = reqwest::multipart::Form::new().text("text", "Beans").text("plan", "draft").part("files", file);
    let answer = client.send(client.request(Method::POST, "/studio/save").multipart(form)).await;
    let there = answer.location.expect("back to the studio");
    assert!(there.contains("notice=file&why=type") && !there.contains("Price"), "{there}");
    let page = client.page(&there).await.body;
    assert!(page.contains("“Price list é.pdf” is not a picture or a video."), "{}", text_of(&page));
    // Once, and in this browser.
    let again = client.page(&there).await.body;
    assert!(again.contains("A picture was not added.") && !again.contains("Price list"), "{}", text_of(&again));
}
