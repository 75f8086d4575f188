//! OMP-02 and OMP-12: injections ordered and given. One ORC is one administration, its drugs are RXC.

use super::examination::{amount_line, named, named_or_none};
use super::prescription::{categories, order_state, place, prescription_number};
use super::{Draft, given, order, values};
use renkei_records::body::{Component, ComponentRole, InjectionGiven, InjectionOrder, InjectionSet, Line};
use renkei_records::{Body, EntryKind, EntryState, SourcePlace};
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
        sets: sets(all, |_| true),
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
    let repeats_order = |g: &MedicationGroup| {
        g.item.is_some() || !g.components.is_empty() || !g.timings.is_empty() || !g.observations.is_empty()
    };
    let mut comments = if whole { self::comments(all) } else { Vec::new() };
    if whole {
        let head = order::head(all.groups.first().map(|g| &g.order), None);
        for group in all.groups.iter().filter(|g| !repeats_order(g)) {
            comments.extend(group.comments.iter().cloned());
            comments.extend(order::differences(&group.order, &head).iter().map(values::line_in_words));
        }
    }
    comments.extend(given::words(&all.groups));
    let body = InjectionGiven {
        head: order::head(all.groups.first().map(|g| &g.order), None),
        categories: categories(&all.groups),
        sets: if whole { sets(all, repeats_order) } else { Vec::new() },
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
    draft.ask_with(given::codes_of_words(&all.groups));
}

/// The administrations of the groups wanted, each with what its ORC says differently from the first.
fn sets(all: &Medication, wanted: impl Fn(&MedicationGroup) -> bool) -> Vec<InjectionSet> {
    let head = order::head(all.groups.first().map(|g| &g.order), None);
    let number = prescription_number(&all.groups);
    all.groups
        .iter()
        .filter(|group| wanted(group))
        .map(|group| {
            let mut set = set(group);
            set.observations.extend(order::differences(&group.order, &head));
            if let Some(item) = group.item.as_ref().filter(|item| item.prescription_number != number) {
                let place = SourcePlace { field: 15, ..values::place(item.place) };
                set.observations.extend(values::line("処方箋番号", item.prescription_number.as_str(), place));
            }
            set
        })
        .collect()
}

fn set(group: &MedicationGroup) -> InjectionSet {
    let item = group.item.as_ref();
    let mut observations: Vec<Line> = group.observations.iter().flat_map(values::observation_lines).collect();
    observations.extend(set_lines(group));
    InjectionSet {
        id: group.order.group_number.clone(),
        kind: item.map(|i| values::coded(&i.code)).unwrap_or_default(),
        volume: item.map(|i| values::amount(&i.dose)).unwrap_or_default(),
        rate: item.map(|i| values::amount(&i.rate)).unwrap_or_default(),
        rate_per: item.map(|i| i.rate_per.clone()).unwrap_or_default(),
        timings: order::timings(&group.timings, &group.routes),
        components: group.components.iter().map(component).collect(),
        observations,
        comments: group.comments.clone(),
        place: group_place(group),
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

/// What an administration has no field for, as lines: they keep their codes.
fn set_lines(group: &MedicationGroup) -> Vec<Line> {
    let mut lines = Vec::new();
    match order::state(&group.order) {
        EntryState::Cancelled => lines.extend(values::line("状態", "中止", group_place(group))),
        EntryState::Partial => lines.extend(values::line("状態", "途中で中止", group_place(group))),
        _ => {}
    }
    if let Some(item) = &group.item {
        let at = |field| SourcePlace { field, ..values::place(item.place) };
        for (label, quantity, field) in [
            ("最大量", &item.dose_max, 4),
            ("総量", &item.total, 10),
            ("1日量", &item.daily, 19),
            ("規格", &item.strength, 25),
        ] {
            lines.extend(amount_line(label, &values::amount(quantity), at(field)));
        }
        lines.extend(named_or_none("剤形", item.form.as_ref(), at(6)));
        lines.extend(named_or_none("投与区分", item.administration.as_ref(), at(27)));
        lines.extend(item.instructions.iter().filter_map(|i| named("指示", &values::coded(i), at(7))));
        lines.extend(item.additional.iter().filter_map(|code| named("付加情報", &values::coded(code), at(31))));
        if let Some(prescriber) = &item.narcotic_prescriber {
            lines.extend(values::line("麻薬施用者", values::staff(prescriber).name.kanji(), at(13)));
            lines.extend(values::line("麻薬施用者免許番号", prescriber.id.as_str(), at(13)));
        }
        let delivery = item.delivery.as_ref().map(|l| l.shown()).unwrap_or_default();
        lines.extend(values::line("払出し先", delivery, at(42)));
    }
    for component in &group.components {
        if !matches!(component.role.trim(), "A" | "B") {
            let place = SourcePlace { field: 1, ..values::place(component.place) };
            lines.extend(values::line(&format!("{} 区分", component.drug.text()), component.role.as_str(), place));
        }
        let label = format!("{} 規格", component.drug.text());
        let place = SourcePlace { field: 5, ..values::place(component.place) };
        lines.extend(amount_line(&label, &values::amount(&component.strength), place));
    }
    lines
}

fn group_place(group: &MedicationGroup) -> SourcePlace {
    let item = group.item.as_ref().map(|i| i.place);
    item.or(group.order.place).map(values::place).unwrap_or_default()
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
