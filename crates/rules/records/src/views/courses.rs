//! Drug lines as they are told by orders and dispensings: light references that cost little to sort and group, made
//! into full `Course`s only where they are shown.

use super::medicines::{Course, EndBasis, MedicineKey, Phase};
use super::patient::{PatientRecord, Seen, SourceRef};
use crate::amount::Amount;
use crate::body::prescription::yj_of;
use crate::body::{Body, Drug, Given, OrderHead, RpGroup, Timing};
use crate::code::{Code, CodedValue, folded};
use crate::time::ClinicalTime;
use jiff::civil::Date;
use renkei_kernel::{ChartId, InstitutionId};
use std::collections::{BTreeMap, HashMap};

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

#[derive(Clone, Copy)]
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

/// What of a drug its key can depend on.
#[derive(PartialEq, Eq, Hash)]
enum Spelling<'a> {
    Twelve(&'a str),
    Other(InstitutionId, &'a CodedValue),
}

/// An institution's drug by the addresses of its value and of the one beside it: borrowed as they are, they stay where
/// they lie.
type Place = (InstitutionId, usize, Option<usize>);

/// Gives each drug a number; the key is worked out once for each spelling.
#[derive(Default)]
struct KeyIndex<'a> {
    places: HashMap<Place, usize>,
    spellings: HashMap<Spelling<'a>, usize>,
    numbers: BTreeMap<MedicineKey, usize>,
}

impl<'a> KeyIndex<'a> {
    fn number(&mut self, institution: InstitutionId, drug: &'a CodedValue, additional: &'a [CodedValue]) -> usize {
        let beside = match additional {
            [] => None,
            [one] => Some(one.address()),
            _ => return self.number_of_spelling(institution, drug, additional),
        };
        let place = (institution, drug.address(), beside);
        if let Some(known) = self.places.get(&place) {
            return *known;
        }
        let number = self.number_of_spelling(institution, drug, additional);
        self.places.insert(place, number);
        number
    }

    fn number_of_spelling(
        &mut self,
        institution: InstitutionId,
        drug: &'a CodedValue,
        additional: &'a [CodedValue],
    ) -> usize {
        let spelling = match yj_of(drug, additional) {
            Some(yj) => Spelling::Twelve(&yj.code),
            None => Spelling::Other(institution, drug),
        };
        let numbers = &mut self.numbers;
        *self.spellings.entry(spelling).or_insert_with(|| {
            let next = numbers.len();
            *numbers.entry(key(institution, drug, additional)).or_insert(next)
        })
    }
}

/// What a line speaks of.
#[derive(Clone, Copy)]
enum What<'a> {
    Ordered(&'a Drug),
    /// RXA, with the drug of its order's group where the message repeats it.
    Given(&'a Given, Option<&'a Drug>),
}

/// One drug line.
pub(super) struct Told<'a> {
    pub seen: Seen<'a>,
    head: &'a OrderHead,
    timings: &'a [Timing],
    rp: &'a str,
    outside_pharmacy: bool,
    what: What<'a>,
    start_is_order_date: bool,
    end_basis: EndBasis,
    pub start: Option<Date>,
    pub last_day: Option<Date>,
    pub phase: Phase,
    pub is_dispensing: bool,
    dispensed: Vec<&'a ClinicalTime>,
}

impl<'a> Told<'a> {
    fn new(
        seen: Seen<'a>,
        head: &'a OrderHead,
        group: Option<&'a RpGroup>,
        what: What<'a>,
        span: Span,
        today: Date,
    ) -> Self {
        Self {
            seen,
            head,
            timings: group.map(|g| g.timings.as_slice()).unwrap_or_default(),
            rp: group.map(|g| g.id.as_str()).unwrap_or_default(),
            outside_pharmacy: false,
            what,
            start_is_order_date: span.start_is_order_date,
            end_basis: span.basis,
            start: span.start,
            last_day: span.last_day,
            phase: phase(span.start, span.last_day, today),
            is_dispensing: false,
            dispensed: Vec::new(),
        }
    }

