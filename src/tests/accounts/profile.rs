//! What people change about themselves.

use super::{EMAIL, frame, sign_up};
use crate::support::{PASSWORD, TestApp};

#[tokio::test]
async fn a_name_and_an_email_are_changed_by_their_owner() {
    let t = TestApp::start().await;
    let ada = sign_up(&t, EMAIL, "Engines").await;
    sign_up(&t, "eve@lovelace.example", "Others").await;
    let name = async |name: &str| ada.call("identity/accounts/profile/change_name", &[("name", name)]).await;
    assert_eq!(name("  ").await.status, 422);
    assert_eq!(name(&"a".repeat(81)).await.status, 422);
    assert_eq!(name("  Ada   King ").await.status, 200);
    assert_eq!(frame(&ada).await["name"], "Ada King");

    let email = async |email: &str, password: &str| {
        ada.call("identity/accounts/profile/change_email", &[("email", email), ("password", password)]).await
    };
    let both = email("nobody", "not-the-password").await;
    let fields: Vec<_> =
        both.json()["problems"].as_array().expect("problems").iter().map(|p| p["field"].clone()).collect();
    assert_eq!((both.status, fields), (422, vec!["email".into(), "password".into()]));
    assert_eq!(email("ada@king.example", "not-the-password").await.status, 422);
    assert_eq!(frame(&ada).await["email"], EMAIL);

    // The answer to an address that somebody has names no account; without the password there is none.
    let taken = email("EVE@lovelace.example", PASSWORD).await;
    assert_eq!((taken.status, taken.json()["problems"][0]["field"].as_str()), (422, Some("email")));
    assert!(!taken.body.contains("account"), "{}", taken.body);
    let silent = email("eve@lovelace.example", "not-the-password").await.json();
    assert_eq!(silent["problems"].as_array().map(Vec::len), Some(1));
    assert_eq!(silent["problems"][0]["field"], "password");

    assert_eq!(email(" Ada@King.example ", PASSWORD).await.status, 200);
    assert_eq!(frame(&ada).await["email"], "ada@king.example", "this session stays");
    for (address, status) in [("ada@king.example", 200), (EMAIL, 401)] {
        let fields = [("email", address), ("password", PASSWORD)];
        assert_eq!(t.client().call("identity/accounts/sign_in", &fields).await.status, status, "{address}");
    }
    let history = ada.call("identity/accounts/sessions", &[]).await.json()["history"].clone();
    assert!(history[0]["text"].as_str().is_some_and(|t| t.starts_with("You changed the e-mail address")), "{history}");
}

#[tokio::test]
async fn both_wrong_passwords_are_named_at_once() {
    let t = TestApp::start().await;
    let ada = sign_up(&t, EMAIL, "Engines").await;
    let fields = [("old_password", "not-the-password"), ("new_password", "short")];
    let answer = ada.call("identity/accounts/change_password", &fields).await;
    let problems = answer.json()["problems"].as_array().expect("problems").clone();
    let named: Vec<_> = problems.iter().filter_map(|p| p["field"].as_str()).collect();
    assert_eq!((answer.status, named), (422, vec!["old_password", "new_password"]));
}
