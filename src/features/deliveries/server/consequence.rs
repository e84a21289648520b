//! What follows from a fault: all of it in one `match`. It is pure; `deliver` carries it out.

use crate::connectors::Fault;
use crate::domain::platform::Platform;
use chrono::{DateTime, Utc};
use std::time::Duration;

/// What we were doing when it went wrong. The same fault means different things before, in and after the one
/// irreversible call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Getting ready: reading tokens, uploading, making containers. All of it can be repeated.
    Prepare,
    /// The irreversible call.
    Commit,
    /// Looking whether an earlier call worked. Whatever goes wrong here says nothing about that call.
    Probe,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Consequence {
    /// Again after a back-off (or after this long); burns an attempt.
    Retry(Option<Duration>),
    /// Again then; burns none.
    WaitUntil(DateTime<Utc>),
    /// Refresh the token, then again at once. Only the first time in a run.
    Refresh,
    /// A person must renew the connection; it is parked if the fault [`parks`] it.
    Reconnect,
    /// A person must change the post.
    Edit,
    /// What was prepared is gone: from the start; burns an attempt.
    PrepareAgain,
    /// Refused for good; a person decides.
    Fail,
    /// We do not know what came of the call: look, never send again blindly.
    Probe,
    /// The platform has it already, under this id: ours, if an earlier call may have made it, else somebody's.
    Exists(String),
    /// The probe could not tell. `park`: because the connection must be renewed.
    Blind { park: bool },
}

/// Whether everything that goes to this account has to wait for the person, and not only what met the fault.
pub fn parks(fault: &Fault) -> bool {
    !matches!(fault, Fault::NotAllowed { .. })
}

/// `refreshed`: the token was refreshed in this run already, so a refusal of it is final.
pub fn of(fault: &Fault, phase: Phase, refreshed: bool) -> Consequence {
    use Consequence::*;
    match (fault, phase) {
        (Fault::Transient { after, .. }, _) => Retry(*after),
        (Fault::RateLimited { until, .. }, _) => WaitUntil(*until),
        (Fault::AuthExpired { .. }, _) if !refreshed => Refresh,
        (
            Fault::AuthExpired { .. } | Fault::PermissionMissing { .. } | Fault::Disconnected { .. },
            Phase::Prepare | Phase::Commit,
        ) => Reconnect,
        (Fault::NotAllowed { .. }, Phase::Prepare) => Reconnect,
        (Fault::AuthExpired { .. } | Fault::Disconnected { .. }, Phase::Probe) => Blind { park: true },
        // Not being allowed to read says nothing about being allowed to write.
        (Fault::PermissionMissing { .. } | Fault::NotAllowed { .. }, Phase::Probe) => Blind { park: false },
        (Fault::InvalidContent { .. }, Phase::Prepare | Phase::Commit) => Edit,
        (Fault::PreparationLost { .. }, Phase::Prepare | Phase::Commit) => PrepareAgain,
        // What was not allowed before the call is known before it; said only then, it is a refusal.
        (Fault::NotAllowed { .. }, Phase::Commit)
        | (
            Fault::Unsupported { .. } | Fault::NotConfigured { .. } | Fault::NoMedia { .. } | Fault::Permanent { .. },
            Phase::Prepare | Phase::Commit,
        ) => Fail,
        (
            Fault::InvalidContent { .. }
            | Fault::PreparationLost { .. }
            | Fault::Unsupported { .. }
            | Fault::NotConfigured { .. }
            | Fault::NoMedia { .. }
            | Fault::Permanent { .. },
            Phase::Probe,
        ) => Blind { park: false },
        // Uploads and reads can be repeated, so not knowing does not matter.
        (Fault::UnknownOutcome { .. }, Phase::Prepare | Phase::Probe) => Retry(None),
        (Fault::UnknownOutcome { .. }, Phase::Commit) => Probe,
        (Fault::Duplicate { remote_id: Some(id), .. }, Phase::Commit | Phase::Probe) => Exists(id.clone()),
        (Fault::Duplicate { remote_id: None, .. }, Phase::Commit) => Probe,
        (Fault::Duplicate { remote_id: None, .. }, Phase::Probe) => Blind { park: false },
        // Nothing of this delivery was sent yet, so it is some other post that is in the way.
        (Fault::Duplicate { .. }, Phase::Prepare) => Edit,
    }
}

/// The fault for a person: what happened.
pub fn said(fault: &Fault, platform: Platform) -> String {
    let name = platform.name();
    // The platform's own words; some send pages of them.
    let said: String = fault.to_string().chars().take(300).collect();
    let said = said.trim().trim_end_matches('.');
    match fault {
        Fault::Transient { .. } => format!("{name} could not be reached: {said}."),
        Fault::RateLimited { .. } => format!("{name} asks us to wait: {said}."),
        Fault::AuthExpired { .. } => format!("{name} signed us out."),
        Fault::PermissionMissing { scopes, .. } if !scopes.is_empty() => {
            format!("{name} needs a permission ({}): {said}.", scopes.join(", "))
        }
        Fault::PermissionMissing { .. } => format!("{name} needs a permission: {said}."),
        Fault::NotAllowed { scopes, .. } => {
            format!("The account has not allowed this ({}): {said}.", scopes.join(", "))
        }
        Fault::Disconnected { .. } => format!("{name} has closed our access: {said}."),
        Fault::InvalidContent { problems, .. } if !problems.is_empty() => {
            let list: Vec<_> = problems.iter().map(|p| p.message.trim().trim_end_matches('.')).collect();
            format!("{name} does not accept this post: {}.", list.join(". "))
        }
        Fault::InvalidContent { .. } => format!("{name} does not accept this post: {said}."),
        Fault::PreparationLost { .. } => format!("{name} lost the upload: {said}."),
        Fault::Unsupported { .. } => format!("{name} cannot do this: {said}."),
        Fault::NotConfigured { .. } | Fault::NoMedia { .. } => format!("{said}."),
        Fault::Permanent { .. } => format!("{name} refused: {said}."),
        Fault::UnknownOutcome { .. } => format!("{name} did not confirm the post: {said}."),
        Fault::Duplicate { .. } => format!("{name} says this was posted before: {said}."),
    }
}

