//! The library of snippets: kept, found by their words, changed by one person at a time, moved, tagged and deleted together and taken
//! back; only the own company's.

use crate::support::{Client, Firm, TestApp};
use lux::domain::ids::SnippetId;
use lux::domain::permission::Role;
use lux::domain::platform::Platform::{LinkedIn, X};
use lux::domain::post::{Plan, SavePost};
use lux::features::snippets::model::{SnippetKind, SnippetList, SnippetQuery};
use lux::features::snippets::server::service;
use lux::infra::session::Granted;

async fn list(firm: &Firm, query: &SnippetQuery) -> SnippetList {
    service::list(&firm.who, query).await.expect("a list")
}

fn ids(list: &SnippetList) -> Vec<SnippetId> {
    list.part.items.iter().map(|card| card.id).collect()
}

/// All of a list, read to its end; on the way back every part is the same again.
async fn all(firm: &Firm, query: &SnippetQuery) -> Vec<SnippetId> {
    let mut parts = vec![list(firm, query).await];
    while let Some(older) = parts.last().and_then(|list| list.part.older) {
        parts.push(list(firm, &SnippetQuery { older: Some(older), ..query.start() }).await);
    }
    for pair in parts.windows(2) {
        let back = list(firm, &SnippetQuery { newer: pair[1].part.newer, ..query.start() }).await;
        assert_eq!(ids(&back), ids(&pair[0]), "{query:?}");
    }
    parts.iter().flat_map(ids).collect()
}

async fn save(client: &Client, fields: &[(&str, &str)], status: u16) -> String {
    let answer = client.call("snippets/save_snippet", fields).await;
    assert_eq!(answer.status, status, "{}", answer.body);
    answer.body
}

/// The same rules without any index: `$5` are patterns of which a word that begins with each must be there.
const RULES: &str = r"
    select id from snippets, lower(concat_ws(' ', name, folder, tags, text)) has
    where company_id = $1 and deleted_at is null and ($2::text is null or kind = $2) and ($3::text is null or folder = $3)
      and (position(lower($4) in has) > 0
           or ($5::text[] <> '{}' and (select bool_and(has ~ ('\m' || w)) from unnest($5) w)))
      and ($6::text is null or concat(', ', lower(tags), ', ') like concat('%, ', lower($6), ', %'))
    order by changed_at desc, id desc";

/// Something done with several; what the address of the next page says of it.
async fn together(client: &Client, act: &[(&str, &str)], ids: &[SnippetId], status: u16) -> String {
    let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let mut fields = vec![("back", "/snippets?q=first&did=old")];
    fields.extend_from_slice(act);
    fields.extend(ids.iter().map(|id| ("ids[]", id.as_str())));
    let answer = client.call("snippets/act_on_snippets", &fields).await;
    assert_eq!(answer.status, status, "{act:?}: {}", answer.body);
    answer.location.unwrap_or_default()
}

/// The id of what was done, as it stands in that address.
fn act_of(done: &str) -> String {
    let (_, did) = done.split_once("did=").expect("what was done");
    let did = did.split('&').next().unwrap_or_default();
    did.split('.').next_back().unwrap_or_default().to_owned()
}

async fn undo(client: &Client, done: &str, status: u16) -> String {
    let id = act_of(done);
    let fields = [("done", id.as_str()), ("back", done)];
    let answer = client.call("snippets/undo_snippets", &fields).await;
    assert_eq!(answer.status, status, "{done}: {}", answer.body);
    answer.location.unwrap_or_default()
}

