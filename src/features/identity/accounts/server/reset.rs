//! Links with which a person sets a new password, as there is no mail to send one by. The link is the authorisation: 256
//! random bits, of which only the SHA-256 is kept. It works once, for a day, until a newer one is made, and only while who
//! made it may still make it.

use super::store::events::{self, By, Happened};
use super::store::resets::{self, Reset, Standing};
use super::{password, service, store};
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::UserId;
use crate::domain::permission::{Permission, Role};
use crate::features::identity::accounts::model::{RESET_HOURS, ResetLink, ResetView, normal_email, password_problem};
use crate::features::identity::companies::model::roles_to_give;
use crate::features::identity::companies::server::service as companies;
use crate::infra::http::caller::Caller;
use crate::infra::http::{flash, reply, throttle};
use crate::infra::session::{self, Granted};
use crate::infra::state::App;
use futures::future::BoxFuture;
use http::request::Parts;
use leptos::prelude::use_context;
use secrecy::{ExposeSecret, SecretString};
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeSet;
use url::Url;

/// What marks a flash of the members page as such a link and not an invitation.
const FLASH: &str = "reset.";

/// The server's owner may set anybody's password: the database is theirs. Others only that of a person all of whose
/// companies they manage, in each of which that person is nothing that they could not make of them, and never that of the
/// server's owner: a link opens everything that the person can open.
fn may_make(standing: &Standing) -> bool {
    let manages = |(theirs, mine): &(Role, Option<Role>)| {
        mine.is_some_and(|mine| mine.may(Permission::Members) && !roles_to_give(mine, *theirs).is_empty())
    };
    standing.maker_owns_server
        || (!standing.owns_server && !standing.companies.is_empty() && standing.companies.iter().all(manages))
}

/// Those among these people for whom `maker` may make a link.
pub async fn allowed_for(app: &App, maker: UserId, people: &[UserId]) -> Result<BTreeSet<UserId>> {
    let standings = resets::standings(&mut *app.db.acquire().await?, maker, people).await?;
    let others = standings.iter().filter(|(id, standing)| **id != maker && may_make(standing));
    Ok(others.map(|(id, _)| *id).collect())
}

async fn may_still(db: &mut PgConnection, maker: UserId, person: UserId) -> Result<bool> {
    Ok(resets::standings(db, maker, &[person]).await?.get(&person).is_some_and(may_make))
}

/// The address that a token stands for.
fn address(public_url: &Url, token: &str) -> String {
    format!("{}/reset/{token}", public_url.as_str().trim_end_matches('/'))
}

/// Makes a link for a member of the company. A form without JavaScript finds it on the next page instead.
pub async fn make(who: Granted, member: UserId) -> Result<ResetLink> {
    throttle::check(&who.app.throttles.connect, &format!("reset {}", who.user), "links for new passwords")?;
    if !companies::is_member(&who.tenant, member).await? {
        return Err(AppError::not_found("member"));
    }
    if member == who.user {
        return Err(AppError::conflict("You are signed in: change your own password under Settings, Security."));
    }
    let mut tx = who.app.db.begin().await?;
    let name = resets::hold_person(&mut tx, member).await?.ok_or_else(|| AppError::not_found("member"))?;
    if !may_still(&mut tx, who.user, member).await? {
        return Err(AppError::forbidden(format!(
            "You cannot make a link for {name}: it would open more than you may manage. Ask an owner of the company, or the owner of this server."
        )));
    }
    let ip = Caller::from_context().ip;
    let token = add(&mut tx, member, By { user: Some(who.user), name: &who.name, ip: &ip }).await?;
    tx.commit().await?;
    tracing::info!(maker = %who.user, person = %member, "a link for a new password was made");
    if use_context::<Parts>().is_some_and(|parts| reply::is_plain_form(&parts)) {
        flash::put(&who.app, companies::MEMBERS_PAGE, &format!("{FLASH}{member}.{token}"));
    }
    Ok(ResetLink { link: address(&who.app.settings.public_url, &token), name })
}

/// The link of a form without JavaScript, from what waited for the members page; `None`: that was something else.
pub fn from_flash(app: &App, flash: &str) -> Option<(UserId, String)> {
    let (member, token) = flash.strip_prefix(FLASH)?.split_once('.')?;
    Some((member.parse().ok()?, address(&app.settings.public_url, token)))
}

/// Makes a link for whoever has this e-mail: for the server's owner, on the command line.
pub async fn make_on_the_server(db: &PgPool, public_url: &Url, email: &str) -> Result<ResetLink> {
    let nobody = || AppError::invalid("email", "Nobody has this e-mail address.");
    let (user, _) = store::password_of_email(db, &normal_email(email)).await?.ok_or_else(nobody)?;
    let mut tx = db.begin().await?;
    let name = resets::hold_person(&mut tx, user).await?.ok_or_else(nobody)?;
    let token = add(&mut tx, user, By { user: None, name: "", ip: "" }).await?;
    tx.commit().await?;
    Ok(ResetLink { link: address(public_url, &token), name })
}

