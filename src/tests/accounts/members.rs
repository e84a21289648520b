//! Roles, invitations, owners.

use super::{company, frame, member, sign_up};
use crate::support::TestApp;
use lux::domain::delivery::DeliveryState;
use lux::domain::post::{Plan, SavePost};
use serde_json::{Value, json};

#[tokio::test]
async fn roles_are_enforced_on_the_server() {
    let t = TestApp::start().await;
    let (firm, owner) = company(&t).await;
    let viewer = member(&t, &owner, "viewer").await;
    let editor = member(&t, &owner, "editor").await;
    let admin = member(&t, &owner, "admin").await;
    let post = SavePost { plan: Plan::Draft, ..firm.post("Words", &[]) };
    let save = json!({ "post": post, "key": uuid::Uuid::now_v7() });
    let refused = viewer.call_json("posts/save_post", &save).await;
    assert_eq!(refused.status, 403);
    let words = refused.json()["message"].as_str().expect("words").to_owned();
    assert_eq!(words, "Your role (Viewer) does not allow you to write or publish posts. Ask an admin of the company.");
    assert_eq!(t.value::<i64>("select count(*) from posts").await, 0);
    let saved = editor.call_json("posts/save_post", &save).await;
    assert_eq!(saved.status, 200, "{}", saved.body);
    let id = saved.json()["id"].as_str().expect("id").to_owned();
    assert_eq!(viewer.call("posts/get_post", &[("id", &id)]).await.status, 200);
    assert_eq!(viewer.call("posts/act_on_posts", &[("act", "delete"), ("ids[]", &id)]).await.status, 403);
    assert_eq!(firm.detail(id.parse().expect("id")).await.state, DeliveryState::Draft);

    for (who, name) in [(&viewer, "viewer"), (&editor, "editor")] {
        assert_eq!(who.call("secrets/load_integrations", &[]).await.status, 403, "{name}");
        assert_eq!(
            who.call("secrets/save_keys", &[("platform", "x"), ("values[client_id]", "mine")]).await.status,
            403
        );
        assert_eq!(
            who.call("identity/companies/invite", &[("role", "admin"), ("note", "")]).await.status,
            403,
            "{name}"
        );
        assert_eq!(who.get("/api/social/connect/x").await.status, 403, "{name}");
        let account = firm.account(lux::domain::platform::Platform::X).to_string();
        assert_eq!(who.call("connections/disconnect_account", &[("id", &account)]).await.status, 403, "{name}");
        let fields = [("name", "Ours"), ("zone", "UTC"), ("language", "en")];
        assert_eq!(who.call("identity/companies/save_company", &fields).await.status, 403, "{name}");
        assert_eq!(who.get("/api/social/accounts").await.status, 200, "{name}");
    }
    assert_eq!(admin.call("secrets/load_integrations", &[]).await.status, 200);
    // An admin manages everybody but the owners.
    let me = firm.who.user.to_string();
    assert_eq!(admin.call("identity/companies/remove_member", &[("member", &me)]).await.status, 403);
    assert_eq!(admin.call("identity/companies/change_role", &[("member", &me), ("role", "viewer")]).await.status, 403);
}

#[tokio::test]
async fn a_changed_role_counts_at_once() {
    let t = TestApp::start().await;
    let (_, owner) = company(&t).await;
    let editor = member(&t, &owner, "editor").await;
    let id = t.value::<uuid::Uuid>("select id from members where role = 'editor'").await.to_string();
    assert_eq!(editor.call("studio/open_studio", &[]).await.status, 200);
    assert_eq!(owner.call("identity/companies/change_role", &[("member", &id), ("role", "viewer")]).await.status, 200);
    assert_eq!(editor.call("studio/open_studio", &[]).await.status, 403);
    assert_eq!(owner.call("identity/companies/remove_member", &[("member", &id)]).await.status, 200);
    assert_eq!(editor.call("posts/get_post", &[("id", &id)]).await.status, 403);
    assert_eq!(frame(&editor).await["company"], Value::Null);
}

