//! Fields of a company's own: made, changed and deleted with a way back; filled by hand, by files and by other programs; what does not fit
//! is kept and marked; and rules of segments compare numbers and dates.

use crate::support::{Client, Firm, TestApp};
use lux::features::contacts::fields::kind::FieldKind;
use lux::features::contacts::imports::model::ImportChoices;
use lux::features::contacts::segments::rule::{Condition, Group, Join, Node, Op, What};
use lux::features::contacts::segments::server::service;
use lux::features::contacts::server::import::acts;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

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

    /// Makes a field; its id.
    async fn field(&self, label: &str, kind: &str, choices: &str) -> String {
        let fields = [("label", label), ("kind", kind), ("choices", choices)];
        let (status, said) = self.call("fields/save_field", &fields).await;
        assert_eq!((status, said.as_str()), (200, "/contacts/fields?did=saved"));
        let list = self.owner.call("contacts/fields/list_fields", &[]).await.json();
        let found = list["fields"].as_array().expect("fields").iter().find(|field| field["label"] == label).cloned();
        found.and_then(|field| field["id"].as_str().map(str::to_owned)).expect("the field")
    }

    async fn custom(&self, email: &str) -> Value {
        let custom = "select custom from contacts where email_key = $1";
        sqlx::query_scalar(custom).bind(email).fetch_one(&self.t.app.db).await.expect("a contact")
    }

    async fn id(&self, email: &str) -> String {
        let id: lux::domain::ids::Uuid = sqlx::query_scalar("select id from contacts where email_key = $1")
            .bind(email)
            .fetch_one(&self.t.app.db)
            .await
            .expect("a contact");
        id.to_string()
    }
}

