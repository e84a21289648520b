//! The fault switches as people see them: what is set to go wrong now, what else could, in everyday words, and the way back.
//! Plain forms that post to `/_control/switches`.

use super::faults::{Fault, FaultKind, Operation};
use super::html::escape;
use super::registry;
use super::request::find;
use super::state::Sandbox;
use crate::domain::platform::Platform;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Redirect;
use std::fmt::Write;
use url::form_urlencoded;

/// What a person chose, and finds chosen again afterwards. What is not known counts as not chosen: somebody may have typed it.
#[derive(Clone, Default)]
pub(super) struct Choice {
    platform: Option<Platform>,
    /// Its id; every account without one.
    account: Option<String>,
    operation: Option<Operation>,
    times: Option<Times>,
    pressed: Option<Pressed>,
}

/// The button that led here: where the keyboard goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pressed {
    On(FaultKind),
    /// It is gone, as what it turned off is.
    Off,
}

impl Pressed {
    fn parse(id: &str) -> Option<Self> {
        if id == "off" {
            return Some(Self::Off);
        }
        FaultKind::ALL.into_iter().find(|kind| fault(*kind).0 == id).map(Self::On)
    }

    fn id(self) -> &'static str {
        match self {
            Self::On(kind) => fault(kind).0,
            Self::Off => "off",
        }
    }
}

impl Choice {
    /// `text`: a form's body or an address's query.
    pub fn read(text: &[u8]) -> Self {
        let pairs: Vec<_> = form_urlencoded::parse(text).into_owned().collect();
        let named = |name| find(&pairs, name);
        Self {
            platform: named("platform").and_then(platform),
            account: named("account").filter(|id| !id.is_empty() && id.len() < 200).map(str::to_owned),
            operation: named("operation").and_then(|id| OPERATIONS.into_iter().find(|o| operation(*o).0 == id)),
            times: named("times").and_then(|id| Times::ALL.into_iter().find(|t| t.id() == id)),
            pressed: named("pressed").and_then(Pressed::parse),
        }
    }

    /// The same as a query.
    fn query(&self) -> String {
        let chosen = [
            ("platform", self.platform.map(Platform::id)),
            ("account", self.account.as_deref()),
            ("operation", self.operation.map(|o| operation(o).0)),
            ("times", self.times.map(Times::id)),
            ("pressed", self.pressed.map(Pressed::id)),
        ];
        let chosen = chosen.into_iter().filter_map(|(name, value)| Some((name, value?)));
        form_urlencoded::Serializer::new(String::new()).extend_pairs(chosen).finish()
    }
}

/// A platform that has a stand-in.
fn platform(id: &str) -> Option<Platform> {
    registry::platforms().find(|p| p.id() == id)
}

/// How often a fault hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Times {
    Once,
    Thrice,
    Always,
}

impl Times {
    const ALL: [Self; 3] = [Self::Once, Self::Thrice, Self::Always];

    fn id(self) -> &'static str {
        match self {
            Self::Once => "once",
            Self::Thrice => "thrice",
            Self::Always => "always",
        }
    }

    fn number(self) -> u32 {
        match self {
            Self::Once => 1,
            Self::Thrice => 3,
            Self::Always => u32::MAX,
        }
    }
}

/// "The next 3 times".
fn how_often(times: u32) -> String {
    match times {
        // Nobody counts down to here.
        n if n > u32::MAX / 2 => "Until it is turned off".to_owned(),
        1 => "The next time".to_owned(),
        n => format!("The next {n} times"),
    }
}

/// What it is that goes wrong, and what the id of it in a form is.
fn operation(operation: Operation) -> (&'static str, &'static str) {
    match operation {
        Operation::Commit => ("commit", "Publishing"),
        Operation::Prepare => ("prepare", "Uploading pictures"),
        Operation::Token => ("token", "Signing in"),
        Operation::Read => ("read", "Reading"),
        Operation::Retract => ("retract", "Deleting a post"),
        Operation::Page => ("page", "Pages for people"),
        Operation::Any => ("any", "Everything"),
    }
}

/// No fault hits pages.
const OPERATIONS: [Operation; 6] =
    [Operation::Commit, Operation::Prepare, Operation::Token, Operation::Read, Operation::Retract, Operation::Any];

