//! What makes two laboratory values comparable, and how one value stands to its own institution's range.
//!
//! Same JLAC10 analyte, identification, specimen and result form, and the same unit; the method alone may differ.
//! Values without a JLAC10 code are compared inside their institution only. HbA1c in JDS, NGSP and IFCC stay apart.

use crate::amount::{Comparator, Measured};
use crate::body::{LaboratoryGroup, LaboratoryValue, ResultStatus};
use crate::code::{Code, CodedValue, folded};
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Values with equal keys may stand in one row and on one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SeriesKey {
    /// JLAC10 analyte (5), or the local code with its system, or the name.
    pub analyte: String,
    /// JLAC10 identification (4); empty for local codes.
    pub identification: String,
    /// JLAC10 specimen (3), or the specimen's code or name.
    pub specimen: String,
    /// JLAC10 result identification (2); empty in the 15-character form.
    pub result: String,
    /// Folded for comparison; never shown.
    pub unit: String,
    /// `JDS`, `NGSP`, `IFCC` where the name says so.
    pub variant: String,
    /// Set where the code means something inside one institution only.
    pub institution: Option<InstitutionId>,
}

impl SeriesKey {
    /// A stable address for links: letters, digits and `-` for standard codes.
    pub fn id(&self) -> String {
        let institution = self.institution.map(|i| i.to_string()).unwrap_or_default();
        [&self.analyte, &self.identification, &self.specimen, &self.result, &self.unit, &self.variant, &institution]
            .map(String::as_str)
            .join("~")
    }
    pub fn is_standard(&self) -> bool {
        self.institution.is_none()
    }
}

/// Test field of a JLAC10 code (first character).
pub fn field_label(analyte: &str, is_standard: bool) -> &'static str {
    match analyte.chars().next().filter(|_| is_standard) {
        Some('1') => "一般検査",
        Some('2') => "血液学的検査",
        Some('3') => "生化学的検査",
        Some('4') => "内分泌学的検査",
        Some('5') => "免疫学的検査",
        Some('6') => "微生物学的検査",
        Some('7') => "病理学的検査",
        Some('8') => "その他の検体検査",
        _ => "標準コードのない検査",
    }
}

/// Code of the unit where a standard one is given, else its text; width, case and the two forms of µ do not matter.
pub(crate) fn unit_key(unit: &Code) -> String {
    let text = if unit.code.is_empty() { &unit.text } else { &unit.code };
    text.trim()
        .chars()
        .map(|c| match c {
            'µ' | 'μ' | 'Μ' => 'u',
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            _ => c,
        })
        .filter(|c| !c.is_whitespace())
        .map(|c| c.to_ascii_lowercase())
        .collect()
}

/// `JDS`, `NGSP`, `IFCC` in any of the names.
fn variant(value: &LaboratoryValue) -> String {
    let mut names = value.code.codes.iter().map(|c| c.text.as_str());
    let may_be_hba1c = match value.jlac10() {
        Some(code) if standard_parts(code).is_some() => code.starts_with("3D04"),
        _ => names.clone().any(|name| folded(name).contains("A1C")),
    };
    if !may_be_hba1c {
        return String::new();
    }
    let found = names.find_map(|name| {
        let name = folded(name);
        ["JDS", "NGSP", "IFCC"].into_iter().find(|variant| name.contains(variant))
    });
    match found {
        Some(variant) => variant.to_owned(),
        // The NGSP analyte names itself by its code.
        None if value.jlac10().is_some_and(|c| c.starts_with("3D046")) => "NGSP".to_owned(),
        None => String::new(),
    }
}

pub(crate) fn standard_parts(code: &str) -> Option<[&str; 4]> {
    let is_jlac10 = matches!(code.len(), 15 | 17) && code.bytes().all(|b| b.is_ascii_alphanumeric());
    is_jlac10.then(|| [(0, 5), (5, 9), (9, 12), (15, 17)].map(|(from, to)| code.get(from..to).unwrap_or_default()))
}

pub fn series_key(institution: InstitutionId, group: &LaboratoryGroup, value: &LaboratoryValue) -> SeriesKey {
    let (unit, variant) = (unit_key(&value.unit), variant(value));
    if let Some([analyte, identification, specimen, result]) = value.jlac10().and_then(standard_parts) {
        let [analyte, identification, specimen, result] =
            [analyte, identification, specimen, result].map(str::to_owned);
        return SeriesKey { analyte, identification, specimen, result, unit, variant, institution: None };
    }
    let specimen = &group.specimen.kind;
    let specimen = specimen.first_code().map_or_else(|| specimen.shown().to_owned(), |c| c.code.to_string());
    let analyte = match value.code.first_code() {
        Some(code) => format!("{} {}", code.code.trim(), folded(&code.system)),
        None => folded(value.name()),
    };
    SeriesKey {
        analyte,
        identification: String::new(),
        specimen,
        result: String::new(),
        unit,
        variant,
        institution: Some(institution),
    }
}

