//! Segments: a rule means the same in SQL and outside of it, its members follow every change, and people build it with and
//! without JavaScript.

use crate::support::{Client, Firm, TestApp};
use chrono::{TimeDelta, Utc};
use lux::domain::ids::{ContactId, SegmentId, Uuid};
use lux::domain::moment::Day;
use lux::features::contacts::segments::rule::{Condition, Group, Join, Node, Op, What};
use lux::features::contacts::segments::server::condition::{self, Ground};
use lux::features::contacts::segments::server::{counted, facts, refresh, service};
use lux::infra::zone;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use serde_json::{Value, json};
use sqlx::{Postgres, QueryBuilder};
use std::collections::{BTreeMap, BTreeSet};

struct Stage {
    t: TestApp,
    firm: Firm,
    owner: Client,
}

impl Stage {
    async fn set() -> Self {
        let t = TestApp::start().await;
        let firm = Firm::found(&t.app, "Northwind", "Europe/Lisbon").await;
        let owner = t.signed_in(&firm.email).await;
        Self { t, firm, owner }
    }

    async fn call(&self, function: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let answer = self.owner.call(function, fields).await;
        (answer.status, answer.location.unwrap_or(answer.body))
    }

    async fn add(&self, email: &str, tags: &str, company: &str) -> String {
        let fields = [("fields[email]", email), ("fields[tags]", tags), ("fields[company_name]", company)];
        let (status, there) = self.call("contacts/add_contact", &fields).await;
        assert_eq!(status, 200, "{there}");
        there.strip_prefix("/contacts/").expect("a profile").to_owned()
    }

    /// The addresses of who is in a segment.
    async fn members(&self, segment: SegmentId) -> Vec<String> {
        let members = "select c.email from segment_members m join contacts c on c.company_id = m.company_id and c.id = m.contact_id
                       where m.segment_id = $1 order by c.email";
        sqlx::query_scalar(members).bind(segment.0).fetch_all(&self.t.app.db).await.expect("members")
    }

    async fn why(&self, contact: &str) -> BTreeMap<String, Value> {
        let profile = self.owner.call("contacts/load_contact", &[("id", contact)]).await.json();
        let segments = profile["segments"].as_array().expect("segments").clone();
        segments
            .into_iter()
            .map(|one| (one["name"].as_str().unwrap_or_default().to_owned(), one["because"].clone()))
            .collect()
    }
}

fn is(what: What, op: Op, value: &str) -> Node {
    Node::Condition(Condition { what, key: String::new(), op, value: value.into() })
}

fn all(parts: Vec<Node>) -> Group {
    Group { join: Join::All, parts }
}

const WORDS: [&str; 12] =
    ["", "a", "Ada", "ADA", "é", "É", "İstanbul", "Straße", "o'brien", "%_\\", "مح", "ada@example.com"];
const KEYS: [&str; 3] = ["City", "city", "Größe"];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![prop::sample::select(WORDS.to_vec()).prop_map(str::to_owned), "[a-cA-Cé ]{0,3}"]
}

fn conditions(lists: Vec<Uuid>) -> impl Strategy<Value = Condition> {
    let list = prop::sample::select(lists);
    let day = (-40_i64..5).prop_map(|n| zone::today(chrono_tz::Europe::Lisbon, Utc::now()).plus(n));
    let what = prop::sample::select(What::ALL.to_vec());
    let parts = (what, 0_usize..11, text(), prop::sample::select(KEYS.to_vec()), list, 1_i64..40, day, 0_usize..3);
    parts.prop_map(|(what, op, text, key, list, days, day, consent): (What, _, String, _, _, i64, Day, usize)| {
        let op = what.ops()[op % what.ops().len()];
        let key = match what {
            What::Custom => key.to_owned(),
            what if what.names_list() => list.to_string(),
            _ => String::new(),
        };
        let value = match op {
            Op::Within | Op::Older => days.to_string(),
            Op::More | Op::Less => format!("{}.5", days - 20),
            Op::From | Op::Before => day.to_string(),
            _ if what == What::Consent => ["none", "given", "withdrawn"][consent].to_owned(),
            _ => text,
        };
        Condition { what, key, op, value }
    })
}

