//! What every connector must do, held over the whole registry. A new connector needs a file with its case here, and a line
//! in `cases`; it is done when this passes. `complete` says what is missing. `wire` holds the classes of failures, the platforms' files what is special to one of
//! them, `by_hand` accounts to which nothing is sent, `specs` our requests against the official descriptions.

mod bluesky;
mod by_hand;
mod cases;
mod complete;
mod converse;
#[allow(
    clippy::duplicate_mod,
    reason = "the sandbox shares no code with the connectors, but both are held against this"
)]
#[path = "../../tests/support/described.rs"]
mod described;
mod facebook;
mod instagram;
mod linkedin;
mod lookups;
mod parts;
pub mod peer;
mod pinterest;
mod recent;
mod reddit;
mod specs;
mod support;
mod tiktok;
mod wire;
mod x;
mod youtube;

use super::{Committed, Consent, Credentials, Fault, ProbeOutcome, SignIn, SignInMethod, Wire, oauth};
use crate::domain::platform::Platform;
use cases::{Case, grant, keys};
use chrono::{TimeDelta, Utc};
use peer::{Peer, Reply, Seen, wire_to_nobody};
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use support::{call, commit_against, everyone, everyone_who_publishes, kind, prepare, saying};
use url::Url;

#[tokio::test]
async fn signing_in_works_from_consent_to_revocation() {
    for (connector, case) in everyone() {
        let (name, Some(sign_in)) = (case.platform, connector.sign_in) else { continue };
        let peer = Peer::start(case.well).await;
        let (wire, keys, verifier) = (peer.wire(), keys(), oauth::new_verifier());
        let SignInMethod::Consent(flow) = sign_in.method() else { continue };
        let back = "https://lux.example/connect/back";

        let address = oauth::authorize_url(flow, &wire, &keys, back, "state-1", &verifier).unwrap();
        let url = Url::parse(&address).unwrap();
        let query: std::collections::BTreeMap<_, _> = url.query_pairs().collect();
        assert!(url.host_str() == Some("127.0.0.1"), "{name}: the consent page is the stand-in's");
        assert_eq!(query["state"], "state-1", "{name}");
        assert_eq!(query["redirect_uri"], back, "{name}");
        assert_eq!(query["response_type"], "code", "{name}");
        assert_eq!(query["scope"], flow.scopes.join(flow.scope_separator), "{name}");
        assert!(!address.contains('+'), "{name}: spaces are written %20");
        assert!(!address.contains(cases::CLIENT_SECRET) && !address.contains(verifier.expose_secret()), "{name}");
        assert_eq!(query.contains_key("code_challenge"), flow.pkce, "{name}");
        if flow.pkce {
            assert_eq!(query["code_challenge_method"], "S256", "{name}");
        }

        let code = cases::CODE.into();
        let consent = Consent { code: &code, verifier: &verifier, redirect_uri: back };
        let got = sign_in.exchange(&wire, &keys, &consent).await;
        let got = got.unwrap_or_else(|f| panic!("{name}: {f}"));
        let asked = &peer.seen()[0];
        let token_url = Url::parse(flow.token_url).unwrap();
        assert_eq!(
            (Some(asked.host.as_str()), asked.path.as_str()),
            (token_url.host_str(), token_url.path()),
            "{name}"
        );
        // Facebook wants them in the query.
        let said = |field: &str| {
            if flow.client_auth == oauth::ClientAuth::Query { asked.query(field) } else { asked.form(field) }
        };
        assert_eq!(said("code").as_deref(), Some(cases::CODE), "{name}");
        assert_eq!(said("redirect_uri").as_deref(), Some(back), "{name}");
        assert_eq!(said("code_verifier").is_some(), flow.pkce, "{name}");
        assert_eq!(got.access.expose_secret(), cases::NEW_ACCESS, "{name}");
        assert!(got.access_expires_at.is_some_and(|at| at > Utc::now()), "{name}");
        assert!(!got.scopes.is_empty(), "{name}");

        let accounts = sign_in.accounts(&wire, &keys, &got).await.unwrap();
        assert_eq!(accounts[0].remote_id, case.account, "{name}");
        assert_eq!(accounts[0].handle, case.handle, "{name}");

        renews_and_revokes(sign_in, &case, &wire, &accounts[0].facts).await;
        let typed = sign_in.open(&wire, &case.credentials()).await;
        assert_eq!(kind(&typed), "unsupported", "{name}: there is no form");
    }
}

