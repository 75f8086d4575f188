//! The rule of nonces: when an answer counts (R-8.2.4-ア).
//!
//! Separate and pure (no clock, no network, no randomness of its own) because this is what a captured message must
//! fail at. One read waits per reader; its nonce is used once, within sixty seconds, by that reader only. What ended
//! is remembered so that the trail can say *replay* or *expired*; what is not remembered counts as a replay.

use crate::limits::ENDED_NONCES_MAX;
use crate::reader::ports::Refusal;
use crate::reader::wire::Nonce;
use renkei_kernel::limits::CARD_NONCE_SECONDS;
use renkei_kernel::{CardReadId, ReaderId, Timestamp};
use std::collections::{HashMap, VecDeque};

/// A read that waits for its card.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub read: CardReadId,
    pub nonce: Nonce,
    /// Last instant at which an answer counts.
    pub expires_at: Timestamp,
}

/// How a nonce ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// A signed answer bore it, in time or late.
    Answered,
    Unanswered,
}

#[derive(Debug, Clone, Copy)]
struct Ended {
    nonce: Nonce,
    reader: ReaderId,
    end: End,
}

/// All nonces that were given out and matter still.
#[derive(Debug, Default)]
pub struct Nonces {
    waiting: HashMap<ReaderId, Waiting>,
    ended: VecDeque<Ended>,
}

impl Nonces {
    /// Gives a nonce to a read. A read that still waited at this reader is replaced and returned.
    /// `until` may shorten the life of sixty seconds, not lengthen it.
    pub fn give(
        &mut self,
        reader: ReaderId,
        read: CardReadId,
        nonce: Nonce,
        now: Timestamp,
        until: Timestamp,
    ) -> (Waiting, Option<CardReadId>) {
        let expires_at = until.min(now.plus_seconds(CARD_NONCE_SECONDS));
        let waiting = Waiting { read, nonce, expires_at };
        let before = self.waiting.insert(reader, waiting);
        if let Some(before) = before {
            self.end(before.nonce, reader, End::Unanswered);
        }
        (waiting, before.map(|before| before.read).filter(|before| *before != read))
    }

    /// A fresh nonce for the read that waits at a reader which connected anew; the old one is void.
    pub fn renew(&mut self, reader: ReaderId, nonce: Nonce, now: Timestamp) -> Option<Waiting> {
        let waiting = self.waiting.get(&reader).copied().filter(|waiting| now <= waiting.expires_at)?;
        Some(self.give(reader, waiting.read, nonce, now, waiting.expires_at).0)
    }

    /// Uses a nonce. The message was signed by `reader`; what remains is whether it answers what waits there.
    pub fn use_up(
        &mut self,
        reader: ReaderId,
        read: CardReadId,
        nonce: &Nonce,
        now: Timestamp,
    ) -> Result<Waiting, Refusal> {
        if let Some(waiting) = self.waiting.get(&reader).copied().filter(|waiting| waiting.nonce == *nonce) {
            if now > waiting.expires_at {
                self.close(reader, End::Answered);
                return Err(Refusal::Expired);
            }
            if waiting.read != read {
                return Err(Refusal::WrongRead);
            }
            self.close(reader, End::Answered);
            return Ok(waiting);
        }
        if self.waiting.values().any(|waiting| waiting.nonce == *nonce) {
            return Err(Refusal::Foreign);
        }
        let Some(ended) = self.ended.iter_mut().find(|ended| ended.nonce == *nonce) else {
            return Err(Refusal::Replay);
        };
        if ended.reader != reader {
            return Err(Refusal::Foreign);
        }
        match ended.end {
            End::Answered => Err(Refusal::Replay),
            End::Unanswered => {
                // Late once is late; the same message a second time is a replay.
                ended.end = End::Answered;
                Err(Refusal::Expired)
            }
        }
    }

    /// Ends a read without an answer; `false` when it does not wait.
    pub fn give_up(&mut self, read: CardReadId) -> Option<ReaderId> {
        let reader = self.waiting.iter().find(|(_, waiting)| waiting.read == read).map(|(reader, _)| *reader)?;
        self.close(reader, End::Unanswered);
        Some(reader)
    }

    /// Ends every read whose time is over and names them.
    pub fn sweep(&mut self, now: Timestamp) -> Vec<(ReaderId, CardReadId)> {
        let late: Vec<_> = self
            .waiting
            .iter()
            .filter(|(_, waiting)| now > waiting.expires_at)
            .map(|(reader, waiting)| (*reader, waiting.read))
            .collect();
        for (reader, _) in &late {
            self.close(*reader, End::Unanswered);
        }
        late
    }

    /// The read that waits at a reader.
    pub fn waiting(&self, reader: ReaderId) -> Option<Waiting> {
        self.waiting.get(&reader).copied()
    }

    fn close(&mut self, reader: ReaderId, end: End) {
        if let Some(waiting) = self.waiting.remove(&reader) {
            self.end(waiting.nonce, reader, end);
        }
    }