    pub fn source(&self) -> SourceRef {
        self.seen.source_at(match self.what {
            What::Ordered(drug) => drug.place,
            What::Given(given, _) => given.place,
        })
    }

    /// Taken only when it is needed: by the order, or by a count of such doses.
    pub fn is_as_needed(&self) -> bool {
        let ordered = match self.what {
            What::Ordered(drug) => Some(drug),
            What::Given(_, drug) => drug,
        };
        ordered.is_some_and(Drug::is_as_needed) || self.timings.iter().any(|t| !t.as_needed_count.is_empty())
    }

    /// The full line, for showing.
    pub fn course(&self) -> Course {
        let none = Drug::default();
        let (coded, additional, ordered) = match self.what {
            What::Ordered(drug) => (&drug.drug, &drug.additional, drug),
            What::Given(given, drug) => (&given.drug, &given.additional, drug.unwrap_or(&none)),
        };
        let count = self.timings.iter().map(|t| t.as_needed_count.clone()).find(|c| !c.is_empty()).unwrap_or_default();
        Course {
            institution: self.seen.institution,
            is_dispensing: self.is_dispensing,
            order_number: self.head.placer_number.to_string(),
            rp: self.rp.to_owned(),
            name: coded.shown().to_owned(),
            code: coded.standard().or_else(|| coded.first_code()).cloned().unwrap_or_default(),
            yj: yj_of(coded, additional).map(|yj| yj.code.to_string()),
            dose: dose_shown(&ordered.dose_min, &ordered.dose_max),
            usages: usages_shown(self.timings),
            instructions: shown_all(&ordered.instructions),
            days: self.timings.iter().map(|t| &t.duration).find(|d| !d.is_absent()).cloned().unwrap_or_default(),
            start: self.start,
            start_is_order_date: self.start_is_order_date,
            last_day: self.last_day,
            end_basis: self.end_basis,
            phase: self.phase,
            is_as_needed: self.is_as_needed(),
            as_needed_count: count,
            is_external: ordered.is_external(),
            outside_pharmacy: self.outside_pharmacy,
            total: match self.what {
                What::Ordered(drug) => drug.total.shown(),
                What::Given(given, _) => given.amount.shown(),
            },
            dispensed: self.dispensed.iter().copied().cloned().collect(),
            department: self.seen.department(&self.head.department),
            doctor: self.head.doctor.shown(),
            comments: ordered.comments.clone(),
            source: self.source(),
        }
    }
}

/// Lines of each drug, by its number.
#[derive(Default)]
struct Lines<'a> {
    keys: KeyIndex<'a>,
    lines: Vec<Vec<Told<'a>>>,
    /// Orders by drug, chart and order number: place in the drug's lines.
    orders: HashMap<(usize, ChartId, &'a str), usize>,
    /// Nothing was handed out: no order has to be found again.
    only_orders: bool,
}