async fn renews_and_revokes(sign_in: &dyn SignIn, case: &Case, wire: &Wire, facts: &Value) {
    let (name, keys) = (case.platform, keys());
    let fresh = sign_in.refresh(wire, &keys, &grant(), facts).await.unwrap();
    assert_eq!(fresh.access.expose_secret(), cases::NEW_ACCESS, "{name}");
    let refresh = fresh.refresh.as_ref().map(|t| t.expose_secret());
    if case.rotates {
        assert_eq!(refresh, Some(cases::NEW_REFRESH), "{name}: both tokens are replaced");
    } else {
        assert!(refresh.is_none_or(|t| t == cases::REFRESH), "{name}: the old refresh token stays");
    }

    let revoked = sign_in.revoke(wire, &keys, &grant(), facts).await;
    assert_eq!(kind(&revoked), if case.revokes { "ok" } else { "unsupported" }, "{name}");
}

#[tokio::test]
async fn signing_in_by_form_works_and_says_what_is_wrong_with_it() {
    let mut held = 0;
    for (connector, case) in everyone() {
        let (name, Some(sign_in)) = (case.platform, connector.sign_in) else { continue };
        let SignInMethod::Form(form) = sign_in.method() else { continue };
        let peer = Peer::start(case.well).await;
        let wire = peer.wire();
        let typed = case.credentials();
        let (got, accounts) = sign_in.open(&wire, &typed).await.unwrap_or_else(|f| panic!("{name}: {f:?}"));
        assert_eq!(got.access.expose_secret(), cases::NEW_ACCESS, "{name}");
        assert!(got.access_expires_at.is_some_and(|at| at > Utc::now()), "{name}");
        assert_eq!(
            (accounts[0].remote_id.as_str(), accounts[0].handle.as_str()),
            (case.account, case.handle),
            "{name}"
        );
        let secret = form.fields.iter().find(|field| field.is_secret).unwrap();
        let password = typed.get(secret.name);
        let kept = format!("{accounts:?}{:?}", peer.wire().journal().all());
        assert!(!kept.contains(password), "{name}: the password is not kept");
        let asked = peer.seen().iter().filter(|seen| seen.text().contains(password)).count();
        assert_eq!(asked, 1, "{name}: the password is sent once");
        renews_and_revokes(sign_in, &case, &wire, &Value::Null).await;

        // An empty form is refused by its fields, before anything is sent.
        let before = peer.seen().len();
        match sign_in.open(&wire, &Credentials::default()).await {
            Err(Fault::InvalidContent { problems, .. }) => {
                let known = |field: &str| form.fields.iter().any(|f| f.name == field);
                assert!(problems.iter().any(|p| p.field == secret.name), "{name}: {problems:?}");
                assert!(problems.iter().all(|p| known(&p.field) && !p.message.is_empty()), "{name}: {problems:?}");
            }
            other => panic!("{name}: {other:?}", other = other.map(|_| ())),
        }
        assert_eq!(peer.seen().len(), before, "{name}");
        for (reply, expected) in
            [(Reply::text(503, ""), "transient"), (Reply::Reset, "transient"), (Reply::text(429, ""), "rate_limited")]
        {
            let peer = Peer::start(move |_| reply.clone()).await;
            assert_eq!(kind(&sign_in.open(&peer.wire(), &typed).await), expected, "{name}");
        }
        let consent =
            Consent { code: &"x".into(), verifier: &oauth::new_verifier(), redirect_uri: "https://lux.example" };
        assert_eq!(kind(&sign_in.exchange(&wire, &keys(), &consent).await), "unsupported", "{name}: no consent page");
        held += 1;
    }
    assert_eq!(held, 1, "Bluesky");
}