/// The id in a form, the word on the button, and what it does.
fn fault(kind: FaultKind) -> (&'static str, &'static str, &'static str) {
    match kind {
        FaultKind::RateLimit => (
            "rate_limit",
            "Too many requests",
            "Refused: this account has reached its limit and may try again in a minute.",
        ),
        FaultKind::AppRateLimit => (
            "app_rate_limit",
            "Too many requests of the app",
            "Refused: all accounts together have reached the limit of the app.",
        ),
        FaultKind::ServerError => {
            ("server_error", "Server error", "Refused: the platform itself is broken. Nothing is done.")
        }
        FaultKind::ServerErrorAfterAccept => (
            "server_error_after_accept",
            "Done, but reported as an error",
            "It is done, and the answer says that it failed.",
        ),
        FaultKind::Slow => ("slow", "Slow", "It is done three seconds later than usual."),
        FaultKind::LateAnswer => {
            ("late_answer", "Late answer", "It is done at once, and the answer comes three seconds later.")
        }
        FaultKind::TimeoutAfterAccept => {
            ("timeout_after_accept", "Done, but no answer", "It is done, and no answer comes for a minute and a half.")
        }
        FaultKind::DropBeforeAccept => {
            ("drop_before_accept", "Connection lost", "The connection ends before anything is done.")
        }
        FaultKind::ExpiredToken => {
            ("expired_token", "Sign-in expires", "The sign-in that is used has expired from then on.")
        }
        FaultKind::RevokedAccount => (
            "revoked_account",
            "Access taken away",
            "The person no longer lets the app use the account, until it is connected again.",
        ),
    }
}

/// `POST /_control/switches`: a button of the forms below. `on` or `off` is a fault; with neither, all that the page shows are
/// turned off. `page` is the platform whose page it is; without it, that of all.
pub(super) async fn press(State(sandbox): State<Sandbox>, body: Bytes) -> Redirect {
    let pairs: Vec<_> = form_urlencoded::parse(&body).into_owned().collect();
    let kind = |name| find(&pairs, name).and_then(|id| FaultKind::ALL.into_iter().find(|k| fault(*k).0 == id));
    let page = find(&pairs, "page").and_then(platform);
    let pressed = kind("on").map_or(Pressed::Off, Pressed::On);
    let choice = Choice { pressed: Some(pressed), ..Choice::read(&body) };
    match (kind("on"), kind("off"), choice.platform.or(page), choice.operation) {
        (Some(kind), _, Some(platform), Some(operation)) => {
            let times = choice.times.unwrap_or(Times::Once).number();
            let fault = Fault { times, account: choice.account.clone(), ..Fault::once(platform, operation, kind) };
            // Pressed again, it counts anew.
            sandbox.turn_off(|f| f.is_like(&fault));
            sandbox.inject(fault);
        }
        (None, Some(kind), Some(platform), Some(operation)) => {
            let off = Fault { account: choice.account.clone(), ..Fault::once(platform, operation, kind) };
            sandbox.turn_off(|f| f.is_like(&off));
        }
        (None, None, ..) => sandbox.turn_off(|f| is_shown(f, page)),
        _ => {}
    }
    // No fragment: browsers heed no `autofocus` beside one.
    Redirect::to(&format!("/{}?{}", page.map(Platform::id).unwrap_or_default(), choice.query()))
}

/// Whether the page shows it.
fn is_shown(fault: &Fault, page: Option<Platform>) -> bool {
    page.is_none_or(|platform| platform == fault.platform)
}

