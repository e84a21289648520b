//! Short links: they lead where the company says and nowhere else, are counted apart from programs, and can be changed, switched
//! off, deleted and taken back.

use crate::support::{Answer, Client, TestApp};
use lux::features::links::model::{LinkCard, LinkQuery};
use lux::features::links::server::service;
use lux::infra::session::Granted;
use reqwest::Method;
use std::time::Duration;

const PERSON: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

async fn links(who: &Granted) -> Vec<LinkCard> {
    service::list(who, &LinkQuery::default()).await.expect("a list").part.items
}

/// Follows a short link as this program does.
async fn follow(client: &Client, method: Method, address: &str, agent: &str) -> Answer {
    let path = address.split_once("/s/").map(|(_, code)| format!("/s/{code}")).expect("a short link");
    client.send(client.request(method, &path).header("user-agent", agent)).await
}

async fn shorten(client: &Client, link: &str) -> Answer {
    client.call("links/shorten", &[("link", link)]).await
}

#[tokio::test]
async fn a_short_link_leads_where_the_company_says_and_is_counted() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let (owner, visitor) = (t.signed_in(&firm.email).await, t.client());

    // The same address is shortened once; what is no address of the web, not at all.
    let made = shorten(&owner, "https://shop.example/beans?utm_source=x#top").await;
    let address = made.json().as_str().expect("an address").to_owned();
    assert_eq!(shorten(&owner, "https://shop.example/beans?utm_source=x#top").await.json().as_str(), Some(&*address));
    assert!(address.starts_with(t.app.settings.public_url.as_str()), "{address}");
    for wrong in ["javascript:alert(1)", "//evil.example", "https://a:b@shop.example", &address] {
        assert_eq!(shorten(&owner, wrong).await.status, 422, "{wrong}");
    }
    assert_eq!(shorten(&visitor, "https://evil.example").await.status, 401);

    // People and programs follow it, all at once: one statement writes them down.
    let visits = (0..40).map(|n| {
        let (visitor, address) = (&visitor, &address);
        async move {
            let (method, agent) = match n % 4 {
                0 => (Method::HEAD, PERSON),
                1 => (Method::GET, "Twitterbot/1.0"),
                _ => (Method::GET, PERSON),
            };
            let answer = follow(visitor, method, address, agent).await;
            assert_eq!(answer.status, 302);
            assert_eq!(answer.location.as_deref(), Some("https://shop.example/beans?utm_source=x#top"));
        }
    });
    futures::future::join_all(visits).await;
    let counted = async {
        loop {
            let card = links(&firm.who).await.remove(0);
            if card.clicks + card.bots == 40 {
                break card;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let card = tokio::time::timeout(Duration::from_secs(20), counted).await.expect("the visits are written down");
    assert_eq!((card.clicks, card.week, card.bots), (20, 20, 20));
    assert!(t.value::<i64>("select count(*) from short_link_days").await <= 2, "one row for a link and a day");
    let kept: Vec<String> = sqlx::query_scalar(
        "select column_name::text from information_schema.columns where table_name = 'short_link_days' order by 1",
    )
    .fetch_all(&t.app.db)
    .await
    .expect("columns");
    assert_eq!(kept, ["bots", "clicks", "company_id", "day", "id"], "nothing is kept of who followed it");

    // Changed, switched off, deleted: whoever follows it meets what holds now.
    let id = card.id.to_string();
    let change =
        [("short", id.as_str()), ("target", "https://shop.example/new"), ("name", "Beans"), ("back", "/links")];
    assert_eq!(owner.call("links/save_link", &change).await.status, 200);
    let leads = async || {
        let answer = follow(&visitor, Method::GET, &address, PERSON).await;
        (answer.status, answer.location, answer.body.contains("This link leads nowhere"))
    };
    let there = (302, Some("https://shop.example/new".to_owned()), false);
    let nowhere = (404, None, true);
    assert_eq!(leads().await, there);
    for (act, expected) in [("stop", &nowhere), ("start", &there), ("delete", &nowhere), ("restore", &there)] {
        assert_eq!(owner.call("links/act_on_link", &[("act", act), ("short", &id)]).await.status, 200, "{act}");
        assert_eq!(&leads().await, expected, "{act}");
    }
    for unknown in ["/s/2222222", "/s/x", "/s/2222222222", "/s/%2e%2e%2fx"] {
        assert_eq!(visitor.get(unknown).await.status, 404, "{unknown}");
    }

    // Another company neither sees nor changes it, and gets a link of its own for the same address.
    let south = t.firm("Southwind").await;
    let eve = t.signed_in(&south.email).await;
    assert!(links(&south.who).await.is_empty());
    assert_eq!(eve.call("links/save_link", &change).await.status, 404);
    assert_eq!(eve.call("links/act_on_link", &[("act", "stop"), ("short", &id)]).await.status, 404);
    assert_eq!(eve.page(&format!("/links?edit={id}")).await.status, 404);
    assert_ne!(shorten(&eve, "https://shop.example/new").await.json().as_str(), Some(&*address));

    // The page, with the form for one that is changed, without JavaScript; defaults are kept.
    let page = owner.page(&format!("/links?q=beans&edit={id}")).await;
    assert!(page.status == 200 && page.body.contains("Change where the link leads"), "{}", page.body);
    assert_eq!(owner.call("links/save_link_defaults", &[("medium", "post"), ("campaign", "Spring")]).await.status, 200);
    let defaults = owner.call("links/read_link_defaults", &[]).await.json();
    assert_eq!((defaults["medium"].as_str(), defaults["campaign"].as_str()), (Some("post"), Some("Spring")));

    // A long list is read in parts, and back.
    t.sql(
        "insert into short_links (company_id, id, code, target, name, created_at)
         select company_id, gen_random_uuid(), 'code' || n, 'https://shop.example/' || n, 'Nº ' || n, now() - interval '1 hour' * (n / 3)
         from short_links, generate_series(1, 70) n where name = 'Beans'",
    )
    .await;
    for (search, number) in [("", 71), ("nº 1", 11), ("shop.example/7", 2), ("º", 70), ("nowhere", 0)] {
        let mut query = LinkQuery { search: search.into(), ..LinkQuery::default() };
        let (mut seen, mut before) = (vec![], None);
        loop {
            let part = service::list(&firm.who, &query).await.expect("a part").part;
            let ids: Vec<_> = part.items.iter().map(|card| card.id).collect();
            if let Some((newer_of, ids)) = before.replace((part.newer, ids.clone())) {
                let back = LinkQuery { newer: part.newer, older: None, ..query.clone() };
                let back = service::list(&firm.who, &back).await.expect("a part").part;
                assert_eq!(back.items.iter().map(|card| card.id).collect::<Vec<_>>(), ids, "{search:?} {newer_of:?}");
            }
            seen.extend(ids);
            let Some(older) = part.older else { break };
            query.older = Some(older);
        }
        assert_eq!(seen.len(), number, "{search:?}");
        assert!(seen.iter().enumerate().all(|(at, id)| !seen[..at].contains(id)), "{search:?}: each once");
    }
}
