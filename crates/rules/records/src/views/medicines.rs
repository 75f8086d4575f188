//! Medicines: which run now and for how many days, which ran, and what is the same drug.
//!
//! Same drug = same first seven characters of the twelve-character code (ingredient and route); else exactly the same
//! code of the same system; else nothing is claimed and the line is marked 未チェック. An end is the recorded one, or
//! start plus days; where neither was sent, no end is invented.

use super::courses::{Told, lines_by_drug};
use super::patient::{PatientRecord, SourceRef};
use crate::amount::Amount;
use crate::code::Code;
use crate::time::ClinicalTime;
use jiff::civil::Date;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;

/// Days for which a medicine without a stated end is still shown among the present ones.
pub const OPEN_ENDED_SHOWN_DAYS: i32 = 90;
/// Lines of one drug that are given in full beside the present ones; older ones are counted and stand in the list of
/// orders.
pub const PAST_COURSES_MAX: usize = 36;

/// What makes two lines the same drug.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum MedicineKey {
    /// First seven characters of the twelve-character code.
    Ingredient(String),
    /// Code and system, exactly; with the institution where the system is local.
    SameCode(String, String, Option<InstitutionId>),
    /// No code at all: words of one institution.
    Unchecked(String, InstitutionId),
}

/// How far sameness with other lines was checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Checked {
    ByIngredient,
    /// Only against exactly the same code: another maker's product of the same ingredient would not be noticed.
    ByCodeOnly,
    /// 未チェック.
    No,
}

/// Where the last day of a course comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EndBasis {
    /// TQ1-8.
    Recorded,
    /// Start and TQ1-6.
    Days,
    /// Neither was sent (as-needed, external, or left out).
    NotSaid,
}

/// A course as of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Phase {
    /// Days left after today; 0 = today is the last day.
    Running {
        days_left: i32,
    },
    Upcoming {
        starts_in_days: i32,
    },
    /// Begun, and no end was stated.
    OpenEnded {
        since_days: i32,
    },
    Ended {
        since_days: i32,
    },
    /// Not even a start can be read.
    Undated,
}

/// One drug line of one order, or one dispensed line without an order beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Course {
    pub institution: InstitutionId,
    /// Handed out, with no order of the same number in the same chart.
    pub is_dispensing: bool,
    pub order_number: String,
    pub rp: String,
    pub name: String,
    pub code: Code,
    pub yj: Option<String>,
    /// `2錠`, `1–2錠`; empty when it does not apply.
    pub dose: String,
    pub usages: Vec<String>,
    pub instructions: Vec<String>,
    /// TQ1-6 as sent, with its unit.
    pub days: Amount,
    pub start: Option<Date>,
    /// The order's day stands in for a start that was not sent.
    pub start_is_order_date: bool,
    pub last_day: Option<Date>,
    pub end_basis: EndBasis,
    pub phase: Phase,
    pub is_as_needed: bool,
    pub as_needed_count: String,
    pub is_external: bool,
    pub outside_pharmacy: bool,
    /// RXE-10 with unit.
    pub total: String,
    pub dispensed: Vec<ClinicalTime>,
    pub department: String,
    pub doctor: String,
    pub comments: Vec<String>,
    pub source: SourceRef,
}

/// All lines of the same drug, over all institutions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Medicine {
    pub key: MedicineKey,
    pub checked: Checked,
    /// The newest line's name, dose and usage.
    pub name: String,
    pub dose: String,
    pub usages: Vec<String>,
    pub phase: Phase,
    pub last_day: Option<Date>,
    /// Institutions whose orders run or stand open today.
    pub prescribed_now_by: Vec<InstitutionId>,
    /// Newest first; past ones as far as [`Past`] was asked for.
    pub courses: Vec<Course>,
    /// Past lines that are not given.
    pub older_courses: usize,
    /// Uninterrupted stretches of all lines, by institution and start.
    pub stretches: Vec<Stretch>,
}

/// Renewals that touch or overlap are one stretch; a gap of even one day stays visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    pub institution: InstitutionId,
    pub is_dispensing: bool,
    pub start: Date,
    /// `None` when no end was stated.
    pub last_day: Option<Date>,
    /// The newest line of the stretch.
    pub source: SourceRef,
    /// That line is taken only when needed.
    pub is_as_needed: bool,
}

