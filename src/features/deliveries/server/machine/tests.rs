//! The table of `machine`, held by every walk through it.

use super::*;
use proptest::prelude::*;

const REFUSALS: [Refusal; 4] = [Refusal::Edit, Refusal::Reconnect, Refusal::Fail, Refusal::Preparation];

fn events() -> Vec<Event> {
    let plain = [
        Event::Schedule,
        Event::Unschedule,
        Event::Retry,
        Event::Cancel,
        Event::Reconnected,
        Event::ChosenAgain,
        Event::ConfirmLive,
        Event::Unlink,
        Event::SendAgain,
        Event::MarkPosted,
        Event::Unmark,
        Event::Begin,
        Event::TooLate,
        Event::Step,
        Event::PlatformWorks,
        Event::Prepared,
        Event::Arm,
        Event::HandOver,
        Event::CommitLive,
        Event::CommitProcessing,
        Event::NotSent,
        Event::LateLive,
        Event::NeverCalled,
        Event::SeenLive,
        Event::StillProcessing,
        Event::ProvenAbsent,
        Event::GiveUp,
    ];
    let refusals =
        REFUSALS.into_iter().flat_map(|r| [Event::Refused(r), Event::CommitRefused(r), Event::AbsentForGood(r)]);
    plain.into_iter().chain(refusals).collect()
}

fn is_answer(event: Event) -> bool {
    use Event::*;
    matches!(event, CommitLive | CommitProcessing | NotSent | CommitRefused(_))
}

fn is_probe(event: Event) -> bool {
    use Event::*;
    matches!(event, SeenLive | StillProcessing | ProvenAbsent | AbsentForGood(_) | GiveUp)
}

fn is_a_persons(event: Event) -> bool {
    use Event::*;
    matches!(
        event,
        Schedule
            | Unschedule
            | Retry
            | Cancel
            | Reconnected
            | ChosenAgain
            | ConfirmLive
            | Unlink
            | SendAgain
            | MarkPosted
            | Unmark
    )
}

/// Every pair of state and event: there are few enough to look at all of them.
#[test]
fn every_single_move_keeps_the_rules() {
    for from in DeliveryState::ALL {
        for event in events() {
            let Ok(to) = next(from, event) else { continue };
            let what = format!("{event:?}: {} -> {}", from.id(), to.id());
            // Only what a person said is taken back, and only to be asked again; that it was a person, `linked` holds.
            assert_eq!(from == Live, matches!(event, Event::Unlink | Event::Unmark), "live is not left: {what}");
            assert!(event != Event::Unlink || to == Unconfirmed, "{what}");
            assert_eq!(to == ByHand, matches!(event, Event::HandOver | Event::Unmark), "{what}");
            if from == ByHand {
                assert!(matches!(event, Event::MarkPosted | Event::Cancel | Event::LateLive), "{what}");
            }
            assert_eq!(from == Cancelled, event == Event::ChosenAgain, "cancelled, and not chosen again: {what}");
            assert_eq!(to == Armed, event == Event::Arm, "armed only by arming: {what}");
            if event == Event::Arm {
                assert_eq!(from, Ready, "{what}");
            }
            if from == Armed {
                let proof = is_answer(event) || is_probe(event) || event == Event::NeverCalled;
                assert!(proof, "armed is left by what is known of the call: {what}");
            }
            if is_answer(event) {
                assert_eq!(from, Armed, "an answer needs a call: {what}");
            }
            if from == Unconfirmed {
                assert!(matches!(event, Event::ConfirmLive | Event::SendAgain | Event::LateLive), "{what}");
            }
            if is_a_persons(event) && !matches!(event, Event::Cancel | Event::Unlink | Event::Unmark) {
                assert!(
                    from.is_editable() || matches!(from, Unconfirmed | ByHand),
                    "people keep their hands off: {what}"
                );
            }
            if to == Live {
                let evidence =
                    [Event::CommitLive, Event::LateLive, Event::SeenLive, Event::ConfirmLive, Event::MarkPosted];
                assert!(evidence.contains(&event), "live needs evidence: {what}");
            }
            if from == Processing && (to.is_editable() || to == Ready) {
                assert!(is_probe(event), "accepted is not taken back without looking: {what}");
            }
        }
    }
}

#[test]
fn nobody_is_stuck() {
    // From every state but the two last ones there is a way to live.
    for start in DeliveryState::ALL.into_iter().filter(|s| !matches!(s, Live | Cancelled)) {
        let mut seen = vec![start];
        let mut i = 0;
        while i < seen.len() {
            for event in events() {
                if let Ok(to) = next(seen[i], event)
                    && !seen.contains(&to)
                {
                    seen.push(to);
                }
            }
            i += 1;
        }
        assert!(seen.contains(&Live), "{}", start.id());
    }
}

/// A platform, a worker that can crash at any point, answers that get lost or come late, a person who presses
/// everything but answers the one question truthfully.
struct World {
    state: DeliveryState,
    /// How often the post exists at the platform.
    posts: u32,
    /// An answer "live" that is still under way.
    late_answer: bool,
    /// The process died between arming and calling, and its log of calls says so.
    never_called: bool,
    /// It is live because a person said that they have posted it.
    marked: bool,
}

