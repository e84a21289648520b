//! People and pictures: looked for.

use super::{LISTED, short};
use crate::domain::error::Result;
use crate::domain::permission::Permission;
use crate::features::agents::server::facts::{Scene, things};
use crate::features::chat::server::help;
use crate::features::chat::server::shown::Shown;
use crate::features::chat::server::turn::Turn;
use crate::features::contacts::model::ContactQuery;
use crate::features::contacts::server::listed;
use chrono::Utc;
use serde_json::{Value, json};

pub async fn contacts(turn: &Turn, shown: &mut Shown, words: &str) -> Result<Value> {
    let who = turn.asker.full.clone().require(Permission::Contacts)?;
    let query = ContactQuery { search: short(words.trim(), 100), ..ContactQuery::default() };
    let part = listed::part(&who.tenant, &query).await?;
    let ids: Vec<_> = part.items.into_iter().take(LISTED).collect();
    let cards = listed::cards(&who.tenant, &ids).await?;
    let line = |card: &crate::features::contacts::model::ContactCard| {
        json!({
            "ref": shown.contact(card.id),
            "name": card.title(),
            "company": card.company_name,
            "tags": card.tags,
            "consent": card.consent.id(),
            "since": card.created.local.short(),
        })
    };
    Ok(cards.iter().map(line).collect())
}

pub async fn pictures(turn: &Turn, shown: &mut Shown, words: &str) -> Result<Value> {
    let scene = Scene::of(turn.who().clone(), Utc::now()).await?;
    let wanted = help::words_of(&short(words, 100));
    let mut all = things::assets(&scene).await?;
    all.retain(|asset| asset.kind == "picture");
    let fits = |asset: &things::Asset| {
        let has = help::words_of(&format!("{} {}", asset.alt, asset.file_name));
        wanted.intersection(&has).count()
    };
    if !wanted.is_empty() {
        all.retain(|asset| fits(asset) > 0);
        all.sort_by_key(|asset| std::cmp::Reverse(fits(asset)));
    }
    let line =
        |asset: &things::Asset| json!({ "ref": shown.picture(asset.id), "shows": asset.alt, "file": asset.file_name });
    Ok(all.iter().take(LISTED).map(line).collect())
}
