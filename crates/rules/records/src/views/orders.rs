//! Orders and results of the other kinds: laboratory orders, radiology, endoscopy, physiology, diet, unknown types.

use super::patient::{PatientRecord, Seen, SourceRef};
use crate::body::{Body, LaboratoryOrder, Line, OrderHead, TitledEntry};
use crate::entry::EntryState;
use crate::kind::EntryKind;
use crate::time::ClinicalTime;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

/// Kinds behind the tab of orders and examinations.
pub const ORDER_KINDS: &[EntryKind] = &[
    EntryKind::LaboratoryOrder,
    EntryKind::RadiologyOrder,
    EntryKind::RadiologyReport,
    EntryKind::EndoscopyOrder,
    EntryKind::EndoscopyReport,
    EntryKind::PhysiologyOrder,
    EntryKind::PhysiologyReport,
    EntryKind::Diet,
    EntryKind::Other,
];

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LineShown {
    pub label: String,
    /// As sent.
    pub value: String,
    pub unit: String,
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCard {
    pub kind: EntryKind,
    pub institution: InstitutionId,
    pub time: Option<ClinicalTime>,
    pub state: EntryState,
    pub title: String,
    pub order_number: String,
    pub department: String,
    pub doctor: String,
    pub lines: Vec<LineShown>,
    /// (role, name).
    pub staff: Vec<(String, String)>,
    pub findings: Vec<String>,
    pub comments: Vec<String>,
    pub modality: String,
    pub accession: String,
    pub study_uid: String,
    pub source: SourceRef,
}

fn lines(seen: Seen<'_>, lines: &[Line]) -> Vec<LineShown> {
    let shown = |line: &Line| LineShown {
        label: line.label.clone(),
        value: line.value.clone(),
        unit: line.unit.shown().to_owned(),
        source: seen.source_at(line.place),
    };
    lines.iter().map(shown).collect()
}

fn card(seen: Seen<'_>, head: &OrderHead) -> OrderCard {
    OrderCard {
        kind: seen.entry.kind,
        institution: seen.institution,
        time: seen.time(),
        state: seen.entry.state,
        title: seen.entry.kind.label_ja().to_owned(),
        order_number: head.placer_number.to_string(),
        department: seen.department(&head.department),
        doctor: head.doctor.shown(),
        lines: Vec::new(),
        staff: Vec::new(),
        findings: Vec::new(),
        comments: Vec::new(),
        modality: String::new(),
        accession: String::new(),
        study_uid: String::new(),
        source: seen.source(),
    }
}

fn of_titled(seen: Seen<'_>, entry: &TitledEntry) -> OrderCard {
    let plain = card(seen, &entry.head);
    OrderCard {
        title: if entry.title.is_empty() { plain.title.clone() } else { entry.title.clone() },
        lines: lines(seen, &entry.lines),
        staff: entry.staff.iter().map(|s| (s.role.clone(), s.staff.shown())).collect(),
        findings: entry.findings.clone(),
        comments: entry.comments.clone(),
        modality: entry.modality.shown().to_owned(),
        accession: entry.accession.clone(),
        study_uid: entry.study_uid.clone(),
        ..plain
    }
}

fn of_laboratory(seen: Seen<'_>, order: &LaboratoryOrder) -> OrderCard {
    let mut shown = Vec::new();
    for item in &order.items {
        shown.push(LineShown {
            label: item.specimen.kind.shown().to_owned(),
            value: item.item.shown().to_owned(),
            unit: String::new(),
            source: seen.source_at(item.place),
        });
        shown.extend(lines(seen, &item.lines));
    }
    OrderCard { lines: shown, comments: order.comments.clone(), ..card(seen, &order.head) }
}

/// Cards of these kinds, newest first, at most `limit`; withdrawn ones stay with their state.
pub fn orders(record: &PatientRecord, kinds: &[EntryKind], limit: usize) -> Vec<OrderCard> {
    let mut seen: Vec<Seen<'_>> = record.of(kinds).collect();
    seen.sort_by_cached_key(|s| (std::cmp::Reverse(s.time().as_ref().and_then(ClinicalTime::start)), s.entry.id));
    seen.into_iter()
        .filter_map(|seen| match &seen.entry.body {
            Body::Titled(entry) => Some(of_titled(seen, entry)),
            Body::LaboratoryOrder(order) => Some(of_laboratory(seen, order)),
            _ => None,
        })
        .take(limit)
        .collect()
}
