//! What may happen to a delivery, as one pure function. Everything that changes a delivery's state asks it first.
//!
//! | event | from | to |
//! |---|---|---|
//! | *a person* | | |
//! | `Schedule` | draft, queued, needs_edit, needs_reconnect, held, failed | queued |
//! | `Unschedule` | the same | draft |
//! | `Retry` | needs_edit, needs_reconnect, held, failed | queued |
//! | `Cancel` | the same, draft, queued, preparing, waiting, ready, by_hand | cancelled |
//! | `Reconnected` | needs_reconnect | queued |
//! | `ChosenAgain` (its account was taken off the post and put back) | cancelled | draft |
//! | `ConfirmLive` | unconfirmed | live |
//! | `Unlink` (a person's `ConfirmLive` is taken back; only then) | live | unconfirmed |
//! | `SendAgain` | unconfirmed | queued |
//! | `MarkPosted` (they have published it themselves) | by_hand | live |
//! | `Unmark` (a person's `MarkPosted` is taken back; only then) | live | by_hand |
//! | *before the irreversible call* | | |
//! | `Begin` | queued | preparing |
//! | `TooLate` | queued, preparing, waiting, ready | held |
//! | `Step` (`More`) | preparing, waiting | preparing |
//! | `PlatformWorks` (`Waiting`) | preparing, waiting | waiting |
//! | `Prepared` (`Ready`) | preparing, waiting | ready |
//! | `Refused(r)` | queued, preparing, waiting, ready | by `r` |
//! | `Arm` | ready | armed |
//! | `HandOver` (it is time, and people publish there themselves) | preparing, waiting, ready | by_hand |
//! | *the call's own answer* | | |
//! | `CommitLive` | armed | live |
//! | `CommitProcessing` | armed | processing |
//! | `NotSent` (definitely nothing happened) | armed | ready |
//! | `CommitRefused(r)` (definitely refused) | armed | by `r` |
//! | `LateLive` (it says live, after we had moved on) | all but draft, armed, live, cancelled | live |
//! | `NeverCalled` (by the log of a process that is dead) | armed | ready |
//! | *a probe at the platform (read only)* | | |
//! | `SeenLive` | armed, processing | live |
//! | `StillProcessing` | armed, processing | processing |
//! | `ProvenAbsent` | armed, processing | ready |
//! | `AbsentForGood(r)` | armed, processing | by `r` |
//! | `GiveUp` (cannot tell) | armed, processing | unconfirmed |
//!
//! By refusal: `Edit` needs_edit, `Reconnect` needs_reconnect, `Fail` failed, `Preparation` preparing (it is gone at the
//! platform; not possible from queued).
//!
//! What follows, and is tested below: live is left only by `Unlink` and `Unmark`, and cancelled only by `ChosenAgain`; armed is entered only through `Arm` and left only
//! through an answer, a probe or the proof that there was no call; a state in which a person can edit or send again is never reached while the outcome of a
//! call is open. A fault of a *probe* (expired token, no permission) is therefore no `Refused`: it says nothing about the
//! call whose outcome is looked for. What is by_hand may be out already, as nobody but a person knows: they say whether it is
//! before it is edited or planned again.

use crate::domain::delivery::DeliveryState;
use crate::domain::delivery::DeliveryState::*;

/// What a definite refusal asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The content must change.
    Edit,
    /// A person must renew the connection.
    Reconnect,
    /// Refused for good, or out of attempts.
    Fail,
    /// What was prepared is gone at the platform: prepare again.
    Preparation,
}

impl Refusal {
    pub fn state(self) -> DeliveryState {
        match self {
            Self::Edit => NeedsEdit,
            Self::Reconnect => NeedsReconnect,
            Self::Fail => Failed,
            Self::Preparation => Preparing,
        }
    }
}

/// Something that happened. The table above says what it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    Schedule,
    Unschedule,
    Retry,
    Cancel,
    Reconnected,
    ChosenAgain,
    ConfirmLive,
    Unlink,
    SendAgain,
    MarkPosted,
    Unmark,

    Begin,
    TooLate,
    Step,
    PlatformWorks,
    Prepared,
    Refused(Refusal),
    Arm,
    HandOver,

    CommitLive,
    CommitProcessing,
    NotSent,
    CommitRefused(Refusal),
    LateLive,
    NeverCalled,

    SeenLive,
    StillProcessing,
    ProvenAbsent,
    AbsentForGood(Refusal),
    GiveUp,
}

/// This cannot happen to a delivery in this state: somebody else was faster, or it is a bug.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{event:?} is not possible while a delivery is {}", state.id())]
pub struct IllegalMove {
    pub state: DeliveryState,
    pub event: Event,
}

/// The state after the event.
pub fn next(state: DeliveryState, event: Event) -> Result<DeliveryState, IllegalMove> {
    let to = match (event, state) {
        (Event::Schedule, Draft | Queued | NeedsEdit | NeedsReconnect | Held | Failed) => Queued,
        (Event::Unschedule, Draft | Queued | NeedsEdit | NeedsReconnect | Held | Failed) => Draft,
        (Event::Retry, NeedsEdit | NeedsReconnect | Held | Failed) => Queued,
        (
            Event::Cancel,
            Draft | Queued | Preparing | Waiting | Ready | NeedsEdit | NeedsReconnect | Held | ByHand | Failed,
        ) => Cancelled,
        (Event::Reconnected, NeedsReconnect) => Queued,
        (Event::ChosenAgain, Cancelled) => Draft,
        (Event::ConfirmLive, Unconfirmed) => Live,
        (Event::Unlink, Live) => Unconfirmed,
        (Event::SendAgain, Unconfirmed) => Queued,
        (Event::MarkPosted, ByHand) => Live,
        (Event::Unmark, Live) => ByHand,

        (Event::Begin, Queued) => Preparing,
        (Event::TooLate, Queued | Preparing | Waiting | Ready) => Held,
        (Event::Step, Preparing | Waiting) => Preparing,
        (Event::PlatformWorks, Preparing | Waiting) => Waiting,
        (Event::Prepared, Preparing | Waiting) => Ready,
        (Event::Refused(r), Preparing | Waiting | Ready) => r.state(),
        (Event::Refused(r), Queued) if r != Refusal::Preparation => r.state(),
        (Event::Arm, Ready) => Armed,
        (Event::HandOver, Preparing | Waiting | Ready) => ByHand,

        (Event::CommitLive, Armed) => Live,
        (Event::CommitProcessing, Armed) => Processing,
        (Event::NotSent, Armed) => Ready,
        (Event::CommitRefused(r), Armed) => r.state(),
        (
            Event::LateLive,
            Queued | Preparing | Waiting | Ready | Processing | NeedsEdit | NeedsReconnect | Held | Unconfirmed
            | ByHand | Failed,
        ) => Live,

        (Event::NeverCalled, Armed) => Ready,
        (Event::SeenLive, Armed | Processing) => Live,
        (Event::StillProcessing, Armed | Processing) => Processing,
        (Event::ProvenAbsent, Armed | Processing) => Ready,
        (Event::AbsentForGood(r), Armed | Processing) => r.state(),
        (Event::GiveUp, Armed | Processing) => Unconfirmed,

        _ => return Err(IllegalMove { state, event }),
    };
    Ok(to)
}

#[cfg(test)]
mod tests;