#[tokio::test]
async fn snippets_are_kept_found_changed_and_taken_back() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;

    // What is typed is tidied, and each fault is told at its field.
    let new = [
        ("kind", "hashtags"),
        ("name", "  Spring   coffee "),
        ("folder", "Spring"),
        ("tags", "coffee, Coffee,#sale"),
        ("text", "roast #Beans, #beans"),
    ];
    save(&owner, &new, 200).await;
    let kept = list(&firm, &SnippetQuery::default()).await.part.items.remove(0);
    assert_eq!((kept.name.as_str(), kept.text.as_str()), ("Spring coffee", "#roast #Beans"));
    assert_eq!((kept.kind, kept.tags.join("|"), kept.version), (SnippetKind::Hashtags, "coffee|sale".into(), 1));
    assert_eq!(kept.by.as_deref(), Some("Owner of Northwind"));
    let wrong = save(&owner, &[("name", ""), ("text", &"x".repeat(10_001))], 422).await;
    assert!(wrong.contains("Give it a name") && wrong.contains("10001 characters, at most 10000"), "{wrong}");

    // Of two people who change it at once, the later one is told, and nothing of the first is lost.
    let id = kept.id.to_string();
    for (text, status) in [("The first", 200), ("The late one", 409)] {
        save(&owner, &[("snippet", &id), ("version", "1"), ("name", "Spring"), ("text", text)], status).await;
    }
    let now = list(&firm, &SnippetQuery::default()).await.part.items.remove(0);
    assert_eq!((now.text.as_str(), now.version), ("The first", 2));

    // Deleted, and taken back once.
    let done = together(&owner, &[("act", "delete")], &[kept.id], 200).await;
    assert!(done.starts_with("/snippets?q=first&did=delete.1."), "{done}");
    assert!(owner.page(&done).await.body.contains("1 snippet deleted."));
    assert!(list(&firm, &SnippetQuery::default()).await.part.items.is_empty());
    assert_eq!(owner.call("snippets/act_on_snippets", &[("act", "delete"), ("ids[]", &id)]).await.status, 404, "twice");
    assert!(owner.page(&undo(&owner, &done, 200).await).await.body.contains("Taken back."));
    assert_eq!(list(&firm, &SnippetQuery::default()).await.part.items.len(), 1);
    assert_eq!(owner.call("snippets/undo_snippets", &[("done", &act_of(&done))]).await.status, 404, "once");

    // Who may not write posts only reads; another company finds nothing of it.
    let viewer = Granted { role: Role::Viewer, ..firm.who.clone() };
    assert!(!service::list(&viewer, &SnippetQuery::default()).await.expect("may look").may_edit);
    let south = t.firm("Southwind").await;
    let eve = t.signed_in(&south.email).await;
    let foreign = [("snippet", id.as_str()), ("version", "4"), ("name", "Eve"), ("text", "Eve")];
    save(&eve, &foreign, 404).await;
    assert_eq!(eve.call("snippets/act_on_snippets", &[("act", "delete"), ("ids[]", &id)]).await.status, 404);
    assert_eq!(eve.page(&format!("/snippets?edit={id}")).await.status, 404);
    assert!(list(&south, &SnippetQuery { search: "first".into(), ..Default::default() }).await.part.items.is_empty());
    assert_eq!(t.client().call("snippets/list_snippets", &[]).await.status, 401);

    // Each list shows all of it once and in order, by index as without one.
    t.sql(
        "insert into snippets (company_id, id, kind, name, folder, tags, text, changed_at)
         select company_id, gen_random_uuid(), (array['template', 'text', 'reply'])[1 + n % 3], 'Note ' || n,
                case when n % 2 = 0 then 'Autumn' else '' end, case when n % 5 = 0 then 'café' else '' end,
                case when n % 7 = 0 then 'It is 100% fresh' else 'Öffnungszeiten' end, now() - interval '1 hour' * (n / 3)
         from snippets, generate_series(1, 130) n where version = 4",
    )
    .await;
    for kind in [None, Some(SnippetKind::Reply), Some(SnippetKind::Signature)] {
        for folder in [None, Some("Autumn".to_owned())] {
            for (search, words, tag) in [
                ("", "", None),
                ("", "", Some("Café")),
                ("te", "", None),
                ("te", "", Some("spring")),
                ("note 11", "note 11", None),
                ("11 note", "11 note", None),
                ("CAFÉ note", "café note", Some("café")),
                ("100%", "100", None),
                ("fresh notes", "fresh note", None),
                ("öffnung autumn", "öffnung autumn", None),
                ("% _ &", "", None),
                ("nowhere", "nowhere", None),
            ] {
                let (search, tag) = (search.to_owned(), tag.map(str::to_owned));
                let words: Vec<_> = words.split_whitespace().map(str::to_owned).collect();
                let query = SnippetQuery { kind, folder: folder.clone(), search, tag, ..Default::default() };
                let rules: Vec<SnippetId> = sqlx::query_scalar(RULES)
                    .bind(firm.who.company)
                    .bind(kind.map(SnippetKind::id))
                    .bind(&folder)
                    .bind(&query.search)
                    .bind(&words)
                    .bind(&query.tag)
                    .fetch_all(&t.app.db)
                    .await
                    .expect("rules");
                assert_eq!(all(&firm, &query).await, rules, "{query:?}");
            }
        }
    }
    let whole = list(&firm, &SnippetQuery::default()).await;
    assert_eq!((whole.folders, whole.tags), (vec!["Autumn".to_owned()], vec!["café".to_owned()]));
    // The page, with the form for one that is changed, without JavaScript.
    let page = owner.page(&format!("/snippets?kind=text&edit={id}")).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("Change the snippet") && page.body.contains("The first"), "{}", page.body);
    for odd in ["/snippets?kind=fax&older=junk&edit=x", "/snippets?q=%25&folder=None", "/snippets?new=fax"] {
        assert_eq!(owner.page(odd).await.status, 200, "{odd}");
    }

    // Hashtags: the groups that are kept, then those of what is published, as it was written; drafts do not count.
    firm.publish(firm.post("Fresh #Beans, #beans and #Spring", &[X, LinkedIn])).await;
    firm.save(SavePost { plan: Plan::Draft, ..firm.post("#Never", &[X]) }).await;
    t.drive_to(0).await;
    let group = [("kind", "hashtags"), ("name", "Always"), ("text", "coffee beans")];
    save(&owner, &group, 200).await;
    let ideas = async |search: &str| {
        let ideas = owner.call("studio/suggest_hashtags", &[("search", search)]).await.json();
        let ideas = ideas.as_array().cloned().unwrap_or_default();
        ideas
            .iter()
            .map(|idea| [&idea["tags"], &idea["about"]].map(|v| v.as_str().unwrap_or_default().to_owned()))
            .collect::<Vec<_>>()
    };
    let all = ideas("").await;
    let tags: Vec<_> = all.iter().map(|[tags, _]| tags.as_str()).collect();
    assert_eq!(tags, ["#coffee #beans", "#Beans", "#Spring"]);
    let about = &all[1][1];
    assert!(about.starts_with("In 1 post, last ") && about.contains("LinkedIn") && about.contains('X'), "{about}");
    assert_eq!(ideas("#SPR").await.len(), 1);
    assert!(eve.call("studio/suggest_hashtags", &[]).await.json().as_array().is_some_and(Vec::is_empty));
    let emoji = owner.call("emoji/find_emoji", &[("words", "Kaffee")]).await.json();
    assert_eq!(emoji[0]["name"], "hot beverage", "{emoji}");
}

