//! From what is asked to texts that fit: who is written for and by which rules, the question, the answer while it comes, the
//! check by the rules that posts are checked by, up to two repairs that nobody sees, and the versions that are kept.

use super::partial;
use super::prompt::{self, Captions, Voice};
use super::store::{self, NewVersion};
use crate::connectors::models::Part;
use crate::domain::account::AccountFacts;
use crate::domain::connection::ConnectionSummary;
use crate::domain::error::{AppError, Problem, Result, Severity};
use crate::domain::facts::{self, Change};
use crate::domain::ids::{ConnectionId, PostId};
use crate::domain::limits;
use crate::domain::moment::When;
use crate::domain::permission::Permission;
use crate::domain::platform::Platform;
use crate::domain::post::{Format, MediaFacts, PostContent};
use crate::features::brand_voice::server::{house, service as voice};
use crate::features::captions::model::{
    Before, CaptionAsk, CaptionEvent, CaptionTarget, MAX_AUDIENCE, MAX_BRIEF, MAX_PICTURES, MAX_TEXT, VARIANTS,
    Version, Wish, Writer, language_name,
};
use crate::features::media::server::service as media;
use crate::features::models::server::door::{self, Answer, Ask, Door};
use crate::features::models::server::schema;
use crate::features::posts::server::service as posts;
use crate::infra::session::Granted;
use crate::infra::zone;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use futures::future::BoxFuture;
use serde_json::Value;
use sqlx::PgPool;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::Instant;

/// How often a text that does not fit is sent back.
const REPAIRS: usize = 2;
/// The browser is told of a growing text no more often than this.
const BEAT: Duration = Duration::from_millis(60);
/// What a text for no account in particular is to have at most.
const FOR_ALL: u32 = 500;
/// Most hashtags that are asked for where a platform has no bound of its own.
const HASHTAGS: usize = 3;

/// One text that is to be written.
#[derive(Clone, Debug)]
pub struct Slot {
    /// By this name the model knows it: `t1`.
    pub reference: String,
    pub connection: Option<ConnectionId>,
    place: u8,
    rules_of: Option<(Platform, Format, AccountFacts)>,
    pub network: &'static str,
    pub most: u32,
    pub hashtags: usize,
    /// The text that is written anew.
    pub now: Option<String>,
    /// The person's text, with what the new one must keep of it.
    pub original: Option<String>,
    wish: Option<Wish>,
    /// All that the person gave: no link and no mention comes from elsewhere.
    given: String,
    /// Why the last attempt did not fit.
    pub note: Option<String>,
}

impl Slot {
    #[cfg(test)]
    pub fn sample() -> Self {
        Self::new(0, None, &CaptionTarget { connection: None, format: Format::default() })
    }

    fn new(at: usize, account: Option<&ConnectionSummary>, target: &CaptionTarget) -> Self {
        let of = account.map(|account| (account.platform, target.format, account.facts.clone()));
        let rules = of.as_ref().and_then(|(platform, format, facts)| limits::rules(*platform, *format, facts));
        Self {
            reference: format!("t{}", at + 1),
            connection: target.connection,
            place: 0,
            rules_of: of,
            network: account.map_or("any social network", |account| account.platform.name()),
            most: rules.map_or(FOR_ALL, |rules| rules.max_text),
            hashtags: rules.and_then(|rules| rules.max_hashtags).unwrap_or(HASHTAGS).min(HASHTAGS),
            now: None,
            original: None,
            wish: None,
            given: String::new(),
            note: None,
        }
    }

    /// What is wrong with a text: a fact that was lost or invented, or what the platform's rules say; `None`: nothing.
    fn problem(&self, text: &str) -> Option<String> {
        self.fault(text).or_else(|| self.invention(text)).or_else(|| self.misfit(text))
    }

    /// A link or a mention that nobody gave.
    fn invention(&self, text: &str) -> Option<String> {
        let fact = facts::invented_address(&self.given, text)?;
        Some(format!("The {} “{}” is not yours: the model made it up.", fact.kind.name(), fact.shown))
    }

