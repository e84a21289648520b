//! People who may be one: found without comparing everybody with everybody, merged field by field with nothing lost, told apart for
//! good, and given back whole.

use crate::support::{Client, Firm, TestApp};
use lux::features::contacts::duplicates::model::{DuplicateList, PairCard};
use lux::features::contacts::server::duplicates::listed;
use serde_json::Value;
use std::collections::BTreeSet;

struct Stage {
    t: TestApp,
    firm: Firm,
    owner: Client,
}

impl Stage {
    async fn set() -> Self {
        let t = TestApp::start().await;
        let firm = Firm::found(&t.app, "Northwind", "UTC").await;
        let owner = t.signed_in(&firm.email).await;
        Self { t, firm, owner }
    }

    async fn add(&self, email: &str, first: &str, last: &str, phone: &str, company: &str, tags: &str) -> String {
        let fields = [
            ("fields[email]", email),
            ("fields[first_name]", first),
            ("fields[last_name]", last),
            ("fields[phone]", phone),
            ("fields[company_name]", company),
            ("fields[tags]", tags),
        ];
        let answer = self.owner.call("contacts/add_contact", &fields).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.location.unwrap_or_default().trim_start_matches("/contacts/").to_owned()
    }

    /// Looks for duplicates and says which there are.
    async fn look(&self) -> DuplicateList {
        assert_eq!(self.owner.call("contacts/duplicates/find_duplicates", &[]).await.status, 200);
        assert!(self.list().await.looking);
        self.t.drive_to(1).await;
        self.list().await
    }

    async fn list(&self) -> DuplicateList {
        listed::list(&self.firm.who).await.expect("a list")
    }

    async fn call(&self, function: &str, fields: &[(&str, &str)]) -> u16 {
        self.owner.call(&format!("contacts/duplicates/{function}"), fields).await.status
    }

    /// Everything that is known of the company's people, but for when it changed.
    async fn everything(&self) -> Value {
        self.t
            .value(
                "select jsonb_build_object(
                   'contacts', (select jsonb_agg(to_jsonb(c) - 'updated_at' - 'captured_sha256' order by c.id) from contacts c),
                   'tags', (select jsonb_agg(jsonb_build_array(contact_id, tag) order by contact_id, tag) from contact_tags),
                   'consents', (select jsonb_agg(jsonb_build_array(contact_id, given, words) order by contact_id, words) from contact_consents),
                   'members', (select jsonb_agg(jsonb_build_array(contact_id, segment_id, why) order by contact_id) from segment_members),
                   'events', (select jsonb_agg(jsonb_build_array(contact_id, id) order by id) from contact_events where kind not like 'merge%'))",
            )
            .await
    }
}

fn emails(pair: &PairCard) -> (String, String, String) {
    (pair.why.clone(), pair.left.values[3].clone(), pair.right.values[3].clone())
}