#[tokio::test]
async fn fields_hold_what_fits_and_mark_the_rest() {
    let stage = Stage::set().await;
    let add = [("fields[email]", "ada@example.com"), ("fields[first_name]", "Ada")];
    assert_eq!(stage.call("add_contact", &add).await.0, 200);
    stage
        .t
        .sql("update contacts set custom = '{\"Birthday\": \"10.12.1815\", \"Seats\": \"a few\", \"Tea\": \"x\"}'")
        .await;
    let list = stage.owner.call("contacts/fields/list_fields", &[]).await.json();
    assert_eq!(list["names"], json!(["Birthday", "Seats", "Tea"]), "what there is already is offered");
    let birthday = stage.field("Birthday", "date", "").await;
    let seats = stage.field("Seats", "number", "").await;
    let tea = stage.field("Favourite tea", "choice", "Earl Grey\nOolong").await;
    for (fields, wrong) in [
        ([("label", "birthday"), ("kind", "text"), ("choices", "")], "Another field has this name."),
        ([("label", "Size"), ("kind", "choice"), ("choices", " ")], "one a line"),
        ([("label", "a\u{7}b"), ("kind", "text"), ("choices", "")], "Write a name of at most 100"),
    ] {
        let (status, said) = stage.call("fields/save_field", &fields).await;
        assert!(status == 422 && said.contains(wrong), "{said}");
    }
    // What was there before is brought into form by a job; what does not fit stays.
    stage.t.drive_to(3).await;
    let custom = json!({ "Birthday": "1815-12-10", "Seats": "a few", "Tea": "x" });
    assert_eq!(stage.custom("ada@example.com").await, custom);
    let ada = stage.id("ada@example.com").await;
    let html = stage.owner.page(&format!("/contacts/{ada}")).await.body;
    assert!(
        html.contains("Sun 10 Dec 1815") && html.contains("Not a number") && html.contains("type=\"date\""),
        "{html}"
    );
    let columns = format!("/contacts?columns=email,{seats},{birthday}&sort=name");
    let html = stage.owner.page(&columns).await.body;
    assert!(html.contains("a few") && html.contains("Does not fit") && html.contains("Sun 10 Dec 1815"), "{html}");
    // By hand: the one that does not fit may stay as it is, another one must fit.
    let change = |seats_value: &str, tea_value: &str| {
        let own = [(&birthday, "1815-12-11"), (&seats, seats_value), (&tea, tea_value)];
        let mut fields =
            vec![("contact".to_owned(), ada.clone()), ("fields[email]".to_owned(), "ada@example.com".to_owned())];
        for (at, (id, value)) in own.into_iter().enumerate() {
            fields.push((format!("fields[own][{at}][field]"), id.clone()));
            fields.push((format!("fields[own][{at}][value]"), value.to_owned()));
        }
        fields
    };
    for (seats_value, tea_value, status, said) in [
        ("several", "", 422, "fields[own][1][value]"),
        ("a few", "Coffee", 422, "fields[own][2][value]"),
        ("x\u{7}y", "", 422, "fields[own][1][value]"),
        ("a few", "oolong", 200, "/contacts/"),
        ("1,234.5", "", 200, "/contacts/"),
    ] {
        let fields = change(seats_value, tea_value);
        let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let (answered, body) = stage.call("change_contact", &fields).await;
        assert!(answered == status && body.contains(said), "{seats_value}: {body}");
    }
    let custom = json!({ "Birthday": "1815-12-11", "Seats": "1234.5", "Tea": "x" });
    assert_eq!(stage.custom("ada@example.com").await, custom);
    // Without JavaScript what was typed stands in the form again, beside what is wrong with it.
    let mut fields = change("several", "Oolong");
    fields[3].1 = "31.31.2026".into();
    let form = stage.owner.request(Method::POST, "/rpc/lux/features/contacts/calls/change_contact");
    let page = format!("{}/contacts/{ada}", stage.t.base);
    let form = form.header("accept", "text/html").header("referer", page).form(&fields);
    let back = stage.owner.send(form).await;
    assert_eq!(back.status, 302, "{}", back.body);
    let html = stage.owner.page(&back.location.expect("the page")).await.body;
    for kept in ["value=\"several\"", "value=\"31.31.2026\"", FieldKind::Number.asks(), FieldKind::Date.asks()] {
        assert!(html.contains(kept), "{kept}: {html}");
    }
    assert_eq!(stage.custom("ada@example.com").await, custom);
    // Another kind: what fits is kept in its form; deleted, the values stay, and it comes back.
    let other = [("field", tea.as_str()), ("label", "Tea"), ("kind", "yes_no"), ("choices", "")];
    assert_eq!(stage.call("fields/save_field", &other).await.0, 200);
    let html = stage.owner.page("/contacts/fields").await.body;
    assert!(html.contains("Sent as “Favourite tea”") && html.contains("Yes or no"), "{html}");
    let (status, there) = stage.call("fields/delete_field", &[("field", &seats)]).await;
    assert_eq!((status, there), (200, format!("/contacts/fields?gone={seats}")));
    assert_eq!(stage.call("fields/delete_field", &[("field", &seats)]).await.0, 404);
    assert_eq!(stage.custom("ada@example.com").await["Seats"], "1234.5");
    let back = [("field", seats.as_str()), ("restore", "true")];
    stage.field("seats", "text", "").await;
    let (status, said) = stage.call("fields/delete_field", &back).await;
    assert!(status == 409 && said.contains("Another field has this name by now"), "{said}");
    stage.t.sql("update contact_fields set deleted_at = now() where label = 'seats'").await;
    assert_eq!(stage.call("fields/delete_field", &back).await.0, 200);
    // Who may only look sees none of it.
    stage.t.sql("update members set role = 'viewer'").await;
    assert_eq!(stage.call("fields/list_fields", &[]).await.0, 403);
    assert_eq!(stage.call("fields/delete_field", &[("field", &seats)]).await.0, 403);
}

