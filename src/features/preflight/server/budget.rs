//! Whether the platforms' limits hold back what is planned: the same question to the same page of the ledger that its
//! publishing asks when the time comes (`run::Run::blocked_by`), asked now for then. It makes no call.

use super::evaluate::Held;
use super::store::Planned;
use crate::connectors::{AppKeys, Content, ContentRole, Media, MediaSource, rate_limits, registry};
use crate::domain::ids::CompanyId;
use crate::domain::platform::Platform;
use crate::domain::post::{MediaFacts, PostContent};
use crate::features::deliveries::server::run::LIMIT_PATIENCE;
use crate::features::secrets::server::service as secrets;
use crate::infra::state::App;
use chrono::TimeDelta;
use std::collections::{BTreeMap, BTreeSet};

/// The company's keys of the platforms that are planned for: limits are counted for the app that they name. Without those
/// that cannot be read: a check is not given up for them, and their publishing will say so.
pub async fn keys(app: &App, company: CompanyId, planned: &[(Planned, Platform)]) -> BTreeMap<Platform, AppKeys> {
    let platforms: BTreeSet<Platform> = planned.iter().map(|(_, platform)| *platform).collect();
    let mut keys = BTreeMap::new();
    for platform in platforms {
        match secrets::app_keys(app, company, platform).await {
            Ok(found) => {
                keys.insert(platform, found);
            }
            Err(error) => tracing::warn!(%error, %company, %platform, "limits could not be looked up"),
        }
    }
    keys
}

/// A limit that will still be used up when the post is due, as far as the platform has told us by now.
pub fn held(app: &App, p: &Planned, platform: Platform, keys: &AppKeys, pictures: &[MediaFacts]) -> Option<Held> {
    let publish = registry::find(platform)?.publish?;
    let key = rate_limits::limit_key(platform, keys, &p.remote_id);
    let spends = publish.spends(&outline(pictures));
    let until = app.outbound.limits().ledger.blocked_until(&key, spends, p.due_at)?;
    let patience = TimeDelta::minutes(p.late_minutes.into()).max(LIMIT_PATIENCE);
    Some(Held { until, too_long: until - p.due_at > patience })
}

/// As much of a post as decides which calls it needs: that it has pictures, not what they show.
fn outline(pictures: &[MediaFacts]) -> Content {
    let outline = |facts: &MediaFacts| Media {
        facts: facts.clone(),
        source: MediaSource::outline(facts.bytes),
        public_url: String::new(),
    };
    let media = pictures.iter().map(outline).collect();
    Content { post: PostContent { media, ..PostContent::default() }, role: ContentRole::Post }
}
