//! The composer's state: what is typed, what it means for each account, and whether it is saved.

use super::browser;
use super::model::StudioData;
use super::options::name_of;
use super::parts::{self, Follow};
use super::undo::Removed;
use super::validation::{TargetValidation, validate};
use crate::domain::authenticity::HouseWords;
use crate::domain::connection::ConnectionSummary;
use crate::domain::error::{AppError, Problem};
use crate::domain::ids::{AssetId, ConnectionId, PostId};
use crate::domain::limits::MAX_THREAD;
use crate::domain::options::{Input, OptionValue, Options};
use crate::domain::post::{Alts, Format, MediaFacts, Parts, Plan, PostContent, SavePost, Target, TimeCheck};
use crate::features::media::model::AssetCard;
pub use crate::features::media::uploads::FileState as UploadState;
use leptos::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// A picture in the list, from the moment it was chosen.
#[derive(Clone)]
pub struct Picture {
    /// Its place in the list's bookkeeping; no meaning outside.
    pub key: u32,
    pub name: String,
    pub upload: ArcRwSignal<UploadState>,
    pub alt: ArcRwSignal<String>,
}

impl Picture {
    pub fn new(key: u32, name: String, upload: UploadState) -> Self {
        let alt = match &upload {
            UploadState::Ready(card) => card.facts.alt.clone(),
            _ => String::new(),
        };
        Self { key, name, upload: ArcRwSignal::new(upload), alt: ArcRwSignal::new(alt) }
    }

    /// The picture as the server keeps it, once it is there.
    pub fn card(&self) -> Option<AssetCard> {
        match self.upload.get() {
            UploadState::Ready(card) => Some(*card),
            _ => None,
        }
    }
}

/// What a save keeps; two of these differ while there is something unsaved.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Kept {
    pub content: PostContent<AssetId>,
    pub alts: Alts,
    pub targets: Vec<Target>,
}

/// All signals of one open composer. Cheap to copy.
#[derive(Clone, Copy)]
pub struct Composer {
    pub key: PostId,
    pub post: RwSignal<Option<PostId>>,
    pub version: RwSignal<Option<i32>>,
    pub text: RwSignal<String>,
    pub link: RwSignal<String>,
    /// Own texts; an account that is not in here gets the common text.
    pub own: RwSignal<BTreeMap<ConnectionId, String>>,
    /// The formats of accounts whose post is not in the ordinary one.
    pub formats: RwSignal<BTreeMap<ConnectionId, Format>>,
    /// What was chosen of the platforms' options.
    pub options: RwSignal<BTreeMap<ConnectionId, Options>>,
    /// The posts of a thread after the first, as fields; empty ones are left out of `parts`.
    pub thread: RwSignal<Vec<Follow>>,
    pub comment: RwSignal<String>,
    /// The field for the first comment is there.
    pub commenting: RwSignal<bool>,
    pub parts: Memo<Parts>,
    pub chosen: RwSignal<BTreeSet<ConnectionId>>,
    pub pictures: RwSignal<Vec<Picture>>,
    pub tab: RwSignal<Option<ConnectionId>>,
    /// What was last removed, to be put back.
    pub removed: RwSignal<Option<Removed>>,
    pub when: RwSignal<String>,
    pub second: RwSignal<bool>,
    pub time: RwSignal<TimeCheck>,
    /// The page has come to life: tabs, uploads and saving in place work.
    pub alive: RwSignal<bool>,
    /// Somebody tried to publish: now it is time to say what is missing altogether.
    pub tried: RwSignal<bool>,
    pub saved: RwSignal<Kept>,
    /// The time as it was opened or last saved, and whether that was only a suggestion.
    pub saved_when: RwSignal<String>,
    suggested: bool,
    pub validations: Memo<Vec<TargetValidation>>,
    now: Memo<Kept>,
    pub dirty: Memo<bool>,
    accounts: StoredValue<Vec<ConnectionSummary>>,
    pub zone: StoredValue<String>,
    /// The company's words to avoid and words that are never marked.
    pub house: RwSignal<HouseWords>,
    /// Why they could not be kept.
    pub house_error: RwSignal<Option<AppError>>,
    next_key: StoredValue<u32>,
}

