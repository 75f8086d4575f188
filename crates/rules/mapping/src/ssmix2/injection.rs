//! OMP-02 and OMP-12: injections ordered and given. One ORC is one administration, its drugs are RXC.

use super::prescription::{categories, order_state, place, prescription_number};
use super::{Draft, given, order, values};
use renkei_records::body::{Component, ComponentRole, InjectionGiven, InjectionOrder, InjectionSet};
use renkei_records::{Body, EntryKind, EntryState};
use renkei_ssmix2::DataType;
use renkei_ssmix2::content::{self, Medication, MedicationGroup};

pub fn map(draft: &mut Draft<'_>, all: &Medication) {
    let has_given = all.groups.iter().any(|g| !g.given.is_empty());
    let is_given = draft.typed.data_type == Some(DataType::Omp12);
    if !is_given {
        ordered(draft, all);
    }
    if is_given || has_given {
        administered(draft, all, is_given);
    }
}

fn ordered(draft: &mut Draft<'_>, all: &Medication) {
    let body = InjectionOrder {
        head: order::head(all.groups.first().map(|g| &g.order), None),
        categories: categories(&all.groups),
        sets: all.groups.iter().map(set).collect(),
        comments: comments(all),
    };
    let effective = draft.effective([body.head.ordered.clone()]);
    draft.push(
        EntryKind::InjectionOrder,
        effective,
        order_state(all),
        place(all),
        Body::InjectionOrder(Box::new(body)),
    );
}

/// `whole`: the message is about what was given; else it is an order that tells it beside.
fn administered(draft: &mut Draft<'_>, all: &Medication, whole: bool) {
    let given = given::all(&all.groups);
    let repeats_order = |g: &&MedicationGroup| {
        g.item.is_some() || !g.components.is_empty() || !g.timings.is_empty() || !g.observations.is_empty()
    };
    let mut comments = if whole { self::comments(all) } else { Vec::new() };
    if whole {
        let silent = all.groups.iter().filter(|g| !repeats_order(g));
        comments.extend(silent.flat_map(|g| g.comments.iter().cloned()));
    }
    comments.extend(given::words(&all.groups));
    let body = InjectionGiven {
        head: order::head(all.groups.first().map(|g| &g.order), None),
        categories: categories(&all.groups),
        sets: if whole { all.groups.iter().filter(repeats_order).map(set).collect() } else { Vec::new() },
        given,
        comments,
    };
    let first = body.given.iter().find_map(|g| g.start.clone());
    let effective = draft.effective([first, body.head.ordered.clone()]);
    let state = match body.given.as_slice() {
        [] => order_state(all),
        given => order::state_of_parts(given.iter().map(|g| g.state)),
    };
    draft.push(EntryKind::InjectionGiven, effective, state, place(all), Body::InjectionGiven(Box::new(body)));
}

fn set(group: &MedicationGroup) -> InjectionSet {
    let item = group.item.as_ref();
    let place = item.map(|i| i.place).or(group.order.place).map(values::place).unwrap_or_default();
    InjectionSet {
        id: group.order.group_number.clone(),
        kind: item.map(|i| values::coded(&i.code)).unwrap_or_default(),
        volume: item.map(|i| values::amount(&i.dose)).unwrap_or_default(),
        rate: item.map(|i| values::amount(&i.rate)).unwrap_or_default(),
        rate_per: item.map(|i| i.rate_per.clone()).unwrap_or_default(),
        timings: order::timings(&group.timings, &group.routes),
        components: group.components.iter().map(component).collect(),
        observations: group.observations.iter().flat_map(values::observation_lines).collect(),
        comments: set_comments(group),
        place,
    }
}

fn component(from: &content::Component) -> Component {
    Component {
        role: match from.role.trim() {
            "B" => ComponentRole::Base,
            "A" => ComponentRole::Additive,
            _ => ComponentRole::NotSaid,
        },
        drug: values::coded(&from.drug),
        additional: values::coded_all(&from.additional),
        amount: values::amount(&from.amount),
        place: values::place(from.place),
    }
}

/// NTE of the administration, then in words what it has no field for.
fn set_comments(group: &MedicationGroup) -> Vec<String> {
    let mut all = group.comments.clone();
    let mut add = |label: &str, value: &str| all.extend(values::labelled(label, value));
    match order::state(&group.order) {
        EntryState::Cancelled => add("状態", "中止"),
        EntryState::Partial => add("状態", "途中で中止"),
        _ => {}
    }
    if let Some(item) = &group.item {
        for instruction in &item.instructions {
            add("指示", instruction.text());
        }
        add("最大量", &values::amount(&item.dose_max).shown());
        add("総量", &values::amount(&item.total).shown());
        add("1日量", &values::amount(&item.daily).shown());
        add("規格", &values::amount(&item.strength).shown());
        add("剤形", values::coded_or_empty(item.form.as_ref()).shown());
        add("投与区分", values::coded_or_empty(item.administration.as_ref()).shown());
        for additional in &item.additional {
            add("付加コード", &[additional.code(), additional.text()].join(" "));
        }
        if let Some(prescriber) = &item.narcotic_prescriber {
            add("麻薬施用者", &values::staff(prescriber).shown());
            add("麻薬施用者免許番号", &prescriber.id);
        }
        add("払出し先", &item.delivery.as_ref().map(|l| l.shown()).unwrap_or_default());
    }
    for component in &group.components {
        let strength = values::amount(&component.strength).shown();
        add(&format!("{} 規格", component.drug.text()), &strength);
    }
    all
}

/// NTE of the order, its ward and its prescription number.
fn comments(all: &Medication) -> Vec<String> {
    let mut comments = all.comments.clone();
    let mut wards: Vec<String> = all.groups.iter().filter_map(|g| order::place_words(&g.order)).collect();
    wards.dedup();
    comments.extend(wards);
    comments.extend(values::labelled("処方箋番号", &prescription_number(&all.groups)));
    comments
}
