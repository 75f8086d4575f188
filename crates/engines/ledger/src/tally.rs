//! How many records of which kind this program left since it began: numbers for monitoring, never who or whose.
//!
//! Counted here because every act passes here (law 2): decisions, refusals, sign-ins and imports need no counters of
//! their own, and none can be forgotten. A record counts when its transaction is committed.

use crate::name::{EventName, Outcome};
use std::sync::atomic::{AtomicU64, Ordering};

const OUTCOMES: [Outcome; 4] = [Outcome::Success, Outcome::Minor, Outcome::Serious, Outcome::Major];

/// One cell for each name and outcome; both are closed lists.
#[derive(Debug)]
pub(crate) struct Tally {
    cells: Vec<AtomicU64>,
}

impl Tally {
    pub(crate) fn new() -> Self {
        Self { cells: (0..EventName::ALL.len() * OUTCOMES.len()).map(|_| AtomicU64::new(0)).collect() }
    }

    pub(crate) fn count(&self, name: EventName, outcome: Outcome) {
        let cell = name as usize * OUTCOMES.len() + outcome as usize;
        if let Some(cell) = self.cells.get(cell) {
            cell.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Those that are not zero, in the order of the names.
    pub(crate) fn read(&self) -> Vec<(EventName, Outcome, u64)> {
        let kinds = EventName::ALL.iter().flat_map(|name| OUTCOMES.map(|outcome| (*name, outcome)));
        kinds
            .zip(&self.cells)
            .map(|((name, outcome), cell)| (name, outcome, cell.load(Ordering::Relaxed)))
            .filter(|(_, _, count)| *count > 0)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_has_a_cell_of_its_own() {
        let tally = Tally::new();
        for name in EventName::ALL {
            for outcome in OUTCOMES {
                tally.count(*name, outcome);
            }
        }
        tally.count(EventName::AccessDenied, Outcome::Minor);
        let read = tally.read();
        assert_eq!(read.len(), EventName::ALL.len() * 4);
        for (name, outcome, count) in read {
            let twice = name == EventName::AccessDenied && outcome == Outcome::Minor;
            assert_eq!(count, if twice { 2 } else { 1 }, "{} {}", name.code(), outcome.number());
        }
    }
}