#[tokio::test]
async fn an_invitation_counts_once() {
    let t = TestApp::start().await;
    let (_, owner) = company(&t).await;
    let invite = async || {
        let link = owner.call("identity/companies/invite", &[("role", "viewer"), ("note", "for Bob")]).await.json();
        link.as_str().and_then(|l| l.rsplit('/').next()).expect("token").to_owned()
    };
    let (used, expired, revoked) = (invite().await, invite().await, invite().await);
    let kept: String = t.value("select json_agg(i)::text from invitations i").await;
    assert!(!kept.contains(&used), "only fingerprints are kept");
    let bob = sign_up(&t, "bob@babbage.example", "Own").await;
    let carol = sign_up(&t, "carol@babbage.example", "Other").await;
    assert_eq!(t.client().page(&format!("/invite/{used}")).await.status, 200, "strangers see who invites them");
    assert_eq!(bob.call("identity/companies/accept_invitation", &[("token", &used)]).await.status, 200);
    assert_eq!(frame(&bob).await["company"]["role"], "viewer");
    let again = carol.call("identity/companies/accept_invitation", &[("token", &used)]).await;
    assert_eq!(again.status, 404);
    assert!(again.body.contains("used already"), "{}", again.body);

    let one = "update invitations set expires_at = now() where id = (select min(id::text)::uuid from invitations where accepted_at is null)";
    t.sql(one).await;
    let late = carol.call("identity/companies/accept_invitation", &[("token", &expired)]).await;
    assert_eq!(late.status, 404);
    assert!(late.body.contains("has expired"), "{}", late.body);

    let open = owner.call("identity/companies/members", &[]).await.json()["invitations"].clone();
    let open = open.as_array().expect("invitations");
    assert_eq!(open.len(), 1);
    let id = open[0]["id"].as_str().expect("id");
    assert_eq!(owner.call("identity/companies/revoke_invitation", &[("id", id)]).await.status, 200);
    let gone = carol.call("identity/companies/accept_invitation", &[("token", &revoked)]).await;
    assert_eq!(gone.status, 404);
    assert!(gone.body.contains("was withdrawn"), "{}", gone.body);
    assert_eq!(carol.call("identity/companies/accept_invitation", &[("token", "made-up")]).await.status, 404);
    assert_eq!(t.value::<i64>("select count(*) from members where role = 'viewer'").await, 1);
}

#[tokio::test]
async fn two_people_with_one_link_do_not_both_get_in() {
    let t = TestApp::start().await;
    let (_, owner) = company(&t).await;
    let link = owner.call("identity/companies/invite", &[("role", "editor"), ("note", "")]).await.json();
    let token = link.as_str().and_then(|l| l.rsplit('/').next()).expect("token");
    let bob = sign_up(&t, "bob@babbage.example", "Own").await;
    let carol = sign_up(&t, "carol@babbage.example", "Other").await;
    let fields = [("token", token)];
    let (a, b) = tokio::join!(
        bob.call("identity/companies/accept_invitation", &fields),
        carol.call("identity/companies/accept_invitation", &fields)
    );
    let mut both = [a.status, b.status];
    both.sort_unstable();
    assert_eq!(both, [200, 404]);
}

#[tokio::test]
async fn the_last_owner_cannot_leave_or_step_down() {
    let t = TestApp::start().await;
    let (firm, owner) = company(&t).await;
    let me = firm.who.user.to_string();
    for (call, fields) in [
        ("identity/companies/leave_company", vec![]),
        ("identity/companies/remove_member", vec![("member", me.as_str())]),
        ("identity/companies/change_role", vec![("member", me.as_str()), ("role", "admin")]),
    ] {
        let answer = owner.call(call, &fields).await;
        assert_eq!(answer.status, 409, "{call}: {}", answer.body);
        assert!(answer.body.contains("Make somebody else an owner first."), "{call}");
    }
    let admin = member(&t, &owner, "admin").await;
    let id = t.value::<uuid::Uuid>("select id from members where role = 'admin'").await.to_string();
    assert_eq!(owner.call("identity/companies/change_role", &[("member", &id), ("role", "owner")]).await.status, 200);
    assert_eq!(owner.call("identity/companies/leave_company", &[]).await.status, 200);
    assert_eq!(admin.call("identity/companies/leave_company", &[]).await.status, 409);
}
