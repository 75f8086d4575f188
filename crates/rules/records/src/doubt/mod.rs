//! Doubts about values that came in: what a reader should confirm before believing it (R-X-17).
//!
//! An original is never refused or changed for its value (law 7): it stands as it was sent, and the doubt stands beside
//! it. Item definitions are data (`items.tsv`); an item or unit that is not defined is not judged. Pure and made at
//! reading, so that a better table judges what came in before it, too.

use crate::body::LaboratoryValue;
use crate::time::ClinicalTime;
use crate::views::series::{standard_parts, unit_key};
use jiff::civil::Date;
use renkei_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::LazyLock;

/// Why a value should be confirmed. The first that holds is the one to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Doubt {
    /// Taken on a day after it was received.
    AfterReceipt,
    /// Taken before the patient was born.
    BeforeBirth,
    /// Beyond the hard range.
    Impossible,
    /// The item is known, its unit is not: the number is not judged.
    OtherUnit,
    /// Beyond the soft range.
    Unusual,
}

impl Doubt {
    /// Stable code of the finding.
    pub fn code(self) -> &'static str {
        match self {
            Self::AfterReceipt => "time_after_receipt",
            Self::BeforeBirth => "time_before_birth",
            Self::Impossible => "value_out_of_hard_range",
            Self::OtherUnit => "unit_not_of_item",
            Self::Unusual => "value_out_of_soft_range",
        }
    }
}

/// What an item's value looks like in one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    pub name: &'static str,
    pub unit: &'static str,
    /// Decimals it is reported with.
    pub digits: u8,
    pub hard: (f64, f64),
    pub soft: (f64, f64),
    /// `NGSP`, `JDS`: the way of measuring that the definition is of; empty where it does not matter.
    pub method: &'static str,
    specimen: &'static str,
    result: &'static str,
}

const TABLE: &str = include_str!("items.tsv");

/// By JLAC10 analyte.
static ITEMS: LazyLock<HashMap<&'static str, Vec<Item>>> = LazyLock::new(|| {
    let mut items: HashMap<&'static str, Vec<Item>> = HashMap::new();
    for (analyte, item) in TABLE.lines().filter_map(item) {
        items.entry(analyte).or_default().push(item);
    }
    items
});

fn item(line: &'static str) -> Option<(&'static str, Item)> {
    if line.starts_with('#') {
        return None;
    }
    let cells: Vec<&'static str> = line.split('\t').collect();
    let [analyte, specimen, result, unit, digits, hard_low, hard_high, soft_low, soft_high, method, name] =
        cells.as_slice()
    else {
        return None;
    };
    let range = |low: &str, high: &str| Some((low.parse::<f64>().ok()?, high.parse::<f64>().ok()?));
    Some((
        analyte,
        Item {
            name,
            unit,
            digits: digits.parse().ok()?,
            hard: range(hard_low, hard_high)?,
            soft: range(soft_low, soft_high)?,
            method: if *method == "*" { "" } else { method },
            specimen,
            result,
        },
    ))
}

fn is(defined: &str, stated: &str) -> bool {
    defined == "*" || stated.is_empty() || defined == stated
}

/// What is doubtful about a value. `taken` is when its specimen was taken, `born` the patient's birth date as far as
/// this reader may know it.
pub fn doubt(
    value: &LaboratoryValue,
    taken: Option<&ClinicalTime>,
    received: Timestamp,
    born: Option<Date>,
) -> Option<Doubt> {
    let day = taken.and_then(ClinicalTime::date);
    if day.is_some_and(|day| day > received.tokyo_date()) {
        return Some(Doubt::AfterReceipt);
    }
    if day.zip(born).is_some_and(|(day, born)| day < born) {
        return Some(Doubt::BeforeBirth);
    }
    number_doubt(value)
}

