//! Hiding: the hook by which access removes what a reader may not know of.
//!
//! The hook is asked for each entry as a whole and then for each part that carries a code of its own (a laboratory
//! value, a drug). What is refused disappears, an entry without parts left disappears, an institution without entries
//! disappears. Free comments beside a removed part go with it, since they may speak of it.

use super::patient::PatientRecord;
use crate::body::{Body, InjectionSet, LaboratoryGroup, RpGroup};
use crate::code::{Code, CodedValue};
use crate::entry::{Entry, EntryState};
use crate::kind::EntryKind;
use crate::projection::MessageFacts;
use crate::time::ClinicalTime;
use renkei_kernel::{ChartId, EntryId, InstitutionId, Timestamp};

/// What access may know of an entry, or of one part of it, to decide.
#[derive(Debug, Clone)]
pub struct EntryFacts<'a> {
    pub institution: InstitutionId,
    pub chart: ChartId,
    pub entry: EntryId,
    pub kind: EntryKind,
    pub state: EntryState,
    /// Asked for one part of the entry, with that part's codes; otherwise for the entry as a whole.
    pub is_part: bool,
    pub effective: Option<Timestamp>,
    pub received_at: Timestamp,
    /// Department codes of file name and orders.
    pub departments: Vec<&'a str>,
    /// ICD-10 codes as sent.
    pub icd10s: Vec<&'a str>,
    /// Codes of the laboratory value or examination itself, with their systems: what a right to it is judged by.
    pub own_lab_codes: Vec<&'a Code>,
    /// Those and the codes beside it (its group, the culture it belongs to): what hides it.
    pub lab_codes: Vec<&'a Code>,
    /// Medicine codes of this part, with their systems.
    pub drug_codes: Vec<&'a Code>,
}

fn push_codes<'a>(into: &mut Vec<&'a Code>, value: &'a CodedValue) {
    into.extend(value.codes.iter().filter(|c| !c.code.is_empty()));
}

fn departments<'a>(message: &'a MessageFacts, entry: &'a Entry) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    if !matches!(message.department.as_str(), "" | "-") {
        found.push(&message.department);
    }
    let mut add = |value: &'a CodedValue| found.extend(value.codes.iter().map(|c| c.code.as_str()));
    match &entry.body {
        Body::Encounter(e) => add(&e.department),
        Body::Diagnosis(d) => add(&d.department),
        Body::Prescription(p) => add(&p.head.department),
        Body::Dispensing(d) => add(&d.head.department),
        Body::InjectionOrder(i) => add(&i.head.department),
        Body::InjectionGiven(i) => add(&i.head.department),
        Body::LaboratoryOrder(l) => add(&l.head.department),
        Body::LaboratoryReport(l) => l.groups.iter().for_each(|g| add(&g.head.department)),
        Body::Titled(t) => add(&t.head.department),
        _ => {}
    }
    found.retain(|code| !code.is_empty());
    found.sort_unstable();
    found.dedup();
    found
}

impl<'a> EntryFacts<'a> {
    /// The facts of the entry as a whole, without the codes of its parts.
    fn whole(institution: InstitutionId, chart: ChartId, message: &'a MessageFacts, entry: &'a Entry) -> Self {
        let mut facts = Self {
            institution,
            chart,
            entry: entry.id,
            kind: entry.kind,
            state: entry.state,
            is_part: false,
            effective: entry.effective.as_ref().and_then(ClinicalTime::at),
            received_at: message.received_at,
            departments: departments(message, entry),
            icd10s: Vec::new(),
            own_lab_codes: Vec::new(),
            lab_codes: Vec::new(),
            drug_codes: Vec::new(),
        };
        match &entry.body {
            Body::Diagnosis(d) => facts.icd10s.extend(d.icd10_codes().map(|code| code.code.as_str())),
            Body::BodyMeasure(m) => {
                push_codes(&mut facts.own_lab_codes, &m.item);
                push_codes(&mut facts.lab_codes, &m.item);
            }
            Body::Titled(t) => {
                push_codes(&mut facts.own_lab_codes, &t.code);
                push_codes(&mut facts.lab_codes, &t.code);
                t.lines.iter().for_each(|line| push_codes(&mut facts.lab_codes, &line.code));
            }
            _ => {}
        }
        facts
    }
}

