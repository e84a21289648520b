//! What somebody who writes posts can reach by links, from Home on, in the demo company: every page is in everyday English
//! (the words of `architecture::words`), and none leads to what the program does behind the pages.

use crate::architecture::words::forbidden;
use crate::support::{Client, PASSWORD, TestApp};
use lux::app::server::demo;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Pages on which words may stand that are forbidden elsewhere, and why.
const NAMED: [(&str, &[&str], &str); 4] = [
    (
        "/settings/integrations",
        &["api", "oauth", "token", "endpoint"],
        "fields and pages of services, by their names there",
    ),
    ("/settings/zapier", &["webhook"], "what Zapier calls it"),
    ("/settings/ai", &["token"], "what answers are counted and paid in"),
    ("/agents", &["job"], "what an agent does for the company"),
];

/// What a page says: the text between its tags, and the words in attributes that are shown or read out.
fn said(html: &str) -> Vec<String> {
    let mut all = vec![];
    let mut rest = html;
    while let Some((text, tagged)) = rest.split_once('<') {
        all.push(text.trim().to_owned());
        if let Some(comment) = tagged.strip_prefix("!--") {
            rest = comment.split_once("-->").map_or("", |(_, rest)| rest);
            continue;
        }
        // An attribute may hold a `>`.
        let (mut quoted, mut end) = (false, tagged.len());
        for (at, c) in tagged.char_indices() {
            match c {
                '"' => quoted = !quoted,
                '>' if !quoted => {
                    end = at;
                    break;
                }
                _ => {}
            }
        }
        let tag = &tagged[..end];
        for name in [" aria-label=\"", " title=\"", " placeholder=\"", " alt=\""] {
            all.extend(
                tag.split_once(name).and_then(|(_, value)| value.split_once('"')).map(|(value, _)| value.to_owned()),
            );
        }
        rest = tagged.get(end + 1..).unwrap_or_default();
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        if ["script", "style", "template"].contains(&name) {
            let close = format!("</{name}");
            rest = rest.find(&close).map_or("", |at| &rest[at..]);
        }
    }
    all.retain(|text| !text.is_empty());
    all
}

/// The pages that a page links to.
fn links(html: &str) -> BTreeSet<String> {
    let hrefs = html.split(" href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let ours = hrefs.filter(|href| href.starts_with('/') && !href.starts_with("//"));
    ours.map(|href| href.split('#').next().unwrap_or_default().replace("&amp;", "&")).collect()
}

/// The address without what tells one thing from another: the same page of two posts is looked at once.
fn kind(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let is_id = |part: &str| part.len() > 20 && part.bytes().all(|b| b.is_ascii_hexdigit() || b == b'-');
    let path: Vec<_> = path.split('/').map(|part| if is_id(part) { ":id" } else { part }).collect();
    let names: BTreeSet<_> = query.split('&').filter_map(|pair| pair.split('=').next()).collect();
    format!("{}?{}", path.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

fn is_page(address: &str) -> bool {
    !["/api/", "/media/", "/pkg/", "/fonts/", "/favicon", "/s/", "/rpc/"].iter().any(|other| address.starts_with(other))
}

/// Words that do not belong there.
fn wrong(address: &str, html: &str) -> Vec<String> {
    let named: Vec<_> =
        NAMED.iter().filter(|(page, ..)| address.starts_with(page)).flat_map(|(_, words, _)| *words).collect();
    let mut wrong = vec![];
    for text in said(html) {
        let words = forbidden(&text).into_iter().filter(|word| !named.contains(&word));
        wrong.extend(words.map(|word| format!("{address}: “{word}” in “{text}”")));
    }
    wrong
}

/// Somebody who may write posts, and no more.
async fn editor(t: &TestApp, owner: &Client) -> Client {
    let link = owner.call("identity/companies/invite", &[("role", "editor"), ("note", "")]).await.json();
    let token = link.as_str().and_then(|link| link.rsplit('/').next()).expect("a link").to_owned();
    let (client, next) = (t.client(), format!("/invite/{token}"));
    let fields = [("name", "Ed"), ("email", "ed@northwind.example"), ("password", PASSWORD), ("next", &next)];
    assert_eq!(client.call("identity/accounts/sign_up", &fields).await.status, 200);
    assert_eq!(client.call("identity/companies/accept_invitation", &[("token", &token)]).await.status, 200);
    client
}

#[tokio::test]
async fn whoever_writes_posts_reads_everyday_english() {
    let t = TestApp::start().await;
    demo::seed_if_empty(&t.app, &t.sandbox).await.expect("seeded");
    let owner = t.client();
    let maya = [("email", "maya@northwind.example"), ("password", "demo-roastery")];
    assert_eq!(owner.call("identity/accounts/sign_in", &maya).await.status, 200);
    let editor = editor(&t, &owner).await;
    // Publishing is late, which is told on every page.
    t.sql("update jobs set run_at = now() - interval '1 hour' where state = 'ready'").await;

    let mut seen: BTreeMap<String, String> = BTreeMap::from([(kind("/"), "/".to_owned())]);
    let mut next = VecDeque::from(["/".to_owned()]);
    let (mut faults, mut refused) = (vec![], BTreeSet::new());
    while let Some(address) = next.pop_front() {
        let page = editor.page(&address).await;
        if page.status == 403 {
            refused.insert(address);
            continue;
        }
        assert!(page.status < 400, "{address}: {}", page.status);
        faults.extend(wrong(&address, &page.body));
        for link in links(&page.body).into_iter().filter(|link| is_page(link)) {
            if link.starts_with("/diagnostics") {
                faults.push(format!("{address} leads to {link}"));
            } else if let Entry::Vacant(new) = seen.entry(kind(&link)) {
                new.insert(link.clone());
                next.push_back(link);
            }
        }
    }
    for page in [
        "/",
        "/studio",
        "/calendar",
        "/posts",
        "/posts/:id",
        "/needs",
        "/contacts",
        "/agents",
        "/library",
        "/connections",
    ]
    .into_iter()
    .chain(["/settings/company", "/settings/members", "/settings/voice", "/settings/security"])
    {
        assert!(seen.contains_key(&format!("{page}?")), "nothing leads to {page}");
    }
    // What the navigation and the tabs of the settings offer is there for this person.
    let offered = links(&editor.page("/settings/company").await.body);
    assert!(offered.is_disjoint(&refused), "refused: {refused:?}, offered: {offered:?}");
    assert!(
        faults.is_empty(),
        "{} pages; words of programmers for somebody who writes posts:\n{}",
        seen.len(),
        faults.join("\n")
    );

    // What has them is found: the pages behind Diagnostics, and the way there, which an admin has.
    assert!(!wrong("/diagnostics/queue", &owner.page("/diagnostics/queue").await.body).is_empty());
    assert!(links(&owner.page("/").await.body).contains("/diagnostics"));
    assert!(links(&owner.page("/diagnostics").await.body).contains("/diagnostics/queue"));
}
