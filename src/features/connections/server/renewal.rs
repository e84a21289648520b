//! What surrounds the call that renews a grant (`tokens::renew`): one turn at a time per account, few at once on a node, new
//! tokens that are not lost when the database goes away in the middle, and what people are told about a renewal that came
//! to nothing.

use super::store::{self, Held, Noted, Tokens};
use crate::connectors::{Fault, registry};
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, ConnectionId};
use crate::domain::platform::Platform;
use crate::infra::state::App;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Postgres, Transaction};
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::{OwnedMutexGuard, Semaphore, SemaphorePermit};

type Turn = tokio::sync::Mutex<()>;

/// Who renews which account on this node.
static TURNS: LazyLock<Mutex<HashMap<ConnectionId, Weak<Turn>>>> = LazyLock::new(Mutex::default);

/// This node's turn to renew an account. The lock that counts between nodes is the database's; this one only keeps
/// callers who wait for the same account from each holding a database connection meanwhile.
pub async fn turn(id: ConnectionId) -> OwnedMutexGuard<()> {
    let lock = {
        let mut turns = TURNS.lock().unwrap_or_else(PoisonError::into_inner);
        turns.retain(|_, turn| turn.strong_count() > 0);
        turns.get(&id).and_then(Weak::upgrade).unwrap_or_else(|| {
            let turn = Arc::new(Turn::default());
            turns.insert(id, Arc::downgrade(&turn));
            turn
        })
    };
    lock.lock_owned().await
}

/// So many renewals at once on this node. Each holds a connection of the pages' pool while the platform answers: with more,
/// a slow platform would keep pages and deliveries waiting for one.
const AT_ONCE: usize = 8;
/// Of these at one platform: one that is slow leaves places for the others.
const AT_ONE: usize = 6;

static PLACES: Semaphore = Semaphore::const_new(AT_ONCE);
static PLACES_AT: LazyLock<HashMap<Platform, Semaphore>> =
    LazyLock::new(|| Platform::ALL.into_iter().map(|platform| (platform, Semaphore::new(AT_ONE))).collect());

/// A place to renew in; it ends with this.
pub struct RenewalSlot {
    _at_platform: Option<SemaphorePermit<'static>>,
    _at_all: Option<SemaphorePermit<'static>>,
}

/// Waits for a place, in the order of asking. Who waits holds the account's turn and nothing else, above all no connection;
/// who has a place waits for no turn and no other place. So nobody waits in a circle.
pub async fn place(platform: Platform) -> RenewalSlot {
    // Neither is ever closed.
    let at_platform = match PLACES_AT.get(&platform) {
        Some(places) => places.acquire().await.ok(),
        None => None,
    };
    RenewalSlot { _at_platform: at_platform, _at_all: PLACES.acquire().await.ok() }
}

/// Platforms whose grants are renewed without a refresh token.
pub fn themselves() -> Vec<String> {
    let all = registry::all();
    let renewing = all.filter(|c| c.sign_in.is_some_and(|s| s.renews_access_itself()));
    renewing.map(|c| c.platform.id().to_owned()).collect()
}

/// The pauses before new tokens are tried to be kept again. Where refresh tokens count once, these are the only ones:
/// giving up would mean asking a person to sign in again.
const PAUSES: [Duration; 6] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
    Duration::from_secs(20),
];

/// Keeps new tokens in place of the ones that were renewed (of `held`), by the transaction that holds the account's lock;
/// when that broke, by new ones. The old tokens stay until then.
pub async fn keep(
    app: &App,
    tx: Transaction<'static, Postgres>,
    company: CompanyId,
    held: &Held,
    tokens: &Tokens,
) -> Result<(), Fault> {
    let mut kept = save(tx, company, held, tokens).await;
    for pause in PAUSES {
        if kept.is_ok() {
            break;
        }
        tracing::error!(%company, connection = %held.id, "new tokens could not be kept yet");
        tokio::time::sleep(pause).await;
        kept = again(app, company, held, tokens).await;
    }
    match kept {
        Ok(true) => Ok(()),
        Ok(false) => Err(Fault::transient("The account was reconnected or disconnected meanwhile.")),
        Err(error) => Err(Fault::transient(error.message)),
    }
}

async fn save(
    mut tx: Transaction<'static, Postgres>,
    company: CompanyId,
    held: &Held,
    tokens: &Tokens,
) -> Result<bool> {
    let saved = store::save_tokens(&mut tx, company, held.id, held.refreshed_at, tokens).await?;
    tx.commit().await?;
    Ok(saved)
}

async fn again(app: &App, company: CompanyId, held: &Held, tokens: &Tokens) -> Result<bool> {
    let mut tx = app.db.begin().await?;
    store::lock(&mut tx, held.id).await?;
    let now = store::held(&mut tx, company, held.id).await?;
    // The commit before may have worked although its answer was lost.
    if now.is_some_and(|now| now.sealed_access == tokens.access) {
        return Ok(true);
    }
    save(tx, company, held, tokens).await
}

/// Notes a renewal that the platform answered with the same token: still good, and nothing newer to be had.
pub async fn note_unchanged(tx: Transaction<'static, Postgres>, app: &App, company: CompanyId, held: &Held) {
    note(tx, app, company, held, Noted { result: "unchanged", note: "", not_before: None, park: false }).await;
}