/// What comes next without anybody.
const BY_ITSELF: [&str; 3] = ["We will try again.", "It continues automatically.", "We upload it again."];

/// Of [`words`] what happened: for when that was not what came next.
pub fn happened(words: &str) -> &str {
    BY_ITSELF.into_iter().find_map(|next| words.strip_suffix(next)).unwrap_or(words).trim()
}

/// What happened, and what comes next: by itself, or the one thing to do.
pub fn words(fault: &Fault, platform: Platform) -> String {
    let next = match fault {
        Fault::Transient { .. } => BY_ITSELF[0],
        Fault::RateLimited { .. } => BY_ITSELF[1],
        Fault::AuthExpired { .. } | Fault::Disconnected { .. } => "Reconnect to publish this post.",
        Fault::PermissionMissing { .. } => "Reconnect and allow it to publish this post.",
        Fault::NotAllowed { .. } => "Reconnect the account and allow it. Other posts still go out.",
        Fault::InvalidContent { .. } => "Edit the post and schedule it again.",
        Fault::PreparationLost { .. } => BY_ITSELF[2],
        Fault::UnknownOutcome { .. } => "We check before we send it again.",
        Fault::Unsupported { .. } | Fault::NotConfigured { .. } | Fault::NoMedia { .. } | Fault::Permanent { .. } => {
            return said(fault, platform);
        }
        Fault::Duplicate { .. } => "If that is a different post, change this one and schedule it again.",
    };
    format!("{} {next}", said(fault, platform))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all() -> Vec<Fault> {
        let message = String::from("word");
        vec![
            Fault::transient("word"),
            Fault::RateLimited { message: message.clone(), until: DateTime::UNIX_EPOCH },
            Fault::AuthExpired { message: message.clone() },
            Fault::PermissionMissing { message: message.clone(), scopes: vec!["w_member_social".into()] },
            Fault::NotAllowed { message: message.clone(), scopes: vec!["w_member_social".into()] },
            Fault::Disconnected { message: message.clone() },
            Fault::InvalidContent { message: message.clone(), problems: vec![] },
            Fault::PreparationLost { message: message.clone() },
            Fault::Unsupported { message: message.clone() },
            Fault::NotConfigured { field: "client_id" },
            Fault::NoMedia { message: message.clone() },
            Fault::Permanent { code: "1".into(), message: message.clone() },
            Fault::unknown("word"),
            Fault::Duplicate { message: message.clone(), remote_id: None },
            Fault::Duplicate { message, remote_id: Some("7".into()) },
        ]
    }

    #[test]
    fn a_look_never_decides_about_the_call_but_by_seeing_it() {
        for fault in all() {
            for refreshed in [false, true] {
                let consequence = of(&fault, Phase::Probe, refreshed);
                let harmless = matches!(
                    consequence,
                    Consequence::Retry(_)
                        | Consequence::WaitUntil(_)
                        | Consequence::Refresh
                        | Consequence::Blind { .. }
                        | Consequence::Exists(_)
                );
                assert!(harmless, "{fault:?} -> {consequence:?}");
            }
        }
    }

    #[test]
    fn an_open_outcome_is_looked_for() {
        assert_eq!(of(&Fault::unknown("reset"), Phase::Commit, false), Consequence::Probe);
        let duplicate = Fault::Duplicate { message: "again".into(), remote_id: None };
        assert_eq!(of(&duplicate, Phase::Commit, false), Consequence::Probe);
        for fault in all().into_iter().filter(|f| !matches!(f, Fault::UnknownOutcome { .. } | Fault::Duplicate { .. }))
        {
            assert_ne!(of(&fault, Phase::Commit, true), Consequence::Probe, "{fault:?} is a definite answer");
        }
    }

    #[test]
    fn a_token_is_refreshed_once() {
        let fault = Fault::AuthExpired { message: "expired".into() };
        for phase in [Phase::Prepare, Phase::Commit, Phase::Probe] {
            assert_eq!(of(&fault, phase, false), Consequence::Refresh);
            assert_ne!(of(&fault, phase, true), Consequence::Refresh);
        }
    }

    #[test]
    fn what_one_thing_lacks_does_not_stop_the_account() {
        let fault = Fault::NotAllowed { message: "no comments".into(), scopes: vec!["comments".into()] };
        assert_eq!(of(&fault, Phase::Prepare, false), Consequence::Reconnect);
        assert!(!parks(&fault));
        // The call's answers park an account with whatever asks for a renewal, so this one must not ask there.
        assert_eq!(of(&fault, Phase::Commit, false), Consequence::Fail);
        for other in all() {
            let asks = of(&other, Phase::Commit, true) == Consequence::Reconnect;
            assert!(!asks || parks(&other), "{other:?}");
        }
    }

    #[test]
    fn words_name_the_scopes_and_end_in_one_full_stop() {
        for fault in all() {
            let words = words(&fault, Platform::LinkedIn);
            assert!(words.ends_with('.') && !words.contains(".."), "{words}");
        }
        let missing = Fault::PermissionMissing { message: "no".into(), scopes: vec!["w_member_social".into()] };
        assert!(words(&missing, Platform::LinkedIn).contains("w_member_social"));
    }
}
