//! Coming in, staying in and leaving, as a browser or a program meets it over HTTP.

mod gate;
mod members;
mod profile;
mod reset;
mod session;

use crate::support::{Client, Firm, PASSWORD, TestApp};
use serde_json::Value;

const EMAIL: &str = "ada@lovelace.example";

async fn sign_up(t: &TestApp, email: &str, company: &str) -> Client {
    let client = t.client();
    let fields =
        [("name", "Ada Lovelace"), ("email", email), ("password", PASSWORD), ("company", company), ("zone", "UTC")];
    let answer = client.call("identity/accounts/sign_up", &fields).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    client
}

/// What the frame shows is what the session is.
async fn frame(client: &Client) -> Value {
    let answer = client.call("frame/frame", &[]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// A second person of the firm, with this role, through an invitation.
async fn member(t: &TestApp, owner: &Client, role: &str) -> Client {
    let link = owner.call("identity/companies/invite", &[("role", role), ("note", "")]).await;
    assert_eq!(link.status, 200, "{}", link.body);
    let link = link.json().as_str().expect("a link").to_owned();
    let token = link.rsplit('/').next().expect("token").to_owned();
    let client = t.client();
    let next = format!("/invite/{token}");
    let email = format!("{role}@lovelace.example");
    let fields = [("name", role), ("email", &email), ("password", PASSWORD), ("next", &next)];
    assert_eq!(client.call("identity/accounts/sign_up", &fields).await.status, 200);
    let answer = client.call("identity/companies/accept_invitation", &[("token", &token)]).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(frame(&client).await["company"]["role"], role);
    client
}

async fn company(t: &TestApp) -> (Firm, Client) {
    let firm = t.firm("Engines").await;
    let owner = t.signed_in(&firm.email).await;
    (firm, owner)
}