impl Medicine {
    /// Two institutions order the same drug at the same time.
    pub fn is_ordered_twice(&self) -> bool {
        self.prescribed_now_by.len() > 1
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Medicines {
    /// Running, upcoming, and open-ended ones begun within `OPEN_ENDED_SHOWN_DAYS`.
    pub current: Vec<Medicine>,
    pub past: Vec<Medicine>,
}

impl Medicines {
    pub fn all(&self) -> impl Iterator<Item = &Medicine> {
        self.current.iter().chain(&self.past)
    }
}

fn shown_as_present(phase: Phase) -> bool {
    match phase {
        Phase::Running { .. } | Phase::Upcoming { .. } => true,
        Phase::OpenEnded { since_days } => since_days <= OPEN_ENDED_SHOWN_DAYS,
        Phase::Ended { .. } | Phase::Undated => false,
    }
}

/// Running before upcoming before open-ended before ended; the longest left, or the newest, first.
fn weight(phase: Phase) -> (u8, i32) {
    match phase {
        Phase::Running { days_left } => (0, -days_left),
        Phase::Upcoming { starts_in_days } => (1, starts_in_days),
        Phase::OpenEnded { since_days } if since_days <= OPEN_ENDED_SHOWN_DAYS => (2, since_days),
        Phase::Ended { since_days } => (3, since_days),
        Phase::OpenEnded { since_days } => (4, since_days),
        Phase::Undated => (5, 0),
    }
}

fn stretches(lines: &[Told<'_>]) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = lines
        .iter()
        .filter_map(|line| {
            Some(Stretch {
                institution: line.seen.institution,
                is_dispensing: line.is_dispensing,
                start: line.start?,
                last_day: line.last_day,
                source: line.source(),
                is_as_needed: line.is_as_needed(),
            })
        })
        .collect();
    all.sort_by_key(|s| (s.institution, s.is_dispensing, s.start, s.last_day, s.source));
    let mut found: Vec<Stretch> = Vec::new();
    for next in all {
        match found.last_mut() {
            Some(last) if touches(last, &next) => {
                last.last_day = last.last_day.max(next.last_day);
                (last.source, last.is_as_needed) = (next.source, next.is_as_needed);
            }
            _ => found.push(next),
        }
    }
    found
}

fn touches(last: &Stretch, next: &Stretch) -> bool {
    last.institution == next.institution
        && last.is_dispensing == next.is_dispensing
        && next.last_day.is_some()
        && last.last_day.and_then(|day| day.tomorrow().ok()).is_some_and(|day| next.start <= day)
}

fn medicine(key: MedicineKey, mut lines: Vec<Told<'_>>, asked: Past) -> Option<Medicine> {
    lines.sort_by_key(|line| (Reverse(line.start), line.is_dispensing, line.source()));
    // The line that represents the drug is one that runs, if any does.
    let standing = lines.iter().min_by_key(|line| weight(line.phase))?.course();
    let is_running = |line: &&Told<'_>| {
        !line.is_dispensing && shown_as_present(line.phase) && !matches!(line.phase, Phase::Upcoming { .. })
    };
    let mut prescribed_now_by: Vec<InstitutionId> =
        lines.iter().filter(is_running).map(|line| line.seen.institution).collect();
    prescribed_now_by.sort_unstable();
    prescribed_now_by.dedup();
    let stretches = stretches(&lines);
    let total = lines.len();
    let mut past_left = match asked {
        Past::Listed => PAST_COURSES_MAX,
        Past::Counted => 0,
    };
    lines.retain(|line| {
        shown_as_present(line.phase) || {
            let has_room = past_left > 0;
            past_left = past_left.saturating_sub(1);
            has_room
        }
    });
    Some(Medicine {
        checked: match key {
            MedicineKey::Ingredient(_) => Checked::ByIngredient,
            MedicineKey::SameCode(..) => Checked::ByCodeOnly,
            MedicineKey::Unchecked(..) => Checked::No,
        },
        name: standing.name,
        dose: standing.dose,
        usages: standing.usages,
        phase: standing.phase,
        last_day: standing.last_day,
        prescribed_now_by,
        key,
        older_courses: total - lines.len(),
        courses: lines.iter().map(Told::course).collect(),
        stretches,
    })
}

/// What is made of lines that no longer run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Past {
    /// The newest `PAST_COURSES_MAX` of each drug in full.
    #[default]
    Listed,
    /// Their number and their stretches: most pages list none, and there are hundreds.
    Counted,
}

pub fn medicines(record: &PatientRecord, today: Date) -> Medicines {
    medicines_with(record, today, Past::Listed)
}

pub fn medicines_with(record: &PatientRecord, today: Date, asked: Past) -> Medicines {
    let mut medicines = Medicines::default();
    for medicine in lines_by_drug(record, today).into_iter().filter_map(|(key, lines)| medicine(key, lines, asked)) {
        if shown_as_present(medicine.phase) { medicines.current.push(medicine) } else { medicines.past.push(medicine) }
    }
    // Present ones by when they run out, soonest first; past ones newest first.
    medicines.current.sort_by_cached_key(|m| {
        let (class, days) = weight(m.phase);
        (class, if class == 0 { -days } else { days }, m.name.clone())
    });
    medicines.past.sort_by_cached_key(|m| (weight(m.phase), m.name.clone()));
    medicines
}
