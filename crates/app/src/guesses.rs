//! Refused cards at a reader and of a person within the last ten minutes (R-8.2.4-ア; patient-card.md section 4).
//!
//! Separate from the reading of cards because of its clock: ten minutes are ten minutes that pass. A clock set forth
//! must not open a closed reader to whoever goes on guessing, and one set back must not close it for a day. So they are
//! counted by a steady clock in memory; what a restart would forget is taken from the table at the start, where the
//! calendar is all there is: a refusal that claims to be of the future is left aside.

use crate::error::AppError;
use crate::house::House;
use renkei_kernel::limits::{CARD_REFUSALS_REMEMBERED_MAX, CARD_UNKNOWN_MAX, CARD_UNKNOWN_WINDOW_SECONDS};
use renkei_kernel::{PersonId, ReaderId, Steady};
use renkei_store::card_reads;
use std::collections::VecDeque;
use std::sync::PoisonError;
use std::time::Duration;

const WINDOW: Duration = Duration::from_secs(CARD_UNKNOWN_WINDOW_SECONDS.unsigned_abs());

/// Where somebody guessed too often. The words of the trail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closed {
    Reader,
    Person,
}

impl Closed {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Person => "person",
        }
    }
}

/// Refused cards of the window, oldest first. Every cause counts: were only unknown cards counted, the closing of a
/// reader would tell unknown cards from known ones.
#[derive(Debug, Default)]
pub(crate) struct Guesses {
    refused: VecDeque<(Steady, ReaderId, PersonId)>,
}

impl Guesses {
    fn one_more(&mut self, reader: ReaderId, person: PersonId, at: Steady) {
        if self.refused.len() >= CARD_REFUSALS_REMEMBERED_MAX {
            self.refused.pop_front();
        }
        self.refused.push_back((at, reader, person));
    }

    /// Whether this person may not read at this reader now (ten refused there, or ten of his own over all readers), and
    /// for how long.
    fn closed(&mut self, reader: ReaderId, person: PersonId, now: Steady) -> Option<(Closed, Duration)> {
        while self.refused.front().is_some_and(|(at, ..)| now.since(*at) > WINDOW) {
            self.refused.pop_front();
        }
        let mut there = self.refused.iter().rev().filter(|(_, at, _)| *at == reader);
        let mut own = self.refused.iter().rev().filter(|(_, _, of)| *of == person);
        // The tenth newest holds it closed until its ten minutes are over.
        let left =
            |tenth: Option<&(Steady, ReaderId, PersonId)>| tenth.map(|(at, ..)| WINDOW.saturating_sub(now.since(*at)));
        let before = usize::try_from(CARD_UNKNOWN_MAX).unwrap_or(usize::MAX).saturating_sub(1);
        match (left(there.nth(before)), left(own.nth(before))) {
            (Some(there), own) => Some((Closed::Reader, there.max(own.unwrap_or_default()))),
            (None, Some(own)) => Some((Closed::Person, own)),
            (None, None) => None,
        }
    }
}

impl House {
    pub(crate) fn guesses_closed(&self, reader: ReaderId, person: PersonId) -> Option<(Closed, Duration)> {
        let now = self.steady();
        self.guesses().lock().unwrap_or_else(PoisonError::into_inner).closed(reader, person, now)
    }

    /// A card was refused, and the trail has it.
    pub(crate) fn guessed_once_more(&self, reader: ReaderId, person: PersonId) {
        let now = self.steady();
        self.guesses().lock().unwrap_or_else(PoisonError::into_inner).one_more(reader, person, now);
    }

    /// At the start: what was refused before it within the window, so that a restart frees nobody.
    pub(crate) async fn recall_guesses(&self) -> Result<(), AppError> {
        let (now, steady) = (self.now(), self.steady());
        let since = now.plus_seconds(-CARD_UNKNOWN_WINDOW_SECONDS);
        let found = card_reads::refused_between(self.db().reader(), since, now).await?;
        let mut guesses = self.guesses().lock().unwrap_or_else(PoisonError::into_inner);
        for (reader, person, answered_at) in found {
            let ago = Duration::from_secs(now.seconds_since(answered_at).unsigned_abs());
            guesses.one_more(reader, person, steady.minus(ago));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(number: u128) -> ReaderId {
        ReaderId(uuid::Uuid::from_u128(number))
    }
    fn person(number: u128) -> PersonId {
        PersonId(uuid::Uuid::from_u128(number))
    }
    fn at(seconds: u64) -> Steady {
        Steady::after(Duration::from_secs(seconds))
    }

    /// R-8.2.4-ア: ten within ten minutes close, for the reader or for the person; the eleventh minute opens.
    #[test]
    fn ten_refused_cards_of_ten_minutes_close() {
        let mut guesses = Guesses::default();
        for number in 0..10 {
            assert_eq!(guesses.closed(reader(1), person(1), at(number)), None);
            guesses.one_more(reader(1), person(u128::from(number)), at(number));
        }
        let left = Duration::from_secs;
        assert_eq!(guesses.closed(reader(1), person(77), at(9)), Some((Closed::Reader, left(591))));
        assert_eq!(guesses.closed(reader(1), person(77), at(600)), Some((Closed::Reader, left(0))));
        assert_eq!(guesses.closed(reader(2), person(1), at(600)), None);
        assert_eq!(guesses.closed(reader(1), person(77), at(601)), None, "the first is older than ten minutes");
        let mut guesses = Guesses::default();
        (0..10).for_each(|number| guesses.one_more(reader(u128::from(number)), person(1), at(number)));
        assert_eq!(guesses.closed(reader(99), person(1), at(9)), Some((Closed::Person, left(591))));
        assert_eq!(guesses.closed(reader(99), person(2), at(9)), None);
    }

    #[test]
    fn the_memory_of_refused_cards_is_bounded() {
        let mut guesses = Guesses::default();
        (0..CARD_REFUSALS_REMEMBERED_MAX + 5).for_each(|_| guesses.one_more(reader(1), person(1), at(1)));
        assert_eq!(guesses.refused.len(), CARD_REFUSALS_REMEMBERED_MAX);
        assert_eq!(guesses.closed(reader(1), person(1), at(602)), None);
        assert!(guesses.refused.is_empty(), "what is old makes room");
    }
}
