//! The account's newest posts. Where one pays X per use, each post that it gives costs money, and so does each picture beside
//! them: pictures are not asked for. Source: docs.x.com, pricing ("Charged per resource returned"), reviewed 2026-11-29.

use super::X;
use super::publish::{FIELDS, POST_FIELDS, remote, timeline};
use crate::connectors::recent::PAGE;
use crate::connectors::{Call, Fault, Recent, RecentPage};
use crate::domain::recent::RecentPost;
use async_trait::async_trait;

#[async_trait]
impl Recent for X {
    fn scopes(&self) -> &'static [&'static str] {
        &["tweet.read", "users.read"]
    }

    fn about(&self) -> Option<&'static str> {
        Some(
            "X takes money for each post that is read here, so it is asked only when somebody opens this page, for 20 \
             posts at a time. Reposts are not listed.",
        )
    }

    fn spends(&self) -> &'static [&'static str] {
        &["GET /2/users/*/tweets"]
    }

    async fn recent(&self, call: &Call<'_>, older: Option<&str>) -> Result<RecentPage, Fault> {
        call.needs(self.scopes(), "list its posts")?;
        let most = PAGE.to_string();
        let mut query = vec![("max_results", most.as_str()), (FIELDS, POST_FIELDS)];
        query.extend(older.map(|token| ("pagination_token", token)));
        let found = timeline(call, &query).await?;
        if found.data.is_empty() && !found.errors.is_empty() {
            let message = "X does not show the posts of this account".into();
            return Err(Fault::Permanent { code: "withheld".into(), message });
        }
        let posts = found.data.into_iter().map(|post| RecentPost {
            url: remote(call, post.id.clone()).url,
            text: post.text(),
            at: post.created_at.map(Into::into),
            kind: post.kind(),
            id: post.id,
            ..RecentPost::default()
        });
        Ok(RecentPage { posts: posts.collect(), older: found.meta.next_token })
    }
}
