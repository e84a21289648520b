//! The newest posts of an account: what its network says now, or said within the last minute. It is asked only because a person
//! opened the list, never by itself: some networks take money for each post that is read.

use super::store::{self, Account, Kept};
use crate::connectors::{Call, Fault, Recent, RecentPage, Wire, registry};
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{ConnectionId, PostId};
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::domain::recent::RecentPost;
use crate::features::connections::server::service as connections;
use crate::features::recent::model::{ListedPost, Next, RecentList, Trouble};
use crate::infra::http::throttle;
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use std::collections::HashMap;
use std::time::Duration;

/// So long what a network said counts as what it says now.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// How long a person waits for the network.
const PATIENCE: Duration = Duration::from_secs(15);

/// A part of an account's list; `older` as the part before named it, empty for the newest posts.
pub async fn list(who: &Granted, id: ConnectionId, older: &str) -> Result<RecentList> {
    // Only what a network named: another place would be asked for at the network, and kept.
    let is_known = older.is_empty() || (RecentPage::is_place(older) && store::is_named(&who.tenant, id, older).await?);
    if !is_known {
        return Err(AppError::invalid("older", "This is no place in the list. Open the list from its beginning."));
    }
    let account = store::account(&who.tenant, id).await?.ok_or_else(|| AppError::not_found("account"))?;
    let zone = zone::of(&account.zone);
    let kept = store::find(&who.tenant, id, older).await?;
    let (kept, trouble) = match kept {
        Some(kept) if kept.age < FRESH => (Some(kept), None),
        before => {
            throttle::check(&who.app.throttles.lists, &who.user.to_string(), "looks at lists of posts")?;
            throttle::check(&who.app.throttles.lists_of_account, &id.to_string(), "looks at this account's posts")?;
            match ask(who, id, account.platform, older).await {
                Ok(page) => {
                    let read_at = store::keep(&who.tenant, id, older, &page.posts, page.older.as_deref()).await?;
                    let read_at = read_at.ok_or_else(|| AppError::not_found("account"))?;
                    let RecentPage { posts, older } = page;
                    (Some(Kept { posts, older, read_at, age: TimeDelta::zero() }), None)
                }
                Err(fault) => (before, Some(trouble(&fault, &account, zone))),
            }
        }
    };
    let mut shown = RecentList {
        id,
        platform: account.platform,
        handle: account.handle,
        profile_url: account.profile_url,
        posts: vec![],
        older: None,
        read_at: None,
        zone: account.zone,
        about: capability(account.platform).and_then(|recent| recent.about()).map(str::to_owned),
        trouble,
        may_connect: who.role.may(Permission::Connect),
    };
    if let Some(kept) = kept {
        let ids: Vec<String> = kept.posts.iter().flat_map(names).cloned().collect();
        let ours = store::ours(&who.tenant, id, &ids).await?;
        let of = |post| listed(&who.app, account.platform, zone, &ours, post);
        shown.posts = kept.posts.into_iter().map(of).collect();
        shown.older = kept.older;
        shown.read_at = Some(when(zone, kept.read_at));
    }
    Ok(shown)
}

fn capability(platform: Platform) -> Option<&'static dyn Recent> {
    registry::find(platform)?.recent
}

fn when(zone: Tz, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: zone::local(zone, at) }
}

/// The ids by which publishing may have named a post.
fn names(post: &RecentPost) -> impl Iterator<Item = &String> {
    std::iter::once(&post.id).chain(&post.also)
}

fn listed(app: &App, platform: Platform, zone: Tz, ours: &HashMap<String, PostId>, post: RecentPost) -> ListedPost {
    let ours = names(&post).find_map(|id| ours.get(id)).copied();
    // The stand-in's page, where one answers for the network.
    let there = |url: String| app.outbound.resolve(platform, &url).map_or(url, String::from);
    ListedPost {
        ours,
        at: post.at.map(|at| when(zone, at.into())),
        url: post.url.map(there),
        kind: post.kind,
        has_picture: post.picture.is_some(),
        title: post.title,
        text: post.text,
        audience: post.audience,
        id: post.id,
    }
}

/// Asks the network. A token that it does not take is renewed once.
async fn ask(who: &Granted, id: ConnectionId, platform: Platform, older: &str) -> Result<RecentPage, Fault> {
    let Some(recent) = capability(platform) else {
        let message = format!("{} gives programs no list of an account's posts", platform.name());
        return Err(Fault::Unsupported { message });
    };
    let older = Some(older).filter(|place| !place.is_empty());
    let mut refreshed = false;
    loop {
        let asked = tokio::time::timeout(PATIENCE, ask_once(who, id, recent, older)).await;
        match asked.unwrap_or_else(|_| Err(Fault::transient(format!("{} did not answer in time", platform.name())))) {
            Err(Fault::AuthExpired { .. }) if !refreshed => {
                refreshed = true;
                connections::refresh_refused(&who.app, who.company, id).await?;
            }
            answer => return answer.map(RecentPage::bounded),
        }
    }
}

async fn ask_once(
    who: &Granted,
    id: ConnectionId,
    recent: &'static dyn Recent,
    older: Option<&str>,
) -> Result<RecentPage, Fault> {
    let auth = connections::call_context(&who.app, who.company, id).await?;
    let wire = Wire::new(who.app.outbound.clone()).on_behalf_of(who.company);
    let wire = wire.counted_for(auth.platform, &auth.keys, &auth.remote_id);
    if let Some(until) = wire.blocked_until(recent.spends(), Utc::now()) {
        return Err(Fault::RateLimited { message: "the network asks us to wait".into(), until });
    }
    let call = Call {
        wire: &wire,
        keys: &auth.keys,
        grant: &auth.grant,
        account: &auth.remote_id,
        handle: &auth.handle,
        facts: &auth.facts,
    };
    recent.recent(&call, older).await
}

/// What went wrong, for a person, and what helps.
fn trouble(fault: &Fault, account: &Account, zone: Tz) -> Trouble {
    let name = account.platform.name();
    let words: String = fault.to_string().chars().take(300).collect();
    let words = words.trim().trim_end_matches('.');
    let (words, next) = match fault {
        Fault::Transient { .. } | Fault::UnknownOutcome { .. } => {
            (format!("The list could not be read: {words}. Try again in a minute."), Next::Later)
        }
        Fault::RateLimited { until, .. } => {
            let until = zone::local(zone, *until).short();
            (format!("{name} takes no more questions until {until}. Try again after that."), Next::Later)
        }
        Fault::AuthExpired { .. } => {
            (format!("{name} does not accept this sign-in any more: {words}."), Next::Reconnect)
        }
        Fault::PermissionMissing { scopes, .. } | Fault::NotAllowed { scopes, .. } => {
            let missing = match scopes.as_slice() {
                [] => String::new(),
                scopes => format!(" ({})", scopes.join(", ")),
            };
            (
                format!("{} cannot be listed: {words}{missing}. Connect it again and allow that.", account.handle),
                Next::Reconnect,
            )
        }
        Fault::Disconnected { .. } => (format!("{name} has closed our access: {words}."), Next::Reconnect),
        Fault::NotConfigured { .. } => (format!("{words}."), Next::Keys),
        Fault::Unsupported { .. } => (format!("{words}."), Next::Look),
        Fault::InvalidContent { .. }
        | Fault::PreparationLost { .. }
        | Fault::NoMedia { .. }
        | Fault::Permanent { .. }
        | Fault::Duplicate { .. } => (format!("{name} does not give this list: {words}."), Next::Look),
    };
    Trouble { words, next }
}
