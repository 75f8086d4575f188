//! Bars of the medicines over time, one row for each drug, one bar for each uninterrupted stretch of an institution, and
//! the days for which two institutions order the same drug or two of the same class.

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
    /// That line is taken only when needed.
    pub is_as_needed: bool,
}

/// Days for which two institutions order the same drug, or two drugs of one class. What a pharmacy hands out is not an
/// order of its own and overlaps nothing; an order without a stated end has no days that could be compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlap {
    pub first: Date,
    pub last: Date,
    /// The one that began earlier first.
    pub institutions: [InstitutionId; 2],
    pub sources: [SourceRef; 2],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BarRow {
    pub key: MedicineKey,
    pub checked: Checked,
    pub name: String,
    pub ordered_twice: bool,
    pub bars: Vec<Bar>,
    /// Inside the window, oldest first.
    pub overlaps: Vec<Overlap>,
}

/// Two drugs whose codes agree in the first four characters, the class of the price list, ordered by two institutions
/// for the same days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClassOverlap {
    /// Four characters.
    pub class: String,
    pub names: [String; 2],
    pub overlap: Overlap,
}

fn bars(medicine: &Medicine, from: Date, until: Date) -> Vec<Bar> {
    let inside = |s: &&Stretch| s.start <= until && s.last_day.unwrap_or(s.start) >= from;
    let bar = |s: &Stretch| Bar {
        institution: s.institution,
        start: s.start,
        last_day: s.last_day,
        is_dispensing: s.is_dispensing,
        source: s.source,
        is_as_needed: s.is_as_needed,
    };
    medicine.stretches.iter().filter(inside).map(bar).collect()
}

/// What two bars share inside the window.
fn shared(a: &Bar, b: &Bar, from: Date, until: Date) -> Option<Overlap> {
    if a.institution == b.institution || a.is_dispensing || b.is_dispensing {
        return None;
    }
    let (a, b) = if (a.start, a.source) <= (b.start, b.source) { (a, b) } else { (b, a) };
    let first = a.start.max(b.start).max(from);
    let last = a.last_day?.min(b.last_day?).min(until);
    (first <= last).then_some(Overlap {
        first,
        last,
        institutions: [a.institution, b.institution],
        sources: [a.source, b.source],
    })
}

fn overlaps(bars: &[Bar], from: Date, until: Date) -> Vec<Overlap> {
    let pairs = bars.iter().enumerate().flat_map(|(n, a)| bars.iter().skip(n + 1).map(move |b| (a, b)));
    let mut found: Vec<Overlap> = pairs.filter_map(|(a, b)| shared(a, b, from, until)).collect();
    found.sort_by_key(|overlap| (overlap.first, overlap.last, overlap.sources));
    found
}

/// Rows with at least one bar inside the window, present medicines first.
pub fn medicine_bars(medicines: &Medicines, from: Date, until: Date) -> Vec<BarRow> {
    medicines
        .all()
        .map(|medicine| {
            let bars = bars(medicine, from, until);
            BarRow {
                key: medicine.key.clone(),
                checked: medicine.checked,
                name: medicine.name.clone(),
                ordered_twice: medicine.is_ordered_twice(),
                overlaps: overlaps(&bars, from, until),
                bars,
            }
        })
        .filter(|row| !row.bars.is_empty())
        .collect()
}

fn class(row: &BarRow) -> Option<&str> {
    match &row.key {
        MedicineKey::Ingredient(code) => code.get(..4),
        MedicineKey::SameCode(..) | MedicineKey::Unchecked(..) => None,
    }
}

