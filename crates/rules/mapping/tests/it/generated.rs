//! The generated storage: every file maps, and the counts are those of its description.

use crate::{body, patient};
use renkei_records::{Body, EntryKind, Message};

fn count(messages: &[Message], kind: EntryKind) -> usize {
    messages.iter().flat_map(|m| &m.entries).filter(|e| e.kind == kind).count()
}

/// R-A1-4.2: a standard storage arrives whole.
#[test]
fn all_files_of_the_five_patients_map_with_their_counts() {
    for (number, files, [orders, drugs, reports, values, diagnoses, admissions, discharges]) in [
        ("4523268075", 30, [5, 13, 8, 64, 5, 1, 1]),
        ("5072922811", 21, [2, 6, 6, 48, 3, 1, 1]),
        ("4523262811", 7, [2, 6, 1, 10, 2, 0, 0]),
        ("5072927471", 11, [2, 6, 3, 17, 3, 0, 0]),
        ("5072928075", 9, [1, 3, 3, 35, 1, 0, 0]),
    ] {
        let all = patient("generated", number);
        assert_eq!(all.len(), files, "{number}");
        assert_eq!(count(&all, EntryKind::Prescription), orders);
        assert_eq!(count(&all, EntryKind::LaboratoryReport), reports);
        assert_eq!(count(&all, EntryKind::Diagnosis), diagnoses);
        assert_eq!(count(&all, EntryKind::Admission), admissions);
        assert_eq!(count(&all, EntryKind::Discharge), discharges);
        assert_eq!(count(&all, EntryKind::Other), 0, "{number}");
        let entries = || all.iter().flat_map(|m| &m.entries);
        let drug_count = |entry: &renkei_records::Entry| match &entry.body {
            Body::Prescription(p) => p.groups.iter().map(|g| g.drugs.len()).sum(),
            _ => 0,
        };
        assert_eq!(entries().map(drug_count).sum::<usize>(), drugs, "{number}");
        let value_count = |entry: &renkei_records::Entry| match &entry.body {
            Body::LaboratoryReport(r) => r.groups.iter().map(|g| g.values.len()).sum(),
            _ => 0,
        };
        assert_eq!(entries().map(value_count).sum::<usize>(), values, "{number}");
    }
}

#[test]
fn every_entry_of_a_dated_type_has_a_day() {
    for number in ["4523268075", "5072922811", "4523262811", "5072927471", "5072928075"] {
        for message in patient("generated", number).iter().filter(|m| m.key.care_date != "-") {
            for entry in message.entries.iter().filter(|e| e.kind != EntryKind::Allergy) {
                let day = entry.effective.as_ref().and_then(|t| t.date());
                assert!(day.is_some(), "{:?} of {}", entry.kind, message.key.data_type);
            }
        }
    }
}

#[test]
fn drugs_of_one_group_share_their_timing() {
    for message in patient("generated", "4523268075") {
        for entry in message.entries.iter().filter(|e| e.kind == EntryKind::Prescription) {
            let order = body!(entry, Prescription);
            assert!(!order.groups.is_empty());
            for group in &order.groups {
                assert!(!group.id.is_empty() && !group.drugs.is_empty() && !group.timings.is_empty());
                assert!(group.drugs.iter().all(|d| !d.drug.is_empty() && d.place.index > 0));
            }
        }
    }
}
