//! The calendar: what happened where and when, as counts in lanes, and stays as ranges.

use super::patient::{PatientRecord, Seen};
use super::stays::stays;
use crate::body::Body;
use crate::kind::EntryKind;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use renkei_kernel::{EntryId, InstitutionId};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Kinds that the calendar can show.
pub const CALENDAR_KINDS: &[EntryKind] = &[
    EntryKind::Visit,
    EntryKind::Admission,
    EntryKind::Discharge,
    EntryKind::Prescription,
    EntryKind::Dispensing,
    EntryKind::InjectionOrder,
    EntryKind::InjectionGiven,
    EntryKind::LaboratoryReport,
    EntryKind::RadiologyOrder,
    EntryKind::RadiologyReport,
    EntryKind::EndoscopyOrder,
    EntryKind::EndoscopyReport,
    EntryKind::PhysiologyOrder,
    EntryKind::PhysiologyReport,
];

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Lane {
    Visit,
    Stay,
    Prescription,
    Dispensing,
    Injection,
    Laboratory,
    Image,
    Endoscopy,
    Physiology,
}

impl Lane {
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Visit => "受診",
            Self::Stay => "入院",
            Self::Prescription => "処方",
            Self::Dispensing => "調剤",
            Self::Injection => "注射",
            Self::Laboratory => "検査",
            Self::Image => "画像",
            Self::Endoscopy => "内視鏡",
            Self::Physiology => "生理検査",
        }
    }
    fn of(kind: EntryKind) -> Option<Self> {
        Some(match kind {
            EntryKind::Visit => Self::Visit,
            EntryKind::Prescription => Self::Prescription,
            EntryKind::Dispensing => Self::Dispensing,
            EntryKind::InjectionOrder | EntryKind::InjectionGiven => Self::Injection,
            EntryKind::LaboratoryReport => Self::Laboratory,
            EntryKind::RadiologyOrder | EntryKind::RadiologyReport => Self::Image,
            EntryKind::EndoscopyOrder | EntryKind::EndoscopyReport => Self::Endoscopy,
            EntryKind::PhysiologyOrder | EntryKind::PhysiologyReport => Self::Physiology,
            _ => return None,
        })
    }
}

/// The window, ending with the period that holds today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Zoom {
    /// 36 months, by quarter.
    ThreeYears,
    /// 12 months, by month.
    #[default]
    OneYear,
    /// 13 weeks, by week from Monday.
    ThreeMonths,
    /// 31 days, by day.
    OneMonth,
}

impl Zoom {
    pub const ALL: [Self; 4] = [Self::ThreeYears, Self::OneYear, Self::ThreeMonths, Self::OneMonth];
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::ThreeYears => "3年",
            Self::OneYear => "1年",
            Self::ThreeMonths => "3か月",
            Self::OneMonth => "1か月",
        }
    }
    /// Address word.
    pub fn name(self) -> &'static str {
        match self {
            Self::ThreeYears => "3y",
            Self::OneYear => "1y",
            Self::ThreeMonths => "3m",
            Self::OneMonth => "1m",
        }
    }
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|zoom| zoom.name() == name)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    pub first: Date,
    /// Inclusive.
    pub last: Date,
    /// `12月`, `4–6月`, `11/16`, `21`.
    pub label: String,
}

/// How many of one institution in one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub institution: InstitutionId,
    pub count: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneRow {
    pub lane: Lane,
    /// As many as periods; by institution in a fixed order.
    pub cells: Vec<Vec<Mark>>,
}

/// A stay inside the window. Fractions are of the window's whole length, 0.0–1.0, for drawing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StayRange {
    pub institution: InstitutionId,
    pub first: Date,
    /// `None` while open: drawn to today.
    pub last: Option<Date>,
    pub left: f64,
    pub width: f64,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calendar {
    pub zoom: Zoom,
    pub first: Date,
    pub last: Date,
    pub periods: Vec<Period>,
    /// Only lanes with something inside the window; the stay lane is in `stays`.
    pub lanes: Vec<LaneRow>,
    pub stays: Vec<StayRange>,
    /// Institutions with something inside the window: the legend.
    pub institutions: Vec<InstitutionId>,
}

fn plus(day: Date, span: Span) -> Date {
    day.saturating_add(span)
}