    fn end(&mut self, nonce: Nonce, reader: ReaderId, end: End) {
        if self.ended.len() >= ENDED_NONCES_MAX {
            self.ended.pop_front();
        }
        self.ended.push_back(Ended { nonce, reader, end });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_kernel::{Ids, SeededEntropy, SettableClock};
    use std::sync::Arc;

    struct Desk {
        nonces: Nonces,
        at: Timestamp,
        reader: ReaderId,
        other: ReaderId,
        reads: Vec<CardReadId>,
    }

    fn desk() -> Desk {
        let at = Timestamp::from_seconds(1_771_000_000);
        let ids = Ids::new(Arc::new(SettableClock::frozen(at)), Arc::new(SeededEntropy::new(1)));
        let reads = (0..3).map(|_| ids.next()).collect();
        Desk { nonces: Nonces::default(), at, reader: ids.next(), other: ids.next(), reads }
    }

    fn n(byte: u8) -> Nonce {
        Nonce([byte; 32])
    }

    impl Desk {
        fn give(&mut self, reader: ReaderId, read: usize, nonce: u8) -> Option<CardReadId> {
            self.nonces.give(reader, self.reads[read], n(nonce), self.at, self.at.plus_seconds(600)).1
        }
        fn answer(&mut self, reader: ReaderId, read: usize, nonce: u8, after: i64) -> Result<(), Refusal> {
            self.nonces.use_up(reader, self.reads[read], &n(nonce), self.at.plus_seconds(after)).map(|_| ())
        }
    }

    /// R-8.2.4-ア: a nonce counts once and up to sixty seconds, whatever life was asked for.
    #[test]
    fn a_nonce_counts_once_and_for_sixty_seconds() {
        let mut desk = desk();
        let reader = desk.reader;
        desk.give(reader, 0, 1);
        assert_eq!(desk.answer(reader, 0, 1, 60), Ok(()));
        assert_eq!(desk.answer(reader, 0, 1, 60), Err(Refusal::Replay));
        assert_eq!(desk.answer(reader, 0, 1, 61), Err(Refusal::Replay), "captured and played after 61 s");
        desk.give(reader, 1, 2);
        assert_eq!(desk.answer(reader, 1, 2, 61), Err(Refusal::Expired));
        assert_eq!(desk.answer(reader, 1, 2, 62), Err(Refusal::Replay));
    }

    #[test]
    fn a_swept_read_is_late_first_and_a_replay_then() {
        let mut desk = desk();
        let reader = desk.reader;
        desk.give(reader, 0, 1);
        assert!(desk.nonces.sweep(desk.at.plus_seconds(60)).is_empty());
        assert_eq!(desk.nonces.sweep(desk.at.plus_seconds(61)), [(reader, desk.reads[0])]);
        assert_eq!(desk.answer(reader, 0, 1, 61), Err(Refusal::Expired));
        assert_eq!(desk.answer(reader, 0, 1, 61), Err(Refusal::Replay));
    }

    #[test]
    fn a_nonce_serves_its_reader_and_its_read_only() {
        let mut desk = desk();
        let (reader, other) = (desk.reader, desk.other);
        desk.give(reader, 0, 1);
        desk.give(other, 1, 2);
        assert_eq!(desk.answer(other, 0, 1, 1), Err(Refusal::Foreign));
        assert_eq!(desk.answer(reader, 1, 1, 1), Err(Refusal::WrongRead));
        assert_eq!(desk.answer(reader, 0, 9, 1), Err(Refusal::Replay), "never given");
        assert_eq!(desk.answer(reader, 0, 1, 1), Ok(()), "what was refused used nothing up");
        assert_eq!(desk.answer(other, 0, 1, 1), Err(Refusal::Foreign));
    }

    #[test]
    fn a_newer_request_replaces_the_one_that_waits() {
        let mut desk = desk();
        let reader = desk.reader;
        assert_eq!(desk.give(reader, 0, 1), None);
        assert_eq!(desk.give(reader, 1, 2), Some(desk.reads[0]));
        assert_eq!(desk.answer(reader, 0, 1, 1), Err(Refusal::Expired));
        assert_eq!(desk.answer(reader, 1, 2, 1), Ok(()));
    }

    #[test]
    fn a_new_connection_gets_a_new_nonce_and_no_more_time() {
        let mut desk = desk();
        let reader = desk.reader;
        desk.give(reader, 0, 1);
        let renewed = desk.nonces.renew(reader, n(2), desk.at.plus_seconds(50)).unwrap();
        assert_eq!(renewed.expires_at, desk.at.plus_seconds(60));
        assert_eq!(desk.answer(reader, 0, 1, 51), Err(Refusal::Expired), "the old connection's nonce is void");
        assert_eq!(desk.answer(reader, 0, 2, 51), Ok(()));
        assert_eq!(desk.nonces.renew(reader, n(3), desk.at.plus_seconds(52)), None);
    }

    #[test]
    fn memory_is_bounded() {
        let mut desk = desk();
        let reader = desk.reader;
        for round in 0..(ENDED_NONCES_MAX + 10) {
            let mut bytes = [0u8; 32];
            bytes[..8].copy_from_slice(&(round as u64).to_be_bytes());
            desk.nonces.give(reader, desk.reads[0], Nonce(bytes), desk.at, desk.at.plus_seconds(60));
        }
        assert_eq!(desk.nonces.ended.len(), ENDED_NONCES_MAX);
    }
}