/// Takes the place of the link before, if any; the person must be held.
async fn add(db: &mut PgConnection, person: UserId, by: By<'_>) -> Result<String> {
    let token = session::random_token();
    resets::revoke_open(db, person).await?;
    resets::add(db, person, by.user, &session::sha256(&token)).await?;
    events::add(db, person, Happened::ResetLink, by).await?;
    Ok(token)
}

/// Looks and attempts from one network share one pace with signing in.
fn check_pace(app: &App) -> Result<()> {
    throttle::check(&app.throttles.entrance_by_network, &Caller::from_context().network, "attempts to set a password")
}

/// The link, if it still works; else why not.
async fn open(db: &mut PgConnection, token: &str) -> Result<Reset> {
    let gone = |reason: &str| AppError::new(ErrorKind::NotFound, format!("{reason} Ask for a new one."));
    let reset = resets::by_token(db, &session::sha256(token)).await?;
    let reset = reset.ok_or_else(|| gone("This link is not known: it may have been cut off when it was copied."))?;
    match &reset {
        r if r.used => return Err(gone("This link was used already.")),
        r if r.revoked => {
            return Err(gone(
                "A newer link took the place of this one, or the password or the e-mail address was changed since.",
            ));
        }
        r if r.expired => return Err(gone(&format!("This link has expired: it works for {RESET_HOURS} hours."))),
        _ => {}
    }
    // Who made it may have lost the right, or the person may be in more companies now.
    match reset.made_by {
        Some(maker) if !may_still(db, maker, reset.user).await? => {
            Err(gone("Whoever made this link may not set this password any more."))
        }
        _ => Ok(reset),
    }
}

/// What the holder of a link sees. Looking uses nothing up: programs that preview links look too.
pub async fn view(token: &str) -> Result<ResetView> {
    let app = service::app()?;
    check_pace(&app)?;
    let reset = open(&mut *app.db.acquire().await?, token).await?;
    Ok(ResetView { email: reset.email })
}

/// Sets the password, ends every session of the person and begins one here.
pub async fn use_link(token: &str, new: SecretString) -> Result<()> {
    let (app, caller, old) = (service::app()?, Caller::from_context(), session::who().await.ok());
    check_pace(&app)?;
    // Nobody makes us hash without a link.
    let reset = open(&mut *app.db.acquire().await?, token).await?;
    if let Some(problem) = password_problem("new_password", new.expose_secret(), &reset.email) {
        return Err(AppError::problems(vec![problem]));
    }
    let hash = password::hash(new).await?;
    let mut tx = app.db.begin().await?;
    let name = resets::hold_person(&mut tx, reset.user).await?.ok_or_else(|| AppError::not_found("person"))?;
    // Looked at again now that the person is held: of two attempts at once the second finds it used.
    let reset = open(&mut tx, token).await?;
    resets::mark_used(&mut tx, reset.id).await?;
    store::set_password(&mut tx, reset.user, &hash).await?;
    session::end_all(&mut tx, reset.user).await?;
    let by = By { user: Some(reset.user), name: &name, ip: &caller.ip };
    events::add(&mut tx, reset.user, Happened::PasswordReset, by).await?;
    tx.commit().await?;
    tracing::info!(person = %reset.user, ip = caller.ip, "a password was set with a link");
    service::begin_session(&app, reset.user, &caller, old).await
}

/// Deletes links that ended a month ago, and lines of the journal a year after; for the weekly clean-up.
pub fn delete_old(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    Box::pin(async move { Ok(resets::delete_ended(db.clone()).await? + events::delete_old(db).await?) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::permission::Role::{Admin, Editor, Owner, Viewer};

    fn standing(companies: &[(Role, Option<Role>)]) -> Standing {
        Standing { companies: companies.to_vec(), ..Standing::default() }
    }

    #[test]
    fn a_link_never_opens_more_than_its_maker_manages() {
        for (companies, may) in [
            (&[][..], false),
            (&[(Viewer, Some(Admin))], true),
            (&[(Admin, Some(Admin))], true),
            (&[(Owner, Some(Admin))], false),
            (&[(Owner, Some(Owner))], true),
            (&[(Viewer, Some(Editor))], false),
            (&[(Viewer, None)], false),
            (&[(Viewer, Some(Owner)), (Viewer, None)], false),
            (&[(Viewer, Some(Owner)), (Owner, Some(Admin))], false),
            (&[(Editor, Some(Owner)), (Admin, Some(Admin))], true),
        ] {
            assert_eq!(may_make(&standing(companies)), may, "{companies:?}");
            let of_the_server = Standing { owns_server: true, ..standing(companies) };
            assert!(!may_make(&of_the_server), "nobody takes over the server");
            assert!(may_make(&Standing { maker_owns_server: true, ..of_the_server }));
        }
    }
}
