//! How many posts the platforms still take from a company's accounts, as far as they have told us.

use super::store;
use crate::connectors::{Content, ContentRole, rate_limits, registry};
use crate::domain::error::Result;
use crate::domain::ids::ConnectionId;
use crate::domain::moment::When;
use crate::domain::platform::Platform;
use crate::domain::post::PostContent;
use crate::features::connections::model::PostsLeft;
use crate::features::secrets::server::service as secrets;
use crate::infra::database::Tenant;
use crate::infra::http::limits::{ANY, Period, shared};
use crate::infra::state::App;
use crate::infra::zone;
use chrono_tz::Tz;
use std::collections::BTreeMap;

/// The tightest budget of each account that we know of; accounts of which nothing is known are left out.
pub async fn posts_left(app: &App, tenant: &Tenant, clock: Tz) -> Result<BTreeMap<ConnectionId, PostsLeft>> {
    let mut keys = BTreeMap::new();
    let mut accounts = vec![];
    for (id, platform, remote_id) in store::accounts(tenant).await? {
        let Ok(platform) = platform.parse::<Platform>() else { continue };
        let Some(publish) = registry::find(platform).and_then(|c| c.publish) else { continue };
        if let std::collections::btree_map::Entry::Vacant(free) = keys.entry(platform) {
            free.insert(secrets::app_keys(app, tenant.company, platform).await?);
        }
        let text = Content { post: PostContent::default(), role: ContentRole::Post };
        let key = rate_limits::limit_key(platform, &keys[&platform], &remote_id);
        accounts.push((id, key, publish.spends(&text), publish.cost()));
    }
    let who: Vec<String> = accounts.iter().flat_map(|(_, p, ..)| [p.app.to_string(), p.account.to_string()]).collect();
    let known = shared::budgets(&app.db, &who).await?;
    let left = accounts.into_iter().filter_map(|(id, key, spends, cost)| {
        let of_posts = known.iter().filter(|b| b.bucket == key.app || b.bucket == key.account).filter(|b| {
            let whole = b.period == Period::Hold || b.remaining <= 0;
            spends.contains(&b.endpoint.as_ref()) || (b.endpoint.as_ref() == ANY && whole)
        });
        let tightest = of_posts.min_by_key(|b| (b.remaining, std::cmp::Reverse(b.resets_at)))?;
        let until = When { at: tightest.resets_at.into(), local: zone::local(clock, tightest.resets_at) };
        // Loads in per cent are no number of posts.
        let of = tightest
            .quota
            .map(|quota| quota / cost)
            .filter(|_| matches!(tightest.period, Period::Window | Period::Day));
        Some((id, PostsLeft { left: tightest.remaining.max(0) / cost, of, until }))
    });
    Ok(left.collect())
}
