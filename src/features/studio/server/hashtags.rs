//! Hashtags that a company has used, read from its newest published posts; and those that a model proposes for a text.

use crate::domain::entities;
use crate::domain::error::Result;
use crate::domain::ids::PostId;
use crate::domain::moment::LocalTime;
use crate::domain::platform::{Customs, Highlight, Platform};
use crate::features::captions::server::hashtags;
use crate::features::identity::companies::server::service as companies;
use crate::features::snippets::model::{SnippetKind, SnippetQuery};
use crate::features::snippets::server::service as snippets;
use crate::features::studio::model::TagIdea;
use crate::infra::session::Granted;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use std::collections::HashMap;

/// Posts that are read, the newest of all accounts.
const POSTS: i64 = 500;
/// Hashtags of one answer.
const MOST: usize = 30;
/// Longest words that are searched for, in characters.
const MAX_SEARCH: usize = 100;

struct Row {
    post: PostId,
    at: DateTime<Utc>,
    platform: String,
    text: String,
}

/// One hashtag, as its newest post writes it.
struct Use {
    tag: String,
    /// Posts, each once however many accounts it went to.
    posts: Vec<PostId>,
    last: LocalTime,
    platforms: Vec<Platform>,
}

/// The groups that match, then single ones: used in most posts first, and of those the last used.
pub async fn suggest(who: &Granted, search: &str) -> Result<Vec<TagIdea>> {
    let search: String = search.trim().trim_start_matches('#').chars().take(MAX_SEARCH).collect();
    let query = SnippetQuery { kind: Some(SnippetKind::Hashtags), search: search.clone(), ..SnippetQuery::default() };
    let groups = snippets::list(who, &query).await?.part.items;
    let groups =
        groups.into_iter().map(|card| TagIdea { about: card.text.clone(), tags: card.text, name: Some(card.name) });
    let zone = companies::zone(&who.tenant).await?;
    let rows = sqlx::query_as!(
        Row,
        r#"select d.post_id as "post: PostId", d.live_at as "at!", c.platform, coalesce(d.text, p.text) as "text!"
           from (select d.post_id, d.live_at, d.connection_id, d.text from deliveries d
                 where d.company_id = $1 and d.part = 0 and d.live_at is not null
                 order by d.live_at desc limit $2) d
           join posts p on p.company_id = $1 and p.id = d.post_id
           join connections c on c.company_id = $1 and c.id = d.connection_id
           order by d.live_at desc"#,
        who.company.0,
        POSTS
    )
    .fetch_all(&who.tenant.db)
    .await?;
    let local = |at| zone::local(zone, at);
    let mut uses = counted(
        rows.into_iter().filter_map(|row| Some((row.post, local(row.at), row.platform.parse().ok()?, row.text))),
    );
    let wanted = search.to_lowercase();
    uses.retain(|used| used.tag.to_lowercase().contains(&wanted));
    // Those that were used as often stay in their order: the last used first.
    uses.sort_by_key(|used| std::cmp::Reverse(used.posts.len()));
    let singles = uses.into_iter().map(|used| TagIdea { about: used.about(), tags: used.tag, name: None });
    Ok(groups.chain(singles).take(MOST).collect())
}

/// What the model proposes for a text; it is told what the company has used.
pub async fn propose(who: &Granted, text: &str) -> Result<Vec<TagIdea>> {
    let used = suggest(who, "").await?.into_iter().filter(|idea| idea.name.is_none());
    let used: Vec<_> = used.map(|idea| idea.tags).collect();
    let proposed = hashtags::propose(who, text, &used).await?;
    let idea = |tag: String| {
        let own = if used.contains(&tag) { "; your company has used it" } else { "" };
        TagIdea { about: format!("Proposed by {}{own}", proposed.model), tags: tag, name: None }
    };
    Ok(proposed.tags.into_iter().map(idea).collect())
}

/// The hashtags of texts, of which the newest comes first.
fn counted(texts: impl Iterator<Item = (PostId, LocalTime, Platform, String)>) -> Vec<Use> {
    let mut uses: Vec<Use> = vec![];
    let mut known: HashMap<String, usize> = HashMap::new();
    for (post, at, platform, text) in texts {
        for entity in entities::find(&text, Customs::Words).into_iter().filter(|e| e.kind == Highlight::Tag) {
            let Some(tag) = text.get(entity.range.clone()) else { continue };
            let index = *known.entry(tag.to_lowercase()).or_insert_with(|| {
                uses.push(Use { tag: tag.to_owned(), posts: vec![], last: at, platforms: vec![] });
                uses.len() - 1
            });
            let used = &mut uses[index];
            // Deliveries of one post come together, mostly.
            if !used.posts.contains(&post) {
                used.posts.push(post);
            }
            if !used.platforms.contains(&platform) {
                used.platforms.push(platform);
            }
        }
    }
    uses
}

impl Use {
    fn about(&self) -> String {
        let posts = if self.posts.len() == 1 { "1 post".to_owned() } else { format!("{} posts", self.posts.len()) };
        let names: Vec<_> = self.platforms.iter().map(|platform| platform.name()).collect();
        format!("In {posts}, last {}, on {}", self.last.day.short(), names.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hashtag_is_counted_once_for_each_post() {
        let post = PostId::from_u128;
        let at = |text: &str| text.parse::<LocalTime>().expect("a time");
        let texts = [
            (post(2), at("2026-11-20T09:00"), Platform::X, "Beans! #Coffee #coffee"),
            (post(2), at("2026-11-20T09:00"), Platform::LinkedIn, "#coffee, and more at https://a.example/#top"),
            (post(1), at("2026-11-01T09:00"), Platform::X, "#Sale and #COFFEE"),
        ];
        let uses = counted(texts.into_iter().map(|(post, at, on, text)| (post, at, on, text.to_owned())));
        let said: Vec<_> =
            uses.iter().map(|used| (used.tag.as_str(), used.posts.len(), used.platforms.len())).collect();
        assert_eq!(said, [("#Coffee", 2, 2), ("#Sale", 1, 1)]);
        assert!(uses[0].about().starts_with("In 2 posts, last Fri 20 Nov"), "{}", uses[0].about());
        assert!(uses[0].about().ends_with(", on X, LinkedIn"), "{}", uses[0].about());
    }
}
