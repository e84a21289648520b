//! The shapes in which people send contacts, as tests: what each of them must come to.

use super::fields::read;
use super::node::{Node, Refusal, form, json};
use crate::features::contacts::server::capture::Capture;
use proptest::prelude::*;
use serde_json::{Value, json};

fn of(body: &Value) -> Result<Capture, Refusal> {
    read(&json(body.to_string().as_bytes())?)
}

fn is_ada(body: &Value) {
    let capture = of(body).unwrap_or_else(|refusal| panic!("{body}: {refusal:?}"));
    assert_eq!(capture.email.key, "ada@example.com", "{body}");
}

/// What Zapier, forms and CRMs send, as they document it.
#[test]
fn known_shapes_are_understood() {
    let shapes = [
        json!({ "email": "ada@example.com" }),
        json!({ "Email": "Ada@Example.com" }),
        json!({ "EMAIL": " ada@example.com " }),
        json!({ "E-Mail": "ada@example.com" }),
        json!({ "e_mail": "ada@example.com" }),
        json!({ "Email Address": "ada@example.com" }),
        json!({ "email_address": "ada@example.com" }),
        json!({ "emailAddress": "ada@example.com" }),
        json!({ "Your email*": "ada@example.com" }),
        json!({ "Work Email": "ada@example.com" }),
        json!({ "contact": { "email": "ada@example.com" } }),
        json!({ "contact__email": "ada@example.com" }),
        json!({ "contact.email": "ada@example.com" }),
        json!({ "contact[email]": "ada@example.com" }),
        json!({ "data": { "contact": { "Email": "ada@example.com" } } }),
        json!({ "payload": { "invitee": { "email": "ada@example.com" } } }),
        json!({ "properties": { "email": { "value": "ada@example.com" } } }),
        json!({ "emails": ["ada@example.com", "other@example.com"] }),
        json!({ "emails": [{ "value": "ada@example.com", "type": "work" }] }),
        json!({ "email": ["", "ada@example.com"] }),
        json!({ "email": "ada@example.com, other@example.com" }),
        json!({ "email": { "address": "ada@example.com" } }),
        json!({ "email": "", "Email Address": "ada@example.com" }),
        json!({ "email": null, "mail": "ada@example.com" }),
        json!({ "email": "Ada Lovelace <ada@example.com>" }),
        json!({ "email": "mailto:ada@example.com" }),
        json!({ "answers": [{ "label": "Name", "value": "Ada" }, { "label": "Email", "value": "ada@example.com" }] }),
        json!({ "fields": [{ "name": "email", "value": "ada@example.com" }] }),
        json!({ "form_response": { "answers": [{ "title": "E-mail", "answer": "ada@example.com", "type": "email" }] } }),
        json!({ "merge_fields": { "EMAIL": "ada@example.com" } }),
        json!({ "owner": { "email": "boss@example.com" }, "email": "ada@example.com" }),
        json!({ "contact": { "email": "ada@example.com" }, "created_by": { "email": "boss@example.com" } }),
        json!({ "Courriel": "ada@example.com" }),
        json!({ "E-Mail-Adresse": "ada@example.com" }),
        json!({ "メールアドレス": "ada@example.com" }),
        json!({ "email_id": "ada@example.com" }),
        json!({ "User Email": "ada@example.com" }),
        json!({ "customer_email": "ada@example.com" }),
        json!({ "Customer.Email": "ada@example.com" }),
        json!({ "Lead Email": "ada@example.com" }),
        json!({ "Invitee Email": "ada@example.com" }),
        json!({ "attendee_email": "ada@example.com" }),
        json!({ "buyer-email": "ada@example.com" }),
        json!({ "Business Email": "ada@example.com" }),
        json!({ "primary_email": "ada@example.com" }),
        json!({ "Personal Email": "ada@example.com" }),
        json!({ "email1": "ada@example.com" }),
        json!({ "E-Mail (work)": "ada@example.com" }),
        json!({ "Mailadresse": "ada@example.com" }),
        json!({ "correo": "ada@example.com" }),
        json!({ "Correo electrónico": "ada@example.com" }),
        json!({ "Adresse mail": "ada@example.com" }),
        json!({ "邮箱": "ada@example.com" }),
        json!({ "メール": "ada@example.com" }),
        json!({ "subscriber_email": "ada@example.com" }),
        json!({ "Contact E-Mail Address": "ada@example.com" }),
        json!({ "Person Email": "ada@example.com" }),
        json!({ "Your E-mail Address:": "ada@example.com" }),
        json!({ "data__contact__email": "ada@example.com" }),
        json!({ "data[0][email]": "ada@example.com" }),
        json!({ "customer": { "email": "ada@example.com", "id": 7 } }),
        json!({ "lead": { "contact": { "emails": [{ "email": "ada@example.com" }] } } }),
        json!({ "fields": { "Email": "ada@example.com" }, "id": "rec1" }),
    ];
    assert!(shapes.len() >= 60);
    shapes.iter().for_each(is_ada);
}

