//! What is wrong right now, computed: parts of the server, accounts, posts that wait, open errors with what each means and what would be
//! done, and what the logs hold; each as far as the person may see it.

use super::rules::plain;
use super::turn::{Draft, Teller, Turn};
use super::{repairs, tools};
use crate::domain::connection::ConnectionState;
use crate::domain::error::Result;
use crate::features::chat::model::{Act, Source};
use crate::features::connections::server::service as connections;
use crate::features::diagnostics::model::ErrorDetail;
use crate::features::diagnostics::server::repair;
use crate::features::diagnostics::server::service as diagnostics;
use crate::features::posts::server::cards;

/// Errors that are looked at one by one.
const LOOKED_AT: usize = 6;
/// Hours of logs.
const HOURS: u32 = 24;

fn source(title: &str, href: &str) -> Source {
    Source { title: title.into(), href: href.into() }
}

/// Tells it into the answer, part by part, and offers a repair where one can be started.
pub async fn tell(turn: &Turn, draft: &mut Draft, teller: &Teller) -> Result<()> {
    let begins = draft.text.len();
    for part in [Part::Server, Part::Accounts, Part::Posts, Part::Errors, Part::Logs] {
        if let Some(doing) = part.doing(turn) {
            teller.doing(doing).await;
            let words = part.words(turn, draft).await?;
            draft.say(&words);
            teller.said(&draft.text).await;
        }
    }
    if draft.text.len() == begins {
        draft.say("Nothing is wrong: the accounts work, no post waits for a person, and no error is open.");
        teller.said(&draft.text).await;
    }
    Ok(())
}

#[derive(Clone, Copy)]
enum Part {
    Server,
    Accounts,
    Posts,
    Errors,
    Logs,
}

impl Part {
    /// `None`: it is not for this person.
    fn doing(self, turn: &Turn) -> Option<&'static str> {
        let owner = turn.asker.full.is_instance_owner && repairs::may(turn.who());
        match self {
            Self::Server => owner.then_some("Looks at the parts of the server"),
            Self::Accounts => Some("Looks at the connections"),
            Self::Posts => Some("Looks at what waits for you"),
            Self::Errors => Some("Looks at the open errors"),
            Self::Logs => owner.then_some("Reads the logs"),
        }
    }

    async fn words(self, turn: &Turn, draft: &mut Draft) -> Result<String> {
        match self {
            Self::Server => server(turn, draft).await,
            Self::Accounts => accounts(turn, draft).await,
            Self::Posts => posts(turn, draft).await,
            Self::Errors => errors(turn, draft).await,
            Self::Logs => logs(turn, draft).await,
        }
    }
}

async fn server(turn: &Turn, draft: &mut Draft) -> Result<String> {
    let parts = diagnostics::parts(turn.asker.full.clone()).await?;
    let bad: Vec<_> = parts.iter().filter(|part| !part.ok).collect();
    if bad.is_empty() {
        return Ok(String::new());
    }
    draft.source(source("Diagnostics", "/diagnostics"));
    let lines = bad.iter().map(|part| format!("- **{}**: {}. {}", part.title(), plain(&part.detail), part.hint()));
    Ok(format!("**The server**\n\n{}", lines.collect::<Vec<_>>().join("\n")))
}

/// The accounts that do not work.
pub async fn accounts(turn: &Turn, draft: &mut Draft) -> Result<String> {
    let cards = connections::list(&turn.who().tenant).await?;
    let bad: Vec<_> = cards.iter().filter(|card| tools::trouble(card).is_some()).take(20).collect();
    if bad.is_empty() {
        return Ok(String::new());
    }
    draft.source(source("Connections", "/connections"));
    let line = |card: &&crate::features::connections::model::ConnectionCard| {
        let why = plain(&tools::trouble(card).unwrap_or_default());
        let waits = match card.waiting_posts {
            0 => String::new(),
            1 => " 1 post waits for it.".into(),
            n => format!(" {n} posts wait for it."),
        };
        let (network, handle) = (card.platform.name(), plain(&card.handle));
        format!("- **{network} {handle}** {why}{waits}")
    };
    let lines = bad.iter().map(line).collect::<Vec<_>>().join("\n");
    let again = bad.iter().any(|card| card.state != ConnectionState::Active);
    let next = if again {
        "A person has to sign in there again: open [Connections](/connections) and press “Reconnect”."
    } else {
        "The program tries again by itself; a repair does so at once."
    };
    Ok(format!("**Accounts**\n\n{lines}\n\n{next}"))
}

