//! Gathers what is known about planned deliveries of one company, and keeps what was found.

use super::address::{Address, NoPicture};
use super::budget;
use super::evaluate::{self, Facts, MARGIN, Token};
use super::store::{self, Looked, Planned};
use crate::connectors::registry;
use crate::domain::account::AccountFacts;
use crate::domain::connection::ConnectionState;
use crate::domain::error::Result;
use crate::domain::ids::{AssetId, ConnectionId, DeliveryId, PostId};
use crate::domain::limits;
use crate::domain::platform::Platform;
use crate::domain::post::{MediaFacts, PartKind};
use crate::features::connections::server::service as connections;
use crate::features::identity::companies::server::service as companies;
use crate::features::media::server::service::{self as media, Stock};
use crate::features::preflight::model::{CheckStage, Finding, Verdict};
use crate::features::preflight::server::pacing;
use crate::features::preflight::server::pacing::{PacingContext, Subject};
use crate::features::secrets::server::service as secrets;
use crate::infra::database::Tenant;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use futures::StreamExt;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Sign-ins that are renewed at once before they are needed, and how long one may take.
const RENEW_AT_ONCE: usize = 4;
const RENEW_WITHIN: Duration = Duration::from_secs(20);

/// Which check is written down.
pub enum Which {
    /// By the time that is left.
    ByTime,
    This(CheckStage),
}

impl From<CheckStage> for Which {
    fn from(stage: CheckStage) -> Self {
        Self::This(stage)
    }
}

/// What came of one check.
pub struct Checked {
    pub delivery: DeliveryId,
    pub connection: ConnectionId,
    pub findings: Vec<Finding>,
}

/// What several deliveries of a post share.
struct Pictures {
    facts: Vec<MediaFacts>,
    assets: Vec<AssetId>,
    missing: Vec<(usize, Stock)>,
}

/// Looks at these deliveries and keeps the results; those that are not planned (any more) are left out. `address`: what is
/// known of our own one.
pub async fn check(
    app: &App,
    t: &Tenant,
    ids: &[DeliveryId],
    now: DateTime<Utc>,
    which: Which,
    address: &Address,
) -> Result<Vec<Checked>> {
    let mut planned = store::planned(t, ids).await?;
    if planned.is_empty() {
        return Ok(vec![]);
    }
    // Nobody who saves waits for a platform, or for what stands in front of this server.
    let saving = matches!(which, Which::This(CheckStage::Save));
    let not_renewed = if saving { Renewal::default() } else { renew(app, t, &planned, now).await };
    if !not_renewed.asked.is_empty() {
        // What came of it stands in the connections.
        planned = store::planned(t, ids).await?;
    }
    let pictures = pictures(app, t, &planned).await?;
    let zone = companies::zone(t).await?;
    let ready = secrets::ready_platforms(app, t).await?;
    // A platform that this program does not know cannot be looked at; its publishing will say so.
    let planned: Vec<(Planned, Platform)> =
        planned.into_iter().filter_map(|p| p.platform.parse().ok().map(|platform| (p, platform))).collect();
    let no_picture = if saving { None } else { no_picture(app, t, &planned, &pictures, address).await? };
    let keys = budget::keys(app, t.company, &planned).await;
    let contents: Vec<_> = planned.iter().map(|(p, _)| p.content(pictures[&p.post].assets.clone())).collect();
    let subjects: Vec<_> = planned
        .iter()
        .zip(&contents)
        .map(|((p, platform), content)| Subject {
            post: p.post,
            connection: p.connection,
            platform: *platform,
            handle: &p.handle,
            due: p.due_at,
            content,
        })
        .collect();
    let place = PacingContext { company: t.company, zone, now };
    let guards = pacing::findings(&mut *t.db.acquire().await?, place, &subjects, pacing::Depth::Whole).await?;

    let mut looks = Vec::with_capacity(planned.len());
    for ((p, platform), guards) in planned.iter().zip(guards) {
        let of_post = &pictures[&p.post];
        let mut facts = facts(app, p, *platform, of_post, now);
        facts.has_keys = ready.contains(platform);
        facts.guards = guards;
        facts.held = keys.get(platform).and_then(|keys| budget::held(app, p, *platform, keys, &of_post.facts));
        let fetched = fetches(*platform, of_post) && is_open(app, *platform);
        facts.no_picture = no_picture.filter(|_| fetched).map(|no_picture| (own_address(app), no_picture));
        if not_renewed.failed.contains(&p.connection) && facts.connection == ConnectionState::Active {
            facts.token = Token::NotRenewed;
        }
        let findings = evaluate::findings(facts, |at| zone::local(zone, at).short());
        let stage = match which {
            Which::ByTime => evaluate::stage(now, p.due_at),
            Which::This(stage) => stage,
        };
        let next_at = evaluate::next(now, p.due_at, Verdict::of(&findings));
        store::keep(t, p, &Looked { stage, findings: &findings, at: now, next_at }).await?;
        looks.push(Checked { delivery: p.id, connection: p.connection, findings });
    }
    Ok(looks)
}