impl<'a> Lines<'a> {
    fn of(&mut self, number: usize) -> Option<&mut Vec<Told<'a>>> {
        if number >= self.lines.len() {
            self.lines.resize_with(number + 1, Vec::new);
        }
        self.lines.get_mut(number)
    }

    fn add_order(&mut self, coded: &'a CodedValue, additional: &'a [CodedValue], line: Told<'a>) {
        let number = self.keys.number(line.seen.institution, coded, additional);
        let (chart, order) = (line.seen.chart, line.head.placer_number.as_str());
        let Some(lines) = self.of(number) else { return };
        lines.push(line);
        let place = lines.len() - 1;
        if !order.is_empty() && !self.only_orders {
            self.orders.insert((number, chart, order), place);
        }
    }

    /// A dispensing marks the order of the same number in the same chart; without one it is a line of its own.
    fn add_dispensing(&mut self, coded: &'a CodedValue, additional: &'a [CodedValue], mut line: Told<'a>) {
        let number = self.keys.number(line.seen.institution, coded, additional);
        let order = self.orders.get(&(number, line.seen.chart, line.head.placer_number.as_str())).copied();
        let Some(lines) = self.of(number) else { return };
        match order.and_then(|place| lines.get_mut(place)) {
            Some(order) => order.dispensed.append(&mut line.dispensed),
            None => {
                line.is_dispensing = true;
                lines.push(line);
            }
        }
    }

    fn prescriptions(&mut self, record: &'a PatientRecord, today: Date) {
        for seen in record.each().filter(Seen::stands) {
            let Body::Prescription(p) = &seen.entry.body else { continue };
            let outside_pharmacy = p.is_for_outside_pharmacy();
            for group in &p.groups {
                let span = span(seen, &p.head, &group.timings);
                for drug in group.drugs.iter().filter(|d| !d.state.is_withdrawn()) {
                    let told = Told::new(seen, &p.head, Some(group), What::Ordered(drug), span, today);
                    self.add_order(&drug.drug, &drug.additional, Told { outside_pharmacy, ..told });
                }
            }
        }
    }

    fn dispensings(&mut self, record: &'a PatientRecord, today: Date) {
        for seen in record.each().filter(Seen::stands) {
            let Body::Dispensing(dispensing) = &seen.entry.body else { continue };
            let (head, groups) = (&dispensing.head, &dispensing.groups);
            for given in dispensing.given.iter().filter(|g| !g.state.is_withdrawn()) {
                let group = groups.iter().find(|g| !given.group.is_empty() && g.id == given.group);
                let line = given_line(seen, head, group, given, today);
                self.add_dispensing(&given.drug, &given.additional, line);
            }
            if dispensing.given.is_empty() {
                for group in groups {
                    let span = span(seen, head, &group.timings);
                    for drug in group.drugs.iter().filter(|d| !d.state.is_withdrawn()) {
                        let line = Told::new(seen, head, Some(group), What::Ordered(drug), span, today);
                        self.add_dispensing(&drug.drug, &drug.additional, line);
                    }
                }
            }
        }
    }
}

fn given_line<'a>(
    seen: Seen<'a>,
    head: &'a OrderHead,
    group: Option<&'a RpGroup>,
    given: &'a Given,
    today: Date,
) -> Told<'a> {
    let code = given.drug.first_code().map(|c| &c.code);
    let ordered = group.and_then(|g| g.drugs.iter().find(|d| d.drug.first_code().map(|c| &c.code) == code));
    let mut span = span(seen, head, group.map(|g| g.timings.as_slice()).unwrap_or_default());
    if group.is_none() {
        // Without the order's timing RXA-3 is all that is known of the start.
        let start = given.start.as_ref().and_then(ClinicalTime::date);
        span.start = start.or(span.start);
        span.start_is_order_date = start.is_none() && span.start.is_some();
    }
    let mut line = Told::new(seen, head, group, What::Given(given, ordered), span, today);
    line.dispensed.extend(given.start.as_ref());
    line
}

/// All lines that stand, by drug.
pub(super) fn lines_by_drug(record: &PatientRecord, today: Date) -> Vec<(MedicineKey, Vec<Told<'_>>)> {
    let is_handed_out = |seen: Seen<'_>| matches!(seen.entry.body, Body::Dispensing(_));
    let mut found = Lines { only_orders: !record.each().any(is_handed_out), ..Lines::default() };
    found.prescriptions(record, today);
    found.dispensings(record, today);
    let mut keys: Vec<(usize, MedicineKey)> = found.keys.numbers.into_iter().map(|(key, n)| (n, key)).collect();
    keys.sort_unstable_by_key(|(number, _)| *number);
    keys.into_iter().map(|(_, key)| key).zip(found.lines).collect()
}