/// The posts that wait for a person.
pub async fn posts(turn: &Turn, draft: &mut Draft) -> Result<String> {
    let posts = cards::needing_attention(&turn.who().tenant, 8).await?;
    if posts.is_empty() {
        return Ok(String::new());
    }
    draft.source(source("Needs your eyes", "/needs"));
    let mut lines = vec![];
    for post in &posts {
        let why = post.waiting().next();
        let why = why.map(|delivery| {
            let fault = delivery.fault.as_deref().map(|fault| format!(": {}", plain(fault))).unwrap_or_default();
            format!("{} ({}){fault}", delivery.state.name(), delivery.platform.name())
        });
        let title = if post.title.trim().is_empty() { "A post without text".to_owned() } else { plain(&post.title) };
        lines.push(format!("- [{title}](/posts/{}): {}", post.id, why.unwrap_or_default()));
    }
    Ok(format!("**Posts that wait for a person**\n\n{}", lines.join("\n")))
}

async fn errors(turn: &Turn, draft: &mut Draft) -> Result<String> {
    if !repairs::may(turn.who()) {
        return repairs::who_can(turn.who()).await;
    }
    let open = tools::open(turn).await?;
    if open.is_empty() {
        return Ok(String::new());
    }
    draft.source(source("Diagnostics", "/diagnostics"));
    let mut lines = vec![];
    for error in open.iter().take(LOOKED_AT) {
        lines.push(error_words(turn, error).await?);
    }
    if open.len() > LOOKED_AT {
        lines.push("- and more under [Diagnostics](/diagnostics)".to_owned());
    }
    turn.did(draft, Act::Offer { error: None }).await?;
    Ok(format!("**Open errors**\n\n{}", lines.join("\n")))
}

/// What happened, what it means, and what would be done.
async fn error_words(turn: &Turn, error: &ErrorDetail) -> Result<String> {
    let card = &error.card;
    let wish = repair::Wish { error: Some(card.id), dry: true, agreed: false };
    let looked = repair::start(turn.asker.full.clone(), wish).await?.into_iter().next();
    let times = if card.count == 1 { "once".to_owned() } else { format!("{} times", card.count) };
    let mut words =
        format!("- [{}](/diagnostics/{}) ({times}, last {}).", plain(&card.message), card.id, card.last.local.short());
    if let Some(looked) = looked {
        words.push_str(&format!(" {} {}", plain(&looked.meaning), plain(&looked.check.seen)));
        match (looked.would, looked.next) {
            (Some(would), _) => words.push_str(&format!(" What can be done: {}", plain(&would))),
            (None, Some(next)) => words.push_str(&format!(" {}", plain(&next))),
            (None, None) => {}
        }
    }
    Ok(words)
}

async fn logs(turn: &Turn, draft: &mut Draft) -> Result<String> {
    let report = diagnostics::logs(turn.asker.full.clone(), HOURS).await?;
    let mut lines = vec![];
    for log in &report.sources {
        // A log that nobody named is no fault.
        if let (Some(problem), Some(_)) = (&log.problem, &log.place) {
            let fix = log.fix.as_ref().map(|fix| format!(" {}", plain(fix))).unwrap_or_default();
            lines.push(format!("- **{}**: {}{fix}", log.name.name(), plain(problem)));
        }
        for found in log.findings.iter().take(4) {
            let times = if found.count == 1 { "once".to_owned() } else { format!("{} times", found.count) };
            lines.push(format!(
                "- **{}**, {}: {times}. {} {}",
                log.name.name(),
                found.kind.name(),
                found.meaning,
                found.next
            ));
        }
    }
    if lines.is_empty() {
        return Ok(String::new());
    }
    draft.source(source("Logs", "/diagnostics/logs"));
    Ok(format!("**Logs of the last {HOURS} hours**\n\n{}", lines.join("\n")))
}
