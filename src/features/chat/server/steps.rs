//! An answer by a model, step by step: it says something, calls a tool, reads the result, and says more. Steps, words and time are bounded.
//! What names something that was not shown, or is not of the form that was asked for, is told once; the second time the answer ends.

use super::prompt::{self, Said, Scene, Step};
use super::store;
use super::tools::{self, Found, Tool, Wrong};
use super::turn::{Draft, End, Teller, Turn};
use crate::connectors::models::Part;
use crate::domain::error::{ErrorKind, Result};
use crate::features::captions::server::partial;
use crate::features::chat::model::AnswerState;
use crate::features::models::server::door::{Ask, Door};
use crate::features::models::server::schema;
use crate::infra::zone;
use chrono::Utc;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Questions to the model for one answer, and characters that they and its answers may have together.
const STEPS: usize = 7;
const CHARACTERS: usize = 200_000;
/// Tokens of one step's answer.
const MOST_TOKENS: u32 = 1_500;
/// Between two looks at what is being written.
const BEAT: Duration = Duration::from_millis(80);
/// Characters of what one step says.
const SAID: usize = 6_000;
/// The line with which a model asks for repairs.
const LINE: &str = "ACTION: REPAIR_ERRORS";

/// `report`: what the program has found itself; it stands above the answer.
pub async fn answer(turn: &Turn, door: &Door, draft: &mut Draft, teller: &Teller, report: Option<&str>) -> Result<End> {
    let (company, name) = store::company(&turn.who().tenant).await?;
    let scene = Scene { company, now: zone::local(zone::of(&name), Utc::now()).to_string(), zone: name };
    let mut found = Found::default();
    let page = page(turn, &mut found).await?;
    found.page = prompt::safe(page);
    let mut run = Run { turn, door, scene, found, called: vec![], told: None, wrong: 0, spent: 0 };
    for _ in 0..STEPS {
        if let Some(end) = run.step(draft, teller, report).await? {
            return Ok(end);
        }
    }
    let why = format!(
        "It would have taken more than {STEPS} steps. What was found so far stands here; ask for less at once."
    );
    Ok(End(AnswerState::Limit, why))
}

/// The page on which it is asked, with the post or the error that it is about.
async fn page(turn: &Turn, found: &mut Found) -> Result<Value> {
    let Some(place) = &turn.place else { return Ok(Value::Null) };
    let mut page = json!({ "name": place.page.name, "there": place.page.about });
    if let Some(id) = place.post
        && let Ok(post) = tools::read_post(turn, &mut found.shown, id).await
    {
        page["post"] = post;
    }
    if let Some(id) = place.error
        && let Ok(open) = tools::open(turn).await
        && let Some(error) = open.iter().find(|error| error.card.id == id)
    {
        page["error"] = tools::error_line(&mut found.shown, error);
    }
    Ok(page)
}

struct Run<'a> {
    turn: &'a Turn,
    door: &'a Door,
    scene: Scene,
    found: Found,
    called: Vec<Tool>,
    /// What was wrong with the last answer.
    told: Option<String>,
    wrong: usize,
    spent: usize,
}