fn number_doubt(value: &LaboratoryValue) -> Option<Doubt> {
    let [analyte, _, specimen, result] = value.jlac10().and_then(standard_parts)?;
    let number = value.measured().filter(|measured| measured.comparator.is_none())?.number;
    let of_item: Vec<&Item> =
        ITEMS.get(analyte)?.iter().filter(|item| is(item.specimen, specimen) && is(item.result, result)).collect();
    if of_item.is_empty() {
        return None;
    }
    let unit = unit_key(&value.unit);
    let Some(item) = of_item.iter().find(|item| item.unit == "*" || unit == unit_text_key(item.unit)) else {
        return Some(Doubt::OtherUnit);
    };
    let outside = |(low, high): (f64, f64)| number < low || number > high;
    if outside(item.hard) { Some(Doubt::Impossible) } else { outside(item.soft).then_some(Doubt::Unusual) }
}

fn unit_text_key(unit: &str) -> String {
    unit_key(&crate::Code::new(unit, "", ""))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, CodedValue};

    fn value(code: &str, number: &str, unit: &str) -> LaboratoryValue {
        LaboratoryValue {
            code: CodedValue::one(code, "検査", "JC10"),
            value: number.into(),
            unit: Code::new(unit, unit, "ISO+"),
            ..LaboratoryValue::default()
        }
    }
    const POTASSIUM: &str = "3H015000002326101";
    const BORN: Date = jiff::civil::date(1954, 3, 12);

    fn judged(code: &str, number: &str, unit: &str, taken: &str) -> Option<Doubt> {
        let received = Timestamp::from_tokyo(jiff::civil::date(2026, 11, 21).at(10, 0, 0, 0));
        doubt(&value(code, number, unit), ClinicalTime::from_field(taken).as_ref(), received, Some(BORN))
    }

    /// R-X-17: impossible and unusual numbers, times before birth and after receipt, and units that are not the item's
    /// are told; what is ordinary, no number or no defined item is not.
    #[test]
    fn what_should_be_confirmed_is_told_and_nothing_else() {
        let of = |number, unit| judged(POTASSIUM, number, unit, "20261001");
        assert_eq!(of("4.1", "mmol/L"), None);
        assert_eq!(of("4.1", "ｍEq/l"), None);
        assert_eq!(of("7.4", "mmol/L"), Some(Doubt::Unusual));
        assert_eq!(of("41", "mmol/L"), Some(Doubt::Impossible));
        assert_eq!(of("41", "mg/dL"), Some(Doubt::OtherUnit));
        assert_eq!(of("41", ""), Some(Doubt::OtherUnit));
        for no_number in ["<0.1", "検体不足", "", "1 +"] {
            assert_eq!(of(no_number, "mmol/L"), None, "{no_number}");
        }
        assert_eq!(judged(POTASSIUM, "4.1", "mmol/L", "19540311"), Some(Doubt::BeforeBirth));
        assert_eq!(judged(POTASSIUM, "4.1", "mmol/L", "19540312"), None);
        assert_eq!(judged(POTASSIUM, "4.1", "mmol/L", "20261122"), Some(Doubt::AfterReceipt));
        assert_eq!(judged(POTASSIUM, "4.1", "mmol/L", "20261121"), None);
        // Potassium in urine is another item; a local code is none.
        assert_eq!(judged("3H015000000126101", "60", "mmol/L", "20261001"), None);
        assert_eq!(judged("0010262", "4100", "mmol/L", "20261001"), None);
    }

    /// R-X-17: HbA1c by JDS and by NGSP are two items with limits of their own.
    #[test]
    fn hba1c_by_jds_and_ngsp_are_two_items() {
        let method = |analyte: &str| ITEMS[analyte].iter().map(|item| item.method).collect::<Vec<_>>();
        assert_eq!((method("3D046"), method("3D045")), (vec!["NGSP"], vec!["JDS"]));
        assert_eq!(judged("3D046000001906202", "78", "%", "20261001"), Some(Doubt::Impossible));
    }

    #[test]
    fn every_line_of_the_table_is_read_and_its_ranges_lie_in_each_other() {
        let lines = TABLE.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(ITEMS.values().map(Vec::len).sum::<usize>(), lines);
        for item in ITEMS.values().flatten() {
            let ((low, high), (hard_low, hard_high)) = (item.soft, item.hard);
            assert!(hard_low <= low && low < high && high <= hard_high, "{}", item.name);
            assert!(!item.name.is_empty() && item.digits <= 3, "{}", item.name);
        }
    }
}
