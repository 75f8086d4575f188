//! Which sources a session was shown beside its open visits, so that the start page may say which of them are late.
//!
//! Separate from the lag itself because of what may be known: the start page opens no record, and a list of a patient's
//! institutions made without one would name those that are hidden from the reader. What the patient page has shown to
//! this very session, from the filtered record and with its trail record, is what he knows of (law 6). It holds for as
//! long as the permission it was shown by, and not beyond a load of register or rules. In memory: what a restart forgets
//! comes back with the next look at the patient.

use crate::house::House;
use renkei_kernel::limits::SHOWN_SOURCES_MAX;
use renkei_kernel::{GrantId, InstitutionId, SessionId, Timestamp};
use std::collections::{HashMap, HashSet};
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

#[derive(Debug)]
struct Beside {
    sources: Vec<InstitutionId>,
    until: Timestamp,
    loads: u64,
}

/// Sources by session and visit.
#[derive(Debug, Default)]
pub(crate) struct ShownSources {
    of: HashMap<(SessionId, GrantId), Beside>,
}

impl House {
    /// Loads of register and rules that this process knows of; what is decided after reading this knows them too.
    pub(crate) fn loads(&self) -> u64 {
        self.loads_seen().load(Ordering::SeqCst)
    }

    /// The patient page of a visit showed these sources to a session; nothing of it counts after `until`, nor once
    /// register or rules were loaded after `loads`, which was read before the page was permitted.
    pub(crate) fn sources_were_shown(
        &self,
        session: SessionId,
        grant: GrantId,
        sources: Vec<InstitutionId>,
        until: Timestamp,
        loads: u64,
    ) {
        let mut shown = self.shown_sources().lock().unwrap_or_else(PoisonError::into_inner);
        if shown.of.len() >= SHOWN_SOURCES_MAX {
            let now = self.now();
            shown.of.retain(|_, beside| beside.until >= now && beside.loads == loads);
        }
        if shown.of.len() >= SHOWN_SOURCES_MAX {
            // To forget is harmless: the lines come back with the next look.
            shown.of.clear();
        }
        shown.of.insert((session, grant), Beside { sources, until, loads });
    }

    /// The sources a session was shown beside visits that are open to it now.
    pub(crate) fn sources_shown(
        &self,
        session: SessionId,
        visits: impl IntoIterator<Item = GrantId>,
        now: Timestamp,
    ) -> HashSet<InstitutionId> {
        let loads = self.loads();
        let shown = self.shown_sources().lock().unwrap_or_else(PoisonError::into_inner);
        let holding = |beside: &&Beside| beside.until >= now && beside.loads == loads;
        let beside = visits.into_iter().filter_map(|grant| shown.of.get(&(session, grant)).filter(holding));
        beside.flat_map(|beside| beside.sources.iter().copied()).collect()
    }
}