/// Notes a renewal that failed. Marks the connection when only a person can help (`park`); everything else is for the
/// moment and is tried again later, never a reason to ask for a new sign-in.
pub async fn note_fault(
    tx: Transaction<'static, Postgres>,
    app: &App,
    company: CompanyId,
    held: &Held,
    fault: &Fault,
    park: bool,
) {
    let renewable = held.sealed_refresh.is_some();
    let words: String = fault.to_string().chars().take(500).collect();
    if park {
        tracing::warn!(%company, connection = %held.id, reason = words, "connection needs a person");
    } else {
        tracing::warn!(%company, connection = %held.id, kind = fault.kind(), "sign-in not renewed");
    }
    // Nothing to renew with: the access lasts to its end, and trying again would bring the same answer.
    let ends = park || (matches!(fault, Fault::AuthExpired { .. }) && !renewable);
    let noted = Noted {
        result: if ends { "reconnect" } else { "failed" },
        note: &words,
        not_before: (!ends).then(|| not_before(fault, held.renewal_failures, Utc::now())),
        park,
    };
    note(tx, app, company, held, noted).await;
}

/// By the transaction that holds the lock, or, should that have broken, by itself: the note counts only for the grant
/// that was tried, so it cannot hit a newer one.
async fn note(mut tx: Transaction<'static, Postgres>, app: &App, company: CompanyId, held: &Held, noted: Noted<'_>) {
    let first = async {
        store::note_renewal(&mut tx, company, held.id, held.refreshed_at, &noted).await?;
        Result::<()>::Ok(tx.commit().await?)
    };
    if first.await.is_ok() {
        return;
    }
    let second = async {
        let mut db = app.db.acquire().await?;
        store::note_renewal(&mut db, company, held.id, held.refreshed_at, &noted).await
    };
    if second.await.is_err() {
        tracing::error!(%company, connection = %held.id, result = noted.result, "a renewal's result was not noted");
    }
}

/// When a renewal that failed for the moment is tried again by itself: 5, 10, 20 minutes, then every 40; later where the
/// platform says so. (A post that needs the token tries at once, whatever this says.)
fn not_before(fault: &Fault, failures: i32, now: DateTime<Utc>) -> DateTime<Utc> {
    let back_off = now + TimeDelta::minutes(5 << failures.clamp(0, 3));
    match fault {
        Fault::RateLimited { until, .. } => back_off.max(*until),
        Fault::Transient { after: Some(after), .. } => {
            back_off.max(now + TimeDelta::from_std(*after).unwrap_or(TimeDelta::hours(1)))
        }
        _ => back_off,
    }
}

/// Whether only a new consent helps. As long as the access token itself can be used (`usable`), a renewal that the
/// platform refuses is no reason to stop using it: some give no refresh token, and some refuse a good one for a while.
pub fn needs_person(fault: &Fault, usable: bool) -> bool {
    match fault {
        Fault::AuthExpired { .. } => !usable,
        Fault::PermissionMissing { .. } | Fault::Disconnected { .. } => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pause_grows_and_the_platform_has_the_last_word() {
        let now = Utc::now();
        let minutes = |fault: &Fault, failures| (not_before(fault, failures, now) - now).num_minutes();
        let bad = Fault::transient("503");
        assert_eq!([0, 1, 2, 3, 4, 99].map(|n| minutes(&bad, n)), [5, 10, 20, 40, 40, 40]);
        let wait = Fault::RateLimited { message: "slow down".into(), until: now + TimeDelta::hours(3) };
        assert_eq!(minutes(&wait, 0), 180);
        let after = Fault::Transient { message: "503".into(), after: Some(Duration::from_secs(60)) };
        assert_eq!(minutes(&after, 0), 5);
    }

    #[tokio::test]
    async fn a_slow_platform_leaves_places_for_others() {
        let waits = async |platform| tokio::time::timeout(Duration::from_millis(20), place(platform)).await.is_err();
        let mut slow = vec![];
        for _ in 0..AT_ONE {
            slow.push(place(Platform::X).await);
        }
        assert!(waits(Platform::X).await);
        let mut others = vec![];
        for _ in AT_ONE..AT_ONCE {
            others.push(place(Platform::LinkedIn).await);
        }
        assert!(waits(Platform::Instagram).await, "all places are taken");
        slow.pop();
        assert!(!waits(Platform::Instagram).await && !waits(Platform::X).await);
    }

    #[tokio::test]
    async fn a_turn_is_taken_by_one_at_a_time_and_forgotten() {
        let (one, other) = (ConnectionId::from_u128(1), ConnectionId::from_u128(2));
        let held = turn(one).await;
        assert!(tokio::time::timeout(Duration::from_millis(20), turn(one)).await.is_err());
        let free = turn(other).await;
        drop((held, free));
        drop(turn(one).await);
        drop(turn(ConnectionId::from_u128(3)).await);
        let turns = TURNS.lock().unwrap();
        assert!(!turns.contains_key(&one) && !turns.contains_key(&other));
    }
}