#[tokio::test]
async fn duplicates_are_found_merged_and_given_back() {
    let stage = Stage::set().await;
    let ada = stage.add("ada.lovelace@gmail.com", "Ada", "Lovelace", "", "Analytical Ltd", "vip, newsletter").await;
    let twin = stage.add("adalovelace+shop@googlemail.com", "Ada", "", "+49 1512 3456789", "", "poet").await;
    stage.add("grace@navy.example", "Grace", "Hopper", "+1 415 555 2671", "", "").await;
    stage.add("hopper@sea.example", "G.", "H.", "+1 (415) 555-2671", "", "").await;
    stage.add("jean.dupont@firma.example", "Jean", "Dupont", "", "", "").await;
    stage.add("jean.dupond@firma.example", "Jean", "Dupond", "", "", "").await;
    stage.add("a@one.example", "Maria", "Gonzalez", "", "Acme", "").await;
    stage.add("b@two.example", "Maria", "Gonzales", "", "ACME", "").await;
    // Alike, but nothing says that they are one.
    stage.add("c@gmail.com", "Maria", "Gonzalez", "", "", "").await;
    stage.add("d@gmail.com", "Maria", "Gonzalez", "", "", "").await;
    assert!(stage.owner.page("/contacts/duplicates").await.body.contains("Your contacts were not compared so far."));
    let list = stage.look().await;
    let last = list.compared.clone().expect("a comparison");
    assert_eq!((last.contacts, last.found), (10, 4));
    let found: BTreeSet<_> = list.pairs.iter().map(emails).collect();
    let pair = |why: &str, one: &str, other: &str| (why.to_owned(), one.to_owned(), other.to_owned());
    assert_eq!(
        found,
        BTreeSet::from([
            pair("Same mailbox", "ada.lovelace@gmail.com", "adalovelace+shop@googlemail.com"),
            pair("Same phone number", "grace@navy.example", "hopper@sea.example"),
            pair("Similar names at one company", "a@one.example", "b@two.example"),
            pair("Similar names at one company", "jean.dupont@firma.example", "jean.dupond@firma.example"),
        ])
    );
    let html = stage.owner.page("/contacts/duplicates").await;
    assert!(
        html.status == 200
            && html.body.contains("adalovelace+shop@googlemail.com")
            && html.body.contains("Same mailbox")
    );
    // Told apart: not shown again, however often one looks.
    let jean = list.pairs.iter().find(|pair| pair.left.title.starts_with("Jean")).expect("a pair").id.to_string();
    assert_eq!(stage.call("tell_apart", &[("pair", &jean)]).await, 200);
    assert_eq!(stage.call("tell_apart", &[("pair", &jean)]).await, 404);
    assert_eq!(stage.look().await.pairs.len(), 3);
    // Each has a history of their own, and the second one wants no mail.
    for (id, given, words) in [(&ada, "true", "by phone"), (&twin, "false", "by letter")] {
        let said = [("contact", id.as_str()), ("given", given), ("words", words)];
        assert_eq!(stage.owner.call("contacts/set_consent", &said).await.status, 200);
        assert_eq!(stage.owner.call("contacts/add_note", &[("contact", id), ("text", words)]).await.status, 200);
    }
    stage.t.sql("update contacts set custom = jsonb_build_object('Tea', email, left(email, 4), 'x')").await;
    let before = stage.everything().await;
    let of_ada =
        list.pairs.iter().find(|pair| pair.left.values[3] == "ada.lovelace@gmail.com").expect("a pair").id.to_string();
    let keep =
        [("pair", of_ada.as_str()), ("keep[email]", "right"), ("keep[phone]", "right"), ("keep[company_name]", "left")];
    assert_eq!(stage.call("merge_contacts", &keep).await, 200);
    assert_eq!(stage.call("merge_contacts", &keep).await, 409, "one is gone");
    let profile = stage.owner.call("contacts/load_contact", &[("id", &ada)]).await.json();
    assert_eq!(profile["card"]["email"], "adalovelace+shop@googlemail.com");
    assert_eq!((&profile["card"]["name"], &profile["phone_e164"]), (&"Ada Lovelace".into(), &"+4915123456789".into()));
    assert_eq!(profile["card"]["tags"], serde_json::json!(["newsletter", "poet", "vip"]));
    assert_eq!(
        (&profile["card"]["consent"], profile["consents"].as_array().map(Vec::len)),
        (&"withdrawn".into(), Some(2))
    );
    assert_eq!(profile["segments"], serde_json::json!([]), "whoever wants no mail is in no newsletter");
    let notes = profile["events"].as_array().expect("events").iter().filter(|event| event["what"] == "Note").count();
    assert_eq!(notes, 2);
    let custom = profile["custom"].as_array().expect("fields");
    let has = |name: &str, value: &str| custom.iter().any(|fact| fact["name"] == name && fact["value"] == value);
    assert!(has("Tea", "ada.lovelace@gmail.com") && has("adal", "x"), "{custom:?}");
    assert_eq!(stage.owner.page(&format!("/contacts/{twin}")).await.status, 404);
    let list = stage.list().await;
    assert_eq!((list.pairs.len(), list.merges.len()), (2, 1));
    assert_eq!(list.merges[0].gone, "adalovelace+shop@googlemail.com");
    // Undone: both are whole again.
    let merge = list.merges[0].id.to_string();
    assert_eq!(stage.call("undo_merge", &[("merge", &merge)]).await, 200);
    assert_eq!(stage.everything().await, before);
    assert_eq!(stage.call("undo_merge", &[("merge", &merge)]).await, 404);
    // Once more, and what people change afterwards is kept by the undo.
    assert_eq!(stage.call("merge_contacts", &[("pair", &of_ada)]).await, 200);
    stage.t.sql("update contacts set company_name = 'Babbage & Co' where email_key = 'ada.lovelace@gmail.com'").await;
    let merge = stage.list().await.merges[0].id.to_string();
    assert_eq!(stage.call("undo_merge", &[("merge", &merge)]).await, 200);
    let left = "select company_name || ' ' || consent from contacts where email_key = 'ada.lovelace@gmail.com'";
    assert_eq!(stage.t.value::<String>(left).await, "Babbage & Co given");
    // Whoever may only look sees none of it.
    stage.t.sql("update members set role = 'viewer'").await;
    assert_eq!(stage.call("list_duplicates", &[]).await, 403);
    assert_eq!(stage.call("merge_contacts", &[("pair", &of_ada)]).await, 403);
}

/// Thousands in one domain, at one employer and with one number: the nightly job sees each with a few neighbours.
#[tokio::test]
async fn many_alike_are_no_square() {
    let stage = Stage::set().await;
    stage
        .t
        .sql(
            "insert into contacts (company_id, id, email, email_key, full_name, company_name, phone_e164)
             select c.id, gen_random_uuid(), 'p' || n || '@firm.example', 'p' || n || '@firm.example', 'Person Number' || n, 'Firm', '+1'
             from companies c, generate_series(1, 5000) n",
        )
        .await;
    stage.t.sql("insert into jobs (id, kind, payload) values (gen_random_uuid(), 'find_duplicates', '{}')").await;
    let ran = stage.t.drive_to(2).await;
    assert!(ran.iter().filter(|run| run.kind == "find_duplicates").count() >= 2, "{ran:?}");
    let pairs = stage.t.value::<i64>("select count(*) from contact_pairs").await;
    assert!((2_000..40_000).contains(&pairs), "{pairs}");
    let list = stage.list().await;
    assert!(list.more && list.pairs.len() == 20);
}
