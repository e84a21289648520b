//! The composer's form as a browser without JavaScript sends it.

use crate::domain::error::{AppError, Result};
use crate::domain::ids::{AssetId, ConnectionId, PostId};
use crate::domain::moment::LocalTime;
use crate::domain::options::Options;
use crate::domain::post::{Format, Parts, Plan, PostContent, SavePost, Target};
use crate::features::captions::model::{Product, Tone};
use crate::features::media::model::{MAX_ALT, RejectedFile, Why};
use crate::features::media::server::receive::{Incoming, Room};
use crate::features::studio::options::OptionInput;
use crate::infra::http::held_bytes::Hold;
use crate::infra::http::text_fields::{Refused, TextRoom};
use axum::extract::Multipart;
use std::collections::BTreeMap;

/// What the person pressed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubmitIntent {
    #[default]
    Draft,
    Schedule,
    /// Now, unless there is something to know first.
    Now,
    /// Now: the person has read it.
    NowAnyway,
}

/// The fields, read one by one: whatever cannot be read is left out, nothing that was typed is dropped for it.
#[derive(Debug, Default)]
pub struct Form {
    /// The post that was opened, or the id that a new one gets.
    pub post: Option<PostId>,
    /// `None`: it is new.
    pub version: Option<i32>,
    pub text: String,
    pub link: String,
    /// As typed, so that it can be shown again.
    pub when: String,
    /// The time that stood in the field before anybody chose one; empty when somebody had.
    pub suggested: String,
    pub second: bool,
    pub intent: SubmitIntent,
    pub targets: Vec<ConnectionId>,
    /// In the order of the fields; empty ones are left out by the save.
    pub thread: Vec<String>,
    pub comment: String,
    pub texts: BTreeMap<ConnectionId, String>,
    pub formats: BTreeMap<ConnectionId, Format>,
    pub options: BTreeMap<ConnectionId, Options>,
    pub media: Vec<AssetId>,
    pub alts: BTreeMap<AssetId, String>,
    /// Pictures that chosen accounts refuse are to be replaced by copies that fit.
    pub fit: bool,
    /// A copy that is to be replaced by its original.
    pub original: Option<AssetId>,
    /// Texts are to be written for the chosen accounts.
    pub write: bool,
    pub brief: String,
    pub tone: Tone,
    pub language: String,
    pub audience: String,
    pub product: Product,
    /// Files are to be chosen from the library.
    pub choose: bool,
    pub files: Vec<Incoming>,
    /// The first file that did not come in.
    pub refused: Option<RejectedFile>,
}

impl Form {
    /// Reads the whole form. A connection that breaks off leaves what had arrived by then. More text than any post can have is
    /// refused: nothing more is kept then, but the form is read to its end, as browsers listen to no answer before.
    pub async fn read(mut form: Multipart, hold: &Hold) -> Result<Self> {
        let mut read = Self::default();
        let (mut room, mut texts) = (Room::new(hold), TextRoom::new(hold));
        let mut error: Option<AppError> = None;
        loop {
            match form.next_field().await {
                // What is left of it is passed over with the next field.
                Ok(Some(_)) if error.is_some() => {}
                Ok(Some(field)) if field.file_name().is_some() => match room.read(field).await {
                    Ok(file) => read.files.extend(file),
                    Err(refusal) => read.refuse(refusal),
                },
                Ok(Some(field)) => match texts.read(field).await {
                    Ok((name, value)) => read.take(&name, value),
                    Err(Refused::Unreadable) => {}
                    Err(Refused::Full(full)) => error = Some(full.into()),
                    Err(Refused::TooLong) => {
                        let message = "This text is too long for a post. Go back and shorten it.";
                        error = Some(AppError::invalid("text", message));
                    }
                },
                Ok(None) => {
                    read.brief = read.product.added_to(&read.brief);
                    return error.map_or(Ok(read), Err);
                }
                Err(_) if error.is_some() => return error.map_or(Ok(read), Err),
                Err(_) => {
                    read.refuse(RejectedFile::new("the last file", Why::Incomplete));
                    return Ok(read);
                }
            }
        }
    }

    /// Remembers the first file that did not come in.
    pub fn refuse(&mut self, refusal: RejectedFile) {
        self.refused.get_or_insert(refusal);
    }