    /// A fact of the person's text that is missing, or one that was not in it.
    fn fault(&self, text: &str) -> Option<String> {
        let (original, wish) = (self.original.as_deref()?, self.wish?);
        // Each is looked for by itself: many that are missing must not hide one that was made up.
        let invented = wish.invents_nothing().then(|| facts::invented(original, text)).flatten();
        let changes = if wish.keeps_facts() { facts::kept(original, text).err() } else { None };
        let lost = changes.into_iter().flatten().find(|change| matches!(change, Change::Lost(_)));
        lost.or(invented).as_ref().map(Change::words)
    }

    fn misfit(&self, text: &str) -> Option<String> {
        let (platform, _, facts) = self.rules_of.as_ref()?;
        let content: PostContent<MediaFacts> = PostContent::of_text(text.to_owned());
        let wrong = |p: &Problem| p.field == "text" && p.severity == Severity::Error;
        limits::check(*platform, facts, &content).into_iter().find(wrong).map(|p| p.message)
    }
}

/// What the studio knows of the model when it opens.
pub async fn writer(who: &Granted) -> Result<Writer> {
    let may_add_key = who.role.may(Permission::Secrets);
    let Some(door) = door::find(who).await? else { return Ok(Writer { may_add_key, ..Writer::default() }) };
    Ok(Writer {
        stand_in: door.is_stand_in(who),
        estimate: door.estimate(ESTIMATED.0, ESTIMATED.1),
        model: Some(door.model),
        may_add_key,
    })
}

/// Tokens of a question with one picture and of a text for one account, about.
const ESTIMATED: (u32, u32) = (900, 150);

/// Texts that are being written.
pub struct Writing {
    who: Granted,
    door: Door,
    ask: CaptionAsk,
    post: PostId,
    voice: Voice,
    slots: Vec<Slot>,
    pictures: Vec<Part>,
    answer: Answer,
}

/// Looks at what is asked and begins. An error came before anything was written: nothing in a field changes.
pub async fn begin(who: Granted, ask: CaptionAsk) -> Result<Writing> {
    let post = bounded(&ask)?;
    let slots = slots(&who, &ask).await?;
    // Nothing is asked, and nothing is paid, without a key: that is said first.
    let door = door::open(&who).await?;
    // A text that is there has been written with the pictures in view.
    let looked_at = if ask.wish.is_some() { &[][..] } else { &ask.media[..ask.media.len().min(MAX_PICTURES)] };
    let pictures = media::thumbnails(&who, looked_at).await?;
    let pictures: Vec<_> = pictures
        .into_iter()
        .map(|jpeg| Part::Picture(format!("data:image/jpeg;base64,{}", BASE64_STANDARD.encode(jpeg))))
        .collect();
    let voice = Voice { brand: voice::of(&who.tenant).await?, avoid: house::all(&who.tenant).await?.avoid };
    let answer = door.ask(&who, &question(&ask, &voice, &slots, pictures.clone())).await?;
    // Only what is about to be written over, and only once somebody may ask: what is refused leaves nothing behind.
    let is_asked = |before: &&Before| ask.targets.iter().any(|target| target.connection == before.connection);
    for before in ask.before.iter().filter(is_asked) {
        keep(&who, post, before.connection, &before.text, "own", "").await?;
    }
    Ok(Writing { who, door, ask, post, voice, slots, pictures, answer })
}

fn question(ask: &CaptionAsk, voice: &Voice, slots: &[Slot], pictures: Vec<Part>) -> Ask {
    let mut parts = vec![Part::Text(prompt::data(ask, voice, slots))];
    parts.extend(pictures);
    // Room for each text in any script, and for the names around it.
    let room: u32 = slots.iter().map(|slot| slot.most.min(3_000) + 60).sum();
    Ask {
        feature: "captions",
        instructions: prompt::instructions(ask),
        parts,
        schema: Some(("captions", schema::strict::<Captions>())),
        most_tokens: room.clamp(500, 8_000),
    }
}