#[tokio::test]
async fn files_and_programs_fill_fields_and_rules_compare_them() {
    let stage = Stage::set().await;
    let birthday = stage.field("Birthday", "date", "").await;
    stage.field("Seats", "number", "").await;
    let condition = |key: &str, op: Op, value: &str| {
        Node::Condition(Condition { what: What::Custom, key: key.into(), op, value: value.into() })
    };
    let rule = |parts| Group { join: Join::All, parts };
    let many = rule(vec![condition("Seats", Op::More, "99.5")]);
    let many = service::put(&stage.firm.who, None, "Many seats", &many).await.expect("a segment");
    let young = rule(vec![condition("Birthday", Op::From, "2000-01-01")]);
    let young = service::put(&stage.firm.who, None, "Young", &young).await.expect("a segment");
    stage.t.drive_to(4).await;
    let key = stage.owner.call("intake/make_intake_key", &[("user_name", "zapier")]).await.json();
    let password = key["password"].as_str().expect("a password").to_owned();
    let zap = stage.t.client();
    let send = async |body: Value| {
        let request =
            zap.request(Method::POST, "/api/webhook/zapier-contact").header("x-api-key", &password).json(&body);
        zap.send(request).await.status
    };
    assert_eq!(
        send(json!({ "email": "ada@example.com", "contact": { "birth_day": "3/25/2001", "SEATS": "1,250" } })).await,
        201
    );
    let several = json!([{ "email": "eve@example.com", "birthday": "some day", "Seats": 7 }, { "email": "x@example.com", "seats": "100" }]);
    assert_eq!(send(several).await, 200);
    assert_eq!(stage.custom("ada@example.com").await, json!({ "Birthday": "2001-03-25", "Seats": "1250" }));
    assert_eq!(
        stage.custom("eve@example.com").await,
        json!({ "Birthday": "some day", "Seats": "7" }),
        "kept as it came"
    );
    // A file: the column is the field by its name or by choice.
    let file = "email;Geburtstag;Seats\ngrace@example.com;9.12.2006;12,5\nx@example.com;never;\n";
    let form = Form::new().part("file", Part::bytes(file.as_bytes().to_vec()).file_name("people.csv"));
    let upload = stage.owner.request(Method::POST, "/contacts/import/upload").multipart(form);
    let there = stage.owner.send(upload).await.location.expect("the import");
    let id = there.strip_prefix("/contacts/import/").expect("its page").to_owned();
    let import = acts::load(&stage.firm.who, id.parse().expect("an id")).await.expect("an import");
    let ImportChoices { mut columns, .. } = import.choices;
    assert!(columns[1] == "custom" && columns[2].starts_with("field:") && import.fields.len() == 2, "{columns:?}");
    assert!(stage.owner.page(&there).await.body.contains("Birthday"), "a column can be the field");
    let seats = columns[2].clone();
    columns[1] = seats;
    let choose = async |columns: &[String]| {
        let mut fields = vec![("import", id.as_str()), ("go", "begin")];
        fields.extend(columns.iter().map(|column| ("choices[columns][]", column.as_str())));
        stage.call("imports/choose_import", &fields).await
    };
    let (status, said) = choose(&columns).await;
    assert!(status == 422 && said.contains("cannot both be"), "{said}");
    columns[1] = format!("field:{birthday}");
    assert_eq!(choose(&columns).await.0, 200);
    stage.t.drive_to(1).await;
    assert_eq!(stage.custom("grace@example.com").await, json!({ "Birthday": "2006-12-09", "Seats": "12.5" }));
    assert_eq!(stage.custom("x@example.com").await, json!({ "Birthday": "never", "Seats": "100" }));
    let members = async |segment: lux::domain::ids::SegmentId| {
        let members = "select coalesce(string_agg(c.email, ' ' order by c.email), '') from segment_members m
                       join contacts c on c.id = m.contact_id where m.segment_id = $1";
        sqlx::query_scalar::<_, String>(members).bind(segment.0).fetch_one(&stage.t.app.db).await.expect("members")
    };
    assert_eq!(members(many).await, "ada@example.com x@example.com");
    assert_eq!(members(young).await, "ada@example.com grace@example.com");
    let because = stage.owner.page(&format!("/contacts/{}", stage.id("ada@example.com").await)).await.body;
    assert!(because.contains("Seats is more than “99.5”"), "{because}");
}