impl Composer {
    pub fn new(data: &StudioData) -> Self {
        let post = data.post.as_ref();
        let mut cards = post.map(|p| p.content.media.clone()).unwrap_or_default();
        let kept = cards.len();
        cards.extend(data.added.iter().cloned());
        let targets = post.map(|p| p.targets.clone()).unwrap_or_default();
        let text = RwSignal::new(post.map(|p| p.content.text.clone()).unwrap_or_default());
        let link = RwSignal::new(post.and_then(|p| p.content.link.clone()).unwrap_or_default());
        let own = targets.iter().filter_map(|t| Some((t.connection, t.text.clone()?))).collect();
        let own: RwSignal<BTreeMap<_, _>> = RwSignal::new(own);
        let formats = targets.iter().map(|t| (t.connection, t.format)).collect();
        let formats: RwSignal<BTreeMap<_, _>> = RwSignal::new(formats);
        let options = targets.iter().map(|t| (t.connection, t.options.clone())).collect();
        let options: RwSignal<BTreeMap<_, _>> = RwSignal::new(options);
        let chosen: RwSignal<BTreeSet<_>> = RwSignal::new(targets.iter().map(|t| t.connection).collect());
        let parts = post.map(|p| p.content.parts.clone()).unwrap_or_default();
        let comment = parts.comment.unwrap_or_default();
        let commenting = RwSignal::new(!comment.is_empty());
        let comment = RwSignal::new(comment);
        let follows: Vec<_> = (0..).zip(parts.thread).map(|(key, text)| Follow::new(key, text)).collect();
        let next_key = cards.len().max(follows.len()) as u32;
        let thread = RwSignal::new(follows);
        let parts = Memo::new(move |_| {
            let some = |text: String| Some(text).filter(|t| !t.trim().is_empty());
            let thread = thread.get().iter().filter_map(|f| some(f.text.get())).collect();
            Parts { thread, comment: some(comment.get()) }
        });
        let pictures: Vec<_> = (0..)
            .zip(cards)
            .map(|(key, card)| Picture::new(key, card.file_name.clone(), UploadState::Ready(Box::new(card))))
            .collect();
        let pictures = RwSignal::new(pictures);
        let accounts = StoredValue::new(data.accounts.clone());
        let facts = Memo::new(move |_| pictures.get().iter().filter_map(facts_of).collect::<Vec<_>>());
        let content = Memo::new(move |_| PostContent {
            link: Some(link.get()),
            media: facts.get(),
            parts: parts.get(),
            ..PostContent::of_text(text.get())
        });
        let target = move |id: ConnectionId| Target {
            text: own.with(|own| own_text(own, id, &text.get())),
            format: formats.with(|formats| formats.get(&id).copied().unwrap_or_default()),
            options: options.with(|options| options.get(&id).cloned().unwrap_or_default()),
            ..Target::to(id)
        };
        let validations = Memo::new(move |_| {
            let content = content.get();
            let all = accounts.get_value().into_iter();
            all.map(|account| validate(account.clone(), &content, target(account.id))).collect()
        });
        let now = Memo::new(move |_| {
            let content = content.get();
            let media = content.media.iter().map(|f| f.asset).collect();
            let alts = content.media.iter().map(|f| (f.asset, f.alt.clone())).collect();
            let chosen = chosen.get();
            let targets =
                accounts.get_value().iter().filter(|a| chosen.contains(&a.id)).map(|a| target(a.id)).collect();
            Kept { content: content.with_media(media), alts, targets }
        });
        let mut opened = now.get_untracked();
        // What was chosen from the library is not saved yet.
        opened.content.media.truncate(kept);
        opened.alts.truncate(kept);
        let saved = RwSignal::new(opened);
        let when = RwSignal::new(data.at.to_string());
        let saved_when = RwSignal::new(data.at.to_string());
        let dirty = Memo::new(move |_| now.get() != saved.get() || when.get() != saved_when.get());
        Self {
            key: data.key,
            post: RwSignal::new(post.map(|p| p.id)),
            version: RwSignal::new(post.map(|p| p.version)),
            text,
            link,
            own,
            formats,
            options,
            thread,
            comment,
            commenting,
            parts,
            chosen,
            pictures,
            tab: RwSignal::new(None),
            removed: RwSignal::new(None),
            when,
            second: RwSignal::new(false),
            time: RwSignal::new(data.time.clone()),
            alive: RwSignal::new(false),
            tried: RwSignal::new(false),
            saved,
            saved_when,
            suggested: data.suggested,
            validations,
            now,
            dirty,
            accounts,
            zone: StoredValue::new(data.zone.clone()),
            house: RwSignal::new(data.house.clone()),
            house_error: RwSignal::new(None),
            next_key: StoredValue::new(next_key),
        }
    }