fn rules(lists: Vec<Uuid>) -> impl Strategy<Value = Group> {
    let leaf = conditions(lists).prop_map(Node::Condition);
    let node = leaf.prop_recursive(3, 20, 4, |inner| {
        (prop::sample::select(Join::ALL.to_vec()), prop::collection::vec(inner, 0..4))
            .prop_map(|(join, parts)| Node::Group(Group { join, parts }))
    });
    (prop::sample::select(Join::ALL.to_vec()), prop::collection::vec(node, 0..4))
        .prop_map(|(join, parts)| Group { join, parts })
}

/// Random rules over random contacts: whoever SQL finds is who the other evaluation finds.
#[tokio::test]
async fn a_rule_means_the_same_in_both_evaluations() {
    let stage = Stage::set().await;
    let tenant = &stage.firm.who.tenant;
    let mut lists = vec![];
    for name in ["Fair", "Press"] {
        lists.push(service::save_list(&stage.firm.who, None, name).await.expect("a list").0);
    }
    let mut seed = [0; 32];
    seed[..16].copy_from_slice(Uuid::new_v4().as_bytes());
    println!("seed {seed:?}");
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &seed);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let mut draw =
        |n: usize| (0..n).map(|_| text().new_tree(&mut runner).expect("a text").current()).collect::<Vec<_>>();
    for n in 0..60 {
        let words = draw(6);
        let day = zone::today(chrono_tz::Europe::Lisbon, Utc::now()).plus(i64::from(n as u8) - 40);
        let custom = if n % 4 == 1 {
            json!({ KEYS[n % 3]: format!("{}", n as i64 - 30) })
        } else if n % 4 == 2 {
            json!({ KEYS[n % 3]: day.to_string() })
        } else if n % 4 == 3 {
            json!({ KEYS[n % 3]: (["-3.25", "7.500001", "2026-02-30", "1.", "-", "12345678901234567"])[n % 6] })
        } else if n % 3 == 0 {
            json!({ KEYS[n % 3]: words[4], "Other": 3 })
        } else {
            json!({ KEYS[n % 3]: words[5] })
        };
        sqlx::query(
            "with put as (
               insert into contacts (company_id, id, email, email_key, full_name, phone, phone_e164, company_name, source, consent,
                                     custom, created_at)
               values ($1, $2, $3, $3, $4, $5, case when $6 % 2 = 0 then '+49' || $6 end, $7, $8,
                       (array['none', 'given', 'withdrawn'])[1 + $6 % 3], $9, now() - make_interval(hours => $6 * 17))
               returning id, created_at),
             tagged as (
               insert into contact_tags (company_id, id, contact_id, tag, listed_at)
               select $1, gen_random_uuid(), p.id, t, p.created_at from put p, (select distinct unnest(array[$4, $5]) as t) k
               where t <> '' ),
             joined as (
               insert into segment_members (company_id, id, segment_id, contact_id, why, at, listed_at)
               select $1, gen_random_uuid(), $10, p.id, 'x', now() - make_interval(hours => $6 * 11), p.created_at from put p where $6 % 4 < 2)
             insert into contact_events (company_id, id, contact_id, kind, words, segment_id, at)
             select $1, gen_random_uuid(), p.id, e.kind, $8, e.segment, now() - make_interval(hours => e.n * $6)
             from put p, (values ('captured', null::uuid, 19), ('captured_again', null, 7), ('note', null, 5), ('left', $11, 13))
               as e (kind, segment, n) where $6 % 5 <> e.n % 5",
        )
        .bind(tenant.company.0)
        .bind(Uuid::now_v7())
        .bind(format!("{}{n}@example.com", words[0].replace(['@', ' '], "")))
        .bind(&words[1])
        .bind(&words[2])
        .bind(n as i32)
        .bind(&words[3])
        .bind(WORDS[n % WORDS.len()])
        .bind(custom)
        .bind(lists[n % 2])
        .bind(lists[(n + 1) % 2])
        .execute(&tenant.db)
        .await
        .expect("a contact");
    }
    let ids: Vec<ContactId> = sqlx::query_scalar("select id from contacts").fetch_all(&tenant.db).await.expect("ids");
    let everybody = facts::load(tenant, &ids).await.expect("facts");
    assert_eq!(everybody.len(), 60);
    let ground = Ground::new(Utc::now(), chrono_tz::Europe::Lisbon);
    // A rule that finds everybody or nobody proves little, so the draw goes on until enough of them tell people apart.
    let (strategy, mut drawn, mut fitting) = (rules(lists), 0, 0);
    while drawn < 400 || fitting < 100 {
        assert!(drawn < 4000, "only {fitting} of {drawn} rules tell people apart");
        drawn += 1;
        let rule = strategy.new_tree(&mut runner).expect("a rule").current();
        let mut sql = QueryBuilder::<Postgres>::new("select c.id from contacts c where c.company_id = ");
        sql.push_bind(tenant.company.0).push(" and ");
        condition::push(&mut sql, &rule, &ground);
        let found: Vec<ContactId> =
            sql.build_query_scalar().persistent(false).fetch_all(&tenant.db).await.expect("SQL");
        let found: BTreeSet<_> = found.into_iter().collect();
        let folded = facts::fold(tenant, &[&rule]).await.expect("folded");
        let mine: BTreeSet<_> = everybody
            .iter()
            .filter(|(_, facts)| facts.reasons(&rule, &folded, &ground, &[]).is_some())
            .map(|(id, _)| *id)
            .collect();
        assert_eq!(found, mine, "{}", serde_json::to_string(&rule).expect("JSON"));
        fitting += usize::from((1..60).contains(&found.len()));
    }
}

