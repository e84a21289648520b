//! Which feature uses which: cycles among them, and the table for docs/ARCHITECTURE.md.

use super::tables::Writers;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// For each feature, the features that it uses, with the places that do so.
#[derive(Default)]
pub struct Graph(BTreeMap<String, BTreeMap<String, BTreeSet<String>>>);

impl Graph {
    pub fn feature(&mut self, name: &str) {
        self.0.entry(name.to_owned()).or_default();
    }

    pub fn arrow(&mut self, from: &str, to: &str, place: String) {
        if from == to {
            return;
        }
        self.feature(to);
        self.0.entry(from.to_owned()).or_default().entry(to.to_owned()).or_default().insert(place);
    }

    pub fn uses(&self, feature: &str) -> impl Iterator<Item = &str> {
        self.0.get(feature).into_iter().flatten().map(|(to, _)| to.as_str())
    }

    /// Every feature that `from` reaches by one arrow or more.
    fn reached(&self, from: &str) -> BTreeSet<&str> {
        let mut reached = BTreeSet::new();
        let mut next: Vec<&str> = self.uses(from).collect();
        while let Some(feature) = next.pop() {
            if reached.insert(feature) {
                next.extend(self.uses(feature));
            }
        }
        reached
    }

    /// One text for each set of features that all reach each other: its shortest cycle, then every arrow among them
    /// with the places that make it, one a line.
    pub fn cycles(&self) -> Vec<String> {
        let reached: BTreeMap<&str, BTreeSet<&str>> =
            self.0.keys().map(|feature| (feature.as_str(), self.reached(feature))).collect();
        let mut done = BTreeSet::new();
        let mut cycles = vec![];
        for feature in self.0.keys().map(String::as_str) {
            let component: BTreeSet<&str> =
                reached[feature].iter().copied().filter(|other| reached[other].contains(feature)).collect();
            if component.is_empty() || !done.insert(component.clone()) {
                continue;
            }
            let shortest = component.iter().map(|r| self.way_back(r)).min_by_key(Vec::len).unwrap_or_default();
            let mut lines = vec![format!(
                "cycle {} (all of it: {})",
                shortest.join(" -> "),
                component.iter().copied().collect::<Vec<_>>().join(", ")
            )];
            for from in &component {
                for (to, places) in self.0[*from].iter().filter(|(to, _)| component.contains(to.as_str())) {
                    // Of a module and a name in it, the name says which arrow it is.
                    let longer = |place: &str| places.iter().any(|other| other.starts_with(&format!("{place}::")));
                    lines.push(format!("  {from} -> {to}"));
                    lines.extend(places.iter().filter(|p| !longer(p)).map(|place| format!("    {place}")));
                }
            }
            cycles.push(lines.join("\n"));
        }
        cycles
    }

    /// The shortest way from a feature back to itself, both ends named.
    fn way_back<'a>(&'a self, feature: &'a str) -> Vec<&'a str> {
        let mut ways = VecDeque::from([vec![feature]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = ways.pop_front() {
            for next in way.last().into_iter().flat_map(|last| self.uses(last)) {
                let longer = [way.as_slice(), &[next]].concat();
                if next == feature {
                    return longer;
                }
                if seen.insert(next) {
                    ways.push_back(longer);
                }
            }
        }
        vec![]
    }

    /// How many arrows lie below a feature at most; in a cycle the count ends at the number of features.
    fn height(&self) -> BTreeMap<&str, usize> {
        let mut heights: BTreeMap<&str, usize> = self.0.keys().map(|feature| (feature.as_str(), 0)).collect();
        for _ in 0..self.0.len() {
            for feature in self.0.keys() {
                let below = self.uses(feature).map(|used| heights[used] + 1).max().unwrap_or(0);
                heights.insert(feature, below.min(self.0.len()));
            }
        }
        heights
    }

    /// Features and whatever else writes tables, as a markdown table. A feature stands above those that it uses, so
    /// without cycles every arrow points down.
    pub fn table(&self, writers: &Writers) -> String {
        let heights = self.height();
        let mut owners: Vec<&str> = heights.keys().copied().chain(writers.owners()).collect();
        owners.sort_by_key(|owner| (Reverse(heights.get(owner)), *owner));
        owners.dedup();
        let mut lines = vec!["| room | uses | writes tables |".to_owned(), "|---|---|---|".to_owned()];
        for owner in owners {
            lines.push(format!("| `{owner}` | {} | {} |", list(self.uses(owner)), list(writers.tables_of(owner))));
        }
        lines.join("\n")
    }
}

fn list<'a>(names: impl Iterator<Item = &'a str>) -> String {
    names.collect::<Vec<_>>().join(", ")
}