impl Run<'_> {
    /// One question and its answer; how the whole ends, if it does.
    async fn step(&mut self, draft: &mut Draft, teller: &Teller, report: Option<&str>) -> Result<Option<End>> {
        let who = self.turn.who();
        let data = prompt::data(
            self.turn,
            &self.scene,
            &self.found.page,
            &self.found.results,
            self.told.take().as_deref(),
            report,
        );
        let ask = Ask {
            feature: "chat",
            instructions: prompt::instructions(self.turn),
            parts: vec![Part::Text(data)],
            schema: Some(("step", schema::strict::<Step>())),
            most_tokens: MOST_TOKENS,
        };
        self.spent +=
            ask.parts.iter().map(|part| if let Part::Text(text) = part { text.len() } else { 0 }).sum::<usize>();
        if self.spent > CHARACTERS {
            let why =
                "It took more words than an answer may take. What was found so far stands here; ask for less at once.";
            return Ok(Some(End(AnswerState::Limit, why.into())));
        }
        // The money may run out between two steps.
        if let Err(over) = self.door.check_cap(who).await {
            return Ok(Some(End(AnswerState::Paused, over.message)));
        }
        teller.doing("Thinks").await;
        let mut answer = match self.door.ask(who, &ask).await {
            Ok(answer) => answer,
            Err(error) => return Ok(Some(End::of(&error))),
        };
        draft.model.clone_from(&answer.model);
        let before = draft.text.clone();
        let mut beat = Instant::now();
        loop {
            let more = answer.more().await;
            let ended = !matches!(more, Ok(true));
            if !ended && beat.elapsed() < BEAT {
                continue;
            }
            beat = Instant::now();
            if let Some(so_far) = partial::read::<Said>(&answer.text) {
                draft.text.clone_from(&before);
                draft.say(&self.found.shown.linked(&clean(&so_far.say)));
                teller.said(&draft.text).await;
            }
            match more {
                Ok(true) => {}
                Ok(false) => break,
                Err(error) => {
                    let cut = error.kind == ErrorKind::Unavailable && !answer.text.is_empty();
                    let state = if cut { AnswerState::Cut } else { AnswerState::Failed };
                    return Ok(Some(End(state, error.message)));
                }
            }
        }
        self.spent += answer.text.len();
        let Ok(step) = serde_json::from_str::<Step>(&answer.text) else {
            draft.text = before;
            return Ok(self.wrong(
                "Your last answer was not of the form that was asked for, or named a tool or an argument that does not exist.",
            ));
        };
        let asks = step.say.lines().any(|line| line.trim() == LINE);
        match step.tool {
            None if asks => self.repair(draft, teller).await.map(Some),
            None if draft.text.trim().is_empty() && draft.acts.is_empty() => {
                Ok(self.wrong("You said nothing and called no tool. Answer the question."))
            }
            None => Ok(Some(End::done())),
            Some(tool) => self.call(draft, teller, tool).await,
        }
    }

    async fn call(&mut self, draft: &mut Draft, teller: &Teller, tool: Tool) -> Result<Option<End>> {
        if self.called.contains(&tool) {
            return Ok(self.wrong("You called this tool with these arguments before: its result is in \"results\"."));
        }
        teller.doing(tool.doing()).await;
        match tools::run(self.turn, draft, &mut self.found, &tool).await {
            Ok(result) => {
                self.found.results.push(json!({ "tool": tool.id(), "result": prompt::safe(result) }));
                self.called.push(tool);
                Ok(None)
            }
            Err(Wrong::Told(words)) => Ok(self.wrong(&words)),
            Err(Wrong::Broken(error)) => Err(error),
        }
    }

    /// The model's line asks for repairs.
    async fn repair(&mut self, draft: &mut Draft, teller: &Teller) -> Result<End> {
        let tool = Tool::RepairErrors { error: None };
        if self.called.contains(&tool) {
            return Ok(End::done());
        }
        teller.doing(tool.doing()).await;
        match tools::repair(self.turn, draft, &self.found, None).await {
            Ok(result) => draft.say(result["done"].as_str().unwrap_or_default()),
            Err(error) if error.kind == ErrorKind::Forbidden => draft.say(&error.message),
            Err(error) => return Err(error),
        }
        teller.said(&draft.text).await;
        Ok(End::done())
    }

    /// Told once; the second time it ends.
    fn wrong(&mut self, words: &str) -> Option<End> {
        self.wrong += 1;
        if self.wrong > 1 {
            let why = "The model went on to answer with what does not exist, so nothing more was done. Ask again, or in other words.";
            return Some(End(AnswerState::Failed, why.into()));
        }
        self.told = Some(words.to_owned());
        None
    }
}

/// What a model says, as text of a conversation: data from outside. Lines that are meant for the program are not shown.
fn clean(said: &str) -> String {
    let lines = said.lines().filter(|line| !line.trim_start().starts_with("ACTION:"));
    let text = lines.collect::<Vec<_>>().join("\n");
    let plain: String = text.trim().chars().filter(|c| *c == '\n' || !c.is_control()).take(SAID).collect();
    plain.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_for_the_program_is_not_shown() {
        assert_eq!(clean("Two fail.\nACTION: REPAIR_ERRORS\n"), "Two fail.");
        assert_eq!(clean("a\u{7}\n\n- b "), "a\n\n- b");
    }

    #[test]
    fn the_schema_is_strict_and_an_invented_argument_is_refused() {
        let schema = schema::strict::<Step>().to_string();
        assert!(!schema.contains("oneOf") && schema.contains("repair_errors") && schema.contains("anyOf"), "{schema}");
        let read = |json: &str| serde_json::from_str::<Step>(json);
        let ok = read(r#"{"say":"","tool":{"tool":"find_posts","words":"beans"}}"#).expect("a step");
        assert_eq!(ok.tool, Some(Tool::FindPosts { words: "beans".into() }));
        for bad in [
            r#"{"say":"","tool":{"tool":"delete_posts"}}"#,
            r#"{"say":"","tool":{"tool":"find_posts","words":"a","company":"other"}}"#,
            r#"{"say":"","tool":{"tool":"connections","all":true}}"#,
            r#"{"say":"","tool":{"tool":"find_posts"}}"#,
            r#"{"say":"","tool":null,"do":"it"}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