/// The post; an error names the field.
fn bounded(ask: &CaptionAsk) -> Result<PostId> {
    let long = |text: &str, most: usize| text.chars().count() > most;
    let mut problems = vec![];
    if long(&ask.brief, MAX_BRIEF) {
        problems.push(Problem::error("brief", format!("Shorten the brief: at most {MAX_BRIEF} characters.")));
    }
    if long(&ask.audience, MAX_AUDIENCE) {
        problems.push(Problem::error("audience", format!("Shorten this: at most {MAX_AUDIENCE} characters.")));
    }
    if ask.before.iter().any(|before| long(&before.text, MAX_TEXT)) {
        problems.push(Problem::error("before", format!("A text here has at most {MAX_TEXT} characters.")));
    }
    if !ask.language.is_empty() && language_name(&ask.language).is_none() {
        problems.push(Problem::error("language", "Choose one of the languages."));
    }
    if ask.targets.is_empty() {
        problems.push(Problem::error("targets", "Choose at least one account to write for."));
    }
    if ask.variants && ask.targets.len() != 1 {
        problems.push(Problem::error("variants", "Choose one account for three versions."));
    }
    if ask.wish.is_none() && ask.brief.trim().is_empty() && ask.media.is_empty() {
        problems.push(Problem::error("brief", "Say in a few words what the post is about, or add a picture."));
    }
    if ask.wish == Some(Wish::Translate) && ask.language.is_empty() {
        problems.push(Problem::error("language", "Choose the language to translate into."));
    }
    let post = ask.post.filter(|post| *post != PostId::nil());
    if post.is_none() {
        problems.push(Problem::error("post", "Name the post."));
    }
    post.filter(|_| problems.is_empty()).ok_or_else(|| AppError::problems(problems))
}

async fn slots(who: &Granted, ask: &CaptionAsk) -> Result<Vec<Slot>> {
    let named: Vec<ConnectionId> = ask.targets.iter().filter_map(|target| target.connection).collect();
    let accounts = if named.is_empty() { vec![] } else { posts::accounts(who, &named).await? };
    let mut slots = vec![];
    for target in &ask.targets {
        let account = match target.connection {
            None => None,
            Some(id) => {
                let found = accounts.iter().find(|account| account.id == id);
                Some(found.ok_or_else(|| AppError::not_found("account"))?)
            }
        };
        let mut slot = Slot::new(slots.len(), account, target);
        slot.given.clone_from(&ask.brief);
        if ask.wish.is_some() {
            let before = ask.before.iter().find(|before| before.connection == target.connection);
            let now = before.map(|before| before.text.trim()).filter(|text| !text.is_empty());
            let now = now.ok_or_else(|| AppError::invalid("before", "There is no text yet: write one first."))?;
            slot.given = format!("{}\n{now}", ask.brief);
            slot.now = Some(now.to_owned());
            slot.original = Some(now.to_owned());
            slot.wish = ask.wish;
        }
        slots.push(slot);
    }
    if ask.variants {
        let first = slots.remove(0);
        slots = (0..VARIANTS)
            .map(|at| Slot { reference: format!("t{}", at + 1), place: at as u8, ..first.clone() })
            .collect();
    }
    Ok(slots)
}

async fn keep(
    who: &Granted,
    post: PostId,
    connection: Option<ConnectionId>,
    text: &str,
    origin: &str,
    model: &str,
) -> Result<()> {
    if text.trim().is_empty() {
        return Ok(());
    }
    store::keep(&who.tenant, post, who.user, &NewVersion { connection, text, origin, model }).await
}

/// Whoever listens has gone.
struct Gone;

/// Tells whoever listens of each text that is different from what was told before.
struct Teller<'a> {
    to: &'a mpsc::Sender<CaptionEvent>,
    told: Vec<String>,
    beat: Instant,
    /// Nothing is told before it was compared with the text that it takes the place of.
    holds: bool,
}

impl Teller<'_> {
    async fn tell(&mut self, slots: &[Slot], answer: &Captions) -> Result<(), Gone> {
        for caption in &answer.captions {
            let Some(at) = slots.iter().position(|slot| slot.reference == caption.r#ref) else { continue };
            let text = clean(&caption.text);
            if !text.is_empty() && self.told[at] != text {
                self.told[at].clone_from(&text);
                if !self.holds {
                    self.send(&slots[at], text).await?;
                }
            }
        }
        Ok(())
    }

    async fn send(&self, slot: &Slot, text: String) -> Result<(), Gone> {
        let (connection, place) = (slot.connection, slot.place);
        self.to.send(CaptionEvent::Text { connection, place, text }).await.map_err(|_| Gone)
    }
}

