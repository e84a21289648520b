//! Contacts as people use them: found, changed, tagged, deleted with a way back, exported, erased.

use crate::support::{Client, Firm, TestApp};
use futures::TryStreamExt;
use lux::domain::ids::Uuid;
use lux::domain::page::Cursor;
use lux::features::contacts::model::{Consent, ContactQuery, Sort};
use lux::features::contacts::server::{export, listed};
use serde_json::Value;

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

    async fn call(&self, function: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let answer = self.owner.call(&format!("contacts/{function}"), fields).await;
        (answer.status, answer.location.unwrap_or(answer.body))
    }

    /// Adds somebody; the id.
    async fn add(&self, email: &str, first: &str, tags: &str) -> String {
        let fields = [("fields[email]", email), ("fields[first_name]", first), ("fields[tags]", tags)];
        let (status, there) = self.call("add_contact", &fields).await;
        assert_eq!(status, 200, "{there}");
        there.strip_prefix("/contacts/").expect("a profile").to_owned()
    }

    async fn found(&self, query: ContactQuery) -> Vec<String> {
        let list = listed::list(&self.firm.who, &query).await.expect("a list");
        list.part.items.into_iter().map(|card| card.email).collect()
    }

    async fn profile(&self, id: &str) -> Value {
        self.owner.call("contacts/load_contact", &[("id", id)]).await.json()
    }
}

