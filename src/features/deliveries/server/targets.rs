//! The deliveries of a post as the person's choice of accounts makes them. Every change of state goes through `machine`;
//! nothing here begins or stops a delivery that is under way: callers have locked the rows and refused that.

use super::machine::{Event, next};
use super::of_post;
use super::service::too_late;
use super::store::{self, ByPerson, Change, Locked};
use crate::domain::delivery::DeliveryState;
use crate::domain::error::Result;
use crate::domain::ids::{CompanyId, DeliveryId, PostId};
use crate::domain::platform::Platform;
use crate::domain::post::PartKind;
use crate::domain::post::{Parts, Target};
use sqlx::PgConnection;

pub use super::of_post::{DeliveryRow, lock_with_accounts, of_post};

/// Makes the deliveries of a post those of `targets`, as drafts: chosen accounts get one (or theirs back), the others lose
/// theirs (one that was attempted stays, cancelled), and each gets its further parts. `note` is the line of history for
/// what changes its state.
pub async fn set_targets(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    targets: &[(Target, Platform)],
    parts: &Parts,
    note: &str,
) -> Result<()> {
    of_post::delete_parts(tx, company, post).await?;
    let before = store::lock_of_post(tx, company, post).await?;
    for row in &before {
        let target = targets.iter().find(|(t, _)| t.connection == row.connection);
        match target {
            Some((target, platform)) if row.part == 0 => reset(tx, company, row, (target, *platform), note).await?,
            Some(_) => {}
            None => remove(tx, company, row, note).await?,
        }
    }
    for (target, platform) in targets {
        let had = before.iter().find(|row| row.part == 0 && row.connection == target.connection);
        let main = match had {
            Some(row) => row.id,
            None => of_post::insert(tx, company, post, target, options_version(*platform)).await?,
        };
        add_parts(tx, company, post, main, (target, *platform), parts).await?;
    }
    Ok(())
}

/// Back to draft, with the content that the target has now.
async fn reset(
    tx: &mut PgConnection,
    company: CompanyId,
    row: &Locked,
    (target, platform): (&Target, Platform),
    note: &str,
) -> Result<()> {
    let event = if row.state == DeliveryState::Cancelled { Event::ChosenAgain } else { Event::Unschedule };
    let to = next(row.state, event).map_err(|_| too_late(row, "changed"))?;
    if row.state != to {
        let change = ByPerson { due_at: Change::Clear, ..Default::default() };
        store::move_by_person(tx, company, row, to, &change, note).await?;
    }
    of_post::set_content(tx, company, row.id, target, options_version(platform)).await
}

/// Its account was taken off the post.
async fn remove(tx: &mut PgConnection, company: CompanyId, row: &Locked, note: &str) -> Result<()> {
    if row.state == DeliveryState::Cancelled || of_post::delete_unattempted(tx, company, row.id).await? {
        return Ok(());
    }
    let to = next(row.state, Event::Cancel).map_err(|_| too_late(row, "taken off the post"))?;
    let change = ByPerson { due_at: Change::Clear, ..Default::default() };
    store::move_by_person(tx, company, row, to, &change, note).await
}

/// The further parts for one account: the posts of a thread one after the other, a comment after the post itself.
async fn add_parts(
    tx: &mut PgConnection,
    company: CompanyId,
    post: PostId,
    main: DeliveryId,
    (target, platform): (&Target, Platform),
    parts: &Parts,
) -> Result<()> {
    let mut last = main;
    for part in parts.on(platform, target.format) {
        let after = if part.kind == PartKind::Reply { last } else { main };
        let made = of_post::insert_part(tx, company, post, target.connection, &part, after).await?;
        if part.kind == PartKind::Reply {
            last = made;
        }
    }
    Ok(())
}

/// By which version of the platform's schema the options were chosen.
fn options_version(platform: Platform) -> u16 {
    platform.publishing().map_or(1, |publishing| publishing.options.version)
}
