//! Sign-up, sign-in, sessions and passwords.

use super::{EMAIL, frame, sign_up};
use crate::support::{PASSWORD, TestApp};
use serde_json::json;

#[tokio::test]
async fn the_first_person_owns_the_instance_and_signs_in_again() {
    let t = TestApp::start().await;
    let client = sign_up(&t, " Ada@Lovelace.example ", "Engines").await;
    let seen = frame(&client).await;
    assert_eq!((&seen["email"], &seen["company"]["name"]), (&json!(EMAIL), &json!("Engines")));
    assert_eq!(seen["company"]["role"], "owner");
    sign_up(&t, "second@lovelace.example", "Others").await;
    let owners = "select string_agg(email, ' ') from users where is_instance_owner";
    assert_eq!(t.value::<String>(owners).await, EMAIL);

    let again = t.client();
    let answer =
        again.call("identity/accounts/sign_in", &[("email", "ADA@lovelace.example"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(frame(&again).await["email"], EMAIL);
    // Passwords and session tokens are kept as hashes only.
    let token = again.cookie().expect("cookie").split_once('=').expect("pair").1.to_owned();
    let everything: String = t
        .value("select coalesce(json_agg(u)::text, '') || (select json_agg(s)::text from sessions s) from users u")
        .await;
    assert!(!everything.contains(PASSWORD) && !everything.contains(&token));
}

#[tokio::test]
async fn what_is_typed_wrong_is_named_and_nothing_is_made() {
    let t = TestApp::start().await;
    let client = t.client();
    let bad = [("name", " "), ("email", "nobody"), ("password", "short"), ("company", ""), ("zone", "Moon/Base")];
    let answer = client.call("identity/accounts/sign_up", &bad).await;
    assert_eq!(answer.status, 422);
    let problems = answer.json()["problems"].as_array().expect("problems").clone();
    let fields: Vec<_> = problems.iter().map(|p| p["field"].as_str().unwrap_or_default().to_owned()).collect();
    assert_eq!(fields, ["name", "email", "password", "company", "zone"]);
    assert_eq!((t.value::<i64>("select count(*) from users").await, client.cookie()), (0, None));
    sign_up(&t, EMAIL, "Engines").await;
    let twice =
        [("name", "Eve"), ("email", EMAIL), ("password", "not-the-password"), ("company", "Eve"), ("zone", "UTC")];
    let answer = client.call("identity/accounts/sign_up", &twice).await;
    assert_eq!((answer.status, answer.json()["problems"][0]["field"].as_str()), (422, Some("email")));
    assert_eq!(t.value::<i64>("select count(*) from companies").await, 1);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_person_get_the_same_answer() {
    let t = TestApp::start().await;
    sign_up(&t, EMAIL, "Engines").await;
    let client = t.client();
    let wrong = client.call("identity/accounts/sign_in", &[("email", EMAIL), ("password", "not-the-password")]).await;
    let nobody =
        client.call("identity/accounts/sign_in", &[("email", "eve@lovelace.example"), ("password", PASSWORD)]).await;
    assert_eq!((wrong.status, &wrong.body), (401, &nobody.body));
    assert_eq!((nobody.status, wrong.cookies.len() + nobody.cookies.len()), (401, 0));
    assert_eq!(wrong.json()["message"], "The e-mail address or the password is wrong.");
}

#[tokio::test]
async fn the_session_cookie_is_out_of_reach_for_scripts_and_other_sites() {
    let t = TestApp::start().await;
    let client = t.client();
    let fields = [("name", "Ada"), ("email", EMAIL), ("password", PASSWORD), ("company", "Engines"), ("zone", "UTC")];
    let answer = client.call("identity/accounts/sign_up", &fields).await;
    let [cookie, device] = answer.cookies.as_slice() else { panic!("{:?}", answer.cookies) };
    assert!(device.starts_with("lux_device="), "{device}");
    assert!(device.ends_with("; Path=/; HttpOnly; SameSite=Lax; Max-Age=15552000"), "{device}");
    let (pair, flags) = cookie.split_once("; ").expect("flags");
    let (name, token) = pair.split_once('=').expect("pair");
    assert_eq!((name, flags), ("lux", "Path=/; HttpOnly; SameSite=Lax; Max-Age=604800"));
    assert!(token.len() >= 43, "256 bits: {token}");
    let days = "select extract(epoch from expires_at - now())::float8 / 86400 from sessions";
    assert!((6.9..=7.0).contains(&t.value::<f64>(days).await));
    // Over https the cookie is bound to the host and to https.
    let mut app = t.app.clone();
    let mut settings = (*app.settings).clone();
    settings.public_url = "https://lux.example".parse().expect("address");
    app.settings = settings.into();
    let user = t.value::<lux::domain::ids::UserId>("select id from users").await;
    let cookie = lux::infra::session::begin(&app, user, "", "").await.expect("session");
    let cookie = cookie.to_str().expect("text");
    assert!(cookie.starts_with("__Host-lux=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn signing_out_ends_the_session_on_the_server() {
    let t = TestApp::start().await;
    let client = sign_up(&t, EMAIL, "Engines").await;
    let cookie = client.cookie();
    let answer = client.call("identity/accounts/sign_out", &[]).await;
    assert_eq!((answer.status, client.cookie()), (200, None));
    assert!(answer.cookies[0].contains("Max-Age=0"));
    client.set_cookie(cookie);
    assert_eq!(client.call("frame/frame", &[]).await.status, 401);
    assert_eq!(client.call("identity/accounts/sign_out", &[]).await.status, 200, "signing out twice is no error");
}

#[tokio::test]
async fn a_session_that_was_ended_elsewhere_or_ran_out_is_refused() {
    let t = TestApp::start().await;
    let here = sign_up(&t, EMAIL, "Engines").await;
    let there = t.signed_in(EMAIL).await;
    let third = t.signed_in(EMAIL).await;
    let list = here.call("identity/accounts/sessions", &[]).await.json();
    let sessions = list["sessions"].as_array().expect("sessions");
    assert_eq!((sessions.len(), &sessions[0]["current"]), (3, &json!(true)));
    // The latest one is the one that signed in last.
    let id = sessions[1]["id"].as_str().expect("id");
    assert_eq!(here.call("identity/accounts/end_session", &[("id", id)]).await.status, 200);
    let left = [&there, &third];
    let mut open = vec![];
    for client in left {
        open.push(client.call("frame/frame", &[]).await.status);
    }
    open.sort_unstable();
    assert_eq!(open, [200, 401]);
    assert_eq!(here.call("identity/accounts/end_other_sessions", &[]).await.json(), json!(1));
    for client in left {
        assert_eq!(client.call("frame/frame", &[]).await.status, 401);
    }
    // Nobody ends somebody else's session.
    let eve = sign_up(&t, "eve@lovelace.example", "Others").await;
    let own = here.call("identity/accounts/sessions", &[]).await.json()["sessions"][0]["id"].clone();
    assert_eq!(eve.call("identity/accounts/end_session", &[("id", own.as_str().expect("id"))]).await.status, 404);
    assert_eq!(here.call("frame/frame", &[]).await.status, 200);
    t.sql("update sessions set expires_at = now()").await;
    assert_eq!(here.call("frame/frame", &[]).await.status, 401);
}

#[tokio::test]
async fn a_new_password_ends_the_other_sessions() {
    let t = TestApp::start().await;
    let here = sign_up(&t, EMAIL, "Engines").await;
    let there = t.signed_in(EMAIL).await;
    let fields = |old| [("old_password", old), ("new_password", "another-good-one")];
    assert_eq!(here.call("identity/accounts/change_password", &fields("wrong-password")).await.status, 422);
    assert_eq!(here.call("identity/accounts/change_password", &fields(PASSWORD)).await.status, 200);
    assert_eq!(here.call("frame/frame", &[]).await.status, 200);
    assert_eq!(there.call("frame/frame", &[]).await.status, 401);
    assert_eq!(there.call("identity/accounts/sign_in", &[("email", EMAIL), ("password", PASSWORD)]).await.status, 401);
}
