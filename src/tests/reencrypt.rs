//! A change of the server's encryption keys: what the older key sealed is sealed anew, and then the older key can go.

use crate::support::{ALL, TestApp};
use chrono::Utc;
use lux::connectors::RemoteAccount;
use lux::domain::platform::Platform;
use lux::features::connections::server::service as connections;
use lux::features::secrets::server::{reencrypt, service as secrets};
use lux::infra::crypto::KeyRing;
use lux::infra::queue;
use lux::infra::state::App;
use secrecy::ExposeSecret;
use std::collections::BTreeMap;
use std::sync::Arc;

fn with_ring(app: &App, line: &str) -> App {
    App { keys: Arc::new(KeyRing::parse(line).expect("ring")), ..app.clone() }
}

fn secret(value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("client_secret".to_owned(), value.to_owned())])
}

async fn renewals(t: &TestApp) -> Vec<String> {
    let query = sqlx::query_scalar("select refreshed_at::text from connections order by id");
    query.fetch_all(&t.app.db).await.expect("connections")
}

#[tokio::test]
async fn what_an_older_encryption_key_sealed_is_sealed_anew() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let (company, tenant) = (firm.who.company, &firm.who.tenant);
    let (older, newer) = (KeyRing::generate_line(), KeyRing::generate_line());
    let before = with_ring(&t.app, &older);
    let after = with_ring(&t.app, &format!("{newer},{older}"));
    // Everything as the program of before has sealed it.
    for platform in ALL {
        let Ok(held) = connections::call_context(&t.app, company, firm.account(platform)).await else {
            panic!("it does not open")
        };
        let id = held.keys.0["client_id"].expose_secret().to_owned();
        let id = BTreeMap::from([("client_id".to_owned(), id)]);
        secrets::save(&before, tenant, None, platform, id).await.expect("kept");
        secrets::save(&before, tenant, None, platform, secret("older-secret")).await.expect("kept");
        let account = RemoteAccount {
            remote_id: held.remote_id,
            handle: held.handle,
            display_name: "Northwind".into(),
            picture_url: None,
            profile_url: None,
            facts: serde_json::Value::Null,
        };
        connections::connect(&before, company, None, platform, &account, &held.grant).await.expect("connected");
    }
    // One value whose key is lost.
    t.sql("update secrets set kid = 'lost' where platform = 'instagram' and field = 'client_id'").await;
    let left = reencrypt::left_of(tenant, &after.keys).await.expect("counted");
    assert_eq!((left.older, left.missing), (8, 1));
    assert_eq!(secrets::integrations(&after, tenant).await.expect("the page").to_reencrypt, 8);

    let renewed = renewals(&t).await;
    reencrypt::enqueue(&t.app.db).await.expect("asked for");
    reencrypt::enqueue(&t.app.db).await.expect("by another node, too");
    // While it runs, somebody enters new values.
    let typing = async {
        for n in 0..20 {
            secrets::save(&after, tenant, None, Platform::X, secret(&format!("typed-secret-{n}"))).await.expect("kept");
        }
    };
    let until = Utc::now() + chrono::TimeDelta::seconds(1);
    let program = queue::Registry::default().with(lux::features::reencrypt_all());
    let (ran, ()) = tokio::join!(queue::run_until_idle(&after, &program, until), typing);
    assert_eq!(ran.expect("the queue runs").len(), 1);
    let left = reencrypt::left_everywhere(&t.app.db, &after.keys).await.expect("counted");
    assert_eq!((left.older, left.missing), (0, 1), "what cannot be opened stays as it is");
    assert_eq!(renewals(&t).await, renewed, "the sign-ins are no younger for it");

    // The older key can go.
    let alone = with_ring(&t.app, &newer);
    for (platform, expected) in [(Platform::X, "typed-secret-19"), (Platform::LinkedIn, "older-secret")] {
        let Ok(opened) = connections::call_context(&alone, company, firm.account(platform)).await else {
            panic!("it does not open")
        };
        assert_eq!(opened.keys.0["client_secret"].expose_secret(), expected);
    }
}
