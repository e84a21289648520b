//! The state machine among its neighbours: two workers with leases and fences, that crash, sleep and come back; calls that
//! are on their way, arrive late or never; answers that get lost; looks whose result is written late; a person who presses
//! everything. Any order of all this keeps the promise: the post is there once at most, and the books are true.
//!
//! The rules of the stores (what is written under which fence, key and state) are repeated here in a few lines; what a
//! state and an event lead to is asked of the real machine. That the check can fail is shown by worlds with one rule less.

use lux::domain::delivery::DeliveryState;
use lux::domain::delivery::DeliveryState::*;
use lux::features::deliveries::server::machine::{Event, Refusal, next};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestCaseError, TestError, TestRunner};

/// Seconds, as in the program.
const LEASE: u32 = 8;
const GRACE: u32 = 90;
/// Longer than this after arming, nobody begins to call.
const PAUSE: u32 = 4;
/// A request that was sent arrives by then or never. The program gives up its own call earlier than that.
const ON_ITS_WAY: u32 = 60;
const WORKERS: usize = 2;

/// A rule that is left out, to see that it matters.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Without {
    Nothing,
    /// Not seen is believed at once.
    Grace,
    /// Everybody may write at any time.
    Fences,
    /// A run that finds `armed` calls, as if it had armed it itself.
    Looking,
    /// A call is begun however long ago it was armed.
    Patience,
    /// A call is written down when it has been answered, and not before it is made.
    WritingFirst,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Accepted,
    Working,
    Refused(Refusal),
    /// 429, or a 5xx that says that nothing happened.
    NotTaken,
    NeverArrived,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Tick(u32),
    Claim(usize),
    Beat(usize),
    /// One step of a run before the call; the number picks what the platform says.
    Drive(usize, u8),
    Call(usize),
    Arrive(Fate),
    /// The oldest answer comes in, or is lost.
    Answer {
        lost: bool,
    },
    LookAt(usize, /* the platform shows posts */ bool),
    WriteLook(usize),
    Crash(usize),
    Person(Event),
    /// The question is answered by what is the case: whether it arrived, or whether somebody has posted it by hand.
    AnswerTheQuestion,
    /// Somebody posts by hand what waits for that, unless they see it there.
    PostByHand,
    /// Somebody takes back that they have posted it; there it stays.
    TakeTheMarkBack,
}

#[derive(Clone, Copy, Debug, Default)]
struct Worker {
    fence: Option<u32>,
    /// Armed by this worker, not yet sent: key and time.
    armed: Option<(u32, u32)>,
    /// What a probe has seen, not yet written: the event, the state that it was about.
    looked: Option<(Event, DeliveryState)>,
    /// Counted up when it crashes: answers to an earlier life are lost.
    life: u32,
}

#[derive(Clone, Copy, Debug)]
struct Call {
    key: u32,
    sent: u32,
    by: (usize, u32),
}

struct World {
    without: Without,
    now: u32,
    state: DeliveryState,
    row_fence: u32,
    key: Option<u32>,
    armed_at: u32,
    absences: u32,
    /// Fence and end of the job's lease.
    lease: (u32, u32),
    fences: u32,
    keys: u32,
    workers: [Worker; WORKERS],
    /// Who armed which attempt: worker and life, by key.
    armers: Vec<(usize, u32)>,
    /// The log of begun calls, by key.
    begun: Vec<u32>,
    calls: Vec<Call>,
    answers: Vec<(Call, Event)>,
    posts: u32,
    /// It is live because somebody said that they have posted it.
    marked: bool,
    /// Somebody has posted it by hand.
    posted_by_hand: bool,
}

impl World {
    fn new(without: Without) -> Self {
        Self {
            without,
            now: 0,
            state: Draft,
            row_fence: 0,
            key: None,
            armed_at: 0,
            absences: 0,
            lease: (0, 0),
            fences: 0,
            keys: 0,
            workers: [Worker::default(); WORKERS],
            armers: vec![],
            begun: vec![],
            calls: vec![],
            answers: vec![],
            posts: 0,
            marked: false,
            posted_by_hand: false,
        }
    }

    fn fence(&mut self) -> u32 {
        self.fences += 1;
        self.fences
    }

