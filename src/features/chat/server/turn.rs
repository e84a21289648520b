//! A question from its beginning to its kept answer. The question and the place of its answer are kept first; what an answer does is
//! kept when it is done, and its words when it ends, however it ends. Whoever hangs up stops it; a repair that is under way is finished.

use super::store::{self, Ended, MessageRow, Question, RequestKey};
use super::{about_me, diagnosis, places, repairs, rules, share, steps};
use crate::domain::error::{AppError, ErrorKind, Result};
use crate::domain::ids::{ConversationId, ErrorId, MessageId};
use crate::domain::permission::Permission;
use crate::features::agents::server::{markdown, own_memory};
use crate::features::chat::model::{Act, AnswerState, ChatAction, ChatAsk, ChatEvent, Source, check_message};
use crate::features::models::server::door;
use crate::infra::http::idempotency::Key;
use crate::infra::http::throttle;
use crate::infra::session::{Granted, Who};
use std::time::Duration;
use tokio::sync::mpsc;

/// The longest that one answer may take.
const LONGEST: Duration = Duration::from_secs(150);
/// Characters of a title, and of an answer.
const TITLE: usize = 80;
const LONGEST_TEXT: usize = 16_000;

/// Who asks: with their rights in the company, and as the services of diagnostics need it.
#[derive(Clone)]
pub struct Asker {
    pub who: Granted,
    pub full: Who,
}

/// A question with everything that its answer needs.
pub struct Turn {
    pub asker: Asker,
    pub ask: ChatAsk,
    pub place: Option<places::Place>,
    /// What was said before, the oldest first.
    pub history: Vec<MessageRow>,
    /// What the person wants the program to know of them.
    pub known: Vec<String>,
    /// The error that a pressed button is about.
    pub error: Option<ErrorId>,
    conversation: ConversationId,
    answer: MessageId,
}

/// A question is new, or was asked before with the same key.
pub enum Begun {
    New(Box<Turn>),
    Given(Answered),
}

impl Begun {
    /// For who sent no key.
    pub fn fresh(self) -> Result<Turn> {
        match self {
            Self::New(turn) => Ok(*turn),
            Self::Given(_) => Err(AppError::conflict("This was asked before.")),
        }
    }
}

/// An answer as it was kept.
#[derive(Clone, Debug)]
pub struct Answered {
    pub conversation: ConversationId,
    pub message: MessageId,
    pub state: AnswerState,
    pub text: String,
    pub problem: String,
    pub acts: Vec<Act>,
    pub sources: Vec<Source>,
    pub model: String,
}

/// What an answer has so far.
#[derive(Default)]
pub struct Draft {
    pub text: String,
    pub acts: Vec<Act>,
    pub sources: Vec<Source>,
    pub model: String,
}

impl Draft {
    /// One more paragraph.
    pub fn say(&mut self, markdown: &str) {
        let markdown = markdown.trim();
        if markdown.is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(markdown);
    }

    pub fn source(&mut self, source: Source) {
        if !self.sources.contains(&source) && self.sources.len() < 6 {
            self.sources.push(source);
        }
    }
}

/// How an answer ends, with why where it is not whole.
#[derive(Debug)]
pub struct End(pub AnswerState, pub String);

impl End {
    pub fn done() -> Self {
        Self(AnswerState::Done, String::new())
    }

    /// What an error makes of it.
    pub fn of(error: &AppError) -> Self {
        Self(AnswerState::Failed, error.message.clone())
    }
}

/// Whoever reads along, if anybody does.
pub struct Teller(Option<mpsc::Sender<ChatEvent>>);

impl Teller {
    async fn tell(&self, event: ChatEvent) {
        if let Some(to) = &self.0 {
            // Whoever has gone is noticed by `gone`.
            let _ = to.send(event).await;
        }
    }

    pub async fn doing(&self, words: &str) {
        self.tell(ChatEvent::Doing { words: words.to_owned() }).await;
    }

    pub async fn said(&self, text: &str) {
        if self.0.is_some() {
            self.tell(ChatEvent::Said { blocks: markdown::read(text) }).await;
        }
    }

    /// Ends when nobody reads along any more; never where nobody did.
    async fn gone(&self) {
        match &self.0 {
            Some(to) => to.closed().await,
            None => std::future::pending().await,
        }
    }
}

