//! Files that are seen and not finished yet: how long each has stayed the same.
//!
//! A file is finished when its size and its time of writing have not changed for the quiet time, by our own steady
//! clock: the clock of a share may be wrong, and ours may be turned. What is empty, or does not have its final name
//! yet, is waited for longer; after that it is handed on as it is, so that the import keeps it apart with a cause.

use renkei_kernel::Timestamp;
use std::collections::HashMap;
use std::time::Duration;

/// Files waited for at once in one storage; the rest is looked at when these are through.
pub const WAITING_FILES_MAX: usize = 100_000;

/// How a file lies there at one look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    pub size: u64,
    /// Nanoseconds since 1970 by the storage's clock.
    pub written_ns: i128,
}

impl Stat {
    pub fn written_at(&self) -> Timestamp {
        Timestamp(i64::try_from(self.written_ns.div_euclid(1_000)).unwrap_or(i64::MAX))
    }
}

/// Times by which patience ends.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// A file that did not change for so long is finished.
    pub quiet: Duration,
    /// A file that is not finished after so long is a fault.
    pub unfinished: Duration,
}

#[derive(Debug)]
struct Waiting {
    stat: Stat,
    same_since: Duration,
    first_seen: Duration,
    /// Wall clock: since when the record lacks it.
    since: Timestamp,
    /// Finished, and yet it could not be read.
    locked: bool,
    /// The look that saw it last; what is gone is waited for no longer.
    look: u64,
}

/// What is to be done with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Take,
    Wait,
    /// Too many wait already.
    Later,
}

/// The instant of a look, by both clocks.
#[derive(Debug, Clone, Copy)]
pub struct Instant {
    /// Steady time since the service began.
    pub steady: Duration,
    pub wall: Timestamp,
}

/// Files by their mark.
#[derive(Debug, Default)]
pub struct Patience {
    files: HashMap<u64, Waiting>,
    look: u64,
}

/// What is waited for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    pub waiting: u64,
    pub oldest_at: Option<Timestamp>,
    /// Oldest of those that are not unfinished: the record is complete up to here.
    pub held_at: Option<Timestamp>,
    pub unfinished: u64,
    pub locked: u64,
}

impl Patience {
    pub fn look_begins(&mut self) {
        self.look += 1;
    }

    /// Forgets files that a look over everything did not find.
    pub fn whole_look_ends(&mut self) {
        let look = self.look;
        self.files.retain(|_, file| file.look == look);
    }

    /// Judges a file that is not known to be taken in. `plain` is false for a file that is empty or does not have a
    /// name of the storage.
    pub fn judge(&mut self, mark: u64, stat: Stat, plain: bool, at: Instant, limits: Limits) -> Verdict {
        let (look, full) = (self.look, self.files.len() >= WAITING_FILES_MAX);
        let Some(file) = self.files.get_mut(&mark) else {
            if full {
                return Verdict::Later;
            }
            // Written some time ago already, if the storage's clock can be believed.
            let since = stat.written_at().min(at.wall);
            let new = Waiting { stat, same_since: at.steady, first_seen: at.steady, since, locked: false, look };
            self.files.insert(mark, new);
            return Verdict::Wait;
        };
        file.look = look;
        if file.stat != stat {
            (file.stat, file.same_since) = (stat, at.steady);
            return Verdict::Wait;
        }
        let needed = if plain { limits.quiet } else { limits.unfinished.max(limits.quiet) };
        if at.steady.saturating_sub(file.same_since) >= needed { Verdict::Take } else { Verdict::Wait }
    }

    /// A file was taken in.
    pub fn taken(&mut self, mark: u64) {
        self.files.remove(&mark);
    }

    /// A finished file could not be read: tried again at each look.
    pub fn locked(&mut self, mark: u64) {
        if let Some(file) = self.files.get_mut(&mark) {
            file.locked = true;
        }
    }

    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    pub fn tally(&self, at: Instant, limits: Limits) -> Tally {
        let mut tally = Tally { waiting: u64::try_from(self.files.len()).unwrap_or(u64::MAX), ..Tally::default() };
        for file in self.files.values() {
            tally.oldest_at = Some(tally.oldest_at.map_or(file.since, |oldest| oldest.min(file.since)));
            if at.steady.saturating_sub(file.first_seen) >= limits.unfinished {
                tally.unfinished += 1;
                tally.locked += u64::from(file.locked);
            } else {
                tally.held_at = Some(tally.held_at.map_or(file.since, |held| held.min(file.since)));
            }
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { quiet: Duration::from_secs(10), unfinished: Duration::from_secs(600) };

    fn at(seconds: u64, wall: i64) -> Instant {
        Instant { steady: Duration::from_secs(seconds), wall: Timestamp::from_seconds(wall) }
    }
    fn stat(size: u64, written: i128) -> Stat {
        Stat { size, written_ns: written * 1_000_000_000 }
    }

    /// ssmix2.md pitfall 25: a file that still grows is waited for, and taken when it has been quiet.
    #[test]
    fn a_growing_file_is_taken_when_it_has_been_quiet() {
        let mut patience = Patience::default();
        patience.look_begins();
        for (seconds, size, verdict) in
            [(0, 10, Verdict::Wait), (8, 20, Verdict::Wait), (12, 20, Verdict::Wait), (18, 20, Verdict::Take)]
        {
            assert_eq!(patience.judge(1, stat(size, 100), true, at(seconds, 200), LIMITS), verdict, "{seconds}");
        }
        patience.taken(1);
        assert!(patience.is_empty());
    }

    /// R-X-03: neither our clock turned back or ahead, nor a share whose clock is wrong, takes a file too early or never.
    #[test]
    fn turned_clocks_change_nothing_of_the_waiting() {
        let mut patience = Patience::default();
        patience.look_begins();
        assert_eq!(patience.judge(1, stat(5, 9_999_999), true, at(0, 1_000), LIMITS), Verdict::Wait);
        assert_eq!(patience.judge(1, stat(5, 9_999_999), true, at(5, 900_000), LIMITS), Verdict::Wait);
        assert_eq!(patience.judge(1, stat(5, 9_999_999), true, at(10, 10), LIMITS), Verdict::Take);
        // A time of writing in the future does not make the record newer than it is.
        assert_eq!(patience.tally(at(10, 10), LIMITS).held_at, Some(Timestamp::from_seconds(1_000)));
    }

    #[test]
    fn an_empty_or_unnamed_file_is_waited_for_longer_and_then_handed_on() {
        let mut patience = Patience::default();
        patience.look_begins();
        assert_eq!(patience.judge(1, stat(0, 100), false, at(0, 200), LIMITS), Verdict::Wait);
        assert_eq!(patience.judge(1, stat(0, 100), false, at(599, 800), LIMITS), Verdict::Wait);
        assert_eq!(patience.judge(1, stat(0, 100), false, at(600, 800), LIMITS), Verdict::Take);
    }

    #[test]
    fn a_file_that_never_gets_finished_is_told_and_holds_nothing_back() {
        let mut patience = Patience::default();
        patience.look_begins();
        for second in 0..700 {
            assert_eq!(patience.judge(1, stat(second, 100), true, at(second, 200), LIMITS), Verdict::Wait);
        }
        let tally = patience.tally(at(700, 900), LIMITS);
        assert_eq!((tally.waiting, tally.unfinished, tally.held_at), (1, 1, None));
        assert_eq!(tally.oldest_at, Some(Timestamp::from_seconds(100)));
        // It went away: nobody waits any more.
        patience.look_begins();
        patience.whole_look_ends();
        assert_eq!(patience.tally(at(700, 900), LIMITS), Tally::default());
    }
}
