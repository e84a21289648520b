//! `POST /studio/save`: the composer without JavaScript. Nothing that was typed is lost: when it cannot be scheduled it
//! is kept as a draft, when the post was changed or removed meanwhile it becomes a new draft.

use super::PAGE;
use super::form::{Form, SubmitIntent};
use crate::domain::connection::ConnectionSummary;
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{ConnectionId, PostId};
use crate::domain::limits::fit::{CopyWish, Place};
use crate::domain::permission::Permission;
use crate::domain::post::{Plan, SavePost};
use crate::features::captions::model::{Before, CaptionAsk, CaptionTarget};
use crate::features::captions::server::service as captions;
use crate::features::media::server::service as media;
use crate::features::posts::server::service as posts;
use crate::features::studio::model::Note;
use crate::infra::http::{flash, throttle};
use crate::infra::session::{Granted, Who};
use crate::infra::state::App;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::response::{AppendHeaders, IntoResponse, Redirect, Response};
use axum::routing::post;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use http::header;
use url::form_urlencoded::Serializer;

/// More than files may have, so that a selection that is too big is read to its end (and dropped) for the sake of the
/// fields that follow it.
const MAX_BODY: usize = 200 * 1024 * 1024;

pub fn routes() -> Router<App> {
    Router::new().route("/studio/save", post(save).layer(DefaultBodyLimit::max(MAX_BODY)))
}

async fn save(
    who: Option<Who>,
    form: std::result::Result<Multipart, MultipartRejection>,
) -> Result<Response, AppError> {
    let Some(who) = who else { return Ok(Redirect::to("/login?next=/studio").into_response()) };
    let who = who.require(Permission::Publish)?;
    throttle::check(&who.app.throttles.write, &who.user.to_string(), "saves")?;
    let form = form.map_err(|_| AppError::invalid("text", "The form could not be read. Go back and send it again."))?;
    let hold = who.app.throttles.bodies.begin(who.user);
    let mut form = Form::read(form, &hold).await?;
    take_pictures(&who, &mut form).await?;
    let fits = fit_pictures(&who, &mut form).await?;
    let wrote = write(&who, &mut form).await;
    let address = keep(&who, &form, wrote.or(fits)).await?;
    // The file's name is somebody's words: it does not stand in the address, which anybody can write.
    let name = form.refused.as_ref().map(|refusal| BASE64_URL_SAFE_NO_PAD.encode(refusal.short_name()));
    let name = name.and_then(|name| flash::cookie(&who.app, PAGE, &name));
    Ok((AppendHeaders(name.map(|name| (header::SET_COOKIE, name))), Redirect::to(&address)).into_response())
}

/// Uploads what was chosen; a file that cannot be used is remembered, the others go on.
async fn take_pictures(who: &Granted, form: &mut Form) -> Result<()> {
    for file in std::mem::take(&mut form.files) {
        match media::take(who.into(), file).await? {
            Ok(card) => form.media.push(card.facts.asset),
            Err(refusal) => form.refuse(refusal),
        }
    }
    Ok(())
}

/// Puts copies that fit in the place of pictures that the chosen accounts refuse, and an original in the place of its copy, as
/// the person pressed. What cannot be made leaves the picture as it is. What there is to say of it, if it was asked for.
async fn fit_pictures(who: &Granted, form: &mut Form) -> Result<Option<Note>> {
    let mut wishes = vec![];
    if let Some(asset) = form.original {
        wishes.push((asset, CopyWish::of(vec![], true)));
    }
    if form.fit {
        let accounts = posts::accounts(who, &[]).await?;
        let chosen = accounts.iter().filter(|account| form.targets.contains(&account.id));
        let place = |account: &ConnectionSummary| Place {
            platform: account.platform,
            format: form.formats.get(&account.id).copied().unwrap_or_default(),
        };
        let places: Vec<Place> = chosen.map(place).collect();
        let cards = media::known(who, &form.media).await?;
        for (at, asset) in form.media.iter().enumerate() {
            let wish = CopyWish::of(places.clone(), at == 0);
            let card = cards.iter().find(|card| card.facts.asset == *asset);
            if card.is_some_and(|card| wish.need(&card.facts).is_some()) {
                wishes.push((*asset, wish));
            }
        }
    }
    let (mut made_any, mut missed) = (false, None);
    for (asset, wish) in wishes {
        let made = match throttle::check(&who.app.throttles.copies, &who.user.to_string(), "copies of pictures") {
            Ok(()) => media::copy(who, asset, &wish).await,
            Err(error) => Err(error),
        };
        let card = match made {
            Ok(card) => card,
            Err(error) => {
                missed = Some(if error.kind == ErrorKind::Invalid { Note::NoCopy } else { Note::CopyLater });
                continue;
            }
        };
        made_any = true;
        let copy = card.facts.asset;
        form.media.iter_mut().filter(|id| **id == asset).for_each(|id| *id = copy);
        if let Some(alt) = form.alts.remove(&asset) {
            form.alts.insert(copy, alt);
        }
    }
    Ok(missed.or((made_any && form.fit).then_some(Note::Fits)))
}