#[tokio::test]
async fn members_follow_whatever_happens() {
    let stage = Stage::set().await;
    let who = &stage.firm.who;
    let ada = stage.add("ada@acme.example", "vip", "Acme").await;
    let grace = stage.add("grace@navy.example", "", "Navy").await;
    // A rule that is new is worked out by its job.
    let rule = all(vec![
        is(What::Company, Op::Contains, "acme"),
        Node::Group(Group { join: Join::None, parts: vec![is(What::Consent, Op::Is, "withdrawn")] }),
    ]);
    let acme = service::put(who, None, "Acme people", &rule).await.expect("a segment");
    assert_eq!(stage.members(acme).await, [""; 0]);
    let page = stage.owner.page("/contacts/segments").await.body;
    assert!(page.contains("Being counted") && page.contains("Company contains “acme”"), "{page}");
    stage.t.drive_to(2).await;
    assert_eq!(stage.members(acme).await, ["ada@acme.example"]);
    assert!(!stage.owner.page("/contacts/segments").await.body.contains("Being counted"));
    let because = json!(["Company contains “acme”", "Not: Consent to mail is “No mail”"]);
    assert_eq!(stage.why(&ada).await["Acme people"], because);
    let html = stage.owner.page(&format!("/contacts/{ada}")).await.body;
    assert!(html.contains("Company contains “acme”") && html.contains("Joined “Acme people”"), "{html}");
    // From here on with each change at once: captured, edited, consent, deleted tag, note.
    let (status, _) = stage
        .call(
            "contacts/change_contact",
            &[("contact", &grace), ("fields[email]", "grace@navy.example"), ("fields[company_name]", "ACME Ltd")],
        )
        .await;
    assert_eq!(
        (status, stage.members(acme).await),
        (200, vec!["ada@acme.example".into(), "grace@navy.example".into()])
    );
    let no = [("contact", ada.as_str()), ("given", "false"), ("words", "by phone")];
    assert_eq!(stage.call("contacts/set_consent", &no).await.0, 200);
    assert_eq!(stage.members(acme).await, ["grace@navy.example"]);
    assert!(stage.owner.page(&format!("/contacts/{ada}")).await.body.contains("Left “Acme people”"));
    let key = stage.owner.call("intake/make_intake_key", &[("user_name", "zapier")]).await.json();
    let zap = stage.t.client();
    let send = |body: Value| {
        let request = zap.request(reqwest::Method::POST, "/api/webhook/zapier-contact");
        let request = request.basic_auth("zapier", key["password"].as_str()).json(&body);
        zap.send(request)
    };
    let tagged = service::put(
        who,
        None,
        "Tagged or from the fair",
        &Group { join: Join::Any, parts: vec![is(What::Tag, Op::Is, "VIP"), is(What::CameFrom, Op::Is, "fair")] },
    )
    .await
    .expect("a segment");
    stage.t.drive_to(3).await;
    assert_eq!(stage.members(tagged).await, ["ada@acme.example"]);
    let answer = send(json!({ "email": "linus@fair.example", "source": "Fair", "company": "Acme" })).await;
    assert_eq!(answer.status, 201, "{}", answer.body);
    assert_eq!(stage.members(tagged).await, ["ada@acme.example", "linus@fair.example"]);
    assert_eq!(stage.members(acme).await, ["grace@navy.example", "linus@fair.example"]);
    let untag = [("act", "untag"), ("tag", "vip"), ("ids[]", ada.as_str())];
    assert_eq!(stage.call("contacts/act_on_contacts", &untag).await.0, 200);
    assert_eq!(stage.members(tagged).await, ["linus@fair.example"]);
    // A list by hand, with a way back; and a rule that names it.
    assert_eq!(stage.call("contacts/segments/save_list", &[("name", "Breakfast")]).await.0, 200);
    let list = SegmentId(stage.t.value("select id from segments where kind = 'list'").await);
    let listed = Condition { what: What::Member, key: list.to_string(), op: Op::Is, value: String::new() };
    let guests = service::put(who, None, "Guests", &all(vec![Node::Condition(listed)])).await.expect("a segment");
    stage.t.drive_to(4).await;
    let id = list.to_string();
    let act =
        |act: &'static str| [("act", act), ("list", id.as_str()), ("ids[]", ada.as_str()), ("ids[]", grace.as_str())];
    let (status, there) = stage.call("contacts/act_on_contacts", &act("join")).await;
    assert!(
        status == 200 && there.contains(&format!("did=join~{list}.")) && there.ends_with("notice=Breakfast"),
        "{there}"
    );
    assert!(stage.owner.page(&there).await.body.contains("2 contacts put into “Breakfast”."));
    assert_eq!(stage.members(list).await, ["ada@acme.example", "grace@navy.example"]);
    assert_eq!(stage.members(guests).await, stage.members(list).await);
    assert_eq!(stage.call("contacts/act_on_contacts", &act("join")).await.0, 409);
    assert_eq!(stage.why(&ada).await["Guests"], json!(["Is in “Breakfast”"]));
    assert_eq!(stage.call("contacts/act_on_contacts", &act("leave")).await.0, 200);
    assert_eq!(stage.members(guests).await, [""; 0]);
    let not_rule =
        [("act", "join"), ("list", &acme.to_string()), ("ids[]", ada.as_str())].map(|(a, b)| (a, b.to_owned()));
    let not_rule: Vec<_> = not_rule.iter().map(|(a, b)| (*a, b.as_str())).collect();
    assert_eq!(stage.call("contacts/act_on_contacts", &not_rule).await.0, 404, "people cannot be put into a rule");
    // A day passes: only the clock changes who fits.
    let fresh =
        service::put(who, None, "Fresh", &all(vec![is(What::Created, Op::Within, "7")])).await.expect("a segment");
    stage.t.drive_to(5).await;
    assert_eq!(stage.members(fresh).await.len(), 3);
    stage.t.sql("update contacts set created_at = now() - interval '8 days' where email like 'ada@%'").await;
    stage
        .t
        .sql("insert into jobs (id, kind, payload) values (gen_random_uuid(), 'refresh_moving_segments', '{}')")
        .await;
    stage.t.drive_to(6).await;
    assert_eq!(stage.members(fresh).await, ["grace@navy.example", "linus@fair.example"]);
    // Deleted with a way back; what happened meanwhile is followed then.
    assert_eq!(stage.call("contacts/segments/delete_segment", &[("segment", &acme.to_string())]).await.0, 200);
    assert!(!stage.owner.page("/contacts/segments").await.body.contains("Acme people"));
    stage.add("new@acme.example", "", "Acme").await;
    assert_eq!(stage.members(acme).await.len(), 2);
    assert_eq!(
        stage.call("contacts/segments/delete_segment", &[("segment", &acme.to_string()), ("restore", "true")]).await.0,
        200
    );
    stage.t.drive_to(7).await;
    assert_eq!(stage.members(acme).await, ["grace@navy.example", "linus@fair.example", "new@acme.example"]);
    let newsletter: Uuid = stage.t.value("select id from segments where kind = 'newsletter'").await;
    assert_eq!(stage.call("contacts/segments/delete_segment", &[("segment", &newsletter.to_string())]).await.0, 404);
    // After many changes at once all rules are worked out.
    stage.t.sql("update contacts set company_name = 'Other'").await;
    let mut tx = stage.t.app.db.begin().await.expect("a transaction");
    refresh::ask_all(&mut tx, &who.tenant).await.expect("asked");
    tx.commit().await.expect("committed");
    stage.t.drive(TimeDelta::seconds(8)).await;
    assert_eq!(stage.members(acme).await, [""; 0]);
    assert_eq!(stage.t.value::<i64>("select count(*) from segments where looked_at is not null").await, 0);
}