/// Overlaps between different drugs of one class among `rows` of one window, newest first.
pub fn class_overlaps(rows: &[BarRow]) -> Vec<ClassOverlap> {
    let mut found = Vec::new();
    for (n, a) in rows.iter().enumerate() {
        let Some(of_a) = class(a) else { continue };
        for b in rows.iter().skip(n + 1).filter(|b| class(b) == Some(of_a) && b.key != a.key) {
            let pairs = a.bars.iter().flat_map(|x| b.bars.iter().map(move |y| (x, y)));
            found.extend(pairs.filter_map(|(x, y)| {
                let overlap = shared(x, y, Date::MIN, Date::MAX)?;
                let x_first = overlap.sources.first() == Some(&x.source);
                let (one, two) = if x_first { (&a.name, &b.name) } else { (&b.name, &a.name) };
                Some(ClassOverlap { class: of_a.to_owned(), names: [one.clone(), two.clone()], overlap })
            }));
        }
    }
    found.sort_by(|a, b| b.overlap.last.cmp(&a.overlap.last).then_with(|| a.overlap.sources.cmp(&b.overlap.sources)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SegmentName, SourcePlace};
    use jiff::civil::date;
    use uuid::Uuid;

    fn bar(institution: u128, start: Date, last_day: Option<Date>, is_dispensing: bool) -> Bar {
        let source = SourceRef {
            institution: InstitutionId(Uuid::from_u128(institution)),
            chart: Uuid::from_u128(institution + 50).into(),
            message: Uuid::from_u128(institution + 100).into(),
            entry: Uuid::from_u128(institution + 200).into(),
            place: SourcePlace { segment: SegmentName::new("RXE"), index: 1, field: 2, repetition: 0, component: 0 },
        };
        Bar {
            institution: InstitutionId(Uuid::from_u128(institution)),
            start,
            last_day,
            is_dispensing,
            source,
            is_as_needed: false,
        }
    }
    fn row(code: &str, bars: Vec<Bar>) -> BarRow {
        let window = (date(2026, 1, 1), date(2026, 12, 31));
        BarRow {
            key: MedicineKey::Ingredient(code.to_owned()),
            checked: Checked::ByIngredient,
            name: code.to_owned(),
            ordered_twice: false,
            overlaps: overlaps(&bars, window.0, window.1),
            bars,
        }
    }
    const JULY: (Date, Date) = (Date::constant(2026, 7, 1), Date::constant(2026, 7, 31));

    #[test]
    fn two_institutions_overlap_for_the_days_that_both_order() {
        let row = row(
            "2171022",
            vec![bar(1, JULY.0, Some(JULY.1), false), bar(2, date(2026, 7, 20), Some(date(2026, 8, 9)), false)],
        );
        let days: Vec<_> = row.overlaps.iter().map(|o| (o.first, o.last)).collect();
        assert_eq!(days, [(date(2026, 7, 20), JULY.1)]);
    }

    #[test]
    fn a_pharmacy_the_same_institution_and_an_order_without_end_overlap_nothing() {
        let others =
            [bar(2, JULY.0, Some(JULY.1), true), bar(1, JULY.0, Some(JULY.1), false), bar(3, JULY.0, None, false)];
        for other in others {
            assert_eq!(row("2171022", vec![bar(1, JULY.0, Some(JULY.1), false), other]).overlaps, []);
        }
    }

    #[test]
    fn two_drugs_of_one_class_from_two_institutions_overlap_and_of_two_classes_do_not() {
        let a = row("1149019", vec![bar(1, JULY.0, Some(JULY.1), false)]);
        let same = row("1149037", vec![bar(2, date(2026, 7, 31), Some(date(2026, 8, 1)), false)]);
        let other = row("1124007", vec![bar(2, JULY.0, Some(JULY.1), false)]);
        let own = row("1149001", vec![bar(1, JULY.0, Some(JULY.1), false)]);
        let found = class_overlaps(&[a, same, other, own]);
        let names: Vec<_> = found.iter().map(|o| (o.class.as_str(), o.names.clone(), o.overlap.first)).collect();
        // The drug of the same class overlaps with both that the first institution orders.
        let pair = |one: &str| ["1149".to_owned(), one.to_owned(), "1149037".to_owned()];
        let found: Vec<_> =
            names.iter().map(|(class, [one, two], _)| [(*class).to_owned(), one.clone(), two.clone()]).collect();
        assert_eq!(found.len(), 2);
        assert!(found.contains(&pair("1149019")) && found.contains(&pair("1149001")), "{found:?}");
        assert!(names.iter().all(|(.., first)| *first == JULY.1));
    }
}
