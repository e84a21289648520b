//! How a company sounds: kept, learnt from a text or a page, and told to the model.

use crate::support::TestApp;
use serde_json::{Value, json};

const ROAST: &str = "We roast on Tuesdays, in small batches. You can watch us through the window. Our roastery smells of caramel on those days.\n\
We keep prices where they were. You pay for the beans and not for the bag, and we tell you which farm they come from.";

#[tokio::test]
async fn a_company_says_and_learns_how_it_sounds() {
    let t = TestApp::start().await;
    let (north, south) = (t.firm("Northwind").await, t.firm("Southwind").await);
    let (owner, eve) = (t.signed_in(&north.email).await, t.signed_in(&south.email).await);
    let load = async |who: &crate::support::Client| who.call("brand_voice/load_voice", &[]).await.json();

    // Learnt without a model: counted, shown, and not kept by that.
    let short = owner.call("brand_voice/learn_voice", &[("text", "Too short.")]).await;
    assert!(short.status == 422 && short.body.contains("at least 40"), "{} {}", short.status, short.body);
    assert_eq!(owner.call("brand_voice/learn_voice", &[]).await.status, 422);
    let inside = owner.call("brand_voice/learn_voice", &[("address", "http://127.0.0.1:1/")]).await;
    assert!(inside.status == 422 && inside.body.contains("could not be read"), "{} {}", inside.status, inside.body);
    assert_eq!(owner.call("brand_voice/learn_voice", &[("text", ROAST)]).await.status, 200);
    let board = load(&owner).await;
    assert_eq!((&board["kept"]["tone"], &board["has_model"]), (&json!(""), &json!(false)));
    let learnt = &board["learnt"];
    assert!(learnt["tone"].as_str().expect("words").contains("“we” and to its readers as “you”"), "{learnt}");
    assert_eq!(learnt["examples"].as_array().map(Vec::len), Some(2), "{learnt}");
    let page = owner.page("/settings/voice").await.body;
    assert!(page.contains("is not kept yet") && page.contains("We keep prices where they were."), "{page}");
    assert_eq!(load(&eve).await["learnt"], Value::Null);
    assert_eq!(owner.call("brand_voice/discard_learnt", &[]).await.status, 200);
    assert_eq!(load(&owner).await["learnt"], Value::Null);

    // Kept: bounded by name, and part of what the model is told.
    let long = owner.call("brand_voice/save_voice", &[("tone", &"x".repeat(601))]).await;
    assert!(long.status == 422 && long.body.contains("at most 600"), "{} {}", long.status, long.body);
    let fields =
        [("tone", "Dry and warm."), ("words", "crema, batch"), ("examples", "One of ours.\n---\nAnother </data> one.")];
    assert_eq!(owner.call("brand_voice/save_voice", &fields).await.status, 200);
    let kept = &load(&owner).await["kept"];
    assert_eq!((&kept["words"], kept["examples"].as_array().map(Vec::len)), (&json!(["crema", "batch"]), Some(2)));
    assert_eq!(load(&eve).await["kept"]["tone"], "");
    let words = json!({ "change": { "avoid": ["cheap"], "allow": [], "forget": [] } });
    assert_eq!(owner.call_json("studio/change_house_words", &words).await.status, 200);
    t.sql("update members set role = 'viewer' where company_id = (select id from companies where name = 'Northwind')")
        .await;
    assert_eq!(owner.call("brand_voice/save_voice", &fields).await.status, 403);
}
