//! Hiding: the hook by which access removes what a reader may not know of.
//!
//! The hook is asked for each entry as a whole and then for each part that carries a code of its own (a laboratory
//! value, a drug). What is refused disappears, an entry without parts left disappears, an institution without entries
//! disappears. Free comments beside a removed part go with it, since they may speak of it.

use super::departments::{departments, is_of_order};
use super::patient::PatientRecord;
use crate::body::prescription::YJ_SYSTEMS;
use crate::body::{Body, Drug, Given, InjectionSet, LaboratoryGroup, Line, RpGroup};
use crate::code::{Code, CodedValue, DEPARTMENT_SYSTEM, folded};
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
    /// Department codes of the file name and of every order in the message.
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

/// ICD, however its senders name it: `I10`, `I10C`, `ICD10`, `ICD-10`.
fn is_classification(code: &Code) -> bool {
    let system = folded(&code.system);
    !code.code.is_empty() && (system.starts_with("I10") || system.starts_with("ICD"))
}

fn is_drug(code: &Code) -> bool {
    !code.code.is_empty() && YJ_SYSTEMS.iter().any(|system| code.is_of(system))
}

/// Puts a code that stands beside a part into the list of its system; what is neither a disease nor a drug is taken for
/// an item. `false` when there is no code to judge the part by: a department is asked of the entry as a whole.
fn sort_code<'a>(facts: &mut EntryFacts<'a>, code: &'a Code) -> bool {
    if code.code.is_empty() || code.is_of(DEPARTMENT_SYSTEM) {
        return false;
    }
    if is_classification(code) {
        facts.icd10s.push(&code.code);
    } else if is_drug(code) {
        facts.drug_codes.push(code);
    } else {
        facts.lab_codes.push(code);
    }
    true
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

/// Judges one part: by its own codes, then together with `more`, those of the words and lines beside it. Asked twice,
/// because a further code may only take away, and some rights are met by any one code.
fn judge_part<'a>(
    facts: &mut EntryFacts<'a>,
    more: impl IntoIterator<Item = &'a Code>,
    ask: &mut dyn FnMut(&EntryFacts) -> bool,
) -> bool {
    let own = (facts.icd10s.len(), facts.lab_codes.len(), facts.drug_codes.len());
    let mut is_more = false;
    let is_kept = ask(facts) && {
        more.into_iter().for_each(|code| is_more |= sort_code(facts, code));
        !is_more || ask(facts)
    };
    facts.icd10s.truncate(own.0);
    facts.lab_codes.truncate(own.1);
    facts.drug_codes.truncate(own.2);
    is_kept
}

/// What stands beside the parts of an entry; its departments were asked of the whole.
fn beside(entry: &Entry) -> impl Iterator<Item = &Code> {
    entry.asked_with.iter().filter(|code| !code.is_of(DEPARTMENT_SYSTEM))
}

fn codes_of(lines: &[Line]) -> impl Iterator<Item = &Code> {
    lines.iter().filter(|line| !is_of_order(line)).flat_map(|line| &line.code.codes)
}

fn judge_drug<'a>(
    (drug, additional): (&'a CodedValue, &'a [CodedValue]),
    more: impl IntoIterator<Item = &'a Code>,
    facts: &mut EntryFacts<'a>,
    ask: &mut dyn FnMut(&EntryFacts) -> bool,
) -> bool {
    facts.drug_codes.clear();
    std::iter::once(drug).chain(additional).for_each(|value| push_codes(&mut facts.drug_codes, value));
    judge_part(facts, more, ask)
}

/// A drug by its own codes, then by those of what is mixed into it.
fn judge_drugs<'a>(
    entry: &'a Entry,
    groups: &'a [RpGroup],
    facts: &mut EntryFacts<'a>,
    ask: &mut dyn FnMut(&EntryFacts) -> bool,
) -> Vec<bool> {
    let judge = |drug: &'a Drug| {
        let more = || drug.asked_with.iter().chain(beside(entry));
        judge_drug((&drug.drug, &drug.additional), more(), facts, ask)
            && drug.components.iter().all(|one| judge_drug((one, &[]), more(), facts, ask))
    };
    groups.iter().flat_map(|group| &group.drugs).map(judge).collect()
}