/// Has texts written for the chosen accounts, if that was pressed, and puts them into their fields. What there is to say of it.
async fn write(who: &Granted, form: &mut Form) -> Option<Note> {
    if !form.write {
        return None;
    }
    let format = |id: &ConnectionId| form.formats.get(id).copied().unwrap_or_default();
    let mut targets: Vec<_> =
        form.targets.iter().map(|id| CaptionTarget { connection: Some(*id), format: format(id) }).collect();
    if targets.is_empty() {
        targets.push(CaptionTarget { connection: None, format: Default::default() });
    }
    let text = |target: &CaptionTarget| match target.connection {
        None => Some(form.text.clone()),
        Some(id) => form.texts.get(&id).cloned(),
    };
    let before = |target: &CaptionTarget| {
        let text = text(target).filter(|text| !text.trim().is_empty())?;
        Some(Before { connection: target.connection, text })
    };
    let ask = CaptionAsk {
        post: form.post,
        brief: form.brief.clone(),
        tone: form.tone,
        language: form.language.clone(),
        audience: form.audience.clone(),
        before: targets.iter().filter_map(before).collect(),
        targets,
        media: form.media.clone(),
        wish: None,
        variants: false,
    };
    let Ok((texts, failed)) = captions::write_all(who.clone(), ask).await else { return Some(Note::NotWritten) };
    if texts.is_empty() {
        return Some(Note::NotWritten);
    }
    for (connection, text) in texts {
        match connection {
            Some(id) => drop(form.texts.insert(id, text)),
            None => form.text = text,
        }
    }
    // A post is called by its common text.
    if form.text.trim().is_empty()
        && let Some(first) = form.targets.iter().find_map(|id| form.texts.get(id))
    {
        form.text.clone_from(first);
    }
    Some(if failed.is_some() { Note::NotWritten } else { Note::Wrote })
}

/// Saves and says where to go.
async fn keep(who: &Granted, form: &Form, fits: Option<Note>) -> Result<String> {
    // A picture that is missing was meant to be there: nothing goes out without it.
    let intent = if form.refused.is_some() { SubmitIntent::Draft } else { form.intent };
    let plan = match (intent, form.time()) {
        (SubmitIntent::Draft, _) => form.chosen_time().map_or(Plan::Draft, |local| Plan::Planned { local }),
        (SubmitIntent::Schedule, None) => Plan::Draft,
        (SubmitIntent::Schedule, Some(local)) => Plan::Schedule { local, second: form.second },
        (SubmitIntent::Now, _) => Plan::NowIfClear,
        (SubmitIntent::NowAnyway, _) => Plan::Now,
    };
    let no_time = intent == SubmitIntent::Schedule && plan == Plan::Draft;
    match posts::save_as(who, form.input(plan), form.post).await {
        Ok(saved) if form.refused.is_some() => Ok(back(saved.id, form, Note::File)),
        Ok(saved) if no_time => Ok(back(saved.id, form, Note::Time)),
        Ok(saved) if !saved.asks.is_empty() => Ok(back(saved.id, form, Note::Ask)),
        Ok(saved) if saved.blocked() => Ok(back(saved.id, form, Note::Problems)),
        Ok(saved) if intent == SubmitIntent::Draft && form.choose => Ok(format!("/library?post={}", saved.id)),
        Ok(saved) if intent == SubmitIntent::Draft => Ok(back(saved.id, form, fits.unwrap_or(Note::Saved))),
        Ok(saved) => Ok(format!("/posts/{}?notice={}", saved.id, Note::Scheduled.id())),
        Err(error) => rescue(who, form, error).await,
    }
}

/// The save was refused: keep the content all the same.
async fn rescue(who: &Granted, form: &Form, error: AppError) -> Result<String> {
    match error.kind {
        ErrorKind::Invalid if error.of("time").is_some() => {
            match posts::save_as(who, form.input(Plan::Draft), form.post).await {
                Ok(saved) => Ok(back(saved.id, form, Note::Time)),
                Err(again) if again.kind == ErrorKind::Conflict => copy(who, form).await,
                Err(again) => Err(again),
            }
        }
        ErrorKind::Conflict | ErrorKind::NotFound => copy(who, form).await,
        _ => Err(error),
    }
}

/// What was typed as a new draft, with those pictures and accounts that are still there.
async fn copy(who: &Granted, form: &Form) -> Result<String> {
    let input = SavePost { id: None, version: None, ..form.input(Plan::Draft) };
    let input = posts::only_existing(who, input).await?;
    let saved = posts::save_as(who, input, Some(PostId::new())).await?;
    Ok(back(saved.id, form, Note::Copied))
}

/// Back to the composer, with the time as it was typed and what there is to say.
fn back(post: PostId, form: &Form, note: Note) -> String {
    let mut query = Serializer::new(String::new());
    query.append_pair("post", &post.to_string());
    // A time that was only suggested is not passed on as if somebody had chosen it.
    let time = if form.intent == SubmitIntent::Draft { form.chosen_time() } else { form.time() };
    if let Some(time) = time {
        query.append_pair("at", &time.to_string());
    }
    query.append_pair("notice", note.id());
    // The brief is not part of the post; a short one comes back.
    if !form.brief.is_empty() && form.brief.len() <= 1_000 {
        query.append_pair("brief", &form.brief);
    }
    if let Some(refusal) = &form.refused {
        query.append_pair("why", refusal.why.id());
    }
    format!("/studio?{}", query.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::media::model::{RejectedFile, Why};

    #[test]
    fn the_way_back_keeps_the_time_and_says_what_was_wrong() {
        let mut form = Form { when: "2026-11-20T16:45".into(), ..Form::default() };
        let post = PostId::from_u128(5);
        assert_eq!(back(post, &form, Note::Saved), format!("/studio?post={post}&at=2026-11-20T16%3A45&notice=saved"));
        form.when = "tomorrow".into();
        form.refuse(RejectedFile::new("a & b.pdf", Why::NotAPicture));
        assert_eq!(back(post, &form, Note::File), format!("/studio?post={post}&notice=file&why=type"));
    }
}