#[tokio::test]
async fn a_rule_is_built_with_forms_alone() {
    let stage = Stage::set().await;
    stage.add("ada@acme.example", "vip", "Acme").await;
    stage.add("grace@navy.example", "", "Navy").await;
    // The counted contacts are bounded, and so is the time.
    let counted =
        counted::count(&stage.firm.who.tenant, &all(vec![is(What::Company, Op::Starts, "ac")])).await.expect("counted");
    assert_eq!((counted.number, counted.of_newest, counted.sample.len()), (Some(1), None, 1));
    let build = "contacts/segments/build_segment";
    let (status, there) = stage
        .call(
            build,
            &[
                ("draft[name]", "VIPs"),
                ("draft[rows][0][depth]", "0"),
                ("draft[rows][0][join]", "any"),
                ("draft[rows][0][add]", "tag"),
                ("draft[press]", "add.0"),
            ],
        )
        .await;
    assert_eq!(status, 200, "{there}");
    let draft = there
        .strip_prefix("/contacts/segments?draft=")
        .and_then(|rest| rest.split('&').next())
        .expect(&there)
        .to_owned();
    let page = stage.owner.page(there.split('#').next().unwrap_or_default()).await.body;
    assert!(page.contains("value=\"VIPs\"") && page.contains("draft[rows][1][op]"), "{page}");
    let rows = |value: &'static str, press: &'static str, name: &'static str| {
        vec![
            ("draft[id]", draft.clone()),
            ("draft[name]", name.to_owned()),
            ("draft[rows][0][depth]", "0".into()),
            ("draft[rows][0][join]", "any".into()),
            ("draft[rows][1][depth]", "1".into()),
            ("draft[rows][1][what]", "tag".into()),
            ("draft[rows][1][op]", "is".into()),
            ("draft[rows][1][value]", value.into()),
            ("draft[press]", press.into()),
        ]
    };
    let send = async |fields: Vec<(&'static str, String)>| {
        let fields: Vec<_> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
        stage.call(build, &fields).await
    };
    let (status, said) = send(rows("", "save", " ")).await;
    assert!(status == 422 && said.contains("draft[name]") && said.contains("draft[rows][1]"), "{said}");
    let fields = rows("VIP", "look", "VIPs");
    let fields: Vec<_> = fields.iter().map(|(a, b)| (*a, b.as_str())).collect();
    let count = stage.owner.call("contacts/segments/count_draft", &fields).await.json();
    assert_eq!((&count["number"], &count["sample"][0]["email"]), (&1.into(), &"ada@acme.example".into()), "{count}");
    let (status, there) = send(rows("VIP", "save", "VIPs")).await;
    assert_eq!((status, there.as_str()), (200, "/contacts/segments?did=saved"));
    assert_eq!(stage.t.value::<i64>("select count(*) from segment_drafts").await, 0);
    stage.t.drive_to(2).await;
    let segment = SegmentId(stage.t.value("select id from segments where kind = 'rule'").await);
    assert_eq!(stage.members(segment).await, ["ada@acme.example"]);
    let (status, said) = send(rows("x", "save", "vips")).await;
    assert!(status == 422 && said.contains("Another segment has this name."), "{said}");
    // Bounded where it is read: no 5xx, whatever comes.
    for (field, value) in [
        ("draft[rows][0][join]", "xor"),
        ("draft[rows][0][depth]", "7"),
        ("draft[rows][0][depth]", "-1"),
        ("draft[rows][1][what]", "password"),
        ("draft[rows][1][depth]", "3"),
        ("draft[id]", "none"),
    ] {
        let mut fields = rows("x", "save", "Other");
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value.into()));
        let (status, said) = send(fields).await;
        assert_eq!(status, 422, "{field}={value}: {said}");
    }
    // Who may only look sees none of it.
    stage.t.sql("update members set role = 'viewer'").await;
    assert_eq!(stage.owner.call_json("contacts/segments/load_segments", &json!({ "query": {} })).await.status, 403);
    assert_eq!(send(rows("x", "save", "Other")).await.0, 403);
}
