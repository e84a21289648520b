//! The rules of connections: what is listed, how an account is kept, renewed and given up.
//! What the tokens of a connection are needed for goes through [`call_context`].

use super::budgets;
use super::store::{self, Row, Tokens};
use super::{changed, credentials, plan, renewal, states, tokens};
use crate::connectors::{Fault, Grant, RemoteAccount, Wire, registry};
use crate::domain::account::AccountFacts;
use crate::domain::connection::ConnectionState;
use crate::domain::error::{AppError, Result};
use crate::domain::ids::{CompanyId, ConnectionId, ConsentId, UserId};
use crate::domain::moment::Moment;
use crate::domain::moment::When;
use crate::domain::page::COUNTED;
use crate::domain::permission::Permission;
use crate::domain::platform::{Platform, PlatformKind};
use crate::features::connections::model::{
    ConnectionCard, ConnectionsBoard, Offer, Paused, Renewal, RenewalResult, SignInLife,
};
use crate::features::secrets::server::service as secrets;
use crate::infra::database::Tenant;
use crate::infra::session::Granted;
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::time::Duration;

pub use super::by_hand::{Refreshed, refresh_all, refresh_one};
pub use super::consent::{choice, choose, goes_on};
pub use super::credentials::sign_in;
pub use super::states::delete_old as delete_old_consents;
pub use super::tokens::{Authorised, call_context, mark_reconnect, refresh_now, refresh_refused};

/// A person who disconnects does not wait longer for the platform's yes.
const REVOKE_WITHIN: Duration = Duration::from_secs(10);

/// The accounts of a company that are in use (active, or waiting for a new consent).
pub async fn list(tenant: &Tenant) -> Result<Vec<ConnectionCard>> {
    let mut cards = cards(tenant).await?;
    cards.retain(|card| card.state != ConnectionState::Disconnected);
    Ok(cards)
}

/// As [`list`], with counts that stop at one post: for whoever only wants to know how the sign-ins are.
pub async fn list_briefly(tenant: &Tenant) -> Result<Vec<ConnectionCard>> {
    let mut cards = cards_in(tenant, zone::of(&store::zone(tenant).await?), 1).await?;
    cards.retain(|card| card.state != ConnectionState::Disconnected);
    Ok(cards)
}

/// As [`list`], and the disconnected ones for which posts still wait.
pub async fn cards(tenant: &Tenant) -> Result<Vec<ConnectionCard>> {
    cards_in(tenant, zone::of(&store::zone(tenant).await?), COUNTED + 1).await
}

async fn cards_in(tenant: &Tenant, zone: Tz, counted: i64) -> Result<Vec<ConnectionCard>> {
    let now = Utc::now();
    let when = |at: DateTime<Utc>| When { at: at.into(), local: zone::local(zone, at) };
    let card = |row: Row| {
        // A platform or state that this program does not know (a newer one wrote it) is left out.
        let state = ConnectionState::parse(&row.state)?;
        Some(ConnectionCard {
            id: row.id,
            platform: row.platform.parse().ok()?,
            state,
            sign_in: life(&row, state, now, when),
            handle: row.handle,
            display_name: row.display_name,
            picture_url: row.picture_url,
            profile_url: row.profile_url,
            state_reason: row.state_reason,
            scopes: row.scopes,
            connected_by: row.connected_by,
            connected_at: when(row.connected_at),
            expires: row.ends_at.map(when),
            waiting_posts: row.waiting_posts,
            posts_left: None,
            by_hand: AccountFacts::read(&row.facts).by_hand,
            paused: row.paused_at.map(|at| Paused { since: when(at), why: row.pause_note }),
        })
    };
    Ok(store::rows(tenant, &renewal::themselves(), counted).await?.into_iter().filter_map(card).collect())
}

