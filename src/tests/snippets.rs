//! Snippets: kept, found, changed by one person at a time, deleted and taken back; only the own company's.

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

/// The same rules without any index.
const RULES: &str = "
    select id from snippets
    where company_id = $1 and deleted_at is null and ($2::text is null or kind = $2) and ($3::text is null or folder = $3)
      and position(lower($4) in lower(concat_ws(' ', name, folder, tags, text))) > 0
    order by changed_at desc, id desc";

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

    // Deleted, and taken back.
    for (act, left) in [("delete", 0), ("restore", 1)] {
        let fields = [("act", act), ("snippet", id.as_str()), ("back", "/snippets?q=first")];
        assert_eq!(owner.call("snippets/act_on_snippet", &fields).await.status, 200, "{act}");
        assert_eq!(list(&firm, &SnippetQuery::default()).await.part.items.len(), left, "{act}");
        assert_eq!(owner.call("snippets/act_on_snippet", &fields).await.status, 404, "{act} twice");
    }

    // Who may not write posts only reads; another company finds nothing of it.
    let viewer = Granted { role: Role::Viewer, ..firm.who.clone() };
    assert!(!service::list(&viewer, &SnippetQuery::default()).await.expect("may look").may_edit);
    let south = t.firm("Southwind").await;
    let eve = t.signed_in(&south.email).await;
    let foreign = [("snippet", id.as_str()), ("version", "2"), ("name", "Eve"), ("text", "Eve")];
    save(&eve, &foreign, 404).await;
    assert_eq!(eve.call("snippets/act_on_snippet", &[("act", "delete"), ("snippet", &id)]).await.status, 404);
    assert_eq!(eve.page(&format!("/snippets?edit={id}")).await.status, 404);
    assert!(list(&south, &SnippetQuery { search: "first".into(), ..Default::default() }).await.part.items.is_empty());
    assert_eq!(t.client().call("snippets/list_snippets", &[]).await.status, 401);

    // Each list shows all of it once and in order, by index as without one.
    t.sql(
        "insert into snippets (company_id, id, kind, name, folder, tags, text, changed_at)
         select company_id, gen_random_uuid(), (array['template', 'text', 'reply'])[1 + n % 3], 'Note ' || n,
                case when n % 2 = 0 then 'Autumn' else '' end, case when n % 5 = 0 then 'café' else '' end,
                case when n % 7 = 0 then 'It is 100% fresh' else 'Öffnungszeiten' end, now() - interval '1 hour' * (n / 3)
         from snippets, generate_series(1, 130) n where version = 2",
    )
    .await;
    for kind in [None, Some(SnippetKind::Reply), Some(SnippetKind::Signature)] {
        for folder in [None, Some("Autumn".to_owned())] {
            for search in ["", "te", "note 11", "CAFÉ", "100%", "öffnung", "nowhere"] {
                let query = SnippetQuery { kind, folder: folder.clone(), search: search.into(), ..Default::default() };
                let rules: Vec<SnippetId> = sqlx::query_scalar(RULES)
                    .bind(firm.who.company)
                    .bind(kind.map(SnippetKind::id))
                    .bind(&folder)
                    .bind(search)
                    .fetch_all(&t.app.db)
                    .await
                    .expect("rules");
                assert_eq!(all(&firm, &query).await, rules, "{query:?}");
            }
        }
    }
    assert_eq!(list(&firm, &SnippetQuery::default()).await.folders, ["Autumn"]);
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
