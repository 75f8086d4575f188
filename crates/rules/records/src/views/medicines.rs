//! Medicines: which run now and for how many days, which ran, and what is the same drug.
//!
//! Same drug = same first seven characters of the twelve-character code (ingredient and route); else exactly the same
//! code of the same system; else nothing is claimed and the line is marked 未チェック. An end is the recorded one, or
//! start plus days; where neither was sent, no end is invented.

use super::patient::{PatientRecord, Seen, SourceRef};
use crate::amount::Amount;
use crate::body::prescription::yj_of;
use crate::body::{Body, Dispensing, Drug, Given, OrderHead, RpGroup, Timing};
use crate::code::{Code, CodedValue, folded};
use crate::time::ClinicalTime;
use jiff::civil::Date;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Days for which a medicine without a stated end is still shown among the present ones.
pub const OPEN_ENDED_SHOWN_DAYS: i32 = 90;

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
    /// Newest first.
    pub courses: Vec<Course>,
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

fn is_day_unit(unit: &Code) -> bool {
    [&unit.code, &unit.text]
        .into_iter()
        .any(|u| matches!(folded(u).as_str(), "D" | "DAY" | "DAYS" | "日" | "日分" | "日間"))
}

/// TQ1-6 in whole days, on a full match only.
fn days_of(duration: &Amount) -> Option<i32> {
    let days: i32 = duration.raw.trim().parse().ok()?;
    (is_day_unit(&duration.unit) && (1..=3_660).contains(&days)).then_some(days)
}

/// The last day a recorded end stands for: `2026041024` ends with the 10th, not on the 11th.
pub(super) fn last_day_of(end: &ClinicalTime) -> Option<Date> {
    let day = end.date()?;
    if end.raw.get(8..10) == Some("24") { day.yesterday().ok() } else { Some(day) }
}

struct Span {
    start: Option<Date>,
    start_is_order_date: bool,
    last_day: Option<Date>,
    basis: EndBasis,
}

fn span(seen: Seen<'_>, head: &OrderHead, timings: &[Timing]) -> Span {
    let recorded = timings.iter().filter_map(|t| t.start.as_ref().and_then(ClinicalTime::date)).min();
    let start = recorded.or_else(|| head.ordered.as_ref().and_then(ClinicalTime::date)).or_else(|| seen.date());
    let end = timings.iter().filter_map(|t| t.end.as_ref().and_then(last_day_of)).max();
    let by_days = || {
        let (start, days) = (start?, timings.iter().filter_map(|t| days_of(&t.duration)).max()?);
        start.checked_add(jiff::Span::new().days(days - 1)).ok()
    };
    let (last_day, basis) = match (end, by_days()) {
        (Some(end), _) => (Some(end), EndBasis::Recorded),
        (None, Some(end)) => (Some(end), EndBasis::Days),
        (None, None) => (None, EndBasis::NotSaid),
    };
    Span { start, start_is_order_date: recorded.is_none() && start.is_some(), last_day, basis }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

fn phase(start: Option<Date>, last_day: Option<Date>, today: Date) -> Phase {
    match (start, last_day) {
        (Some(start), _) if start > today => Phase::Upcoming { starts_in_days: days_between(today, start) },
        (_, Some(last)) if last >= today => Phase::Running { days_left: days_between(today, last) },
        (_, Some(last)) => Phase::Ended { since_days: days_between(last, today) },
        (Some(start), None) => Phase::OpenEnded { since_days: days_between(start, today) },
        (None, None) => Phase::Undated,
    }
}

/// `2錠`, or `1–2錠` where the doses differ.
pub(super) fn dose_shown(min: &Amount, max: &Amount) -> String {
    if max.is_absent() || max.is_not_applicable() || max.raw == min.raw {
        return min.shown();
    }
    let unit = if min.unit.is_empty() { &max.unit } else { &min.unit };
    format!("{}–{}{}", min.raw, max.raw, unit.shown())
}

pub(super) fn shown_all(values: &[CodedValue]) -> Vec<String> {
    values.iter().map(|v| v.shown().to_owned()).filter(|text| !text.is_empty()).collect()
}

/// Usage texts of all timings, free text last.
pub(super) fn usages_shown(timings: &[Timing]) -> Vec<String> {
    let mut found = Vec::new();
    for timing in timings {
        found.extend(shown_all(&timing.usages));
        if !timing.text.is_empty() {
            found.push(timing.text.clone());
        }
    }
    found
}

fn key(institution: InstitutionId, drug: &CodedValue, additional: &[CodedValue]) -> MedicineKey {
    if let Some(ingredient) = yj_of(drug, additional).and_then(|yj| folded(&yj.code).get(..7).map(str::to_owned)) {
        return MedicineKey::Ingredient(ingredient);
    }
    match drug.standard().or_else(|| drug.local()) {
        Some(code) => {
            let scope = code.is_local().then_some(institution);
            MedicineKey::SameCode(folded(&code.code), folded(&code.system), scope)
        }
        None => MedicineKey::Unchecked(folded(drug.shown()), institution),
    }
}

/// A course from what an order or a dispensing says about one drug.
struct Told<'a> {
    seen: Seen<'a>,
    head: &'a OrderHead,
    timings: &'a [Timing],
    rp: &'a str,
    outside_pharmacy: bool,
    today: Date,
}

