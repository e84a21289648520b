//! What a person may change about themselves: name, e-mail.

use super::store::events::{self, By, Event, Happened};
use super::store::resets;
use super::{password, store};
use crate::domain::error::{AppError, Problem, Result};
use crate::domain::moment::When;
use crate::features::identity::accounts::model::{EventRow, email_problem, name_problem, normal_email, normal_name};
use crate::infra::http::caller::Caller;
use crate::infra::http::throttle;
use crate::infra::session::Who;
use crate::infra::zone;
use chrono_tz::Tz;
use secrecy::SecretString;

pub async fn change_name(who: Who, name: &str) -> Result<()> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")?;
    if let Some(problem) = name_problem("name", name, "Your name") {
        return Err(AppError::problems(vec![problem]));
    }
    store::set_name(&who.app.db, who.user, &normal_name(name)).await
}

/// Needs the password: the e-mail is how one signs in. The answer to an address that somebody has names no account.
pub async fn change_email(who: Who, email: &str, password: SecretString) -> Result<()> {
    // Whoever sits at an open browser must not be able to guess, nor to try many addresses.
    throttle::check(&who.app.throttles.password, &who.user.to_string(), "attempts to change the e-mail address")?;
    let kept = store::password_of(&who.app.db, who.user).await?;
    let right = password::verify(password, kept).await?;
    let wrong = (!right).then(|| Problem::error("password", "This is not your current password."));
    let problems: Vec<_> = email_problem(email).into_iter().chain(wrong).collect();
    if !problems.is_empty() {
        return Err(AppError::problems(problems));
    }
    let email = normal_email(email);
    if email == who.email {
        return Ok(());
    }
    let mut tx = who.app.db.begin().await?;
    store::set_email(&mut tx, who.user, &email).await?;
    // A link was made for whoever had the address before.
    resets::revoke_open(&mut tx, who.user).await?;
    let by = By { user: Some(who.user), name: &who.name, ip: &Caller::from_context().ip };
    events::add(&mut tx, who.user, Happened::EmailChanged, by).await?;
    tx.commit().await?;
    Ok(())
}

/// What happened to this person's account, the latest first.
pub(super) async fn history(who: &Who, zone: Tz) -> Result<Vec<EventRow>> {
    let events = events::latest(&who.app.db, who.user).await?;
    let row = |event: Event| EventRow {
        at: When { at: event.at.into(), local: zone::local(zone, event.at) },
        text: sentence(&event, event.by_user == Some(who.user)),
    };
    Ok(events.into_iter().map(row).collect())
}

fn sentence(event: &Event, by_you: bool) -> String {
    let who = match event.by_name.as_str() {
        "" => "The owner of this server",
        _ if by_you => "You",
        name => name,
    };
    let from = if event.ip.is_empty() { String::new() } else { format!(", from {}", event.ip) };
    let happened = Happened::ALL.into_iter().find(|h| h.id() == event.kind);
    match happened {
        Some(Happened::ResetLink) => format!("{who} made a link for a new password{from}."),
        Some(Happened::PasswordReset) => {
            format!("A new password was set with that link{from}. All sign-ins before it ended.")
        }
        Some(Happened::PasswordChanged) => format!("{who} changed the password{from}."),
        Some(Happened::EmailChanged) => format!("{who} changed the e-mail address{from}."),
        None => format!("{who} changed something that only a newer version of this program can name."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_speaks_in_sentences() {
        let event = |kind: &str, by_name: &str, ip: &str| Event {
            at: chrono::Utc::now(),
            kind: kind.into(),
            by_user: None,
            by_name: by_name.into(),
            ip: ip.into(),
        };
        for (kind, name, ip, you, text) in [
            ("reset_link", "Maya", "10.0.0.7", false, "Maya made a link for a new password, from 10.0.0.7."),
            ("reset_link", "", "", false, "The owner of this server made a link for a new password."),
            ("password_changed", "Vera", "::1", true, "You changed the password, from ::1."),
        ] {
            assert_eq!(sentence(&event(kind, name, ip), you), text);
        }
        for happened in Happened::ALL {
            assert!(!sentence(&event(happened.id(), "Maya", ""), false).contains("newer version"), "{happened:?}");
        }
    }
}