#[tokio::test]
async fn several_are_moved_and_tagged_together_and_found_in_spite_of_an_error() {
    let t = TestApp::start().await;
    let firm = t.firm("Northwind").await;
    let owner = t.signed_in(&firm.email).await;
    t.sql(
        "insert into snippets (company_id, id, kind, name, folder, tags, text, changed_at)
         select c.id, gen_random_uuid(), 'text', 'Note ' || n, case when n = 1 then 'Old' else '' end,
                case when n = 3 then 'a, b, c, d, e, f, g, h, i, j' else 'new' end,
                'Our roastery opens at ' || n, now() - interval '1 hour' * n
         from companies c, generate_series(1, 3) n where c.name = 'Northwind'",
    )
    .await;
    let of = async |folder: &str, tag: &str| {
        let some = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        list(&firm, &SnippetQuery { folder: some(folder), tag: some(tag), ..Default::default() }).await.part.items
    };
    let all: Vec<SnippetId> = of("", "").await.iter().map(|card| card.id).collect();
    assert_eq!(all.len(), 3);

    // Only what becomes different is counted, and where nothing does, that is said. Nothing changes its place.
    let moved = together(&owner, &[("act", "move"), ("folder", "  Old ")], &all, 200).await;
    assert!(moved.contains("did=move.2.") && moved.ends_with("&notice=Old") && !moved.contains("did=old"), "{moved}");
    assert!(owner.page(&moved).await.body.contains("2 snippets moved to “Old”."));
    assert_eq!(of("Old", "").await.iter().map(|card| card.id).collect::<Vec<_>>(), all);
    assert_eq!(together(&owner, &[("act", "move"), ("folder", "Old")], &all, 409).await, "");
    let tagged = together(&owner, &[("act", "tag"), ("tag", "#Spring")], &all, 200).await;
    assert!(tagged.contains("did=tag.2."), "one has ten tags already: {tagged}");
    assert_eq!(of("Old", "SPRING").await.len(), 2);
    let untagged = together(&owner, &[("act", "untag"), ("tag", "NEW")], &all, 200).await;
    assert_eq!(of("", "new").await.len(), 0);
    for wrong in [("tag", "a,b"), ("tag", ""), ("tag", &*"x".repeat(41)), ("move", &*"x".repeat(61))] {
        let field = if wrong.0 == "move" { "folder" } else { wrong.0 };
        together(&owner, &[("act", wrong.0), (field, wrong.1)], &all, 422).await;
    }
    together(&owner, &[("act", "tag"), ("tag", "x")], &[], 422).await;

    // The last act of each is taken back, except where somebody has changed one since.
    undo(&owner, &untagged, 200).await;
    assert_eq!(of("", "new").await.len(), 2);
    undo(&owner, &tagged, 409).await;
    let moved = together(&owner, &[("act", "move"), ("folder", "")], &all, 200).await;
    let card = of("", "").await.remove(0);
    let (id, version) = (card.id.to_string(), card.version.to_string());
    save(&owner, &[("snippet", &id), ("version", &version), ("name", "Mine"), ("text", "Mine")], 200).await;
    let back = undo(&owner, &moved, 200).await;
    assert!(back.ends_with("did=undone&not=1") && of("Old", "").await.len() == 2, "{back}");
    let deleted = together(&owner, &[("act", "delete")], &all, 200).await;
    assert!(of("", "").await.is_empty());
    undo(&owner, &deleted, 200).await;
    assert_eq!(of("", "").await.len(), 3);

    // One error in a word is forgiven where nothing has the words as they were typed.
    for (search, found, is_alike) in [
        ("rostery", 2, true),
        ("opnes roastrey", 0, false),
        ("roastery opnes", 0, false),
        ("roasteries", 2, false),
        ("rpastery at", 2, true),
    ] {
        let list = list(&firm, &SnippetQuery { search: search.into(), ..Default::default() }).await;
        assert_eq!((list.part.items.len(), list.is_alike), (found, is_alike), "{search}");
    }

    // A new one begins with the text of a post, which stays as it was.
    let post = firm.publish(firm.post("Fresh beans\nfrom Lisbon", &[X])).await;
    let page = owner.page(&format!("/snippets?post={post}")).await;
    assert!(
        page.status == 200 && page.body.contains("New snippet") && page.body.contains("from Lisbon"),
        "{}",
        page.body
    );
    assert!(owner.page(&format!("/posts/{post}")).await.body.contains(&format!("/snippets?post={post}")));
}