#[tokio::test]
async fn a_person_is_kept_found_changed_and_erased() {
    let stage = Stage::set().await;
    let ada = stage.add("Ada@Example.com", "Ada", "vip, newsletter").await;
    let null = stage.add("null@example.com", "Null", "").await;
    stage.add("\"o'brien x\"@bücher.example", "محمد", "vip").await;
    // The same address again is no second person.
    let (status, said) = stage.call("add_contact", &[("fields[email]", "ADA@example.com")]).await;
    assert!(status == 422 && said.contains("already"), "{said}");
    for (field, value) in [("fields[email]", "ada"), ("fields[first_name]", "A\nB"), ("fields[tags]", &"x".repeat(61))]
    {
        let fields = [("fields[email]", "new@example.com"), (field, value)];
        let fields = if field == "fields[email]" { &fields[1..] } else { &fields[..] };
        let (status, said) = stage.call("add_contact", fields).await;
        assert!(status == 422 && said.contains(field), "{field}: {said}");
    }
    // Found by any part, with any filter.
    let search = |search: &str| ContactQuery { search: search.into(), ..Default::default() };
    assert_eq!(stage.found(search("XAMPLE.co")).await, ["null@example.com", "Ada@Example.com"]);
    assert_eq!(stage.found(search("محمد")).await, ["\"o'brien x\"@bücher.example"]);
    assert_eq!(stage.found(search("zz")).await, [""; 0]);
    // One typing error is forgiven, two are not.
    assert_eq!(stage.found(search("ada@exmaple.com")).await, ["Ada@Example.com"]);
    assert_eq!(stage.found(search("nul@exxmple.com")).await, [""; 0]);
    let tag = ContactQuery { tag: "vip".into(), ..Default::default() };
    assert_eq!(stage.found(tag.clone()).await.len(), 2);
    assert_eq!(stage.found(ContactQuery { search: "ada".into(), ..tag.clone() }).await, ["Ada@Example.com"]);
    assert_eq!(stage.found(ContactQuery { sort: Sort::Oldest, ..tag }).await[0], "Ada@Example.com");
    let profile = stage.profile(&ada).await;
    let newsletter = profile["segments"][0].clone();
    assert_eq!(
        (newsletter["name"].as_str(), newsletter["why"].as_str()),
        (Some("Newsletter"), Some("Tagged newsletter"))
    );
    let segment =
        ContactQuery { segment: newsletter["segment"].as_str().and_then(|id| id.parse().ok()), ..Default::default() };
    assert_eq!(stage.found(segment.clone()).await, ["Ada@Example.com"]);
    // What somebody says about mail counts at once, and is kept with how one knows it.
    let said = [("contact", ada.as_str()), ("given", "false"), ("words", "by phone")];
    assert_eq!(stage.call("set_consent", &said).await.0, 200);
    assert_eq!(stage.call("set_consent", &[("contact", &ada), ("given", "true"), ("words", " ")]).await.0, 422);
    assert_eq!(stage.found(segment).await, [""; 0]);
    let no_mail = ContactQuery { consent: Some(Consent::Withdrawn), ..Default::default() };
    assert_eq!(stage.found(no_mail).await, ["Ada@Example.com"]);
    assert_eq!(stage.call("add_note", &[("contact", &ada), ("text", "Likes tea")]).await.0, 200);
    let change = [
        ("contact", ada.as_str()),
        ("fields[email]", "countess@example.com"),
        ("fields[first_name]", "Ada"),
        ("fields[last_name]", "Byron"),
        ("fields[phone]", "+49 1512 3456789"),
        ("fields[tags]", "poet"),
    ];
    assert_eq!(stage.call("change_contact", &change).await.0, 200);
    let taken = [("contact", null.as_str()), ("fields[email]", "Countess@example.com")];
    assert!(stage.call("change_contact", &taken).await.1.contains("Another contact has this address."));
    let profile = stage.profile(&ada).await;
    assert_eq!(
        (profile["card"]["name"].as_str(), profile["phone_e164"].as_str()),
        (Some("Ada Byron"), Some("+4915123456789"))
    );
    assert_eq!(profile["card"]["tags"], serde_json::json!(["poet"]));
    assert_eq!(
        (profile["consents"][0]["given"].as_bool(), profile["consents"][0]["words"].as_str()),
        (Some(false), Some("by phone"))
    );
    let events: Vec<_> =
        profile["events"].as_array().expect("events").iter().map(|e| e["what"].as_str().unwrap_or_default()).collect();
    // What one request changed bears one time: it is not said which of it comes first.
    let told: Vec<_> = events.iter().filter(|what| **what != "Left “Newsletter”").copied().collect();
    assert_eq!(&told[..3], ["Changed", "Note", "Said no to mail"], "{events:?}");
    assert_eq!(told.len() + 1, events.len(), "{events:?}");
    let html = stage.owner.page(&format!("/contacts/{ada}")).await;
    assert!(html.status == 200 && html.body.contains("Likes tea") && html.body.contains("Said no to mail"));
    // Several at once, with a way back.
    let ids = [("ids[]", ada.as_str()), ("ids[]", null.as_str()), ("back", "/contacts?tag=poet")];
    let act = |act: &'static str, tag: &'static str| [&[("act", act), ("tag", tag)], &ids[..]].concat();
    let (status, there) = stage.call("act_on_contacts", &act("tag", "VIP 1")).await;
    assert!(
        status == 200 && there.starts_with("/contacts?tag=poet&did=tag.") && there.ends_with("&notice=VIP%201"),
        "{there}"
    );
    assert!(stage.owner.page(&there).await.body.contains("2 contacts tagged “VIP 1”."));
    assert_eq!(stage.t.value::<i64>("select count(*) from contact_tags where tag = 'VIP 1'").await, 2);
    assert_eq!(stage.call("act_on_contacts", &act("untag", "VIP 1")).await.0, 200);
    assert_eq!(stage.t.value::<i64>("select count(*) from contact_tags where tag = 'VIP 1'").await, 0);
    assert_eq!(stage.call("act_on_contacts", &act("delete", "")).await.0, 200);
    assert_eq!(stage.found(ContactQuery::default()).await.len(), 1);
    assert_eq!(stage.owner.page(&format!("/contacts/{ada}")).await.status, 404);
    assert_eq!(stage.call("act_on_contacts", &act("restore", "")).await.0, 200);
    assert_eq!(stage.found(ContactQuery::default()).await.len(), 3);
    // Who may only look sees none of it; who writes may change, and not take out or erase.
    for (role, list, erase) in [("viewer", 403, 403), ("editor", 200, 403)] {
        let change = format!("update members set role = '{role}'");
        sqlx::raw_sql(sqlx::AssertSqlSafe(change)).execute(&stage.t.app.db).await.expect("changed");
        let all = stage.owner.call_json("contacts/list_contacts", &serde_json::json!({ "query": {} })).await.status;
        let file = stage.owner.get("/api/v1/contacts.csv").await.status;
        assert_eq!(
            (all, stage.call("erase_contact", &[("contact", &ada)]).await.0, file),
            (list, erase, erase),
            "{role}"
        );
    }
    stage.t.sql("update members set role = 'owner'").await;
    // Erased: nothing of the person is anywhere, nor in what is kept of requests.
    stage
        .t
        .sql(
            "insert into intake_items (company_id, id, state, user_name, body, contact_id)
             select company_id, gen_random_uuid(), s.state, 'zapier', s.body, case when s.state = 'accepted' then id end
             from contacts cross join (values ('refused', '{\"x\": \"Countess@Example.com\"}'), ('accepted', null), ('refused', '{}')) s (state, body)
             where email_key = 'countess@example.com'",
        )
        .await;
    // And wherever agents, conversations and logs named the person.
    stage
        .t
        .sql(
            "insert into chat_conversations (company_id, id, user_id, title)
             select company_id, gen_random_uuid(), id, 'Who is Countess@Example.com?' from members;
             insert into chat_messages (company_id, id, conversation_id, user_id, place, of_person, text, sources)
             select company_id, gen_random_uuid(), id, user_id, 1, false, 'ADA BYRON, countess@example.com.', '[{\"title\": \"Ada Byron\"}]'
             from chat_conversations;
             insert into agent_memory (company_id, id, words, source) select company_id, gen_random_uuid(), 'Ada Byron likes tea', '' from members;
             insert into own_memory (company_id, id, user_id, words, source) select company_id, gen_random_uuid(), id, 'I care for ada byron', '' from members;
             insert into error_log (id, company_id, fingerprint, error_type, error_message, severity, version, created_at, last_seen_at)
             select gen_random_uuid(), company_id, 'f', 'queue', 'countess@example.com was refused', 'error', '1', now(), now() from members",
        )
        .await;
    let (status, there) = stage.call("erase_contact", &[("contact", &ada)]).await;
    assert_eq!(status, 200, "{there}");
    let page = stage.owner.page(&there).await.body;
    assert!(page.contains("One person was erased for good, with") && page.contains("2 kept requests"), "{there}");
    assert!(page.contains("6 texts of agents, conversations and logs"), "{there}");
    for table in [
        "contacts",
        "contact_events",
        "contact_consents",
        "contact_tags",
        "segment_members",
        "intake_items",
        "jobs",
        "job_log",
        "chat_conversations",
        "chat_messages",
        "agent_memory",
        "own_memory",
        "error_log",
    ] {
        let rows = format!("select coalesce(string_agg(to_jsonb(t)::text, ''), '') from {table} t");
        let rows: String = sqlx::query_scalar(sqlx::AssertSqlSafe(rows)).fetch_one(&stage.t.app.db).await.expect(table);
        let lower = rows.to_lowercase();
        assert!(!lower.contains("countess") && !lower.contains("ada byron") && !rows.contains(&ada), "{table}: {rows}");
    }
    assert_eq!(stage.call("erase_contact", &[("contact", &ada)]).await.0, 404);
    assert_eq!(stage.t.value::<i64>("select count(*) from intake_items").await, 1);
}

