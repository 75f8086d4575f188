//! The laboratory of the region: what is measured, in which unit, with which range, and how diseases move it.
//!
//! JLAC10-shaped codes; local codes beside them. Two institutions may give different reference ranges for one analyte,
//! as real ones do.

/// Specimen (JC10 characters 10–12) and the group its results are reported in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Specimen {
    Serum,
    WholeBlood,
    Plasma,
    Urine,
}

impl Specimen {
    pub const ALL: [Self; 4] = [Self::Serum, Self::WholeBlood, Self::Plasma, Self::Urine];
    pub fn code(self) -> (&'static str, &'static str) {
        match self {
            Self::Serum => ("023", "血清"),
            Self::WholeBlood => ("019", "全血(添加物入り)"),
            Self::Plasma => ("022", "血漿"),
            Self::Urine => ("001", "尿(含むその他)"),
        }
    }
    /// Local code and name of the item group (OBR-4).
    pub fn group(self) -> (&'static str, &'static str) {
        match self {
            Self::Serum => ("E002", "生化学的検査"),
            Self::WholeBlood => ("E001", "血液学的検査"),
            Self::Plasma => ("E003", "凝固・血漿検査"),
            Self::Urine => ("E004", "尿検査"),
        }
    }
}

/// One analyte.
#[derive(Debug, Clone, Copy)]
pub struct Analyte {
    pub key: &'static str,
    pub jlac10: &'static str,
    pub name: &'static str,
    pub local: (&'static str, &'static str),
    pub unit: &'static str,
    pub specimen: Specimen,
    pub decimals: usize,
    /// Reference range for men and for women; equal bounds of 0 mean that none is given.
    pub range: [(f64, f64); 2],
    /// Middle and spread among the healthy.
    pub usual: (f64, f64),
    /// Conditions that move it: key, shift, further shift per year.
    pub moved_by: &'static [(&'static str, f64, f64)],
    /// Below this the result is reported as `< limit`.
    pub detection_limit: f64,
}

#[allow(clippy::too_many_arguments, reason = "a table row")]
const fn analyte(
    key: &'static str,
    jlac10: &'static str,
    names: (&'static str, &'static str, &'static str),
    unit: &'static str,
    specimen: Specimen,
    decimals: usize,
    range: [(f64, f64); 2],
    usual: (f64, f64),
    moved_by: &'static [(&'static str, f64, f64)],
) -> Analyte {
    Analyte {
        key,
        jlac10,
        name: names.0,
        local: (names.1, names.2),
        unit,
        specimen,
        decimals,
        range,
        usual,
        moved_by,
        detection_limit: 0.0,
    }
}

const fn both(low: f64, high: f64) -> [(f64, f64); 2] {
    [(low, high), (low, high)]
}

use Specimen::{Plasma, Serum, Urine, WholeBlood};

/// Upper bound of a range that has none.
pub const OPEN: f64 = 1e9;