#[test]
fn each_field_finds_its_place() {
    let one = of(&json!({
        "Email": "ada@example.com", "First Name": "Ada", "surname": "O'Brien", "Phone Number": 491512345678_u64, "Lead Source": "Web",
        "Organisation": "Engines", "tags": ["vip", "beta, early"], "marketing_consent": true, "Score": 7, "interests": ["tea", "maths"],
        "empty": "", "nothing": null, "address": { "city": "London" }
    }))
    .unwrap();
    assert_eq!(
        (one.first_name.as_str(), one.last_name.as_str(), one.name().as_str()),
        ("Ada", "O'Brien", "Ada O'Brien")
    );
    assert_eq!(
        (one.phone.as_str(), one.source.as_str(), one.company_name.as_str()),
        ("491512345678", "Web", "Engines")
    );
    assert_eq!(one.tags, ["vip", "beta", "early"]);
    let consent = one.consent.unwrap();
    assert_eq!((consent.given, consent.words.as_str()), (true, "marketing_consent: true"));
    let custom: Vec<_> = one.custom.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(custom, [("Score", "7"), ("address.city", "London"), ("interests", "tea, maths")]);
    for (body, given) in [
        (json!({ "opt_in": "No" }), Some(false)),
        (json!({ "unsubscribed": "yes" }), Some(false)),
        (json!({ "unsubscribed": false }), None),
        (json!({ "consent": "maybe" }), None),
        (json!({ "consent": "yes", "Do not contact": "1" }), Some(false)),
    ] {
        let mut body = body;
        body["email"] = "ada@example.com".into();
        assert_eq!(of(&body).unwrap().consent.map(|consent| consent.given), given, "{body}");
    }
    // Names are kept as they are, and somebody else's are not taken.
    for name in ["Null", "محمد", "<b>Ada</b>", "=1+1", "Ada  Byron"] {
        assert_eq!(of(&json!({ "email": "ada@example.com", "name": name })).unwrap().full_name, name);
    }
    let other = of(&json!({ "email": "ada@example.com", "campaign": { "name": "Spring" }, "owner": { "phone": "1" } }))
        .unwrap();
    assert_eq!((other.full_name.as_str(), other.phone.as_str(), other.custom.len()), ("", "", 2));
}

#[test]
fn a_refusal_names_the_field_as_it_was_sent() {
    let field = |body: Value| {
        let refusal = of(&body).unwrap_err();
        assert_eq!(refusal.status, 422);
        refusal.field
    };
    assert_eq!(field(json!({ "name": "Ada" })), "email");
    assert_eq!(field(json!({ "contact": { "Email Address": "none" } })), "contact.Email Address");
    assert_eq!(field(json!({ "E-Mail": "ada@localhost" })), "E-Mail");
    assert_eq!(field(json!({ "owner": { "email": "boss@example.com" } })), "email");
    let with = |name: &str, value: Value| {
        let mut body = json!({ "email": "ada@example.com" });
        body[name] = value;
        field(body)
    };
    assert_eq!(with("First Name", "Ada\r\nBcc: eve@example.com".into()), "First Name");
    assert_eq!(with("name", "x".repeat(201).into()), "name");
    assert_eq!(with("notes", "x".repeat(10_001).into()), "notes");
    assert_eq!(with("tags", (0..31).map(|n| n.to_string()).collect()), "tags");
    assert_eq!(read(&Node::List(vec![])).unwrap_err().field, "body");
}

/// A name as somebody may write it: `email_address`, `Email Address`, `EMAIL-ADDRESS`, `emailAddress`.
fn spelled(words: &'static [&'static str]) -> impl Strategy<Value = String> {
    let case = prop_oneof![Just(0), Just(1), Just(2), Just(3)];
    let between = prop_oneof![Just(""), Just(" "), Just("_"), Just("-"), Just("  ")];
    (case, between, prop_oneof![Just(""), Just("*"), Just(":"), Just(" ?")]).prop_map(move |(case, between, end)| {
        let word = |(n, word): (usize, &&str)| match (case, n) {
            (0, _) | (3, 0) => word.to_lowercase(),
            (1, _) => word.to_uppercase(),
            _ => word[..1].to_uppercase() + &word[1..],
        };
        words.iter().enumerate().map(word).collect::<Vec<_>>().join(between) + end
    })
}

