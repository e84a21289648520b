//! Server functions of the contacts pages. Whoever writes posts may see and change contacts; admins take them out and erase them.

use super::model::{ChosenContacts, ContactAct, ContactDetail, ContactFields, ContactList, ContactQuery};
#[cfg(feature = "ssr")]
use super::server::{acts, edit, erase, listed, profile, segments};
use crate::domain::error::AppError;
use crate::domain::ids::{ContactId, SegmentId};
#[cfg(feature = "ssr")]
use crate::domain::permission::Permission;
#[cfg(feature = "ssr")]
use crate::infra::http::{call, reply, throttle};
#[cfg(feature = "ssr")]
use crate::infra::session::Granted;
use leptos::prelude::*;
use leptos::server_fn::codec::Json;

#[cfg(feature = "ssr")]
fn paced(who: &Granted) -> Result<(), AppError> {
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "changes")
}

/// A part of the list.
#[server(input = Json)]
pub async fn list_contacts(query: ContactQuery) -> Result<ContactList, AppError> {
    call::allowed(Permission::Contacts, async |who| listed::list(&who, &query).await).await
}

/// One person with all that is known.
#[server]
pub async fn load_contact(id: ContactId) -> Result<ContactDetail, AppError> {
    call::allowed(Permission::Contacts, async |who| profile::load(&who, id).await).await
}

/// Adds somebody by hand and shows the profile.
#[server]
pub async fn add_contact(fields: ContactFields) -> Result<(), AppError> {
    call::keeping([
        ("fields[email]", &fields.email),
        ("fields[first_name]", &fields.first_name),
        ("fields[last_name]", &fields.last_name),
        ("fields[phone]", &fields.phone),
        ("fields[company_name]", &fields.company_name),
        ("fields[tags]", &fields.tags),
    ])
    .allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        let id = edit::add(&who, &fields).await?;
        reply::redirect_to(&format!("/contacts/{id}"));
        Ok(())
    })
    .await
}

/// Changes the fields and tags of a contact.
#[server]
pub async fn change_contact(contact: ContactId, #[server(default)] fields: ContactFields) -> Result<(), AppError> {
    call::keeping([
        ("fields[email]", &fields.email),
        ("fields[first_name]", &fields.first_name),
        ("fields[last_name]", &fields.last_name),
        ("fields[phone]", &fields.phone),
        ("fields[company_name]", &fields.company_name),
        ("fields[tags]", &fields.tags),
        ("fields[own]", &fields.own_typed()),
    ])
    .allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        edit::change(&who, contact, &fields).await?;
        reply::redirect_to(&format!("/contacts/{contact}"));
        Ok(())
    })
    .await
}

/// Writes a note into the history of a contact.
#[server]
pub async fn add_note(contact: ContactId, text: String) -> Result<(), AppError> {
    call::keeping([("text", &text)])
        .allowed(Permission::Contacts, async |who| {
            paced(&who)?;
            edit::note(&who, contact, &text).await?;
            reply::redirect_to(&format!("/contacts/{contact}"));
            Ok(())
        })
        .await
}

/// Keeps what somebody said about mail, and how one knows it.
#[server]
pub async fn set_consent(contact: ContactId, given: bool, words: String) -> Result<(), AppError> {
    call::keeping([("words", &words)])
        .allowed(Permission::Contacts, async |who| {
            paced(&who)?;
            edit::consent(&who, contact, given, &words).await?;
            reply::redirect_to(&format!("/contacts/{contact}"));
            Ok(())
        })
        .await
}

/// Does something with one contact or several; the page at `back` is shown again, with what was done and the way back.
#[server]
pub async fn act_on_contacts(
    act: ContactAct,
    #[server(default)] ids: ChosenContacts,
    #[server(default)] tag: String,
    #[server(default)] list: Option<SegmentId>,
    #[server(default)] back: String,
) -> Result<(), AppError> {
    call::allowed(Permission::Contacts, async |who| {
        paced(&who)?;
        let outcome = acts::act(&who, act, &ids.0, &tag, list).await?;
        reply::redirect_to(&acts::next_page(&outcome, &back));
        Ok(())
    })
    .await
}

/// Erases a person for good; the list is shown with the receipt.
#[server]
pub async fn erase_contact(contact: ContactId) -> Result<(), AppError> {
    call::allowed(Permission::ExportContacts, async |who| {
        paced(&who)?;
        let erased = erase::erase(&who, contact).await?;
        reply::redirect_to(&format!("/contacts?erased={}", erased.parameter()));
        Ok(())
    })
    .await
}

/// Changes which sources and tags put somebody into the newsletter: one a line.
#[server]
pub async fn save_newsletter(
    #[server(default)] sources: String,
    #[server(default)] tags: String,
) -> Result<(), AppError> {
    call::keeping([("sources", &sources), ("tags", &tags)])
        .allowed(Permission::Company, async |who| {
            paced(&who)?;
            segments::save_rule(&who.tenant, &sources, &tags).await?;
            reply::redirect_to("/settings/zapier?done=rule");
            Ok(())
        })
        .await
}