/// Each component with the observations of its administration; one without components is asked for as one.
fn judge_sets<'a>(
    entry: &'a Entry,
    sets: &'a [InjectionSet],
    facts: &mut EntryFacts<'a>,
    ask: &mut dyn FnMut(&EntryFacts) -> bool,
) -> Vec<bool> {
    let mut verdicts = Vec::new();
    for set in sets {
        let more = || codes_of(&set.observations).chain(beside(entry));
        for one in &set.components {
            verdicts.push(judge_drug((&one.drug, &one.additional), more(), facts, ask));
        }
        if set.components.is_empty() {
            verdicts.push(judge_drug((&set.kind, &[]), more(), facts, ask));
        }
    }
    verdicts
}

fn judge_given<'a>(
    entry: &'a Entry,
    all: &'a [Given],
    facts: &mut EntryFacts<'a>,
    ask: &mut dyn FnMut(&EntryFacts) -> bool,
) -> Vec<bool> {
    let said = |g: &'a Given| g.notes.iter().flat_map(|note| &note.codes);
    all.iter().map(|g| judge_drug((&g.drug, &g.additional), said(g).chain(beside(entry)), facts, ask)).collect()
}

/// Asks for each part in the order in which `remove` walks them; `true` = keep.
fn judge_parts<'a>(
    entry: &'a Entry,
    facts: &mut EntryFacts<'a>,
    ask: &mut dyn FnMut(&EntryFacts) -> bool,
) -> Vec<bool> {
    facts.is_part = true;
    let mut verdicts = Vec::new();
    match &entry.body {
        Body::Prescription(p) => verdicts = judge_drugs(entry, &p.groups, facts, ask),
        Body::Dispensing(p) => {
            verdicts = judge_drugs(entry, &p.groups, facts, ask);
            verdicts.extend(judge_given(entry, &p.given, facts, ask));
        }
        Body::InjectionOrder(i) => verdicts = judge_sets(entry, &i.sets, facts, ask),
        Body::InjectionGiven(i) => {
            verdicts = judge_sets(entry, &i.sets, facts, ask);
            verdicts.extend(judge_given(entry, &i.given, facts, ask));
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
                    let said = value.coded.iter().flat_map(|coded| &coded.codes);
                    verdicts.push(judge_part(facts, said.chain(&group.asked_with).chain(beside(entry)), ask));
                }
                if group.values.is_empty() {
                    facts.own_lab_codes.clear();
                    push_codes(&mut facts.own_lab_codes, &group.item);
                    facts.lab_codes.clear();
                    push_codes(&mut facts.lab_codes, &group.item);
                    let parent = group.parent.iter().flat_map(|parent| &parent.code.codes);
                    verdicts.push(judge_part(facts, parent.chain(&group.asked_with).chain(beside(entry)), ask));
                }
            }
        }
        Body::LaboratoryOrder(order) => {
            for item in &order.items {
                facts.own_lab_codes.clear();
                push_codes(&mut facts.own_lab_codes, &item.item);
                facts.lab_codes.clear();
                push_codes(&mut facts.lab_codes, &item.item);
                verdicts.push(judge_part(facts, codes_of(&item.lines).chain(beside(entry)), ask));
            }
        }
        Body::Titled(t) if entry.kind == EntryKind::Diagnosis => {
            // Every code in a diagnosis may be one of the classification, whatever its sender calls it.
            facts.icd10s.extend(codes_of(&t.lines).chain(&t.code.codes).map(|code| code.code.as_str()));
            verdicts.push(ask(facts));
        }
        Body::Titled(t) => {
            let coded = codes_of(&t.lines).chain(&t.code.codes).filter(|code| is_classification(code) || is_drug(code));
            let more: Vec<&Code> = coded.chain(beside(entry)).collect();
            if !more.is_empty() {
                verdicts.push(judge_part(facts, more, ask));
            }
        }
        _ => {}
    }
    if verdicts.is_empty() && beside(entry).next().is_some() {
        verdicts.push(judge_part(facts, beside(entry), ask));
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
    sets.retain_mut(|set| {
        if set.components.is_empty() {
            return verdicts.next().unwrap_or(false);
        }
        if sift(&mut set.components, verdicts) {
            set.comments.clear();
            set.observations.clear();
        }
        !set.components.is_empty()
    });
}

fn sift_groups(groups: &mut Vec<LaboratoryGroup>, verdicts: &mut impl Iterator<Item = bool>) {
    groups.retain_mut(|group| {
        if group.values.is_empty() {
            return verdicts.next().unwrap_or(false);
        }
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
            !report.groups.is_empty()
        }
        Body::LaboratoryOrder(order) => {
            sift(&mut order.items, &mut verdicts);
            order.comments.clear();
            !order.items.is_empty()
        }
        // Asked for as one, so refused as one.
        _ => false,
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