/// The first words of a question.
fn title(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    if line.chars().count() <= TITLE {
        return if line.is_empty() { "Question".into() } else { line };
    }
    let cut: String = line.chars().take(TITLE - 1).collect();
    format!("{}…", cut.trim_end())
}

/// Keeps the question. Refused before anything is kept when it is too often, too long, or for a conversation of somebody else.
pub async fn begin(full: Who, mut ask: ChatAsk, key: Option<&Key>) -> Result<Begun> {
    let who = full.clone().require(Permission::View)?;
    throttle::check(&who.app.throttles.chat, &who.user.to_string(), "questions")?;
    ask.message = ask.message.replace("\r\n", "\n").trim().to_owned();
    check_message(&ask.message, ask.action == ChatAction::Message)?;
    if ask.message.is_empty() {
        let words = if ask.action == ChatAction::Repair { "Repair it" } else { "What is wrong right now?" };
        ask.message = words.to_owned();
    }
    let place = places::read(&ask.from)?;
    if let Some(key) = key
        && let Some(given) = given(&who, key).await?
    {
        return Ok(Begun::Given(given));
    }
    let title = title(&ask.message);
    let page = place.as_ref().map(|place| place.href.as_str()).unwrap_or_default();
    let question = Question {
        of: ask.conversation,
        title: &title,
        text: &ask.message,
        page,
        key: key.map(|key| RequestKey { key: key.text(), sha256: key.sha256() }),
    };
    let history = match ask.conversation {
        Some(id) => store::messages(&who.tenant, who.user, id).await?,
        None => vec![],
    };
    let Some((conversation, answer)) = store::ask(&who.tenant, who.user, &question).await? else {
        let given = match key {
            Some(key) => given(&who, key).await?,
            None => None,
        };
        return Ok(Begun::Given(given.ok_or_else(still_answering)?));
    };
    let known = own_memory::told(&who).await?;
    let asker = Asker { who, full };
    Ok(Begun::New(Box::new(Turn { asker, ask, place, history, known, error: None, conversation, answer })))
}

fn still_answering() -> AppError {
    AppError::conflict(
        "This message is still being answered. Send it again in a few seconds, with the same Idempotency-Key.",
    )
}

/// The answer to an earlier request with this key.
async fn given(who: &Granted, key: &Key) -> Result<Option<Answered>> {
    let Some((answer, sha256)) = store::asked_before(&who.tenant, who.user, key.text()).await? else { return Ok(None) };
    if sha256 != key.sha256() {
        return Err(Key::used_otherwise());
    }
    let row = store::message(&who.tenant, who.user, answer).await?.ok_or_else(store::gone)?;
    if row.state == "writing" {
        return Err(still_answering());
    }
    Ok(Some(Answered {
        conversation: row.conversation_id,
        message: row.id,
        state: AnswerState::parse(&row.state),
        text: row.text,
        problem: row.problem,
        acts: serde_json::from_value(row.acts).unwrap_or_default(),
        sources: serde_json::from_value(row.sources).unwrap_or_default(),
        model: row.model,
    }))
}

impl Turn {
    pub fn conversation(&self) -> ConversationId {
        self.conversation
    }

    /// The pressed button is about this error.
    pub fn about(self, error: Option<ErrorId>) -> Self {
        Self { error, ..self }
    }

    pub fn who(&self) -> &Granted {
        &self.asker.who
    }

    /// Answers in a task of its own, which goes on when the request is dropped; with `to` until nobody reads along.
    pub async fn spawn(self, to: Option<mpsc::Sender<ChatEvent>>) -> Result<Answered> {
        tokio::spawn(self.run(to)).await.map_err(|_| AppError::bug(None))?
    }