    /// `store::take`: the claim becomes the one that may write, unless a later one or a person has it.
    fn take(&mut self, w: usize) -> Option<DeliveryState> {
        let fence = self.workers[w].fence?;
        if self.without != Without::Fences && self.row_fence > fence {
            return None;
        }
        self.row_fence = self.row_fence.max(fence);
        Some(self.state)
    }

    /// `store::advance`: from the state that was seen, under the claim's fence.
    fn advance(&mut self, w: usize, seen: DeliveryState, event: Event) -> bool {
        let Some(fence) = self.workers[w].fence else { return false };
        let may = self.without == Without::Fences || self.row_fence <= fence;
        match next(seen, event) {
            Ok(to) if may && self.state == seen => {
                self.state = to;
                true
            }
            _ => false,
        }
    }

    /// `store::arm`: the job's row must still be ours, with some seconds of its lease left.
    fn arm(&mut self, w: usize, seen: DeliveryState) {
        let Some(fence) = self.workers[w].fence else { return };
        let holds = self.lease.0 == fence && self.lease.1 > self.now + PAUSE;
        if (holds || self.without == Without::Fences) && self.advance(w, seen, Event::Arm) {
            self.keys += 1;
            self.key = Some(self.keys);
            self.armed_at = self.now;
            self.workers[w].armed = Some((self.keys, self.now));
            self.armers.push((w, self.workers[w].life));
        }
    }

    /// `CallLog::was_never_begun`: the process of this worker that armed it is dead and had not begun to call.
    fn was_never_begun(&self, w: usize) -> bool {
        let Some(key) = self.key else { return false };
        let (by, life) = self.armers[key as usize - 1];
        by == w && life < self.workers[w].life && !self.begun.contains(&key)
    }

    /// `store::settle`: bound to the attempt, not to a lease.
    fn settle(&mut self, key: u32, event: Event) {
        if self.key != Some(key) {
            return;
        }
        let event = if event == Event::CommitLive && self.state != Armed { Event::LateLive } else { event };
        if let Ok(to) = next(self.state, event) {
            self.state = to;
        }
    }

    fn step(&mut self, step: Step) {
        match step {
            Step::Tick(seconds) => self.now += seconds,
            Step::Claim(w) => {
                let work = !matches!(self.state, Draft | Live | Cancelled);
                if work && self.now >= self.lease.1 {
                    let fence = self.fence();
                    self.lease = (fence, self.now + LEASE);
                    // Whatever it was doing for an older claim is dropped; a call that has begun is not (it is a task of
                    // its own), and one that was armed goes on to be called.
                    self.workers[w].fence = Some(fence);
                    self.workers[w].looked = None;
                }
            }
            Step::Beat(w) => {
                if self.workers[w].fence == Some(self.lease.0) && self.now < self.lease.1 {
                    self.lease.1 = self.now + LEASE;
                }
            }
            Step::Drive(w, choice) => self.drive(w, choice),
            Step::Call(w) => {
                let Some((key, at)) = self.workers[w].armed.take() else { return };
                if self.now - at > PAUSE && self.without != Without::Patience {
                    return self.settle(key, Event::NotSent);
                }
                if self.without != Without::WritingFirst {
                    self.begun.push(key);
                }
                self.calls.push(Call { key, sent: self.now, by: (w, self.workers[w].life) });
            }
            Step::Arrive(fate) => {
                if self.calls.is_empty() {
                    return;
                }
                let call = self.calls.remove(0);
                if self.now - call.sent > ON_ITS_WAY {
                    return;
                }
                let event = match fate {
                    Fate::Accepted => {
                        self.posts += 1;
                        Event::CommitLive
                    }
                    Fate::Working => {
                        self.posts += 1;
                        Event::CommitProcessing
                    }
                    Fate::Refused(refusal) => Event::CommitRefused(refusal),
                    Fate::NotTaken => Event::NotSent,
                    Fate::NeverArrived => return,
                };
                self.answers.push((call, event));
            }
            Step::Answer { lost } => {
                if self.answers.is_empty() {
                    return;
                }
                let (call, event) = self.answers.remove(0);
                if !lost && self.workers[call.by.0].life == call.by.1 {
                    self.begun.push(call.key);
                    self.settle(call.key, event);
                }
            }
            Step::LookAt(w, open) => {
                let Some(seen @ (Armed | Processing)) = self.take(w) else { return };
                let believed = self.now >= self.armed_at + GRACE || self.without == Without::Grace;
                let event = match (open, self.posts) {
                    _ if seen == Armed && self.was_never_begun(w) => Event::NeverCalled,
                    (true, 1..) => Event::SeenLive,
                    _ if !believed => return,
                    (false, _) => Event::GiveUp,
                    (true, 0) if self.absences >= 2 => Event::AbsentForGood(Refusal::Fail),
                    (true, 0) => Event::ProvenAbsent,
                };
                self.workers[w].looked = Some((event, seen));
            }
            Step::WriteLook(w) => {
                let Some((event, seen)) = self.workers[w].looked.take() else { return };
                if self.advance(w, seen, event) && event == Event::ProvenAbsent {
                    self.absences += 1;
                }
            }
            Step::Crash(w) => {
                let life = self.workers[w].life + 1;
                // Its successor signs it off: nobody waits for the lease.
                if self.workers[w].fence == Some(self.lease.0) {
                    self.lease.1 = self.now;
                }
                self.workers[w] = Worker { life, ..Worker::default() };
            }
            // Whether it is posted is said by `AnswerTheQuestion`.
            Step::Person(Event::Cancel) if self.state == ByHand && self.posts > 0 => {}
            Step::Person(event) => {
                if let Ok(to) = next(self.state, event) {
                    self.state = to;
                    self.row_fence = self.fence();
                }
            }
            Step::AnswerTheQuestion if self.state == ByHand => {
                self.marked = self.posts > 0;
                self.step(Step::Person(if self.marked { Event::MarkPosted } else { Event::Cancel }));
            }
            Step::PostByHand if self.state == ByHand && self.posts == 0 => {
                self.posts += 1;
                self.posted_by_hand = true;
            }
            Step::TakeTheMarkBack if self.marked && self.state == Live => {
                self.marked = false;
                self.step(Step::Person(Event::Unmark));
            }
            Step::PostByHand | Step::TakeTheMarkBack => {}
            Step::AnswerTheQuestion => {
                let event = if self.posts > 0 { Event::ConfirmLive } else { Event::SendAgain };
                self.step(Step::Person(event));
            }
        }
    }

