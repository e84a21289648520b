//! The people whom the demo company knows: two thousand of a year, made up by the program, taken in as if Zapier had sent them.

use crate::domain::error::Result;
use crate::features::contacts::model::{ContactAct, ContactQuery};
use crate::features::contacts::segments::rule::{Condition, Group, Join, Node, Op, What};
use crate::features::contacts::segments::server::service;
use crate::features::contacts::server::acts;
use crate::features::contacts::server::age;
use crate::features::contacts::server::capture::{Capture, Consent};
use crate::features::contacts::server::email::Email;
use crate::features::contacts::server::listed;
use crate::features::contacts::server::put;
use crate::infra::session::Granted;

const COUNT: usize = 2_000;
/// People of one statement.
const PORTION: usize = 500;

const FIRST: [&str; 41] = [
    "Ana", "Beatriz", "Carla", "Diogo", "Eva", "Filipe", "Greta", "Hugo", "Inês", "Jonas", "Katrin", "Luís", "Marta",
    "Nuno", "Olga", "Pedro", "Rita", "Sofia", "Tiago", "Ulla", "Vera", "Werner", "Ximena", "Yara", "Zoé", "Aoife",
    "Bram", "Chiara", "Dara", "Elif", "Femi", "Giulia", "Hana", "Ivo", "Jana", "Kofi", "Leïla", "Miguel", "Noor",
    "Oskar", "Priya",
];
const LAST: [&str; 47] = [
    "Almeida",
    "Barros",
    "Carvalho",
    "Dias",
    "Esteves",
    "Ferreira",
    "Gomes",
    "Henriques",
    "Jesus",
    "Lopes",
    "Marques",
    "Neves",
    "Oliveira",
    "Pinto",
    "Queirós",
    "Ramos",
    "Santos",
    "Teixeira",
    "Vaz",
    "Weber",
    "Yilmaz",
    "Zimmer",
    "Bauer",
    "Costa",
    "Dubois",
    "Eriksen",
    "Fischer",
    "García",
    "Hoffmann",
    "Ivanova",
    "Jansen",
    "Keller",
    "Lindqvist",
    "Moreau",
    "Novak",
    "O'Brien",
    "Petrov",
    "Quinn",
    "Rossi",
    "Schmidt",
    "Tanaka",
    "Ustinov",
    "Visser",
    "Wójcik",
    "Xavier",
    "Young",
    "Zhang",
];
/// Addresses that belong to nobody (RFC 2606).
const HOSTS: [&str; 4] = ["mail.example", "post.example", "office.example", "home.example"];
const COMPANIES: [&str; 6] =
    ["Café Central", "Hotel Miramar", "Padaria do Bairro", "Atelier Nord", "Studio Lumen", "Kontor 7"];
/// Where they came from, and which tag that gives.
const SOURCES: [(&str, &str); 6] = [
    ("Newsletter", "newsletter"),
    ("Shop", "customer"),
    ("Tasting", "tasting"),
    ("Website", ""),
    ("Wholesale form", "wholesale"),
    ("Coffee fair", "fair"),
];

/// Takes them in, and spreads them over the past year, more of them lately.
pub async fn take_in(who: &Granted) -> Result<()> {
    let people: Vec<Capture> = (0..COUNT).filter_map(person).collect();
    for portion in people.chunks(PORTION) {
        let mut tx = who.tenant.db.begin().await?;
        put::put(&mut tx, &who.tenant, portion.to_vec(), "Zapier").await?;
        tx.commit().await?;
    }
    age::spread_over_a_year(&who.tenant).await?;
    segments(who).await
}

/// Segments as a roastery has them. Who is in those with a rule is worked out by the usual job, as soon as a worker runs.
async fn segments(who: &Granted) -> Result<()> {
    let is = |what: What, op: Op, value: &str| {
        Node::Condition(Condition { what, key: String::new(), op, value: value.into() })
    };
    let no_mail = Node::Group(Group { join: Join::None, parts: vec![is(What::Consent, Op::Is, "withdrawn")] });
    let cafes = Node::Group(Group {
        join: Join::Any,
        parts: vec![is(What::Tag, Op::Is, "wholesale"), is(What::Company, Op::Filled, "")],
    });
    let rules = [
        ("New in the last 30 days", vec![is(What::Created, Op::Within, "30")]),
        ("Cafés and hotels", vec![cafes, no_mail]),
        (
            "Tasting guests from Portugal",
            vec![is(What::CameFrom, Op::Is, "Tasting"), is(What::Phone, Op::Starts, "+351")],
        ),
    ];
    for (name, parts) in rules {
        service::put(who, None, name, &Group { join: Join::All, parts }).await?;
    }
    let list = service::save_list(who, None, "Press breakfast").await?;
    let press = ContactQuery { tag: "press".into(), ..ContactQuery::default() };
    let guests = listed::part(&who.tenant, &press).await?.items;
    acts::act(who, ContactAct::Join, &guests, "", Some(list)).await.map(drop)
}

/// The nth person, the same each time.
fn person(n: usize) -> Option<Capture> {
    // 41 and 47 have no common divisor, so no two of the first 1,927 have the same name.
    let (first, last) = (FIRST[n % FIRST.len()], LAST[(n * 3 + n / FIRST.len()) % LAST.len()]);
    let plain = |name: &str| -> String { name.to_lowercase().chars().filter(char::is_ascii_alphabetic).collect() };
    let address = format!("{}.{}{n}@{}", plain(first), plain(last), HOSTS[n % HOSTS.len()]);
    let (source, tag) = SOURCES[[0, 0, 0, 1, 1, 2, 3, 3, 4, 5][n * 7 % 10]];
    let mut capture = Capture::of(Email::parse(&address)?);
    (capture.first_name, capture.last_name) = (first.to_owned(), last.to_owned());
    capture.source = source.to_owned();
    capture.tags = Some(tag).filter(|tag| !tag.is_empty()).map(str::to_owned).into_iter().collect();
    if n.is_multiple_of(90) {
        capture.tags.push("press".into());
    }
    if source == "Wholesale form" || n.is_multiple_of(23) {
        capture.company_name = COMPANIES[n % COMPANIES.len()].to_owned();
    }
    if n.is_multiple_of(5) {
        // Numbers that the Portuguese plan keeps for examples do not exist; these are well formed and in no use.
        capture.phone = format!("+351 21 000 {:04}", n % 10_000);
    }
    capture.consent = match n % 10 {
        0 => None,
        1 if n % 40 == 1 => Some(Consent { given: false, words: "Unsubscribed".into() }),
        _ => Some(Consent { given: true, words: "Yes, send me news".into() }),
    };
    Some(capture)
}

#[cfg(test)]
mod tests {
    use super::{COUNT, person};
    use std::collections::HashSet;

    #[test]
    fn everybody_has_an_address_of_their_own() {
        let people: Vec<_> = (0..COUNT).filter_map(person).collect();
        let addresses: HashSet<_> = people.iter().map(|one| one.email.key.as_str()).collect();
        assert_eq!((people.len(), addresses.len()), (COUNT, COUNT));
        assert!(people.iter().all(|one| one.email.key.ends_with(".example")));
        let named: HashSet<_> = people.iter().map(|one| (&one.first_name, &one.last_name)).collect();
        assert!(named.len() > 1_500, "{}", named.len());
    }
}
