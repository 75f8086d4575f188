//! Bars of the medicines over time, one row for each drug, one bar for each uninterrupted stretch of an institution.

use super::medicines::{Checked, Course, Medicine, MedicineKey, Medicines};
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

/// Renewals that touch or overlap become one stretch; a gap of even one day stays visible.
fn stretches(medicine: &Medicine, from: Date, until: Date) -> Vec<Bar> {
    let mut courses: Vec<(&Course, Date)> =
        medicine.courses.iter().filter_map(|c| c.start.map(|start| (c, start))).collect();
    courses.sort_by_key(|(c, start)| (c.institution, c.is_dispensing, *start, c.last_day));
    let mut bars: Vec<Bar> = Vec::new();
    for (course, start) in courses {
        let bar = Bar {
            institution: course.institution,
            start,
            last_day: course.last_day,
            is_dispensing: course.is_dispensing,
            source: course.source,
        };
        match bars.last_mut() {
            Some(last) if touches(last, &bar) => {
                last.last_day = last.last_day.max(bar.last_day);
                last.source = bar.source;
            }
            _ => bars.push(bar),
        }
    }
    bars.retain(|bar| bar.start <= until && bar.last_day.unwrap_or(bar.start) >= from);
    bars
}

fn touches(last: &Bar, next: &Bar) -> bool {
    let same = last.institution == next.institution && last.is_dispensing == next.is_dispensing;
    same && next.last_day.is_some()
        && last.last_day.and_then(|day| day.tomorrow().ok()).is_some_and(|day| next.start <= day)
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
            bars: stretches(medicine, from, until),
        })
        .filter(|row| !row.bars.is_empty())
        .collect()
}