pub const ANALYTES: &[Analyte] = &[
    analyte(
        "hba1c",
        "3D046000001906202",
        ("ＨｂＡ１ｃ（ＮＧＳＰ）", "30050", "ＨｂＡ１ｃ"),
        "%",
        WholeBlood,
        1,
        both(4.9, 6.0),
        (5.5, 0.25),
        &[("diabetes", 1.6, 0.08)],
    ),
    analyte(
        "glucose",
        "3D010000002226101",
        ("グルコース", "10240", "ＧＬＵ"),
        "mg/dL",
        Plasma,
        0,
        both(73.0, 109.0),
        (94.0, 8.0),
        &[("diabetes", 48.0, 2.5)],
    ),
    analyte(
        "creatinine",
        "3C015000002327101",
        ("クレアチニン", "10230", "ＣＲＥ"),
        "mg/dL",
        Serum,
        2,
        [(0.65, 1.07), (0.46, 0.79)],
        (0.78, 0.09),
        &[("kidney", 0.38, 0.06), ("heart-failure", 0.12, 0.02)],
    ),
    analyte(
        "egfr",
        "8A065000002391901",
        ("推算ＧＦＲ（ｅＧＦＲ）", "10231", "ｅＧＦＲ"),
        "mL/min/1.73m2",
        Serum,
        0,
        both(60.0, OPEN),
        (76.0, 8.0),
        &[("kidney", -30.0, -2.2), ("heart-failure", -8.0, -0.8)],
    ),
    analyte(
        "bun",
        "3C025000002327201",
        ("尿素窒素", "10232", "ＢＵＮ"),
        "mg/dL",
        Serum,
        1,
        both(8.0, 20.0),
        (14.5, 2.5),
        &[("kidney", 10.0, 1.0), ("heart-failure", 5.0, 0.3)],
    ),
    analyte(
        "potassium",
        "3H015000002326101",
        ("カリウム", "10262", "Ｋ"),
        "mmol/L",
        Serum,
        1,
        both(3.6, 4.8),
        (4.2, 0.25),
        &[("kidney", 0.45, 0.05)],
    ),
    analyte(
        "sodium",
        "3H010000002326101",
        ("ナトリウム", "10261", "Ｎａ"),
        "mmol/L",
        Serum,
        0,
        both(138.0, 145.0),
        (141.0, 1.6),
        &[("heart-failure", -2.0, 0.0)],
    ),
    analyte(
        "uric-acid",
        "3C020000002327101",
        ("尿酸", "10234", "ＵＡ"),
        "mg/dL",
        Serum,
        1,
        [(3.7, 7.8), (2.6, 5.5)],
        (5.0, 0.8),
        &[("uric-acid", 2.2, 0.0), ("kidney", 1.0, 0.1)],
    ),
    analyte(
        "ldl",
        "3F077000002327101",
        ("ＬＤＬコレステロール", "10273", "ＬＤＬ"),
        "mg/dL",
        Serum,
        0,
        both(65.0, 163.0),
        (108.0, 16.0),
        &[("dyslipidaemia", 22.0, -3.0)],
    ),
    analyte(
        "hdl",
        "3F070000002327101",
        ("ＨＤＬコレステロール", "10272", "ＨＤＬ"),
        "mg/dL",
        Serum,
        0,
        [(38.0, 90.0), (48.0, 103.0)],
        (58.0, 9.0),
        &[("dyslipidaemia", -7.0, 0.0), ("diabetes", -4.0, 0.0)],
    ),
    analyte(
        "triglyceride",
        "3F015000002327101",
        ("中性脂肪", "10271", "ＴＧ"),
        "mg/dL",
        Serum,
        0,
        [(40.0, 234.0), (30.0, 117.0)],
        (102.0, 26.0),
        &[("dyslipidaemia", 60.0, 0.0), ("diabetes", 25.0, 0.0)],
    ),
    analyte(
        "ast",
        "3B035000002327201",
        ("ＡＳＴ", "10211", "ＡＳＴ"),
        "U/L",
        Serum,
        0,
        both(13.0, 30.0),
        (21.0, 3.5),
        &[],
    ),
    analyte(
        "alt",
        "3B045000002327201",
        ("ＡＬＴ", "10212", "ＡＬＴ"),
        "U/L",
        Serum,
        0,
        [(10.0, 42.0), (7.0, 23.0)],
        (19.0, 4.5),
        &[("diabetes", 6.0, 0.0)],
    ),
    analyte(
        "ggt",
        "3B090000002327101",
        ("γ－ＧＴ", "10214", "ＧＧＴ"),
        "U/L",
        Serum,
        0,
        [(13.0, 64.0), (9.0, 32.0)],
        (27.0, 8.0),
        &[],
    ),
    analyte(
        "protein",
        "3A010000002327101",
        ("総蛋白", "10222", "ＴＰ"),
        "g/dL",
        Serum,
        1,
        both(6.6, 8.1),
        (7.2, 0.3),
        &[],
    ),
    analyte(
        "albumin",
        "3A015000002327101",
        ("アルブミン", "10223", "ＡＬＢ"),
        "g/dL",
        Serum,
        1,
        both(4.1, 5.1),
        (4.4, 0.2),
        &[("heart-failure", -0.5, -0.05), ("kidney", -0.2, 0.0)],
    ),
    Analyte {
        detection_limit: 0.02,
        ..analyte(
            "crp",
            "5C070000002306201",
            ("ＣＲＰ", "10250", "ＣＲＰ"),
            "mg/dL",
            Serum,
            2,
            both(0.0, 0.14),
            (0.06, 0.05),
            &[],
        )
    },
    analyte(
        "wbc",
        "2A990000001930952",
        ("白血球数", "30046", "ＷＢＣ"),
        "/uL",
        WholeBlood,
        0,
        both(3300.0, 8600.0),
        (5900.0, 900.0),
        &[],
    ),
    analyte(
        "rbc",
        "2A990000001930951",
        ("赤血球数", "30045", "ＲＢＣ"),
        ".10*4/uL",
        WholeBlood,
        0,
        [(435.0, 555.0), (386.0, 492.0)],
        (450.0, 25.0),
        &[("kidney", -40.0, -4.0), ("anaemia", -50.0, 4.0)],
    ),
    analyte(
        "haemoglobin",
        "2A990000001930953",
        ("ヘモグロビン", "30047", "Ｈｂ"),
        "g/dL",
        WholeBlood,
        1,
        [(13.7, 16.8), (11.6, 14.8)],
        (13.8, 0.7),
        &[("kidney", -1.6, -0.15), ("anaemia", -3.0, 0.3)],
    ),
    analyte(
        "platelets",
        "2A990000001930958",
        ("血小板数", "30049", "ＰＬＴ"),
        ".10*4/uL",
        WholeBlood,
        1,
        both(15.8, 34.8),
        (22.5, 3.5),
        &[],
    ),
    analyte(
        "inr",
        "2B030000002231157",
        ("ＰＴ－ＩＮＲ", "20011", "ＩＮＲ"),
        "",
        Plasma,
        2,
        both(0.90, 1.13),
        (1.02, 0.04),
        &[],
    ),
    analyte(
        "bnp",
        "4Z271000002205201",
        ("ＢＮＰ", "40271", "ＢＮＰ"),
        "pg/mL",
        Plasma,
        1,
        both(0.0, 18.4),
        (12.0, 4.0),
        &[("heart-failure", 220.0, 15.0), ("atrial-fibrillation", 60.0, 8.0)],
    ),
    analyte(
        "tsh",
        "4A055000002302301",
        ("ＴＳＨ", "40055", "ＴＳＨ"),
        "uIU/mL",
        Serum,
        2,
        both(0.50, 5.00),
        (1.9, 0.6),
        &[("thyroid", 4.0, -0.8)],
    ),
    analyte(
        "urine-acr",
        "3A016000000106127",
        ("尿中アルブミン／クレアチニン比", "50016", "ＡＣＲ"),
        "mg/g(creat)",
        Urine,
        1,
        both(0.0, 30.0),
        (9.0, 3.5),
        &[("kidney", 160.0, 25.0), ("diabetes", 30.0, 6.0)],
    ),
];