    fn drive(&mut self, w: usize, choice: u8) {
        // A run takes one step after the other: what a probe brought is written down before the next one.
        if self.workers[w].looked.is_some() {
            return;
        }
        let Some(seen) = self.take(w) else { return };
        let refusals = [Refusal::Edit, Refusal::Reconnect, Refusal::Fail, Refusal::Preparation];
        let refusal = refusals[usize::from(choice / 16) % 4];
        let event = match (seen, choice % 16) {
            (Queued | Preparing | Waiting | Ready, 15) => Event::TooLate,
            (Queued, _) => Event::Begin,
            // The account is one now that people publish to themselves.
            (Preparing | Waiting | Ready, 14) => Event::HandOver,
            (Preparing | Waiting, 0) => Event::Refused(refusal),
            (Preparing | Waiting, 1..=2) => Event::Step,
            (Preparing | Waiting, 3..=4) => Event::PlatformWorks,
            (Preparing | Waiting, _) => Event::Prepared,
            (Ready, 0) => Event::Refused(refusal),
            (Ready, _) => return self.arm(w, seen),
            (Armed, _) if self.without == Without::Looking && self.workers[w].armed.is_none() => {
                self.workers[w].armed = self.key.map(|key| (key, self.now));
                return;
            }
            _ => return,
        };
        self.advance(w, seen, event);
    }

    fn check(&self, after: &str) -> Result<(), TestCaseError> {
        prop_assert!(self.posts <= 1, "there {} times after {after}", self.posts);
        if self.state == Live {
            prop_assert!(self.posts == 1, "live and not there after {after}");
        }
        if self.posts == 1 {
            // What the program sent must never wait for a person to post it once more.
            let honest = matches!(self.state, Armed | Processing | Live | Unconfirmed)
                || (self.state == ByHand && self.posted_by_hand);
            prop_assert!(honest, "there, and it is {} after {after}", self.state.id());
        }
        Ok(())
    }