/// What a model wrote, as text of a post: data from outside.
fn clean(text: &str) -> String {
    let plain = text.trim().chars().filter(|c| *c == '\n' || !c.is_control()).take(MAX_TEXT);
    plain.collect::<String>().trim_end().to_owned()
}

impl Writing {
    /// Writes on until all is there, it fails, or nobody listens any more. Dropping it hangs up.
    pub async fn run(mut self, to: mpsc::Sender<CaptionEvent>) {
        let last = match self.write(&to).await {
            Ok(Ok(model)) => CaptionEvent::Done { model },
            Ok(Err(Gone)) => return,
            Err(error) => CaptionEvent::Failed { message: error.message },
        };
        let _ = to.send(last).await;
    }

    async fn write(&mut self, to: &mpsc::Sender<CaptionEvent>) -> Result<Result<String, Gone>> {
        let holds = self.ask.wish.is_some_and(Wish::invents_nothing);
        let mut teller = Teller { to, told: vec![String::new(); self.slots.len()], beat: Instant::now(), holds };
        let mut waiting: Vec<usize> = (0..self.slots.len()).collect();
        let mut repairs = 0;
        let wrote = loop {
            let read = self.listen(&mut teller, repairs > 0).await;
            match read {
                Ok(Ok(())) => {}
                Ok(Err(gone)) => return Ok(Err(gone)),
                // A repair that fails leaves the text as it is: the rules say what is wrong with it.
                Err(_) if repairs > 0 => break Ok(()),
                Err(error) => break Err(error),
            }
            waiting.retain(|at| teller.told[*at].is_empty() || self.slots[*at].problem(&teller.told[*at]).is_some());
            if waiting.is_empty() || repairs == REPAIRS {
                break Ok(());
            }
            repairs += 1;
            let mut again = vec![];
            for at in &waiting {
                let slot = &mut self.slots[*at];
                slot.note = slot.problem(&teller.told[*at]).or_else(|| Some("This text was missing.".into()));
                let told = Some(teller.told[*at].clone()).filter(|told| !told.is_empty());
                again.push(Slot { now: told.or_else(|| slot.now.clone()), ..slot.clone() });
            }
            let question = question(&self.ask, &self.voice, &again, self.pictures.clone());
            match self.door.ask(&self.who, &question).await {
                Ok(answer) => self.answer = answer,
                Err(_) => break Ok(()),
            }
        };
        // What is there is kept with the post, also where the rest did not come.
        let origin = self.ask.wish.map_or("written", Wish::id);
        let (mut refused, mut made_up) = (None, None);
        for (slot, text) in self.slots.iter().zip(&teller.told) {
            // Half a text has lost what was to come.
            let fault = slot.fault(text).filter(|_| holds && !text.is_empty());
            if fault.is_some() {
                refused = refused.or(fault);
                continue;
            }
            made_up = made_up.or_else(|| slot.invention(text));
            keep(&self.who, self.post, slot.connection, text, origin, &self.answer.model).await?;
            if holds && !text.is_empty() && teller.send(slot, text.clone()).await.is_err() {
                return Ok(Err(Gone));
            }
        }
        wrote?;
        if let Some(fault) = refused {
            let words = format!("The model changed what your text says, so your text stays. {fault} Try again.");
            return Err(AppError::conflict(words));
        }
        if let Some(made_up) = made_up {
            return Err(AppError::conflict(format!("{made_up} Take it out, or try again.")));
        }
        if teller.told.iter().all(String::is_empty) {
            return Err(AppError::unavailable("The model's answer could not be read. Nothing was changed; try again."));
        }
        if teller.told.iter().any(String::is_empty) {
            return Err(AppError::unavailable("The model left out an account. The other texts are there; try again."));
        }
        Ok(Ok(self.answer.model.clone()))
    }