impl Told<'_> {
    fn course(&self, drug: &Drug) -> Course {
        let span = span(self.seen, self.head, self.timings);
        let count = self.timings.iter().map(|t| t.as_needed_count.clone()).find(|c| !c.is_empty()).unwrap_or_default();
        Course {
            institution: self.seen.institution,
            is_dispensing: false,
            order_number: self.head.placer_number.clone(),
            rp: self.rp.to_owned(),
            name: drug.drug.shown().to_owned(),
            code: drug.drug.standard().or_else(|| drug.drug.first_code()).cloned().unwrap_or_default(),
            yj: drug.yj().map(|yj| yj.code.to_string()),
            dose: dose_shown(&drug.dose_min, &drug.dose_max),
            usages: usages_shown(self.timings),
            instructions: shown_all(&drug.instructions),
            days: self.timings.iter().map(|t| &t.duration).find(|d| !d.is_absent()).cloned().unwrap_or_default(),
            start: span.start,
            start_is_order_date: span.start_is_order_date,
            last_day: span.last_day,
            end_basis: span.basis,
            phase: phase(span.start, span.last_day, self.today),
            is_as_needed: drug.is_as_needed() || !count.is_empty(),
            as_needed_count: count,
            is_external: drug.is_external(),
            outside_pharmacy: self.outside_pharmacy,
            total: drug.total.shown(),
            dispensed: Vec::new(),
            department: self.seen.department(&self.head.department),
            doctor: self.head.doctor.shown(),
            comments: drug.comments.clone(),
            source: self.seen.source_at(drug.place),
        }
    }
}

/// What RXA says, in the form of a drug line; timing comes from the group of the same ORC-4 where there is one.
fn drug_of(given: &Given, group: Option<&RpGroup>) -> Drug {
    let of_group = group.and_then(|g| {
        g.drugs.iter().find(|d| d.drug.first_code().map(|c| &c.code) == given.drug.first_code().map(|c| &c.code))
    });
    Drug {
        drug: given.drug.clone(),
        additional: given.additional.clone(),
        total: given.amount.clone(),
        place: given.place,
        dose_min: Amount::default(),
        dose_max: Amount::default(),
        ..of_group.cloned().unwrap_or_default()
    }
}

type Found = BTreeMap<MedicineKey, Vec<Course>>;

fn add_prescriptions(record: &PatientRecord, today: Date, found: &mut Found) {
    for seen in record.each().filter(Seen::stands) {
        let Body::Prescription(p) = &seen.entry.body else { continue };
        let outside_pharmacy = p.is_for_outside_pharmacy();
        for group in &p.groups {
            let told = Told { seen, head: &p.head, timings: &group.timings, rp: &group.id, outside_pharmacy, today };
            for drug in group.drugs.iter().filter(|d| !d.state.is_withdrawn()) {
                found.entry(key(seen.institution, &drug.drug, &drug.additional)).or_default().push(told.course(drug));
            }
        }
    }
}

