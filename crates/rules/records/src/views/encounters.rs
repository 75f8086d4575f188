//! Visits, stays and plans in one list, newest first.

use super::patient::{PatientRecord, Seen, SourceRef};
use super::stays::{Stay, stays};
use crate::body::Body;
use crate::entry::EntryState;
use crate::kind::EntryKind;
use crate::time::ClinicalTime;
use jiff::civil::{Date, DateTime};
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

/// Kinds behind the encounters tab.
pub const ENCOUNTER_KINDS: &[EntryKind] = &[
    EntryKind::Visit,
    EntryKind::AdmissionPlan,
    EntryKind::Admission,
    EntryKind::Leave,
    EntryKind::LeaveReturn,
    EntryKind::TransferPlan,
    EntryKind::Transfer,
    EntryKind::DischargePlan,
    EntryKind::Discharge,
    EntryKind::AttendingChange,
];

/// A visit, or a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub kind: EntryKind,
    pub institution: InstitutionId,
    pub time: Option<ClinicalTime>,
    pub department: String,
    pub location: String,
    pub doctor: String,
    pub state: EntryState,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Encounters {
    /// Planned for today or later, soonest first.
    pub planned: Vec<Event>,
    /// Newest first.
    pub visits: Vec<Event>,
    pub stays: Vec<Stay>,
    /// Changes of the attending doctor outside stays too, newest first.
    pub attending_changes: Vec<Event>,
}

fn event(seen: Seen<'_>) -> Option<(Option<DateTime>, Event)> {
    let Body::Encounter(e) = &seen.entry.body else { return None };
    let time = match seen.entry.kind {
        EntryKind::AdmissionPlan | EntryKind::TransferPlan => {
            e.expected_admission.clone().or_else(|| e.planned.clone())
        }
        EntryKind::DischargePlan => e.expected_discharge.clone().or_else(|| e.planned.clone()),
        _ => None,
    }
    .or_else(|| seen.time());
    let shown = Event {
        kind: seen.entry.kind,
        institution: seen.institution,
        department: seen.department(&e.department),
        location: if e.location.is_empty() { e.pending_location.shown() } else { e.location.shown() },
        doctor: e.attending.shown(),
        state: seen.entry.state,
        source: seen.source(),
        time,
    };
    Some((shown.time.as_ref().and_then(ClinicalTime::start), shown))
}

/// Plans whose day has passed are no longer listed: what happened stands beside them.
pub fn encounters(record: &PatientRecord, today: Date) -> Encounters {
    let (mut planned, mut visits, mut changes) = (Vec::new(), Vec::new(), Vec::new());
    for seen in record.of(ENCOUNTER_KINDS).filter(Seen::stands) {
        let Some(found) = event(seen) else { continue };
        match seen.entry.kind {
            EntryKind::Visit => visits.push(found),
            EntryKind::AttendingChange => changes.push(found),
            EntryKind::AdmissionPlan | EntryKind::TransferPlan | EntryKind::DischargePlan
                if found.0.is_none_or(|at| at.date() >= today) =>
            {
                planned.push(found);
            }
            _ => {}
        }
    }
    let sorted = |mut events: Vec<(Option<DateTime>, Event)>, newest_first: bool| {
        events.sort_by_key(|(at, event)| (*at, event.source));
        if newest_first {
            events.reverse();
        }
        events.into_iter().map(|(_, event)| event).collect()
    };
    Encounters {
        planned: sorted(planned, false),
        visits: sorted(visits, true),
        stays: stays(record),
        attending_changes: sorted(changes, true),
    }
}
