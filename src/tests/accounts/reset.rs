//! Links for a new password: who may make one for whom, and how often it counts.

use super::{EMAIL, company, frame, member, sign_up};
use crate::support::{Answer, Client, PASSWORD, TestApp};
use lux::features::identity::accounts::server::reset::make_on_the_server;
use serde_json::Value;

const NEW: &str = "a-brand-new-password";

async fn id_of(t: &TestApp, email: &str) -> String {
    let id: uuid::Uuid =
        sqlx::query_scalar("select id from users where email = $1").bind(email).fetch_one(&t.app.db).await.expect("id");
    id.to_string()
}

async fn ask(maker: &Client, person: &str) -> Answer {
    maker.call("identity/accounts/reset/make_reset_link", &[("member", person)]).await
}

fn token_in(link: &str) -> String {
    link.rsplit("/reset/").next().expect("token").to_owned()
}

/// The token of a link that may be made.
async fn link(maker: &Client, person: &str) -> String {
    let answer = ask(maker, person).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    token_in(answer.json()["link"].as_str().expect("link"))
}

async fn set(client: &Client, token: &str, password: &str) -> Answer {
    client.call("identity/accounts/reset/use_reset", &[("token", token), ("new_password", password)]).await
}

async fn signs_in(t: &TestApp, email: &str, password: &str) -> bool {
    let answer = t.client().call("identity/accounts/sign_in", &[("email", email), ("password", password)]).await;
    answer.status == 200
}

async fn history(client: &Client) -> Vec<String> {
    let data = client.call("identity/accounts/sessions", &[]).await.json();
    let rows = data["history"].as_array().expect("history").clone();
    rows.iter().map(|row| row["text"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test]
async fn a_link_sets_the_password_once_and_ends_every_session() {
    let t = TestApp::start().await;
    let (_, owner) = company(&t).await;
    let editor = member(&t, &owner, "editor").await;
    let person = id_of(&t, "editor@lovelace.example").await;
    let token = link(&owner, &person).await;
    let kept: String = t.value("select json_agg(r)::text from password_resets r").await;
    assert!(!kept.contains(&token), "only the fingerprint is kept");

    // Looking uses nothing up, however often.
    let somewhere = t.client();
    for _ in 0..3 {
        let page = somewhere.page(&format!("/reset/{token}")).await;
        assert!(page.status == 200 && page.body.contains("editor@lovelace.example"), "{}", page.status);
    }
    assert_eq!(editor.call("frame/frame", &[]).await.status, 200);
    // A password that is none keeps the link.
    for bad in ["short", "editor@lovelace.example"] {
        let answer = set(&somewhere, &token, bad).await;
        assert_eq!((answer.status, answer.json()["problems"][0]["field"].as_str()), (422, Some("new_password")));
    }
    let answer = set(&somewhere, &token, NEW).await;
    assert_eq!((answer.status, answer.location.as_deref()), (200, Some("/")), "{}", answer.body);
    assert_eq!(frame(&somewhere).await["email"], "editor@lovelace.example");
    assert_eq!(editor.call("frame/frame", &[]).await.status, 401, "every session before it ended");
    assert!(signs_in(&t, "editor@lovelace.example", NEW).await);
    assert!(!signs_in(&t, "editor@lovelace.example", PASSWORD).await);

    // It counts once.
    let again = set(&t.client(), &token, "yet-another-password").await;
    assert!(again.status == 404 && again.body.contains("used already"), "{}", again.body);
    let page = t.client().page(&format!("/reset/{token}")).await;
    assert!(page.status == 404 && page.body.contains("used already"), "{}", page.status);
    assert!(signs_in(&t, "editor@lovelace.example", NEW).await);

    // The person sees it; the others' journals say nothing.
    let told = history(&somewhere).await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].starts_with("A new password was set with that link, from "), "{told:?}");
    assert!(told[1].starts_with("Owner of Engines made a link for a new password, from "), "{told:?}");
    assert!(history(&owner).await.is_empty());
}

#[tokio::test]
async fn a_newer_link_a_changed_password_and_a_day_end_a_link() {
    let t = TestApp::start().await;
    let (_, owner) = company(&t).await;
    let editor = member(&t, &owner, "editor").await;
    let person = id_of(&t, "editor@lovelace.example").await;
    let first = link(&owner, &person).await;
    let second = link(&owner, &person).await;
    let late = set(&t.client(), &first, NEW).await;
    assert!(late.status == 404 && late.body.contains("A newer link took the place"), "{}", late.body);

    let fields = [("old_password", PASSWORD), ("new_password", "chosen-by-myself")];
    assert_eq!(editor.call("identity/accounts/change_password", &fields).await.status, 200);
    assert_eq!(set(&t.client(), &second, NEW).await.status, 404, "who knows the password needs no link");

    // Whoever has the old address may have the link.
    let before = link(&owner, &person).await;
    let fields = [("email", "moved@lovelace.example"), ("password", "chosen-by-myself")];
    assert_eq!(editor.call("identity/accounts/profile/change_email", &fields).await.status, 200);
    assert_eq!(set(&t.client(), &before, NEW).await.status, 404);

    let third = link(&owner, &person).await;
    let hours = "select extract(epoch from expires_at - now())::float8 / 3600 from password_resets
                 where used_at is null and revoked_at is null";
    assert!((23.9..=24.0).contains(&t.value::<f64>(hours).await));
    t.sql("update password_resets set expires_at = now()").await;
    let late = set(&t.client(), &third, NEW).await;
    assert!(late.status == 404 && late.body.contains("works for 24 hours"), "{}", late.body);
    assert_eq!(set(&t.client(), "made-up", NEW).await.status, 404);
    assert!(signs_in(&t, "moved@lovelace.example", "chosen-by-myself").await);
}