/// Gives each series a number while walking over many values: the key is worked out once for each spelling, not once
/// for each value.
#[derive(Default)]
pub(super) struct SeriesIndex<'a> {
    /// By institution and the addresses of code, unit and specimen: borrowed as they are, they stay where they lie.
    places: HashMap<(InstitutionId, [usize; 3]), usize>,
    spellings: HashMap<Spelling<'a>, usize>,
    numbers: BTreeMap<SeriesKey, usize>,
}

/// What of a value its key can depend on.
#[derive(PartialEq, Eq, Hash)]
enum Spelling<'a> {
    /// Code, unit as code and as text, and the texts (of HbA1c alone).
    Standard(&'a str, &'a str, &'a str, Option<&'a [Code]>),
    Local(InstitutionId, &'a [Code], &'a Code, &'a CodedValue),
}

impl<'a> Spelling<'a> {
    fn of(institution: InstitutionId, group: &'a LaboratoryGroup, value: &'a LaboratoryValue) -> Self {
        match value.jlac10() {
            Some(code) if standard_parts(code).is_some() => {
                let says_variant = code.starts_with("3D04").then_some(value.code.codes.as_slice());
                Self::Standard(code, &value.unit.code, &value.unit.text, says_variant)
            }
            _ => Self::Local(institution, &value.code.codes, &value.unit, &group.specimen.kind),
        }
    }
}

impl<'a> SeriesIndex<'a> {
    pub fn number(
        &mut self,
        institution: InstitutionId,
        group: &'a LaboratoryGroup,
        value: &'a LaboratoryValue,
    ) -> usize {
        let place = [value.code.address(), value.unit.address(), group.specimen.kind.address()];
        let (spellings, numbers) = (&mut self.spellings, &mut self.numbers);
        *self.places.entry((institution, place)).or_insert_with(|| {
            *spellings.entry(Spelling::of(institution, group, value)).or_insert_with(|| {
                let next = numbers.len();
                *numbers.entry(series_key(institution, group, value)).or_insert(next)
            })
        })
    }
    /// Keys by number.
    pub fn into_keys(self) -> Vec<SeriesKey> {
        let mut keys: Vec<(usize, SeriesKey)> = self.numbers.into_iter().map(|(key, number)| (number, key)).collect();
        keys.sort_unstable_by_key(|(number, _)| *number);
        keys.into_iter().map(|(_, key)| key).collect()
    }
}

/// How a value stands to the range of the institution that measured it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Flagging {
    CriticalHigh,
    High,
    Low,
    CriticalLow,
    /// Abnormal without direction.
    Abnormal,
    Normal,
    /// Nothing was said and nothing can be compared.
    NotSaid,
}

impl Flagging {
    pub fn is_abnormal(self) -> bool {
        !matches!(self, Self::Normal | Self::NotSaid)
    }
    /// A word that goes with the colour.
    pub fn mark(self) -> &'static str {
        match self {
            Self::CriticalHigh => "HH",
            Self::High => "H",
            Self::Low => "L",
            Self::CriticalLow => "LL",
            Self::Abnormal => "異常",
            Self::Normal | Self::NotSaid => "",
        }
    }
}

/// A reference range that is wholly readable; each end inclusive or not.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct OwnRange {
    pub low: Option<(f64, bool)>,
    pub high: Option<(f64, bool)>,
}

impl OwnRange {
    /// `6.7-8.3`, `6.7 ～ 8.3`, `<0.14`, `>=60`, `60以上`, `0.14未満`; anything else is `None`.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let plain = |part: &str| Measured::read(part).filter(|m| m.comparator.is_none()).map(|m| m.number);
        for (word, is_low, inclusive) in
            [("以上", true, true), ("以下", false, true), ("未満", false, false), ("超", true, false)]
        {
            if let Some(number) = text.strip_suffix(word).and_then(plain) {
                let end = Some((number, inclusive));
                return Some(if is_low { Self { low: end, high: None } } else { Self { low: None, high: end } });
            }
        }
        if let Some(Measured { comparator: Some(comparator), number }) = Measured::read(text) {
            return Some(match comparator {
                Comparator::Less => Self { low: None, high: Some((number, false)) },
                Comparator::LessOrEqual => Self { low: None, high: Some((number, true)) },
                Comparator::Greater => Self { low: Some((number, false)), high: None },
                Comparator::GreaterOrEqual => Self { low: Some((number, true)), high: None },
            });
        }
        // The separator is searched after the first character, so that a leading minus stays a sign.
        let separator = text.char_indices().skip(1).find(|(_, c)| "-－−‐–~～〜".contains(*c))?;
        let (low, rest) = text.split_at(separator.0);
        let high = rest.strip_prefix(separator.1)?;
        let (low, high) = (plain(low)?, plain(high)?);
        (low <= high).then_some(Self { low: Some((low, true)), high: Some((high, true)) })
    }

    fn judge(self, number: f64) -> Flagging {
        if self.low.is_some_and(|(low, inclusive)| number < low || (!inclusive && number == low)) {
            Flagging::Low
        } else if self.high.is_some_and(|(high, inclusive)| number > high || (!inclusive && number == high)) {
            Flagging::High
        } else {
            Flagging::Normal
        }
    }
}