    /// What was typed or ticked before the browser's half arrived must survive its arrival: read it from the document
    /// before that, put it into the signals after it.
    pub fn keep_what_was_typed(self) {
        let key = self.key.to_string();
        let formats: Vec<_> = self
            .accounts()
            .into_iter()
            .filter_map(|a| Some((a.id, Format::parse(&browser::typed(&key, &format!("format_{}", a.id))?)?)))
            .collect();
        let text = browser::typed(&key, "text");
        let link = browser::typed(&key, "link");
        let when = browser::typed(&key, "when");
        let comment = browser::typed(&key, "comment");
        let fields = (0..MAX_THREAD).map(parts::field);
        let thread: Vec<_> = fields.filter_map(|id| browser::text_of(&id)).filter(|t| !t.trim().is_empty()).collect();
        let ticked: Vec<_> = self
            .accounts()
            .into_iter()
            .filter_map(|o| Some((o.id, browser::ticked(&key, "targets", &o.id.to_string())?)))
            .collect();
        let own: Vec<_> = self
            .accounts()
            .into_iter()
            .filter_map(|o| Some((o.id, browser::typed(&key, &format!("text_{}", o.id))?)))
            .collect();
        let options = self.options_in_document(&key);
        Effect::new(move |_| {
            for (id, format) in &formats {
                if self.formats.with_untracked(|known| known.get(id).copied().unwrap_or_default()) != *format {
                    self.formats.update(|known| {
                        known.insert(*id, *format);
                    });
                }
            }
            for (id, option, value) in &options {
                self.options.update(|all| all.entry(*id).or_default().set(option, value.clone()));
            }
            set_if_new(self.text, text.clone());
            set_if_new(self.link, link.clone());
            set_if_new(self.when, when.clone());
            set_if_new(self.comment, comment.clone());
            if self.comment.with_untracked(|c| !c.is_empty()) {
                self.commenting.set(true);
            }
            // Fields that stood empty without JavaScript and were filled in.
            if !thread.is_empty() && thread != self.parts.with_untracked(|p| p.thread.clone()) {
                self.thread.set(thread.iter().map(|text| Follow::new(self.new_key(), text.clone())).collect());
            }
            for (id, on) in &ticked {
                if *on != self.chosen.with_untracked(|chosen| chosen.contains(id)) {
                    self.choose(*id, *on);
                }
            }
            for (id, text) in &own {
                let known = self.own.with_untracked(|own| own.get(id).cloned().unwrap_or_default());
                if *text != known {
                    self.own.update(|own| drop(own.insert(*id, text.clone())));
                }
            }
        });
    }

    /// The options that stand differently in the document than they were opened.
    fn options_in_document(self, key: &str) -> Vec<(ConnectionId, &'static str, OptionValue)> {
        let mut found = vec![];
        let known = self.options.get_untracked();
        for account in self.accounts() {
            let fields = account.platform.publishing().map_or(&[][..], |publishing| publishing.options.fields);
            for field in fields {
                let (name, had) = (name_of(account.id, field), known.get(&account.id));
                let value = match field.input {
                    Input::YesNo => browser::ticked(key, &name, "on")
                        .filter(|on| *on != had.is_some_and(|had| had.is_yes(field.id)))
                        .map(OptionValue::YesNo),
                    _ => browser::typed(key, &name).filter(|text| *text != field.shown(had)).map(OptionValue::Text),
                };
                found.extend(value.map(|value| (account.id, field.id, value)));
            }
        }
        found
    }

    /// The accounts that can be chosen.
    pub fn accounts(self) -> Vec<ConnectionSummary> {
        self.accounts.get_value()
    }

    /// The validation of one account.
    pub fn validation(self, id: ConnectionId) -> Option<TargetValidation> {
        self.validations.with(|all| all.iter().find(|s| s.shown.account.id == id).cloned())
    }

    /// The validations of the chosen accounts.
    pub fn chosen_validations(self) -> Vec<TargetValidation> {
        let chosen = self.chosen.get();
        self.validations.get().into_iter().filter(|s| chosen.contains(&s.shown.account.id)).collect()
    }

    /// The account whose text is shown; `None`: the common text.
    pub fn shown(self) -> Option<ConnectionId> {
        self.tab.get().filter(|id| self.chosen.with(|c| c.contains(id)))
    }

    /// The same, asked once.
    pub fn shown_untracked(self) -> Option<ConnectionId> {
        untrack(|| self.shown())
    }

    /// What an account gets, or (`None`) the text for all.
    pub fn text_at(self, at: Option<ConnectionId>) -> String {
        let own = at.and_then(|id| self.own.with(|own| own.get(&id).cloned()));
        own.unwrap_or_else(|| self.text.get())
    }

    /// The same, asked once.
    pub fn text_of(self, at: Option<ConnectionId>) -> String {
        untrack(|| self.text_at(at))
    }

    /// Puts a text into the field of an account, or into that for all.
    pub fn put_text(self, at: Option<ConnectionId>, text: String) {
        match at {
            Some(id) => self.own.update(|own| drop(own.insert(id, text))),
            None => self.text.set(text),
        }
    }