/// Panels an order asks for.
pub const PANEL_SMALL: &[&str] = &["creatinine", "egfr", "potassium", "ldl", "ast", "alt", "haemoglobin"];
pub const PANEL_DIABETES: &[&str] =
    &["hba1c", "glucose", "creatinine", "egfr", "ldl", "hdl", "triglyceride", "urine-acr"];
pub const PANEL_KIDNEY: &[&str] =
    &["creatinine", "egfr", "bun", "potassium", "sodium", "uric-acid", "albumin", "haemoglobin", "urine-acr"];
pub const PANEL_HEART: &[&str] = &["bnp", "creatinine", "egfr", "potassium", "sodium", "haemoglobin", "inr"];
pub const PANEL_ACUTE: &[&str] = &[
    "crp",
    "wbc",
    "rbc",
    "haemoglobin",
    "platelets",
    "creatinine",
    "egfr",
    "bun",
    "sodium",
    "potassium",
    "ast",
    "alt",
    "protein",
    "albumin",
];

/// The analyte of that key.
pub fn analyte_of(key: &str) -> Option<&'static Analyte> {
    ANALYTES.iter().find(|a| a.key == key)
}

/// The range this institution prints: smaller institutions send their specimens out and have slightly wider ones.
pub fn range_at(analyte: &Analyte, institution_has_laboratory: bool, woman: bool) -> Option<(f64, f64)> {
    let (low, high) = analyte.range[usize::from(woman)];
    if low == 0.0 && high == 0.0 {
        return None;
    }
    if institution_has_laboratory {
        return Some((low, high));
    }
    let step = 10_f64.powi(-i32::try_from(analyte.decimals).unwrap_or(0));
    Some(((low - step).max(0.0), if high >= OPEN { high } else { high + step }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courses::conditions::condition;
    use std::collections::BTreeSet;

    #[test]
    fn codes_are_seventeen_long_name_their_specimen_and_are_unique() {
        let codes: BTreeSet<_> = ANALYTES.iter().map(|a| a.jlac10).collect();
        assert_eq!(codes.len(), ANALYTES.len());
        for analyte in ANALYTES {
            assert_eq!(analyte.jlac10.len(), 17, "{}", analyte.key);
            assert!(analyte.moved_by.iter().all(|m| condition(m.0).is_some()), "{}", analyte.key);
        }
        for panel in [PANEL_SMALL, PANEL_DIABETES, PANEL_KIDNEY, PANEL_HEART, PANEL_ACUTE] {
            assert!(panel.iter().all(|key| analyte_of(key).is_some()));
        }
    }

    #[test]
    fn a_clinic_prints_another_range_than_a_hospital() {
        let creatinine = analyte_of("creatinine").unwrap();
        assert_ne!(range_at(creatinine, true, true), range_at(creatinine, false, true));
        assert_eq!(range_at(creatinine, true, true), Some((0.46, 0.79)));
    }
}