/// The switches as HTML: of all platforms, or of the one whose page it is.
pub(super) fn section(sandbox: &Sandbox, page: Option<Platform>, choice: Choice) -> String {
    let begin = if choice.pressed == Some(Pressed::Off) { " tabindex=\"-1\" autofocus" } else { "" };
    let mut html = format!(
        "<section class=\"card\" id=\"switches\" aria-labelledby=\"switches-title\">\
         <h2 id=\"switches-title\"{begin}>Make something go wrong</h2>\
         <p class=\"muted\">See what the program does when a platform has trouble.</p>",
    );
    html.push_str(&on_now(sandbox, page));
    html.push_str("<form method=\"post\" action=\"/_control/switches\">");
    html.push_str(&here(page));
    html.push_str("<div class=\"choices\">");
    if page.is_none() {
        let platforms = registry::platforms().map(|p| (p.id(), p.name().to_owned(), choice.platform == Some(p)));
        html.push_str(&select("platform", "Platform", platforms));
    }
    if let Some(platform) = page {
        let all = [(String::new(), "Every account".to_owned(), choice.account.is_none())].into_iter();
        let accounts = sandbox.accounts(platform).into_iter().map(|account| {
            let is_it = choice.account.as_ref() == Some(&account.id);
            (account.id, account.name, is_it)
        });
        html.push_str(&select("account", "Whose", all.chain(accounts)));
    }
    let operations = OPERATIONS.into_iter().map(|o| {
        let (id, name) = operation(o);
        (id, name.to_owned(), choice.operation == Some(o))
    });
    html.push_str(&select("operation", "What", operations));
    let times = Times::ALL.into_iter().map(|t| (t.id(), how_often(t.number()), choice.times == Some(t)));
    html.push_str(&select("times", "How often", times));
    html.push_str("</div><ul class=\"switches\">");
    for kind in FaultKind::ALL {
        let (id, name, what) = fault(kind);
        let begin = if choice.pressed == Some(Pressed::On(kind)) { " autofocus" } else { "" };
        // Writing to a string cannot fail; here and below.
        let _ = write!(
            html,
            "<li><button name=\"on\" value=\"{id}\" aria-describedby=\"about-{id}\"{begin}>{name}</button>\
             <p class=\"muted\" id=\"about-{id}\">{what}</p></li>"
        );
    }
    html.push_str("</ul></form></section>");
    html
}

/// The faults of the page's platforms that wait for their next request.
fn on_now(sandbox: &Sandbox, page: Option<Platform>) -> String {
    let faults: Vec<Fault> = sandbox.world().faults.iter().filter(|f| is_shown(f, page)).cloned().collect();
    if faults.is_empty() {
        return "<p><strong>On now:</strong> nothing. Everything works.</p>".to_owned();
    }
    let mut html = String::from("<p><strong>On now:</strong></p><ul class=\"on\">");
    for f in faults {
        let ((kind, name, _), (operation, what)) = (fault(f.kind), operation(f.operation));
        let share = f.percent.map(|p| format!(", {p} of 100")).unwrap_or_default();
        let named = |id: &String| sandbox.world().account(f.platform, id).map(|account| account.name.clone());
        let whose = f.account.as_ref().and_then(named).map(|name| format!(", {name}")).unwrap_or_default();
        let words = format!("{}{whose}, {}: {name}", f.platform.name(), what.to_lowercase());
        let _ = write!(
            html,
            "<li><span><strong>{words}</strong> <span class=\"muted\">{often}{share}</span></span>\
             <form method=\"post\" action=\"/_control/switches\">{here}\
             <input type=\"hidden\" name=\"platform\" value=\"{platform}\">\
             <input type=\"hidden\" name=\"operation\" value=\"{operation}\">\
             <input type=\"hidden\" name=\"account\" value=\"{account}\">\
             <button name=\"off\" value=\"{kind}\">Turn off<span class=\"unseen\"> {words}</span></button></form></li>",
            words = escape(&words),
            often = how_often(f.times),
            here = here(page),
            platform = f.platform.id(),
            account = escape(f.account.as_deref().unwrap_or_default()),
        );
    }
    let _ = write!(
        html,
        "</ul><form method=\"post\" action=\"/_control/switches\">{}<button class=\"primary\">Turn all off</button></form>",
        here(page)
    );
    html
}

/// Where the browser goes back to.
fn here(page: Option<Platform>) -> String {
    page.map(|p| format!("<input type=\"hidden\" name=\"page\" value=\"{}\">", p.id())).unwrap_or_default()
}

fn select(name: &str, label: &str, options: impl Iterator<Item = (impl AsRef<str>, String, bool)>) -> String {
    let mut html = format!("<label>{label}<select name=\"{name}\">");
    for (id, words, chosen) in options {
        let chosen = if chosen { " selected" } else { "" };
        let _ = write!(html, "<option value=\"{}\"{chosen}>{}</option>", escape(id.as_ref()), escape(&words));
    }
    html.push_str("</select></label>");
    html
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn forms_and_json_call_things_alike() {
        for kind in FaultKind::ALL {
            assert_eq!(json!(kind), fault(kind).0);
        }
        for what in OPERATIONS {
            assert_eq!(json!(what), operation(what).0);
        }
        let choice = Choice::read(b"platform=x&operation=nonsense&times=always");
        assert_eq!((choice.platform, choice.operation, choice.times), (Some(Platform::X), None, Some(Times::Always)));
        assert_eq!(choice.query(), "platform=x&times=always");
    }
}
