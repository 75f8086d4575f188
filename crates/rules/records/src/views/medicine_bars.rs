//! Bars of the medicines over time, one row for each drug, one bar for each uninterrupted stretch of an institution.

use super::medicines::{Checked, Medicine, MedicineKey, Medicines, Stretch};
use super::patient::SourceRef;
use jiff::civil::Date;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bar {
    pub institution: InstitutionId,
    pub start: Date,
    /// Last day; `None` when no end was stated: drawn as a mark at the start, not as a length.
    pub last_day: Option<Date>,
    pub is_dispensing: bool,
    /// The newest line of the stretch.
    pub source: SourceRef,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarRow {
    pub key: MedicineKey,
    pub checked: Checked,
    pub name: String,
    pub ordered_twice: bool,
    pub bars: Vec<Bar>,
}

fn bars(medicine: &Medicine, from: Date, until: Date) -> Vec<Bar> {
    let inside = |s: &&Stretch| s.start <= until && s.last_day.unwrap_or(s.start) >= from;
    let bar = |s: &Stretch| Bar {
        institution: s.institution,
        start: s.start,
        last_day: s.last_day,
        is_dispensing: s.is_dispensing,
        source: s.source,
    };
    medicine.stretches.iter().filter(inside).map(bar).collect()
}

/// Rows with at least one bar inside the window, present medicines first.
pub fn medicine_bars(medicines: &Medicines, from: Date, until: Date) -> Vec<BarRow> {
    medicines
        .all()
        .map(|medicine| BarRow {
            key: medicine.key.clone(),
            checked: medicine.checked,
            name: medicine.name.clone(),
            ordered_twice: medicine.is_ordered_twice(),
            bars: bars(medicine, from, until),
        })
        .filter(|row| !row.bars.is_empty())
        .collect()
}
