//! At most one trail event per source and minute for addresses asked for at the wrong entrance, so that a scanner on
//! the internet cannot fill the trail.

use renkei_kernel::Timestamp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

const EVERY_SECONDS: i64 = 60;
/// Sources remembered; when full, the minute's notes are suspended rather than the memory grown.
const SOURCES_MAX: usize = 4_096;

#[derive(Debug, Default)]
pub(crate) struct ZoneNotes {
    last: Mutex<HashMap<Option<IpAddr>, Timestamp>>,
}

impl ZoneNotes {
    pub(crate) fn may_note(&self, source: Option<IpAddr>, now: Timestamp) -> bool {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.get(&source).is_some_and(|at| now.seconds_since(*at) < EVERY_SECONDS && now >= *at) {
            return false;
        }
        if last.len() >= SOURCES_MAX {
            last.retain(|_, at| now.seconds_since(*at) < EVERY_SECONDS);
            if last.len() >= SOURCES_MAX {
                return false;
            }
        }
        last.insert(source, now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-6.5.2-ア: a wrong entrance is noted once per source and minute.
    #[test]
    fn a_source_is_noted_once_a_minute() {
        let (notes, here) = (ZoneNotes::default(), Some(IpAddr::from([127, 0, 0, 1])));
        let at = Timestamp::from_seconds(1_000);
        assert!(notes.may_note(here, at));
        assert!(!notes.may_note(here, at.plus_seconds(59)));
        assert!(notes.may_note(None, at));
        assert!(notes.may_note(here, at.plus_seconds(60)));
    }
}
