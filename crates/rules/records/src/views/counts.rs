//! How many of what: for tabs, headings and legends. Counts only what is visible.

use super::patient::PatientRecord;
use crate::body::Body;
use crate::kind::EntryKind;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A tab of the patient page that has something behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Section {
    Summary,
    Course,
    Medicines,
    Laboratory,
    Diagnoses,
    Encounters,
    Orders,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    pub entries: usize,
    pub by_kind: BTreeMap<EntryKind, usize>,
    pub prescribed_drugs: usize,
    pub injection_components: usize,
    pub laboratory_values: usize,
}

impl Counts {
    pub fn of(&self, kinds: &[EntryKind]) -> usize {
        kinds.iter().filter_map(|kind| self.by_kind.get(kind)).sum()
    }
    /// Tabs worth showing, in their order.
    pub fn sections(&self) -> Vec<Section> {
        use EntryKind as K;
        let behind: [(Section, &[EntryKind]); 7] = [
            (Section::Summary, EntryKind::ALL),
            (Section::Course, super::calendar::CALENDAR_KINDS),
            (Section::Medicines, &[K::Prescription, K::Dispensing, K::InjectionOrder, K::InjectionGiven]),
            (Section::Laboratory, &[K::LaboratoryReport]),
            (Section::Diagnoses, &[K::Diagnosis]),
            (Section::Encounters, super::encounters::ENCOUNTER_KINDS),
            (Section::Orders, super::orders::ORDER_KINDS),
        ];
        behind.into_iter().filter(|(_, kinds)| self.of(kinds) > 0).map(|(section, _)| section).collect()
    }
}

pub fn counts(record: &PatientRecord) -> Counts {
    let mut counts = Counts::default();
    for seen in record.each() {
        counts.entries += 1;
        *counts.by_kind.entry(seen.entry.kind).or_default() += 1;
        match &seen.entry.body {
            Body::Prescription(p) => counts.prescribed_drugs += p.groups.iter().map(|g| g.drugs.len()).sum::<usize>(),
            Body::InjectionOrder(i) => {
                counts.injection_components += i.sets.iter().map(|s| s.components.len()).sum::<usize>();
            }
            Body::LaboratoryReport(r) => {
                counts.laboratory_values += r.groups.iter().map(|g| g.values.len()).sum::<usize>();
            }
            _ => {}
        }
    }
    counts
}