#[tokio::test]
async fn of_two_uses_at_once_one_counts() {
    let t = TestApp::start().await;
    let (_, owner) = company(&t).await;
    member(&t, &owner, "editor").await;
    let token = link(&owner, &id_of(&t, "editor@lovelace.example").await).await;
    let clients = [t.client(), t.client()];
    let (a, b) = tokio::join!(set(&clients[0], &token, "password-of-one"), set(&clients[1], &token, "password-of-two"));
    let mut both = [a.status, b.status];
    both.sort_unstable();
    assert_eq!(both, [200, 404], "{} {}", a.body, b.body);
    let right = if a.status == 200 { "password-of-one" } else { "password-of-two" };
    assert!(signs_in(&t, "editor@lovelace.example", right).await);
    assert_eq!(t.value::<i64>("select count(*) from account_events where kind = 'password_reset'").await, 1);
}

/// What the members page offers for a person.
async fn offered(maker: &Client, person: &str) -> Option<bool> {
    let page = maker.call("identity/companies/members", &[]).await.json();
    let rows = page["members"].as_array().expect("members").clone();
    rows.iter().find(|row| row["id"] == person).and_then(|row| row["may_reset"].as_bool())
}

#[tokio::test]
async fn nobody_takes_over_who_can_do_more_than_they_manage() {
    let t = TestApp::start().await;
    // The first person of all looks after the server, and is a viewer here.
    let server = sign_up(&t, EMAIL, "Hosting").await;
    let (firm, owner) = company(&t).await;
    let admin = member(&t, &owner, "admin").await;
    let editor = member(&t, &owner, "editor").await;
    let viewer = member(&t, &owner, "viewer").await;
    let join = async |person: &Client| {
        let made = owner.call("identity/companies/invite", &[("role", "viewer"), ("note", "")]).await.json();
        let token = made.as_str().and_then(|l| l.rsplit('/').next()).expect("token").to_owned();
        assert_eq!(person.call("identity/companies/accept_invitation", &[("token", &token)]).await.status, 200);
    };
    join(&server).await;
    // Somebody with a company of their own, in which nobody else has a say.
    let carol = sign_up(&t, "carol@babbage.example", "Carol's own").await;
    join(&carol).await;
    let ids = |email: &'static str| id_of(&t, email);
    let (me, server_owner) = (firm.who.user.to_string(), ids(EMAIL).await);
    let (an_admin, an_editor) = (ids("admin@lovelace.example").await, ids("editor@lovelace.example").await);
    let (a_viewer, carols) = (ids("viewer@lovelace.example").await, ids("carol@babbage.example").await);
    for (maker, name, person, status) in [
        (&owner, "owner", &an_admin, 200),
        (&owner, "owner", &carols, 403),
        (&owner, "owner", &server_owner, 403),
        (&owner, "owner", &me, 409),
        (&admin, "admin", &an_editor, 200),
        (&admin, "admin", &a_viewer, 200),
        (&admin, "admin", &me, 403),
        (&admin, "admin", &carols, 403),
        (&admin, "admin", &server_owner, 403),
        (&editor, "editor", &a_viewer, 403),
        (&viewer, "viewer", &an_admin, 403),
        // In their own company they manage everybody, but nobody of this one is in it.
        (&carol, "carol, looking at this company", &an_editor, 403),
    ] {
        let answer = ask(maker, person).await;
        assert_eq!(answer.status, status, "{name} for {person}: {}", answer.body);
        assert!(!answer.body.contains("Carol's own"), "{}", answer.body);
        if matches!(name, "owner" | "admin") {
            assert_eq!(offered(maker, person).await, Some(status == 200), "{name} for {person}");
        }
    }
    // Of another company's people one hears nothing, not even that they are there.
    let own: Value = carol.call("frame/frame", &[]).await.json();
    let home = own["companies"].as_array().expect("companies").iter().find(|c| c["name"] == "Carol's own").cloned();
    let home = home.expect("own")["id"].as_str().expect("id").to_owned();
    assert_eq!(carol.call("identity/companies/switch_company", &[("company", &home)]).await.status, 200);
    assert_eq!(ask(&carol, &an_editor).await.status, 404);
    let made: i64 = t.value("select count(*) from password_resets").await;
    assert_eq!(made, 3, "nothing is made where it was refused");

    // The server's owner may, as an admin of a company that the person is in.
    let role = [("member", server_owner.as_str()), ("role", "admin")];
    assert_eq!(owner.call("identity/companies/change_role", &role).await.status, 200);
    let (_, here) = (frame(&server).await, firm.who.company.to_string());
    assert_eq!(server.call("identity/companies/switch_company", &[("company", &here)]).await.status, 200);
    assert_eq!(ask(&server, &carols).await.status, 200);
    assert_eq!(ask(&server, &me).await.status, 200);
}