/// What was kept of the account when it was connected; nothing where people sign in with a form.
async fn facts(sign_in: &dyn SignIn, case: &Case) -> Value {
    if sign_in.method().flow().is_err() {
        return Value::Null;
    }
    let peer = Peer::start(case.well).await;
    sign_in.accounts(&peer.wire(), &keys(), &grant()).await.unwrap().remove(0).facts
}

#[tokio::test]
async fn a_refused_refresh_asks_for_consent_and_a_failed_one_does_not() {
    for (connector, case) in everyone() {
        let (name, Some(sign_in)) = (case.platform, connector.sign_in) else { continue };
        let facts = facts(sign_in, &case).await;
        for (reply, expected) in [
            ((case.refused_refresh)(), "auth_expired"),
            (Reply::text(503, ""), "transient"),
            (Reply::Reset, "transient"),
            (Reply::text(200, "<html>"), "transient"),
            (Reply::text(429, "").with("retry-after", 30), "rate_limited"),
        ] {
            let peer = Peer::start(move |_| reply.clone()).await;
            let got = sign_in.refresh(&peer.wire(), &keys(), &grant(), &facts).await;
            assert_eq!(kind(&got), expected, "{name}");
        }
    }
}

#[tokio::test]
async fn keys_are_tried_without_a_connection() {
    for (connector, case) in everyone() {
        let (name, Some(test)) = (case.platform, connector.test) else { continue };
        for (body, accepted) in [
            (json!({"error": "invalid_grant", "error_description": "code"}), true),
            (
                json!({"error": "invalid_request", "error_description": "Value passed for the authorization code was invalid."}),
                true,
            ),
            (json!({"error_type": "OAuthException", "code": 400, "error_message": "Invalid authorization code"}), true),
            (
                json!({"error": {"message": "Invalid verification code format.", "type": "OAuthException", "code": 100}}),
                true,
            ),
            (
                json!({"error": {"message": "Error validating client secret.", "type": "OAuthException", "code": 1}}),
                false,
            ),
            (
                json!({"error": {"message": "Error validating application.", "type": "OAuthException", "code": 101}}),
                false,
            ),
            (json!({"error": "invalid_client"}), false),
            (json!({"error": "unauthorized_client", "error_description": "Missing valid authorization header"}), false),
            (json!({"error_type": "OAuthException", "code": 400, "error_message": "Invalid platform app"}), false),
            (
                json!({"error_type": "OAuthException", "code": 400, "error_message": "Error validating client secret."}),
                false,
            ),
        ] {
            let reply = Reply::json(400, body.clone());
            let peer = Peer::start(move |_| reply.clone()).await;
            match test.test(&peer.wire(), &keys()).await {
                Ok(sentence) => {
                    assert!(accepted, "{name}: {body}");
                    assert!(sentence.contains(case.platform.name()), "{sentence}");
                }
                Err(Fault::Permanent { code, .. }) => assert!(!accepted && code == "invalid_client", "{name}: {body}"),
                Err(other) => panic!("{name}: {body}: {other:?}"),
            }
        }
        let nobody = test.test(&wire_to_nobody(), &keys()).await;
        assert_eq!(kind(&nobody), "transient", "{name}: not reached is not refused");
        let none = test.test(&wire_to_nobody(), &super::AppKeys::default()).await;
        assert_eq!(kind(&none), "not_configured", "{name}");
    }
}

