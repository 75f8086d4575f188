//! Visits and stays of a record as lines.

use super::{EncountersPage, StayLine, VisitLine};
use crate::dates;
use crate::meanings::{department, disposition};
use crate::pages::patient::Frame;
use crate::pages::patient::reading::Reading;
use crate::shell::Shell;
use renkei_records::views::encounters::{Event, encounters};
use renkei_records::views::stays::{Stay, StayEvent};

/// Visits listed one by one.
const VISITS_SHOWN_MAX: usize = 100;

fn event(reading: &Reading<'_>, event: &Event, with_kind: bool) -> VisitLine {
    // Outpatient messages repeat the department's code as the place.
    let location = Some(event.location.as_str()).filter(|place| *place != event.department).unwrap_or_default();
    let place = [department(reading.words, &event.department), location];
    VisitLine {
        mark: reading.mark(event.institution),
        time: reading.time(event.time.as_ref()),
        kind: with_kind.then(|| reading.kind(event.kind)),
        department: place.iter().filter(|t| !t.is_empty()).copied().collect::<Vec<_>>().join(" "),
        doctor: event.doctor.clone(),
        source: reading.source(&event.source),
    }
}

/// A visit in a list of nothing but visits.
pub fn visit(reading: &Reading<'_>, seen: &Event) -> VisitLine {
    event(reading, seen, false)
}

fn step(reading: &Reading<'_>, event: &StayEvent) -> String {
    let back = event.expected_return.as_ref().map(|time| format!("{} {}", reading.words.until(), time.shown()));
    let kind = reading.kind(event.kind);
    let time = reading.time(event.time.as_ref());
    [
        time.as_str(),
        &kind,
        &event.location,
        department(reading.words, &event.department),
        &event.attending,
        &event.reason,
        back.as_deref().unwrap_or_default(),
    ]
    .iter()
    .filter(|part| !part.is_empty())
    .copied()
    .collect::<Vec<_>>()
    .join(" ")
}

pub fn stay(reading: &Reading<'_>, stay: &Stay) -> StayLine {
    let words = reading.words;
    let is_planned = stay.is_open && stay.first_day().is_some_and(|day| day > reading.today);
    let from = reading.time(stay.admitted.as_ref());
    let to = words.until();
    let period = match (&stay.discharged, stay.first_day(), stay.last_day()) {
        (Some(until), Some(first), Some(last)) => {
            let days = usize::try_from(dates::days_between(first, last) + 1).unwrap_or(0);
            format!("{from} {to} {} ({})", until.shown(), words.count("encounter-days", days))
        }
        (Some(until), ..) => format!("{from} {to} {}", until.shown()),
        (None, ..) => format!("{from} {to}"),
    };
    StayLine {
        mark: reading.mark(stay.institution),
        period,
        state: words.say(match (stay.is_open, is_planned) {
            (true, true) => "encounter-state-planned",
            (true, false) => "encounter-state-current",
            (false, _) => "encounter-state-ended",
        }),
        current: stay.is_open,
        department: department(reading.words, &stay.department).to_owned(),
        place: stay.location.clone(),
        doctor: stay.attending.clone(),
        outcome: (!stay.disposition.is_empty()).then(|| disposition(words, &stay.disposition).to_owned()),
        steps: stay.events.iter().map(|event| step(reading, event)).collect(),
        source: reading.source(&stay.source),
    }
}

impl EncountersPage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>) -> Self {
        let found = encounters(reading.record, reading.today);
        Self {
            planned: found.planned.iter().map(|e| event(reading, e, true)).collect(),
            stays: found.stays.iter().map(|s| stay(reading, s)).collect(),
            changes: found.attending_changes.iter().map(|e| event(reading, e, false)).collect(),
            visits_total: found.visits.len(),
            visits: found.visits.iter().take(VISITS_SHOWN_MAX).map(|e| event(reading, e, false)).collect(),
            shell,
            frame,
        }
    }
}
