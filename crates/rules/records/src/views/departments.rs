//! Every department an entry comes from: what hides a department hides what it ordered, wherever its code stands.
//!
//! Separate from the hook because a department is said in many places: the file's name, the head of an order, the heads
//! of its further orders, which differ from the first and stand as lines or words.

use crate::body::{Body, Line};
use crate::code::{CodedValue, DEPARTMENT_SYSTEM};
use crate::entry::Entry;
use crate::projection::MessageFacts;

/// A line that says the department of a further order (ORC-17), whatever system its sender names.
pub(super) fn is_of_order(line: &Line) -> bool {
    line.place.segment.as_str() == "ORC" && line.place.field == 17
}

/// Codes of all departments of an entry, each once.
pub(super) fn departments<'a>(message: &'a MessageFacts, entry: &'a Entry) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    if !matches!(message.department.as_str(), "" | "-") {
        found.push(&message.department);
    }
    let mut add = |value: &'a CodedValue| found.extend(value.codes.iter().map(|c| c.code.as_str()));
    let mut lines: Vec<&'a Line> = Vec::new();
    match &entry.body {
        Body::Encounter(e) => add(&e.department),
        Body::Diagnosis(d) => add(&d.department),
        Body::Prescription(p) => add(&p.head.department),
        Body::Dispensing(d) => add(&d.head.department),
        Body::InjectionOrder(i) => {
            add(&i.head.department);
            lines.extend(i.sets.iter().flat_map(|set| &set.observations));
        }
        Body::InjectionGiven(i) => {
            add(&i.head.department);
            lines.extend(i.sets.iter().flat_map(|set| &set.observations));
        }
        Body::LaboratoryOrder(l) => {
            add(&l.head.department);
            lines.extend(l.items.iter().flat_map(|item| &item.lines));
        }
        Body::LaboratoryReport(l) => l.groups.iter().for_each(|g| add(&g.head.department)),
        Body::Titled(t) => {
            add(&t.head.department);
            lines.extend(&t.lines);
        }
        _ => {}
    }
    lines.into_iter().filter(|line| is_of_order(line)).for_each(|line| add(&line.code));
    found.extend(entry.asked_with.iter().filter(|code| code.is_of(DEPARTMENT_SYSTEM)).map(|code| code.code.as_str()));
    found.retain(|code| !code.is_empty());
    found.sort_unstable();
    found.dedup();
    found
}
