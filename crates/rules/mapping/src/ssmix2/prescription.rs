//! OMP-01 and OMP-11: prescriptions by RP group, and what was dispensed of them.
//!
//! Drugs of one RP are printed together when their timing is the same too. Senders number the administrations of an RP
//! (`…_01_001`, `…_01_002`), so the RP is ORC-4 without that number.

use super::{Draft, given, order, values};
use renkei_records::body::{Dispensing, Drug, OrderHead, Prescription, RpGroup};
use renkei_records::{Body, Code, CodedValue, EntryKind, EntryState, SourcePlace};
use renkei_ssmix2::DataType;
use renkei_ssmix2::content::{Medication, MedicationGroup, MedicationItem};
use std::collections::HashSet;

pub fn map(draft: &mut Draft<'_>, all: &Medication) {
    let has_given = all.groups.iter().any(|g| !g.given.is_empty());
    let is_dispensing = draft.typed.data_type == Some(DataType::Omp11);
    if !is_dispensing {
        prescription(draft, all);
    }
    if is_dispensing || has_given {
        dispensing(draft, all, is_dispensing);
    }
}

fn prescription(draft: &mut Draft<'_>, all: &Medication) {
    let body = Prescription {
        head: order::head(all.groups.first().map(|g| &g.order), None),
        prescription_number: prescription_number(&all.groups),
        categories: categories(&all.groups),
        groups: rp_groups(all).into_iter().map(|rp| rp.group).collect(),
        comments: comments(all),
    };
    let effective = draft.effective([body.head.ordered.clone()]);
    let state = order::state_of_parts(all.groups.iter().map(|g| order::state(&g.order)));
    draft.push(EntryKind::Prescription, effective, state, place(all), Body::Prescription(Box::new(body)));
    draft.ask_with(codes_of_comments(all));
}

/// `whole`: the message is about dispensing; else it is an order that tells beside what was given.
fn dispensing(draft: &mut Draft<'_>, all: &Medication, whole: bool) {
    let mut given = given::all(&all.groups);
    let rps = if whole { rp_groups(all) } else { Vec::new() };
    for one in &mut given {
        // Named by the group its order is printed in, so that dose and usage can be found.
        if let Some(rp) = rps.iter().find(|rp| rp.numbers.contains(&one.group.as_str())) {
            one.group = rp.group.id.to_string();
        }
    }
    let mut comments = if whole { self::comments(all) } else { Vec::new() };
    comments.extend(given::words(&all.groups));
    let body = Dispensing {
        head: order::head(all.groups.first().map(|g| &g.order), None),
        prescription_number: prescription_number(&all.groups),
        categories: categories(&all.groups),
        groups: rps.into_iter().map(|rp| rp.group).collect(),
        given,
        comments,
    };
    let first = body.given.iter().find_map(|g| g.start.clone());
    let effective = draft.effective([first, body.head.ordered.clone()]);
    let state = match body.given.as_slice() {
        [] => order::state_of_parts(all.groups.iter().map(|g| order::state(&g.order))),
        given => order::state_of_parts(given.iter().map(|g| g.state)),
    };
    draft.push(EntryKind::Dispensing, effective, state, place(all), Body::Dispensing(Box::new(body)));
    draft.ask_with(given::codes_of_words(&all.groups));
    if whole {
        draft.ask_with(codes_of_comments(all));
    }
}

pub fn place(all: &Medication) -> SourcePlace {
    let first = all.groups.iter().find_map(|g| g.order.place);
    first.map_or_else(|| SourcePlace::segment("MSH", 1), values::place)
}

pub fn prescription_number(groups: &[MedicationGroup]) -> String {
    let numbers = groups.iter().filter_map(|g| g.item.as_ref()).map(|i| i.prescription_number.as_str());
    numbers.filter(|n| !n.is_empty()).map(str::to_owned).next().unwrap_or_default()
}

/// RXE-21 of all groups, each once.
pub fn categories(groups: &[MedicationGroup]) -> Vec<CodedValue> {
    let mut all: Vec<CodedValue> = Vec::new();
    for category in groups.iter().filter_map(|g| g.item.as_ref()).flat_map(|i| values::coded_all(&i.categories)) {
        if !all.contains(&category) {
            all.push(category);
        }
    }
    all
}

/// What the order says as a whole; its drugs say only what differs.
struct Whole {
    head: OrderHead,
    prescription_number: String,
}

fn whole(all: &Medication) -> Whole {
    Whole {
        head: order::head(all.groups.first().map(|g| &g.order), None),
        prescription_number: prescription_number(&all.groups),
    }
}

/// A group of the record with every ORC-4 that went into it.
struct Rp<'m> {
    rp: &'m str,
    numbers: Vec<&'m str>,
    group: RpGroup,
}