    /// Reads one answer to its end; a silent one is told of when it is there.
    async fn listen(&mut self, teller: &mut Teller<'_>, silent: bool) -> Result<Result<(), Gone>> {
        loop {
            let more = tokio::select! {
                () = teller.to.closed() => return Ok(Err(Gone)),
                more = self.answer.more() => more,
            };
            let ended = !matches!(more, Ok(true));
            if !ended && (silent || teller.beat.elapsed() < BEAT) {
                continue;
            }
            teller.beat = Instant::now();
            if let Some(so_far) = partial::read::<Captions>(&self.answer.text)
                && teller.tell(&self.slots, &so_far).await.is_err()
            {
                return Ok(Err(Gone));
            }
            if ended {
                more?;
                let whole = serde_json::from_str::<Value>(&self.answer.text).is_ok();
                let unreadable = "The model's answer could not be read. What came is kept; try again.";
                return if whole { Ok(Ok(())) } else { Err(AppError::unavailable(unreadable)) };
            }
        }
    }
}

/// A text for one place.
pub type Written = (Option<ConnectionId>, String);

/// All texts at once, for pages without JavaScript; and what went wrong, if anything did.
pub async fn write_all(who: Granted, ask: CaptionAsk) -> Result<(Vec<Written>, Option<String>)> {
    let writing = begin(who, ask).await?;
    let (to, mut from) = mpsc::channel(16);
    let run = writing.run(to);
    let gather = async {
        let (mut texts, mut failed): (Vec<Written>, _) = (vec![], None);
        while let Some(event) = from.recv().await {
            match event {
                CaptionEvent::Text { connection, text, .. } => {
                    texts.retain(|(of, _)| *of != connection);
                    texts.push((connection, text));
                }
                CaptionEvent::Failed { message } => failed = Some(message),
                CaptionEvent::Done { .. } => {}
            }
        }
        (texts, failed)
    };
    let ((), gathered) = tokio::join!(run, gather);
    Ok(gathered)
}

/// Removes kept texts of posts that were not saved within a week.
pub fn delete_unsaved(db: PgPool) -> BoxFuture<'static, Result<u64, sqlx::Error>> {
    store::delete_unsaved(db)
}

/// The kept texts of a post, newest first.
pub async fn versions(who: &Granted, post: PostId) -> Result<Vec<Version>> {
    let clock = zone::of(&posts::zone_name(who).await?);
    let rows = store::of_post(&who.tenant, post).await?;
    let version = |row: store::Row| Version {
        id: row.id,
        connection: row.connection_id,
        origin: origin(&row.origin, &row.model),
        at: When { at: row.created_at.into(), local: zone::local(clock, row.created_at) },
        text: row.text,
    };
    Ok(rows.into_iter().map(version).collect())
}

fn origin(origin: &str, model: &str) -> String {
    match Wish::ALL.into_iter().find(|wish| wish.id() == origin) {
        Some(wish) => format!("{} · {model}", wish.name()),
        None if origin == "own" => "As it stood in the field".into(),
        None => format!("Written by {model}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A shorter text may leave out however much; what it makes up is found all the same.
    #[test]
    fn an_invented_number_is_found_beside_many_that_are_missing() {
        let own: String = (101..140).map(|n| format!("We sold {n} cups. ")).collect();
        let slot = |wish| Slot { original: Some(own.clone()), wish: Some(wish), ..Slot::sample() };
        let made_up = "We sold 101 cups and 900 mugs.";
        // The list of all differences ends before it.
        let told = facts::kept(&own, made_up).unwrap_err();
        assert!(told.iter().all(|change| matches!(change, Change::Lost(_))), "{told:?}");
        let invents = slot(Wish::Shorter).fault(made_up);
        assert!(invents.as_ref().is_some_and(|words| words.contains("900")), "{invents:?}");
        assert_eq!(slot(Wish::Shorter).fault("We sold 101 cups."), None);
        let lost = slot(Wish::Warmer).fault("We sold 101 cups.");
        assert!(lost.as_ref().is_some_and(|words| words.contains("102")), "{lost:?}");
        assert_eq!(slot(Wish::Again).fault("We sold 900 cups."), None);
    }
}
