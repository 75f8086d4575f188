//! Dated facts (law 4): when something holds in the world, and when it was known here, with its origin.
//!
//! Two axes: `valid_from`/`valid_to` say when the fact is true; `recorded_at`/`superseded_at` say what the house knew at
//! an instant, so that a past decision can be replayed to the same answer.

use renkei_kernel::{BatchId, FactId, Timestamp};
use serde::{Deserialize, Serialize};

/// From `from` (inclusive) to `to` (exclusive); no `to` means until further notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Period {
    pub from: Timestamp,
    pub to: Option<Timestamp>,
}

impl Period {
    pub fn since(from: Timestamp) -> Self {
        Self { from, to: None }
    }
    pub fn between(from: Timestamp, to: Timestamp) -> Self {
        Self { from, to: Some(to) }
    }
    pub fn contains(self, at: Timestamp) -> bool {
        self.from <= at && self.to.is_none_or(|to| at < to)
    }
    /// Whether the period had begun and is over at `at`.
    pub fn is_over(self, at: Timestamp) -> bool {
        self.to.is_some_and(|to| to <= at)
    }
    /// Last instant inside the period; `Timestamp::MAX` when open.
    pub fn last_instant(self) -> Timestamp {
        self.to.map_or(Timestamp::MAX, |to| Timestamp(to.0.saturating_sub(1)))
    }
    pub fn overlaps(self, other: Self) -> bool {
        self.from <= other.last_instant() && other.from <= self.last_instant()
    }
    /// A period that ends before it begins holds at no time.
    pub fn is_empty(self) -> bool {
        self.to.is_some_and(|to| to <= self.from)
    }
}

/// Where a fact came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// One run of `renkei register load` or of an import.
    Load(BatchId),
    /// An accepted case, by the fact that its effect recorded.
    Case(FactId),
}

/// One fact with both pairs of dates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Dated<T> {
    pub id: FactId,
    pub valid: Period,
    pub recorded_at: Timestamp,
    pub superseded_at: Option<Timestamp>,
    pub origin: Origin,
    pub fact: T,
}

impl<T> Dated<T> {
    /// Whether the fact holds at `at`, by what the house knew at `known_at`.
    pub fn holds(&self, at: Timestamp, known_at: Timestamp) -> bool {
        self.valid.contains(at)
            && self.recorded_at <= known_at
            && self.superseded_at.is_none_or(|superseded| known_at < superseded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_period_ends_in_the_instant_its_end_begins() {
        let period = Period::between(Timestamp(10), Timestamp(20));
        assert!(period.contains(Timestamp(10)) && period.contains(Timestamp(19)));
        assert!(!period.contains(Timestamp(9)) && !period.contains(Timestamp(20)));
        assert!(!period.overlaps(Period::since(Timestamp(20))));
        assert!(period.overlaps(Period::since(Timestamp(19))));
    }

    #[test]
    fn a_superseded_fact_still_answers_for_the_time_it_was_believed() {
        let fact = Dated {
            id: FactId(Default::default()),
            valid: Period::since(Timestamp(0)),
            recorded_at: Timestamp(5),
            superseded_at: Some(Timestamp(9)),
            origin: Origin::Load(BatchId(Default::default())),
            fact: (),
        };
        assert!(!fact.holds(Timestamp(1), Timestamp(4)));
        assert!(fact.holds(Timestamp(1), Timestamp(8)));
        assert!(!fact.holds(Timestamp(1), Timestamp(9)));
    }
}