fn life(row: &Row, state: ConnectionState, now: DateTime<Utc>, when: impl Fn(DateTime<Utc>) -> When) -> SignInLife {
    let renews = state == ConnectionState::Active && row.renewable;
    let grant = plan::Grant {
        refreshed_at: row.refreshed_at,
        access_expires_at: row.access_expires_at,
        not_before: row.renewal_not_before,
        next_post: row.next_post,
    };
    let last = row.renewal_tried_at.zip(RenewalResult::parse(&row.renewal_result));
    SignInLife {
        renewable: row.renewable,
        access_ends: row.access_expires_at.filter(|_| state != ConnectionState::Disconnected).map(&when),
        last: last.map(|(at, result)| Renewal { at: when(at), result, note: row.renewal_note.clone() }),
        next: plan::next(grant, now).filter(|_| renews).map(&when),
        planned_posts: row.planned_posts,
        posts_after_end: row.posts_after_end,
    }
}

/// The page. `about` names a failed consent of this session, whose words are shown.
pub async fn board(who: &Granted, about: Option<ConsentId>) -> Result<ConnectionsBoard> {
    let zone = store::zone(&who.tenant).await?;
    let ready = secrets::ready_platforms(&who.app, &who.tenant).await?;
    let offers = Platform::ALL
        .into_iter()
        .filter(|p| p.kind() == PlatformKind::Social)
        .filter_map(|platform| {
            let form = credentials::form(registry::find(platform)?.sign_in?);
            Some(Offer { platform, ready: ready.contains(&platform), form })
        })
        .collect();
    let note = match about {
        Some(id) => states::read_note(&who.tenant, id, who.session).await?,
        None => None,
    };
    let clock = zone::of(&zone);
    let mut cards = cards_in(&who.tenant, clock, COUNTED + 1).await?;
    let left = budgets::posts_left(&who.app, &who.tenant, clock).await?;
    for card in cards.iter_mut().filter(|card| card.state == ConnectionState::Active) {
        card.posts_left = left.get(&card.id).copied();
    }
    Ok(ConnectionsBoard {
        cards,
        offers,
        zone,
        may_connect: who.role.may(Permission::Connect),
        now: Moment::from(Utc::now()),
        note,
    })
}

/// Connects an account that somebody consented to. `Unavailable`: the platform does not give the account's own access.
pub async fn connect(
    app: &App,
    company: CompanyId,
    by: Option<UserId>,
    platform: Platform,
    account: &RemoteAccount,
    grant: &Grant,
) -> Result<ConnectionId> {
    let own = grant_of(app, company, platform, account, grant).await;
    let own = own.map_err(|fault| AppError::unavailable(fault.to_string()))?;
    keep(app, company, by, platform, account, own).await
}

/// The grant with which this account is used, of a consent that may cover several.
pub(super) async fn grant_of(
    app: &App,
    company: CompanyId,
    platform: Platform,
    account: &RemoteAccount,
    grant: &Grant,
) -> std::result::Result<Grant, Fault> {
    match registry::find(platform).and_then(|c| c.sign_in) {
        Some(sign_in) => sign_in.grant_of(&Wire::new(app.outbound.clone()).on_behalf_of(company), grant, account).await,
        None => Ok(grant.clone()),
    }
}

/// Keeps an account with its own grant. One that was connected before revives as the same row, so that its posts find it
/// again; its refresh token is kept if none came this time.
pub(super) async fn keep(
    app: &App,
    company: CompanyId,
    by: Option<UserId>,
    platform: Platform,
    account: &RemoteAccount,
    mut grant: Grant,
) -> Result<ConnectionId> {
    let name = tokens::grant_name(platform, &account.remote_id);
    let mut tx = app.db.begin().await?;
    if let Some(id) = store::find_account(&mut tx, company, platform, &account.remote_id).await? {
        store::lock(&mut tx, id).await?;
        let before = store::held(&mut tx, company, id).await?;
        if let Some(before) = before.filter(|b| grant.refresh.is_none() && b.sealed_refresh.is_some()) {
            // One that cannot be opened any more is no loss: the new consent stands on its own.
            if let Ok(old) = tokens::open(&app.keys, company, &before) {
                grant.refresh = old.refresh;
                grant.refresh_expires_at = grant.refresh_expires_at.or(old.refresh_expires_at);
            }
        }
    }
    let tokens = tokens::seal(&app.keys, company, &name, &grant);
    let id = store::upsert(&mut tx, company, platform, account, &tokens, by).await?;
    changed::announce(&mut tx, company, id).await?;
    tx.commit().await?;
    tracing::info!(%company, connection = %id, %platform, "account connected");
    Ok(id)
}

