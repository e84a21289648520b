//! Invitations by link. The link is the authorisation: 256 random bits, of which only the SHA-256 is kept.

use super::store;
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::InvitationId;
use crate::domain::permission::Role;
use crate::features::identity::accounts::model::normal_name;
use crate::features::identity::companies::model::{INVITABLE, INVITATION_DAYS, InvitationView, NOTE_MAX};
use crate::infra::http::caller::Caller;
use crate::infra::http::{flash, reply, throttle};
use crate::infra::session::{self, Granted, Who};
use crate::infra::state::App;
use http::request::Parts;
use leptos::prelude::use_context;

/// The page that shows a new link.
pub const PAGE: &str = "/settings/members";

/// The address that a token stands for.
pub fn link(app: &App, token: &str) -> String {
    let base = app.settings.public_url.as_str().trim_end_matches('/');
    format!("{base}/invite/{token}")
}

/// Makes an invitation and answers its link. A form without JavaScript finds it on the next page instead.
pub async fn invite(who: Granted, role: &str, note: &str) -> Result<String> {
    let role = Role::parse(role)
        .filter(|role| INVITABLE.contains(role))
        .ok_or_else(|| AppError::invalid("role", "Choose a role from the list."))?;
    let note = normal_name(note);
    if note.chars().count() > NOTE_MAX {
        return Err(AppError::invalid("note", format!("At most {NOTE_MAX} characters.")));
    }
    let token = session::random_token();
    store::add_invitation(&who.tenant, who.user, &session::sha256(&token), role, &note).await?;
    if use_context::<Parts>().is_some_and(|parts| reply::is_plain_form(&parts)) {
        flash::put(&who.app, PAGE, &token);
    }
    Ok(link(&who.app, &token))
}

pub async fn revoke(who: Granted, id: InvitationId) -> Result<()> {
    if !store::revoke_invitation(&who.tenant, id).await? {
        return Err(AppError::not_found("invitation"));
    }
    Ok(())
}

/// Why a link no longer works; `None` when it does.
fn obstacle(invitation: &store::Invitation) -> Option<AppError> {
    let reason = match invitation {
        i if i.accepted => "This invitation was used already.".to_owned(),
        i if i.revoked => "This invitation was withdrawn.".to_owned(),
        i if i.expired => format!("This invitation has expired: a link works for {INVITATION_DAYS} days."),
        _ => return None,
    };
    Some(AppError::new(ErrorKind::NotFound, format!("{reason} Ask whoever sent it for a new one.")))
}

/// Whether this link can still be accepted.
pub async fn is_open(app: &App, token: &str) -> Result<bool> {
    let mut db = app.db.acquire().await?;
    match store::invitation_by_token(&mut db, &session::sha256(token)).await {
        Ok(invitation) => Ok(obstacle(&invitation).is_none()),
        Err(error) if error.kind == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// What the holder of a link sees, signed in or not.
pub async fn view(token: &str) -> Result<InvitationView> {
    let app = App::from_context().ok_or_else(|| AppError::bug(crate::infra::telemetry::request_id()))?;
    throttle::check(&app.throttles.entrance_by_network, &Caller::from_context().network, "looks at invitations")?;
    let mut db = app.db.acquire().await?;
    let invitation = store::invitation_by_token(&mut db, &session::sha256(token)).await?;
    drop(db);
    let who = session::who().await.ok();
    let is_member = match &who {
        Some(who) => store::is_member(&app.tenant(invitation.company_id), who.user).await?,
        None => false,
    };
    // Whoever joined by this link and opens it again is shown the way in, not an error.
    if !is_member && let Some(error) = obstacle(&invitation) {
        return Err(error);
    }
    Ok(InvitationView {
        company: invitation.company,
        inviter: invitation.inviter,
        role: invitation.role,
        signed_in_as: who.map(|who| who.email),
        is_member,
    })
}

pub async fn accept(who: Who, token: &str) -> Result<()> {
    throttle::check(&who.app.throttles.entrance_by_network, &Caller::from_context().network, "attempts to join")?;
    let mut tx = who.app.db.begin().await?;
    let invitation = store::invitation_by_token(&mut tx, &session::sha256(token)).await?;
    // A member who follows a link keeps the role and leaves the link for whom it was meant.
    if store::role_for_update(&mut tx, invitation.company_id, who.user).await?.is_none() {
        if let Some(error) = obstacle(&invitation) {
            return Err(error);
        }
        store::join(&mut tx, invitation.company_id, who.user, invitation.role).await?;
        store::accept_invitation(&mut tx, invitation.company_id, invitation.id, who.user).await?;
    }
    tx.commit().await?;
    session::look_at(&who.app, who.session, invitation.company_id).await?;
    Ok(())
}