fn periods(zoom: Zoom, today: Date) -> Vec<Period> {
    let month = today.first_of_month();
    let quarter = plus(month, -((i64::from(month.month()) - 1) % 3).months());
    let monday = plus(today, -i64::from(today.weekday().to_monday_zero_offset()).days());
    let (newest, step, count): (Date, Span, i64) = match zoom {
        Zoom::ThreeYears => (quarter, 3.months(), 12),
        Zoom::OneYear => (month, 1.month(), 12),
        Zoom::ThreeMonths => (monday, 1.week(), 13),
        Zoom::OneMonth => (today, 1.day(), 31),
    };
    let back = |n: i64| step.checked_mul(-n).map_or(newest, |span| plus(newest, span));
    (0..count)
        .rev()
        .map(|n| {
            let first = back(n);
            let last = plus(plus(first, step), -1.days());
            let label = match zoom {
                Zoom::ThreeYears => format!("{}年{}–{}月", first.year(), first.month(), last.month()),
                Zoom::OneYear => format!("{}月", first.month()),
                Zoom::ThreeMonths => format!("{}/{}", first.month(), first.day()),
                Zoom::OneMonth if first.day() == 1 || n == count - 1 => format!("{}/{}", first.month(), first.day()),
                Zoom::OneMonth => first.day().to_string(),
            };
            Period { first, last, label }
        })
        .collect()
}

/// What is counted once: an order and what carried it out are one thing of one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Thing<'a> {
    Order(&'a str),
    Entry(EntryId),
}

fn thing<'a>(seen: &Seen<'a>) -> Thing<'a> {
    let number = match &seen.entry.body {
        Body::InjectionOrder(i) => i.head.placer_number.as_str(),
        Body::InjectionGiven(i) => i.head.placer_number.as_str(),
        Body::Titled(t) => t.head.placer_number.as_str(),
        _ => "",
    };
    if number.is_empty() { Thing::Entry(seen.entry.id) } else { Thing::Order(number) }
}

pub fn calendar(record: &PatientRecord, zoom: Zoom, today: Date) -> Calendar {
    let periods = periods(zoom, today);
    let (first, last) = match (periods.first(), periods.last()) {
        (Some(a), Some(b)) => (a.first, b.last),
        _ => (today, today),
    };
    let mut things: BTreeMap<(Lane, usize, InstitutionId), BTreeSet<(Date, Thing<'_>)>> = BTreeMap::new();
    for seen in record.of(CALENDAR_KINDS).filter(Seen::stands) {
        let (Some(lane), Some(day)) = (Lane::of(seen.entry.kind), seen.date()) else { continue };
        if day < first || day > last {
            continue;
        }
        let place = periods.partition_point(|period| period.last < day);
        things.entry((lane, place, seen.institution)).or_default().insert((day, thing(&seen)));
    }
    let mut institutions: BTreeSet<InstitutionId> = things.keys().map(|(_, _, institution)| *institution).collect();
    let mut lanes: BTreeMap<Lane, LaneRow> = BTreeMap::new();
    for ((lane, place, institution), marks) in things {
        let row = lanes.entry(lane).or_insert_with(|| LaneRow { lane, cells: vec![Vec::new(); periods.len()] });
        if let Some(cell) = row.cells.get_mut(place) {
            cell.push(Mark { institution, count: marks.len() });
        }
    }
    let stays = stay_ranges(record, first, last, today);
    institutions.extend(stays.iter().map(|s| s.institution));
    Calendar {
        zoom,
        first,
        last,
        periods,
        lanes: lanes.into_values().collect(),
        stays,
        institutions: institutions.into_iter().collect(),
    }
}

fn days(from: Date, to: Date) -> f64 {
    f64::from(from.until(to).map_or(0, |span| span.get_days()))
}

fn stay_ranges(record: &PatientRecord, first: Date, last: Date, today: Date) -> Vec<StayRange> {
    let whole = days(first, last) + 1.0;
    let mut found: Vec<StayRange> = stays(record)
        .iter()
        .filter_map(|stay| {
            let from = stay.first_day()?;
            let until = stay.last_day();
            let drawn_until = until.unwrap_or(today).max(from);
            if from > last || drawn_until < first {
                return None;
            }
            let (a, b) = (from.max(first), drawn_until.min(last));
            Some(StayRange {
                institution: stay.institution,
                first: from,
                last: until,
                left: days(first, a) / whole,
                width: (days(a, b) + 1.0) / whole,
            })
        })
        .collect();
    found.sort_by_key(|stay| (stay.first, stay.institution));
    found
}