    /// The world calms down: one worker does its job, everything arrives. It must come to rest.
    fn calm_down(&mut self) -> Result<(), TestCaseError> {
        let rests = |state| {
            matches!(
                state,
                Draft | Live | Unconfirmed | ByHand | Failed | NeedsEdit | NeedsReconnect | Held | Cancelled
            )
        };
        for round in 0..60 {
            if rests(self.state) && self.calls.is_empty() && self.answers.is_empty() {
                return Ok(());
            }
            for step in [
                Step::Tick(LEASE + 1),
                Step::Claim(0),
                Step::Drive(0, 9),
                Step::Call(0),
                Step::Arrive(Fate::Accepted),
                Step::Answer { lost: false },
                Step::LookAt(0, true),
                Step::WriteLook(0),
            ] {
                self.step(step);
                self.check(&format!("{step:?} in calm round {round}"))?;
            }
        }
        Err(TestCaseError::fail(format!("it never comes to rest: {}", self.state.id())))
    }
}

fn steps() -> impl Strategy<Value = Step> {
    let worker = || 0..WORKERS;
    let refusal = prop::sample::select(vec![Refusal::Edit, Refusal::Reconnect, Refusal::Fail, Refusal::Preparation]);
    let fate = prop_oneof![
        3 => Just(Fate::Accepted),
        1 => Just(Fate::Working),
        1 => refusal.prop_map(Fate::Refused),
        1 => Just(Fate::NotTaken),
        1 => Just(Fate::NeverArrived),
    ];
    let pressed =
        [Event::Schedule, Event::Schedule, Event::Unschedule, Event::Retry, Event::Cancel, Event::Reconnected];
    prop_oneof![
        4 => (0u32..LEASE).prop_map(Step::Tick),
        1 => (LEASE..GRACE + 30).prop_map(Step::Tick),
        5 => worker().prop_map(Step::Claim),
        3 => worker().prop_map(Step::Beat),
        10 => (worker(), any::<u8>()).prop_map(|(w, choice)| Step::Drive(w, choice)),
        5 => worker().prop_map(Step::Call),
        5 => fate.prop_map(Step::Arrive),
        3 => any::<bool>().prop_map(|lost| Step::Answer { lost }),
        4 => (worker(), prop::bool::weighted(0.8)).prop_map(|(w, open)| Step::LookAt(w, open)),
        3 => worker().prop_map(Step::WriteLook),
        2 => worker().prop_map(Step::Crash),
        2 => prop::sample::select(pressed.to_vec()).prop_map(Step::Person),
        1 => Just(Step::AnswerTheQuestion),
        1 => Just(Step::PostByHand),
        1 => Just(Step::TakeTheMarkBack),
    ]
}

/// Runs plans through a world until one breaks the promise.
fn try_out(without: Without, cases: u32) -> Result<(), TestError<Vec<Step>>> {
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut runner = TestRunner::new(config);
    runner.run(&prop::collection::vec(steps(), 1..160), |plan| {
        let mut world = World::new(without);
        world.step(Step::Person(Event::Schedule));
        for step in plan {
            world.step(step);
            world.check(&format!("{step:?}"))?;
        }
        // With a rule less it may not even rest; here it is about the promise.
        if without == Without::Nothing { world.calm_down() } else { Ok(()) }
    })
}

#[test]
fn whatever_happens_in_whatever_order() {
    if let Err(error) = try_out(Without::Nothing, 3_000) {
        panic!("{error}");
    }
}

#[test]
fn every_rule_is_needed() {
    for without in [Without::Grace, Without::Fences, Without::Looking, Without::Patience, Without::WritingFirst] {
        match try_out(without, 60_000) {
            Err(TestError::Fail(why, plan)) => {
                assert!(why.to_string().contains("there"), "{without:?}: {why}: {plan:?}");
            }
            other => panic!("without {without:?} nothing goes wrong, so the check does not look there: {other:?}"),
        }
    }
}

/// The plans reach everything: a property of worlds in which nothing happens would be worth nothing.
#[test]
fn the_plans_get_everywhere() {
    let mut seen = std::collections::BTreeMap::<&str, u32>::new();
    let mut runner = TestRunner::deterministic();
    let plans = prop::collection::vec(steps(), 1..160);
    for _ in 0..600 {
        let plan = plans.new_tree(&mut runner).expect("a plan").current();
        let mut world = World::new(Without::Nothing);
        world.step(Step::Person(Event::Schedule));
        for step in plan {
            world.step(step);
            *seen.entry(world.state.id()).or_default() += 1;
        }
    }
    let missing: Vec<_> = DeliveryState::ALL.iter().filter(|s| !seen.contains_key(s.id())).collect();
    assert!(missing.is_empty(), "never reached: {missing:?} ({seen:?})");
}