fn wrapped(depth: usize, value: Value, wrappers: &[String]) -> Value {
    wrappers.iter().take(depth).fold(value, |value, name| json!({ name.as_str(): value }))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the spelling, the nesting and the way of sending, the same person comes out.
    #[test]
    fn spelling_and_nesting_do_not_matter(
        email in prop_oneof![spelled(&["email"]), spelled(&["e", "mail"]), spelled(&["email", "address"]), spelled(&["work", "email"]), spelled(&["contact", "email"])],
        first in prop_oneof![spelled(&["first", "name"]), spelled(&["given", "name"]), spelled(&["fname"])],
        phone in prop_oneof![spelled(&["phone"]), spelled(&["phone", "number"]), spelled(&["mobile", "phone"])],
        source in prop_oneof![spelled(&["source"]), spelled(&["lead", "source"])],
        depth in 0usize..3,
        wrappers in prop::collection::vec(prop_oneof![Just("contact".to_owned()), Just("data".into()), Just("Payload".into()), Just("form_data".into())], 3),
        as_list in any::<bool>(),
        empty in prop_oneof![Just(Value::Null), Just(json!("")), Just(json!([])), Just(json!({})), Just(json!(["", null]))],
    ) {
        let address = if as_list { json!(["Ada@example.com"]) } else { json!("Ada@example.com") };
        let fields = json!({ email.as_str(): address, first.as_str(): "Ada", phone.as_str(): "+49 1512 3456789", source.as_str(): "Web", "Nothing": empty });
        let nested = of(&wrapped(depth, fields, &wrappers)).unwrap();
        prop_assert_eq!(nested.email.key.as_str(), "ada@example.com");
        prop_assert_eq!((nested.first_name.as_str(), nested.phone.as_str(), nested.source.as_str()), ("Ada", "+49 1512 3456789", "Web"));
        prop_assert_eq!(nested.phone_e164(), Some("+4915123456789".to_owned()));
        prop_assert!(nested.custom.is_empty());
        // The same flat, as a form.
        let flat = |name: &str| wrappers.iter().take(depth).rev().map(|w| format!("{w}__")).collect::<String>() + name;
        let pairs = [(flat(&email), "Ada@example.com"), (flat(&first), "Ada"), (flat(&phone), "+49 1512 3456789"), (flat(&source), "Web")];
        let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        prop_assert_eq!(read(&form(body.as_bytes()).unwrap()).unwrap(), nested);
    }

    /// No text makes it panic, and no refusal is without a reason.
    #[test]
    fn any_body_is_answered(body in prop_oneof!["\\PC{0,200}", "[\\[\\]{}\":,a-z0-9@.\\\\u]{0,100}"]) {
        for read_it in [json(body.as_bytes()), form(body.as_bytes())] {
            if let Err(refusal) = read_it.and_then(|node| read(&node)) {
                prop_assert!(refusal.status.is_client_error() && !refusal.message.is_empty() && !refusal.field.is_empty());
            }
        }
    }
}

/// Small bodies that would come to very much: what is too much is said before it is worked on.
#[test]
fn what_would_come_to_too_much_is_refused_at_once() {
    let wide = |n: usize| (0..n).map(|at| (at.to_string(), json!(1))).collect::<serde_json::Map<_, _>>();
    let mut deep = Value::Object(wide(10_000));
    for _ in 0..14 {
        deep = json!({ format!("{}b", "a.".repeat(149)): deep });
    }
    let words: Vec<String> = (0..50_000).map(|n| format!("t{n}")).collect();
    for (body, field, says) in [
        (json!({ "email": "a@example.com", "z": deep }), "z", "too many fields"),
        (
            json!({ "email": "a@example.com", "contacts": vec![json!({ "tags": "," }); 10_000] }),
            "contacts",
            "too many fields",
        ),
        (json!({ "email": "a@example.com", "tags": words.join(",") }), "tags", "too many tags"),
        (json!({ "email": "a@example.com", "tags": words }), "tags", "too many tags"),
        (json!({ "email": "a@example.com", "n".repeat(2_000): 1 }), "nnn", "name is too long"),
    ] {
        let refusal = of(&body).expect_err("refused");
        assert!(refusal.field.starts_with(field) && refusal.message.contains(says), "{refusal:?}");
    }
    // Nobody's form has a name of more than eight parts; it is one field all the same.
    let many = of(&json!({ "email": "a@example.com", "a.b.c.d.e.f.g.h.i.j.k": "x" })).expect("fine");
    assert_eq!(many.custom.len(), 1);
}