fn facts<'a>(app: &'a App, p: &'a Planned, platform: Platform, pictures: &Pictures, now: DateTime<Utc>) -> Facts<'a> {
    let connector = registry::find(platform);
    let publish = connector.and_then(|c| c.publish);
    let renews_itself = connector.and_then(|c| c.sign_in).is_some_and(|s| s.renews_access_itself());
    let has_pictures = !pictures.facts.is_empty();
    let needed = publish.map_or(&[][..], |publish| publish.account_scopes(&p.facts, has_pictures));
    let for_comment = publish.filter(|_| p.has_comment).map_or(&[][..], |p| p.part_scopes(PartKind::Comment));
    let shut_out = fetches(platform, pictures) && !is_open(app, platform);
    let content = p.content(pictures.facts.clone());
    let account = AccountFacts::read(&p.facts);
    let refresh = p.has_refresh.then_some(p.refresh_expires_at);
    Facts {
        platform,
        handle: &p.handle,
        now,
        due: p.due_at,
        connection: ConnectionState::parse(&p.connection_state).unwrap_or(ConnectionState::Disconnected),
        reason: &p.connection_reason,
        token: evaluate::token(now, p.due_at, p.access_expires_at, refresh, renews_itself),
        missing_scopes: missing(needed, &p.scopes),
        missing_for_comment: missing(for_comment, &p.scopes),
        has_publisher: publish.is_some() || account.by_hand,
        has_keys: true,
        missing_pictures: pictures.missing.clone(),
        unreachable: shut_out.then(|| own_address(app)),
        no_picture: None,
        held: None,
        limits: limits::check(platform, &account, &content),
        guards: vec![],
    }
}

/// Whether the platform comes for the pictures itself.
fn fetches(platform: Platform, pictures: &Pictures) -> bool {
    let publish = registry::find(platform).and_then(|c| c.publish);
    !pictures.facts.is_empty() && publish.is_some_and(|p| p.fetches_media())
}

/// Whether it can be expected at our address, as far as one can tell by looking at that: a stand-in comes from this machine.
fn is_open(app: &App, platform: Platform) -> bool {
    app.outbound.is_overridden(platform) || evaluate::is_public(&app.settings.public_url)
}

fn own_address(app: &App) -> &str {
    app.settings.public_url.as_str().trim_end_matches('/')
}

/// Fetches one of the pictures that a platform will come for; `None`: none is, or it was there. One stands for all: that
/// the store has each of them is looked at by itself.
async fn no_picture<'a>(
    app: &App,
    t: &Tenant,
    planned: &[(Planned, Platform)],
    pictures: &BTreeMap<PostId, Pictures>,
    address: &'a Address,
) -> Result<Option<&'a NoPicture>> {
    let there = |(p, platform): &&(Planned, Platform)| {
        let of_post = &pictures[&p.post];
        fetches(*platform, of_post) && is_open(app, *platform) && of_post.missing.is_empty()
    };
    let Some((p, _)) = planned.iter().find(there) else { return Ok(None) };
    let cards = media::of_post(&mut *t.db.acquire().await?, t.company, p.post).await?;
    let Some(picture) = cards.first() else { return Ok(None) };
    Ok(address.try_with(app, &picture.url).await)
}

/// What is needed and was not allowed. Not every platform says what was; then its publishing tells.
pub fn missing(needed: &'static [&'static str], had: &[String]) -> Vec<&'static str> {
    needed.iter().copied().filter(|s| !had.is_empty() && !had.iter().any(|h| h == s)).collect()
}

/// The pictures of each post, and which of them the store does not have.
async fn pictures(app: &App, t: &Tenant, planned: &[Planned]) -> Result<BTreeMap<PostId, Pictures>> {
    let mut all = BTreeMap::new();
    for p in planned {
        if all.contains_key(&p.post) {
            continue;
        }
        let stock = media::stock(app, t.company, p.post).await?;
        let missing = (1..).zip(&stock).filter(|(_, (_, found))| *found != Stock::There);
        let missing = missing.map(|(n, (_, found))| (n, found.clone())).collect();
        let facts: Vec<MediaFacts> = stock.into_iter().map(|(facts, _)| facts).collect();
        let assets = facts.iter().map(|f| f.asset).collect();
        all.insert(p.post, Pictures { facts, assets, missing });
    }
    Ok(all)
}

#[derive(Default)]
struct Renewal {
    asked: BTreeSet<ConnectionId>,
    failed: BTreeSet<ConnectionId>,
}

/// In the last minutes a sign-in that ends before the time is renewed, so that a refusal is known before it matters. A
/// refusal for good marks the connection; anything else is tried again by the publishing itself.
async fn renew(app: &App, t: &Tenant, planned: &[Planned], now: DateTime<Utc>) -> Renewal {
    let wanting = |p: &&Planned| {
        let soon = evaluate::stage(now, p.due_at) == CheckStage::Soon;
        let ends = p.access_expires_at.is_some_and(|end| end < p.due_at + MARGIN);
        let active = ConnectionState::parse(&p.connection_state) == Some(ConnectionState::Active);
        soon && ends && active && p.has_refresh
    };
    let asked: BTreeSet<_> = planned.iter().filter(wanting).map(|p| p.connection).collect();
    let failed = futures::stream::iter(asked.clone())
        .map(|connection| async move {
            let renewal = connections::refresh_now(app, t.company, connection);
            let renewed = tokio::time::timeout(RENEW_WITHIN, renewal).await;
            (!matches!(renewed, Ok(Ok(())))).then_some(connection)
        })
        .buffer_unordered(RENEW_AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    Renewal { asked, failed }
}