#[tokio::test]
async fn the_right_is_looked_at_again_when_the_link_is_used() {
    let t = TestApp::start().await;
    let (_, owner) = company(&t).await;
    let admin = member(&t, &owner, "admin").await;
    let editor = member(&t, &owner, "editor").await;
    let (person, maker) = (id_of(&t, "editor@lovelace.example").await, id_of(&t, "admin@lovelace.example").await);
    let refused = async |token: &str, why: &str| {
        let answer = set(&t.client(), token, NEW).await;
        assert!(
            answer.status == 404 && answer.body.contains("may not set this password any more"),
            "{why}: {}",
            answer.body
        );
        assert!(signs_in(&t, "editor@lovelace.example", PASSWORD).await, "{why}");
    };
    let token = link(&admin, &person).await;
    let role = async |role: &str| {
        let fields = [("member", maker.as_str()), ("role", role)];
        assert_eq!(owner.call("identity/companies/change_role", &fields).await.status, 200);
    };
    role("editor").await;
    refused(&token, "the maker manages nobody any more").await;
    role("admin").await;
    // A company of their own meanwhile: the link would open it.
    let company = [("name", "Own"), ("zone", "UTC")];
    assert_eq!(editor.call("identity/companies/create_company", &company).await.status, 200);
    refused(&token, "the person is in another company now").await;
    t.sql("delete from companies where name = 'Own'").await;
    assert_eq!(owner.call("identity/companies/remove_member", &[("member", &person)]).await.status, 200);
    refused(&token, "the person is in no company of the maker").await;
}

#[tokio::test]
async fn the_command_line_is_the_last_way_out() {
    let t = TestApp::start().await;
    let ada = sign_up(&t, EMAIL, "Engines").await;
    let public = &t.app.settings.public_url;
    let nobody = make_on_the_server(&t.app.db, public, "nobody@lovelace.example").await;
    assert_eq!(nobody.expect_err("nobody").problems[0].message, "Nobody has this e-mail address.");
    let made = make_on_the_server(&t.app.db, public, " Ada@Lovelace.example ").await.expect("made");
    assert_eq!(made.name, "Ada Lovelace");
    assert!(made.link.starts_with(&format!("{public}reset/")), "{}", made.link);
    let client = t.client();
    assert_eq!(set(&client, &token_in(&made.link), NEW).await.status, 200);
    assert_eq!(ada.call("frame/frame", &[]).await.status, 401);
    assert_eq!(history(&client).await[1], "The owner of this server made a link for a new password.");
}

#[tokio::test]
async fn links_are_made_and_tried_at_a_pace() {
    let t = TestApp::with(&[("LUX_THROTTLE_FACTOR", "1")]).await;
    let client = t.client();
    let mut last = 0;
    for n in 0..40 {
        last = set(&client, &format!("guess-{n}"), NEW).await.status;
    }
    assert_eq!(last, 429);
}

#[tokio::test]
async fn it_works_without_javascript() {
    let t = TestApp::start().await;
    let (_, owner) = company(&t).await;
    member(&t, &owner, "editor").await;
    let person = id_of(&t, "editor@lovelace.example").await;
    let session = owner.cookie();
    let path = "/rpc/lux/features/identity/accounts/reset/calls/make_reset_link";
    let request = owner.request(reqwest::Method::POST, path).header("accept", "text/html");
    let request = request.header("referer", format!("{}/settings/members", t.base)).form(&[("member", &person)]);
    let answer = owner.send(request).await;
    assert_eq!((answer.status, answer.location.as_deref()), (302, Some("/settings/members?done=reset")));
    // A browser sends both cookies; this client keeps one.
    let flash = answer.cookies.iter().find(|c| c.starts_with("lux_flash=")).expect("flash");
    let flash = flash.split(';').next().expect("pair").to_owned();
    owner.set_cookie(session.map(|session| format!("{session}; {flash}")));
    let page = owner.page("/settings/members?done=reset").await.body;
    // The address of the form that makes links has that segment too.
    let links = page.split("/reset/").skip(1).filter_map(|rest| rest.split('"').next());
    let link = links.into_iter().find(|link| !link.contains('/')).expect("the link is shown");
    assert!(page.contains("Send this link to editor"));
    let form = [("token", link), ("new_password", NEW)];
    let client = t.client();
    let path = "/rpc/lux/features/identity/accounts/reset/calls/use_reset";
    let answer =
        client.send(client.request(reqwest::Method::POST, path).header("accept", "text/html").form(&form)).await;
    assert_eq!((answer.status, answer.location.as_deref()), (302, Some("/")));
    assert_eq!(frame(&client).await["email"], "editor@lovelace.example");
    assert_eq!(t.client().page("/forgot").await.status, 200);
}