    /// Answers, and keeps the answer.
    pub async fn run(self, to: Option<mpsc::Sender<ChatEvent>>) -> Result<Answered> {
        let teller = Teller(to);
        teller.tell(ChatEvent::Began { conversation: self.conversation }).await;
        let mut draft = Draft::default();
        let End(state, problem) = tokio::select! {
            () = teller.gone() => End(AnswerState::Stopped, String::new()),
            done = tokio::time::timeout(LONGEST, self.answer(&mut draft, &teller)) => done.unwrap_or_else(|_| {
                End(AnswerState::Limit, "It took longer than an answer may take. What came is kept.".into())
            }),
        };
        let text: String = draft.text.chars().filter(|c| *c != '\0').take(LONGEST_TEXT).collect();
        let sources = serde_json::to_value(&draft.sources).map_err(|_| AppError::bug(None))?;
        let ended = Ended { text: &text, state: state.id(), problem: &problem, sources: &sources, model: &draft.model };
        store::end(&self.who().tenant, self.who().user, self.answer, &ended).await?;
        teller.tell(ChatEvent::Ended { state }).await;
        Ok(Answered {
            conversation: self.conversation,
            message: self.answer,
            state,
            text,
            problem,
            acts: draft.acts,
            sources: draft.sources,
            model: draft.model,
        })
    }

    /// Keeps something that was done, proposed or offered, at once.
    pub async fn did(&self, draft: &mut Draft, act: Act) -> Result<()> {
        self.keep(&act).await?;
        draft.acts.push(act);
        Ok(())
    }

    pub async fn keep(&self, act: &Act) -> Result<()> {
        let act = serde_json::to_value([act]).map_err(|_| AppError::bug(None))?;
        store::add_acts(&self.who().tenant, self.who().user, self.answer, &act).await
    }

    /// For a task that goes on when this answer is stopped.
    pub fn place_of_answer(&self) -> (Granted, MessageId) {
        (self.asker.who.clone(), self.answer)
    }

    async fn answer(&self, draft: &mut Draft, teller: &Teller) -> End {
        let end = match self.ask.action {
            ChatAction::Repair => self.repair(draft, teller).await,
            ChatAction::Diagnose => self.diagnose(draft, teller).await,
            ChatAction::Message => self.reply(draft, teller).await,
        };
        end.unwrap_or_else(|error| {
            if error.kind == ErrorKind::Bug {
                tracing::error!(%error, "an answer failed");
            }
            End::of(&error)
        })
    }

    async fn repair(&self, draft: &mut Draft, teller: &Teller) -> Result<End> {
        teller.doing("Looks at what is broken and repairs it").await;
        let words = repairs::start(self, draft, self.error).await?;
        draft.say(&words);
        teller.said(&draft.text).await;
        Ok(End::done())
    }

    /// What is wrong by rules; a model, where there is one, says what to do first.
    async fn diagnose(&self, draft: &mut Draft, teller: &Teller) -> Result<End> {
        diagnosis::tell(self, draft, teller).await?;
        if let Some(door) = door::find(self.who()).await? {
            if let Some(over) = share::used_up(self.who()).await? {
                draft.say(&format!("*The model added nothing: {}*", rules::plain(&over)));
                return Ok(End::done());
            }
            let report = draft.text.clone();
            match steps::answer(self, &door, draft, teller, Some(&report)).await? {
                End(AnswerState::Done, _) => {}
                // What was found stands without it.
                End(_, why) => draft.say(&format!("*The model added nothing: {}*", rules::plain(&why))),
            }
        }
        Ok(End::done())
    }

    async fn reply(&self, draft: &mut Draft, teller: &Teller) -> Result<End> {
        if about_me::answer(self, draft, teller).await? {
            return Ok(End::done());
        }
        let Some(door) = door::find(self.who()).await? else {
            rules::answer(self, draft, teller).await?;
            return Ok(End::done());
        };
        if let Err(over) = door.check_cap(self.who()).await {
            rules::answer(self, draft, teller).await?;
            return Ok(End(AnswerState::Paused, over.message));
        }
        if let Some(over) = share::used_up(self.who()).await? {
            rules::answer(self, draft, teller).await?;
            return Ok(End(AnswerState::Paused, over));
        }
        steps::answer(self, &door, draft, teller, None).await
    }
}

#[cfg(test)]
mod tests {
    use super::title;

    #[test]
    fn the_first_question_names_a_conversation() {
        assert_eq!(title(" Why did\n it  fail? "), "Why did it fail?");
        let long = title(&"word ".repeat(40));
        assert!(long.chars().count() <= 80 && long.ends_with("word…"), "{long}");
        assert_eq!(title("\u{7}"), "Question");
    }
}