#[tokio::test]
async fn one_post_is_prepared_committed_and_found() {
    for (publish, case) in everyone_who_publishes() {
        let (name, peer, content) = (case.platform, Peer::start(case.well).await, case.content(2));
        let wire = peer.wire();
        let (steps, checkpoint) =
            prepare(publish, &case, &wire, &content, None).await.unwrap_or_else(|f| panic!("{name}: {f:?}"));
        // Where pictures are fetched when the post is made, nothing has to be sent before.
        assert!(steps.len() >= 2 || case.preparing == 0, "{name}: each picture is a step of its own");
        assert_eq!(peer.changes(), case.preparing, "{name}");
        assert!(peer.seen().iter().all(|s| s.only_reads() || !(case.commits)(s)), "{name}: nothing is published yet");

        let before = peer.changes();
        let committed = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
        let post = match committed {
            Ok(Committed::Live(post)) => post,
            // TikTok works on every post first.
            Ok(Committed::Processing { checkpoint, .. }) if name == Platform::TikTok => {
                let outcome = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await;
                let Ok(ProbeOutcome::Live(post)) = outcome else { panic!("{name}: {outcome:?}") };
                post
            }
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(post.id, case.live_id, "{name}");
        assert!(post.url.is_some_and(|u| u.starts_with("https://")), "{name}");
        assert_eq!(peer.changes(), before + 1, "{name}: exactly one irreversible call");
        let authorised = format!("Bearer {}", cases::ACCESS);
        // Stores of others that a platform names get no token.
        let expected = |s: &Seen| if s.host.ends_with(".amazonaws.com") { "" } else { authorised.as_str() };
        assert!(peer.seen().iter().all(|s| s.header("authorization") == expected(s)), "{name}");

        let before = peer.seen().len();
        let outcome = publish.probe(&call!(case, &wire), &content, &checkpoint, Utc::now()).await;
        assert!(matches!(&outcome, Ok(ProbeOutcome::Live(p)) if p.id == case.live_id), "{name}: {outcome:?}");
        assert!(peer.seen()[before..].iter().all(Seen::only_reads), "{name}: probe only reads");
        assert!(publish.grace() > std::time::Duration::from_secs(60), "{name}: longer than the call's deadline");
    }
}

#[tokio::test]
async fn an_old_post_or_another_text_is_not_taken_for_ours() {
    for (publish, case) in everyone_who_publishes() {
        let (name, peer, content) = (case.platform, Peer::start(case.well).await, case.content(2));
        let wire = peer.wire();
        let (_, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
        let other = saying(content.clone(), "Something else");
        let outcome = publish.probe(&call!(case, &wire), &other, &checkpoint, Utc::now()).await.unwrap();
        // What TikTok does not list may be there all the same.
        let is_unseen = |outcome: &ProbeOutcome| match name {
            Platform::TikTok => matches!(outcome, ProbeOutcome::CannotTell(_)),
            _ => matches!(outcome, ProbeOutcome::Absent),
        };
        assert!(is_unseen(&outcome), "{name}: {outcome:?}");
        // X filters by time itself; the others are filtered here.
        let later = Utc::now() + TimeDelta::minutes(5);
        let outcome = publish.probe(&call!(case, &wire), &content, &checkpoint, later).await.unwrap();
        let asked = peer.seen().last().unwrap().query("start_time");
        assert!(asked.is_some() || is_unseen(&outcome), "{name}: {outcome:?}");
    }
}

#[tokio::test]
async fn preparing_resumes_from_every_saved_checkpoint() {
    for (publish, case) in everyone_who_publishes() {
        let (name, content) = (case.platform, case.content(2));
        let first = Peer::start(case.well).await;
        let (steps, ready) = prepare(publish, &case, &first.wire(), &content, None).await.unwrap();
        let mut left = case.preparing;
        for (n, checkpoint) in steps.into_iter().chain([ready]).enumerate() {
            assert_eq!(checkpoint["v"], 1, "{name}: checkpoints carry a version");
            let again = Peer::start(case.well).await;
            let (_, resumed) =
                prepare(publish, &case, &again.wire(), &content, Some(checkpoint.clone())).await.unwrap();
            assert!(again.changes() <= left, "{name}, step {n}: nothing is done twice");
            left = again.changes();
            assert!(resumed["v"] == 1);
            let changed = publish.prepare(&call!(case, &again.wire()), &case.content(2), Some(&checkpoint)).await;
            assert_eq!(kind(&changed), "preparation_lost", "{name}, step {n}: other pictures");
        }
        assert_eq!(left, 0, "{name}: a finished preparation is not touched");
        let nobody = wire_to_nobody();
        let foreign = publish.prepare(&call!(case, &nobody), &content, Some(&json!({"v": 99}))).await;
        assert_eq!(kind(&foreign), "preparation_lost", "{name}: an checkpoint of another version");
        let foreign = publish.commit(&call!(case, &nobody), &content, &json!({"v": 99})).await;
        assert_eq!(kind(&foreign), "preparation_lost", "{name}");
    }
}

#[tokio::test]
async fn preparing_is_safe_to_repeat_whatever_happens() {
    for (publish, case) in everyone_who_publishes() {
        for (reply, expected) in [
            (Reply::text(500, ""), "transient"),
            (Reply::Reset, "transient"),
            (Reply::Truncated, "transient"),
            (Reply::text(200, "not json"), "transient"),
            (Reply::text(429, "").with("retry-after", 7), "rate_limited"),
            (Reply::text(401, ""), "auth_expired"),
        ] {
            let peer = Peer::start(move |_| reply.clone()).await;
            let got = prepare(publish, &case, &peer.wire(), &case.content(2), None).await;
            assert_eq!(kind(&got), expected, "{}", case.platform);
        }
    }
}

#[tokio::test]
async fn an_unclear_end_of_the_irreversible_call_is_said_to_be_unclear() {
    for (publish, case) in everyone_who_publishes() {
        for reply in [
            Reply::text(500, ""),
            Reply::text(502, "<html>Bad gateway</html>"),
            Reply::json(503, json!({"error": {"code": 2, "message": "Service temporarily unavailable"}})),
            Reply::text(200, "not json"),
            Reply::Truncated,
            Reply::Reset,
        ] {
            let told = format!("{}: {reply:?}", case.platform);
            assert_eq!(kind(&commit_against(publish, &case, reply).await), "unknown_outcome", "{told}");
        }
    }
}

#[tokio::test]
async fn a_clear_refusal_of_the_irreversible_call_is_no_mystery() {
    for (publish, case) in everyone_who_publishes() {
        let name = case.platform;
        let before = Utc::now();
        match commit_against(publish, &case, Reply::text(429, "").with("retry-after", 120)).await {
            Err(Fault::RateLimited { until, .. }) => {
                let wait = until - before;
                assert!(wait >= TimeDelta::seconds(119) && wait < TimeDelta::seconds(150), "{name}: {wait}");
            }
            other => panic!("{name}: {other:?}"),
        }
        assert_eq!(kind(&commit_against(publish, &case, Reply::text(401, "")).await), "auth_expired", "{name}");
        let peer = Peer::start(case.well).await;
        let content = case.content(2);
        let (_, checkpoint) = prepare(publish, &case, &peer.wire(), &content, None).await.unwrap();
        let nobody = wire_to_nobody();
        let refused = publish.commit(&call!(case, &nobody), &content, &checkpoint).await;
        assert_eq!(kind(&refused), "transient", "{name}: nothing was sent");
    }
}

#[tokio::test]
async fn reads_that_fail_may_be_repeated() {
    for (connector, case) in everyone() {
        let (name, Some(sign_in)) = (case.platform, connector.sign_in) else { continue };
        for (reply, expected) in [
            (Reply::Reset, "transient"),
            (Reply::Truncated, "transient"),
            (Reply::text(500, ""), "transient"),
            (Reply::text(200, "not json"), "transient"),
            (Reply::text(429, "").with("retry-after", 7), "rate_limited"),
            (Reply::text(401, ""), "auth_expired"),
        ] {
            let peer = Peer::start(move |_| reply.clone()).await;
            let got = sign_in.accounts(&peer.wire(), &keys(), &grant()).await;
            assert_eq!(kind(&got), expected, "{name}");
        }
        let got = sign_in.accounts(&wire_to_nobody(), &keys(), &grant()).await;
        assert_eq!(kind(&got), "transient", "{name}");
    }
}

#[tokio::test]
async fn a_look_that_fails_for_good_says_so_and_a_passing_one_is_repeated() {
    for (publish, case) in everyone_who_publishes() {
        let (name, content) = (case.platform, case.content(2));
        let peer = Peer::start(case.well).await;
        let (_, checkpoint) = prepare(publish, &case, &peer.wire(), &content, None).await.unwrap();
        for (reply, passing) in [
            (Reply::text(500, ""), true),
            (Reply::Reset, true),
            (Reply::text(401, ""), true),
            (Reply::text(402, ""), false),
            (Reply::text(403, ""), false),
        ] {
            let peer = Peer::start(move |_| reply.clone()).await;
            match publish.probe(&call!(case, &peer.wire()), &content, &checkpoint, Utc::now()).await {
                Ok(ProbeOutcome::CannotTell(why)) => assert!(!passing && !why.is_empty(), "{name}"),
                Err(_) => assert!(passing, "{name}"),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}

#[tokio::test]
async fn no_secret_is_kept_anywhere() {
    for (connector, case) in everyone() {
        let name = case.platform;
        let peer = Peer::start(case.well).await;
        let (wire, mut debugs) = (peer.wire(), String::new());
        if let Some(sign_in) = connector.sign_in {
            let (code, verifier) = (cases::CODE.into(), oauth::new_verifier());
            let consent = Consent { code: &code, verifier: &verifier, redirect_uri: "https://lux.example/back" };
            sign_in.exchange(&wire, &keys(), &consent).await.ok();
            sign_in.refresh(&wire, &keys(), &grant(), &Value::Null).await.ok();
            sign_in.open(&wire, &case.credentials()).await.ok();
            let accounts = sign_in.accounts(&wire, &keys(), &grant()).await;
            debugs.push_str(&format!("{accounts:?}{:?}", sign_in.revoke(&wire, &keys(), &grant(), &Value::Null).await));
        }
        let mut checkpoints = String::new();
        if let Some(publish) = connector.publish {
            let content = case.content(2);
            let (steps, checkpoint) = prepare(publish, &case, &wire, &content, None).await.unwrap();
            let committed = publish.commit(&call!(case, &wire), &content, &checkpoint).await;
            checkpoints.push_str(&format!("{steps:?}{checkpoint:?}{committed:?}"));
        }
        let echo = Peer::start(|seen: &Seen| Reply::json(418, json!({"you_sent": seen.text()}))).await;
        if let Some(sign_in) = connector.sign_in {
            debugs
                .push_str(&format!("{:?}", sign_in.refresh(&echo.wire(), &keys(), &grant(), &Value::Null).await.err()));
        }
        let journal = wire.journal().all();
        assert_eq!(
            journal.len(),
            peer.seen().len().min(crate::infra::http::journal::KEPT),
            "{name}: every call is kept"
        );
        assert!(journal.iter().all(|e| e.host != "127.0.0.1" && !e.path.contains('?')), "{name}: {journal:?}");
        let written = format!("{journal:?}{debugs}");
        assert!(!written.contains("secret") && !written.contains("Fresh beans"), "{name}: {written}");
        assert!(
            !checkpoints.contains(cases::ACCESS) && !checkpoints.contains(cases::CLIENT_SECRET),
            "{name}: {checkpoints}"
        );
    }
}