    /// Something was written or added, or somebody tried to publish: before that, nothing is missing.
    pub fn begun(self) -> bool {
        let written = |kept: &Kept| {
            let content = &kept.content;
            let some = |text: &str| !text.trim().is_empty();
            some(&content.text)
                || content.link.as_deref().is_some_and(some)
                || !content.media.is_empty()
                || !content.parts.is_empty()
                || kept.targets.iter().any(|target| target.text.is_some())
        };
        self.tried.get() || self.now.with(written)
    }

    /// What this problem says is only not there yet, while nobody tried to publish.
    pub fn comes_later(self, problem: &Problem) -> bool {
        let absent = |kept: &Kept| match problem.field.as_str() {
            "media" => kept.content.media.is_empty(),
            "text" => kept.content.text.trim().is_empty(),
            _ => false,
        };
        !self.tried.get() && self.now.with(absent)
    }

    /// The post goes nowhere; said once somebody tried to publish it.
    pub fn goes_nowhere(self) -> bool {
        self.tried.get() && self.chosen.with(BTreeSet::is_empty)
    }

    /// Adds an account, or takes it off.
    pub fn choose(self, id: ConnectionId, on: bool) {
        self.chosen.update(|chosen| {
            if on {
                chosen.insert(id);
            } else {
                chosen.remove(&id);
            }
        });
    }

    /// The suggestion, while nobody chose another time: sent along without JavaScript, so that it is not taken for a
    /// choice.
    pub fn suggestion(self) -> String {
        if self.suggested { self.saved_when.get() } else { String::new() }
    }

    /// A draft, with the time if somebody chose one.
    pub fn draft_plan(self) -> Plan {
        let when = self.when.get_untracked();
        let chosen = !(self.suggested && when == self.saved_when.get_untracked());
        let local = when.parse().ok().filter(|_| chosen);
        local.map_or(Plan::Draft, |local| Plan::Planned { local })
    }

    /// A key for a picture that is added to the list.
    pub fn new_key(self) -> u32 {
        let key = self.next_key.get_value();
        self.next_key.set_value(key + 1);
        key
    }

    /// Whoever asks is asked again with every change.
    pub fn changes(self) {
        self.now.track();
        self.when.track();
    }

    /// What a save would keep right now.
    pub fn kept_now(self) -> Kept {
        self.now.get_untracked()
    }

    /// The input of a save; `copy`: as a new post.
    pub fn input(self, plan: Plan, copy: bool) -> SavePost {
        let Kept { content, alts, targets } = self.kept_now();
        let of_post = |value| if copy { None } else { value };
        SavePost {
            id: of_post(self.post.get_untracked()),
            version: if copy { None } else { self.version.get_untracked() },
            content,
            alts,
            targets,
            plan,
        }
    }

    /// Why it cannot be saved at this moment: pictures that are not there yet.
    pub fn waits_for(self, publishing: bool) -> Option<String> {
        let pictures = self.pictures.get_untracked();
        let upload = |p: &Picture| p.upload.get_untracked();
        if pictures.iter().any(|p| matches!(upload(p), UploadState::Sending(_) | UploadState::Checking)) {
            return Some("A file is still uploading. Wait for it, or cancel it.".into());
        }
        let refused =
            pictures.iter().find(|p| matches!(upload(p), UploadState::Refused(_) | UploadState::Broken(_)))?;
        publishing.then(|| format!("“{}” was not added. Remove it, then publish.", refused.name))
    }
}

fn set_if_new<T: Clone + PartialEq + Send + Sync + 'static>(signal: RwSignal<T>, value: Option<T>) {
    if let Some(value) = value.filter(|v| *v != signal.get_untracked()) {
        signal.set(value);
    }
}

fn facts_of(picture: &Picture) -> Option<MediaFacts> {
    picture.card().map(|card| MediaFacts { alt: picture.alt.get(), ..card.facts })
}

/// The text that an account has of its own: none where it is empty or the common one.
fn own_text(own: &BTreeMap<ConnectionId, String>, id: ConnectionId, text: &str) -> Option<String> {
    own.get(&id).filter(|own| !own.trim().is_empty() && *own != text).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_texts_that_differ_are_own_texts() {
        let ids: Vec<_> = (1..=4).map(ConnectionId::from_u128).collect();
        let own = BTreeMap::from([(ids[0], "Other".into()), (ids[1], "Same".into()), (ids[2], " ".into())]);
        let texts: Vec<_> = ids.iter().map(|id| own_text(&own, *id, "Same")).collect();
        assert_eq!(texts, [Some("Other".into()), None, None, None]);
    }
}