/// What becomes of one irreversible call.
#[derive(Clone, Copy, Debug)]
enum Fate {
    Crash,
    Live,
    Processing,
    /// Executed; the answer is lost, or comes later.
    LostAfter,
    LostBefore,
    NotSent,
    Refused(Refusal),
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Happen(Event),
    /// Arm and call, as the worker does: only when arming succeeded.
    Commit(Fate),
    Probe {
        sees: bool,
    },
    LateAnswer,
    AnswerTheQuestion,
    /// Somebody publishes by hand what waits for that.
    PostByHand,
    /// Somebody says of what waits to be posted by hand whether it is.
    SayWhetherPosted,
    /// Somebody takes back that they have posted it; it stays where it is.
    TakeTheMarkBack,
}

impl World {
    fn happen(&mut self, event: Event) -> bool {
        match next(self.state, event) {
            Ok(to) => {
                self.state = to;
                true
            }
            Err(_) => false,
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            // Answers and looks come from the platform below, not from nowhere.
            Step::Happen(e) if is_answer(e) || is_probe(e) || e == Event::Arm || e == Event::LateLive => {}
            Step::Happen(Event::ConfirmLive | Event::Unlink | Event::SendAgain) => {}
            Step::Happen(Event::MarkPosted | Event::Unmark) => {}
            Step::Happen(Event::Cancel) if self.state == ByHand => {}
            Step::Happen(Event::NeverCalled) if !self.never_called => {}
            Step::Happen(event) => {
                self.happen(event);
            }
            Step::Commit(fate) => {
                if !self.happen(Event::Arm) {
                    return;
                }
                self.never_called = matches!(fate, Fate::Crash);
                let answer = match fate {
                    Fate::Crash | Fate::LostBefore => return,
                    Fate::Live => {
                        self.posts += 1;
                        Event::CommitLive
                    }
                    Fate::Processing => {
                        self.posts += 1;
                        Event::CommitProcessing
                    }
                    Fate::LostAfter => {
                        self.posts += 1;
                        self.late_answer = true;
                        return;
                    }
                    Fate::NotSent => Event::NotSent,
                    Fate::Refused(r) => Event::CommitRefused(r),
                };
                assert!(self.happen(answer));
            }
            Step::Probe { sees } => {
                let event = match (sees, self.posts) {
                    (false, _) => Event::GiveUp,
                    (true, 0) => Event::ProvenAbsent,
                    (true, _) => Event::SeenLive,
                };
                self.happen(event);
            }
            Step::LateAnswer => {
                if self.late_answer {
                    self.late_answer = false;
                    let event = if self.state == Armed { Event::CommitLive } else { Event::LateLive };
                    self.happen(event);
                }
            }
            Step::AnswerTheQuestion => {
                self.happen(if self.posts > 0 { Event::ConfirmLive } else { Event::SendAgain });
            }
            // Whoever sees it there does not post it a second time.
            Step::PostByHand if self.state == ByHand && self.posts == 0 => self.posts += 1,
            Step::PostByHand => {}
            Step::SayWhetherPosted if self.state == ByHand => {
                self.marked = self.posts > 0;
                self.happen(if self.marked { Event::MarkPosted } else { Event::Cancel });
            }
            Step::SayWhetherPosted => {}
            Step::TakeTheMarkBack if self.marked && self.state == Live => {
                self.marked = false;
                self.happen(Event::Unmark);
            }
            Step::TakeTheMarkBack => {}
        }
    }
}

fn steps() -> impl Strategy<Value = Step> {
    let refusal = prop::sample::select(REFUSALS.to_vec());
    let fate = prop_oneof![
        Just(Fate::Crash),
        Just(Fate::Live),
        Just(Fate::Processing),
        Just(Fate::LostAfter),
        Just(Fate::LostBefore),
        Just(Fate::NotSent),
        refusal.prop_map(Fate::Refused),
    ];
    prop_oneof![
        4 => prop::sample::select(events()).prop_map(Step::Happen),
        // The usual way, so that most runs get as far as calling.
        3 => prop::sample::select(vec![Event::Schedule, Event::Begin, Event::Prepared]).prop_map(Step::Happen),
        2 => fate.prop_map(Step::Commit),
        1 => any::<bool>().prop_map(|sees| Step::Probe { sees }),
        1 => Just(Step::LateAnswer),
        1 => Just(Step::AnswerTheQuestion),
        1 => Just(Step::PostByHand),
        1 => Just(Step::SayWhetherPosted),
        1 => Just(Step::TakeTheMarkBack),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]
    #[test]
    fn whatever_happens_it_is_there_once_at_most(plan in prop::collection::vec(steps(), 1..80)) {
        let mut world = World { state: Draft, posts: 0, late_answer: false, never_called: false, marked: false };
        for step in plan {
            world.step(step);
            prop_assert!(world.posts <= 1, "posted twice after {step:?}");
            if world.state == Live {
                prop_assert_eq!(world.posts, 1, "live without a post");
            }
            if world.posts == 1 {
                prop_assert!(
                    matches!(world.state, Armed | Processing | Live | Unconfirmed | ByHand),
                    "there, but {} invites to send it again", world.state.id()
                );
            }
        }
    }

    #[test]
    fn any_order_of_events_ends_in_a_known_state(plan in prop::collection::vec(prop::sample::select(events()), 0..200)) {
        let mut state = Draft;
        for event in plan {
            match next(state, event) {
                Ok(to) => state = to,
                Err(illegal) => prop_assert_eq!(illegal, IllegalMove { state, event }),
            }
        }
        prop_assert_eq!(DeliveryState::parse(state.id()), Some(state));
    }
}