/// Groups in the order in which they first appear. RAS without RXE makes a group only where a time is said: its
/// route stands in `Given`.
fn rp_groups(medication: &Medication) -> Vec<Rp<'_>> {
    let whole = whole(medication);
    let mut all: Vec<Rp<'_>> = Vec::new();
    for group in medication.groups.iter().filter(|g| g.item.is_some() || !g.timings.is_empty()) {
        let timings = order::timings(&group.timings, &group.routes);
        let (rp, number) = (group.order.rp(), group.order.group_number.as_str());
        let drug = group.item.as_ref().map(|item| drug(group, item, &whole));
        match all.iter_mut().find(|known| !rp.is_empty() && known.rp == rp && known.group.timings == timings) {
            Some(known) => {
                known.numbers.push(number);
                known.group.drugs.extend(drug);
            }
            None => {
                let group = RpGroup { id: number.into(), timings, drugs: drug.into_iter().collect() };
                all.push(Rp { rp, numbers: vec![number], group });
            }
        }
    }
    all
}

fn drug(group: &MedicationGroup, item: &MedicationItem, whole: &Whole) -> Drug {
    Drug {
        state: order::state(&group.order),
        drug: values::coded(&item.code),
        additional: values::coded_all(&item.additional),
        dose_min: values::amount(&item.dose),
        dose_max: values::amount(&item.dose_max),
        form: values::coded_or_empty(item.form.as_ref()),
        instructions: values::coded_all(&item.instructions),
        total: values::amount(&item.total),
        daily: values::amount(&item.daily),
        strength: values::amount(&item.strength),
        category: values::coded_or_empty(item.administration.as_ref()),
        narcotic_number: item.narcotic_prescriber.as_ref().map(|s| s.id.clone()).unwrap_or_default(),
        comments: drug_comments(group, item, whole),
        place: values::place(item.place),
        components: components(group),
        asked_with: group.observations.iter().flat_map(values::asked_codes).collect(),
    }
}

/// What is mixed into a drug, by code.
fn components(group: &MedicationGroup) -> Vec<CodedValue> {
    let named = group.components.iter().flat_map(|c| std::iter::once(&c.drug).chain(&c.additional));
    named.map(values::coded).filter(|code| !code.is_empty()).collect()
}

/// Codes of the observations that `comments` says in words.
fn codes_of_comments(all: &Medication) -> impl Iterator<Item = Code> + '_ {
    let groups = all.groups.iter().filter(|g| g.item.is_none());
    groups.flat_map(|group| &group.observations).flat_map(values::asked_codes)
}

/// NTE, then in words what a drug has no field for.
fn drug_comments(group: &MedicationGroup, item: &MedicationItem, whole: &Whole) -> Vec<String> {
    let mut all = group.comments.clone();
    let mut add = |label: &str, value: String| all.extend(values::labelled(label, &value));
    add("麻薬施用者", item.narcotic_prescriber.as_ref().map(|s| values::staff(s).name.kanji()).unwrap_or_default());
    add("速度", [values::amount(&item.rate).shown(), item.rate_per.clone()].join(" ").trim().to_owned());
    add("払出し先", item.delivery.as_ref().map(|l| l.shown()).unwrap_or_default());
    for component in &group.components {
        let additional: Vec<&str> = component.additional.iter().map(|code| code.text()).collect();
        let (amount, strength) = (values::amount(&component.amount), values::amount(&component.strength));
        let parts = [component.drug.text(), &amount.shown(), &strength.shown(), &additional.join(" ")].join(" ");
        add("配合", format!("{} {parts}", component.role).trim().to_owned());
    }
    if item.prescription_number != whole.prescription_number {
        add("処方箋番号", item.prescription_number.clone());
    }
    all.extend(order::differences(&group.order, &whole.head).iter().map(values::line_in_words));
    all.extend(group.observations.iter().flat_map(values::observation_lines).map(|l| values::line_in_words(&l)));
    all
}

/// NTE of the order, the ward, and what stands in groups without a drug.
fn comments(all: &Medication) -> Vec<String> {
    let mut comments = all.comments.clone();
    let mut wards: Vec<String> = all.groups.iter().filter_map(|g| order::place_words(&g.order)).collect();
    wards.dedup();
    comments.extend(wards);
    let head = order::head(all.groups.first().map(|g| &g.order), None);
    for group in all.groups.iter().filter(|g| g.item.is_none()) {
        comments.extend(order::differences(&group.order, &head).iter().map(values::line_in_words));
        comments.extend(group.comments.iter().cloned());
        let lines = group.observations.iter().flat_map(values::observation_lines);
        comments.extend(lines.map(|l| values::line_in_words(&l)));
    }
    let mut told = HashSet::new();
    comments.retain(|words| told.insert(words.clone()));
    comments
}

/// The state of an order whose groups are all taken back.
pub fn order_state(all: &Medication) -> EntryState {
    order::state_of_parts(all.groups.iter().map(|g| order::state(&g.order)))
}
