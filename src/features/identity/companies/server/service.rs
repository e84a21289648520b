//! The rules of companies and their members.

use super::{invitations, store};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::frame::CompanyBadge;
use crate::domain::ids::{CompanyId, UserId};
use crate::domain::moment::When;
use crate::domain::permission::{Permission, Role};
use crate::features::identity::accounts::model::{ResetLink, name_problem, normal_name};
use crate::features::identity::accounts::server::reset;
use crate::features::identity::companies::model::*;
use crate::infra::database::Tenant;
use crate::infra::http::{flash, throttle};
use crate::infra::session::{self, Granted, Who};
use crate::infra::state::App;
use crate::infra::zone;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use futures::future::BoxFuture;
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeSet;

pub use super::invitations::{PAGE as MEMBERS_PAGE, is_open as is_open_invitation};

/// The zones that people choose among: places, and UTC. Any other IANA name is accepted too.
pub fn zone_names() -> Vec<String> {
    const PLACES: [&str; 9] =
        ["Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/"];
    let mut names: Vec<String> = zone::names()
        .filter(|name| *name == "UTC" || PLACES.iter().any(|place| name.starts_with(place)))
        .map(str::to_owned)
        .collect();
    names.sort_unstable();
    names
}

pub fn zone_problem(typed: &str) -> Option<Problem> {
    zone::parse(typed.trim())
        .is_none()
        .then(|| Problem::error("zone", "There is no such time zone. Choose one from the list, such as Europe/Lisbon."))
}

/// The company's zone.
pub async fn zone(tenant: &Tenant) -> Result<Tz> {
    Ok(zone::of(&store::settings(tenant).await?.1))
}

/// Minutes as they were typed.
fn read_late(typed: &str) -> Result<i32, Problem> {
    let minutes = typed.trim().parse().ok().filter(|m| (0..=LATE_MAX).contains(m));
    minutes.ok_or_else(|| {
        Problem::error("late_minutes", format!("Enter whole minutes from 0 (always ask) to {LATE_MAX} (a day)."))
    })
}

/// The zone that times are shown in to this person.
pub async fn zone_of(who: &Who) -> Result<String> {
    match who.membership {
        Some((company, _)) => Ok(store::settings(&who.app.tenant(company)).await?.1),
        None => Ok("UTC".into()),
    }
}

/// Adds a company with its first owner, inside a transaction of the caller. The input was checked.
pub async fn found(db: &mut PgConnection, owner: UserId, name: &str, zone: &str) -> Result<CompanyId> {
    store::add_company(db, owner, name, zone).await
}

/// Marks a company as the sandbox's.
pub async fn mark_as_demo(db: &mut PgConnection, company: CompanyId) -> Result<()> {
    store::mark_as_demo(db, company).await
}

pub async fn of_user(app: &App, user: UserId) -> Result<Vec<CompanyBadge>> {
    store::of_user(&app.db, user).await
}

pub async fn create(who: Who, name: &str, zone: &str) -> Result<()> {
    throttle::check(&who.app.throttles.companies, &who.user.to_string(), "new companies")?;
    check([name_problem("name", name, "The company's name"), zone_problem(zone)])?;
    let mut tx = who.app.db.begin().await?;
    let company = found(&mut tx, who.user, &normal_name(name), zone.trim()).await?;
    tx.commit().await?;
    session::look_at(&who.app, who.session, company).await?;
    Ok(())
}

pub async fn switch(who: Who, company: CompanyId) -> Result<()> {
    if !session::look_at(&who.app, who.session, company).await? {
        return Err(AppError::not_found("company"));
    }
    Ok(())
}

pub async fn settings(who: Granted) -> Result<CompanySettings> {
    let (name, zone, language) = store::settings(&who.tenant).await?;
    let late_minutes = store::late_minutes(&who.tenant).await?;
    let keeps_picture_details = store::keeps_picture_details(&who.tenant).await?;
    let may_change = who.role.may(Permission::Company);
    Ok(CompanySettings { name, zone, language, late_minutes, keeps_picture_details, may_change })
}

/// Whether the company's pictures keep what they say about the place and the camera.
pub async fn keeps_picture_details(tenant: &Tenant) -> Result<bool> {
    store::keeps_picture_details(tenant).await
}

/// `remove` or `keep`.
fn read_details(typed: &str) -> Result<bool, Problem> {
    match typed {
        "remove" => Ok(false),
        "keep" => Ok(true),
        _ => Err(Problem::error("picture_details", "Choose whether to remove or to keep them.")),
    }
}

pub async fn save(
    who: Granted,
    name: &str,
    zone: &str,
    language: &str,
    late: Option<&str>,
    details: Option<&str>,
) -> Result<()> {
    let unknown_language =
        (!is_language(language)).then(|| Problem::error("language", "Choose a language from the list."));
    let (late, late_problem) = match late.map(read_late).transpose() {
        Ok(late) => (late, None),
        Err(problem) => (None, Some(problem)),
    };
    let (details, details_problem) = match details.map(read_details).transpose() {
        Ok(details) => (details, None),
        Err(problem) => (None, Some(problem)),
    };
    let name_problem = name_problem("name", name, "The company's name");
    check([name_problem, zone_problem(zone), unknown_language, late_problem, details_problem])?;
    store::save(&who.tenant, &normal_name(name), zone.trim(), language, late, details).await
}

fn check(found: impl IntoIterator<Item = Option<Problem>>) -> Result<()> {
    let problems: Vec<Problem> = found.into_iter().flatten().collect();
    if problems.is_empty() { Ok(()) } else { Err(AppError::problems(problems)) }
}

pub async fn is_member(tenant: &Tenant, person: UserId) -> Result<bool> {
    store::is_member(tenant, person).await
}