/// Asks for each part in the order in which `remove` walks them; `true` = keep.
fn judge_parts<'a>(
    entry: &'a Entry,
    facts: &mut EntryFacts<'a>,
    ask: &mut dyn FnMut(&EntryFacts) -> bool,
) -> Vec<bool> {
    facts.is_part = true;
    let mut verdicts = Vec::new();
    let mut drug = |values: &[&'a CodedValue], more: &'a [CodedValue]| {
        facts.drug_codes.clear();
        values.iter().copied().chain(more).for_each(|value| push_codes(&mut facts.drug_codes, value));
        verdicts.push(ask(facts));
    };
    match &entry.body {
        Body::Prescription(p) => {
            p.groups.iter().flat_map(|g| &g.drugs).for_each(|d| drug(&[&d.drug], &d.additional));
        }
        Body::Dispensing(p) => {
            p.groups.iter().flat_map(|g| &g.drugs).for_each(|d| drug(&[&d.drug], &d.additional));
            p.given.iter().for_each(|g| drug(&[&g.drug], &g.additional));
        }
        Body::InjectionOrder(i) => {
            i.sets.iter().flat_map(|s| &s.components).for_each(|c| drug(&[&c.drug], &c.additional));
        }
        Body::InjectionGiven(i) => {
            i.sets.iter().flat_map(|s| &s.components).for_each(|c| drug(&[&c.drug], &c.additional));
            i.given.iter().for_each(|g| drug(&[&g.drug], &g.additional));
        }
        Body::LaboratoryReport(report) => {
            for group in &report.groups {
                for value in &group.values {
                    facts.own_lab_codes.clear();
                    push_codes(&mut facts.own_lab_codes, &value.code);
                    facts.lab_codes.clear();
                    push_codes(&mut facts.lab_codes, &value.code);
                    push_codes(&mut facts.lab_codes, &group.item);
                    if let Some(parent) = &group.parent {
                        push_codes(&mut facts.lab_codes, &parent.code);
                    }
                    verdicts.push(ask(facts));
                }
            }
        }
        Body::LaboratoryOrder(order) => {
            for item in &order.items {
                facts.own_lab_codes.clear();
                push_codes(&mut facts.own_lab_codes, &item.item);
                facts.lab_codes.clear();
                push_codes(&mut facts.lab_codes, &item.item);
                verdicts.push(ask(facts));
            }
        }
        _ => {}
    }
    verdicts
}

/// Takes the next verdict for each element and keeps those with `true`.
fn sift<T>(parts: &mut Vec<T>, verdicts: &mut impl Iterator<Item = bool>) -> bool {
    let before = parts.len();
    parts.retain(|_| verdicts.next().unwrap_or(false));
    parts.len() != before
}

fn sift_drugs(groups: &mut Vec<RpGroup>, verdicts: &mut impl Iterator<Item = bool>) {
    groups.iter_mut().for_each(|group| {
        sift(&mut group.drugs, verdicts);
    });
    groups.retain(|group| !group.drugs.is_empty());
}

fn sift_components(sets: &mut Vec<InjectionSet>, verdicts: &mut impl Iterator<Item = bool>) {
    for set in sets.iter_mut() {
        if sift(&mut set.components, verdicts) {
            set.comments.clear();
            set.observations.clear();
        }
    }
    sets.retain(|set| !set.components.is_empty());
}

fn sift_groups(groups: &mut Vec<LaboratoryGroup>, verdicts: &mut impl Iterator<Item = bool>) {
    groups.retain_mut(|group| {
        let changed = sift(&mut group.values, verdicts);
        if changed {
            group.comments.clear();
        }
        !(changed && group.values.is_empty())
    });
}

/// Removes the refused parts; `false` when nothing of the entry is left.
fn remove(entry: &mut Entry, verdicts: Vec<bool>) -> bool {
    let mut verdicts = verdicts.into_iter();
    match &mut entry.body {
        Body::Prescription(p) => {
            sift_drugs(&mut p.groups, &mut verdicts);
            p.comments.clear();
            !p.groups.is_empty()
        }
        Body::Dispensing(p) => {
            sift_drugs(&mut p.groups, &mut verdicts);
            sift(&mut p.given, &mut verdicts);
            p.comments.clear();
            !(p.groups.is_empty() && p.given.is_empty())
        }
        Body::InjectionOrder(i) => {
            sift_components(&mut i.sets, &mut verdicts);
            i.comments.clear();
            !i.sets.is_empty()
        }
        Body::InjectionGiven(i) => {
            sift_components(&mut i.sets, &mut verdicts);
            sift(&mut i.given, &mut verdicts);
            i.comments.clear();
            !(i.sets.is_empty() && i.given.is_empty())
        }
        Body::LaboratoryReport(report) => {
            sift_groups(&mut report.groups, &mut verdicts);
            report.comments.clear();
            report.groups.iter().any(|group| !group.values.is_empty())
        }
        Body::LaboratoryOrder(order) => {
            sift(&mut order.items, &mut verdicts);
            order.comments.clear();
            !order.items.is_empty()
        }
        _ => true,
    }
}

impl PatientRecord {
    /// Keeps only what `keep` allows. Asked once for each entry as a whole (no part codes; diagnoses carry their
    /// ICD-10, titled entries their codes) and once for each part with its codes.
    pub fn retain(&mut self, mut keep: impl FnMut(&EntryFacts) -> bool) {
        for chart in &mut self.charts {
            let (institution, id) = (chart.institution, chart.chart);
            let messages = &chart.messages;
            chart.entries.retain_mut(|settled| {
                let Some(message) = messages.get(settled.message) else { return false };
                let mut facts = EntryFacts::whole(institution, id, message, &settled.entry);
                if !keep(&facts) {
                    return false;
                }
                let verdicts = judge_parts(&settled.entry, &mut facts, &mut keep);
                verdicts.iter().all(|verdict| *verdict) || remove(&mut settled.entry, verdicts)
            });
        }
        self.charts.retain(|chart| !chart.entries.is_empty());
    }
}
