//! Hospital stays made of their events: admission, transfers, leaves, discharge, and what is only planned.

use super::patient::{PatientRecord, Seen, SourceRef};
use crate::body::{Body, Encounter};
use crate::kind::EntryKind;
use crate::time::ClinicalTime;
use jiff::civil::{Date, DateTime};
use renkei_kernel::{ChartId, InstitutionId};
use serde::{Deserialize, Serialize};

/// Something that happened during a stay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StayEvent {
    pub kind: EntryKind,
    pub time: Option<ClinicalTime>,
    /// `3E 301`, where to.
    pub location: String,
    pub department: String,
    pub attending: String,
    pub reason: String,
    /// PV2-47, of leaves.
    pub expected_return: Option<ClinicalTime>,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stay {
    pub institution: InstitutionId,
    pub admitted: Option<ClinicalTime>,
    pub discharged: Option<ClinicalTime>,
    /// No discharge arrived.
    pub is_open: bool,
    pub department: String,
    pub location: String,
    pub attending: String,
    /// HL70112 in the sender's words, else its code.
    pub disposition: String,
    pub events: Vec<StayEvent>,
    pub source: SourceRef,
}

impl Stay {
    pub fn first_day(&self) -> Option<Date> {
        self.admitted.as_ref().or(self.discharged.as_ref()).and_then(ClinicalTime::date)
    }
    /// `None` while open.
    pub fn last_day(&self) -> Option<Date> {
        self.discharged.as_ref().and_then(ClinicalTime::date)
    }
}

struct Event<'a> {
    seen: Seen<'a>,
    encounter: &'a Encounter,
    at: Option<DateTime>,
    time: Option<ClinicalTime>,
}

fn event_shown(event: &Event<'_>) -> StayEvent {
    let e = event.encounter;
    StayEvent {
        kind: event.seen.entry.kind,
        time: event.time.clone(),
        location: e.location.shown(),
        department: event.seen.department(&e.department),
        attending: e.attending.shown(),
        reason: e.reason.shown().to_owned(),
        expected_return: e.expected_return.clone(),
        source: event.seen.source(),
    }
}

fn opened(event: &Event<'_>) -> Stay {
    let e = event.encounter;
    Stay {
        institution: event.seen.institution,
        admitted: e.admitted.clone().or_else(|| event.time.clone()),
        discharged: None,
        is_open: true,
        department: event.seen.department(&e.department),
        location: e.location.shown(),
        attending: if e.attending.is_empty() { e.admitting.shown() } else { e.attending.shown() },
        disposition: String::new(),
        events: Vec::new(),
        source: event.seen.source(),
    }
}

fn start(time: &Option<ClinicalTime>) -> Option<DateTime> {
    time.as_ref().and_then(ClinicalTime::start)
}

/// The open stay an event belongs to: the one with the same admission time, else the newest begun before it.
fn stay_of<'s>(stays: &'s mut [Stay], event: &Event<'_>) -> Option<&'s mut Stay> {
    let admitted = start(&event.encounter.admitted);
    let by_admission = stays.iter().rposition(|s| s.is_open && admitted.is_some() && start(&s.admitted) == admitted);
    let place = by_admission
        .or_else(|| stays.iter().rposition(|s| s.is_open && (event.at.is_none() || start(&s.admitted) <= event.at)))?;
    stays.get_mut(place)
}

fn of_chart(mut events: Vec<Event<'_>>) -> Vec<Stay> {
    // At the same minute an admission comes before what happens during it.
    events.sort_by_key(|e| (e.at, e.seen.entry.kind, e.seen.entry.id));
    let mut stays: Vec<Stay> = Vec::new();
    for event in &events {
        match event.seen.entry.kind {
            EntryKind::Admission => {
                // A sender may repeat an admission under another order number.
                let stay = opened(event);
                if !stays.iter().any(|s| s.is_open && start(&s.admitted) == start(&stay.admitted)) {
                    stays.push(stay);
                }
            }
            EntryKind::Discharge => {
                if stay_of(&mut stays, event).is_none() {
                    stays.push(Stay { admitted: event.encounter.admitted.clone(), ..opened(event) });
                }
                if let Some(stay) = stay_of(&mut stays, event) {
                    stay.discharged = event.encounter.discharged.clone().or_else(|| event.time.clone());
                    stay.disposition = event.encounter.discharge_disposition.shown().to_owned();
                    stay.is_open = false;
                    stay.events.push(event_shown(event));
                }
            }
            _ => {
                if let Some(stay) = stay_of(&mut stays, event) {
                    let shown = event_shown(event);
                    if event.seen.entry.kind == EntryKind::Transfer && !shown.location.is_empty() {
                        stay.location.clone_from(&shown.location);
                    }
                    stay.events.push(shown);
                }
            }
        }
    }
    stays
}

const STAY_KINDS: &[EntryKind] = &[
    EntryKind::Admission,
    EntryKind::Discharge,
    EntryKind::Transfer,
    EntryKind::Leave,
    EntryKind::LeaveReturn,
    EntryKind::AttendingChange,
];

/// Newest first.
pub fn stays(record: &PatientRecord) -> Vec<Stay> {
    let mut by_chart: std::collections::BTreeMap<ChartId, Vec<Event<'_>>> = Default::default();
    for seen in record.of(STAY_KINDS).filter(Seen::stands) {
        let Body::Encounter(encounter) = &seen.entry.body else { continue };
        let time = match seen.entry.kind {
            EntryKind::Discharge => encounter.discharged.clone().or_else(|| seen.time()),
            EntryKind::Admission => encounter.admitted.clone().or_else(|| seen.time()),
            _ => seen.time(),
        };
        let at = start(&time);
        by_chart.entry(seen.chart).or_default().push(Event { seen, encounter, at, time });
    }
    let mut found: Vec<Stay> = by_chart.into_values().flat_map(of_chart).collect();
    found.sort_by_cached_key(|s| (std::cmp::Reverse(start(&s.admitted).or_else(|| start(&s.discharged))), s.source));
    found
}
