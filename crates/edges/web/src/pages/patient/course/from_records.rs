//! The course of a record: every visible event in one list, newest first.

use super::{CourseLine, CourseMonth, CoursePage};
use crate::dates;
use crate::meanings::department;
use crate::pages::patient::Frame;
use crate::pages::patient::reading::Reading;
use crate::parts::Calendar;
use crate::parts::calendar_from::month_anchor;
use crate::shell::Shell;
use jiff::civil::{Date, DateTime};
use renkei_records::body::{Body, Encounter};
use renkei_records::views::Seen;
use renkei_records::views::calendar::{Zoom, calendar};
use renkei_records::views::series::flagging;
use renkei_records::{ClinicalTime, EntryKind, Precision};
use std::cmp::Reverse;

/// Lines of one page; the rest is one press away.
const LINES_SHOWN_MAX: usize = 300;

/// What of the course is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub struct CourseQuery {
    pub zoom: Zoom,
    /// Lines of days before this one.
    pub before: Option<Date>,
}

/// Master data that repeat with every message tell no story.
fn tells(kind: EntryKind) -> bool {
    !matches!(
        kind,
        EntryKind::Identity | EntryKind::Contact | EntryKind::Insurance | EntryKind::BloodType | EntryKind::BodyMeasure
    )
}

fn joined(parts: &[&str]) -> String {
    parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ")
}

/// The first of several, and how many more there are.
fn first_of(reading: &Reading<'_>, names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first, rest @ ..] => reading.words.two("others-more-items", ("title", first), ("n", &rest.len().to_string())),
    }
}

fn of_encounter(reading: &Reading<'_>, seen: Seen<'_>, e: &Encounter) -> (String, String) {
    let (code, location) = (seen.department(&e.department), e.location.shown());
    let location = Some(location).filter(|place| *place != code).unwrap_or_default();
    (joined(&[department(reading.words, &code), &location]), e.attending.shown())
}

/// Title and detail of an entry.
fn told(reading: &Reading<'_>, seen: Seen<'_>) -> (String, String) {
    let none = String::new;
    match &seen.entry.body {
        Body::Encounter(e) => of_encounter(reading, seen, e),
        Body::Diagnosis(d) => (d.name().to_owned(), d.icd10.code.to_string()),
        Body::Allergy(a) => (a.allergen.shown().to_owned(), a.reactions.join(" ")),
        Body::Prescription(p) => {
            let names: Vec<&str> = p.groups.iter().flat_map(|g| &g.drugs).map(|d| d.drug.shown()).collect();
            (first_of(reading, &names), department(reading.words, &seen.department(&p.head.department)).to_owned())
        }
        Body::Dispensing(p) => {
            let mut names: Vec<&str> = p.given.iter().map(|g| g.drug.shown()).collect();
            if names.is_empty() {
                names = p.groups.iter().flat_map(|g| &g.drugs).map(|d| d.drug.shown()).collect();
            }
            (first_of(reading, &names), none())
        }
        Body::InjectionOrder(i) => {
            let names: Vec<&str> = i.sets.iter().flat_map(|s| &s.components).map(|c| c.drug.shown()).collect();
            (first_of(reading, &names), department(reading.words, &seen.department(&i.head.department)).to_owned())
        }
        Body::InjectionGiven(i) => {
            let mut names: Vec<&str> = i.given.iter().map(|g| g.drug.shown()).collect();
            if names.is_empty() {
                names = i.sets.iter().flat_map(|s| &s.components).map(|c| c.drug.shown()).collect();
            }
            (first_of(reading, &names), none())
        }
        Body::LaboratoryReport(report) => {
            let values: Vec<_> = report.groups.iter().flat_map(|g| &g.values).collect();
            let names: Vec<&str> = values.iter().map(|v| v.name()).collect();
            let out: Vec<String> = values
                .iter()
                .filter(|v| flagging(v).is_abnormal())
                .map(|v| format!("{} {} {}", v.name(), v.value, flagging(v).mark()))
                .collect();
            let out: Vec<&str> = out.iter().map(String::as_str).collect();
            (first_of(reading, &names), first_of(reading, &out))
        }
        Body::LaboratoryOrder(order) => {
            let names: Vec<&str> = order.items.iter().map(|i| i.item.shown()).collect();
            (first_of(reading, &names), none())
        }
        Body::Titled(t) => (t.title.clone(), t.findings.first().cloned().unwrap_or_default()),
        Body::Identity(_) | Body::Contact(_) | Body::Insurance(_) | Body::BloodType(_) | Body::BodyMeasure(_) => {
            (none(), none())
        }
    }
}

fn line(reading: &Reading<'_>, seen: Seen<'_>, day: Date) -> CourseLine {
    let kind = reading.kind(seen.kind());
    let (title, detail) = told(reading, seen);
    let time = seen.time().filter(|t| t.precision() >= Precision::Minute).and_then(|t| t.start());
    CourseLine {
        day: dates::day_of_year(day),
        time: time.map(|at| format!("{}:{:02}", at.hour(), at.minute())),
        mark: reading.mark(seen.institution),
        title: if title.is_empty() { kind.clone() } else { title },
        detail: (!detail.is_empty()).then_some(detail),
        kind,
        source: reading.source(&seen.source()),
    }
}

impl CoursePage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, query: CourseQuery) -> Self {
        let shown = calendar(reading.record, query.zoom, reading.today);
        let page = format!("{}/course", reading.visit);
        let mut events: Vec<(Date, Option<DateTime>, Seen<'_>)> = reading
            .record
            .each()
            .filter(|seen| tells(seen.kind()) && seen.stands())
            .filter_map(|seen| {
                let day = seen.date()?;
                (query.before.is_none_or(|before| day < before))
                    .then(|| (day, seen.time().as_ref().and_then(ClinicalTime::start), seen))
            })
            .collect();
        events.sort_by_key(|(day, at, seen)| (Reverse(*day), Reverse(*at), seen.kind().code(), seen.entry.id));
        // Whole days only, so that the next page begins where this one ends.
        let cut = events.get(LINES_SHOWN_MAX).map(|(day, ..)| *day);
        let asked_from = if query.before.is_some() { Date::MIN } else { shown.first };
        let kept: Vec<_> =
            events.iter().filter(|(day, ..)| *day >= asked_from && cut.is_none_or(|cut| *day > cut)).collect();
        let oldest = kept.last().map(|(day, ..)| *day);
        let mut months: Vec<CourseMonth> = Vec::new();
        for (day, _, seen) in &kept {
            let anchor = month_anchor(*day);
            let line = line(reading, *seen, *day);
            match months.last_mut().filter(|month| month.anchor == anchor) {
                Some(month) => month.lines.push(line),
                None => {
                    months.push(CourseMonth { anchor, heading: dates::month(reading.words, *day), lines: vec![line] })
                }
            }
        }
        let next = oldest.unwrap_or(shown.first);
        Self {
            calendar: Calendar::from_record(reading, &shown, &page),
            shown: kept.len(),
            earlier: (kept.len() < events.len())
                .then(|| format!("{page}?range={}&before={}", query.zoom.name(), dates::short(next))),
            later: query.before.map(|_| format!("{page}?range={}", query.zoom.name())),
            months,
            shell,
            frame,
        }
    }
}