#[tokio::test]
async fn a_long_list_is_turned_and_taken_out_without_a_gap() {
    let stage = Stage::set().await;
    stage
        .t
        .sql(
            "insert into contacts (company_id, id, email, email_key, full_name, source, created_at)
             select c.id, gen_random_uuid(), 'p' || n || '@example.com', 'p' || n || '@example.com',
                    case when n = 1 then '=HYPERLINK(\"https://evil.example\")' else 'Person ' || n end,
                    case when n % 3 = 0 then 'Fair' else 'Web' end, now() - interval '1 second' * (n / 2)
             from companies c cross join generate_series(1, 1203) n",
        )
        .await;
    for (query, expected) in [
        (ContactQuery::default(), 1_203),
        (ContactQuery { source: "Fair".into(), ..Default::default() }, 401),
        (ContactQuery { sort: Sort::Name, ..Default::default() }, 1_203),
        (ContactQuery { sort: Sort::Name, source: "Fair".into(), ..Default::default() }, 401),
        (ContactQuery { sort: Sort::Name, search: "person 12".into(), days: Some(7), ..Default::default() }, 15),
        (ContactQuery { sort: Sort::Oldest, source: "Web".into(), ..Default::default() }, 802),
    ] {
        let mut seen: Vec<Uuid> = vec![];
        let mut at: Option<Cursor> = None;
        let mut parts = vec![];
        loop {
            let turned = match query.sort == Sort::Oldest {
                true => ContactQuery { newer: at, ..query.clone() },
                false => ContactQuery { older: at, ..query.clone() },
            };
            let part = listed::part(&stage.firm.who.tenant, &turned).await.expect("a part");
            if at.is_none() {
                assert_eq!(part.total, Some(expected.min(1_001)));
            }
            seen.extend(part.items.iter().map(|id| id.0));
            parts.push((turned, part.clone()));
            at = if query.sort == Sort::Oldest { part.newer } else { part.older };
            if at.is_none() {
                break;
            }
        }
        if query.sort == Sort::Name {
            let names = "select array_agg(c.full_name order by w.n) from unnest($1::uuid[]) with ordinality as w (id, n) join contacts c using (id)";
            let names: Vec<String> =
                sqlx::query_scalar(names).bind(&seen).fetch_one(&stage.t.app.db).await.expect("names");
            assert!(names.is_sorted_by_key(|name| name.to_lowercase()), "{names:?}");
            // Each part is the same again on the way back.
            for pair in parts.windows(2) {
                let back = ContactQuery { newer: pair[1].1.newer, ..query.clone() };
                let back = listed::part(&stage.firm.who.tenant, &back).await.expect("a part");
                assert_eq!(back.items, pair[0].1.items);
            }
        }
        let number = seen.len();
        seen.sort();
        seen.dedup();
        assert_eq!((number as i64, seen.len() as i64), (expected, expected));
    }
    // More than a thousand that fit: the newest of them are put in order, and it is said.
    stage.t.sql("update contacts set source = 'Web'").await;
    let web = ContactQuery { sort: Sort::Name, source: "Web".into(), ..Default::default() };
    let part = listed::part(&stage.firm.who.tenant, &web).await.expect("a part");
    assert_eq!((part.looked_at, part.total, part.items.len()), (Some(1_000), None, 25));
    // Where a contact is gone, the list begins at its beginning.
    let nowhere = ContactQuery { older: Some(Cursor { at_us: 0, id: Uuid::nil() }), ..web };
    assert_eq!(listed::part(&stage.firm.who.tenant, &nowhere).await.expect("a part").items, part.items);
    stage.t.sql("update contacts set source = 'Fair' where email_key ~ '3@'").await;
    let options = listed::list(&stage.firm.who, &ContactQuery::default()).await.expect("a list");
    assert_eq!(options.sources, ["Fair", "Web"]);
    let file: Vec<bytes::Bytes> = export::file(stage.firm.who.tenant.clone()).try_collect().await.expect("a file");
    assert_eq!(file.len(), 2, "in parts");
    let file = String::from_utf8(file.concat()).expect("text");
    let lines: Vec<_> = file.trim_end().split("\r\n").collect();
    assert_eq!(lines.len(), 1_204);
    assert!(lines[0].starts_with("\u{feff}email,first_name,"));
    assert!(file.contains("\"'=HYPERLINK(\"\"https://evil.example\"\")\""));
}
