//! How many calls to one platform may be under way on this node at once (its spec says how many), shared out fairly: whoever waits gets the next
//! permit of their company in the order of asking, and companies take turns. (One account has one post at a time anyway:
//! the queue sees to that.)

use crate::domain::ids::CompanyId;
use crate::domain::pace::CONCURRENCY;
use crate::domain::platform::Platform;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// How many publishing calls a node makes at a time, unless `LUX_<PLATFORM>_CONCURRENCY` says otherwise.
pub fn usual(platform: Platform) -> usize {
    platform.pace().map_or(CONCURRENCY, |pace| pace.concurrency)
}

/// One gate per platform.
#[derive(Debug)]
pub struct Gates(BTreeMap<Platform, Arc<Gate>>);

impl Default for Gates {
    fn default() -> Self {
        Self::new(&BTreeMap::new())
    }
}

impl Gates {
    /// `other`: numbers that differ from the usual ones.
    pub fn new(other: &BTreeMap<Platform, usize>) -> Self {
        let gate = |p: Platform| (p, Arc::new(Gate::new(other.get(&p).copied().unwrap_or(usual(p)))));
        Self(Platform::ALL.into_iter().map(gate).collect())
    }

    /// Waits until one more call to this platform may begin for this company. To be held until its answer.
    pub async fn acquire(&self, platform: Platform, company: CompanyId) -> Permit {
        let gate = self.0.get(&platform).expect("every platform has a gate");
        let turn = match gate.enter(company) {
            Ok(permit) => return permit,
            Err(turn) => turn,
        };
        turn.await.expect("nobody in line is forgotten")
    }
}

/// The permit to make one call; given back when it is dropped.
#[derive(Debug)]
#[must_use = "the gate closes behind a permit that is dropped"]
pub struct Permit(Option<Arc<Gate>>);

impl Drop for Permit {
    fn drop(&mut self) {
        if let Some(gate) = self.0.take() {
            gate.leave();
        }
    }
}

#[derive(Debug)]
struct Gate(Mutex<Line>);

/// Permits that nobody has, and who waits for one. While somebody waits, none is free.
#[derive(Debug)]
struct Line {
    free: usize,
    /// Companies that wait, the next one first.
    order: VecDeque<CompanyId>,
    waiting: HashMap<CompanyId, VecDeque<oneshot::Sender<Permit>>>,
}

impl Gate {
    fn new(permits: usize) -> Self {
        Self(Mutex::new(Line { free: permits.max(1), order: VecDeque::new(), waiting: HashMap::new() }))
    }

    fn line(&self) -> MutexGuard<'_, Line> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A permit, or a place in the line.
    fn enter(self: &Arc<Self>, company: CompanyId) -> Result<Permit, oneshot::Receiver<Permit>> {
        let mut line = self.line();
        if line.free > 0 {
            line.free -= 1;
            return Ok(Permit(Some(self.clone())));
        }
        let (call, turn) = oneshot::channel();
        let places = line.waiting.entry(company).or_default();
        places.push_back(call);
        if places.len() == 1 {
            line.order.push_back(company);
        }
        Err(turn)
    }

    /// The permit goes to the next one in the line who still waits.
    fn leave(self: &Arc<Self>) {
        loop {
            let Some(call) = self.line().next() else { return };
            match call.send(Permit(Some(self.clone()))) {
                Ok(()) => return,
                // Nobody waits there any more. What comes back must not be given back once more.
                Err(mut permit) => permit.0 = None,
            }
        }
    }
}

impl Line {
    /// Whose turn it is; the company's next one comes after all other companies. `None`: nobody waits, and the permit is free.
    fn next(&mut self) -> Option<oneshot::Sender<Permit>> {
        while let Some(company) = self.order.pop_front() {
            let Entry::Occupied(mut places) = self.waiting.entry(company) else { continue };
            let call = places.get_mut().pop_front();
            if places.get().is_empty() {
                places.remove();
            } else {
                self.order.push_back(company);
            }
            if call.is_some() {
                return call;
            }
        }
        self.free += 1;
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt;
    use proptest::prelude::*;

    #[tokio::test]
    async fn no_more_than_allowed_and_each_platform_by_itself() {
        let (gates, us) = (Gates::new(&BTreeMap::from([(Platform::X, 2)])), CompanyId::new());
        let first = gates.acquire(Platform::X, us).await;
        let _second = gates.acquire(Platform::X, us).await;
        assert!(gates.acquire(Platform::X, us).now_or_never().is_none());
        assert!(gates.acquire(Platform::LinkedIn, us).now_or_never().is_some());
        drop(first);
        assert!(gates.acquire(Platform::X, us).now_or_never().is_some());
    }

    #[tokio::test]
    async fn companies_take_turns() {
        let gate = Arc::new(Gate::new(1));
        let (many, few) = (CompanyId::new(), CompanyId::new());
        let mut held = gate.enter(many).expect("free");
        let line = [many, many, many, few, few].map(|company| (company, gate.enter(company).expect_err("taken")));
        let mut line: Vec<_> = line.into_iter().collect();
        let mut served = vec![];
        while !line.is_empty() {
            drop(held);
            let at = line.iter_mut().position(|(_, turn)| !turn.is_empty()).expect("somebody is next");
            let (company, turn) = line.remove(at);
            served.push(company);
            held = turn.await.expect("served");
        }
        assert_eq!(served, [many, few, many, few, many]);
    }

    proptest! {
        /// Whatever people do: never more permits than there are, and in the end all of them are free again.
        #[test]
        fn permits_are_neither_lost_nor_made(permits in 1usize..4, steps in prop::collection::vec((0usize..3, 0u8..3), 0..60)) {
            let (gate, companies) = (Arc::new(Gate::new(permits)), [CompanyId::new(), CompanyId::new(), CompanyId::new()]);
            let (mut held, mut waiting) = (vec![], vec![]);
            for (which, what) in steps {
                match what {
                    0 => match gate.enter(companies[which]) {
                        Ok(permit) => held.push(permit),
                        Err(turn) => waiting.push(turn),
                    },
                    1 if !held.is_empty() => drop(held.remove(which % held.len())),
                    2 if !waiting.is_empty() => drop(waiting.remove(which % waiting.len())),
                    _ => {}
                }
                waiting.retain_mut(|turn| turn.try_recv().map(|permit| held.push(permit)).is_err());
                prop_assert!(held.len() <= permits);
                prop_assert!(waiting.is_empty() || held.len() == permits, "somebody waits beside a free permit");
            }
            waiting.clear();
            held.clear();
            let line = gate.line();
            prop_assert_eq!(line.free, permits);
            prop_assert!(line.waiting.values().flatten().all(|call| call.is_closed()));
        }
    }
}