/// What became of the sign-in at the platform when an account was disconnected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    Yes,
    /// Not yet: other accounts were connected by the same consent and would end with it.
    Shared,
    /// The platform has no way, did not answer or said no: the person should remove the program there too.
    No,
}

/// Forgets the tokens and takes the sign-in back at the platform, if it lets us. The row stays for the history of its
/// posts. Disconnecting twice is as good as once.
pub async fn disconnect(app: &App, company: CompanyId, id: ConnectionId) -> Result<(Platform, Revoked)> {
    let mut tx = app.db.begin().await?;
    store::lock(&mut tx, id).await?;
    let held = store::held(&mut tx, company, id).await?.ok_or_else(|| AppError::not_found("account"))?;
    let platform: Platform = held.platform.parse().map_err(|()| AppError::not_found("account"))?;
    if held.state == ConnectionState::Disconnected.id() {
        return Ok((platform, Revoked::Yes));
    }
    let grant = tokens::open(&app.keys, company, &held);
    store::erase(&mut tx, company, id).await?;
    changed::announce(&mut tx, company, id).await?;
    tx.commit().await?;
    tracing::info!(%company, connection = %id, %platform, "account disconnected");
    let revoked = match grant {
        Ok(grant) => revoke(app, company, platform, &grant, &held.facts).await,
        Err(_) => Revoked::No,
    };
    Ok((platform, revoked))
}

async fn revoke(app: &App, company: CompanyId, platform: Platform, grant: &Grant, facts: &Value) -> Revoked {
    let Some(sign_in) = registry::find(platform).and_then(|c| c.sign_in) else { return Revoked::No };
    let whose = sign_in.consent_is_of().and_then(|name| Some((name, facts.get(name)?.as_str()?)));
    if let Some((name, person)) = whose {
        match store::is_consent_used(&app.db, platform, name, person).await {
            Ok(false) => {}
            Ok(true) => return Revoked::Shared,
            Err(_) => return Revoked::No,
        }
    }
    let Ok(keys) = secrets::app_keys(app, company, platform).await else { return Revoked::No };
    let wire = Wire::new(app.outbound.clone());
    match tokio::time::timeout(REVOKE_WITHIN, sign_in.revoke(&wire, &keys, grant, facts)).await {
        Ok(Ok(())) => Revoked::Yes,
        // It does not know the token any more: there is nothing left to take back.
        Ok(Err(Fault::AuthExpired { .. } | Fault::Disconnected { .. })) => Revoked::Yes,
        Ok(Err(fault)) => {
            tracing::warn!(%company, %platform, kind = fault.kind(), "the sign-in was not revoked at the platform");
            Revoked::No
        }
        Err(_) => {
            tracing::warn!(%company, %platform, "the platform did not answer to the revocation in time");
            Revoked::No
        }
    }
}

/// The sweep's list, and its tidying of grants that nobody chose from.
pub(super) async fn sweep(app: &App) -> Result<Vec<(CompanyId, ConnectionId)>> {
    states::drop_stale_choices(&app.db).await?;
    store::due_for_refresh(&app.db).await
}

/// What is to be renewed between the sweeps.
pub(super) async fn ahead(app: &App) -> Result<Vec<(CompanyId, ConnectionId)>> {
    /// More than this at once is taken up five minutes later, or on use.
    const LIMIT: i64 = 500;
    let seconds = |delta: chrono::TimeDelta| delta.num_seconds() as f64;
    store::due_ahead(&app.db, &renewal::themselves(), seconds(plan::AHEAD), seconds(plan::MARGIN), LIMIT).await
}

/// The sealed form of a grant that waits for a choice.
pub(super) fn choice_name(id: ConsentId) -> String {
    format!("choice {id}")
}

/// Opens a grant that waited for a choice.
pub(super) fn open_choice(app: &App, company: CompanyId, id: ConsentId, pending: states::Pending) -> Result<Grant> {
    let tokens = Tokens {
        kid: pending.kid,
        access: pending.sealed_access,
        refresh: pending.sealed_refresh,
        access_expires_at: pending.access_expires_at,
        refresh_expires_at: pending.refresh_expires_at,
        scopes: pending.scopes,
    };
    tokens::unseal(&app.keys, company, &choice_name(id), tokens)
}
