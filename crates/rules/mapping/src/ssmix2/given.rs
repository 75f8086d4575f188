//! RXA: what was really handed out or given, the same for dispensing (OMP-11) and injections (OMP-12).

use super::values;
use renkei_records::body::Given;
use renkei_records::{Code, CodedValue, EntryState};
use renkei_ssmix2::content::{self, MedicationGroup};
use std::collections::HashSet;

/// All RXA of the groups, each with the route and device of its group.
pub fn all(groups: &[MedicationGroup]) -> Vec<Given> {
    groups.iter().flat_map(|group| group.given.iter().map(|given| one(group, given))).collect()
}

fn one(group: &MedicationGroup, from: &content::Given) -> Given {
    let route = group.routes.first();
    Given {
        state: match super::order::state(&group.order) {
            EntryState::Cancelled => EntryState::Cancelled,
            _ => state(&from.completion),
        },
        group: group.order.group_number.clone(),
        start: values::time(from.start.as_ref()),
        end: values::time(from.end.as_ref()),
        drug: values::coded(&from.drug),
        additional: further_codes(group, from),
        amount: values::amount(&from.amount),
        form: values::coded_or_empty(from.form.as_ref()),
        notes: values::coded_all(&from.notes),
        performer: values::staff_or_empty(from.performers.first()),
        location: values::location(from.location.as_ref()),
        rate: from.rate.clone(),
        strength: values::amount(&from.strength),
        lot: from.lots.join(" "),
        expiry: values::time(from.expiry.as_ref()),
        completion: from.completion.clone(),
        route: route.map(|r| values::coded(&r.route)).unwrap_or_default(),
        device: route.map(|r| values::coded(&r.device)).unwrap_or_default(),
        place: values::place(from.place),
    }
}

/// RXA has no room for further codes; those of the order beside it are of the same medicine where a code is shared.
fn further_codes(group: &MedicationGroup, from: &content::Given) -> Vec<CodedValue> {
    let ordered = group.item.iter().map(|item| (&item.code, &item.additional));
    let mixed = group.components.iter().map(|component| (&component.drug, &component.additional));
    let is_same = |code: &renkei_hl7v2::Coded| {
        code.triples.iter().any(|ours| {
            let same = |t: &&renkei_hl7v2::Triple| t.code == ours.code && t.system == ours.system;
            !ours.code.is_empty() && from.drug.triples.iter().any(|t| same(&t))
        })
    };
    ordered
        .chain(mixed)
        .filter(|(code, _)| is_same(code))
        .flat_map(|(code, more)| std::iter::once(code).chain(more))
        .map(values::coded)
        .filter(|value| *value != values::coded(&from.drug))
        .collect()
}

/// RXA-20, HL7 table 0322: complete, partial, not given, refused.
fn state(completion: &str) -> EntryState {
    match completion.trim() {
        "PA" => EntryState::Partial,
        "NA" | "RE" => EntryState::Cancelled,
        _ => EntryState::Active,
    }
}

/// In words what `Given` has no field for. Kept with the entry's comments, so that hiding a drug hides them too.
pub fn words(groups: &[MedicationGroup]) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for (group, from) in groups.iter().flat_map(|g| g.given.iter().map(move |given| (g, given))) {
        let name = from.drug.text();
        let mut add = |label: &str, value: &str| {
            all.extend(values::labelled(&format!("{name} {label}"), value));
        };
        for performer in from.performers.iter().skip(1) {
            add("実施者", &values::staff(performer).shown());
        }
        add("中止・拒否の理由", values::coded_or_empty(from.refusal_reason.as_ref()).shown());
        if let Some(route) = group.routes.first() {
            add("部位", route.site.text());
            add("投与方法", route.method.text());
        }
    }
    let mut told = HashSet::new();
    all.retain(|words| told.insert(words.clone()));
    let mut entered: Vec<String> = groups
        .iter()
        .flat_map(|g| &g.given)
        .filter_map(|given| values::time(given.entered.as_ref()))
        .filter_map(|time| values::labelled("実施の登録日時", &time.shown()))
        .collect();
    entered.dedup();
    all.extend(entered);
    all
}

/// Codes of the reasons (RXA-18) that [`words`] says of what was refused or stopped.
pub fn codes_of_words(groups: &[MedicationGroup]) -> impl Iterator<Item = Code> + '_ {
    let reasons = groups.iter().flat_map(|group| &group.given).filter_map(|given| given.refusal_reason.as_ref());
    reasons.flat_map(|reason| values::coded(reason).codes.clone()).filter(|code| !code.code.is_empty())
}