/// A dispensing marks the order of the same number in the same chart; without one it is a line of its own.
fn add_dispensings(record: &PatientRecord, today: Date, found: &mut Found) {
    for seen in record.each().filter(Seen::stands) {
        let Body::Dispensing(dispensing) = &seen.entry.body else { continue };
        let Dispensing { head, groups, given, .. } = &**dispensing;
        let told = |group: Option<&'_ RpGroup>, drug: &Drug| {
            let timings = group.map(|g| g.timings.as_slice()).unwrap_or_default();
            let rp = group.map(|g| g.id.as_str()).unwrap_or_default();
            Told { seen, head, timings, rp, outside_pharmacy: false, today }.course(drug)
        };
        let mut lines: Vec<(MedicineKey, Course)> = Vec::new();
        for one in given.iter().filter(|g| !g.state.is_withdrawn()) {
            let group = groups.iter().find(|g| !one.group.is_empty() && g.id == one.group);
            let mut course = told(group, &drug_of(one, group));
            course.dispensed.extend(one.start.clone());
            if group.is_none() {
                // Without the order's timing RXA-3 is all that is known of the start.
                let start = one.start.as_ref().and_then(ClinicalTime::date);
                course.start = start.or(course.start);
                course.start_is_order_date = start.is_none() && course.start.is_some();
                course.phase = phase(course.start, course.last_day, today);
            }
            lines.push((key(seen.institution, &one.drug, &one.additional), course));
        }
        if given.is_empty() {
            for group in groups {
                for drug in group.drugs.iter().filter(|d| !d.state.is_withdrawn()) {
                    lines.push((key(seen.institution, &drug.drug, &drug.additional), told(Some(group), drug)));
                }
            }
        }
        for (key, mut course) in lines {
            let same = found.entry(key).or_default();
            let order = same.iter_mut().find(|c| {
                !c.is_dispensing
                    && c.source.chart == seen.chart
                    && !c.order_number.is_empty()
                    && c.order_number == course.order_number
            });
            match order {
                Some(order) => order.dispensed.extend(course.dispensed),
                None => {
                    course.is_dispensing = true;
                    same.push(course);
                }
            }
        }
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

fn medicine(key: MedicineKey, mut courses: Vec<Course>) -> Option<Medicine> {
    courses.sort_by(|a, b| {
        (Reverse(a.start), a.is_dispensing, a.source).cmp(&(Reverse(b.start), b.is_dispensing, b.source))
    });
    // The line that represents the drug is one that runs, if any does.
    let standing = courses.iter().min_by_key(|c| weight(c.phase))?;
    let mut prescribed_now_by: Vec<InstitutionId> = courses
        .iter()
        .filter(|c| !c.is_dispensing && shown_as_present(c.phase) && !matches!(c.phase, Phase::Upcoming { .. }))
        .map(|c| c.institution)
        .collect();
    prescribed_now_by.sort_unstable();
    prescribed_now_by.dedup();
    Some(Medicine {
        checked: match key {
            MedicineKey::Ingredient(_) => Checked::ByIngredient,
            MedicineKey::SameCode(..) => Checked::ByCodeOnly,
            MedicineKey::Unchecked(..) => Checked::No,
        },
        name: standing.name.clone(),
        dose: standing.dose.clone(),
        usages: standing.usages.clone(),
        phase: standing.phase,
        last_day: standing.last_day,
        prescribed_now_by,
        key,
        courses,
    })
}

pub fn medicines(record: &PatientRecord, today: Date) -> Medicines {
    let mut found = Found::new();
    add_prescriptions(record, today, &mut found);
    add_dispensings(record, today, &mut found);
    let mut medicines = Medicines::default();
    for medicine in found.into_iter().filter_map(|(key, courses)| medicine(key, courses)) {
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