/// Whether this member has put the first steps on Home away.
pub async fn first_steps_hidden(who: &Granted) -> Result<bool> {
    store::first_steps_hidden(&who.tenant, who.user).await
}

/// For this member in this company; others still see them.
pub async fn hide_first_steps(who: &Granted) -> Result<()> {
    store::hide_first_steps(&who.tenant, who.user).await
}

pub async fn members(who: Granted) -> Result<MembersData> {
    let (company, zone_name, _) = store::settings(&who.tenant).await?;
    let zone = zone::of(&zone_name);
    let manages = who.role.may(Permission::Members);
    let people = store::members(&who.tenant).await?;
    let ids: Vec<_> = people.iter().map(|m| m.id).collect();
    let resettable = if manages { reset::allowed_for(&who.app, who.user, &ids).await? } else { BTreeSet::new() };
    let mut members: Vec<_> = people
        .into_iter()
        .map(|m| MemberRow {
            id: m.id,
            name: m.name,
            email: m.email,
            role: m.role,
            joined: when(zone, m.joined_at),
            is_you: m.id == who.user,
            may_reset: resettable.contains(&m.id),
        })
        .collect();
    members.sort_by_key(|m| std::cmp::Reverse(m.role));
    let open = if manages { store::open_invitations(&who.tenant).await? } else { vec![] };
    let invitations = open
        .into_iter()
        .map(|i| InvitationRow {
            id: i.id,
            role: i.role,
            note: i.note,
            invited_by: i.invited_by,
            expires: when(zone, i.expires_at),
        })
        .collect();
    let flash = flash::take(&who.app, invitations::PAGE);
    let made = flash.as_deref().and_then(|flash| reset::from_flash(&who.app, flash));
    let is_reset = made.is_some();
    let fresh_reset = made.and_then(|(id, link)| {
        members.iter().find(|m: &&MemberRow| m.id == id).map(|m| ResetLink { link, name: m.name.clone() })
    });
    let fresh_link = flash.filter(|_| !is_reset).map(|token| invitations::link(&who.app, &token));
    Ok(MembersData { company, your_role: who.role, members, invitations, fresh_link, fresh_reset, zone: zone_name })
}

pub async fn change_role(who: Granted, member: UserId, role: &str) -> Result<()> {
    let role = Role::parse(role).ok_or_else(|| AppError::invalid("role", "Choose a role from the list."))?;
    let mut tx = who.tenant.db.begin().await?;
    let current = may_change(&mut tx, &who, member).await?;
    if !roles_to_give(who.role, current).contains(&role) {
        return Err(AppError::forbidden("Only an owner may make or change owners."));
    }
    if current == Role::Owner && role != Role::Owner {
        keep_an_owner(&mut tx, &who, member, "The last owner cannot step down. Make somebody else an owner first.")
            .await?;
    }
    store::set_role(&mut tx, who.company, member, role).await?;
    if !role.may(Permission::Members) {
        store::withdraw_invitations_of(&mut tx, who.company, member).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Removes a member; everybody may remove themselves.
pub async fn remove(who: Granted, member: UserId) -> Result<()> {
    let mut tx = who.tenant.db.begin().await?;
    let current = may_change(&mut tx, &who, member).await?;
    if member != who.user && roles_to_give(who.role, current).is_empty() {
        return Err(AppError::forbidden("Only an owner may remove an owner."));
    }
    if current == Role::Owner {
        keep_an_owner(&mut tx, &who, member, "The last owner cannot leave. Make somebody else an owner first.").await?;
    }
    store::remove(&mut tx, who.company, member).await?;
    // Or they could come back by a link that they kept.
    store::withdraw_invitations_of(&mut tx, who.company, member).await?;
    tx.commit().await?;
    Ok(())
}

/// The member's present role. All owners are held first, always in the same order, so that two changes at once neither
/// wait for each other nor leave the company without an owner.
async fn may_change(db: &mut PgConnection, who: &Granted, member: UserId) -> Result<Role> {
    store::owners_for_update(db, who.company).await?;
    store::role_for_update(db, who.company, member).await?.ok_or_else(|| AppError::not_found("member"))
}

async fn keep_an_owner(db: &mut PgConnection, who: &Granted, leaving: UserId, message: &str) -> Result<()> {
    let owners = store::owners_for_update(db, who.company).await?;
    if owners.iter().all(|owner| *owner == leaving) {
        return Err(AppError::conflict(message));
    }
    Ok(())
}

fn when(zone: Tz, at: DateTime<Utc>) -> When {
    When { at: at.into(), local: zone::local(zone, at) }
}

/// Deletes invitations that ended a month ago; for the weekly clean-up.
pub fn delete_ended_invitations(db: PgPool) -> BoxFuture<'static, std::result::Result<u64, sqlx::Error>> {
    store::delete_ended_invitations(db)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lateness_is_whole_minutes_up_to_a_day() {
        for (typed, read) in [("0", Some(0)), (" 15 ", Some(15)), ("1440", Some(1440))] {
            assert_eq!(read_late(typed).ok(), read);
        }
        for wrong in ["", "-1", "1441", "1.5", "ten"] {
            assert_eq!(read_late(wrong).unwrap_err().field, "late_minutes", "{wrong}");
        }
    }

    #[test]
    fn zones_offered_are_zones_accepted() {
        let names = zone_names();
        assert!(names.len() > 300, "{}", names.len());
        assert!(["UTC", "Europe/Lisbon", "Asia/Kathmandu"].iter().all(|z| names.iter().any(|n| n == z)));
        assert!(names.iter().all(|name| zone_problem(name).is_none()));
        assert!(zone_problem("Europe/Atlantis").is_some() && zone_problem("").is_some());
    }
}