    fn take(&mut self, name: &str, value: String) {
        match name {
            "post" => self.post = value.parse().ok(),
            "version" => self.version = value.parse().ok(),
            "text" => self.text = value,
            "link" => self.link = value,
            "when" => self.when = value,
            "suggested" => self.suggested = value,
            "thread" => self.thread.push(value),
            "comment" => self.comment = value,
            "second" => self.second = true,
            "plan" => {
                self.intent = match value.as_str() {
                    "schedule" => SubmitIntent::Schedule,
                    "now" => SubmitIntent::Now,
                    "anyway" => SubmitIntent::NowAnyway,
                    _ => SubmitIntent::Draft,
                }
            }
            "write" => self.write = true,
            "brief" => self.brief = value,
            "tone" => self.tone = Tone::parse(&value).unwrap_or_default(),
            "caption_language" => self.language = value,
            "audience" => self.audience = value,
            "product_name" => self.product.name = value,
            "product_price" => self.product.price = value,
            "product_link" => self.product.link = value,
            "fit" => self.fit = true,
            "choose" => self.choose = true,
            "original" => self.original = value.parse().ok(),
            "targets" => self.targets.extend(value.parse::<ConnectionId>()),
            "media" => self.media.extend(value.parse::<AssetId>()),
            _ => {
                if let Some(Ok(id)) = name.strip_prefix("text_").map(str::parse) {
                    self.texts.insert(id, value);
                } else if let Some(Ok(id)) = name.strip_prefix("alt_").map(str::parse) {
                    self.alts.insert(id, value);
                } else if let Some(Ok(id)) = name.strip_prefix("format_").map(str::parse) {
                    self.formats.extend(Format::parse(&value).map(|format| (id, format)));
                } else if let Some((Ok(id), option)) = OptionInput::parse(name) {
                    let options = self.options.entry(id).or_default();
                    options.set(option.id, option.value(value));
                }
            }
        }
    }

    pub fn time(&self) -> Option<LocalTime> {
        self.when.trim().parse().ok()
    }

    /// The time that somebody chose, also if it is for a draft only.
    pub fn chosen_time(&self) -> Option<LocalTime> {
        self.time().filter(|_| self.when != self.suggested)
    }

    /// The input of a save; `plan` is decided by the caller.
    pub fn input(&self, plan: Plan) -> SavePost {
        let target = |id: &ConnectionId| Target {
            text: self.texts.get(id).cloned(),
            format: self.formats.get(id).copied().unwrap_or_default(),
            options: self.options.get(id).cloned().unwrap_or_default(),
            ..Target::to(*id)
        };
        SavePost {
            id: self.post.filter(|_| self.version.is_some()),
            version: self.version,
            content: PostContent {
                link: Some(self.link.clone()),
                media: self.media.clone(),
                parts: Parts { thread: self.thread.clone(), comment: Some(self.comment.clone()) },
                ..PostContent::of_text(self.text.clone())
            },
            // One that is too long keeps nothing else from being saved.
            alts: self
                .alts
                .iter()
                .filter(|(_, alt)| alt.chars().count() <= MAX_ALT)
                .map(|(id, alt)| (*id, alt.clone()))
                .collect(),
            targets: self.targets.iter().map(target).collect(),
            plan,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_become_a_save() {
        let (post, picture) = (PostId::from_u128(4), AssetId::from_u128(3));
        let (a, b) = (ConnectionId::from_u128(1), ConnectionId::from_u128(2));
        let mut form = Form::default();
        for (name, value) in [
            ("post", post.to_string()),
            ("version", "3".into()),
            ("text", "Beans".into()),
            (&format!("text_{a}"), "For A".into()),
            (&format!("text_{b}"), "For B".into()),
            ("targets", a.to_string()),
            ("targets", "not an id".into()),
            ("media", picture.to_string()),
            (&format!("alt_{picture}"), "A cup".into()),
            ("when", "2026-11-20T16:45".into()),
            ("plan", "schedule".into()),
            ("thread", "Second".into()),
            ("thread", String::new()),
            ("thread", "Third".into()),
            ("comment", "First!".into()),
            ("something", "else".into()),
        ] {
            form.take(name, value);
        }
        assert_eq!(form.intent, SubmitIntent::Schedule);
        assert_eq!(form.time(), "2026-11-20T16:45".parse().ok());
        assert_eq!(form.chosen_time(), form.time());
        form.take("suggested", "2026-11-20T16:45".into());
        assert_eq!(form.chosen_time(), None);
        assert_eq!(form.alts[&picture], "A cup");
        let input = form.input(Plan::Draft);
        assert_eq!((input.id, input.version), (Some(post), Some(3)));
        assert_eq!(input.targets, vec![Target { text: Some("For A".into()), ..Target::to(a) }]);
        assert_eq!(input.content.media, vec![picture]);
        assert_eq!(input.alts, vec![(picture, "A cup".to_owned())]);
        assert_eq!(input.content.parts.thread, ["Second", "", "Third"]);
        assert_eq!(input.content.parts.comment.as_deref(), Some("First!"));
    }

    #[test]
    fn a_new_post_has_a_key_but_no_id() {
        let mut form = Form::default();
        form.take("post", PostId::from_u128(1).to_string());
        form.take("version", String::new());
        assert_eq!(form.input(Plan::Now).id, None);
        assert!(form.post.is_some());
    }
}