/// The sender's own flag; where none was sent, the value against the sender's own range when both are plain numbers.
pub fn flagging(value: &LaboratoryValue) -> Flagging {
    if value.status == ResultStatus::Cancelled {
        return Flagging::NotSaid;
    }
    match folded(&value.flag).as_str() {
        "HH" | "HU" | ">" => Flagging::CriticalHigh,
        "H" => Flagging::High,
        "L" => Flagging::Low,
        "LL" | "LU" | "<" => Flagging::CriticalLow,
        "A" | "AA" => Flagging::Abnormal,
        "N" => Flagging::Normal,
        "" => {
            let number = value.measured().filter(|m| m.comparator.is_none());
            match (number, OwnRange::read(&value.range)) {
                (Some(measured), Some(range)) => range.judge(measured.number),
                _ => Flagging::NotSaid,
            }
        }
        _ => Flagging::NotSaid,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(codes: &[(&str, &str, &str)], unit: &str) -> LaboratoryValue {
        LaboratoryValue {
            code: CodedValue::of(codes.iter().map(|(c, t, s)| Code::new(*c, *t, *s)).collect()),
            unit: Code::new(unit, "", "ISO+"),
            ..LaboratoryValue::default()
        }
    }
    fn key(institution: u128, value: &LaboratoryValue) -> SeriesKey {
        series_key(InstitutionId(uuid::Uuid::from_u128(institution)), &LaboratoryGroup::default(), value)
    }

    #[test]
    fn the_same_analyte_by_another_method_is_the_same_series_in_both_institutions() {
        let a = value(&[("3C015000002327101", "クレアチニン", "JC10")], "mg/dL");
        let b = value(&[("10230", "CRE", "99X03"), ("3C015000002327201", "Cre", "JC10")], "mg/dl");
        assert_eq!(key(1, &a), key(2, &b));
    }

    #[test]
    fn another_specimen_unit_or_result_form_is_another_series() {
        let serum = value(&[("3C015000002327101", "", "JC10")], "mg/dL");
        for other in [
            value(&[("3C015000000127101", "", "JC10")], "mg/dL"),
            value(&[("3C015000002327101", "", "JC10")], "umol/L"),
            value(&[("3C015000002327190", "コメント", "JC10")], "mg/dL"),
        ] {
            assert_ne!(key(1, &serum), key(1, &other));
        }
    }

    #[test]
    fn hba1c_in_jds_ngsp_and_ifcc_are_kept_apart() {
        let named = |name| key(1, &value(&[("3D045000001906202", name, "JC10")], "%"));
        let keys = [named("ＨｂＡ１ｃ（ＪＤＳ）"), named("HbA1c(NGSP)"), named("HbA1c"), named("HbA1c IFCC")];
        for (i, a) in keys.iter().enumerate() {
            for b in keys.iter().skip(i + 1) {
                assert_ne!(a, b);
            }
        }
        assert_ne!(key(1, &value(&[("3D046000001906202", "HbA1c", "JC10")], "%")), named("HbA1c(NGSP)"));
    }

    #[test]
    fn local_codes_are_compared_inside_their_institution_only() {
        let local = value(&[("0012345", "院内検査", "99X03")], "");
        assert_eq!(key(1, &local), key(1, &local));
        assert_ne!(key(1, &local), key(2, &local));
        let wrong_length = value(&[("3C0150000023", "クレアチニン", "JC10")], "mg/dL");
        assert!(!key(1, &wrong_length).is_standard());
    }

    #[test]
    fn the_own_flag_is_believed_and_only_its_absence_asks_the_own_range() {
        let with = |raw: &str, range: &str, flag: &str| {
            flagging(&LaboratoryValue {
                value: raw.into(),
                range: range.into(),
                flag: flag.into(),
                ..LaboratoryValue::default()
            })
        };
        assert_eq!(with("1.31", "0.65-1.07", "H"), Flagging::High);
        assert_eq!(with("1.00", "0.65-1.07", "H"), Flagging::High);
        assert_eq!(with("1.31", "0.65-1.07", "N"), Flagging::Normal);
        assert_eq!(with("1.31", "0.65 ～ 1.07", ""), Flagging::High);
        assert_eq!(with("59", "60以上", ""), Flagging::Low);
        assert_eq!(with("0.14", "<0.14", ""), Flagging::High);
        assert_eq!(with("-3", "-2.0-2.0", ""), Flagging::Low);
        assert_eq!(with("< 0.02", "<0.14", ""), Flagging::NotSaid);
        assert_eq!(with("1 +", "(-)", ""), Flagging::NotSaid);
        assert_eq!(with("5", "男 3-4 女 2-3", ""), Flagging::NotSaid);
    }
}
