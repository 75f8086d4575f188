//! The diseases of the region: code, name, who has them, who treats them, with which medicines, and which laboratory
//! values they move.
//!
//! Prevalences and regimens are plausible at a glance and nothing more: no medical statement may be taken from here.

use super::usage::{
    APPLY_TWICE, BEDTIME, EVENING, EYE_EVENING, FOR_FEVER, FOR_PAIN, FOR_SLEEPLESSNESS, INHALE_DAILY, INHALE_NEEDED,
    INHALE_TWICE, INJECT_EVENING, MORNING, MORNING_EVENING, ON_WAKING_WEEKLY, PATCH_DAILY, THREE_TIMES, Usage,
};

/// Who treats it when the region has such a place near the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    General,
    /// A department of the hospital (code of HL70069).
    Hospital(&'static str),
    Orthopaedic,
    Psychiatric,
    Dental,
}

/// One line of a regimen: drug key, amount per dose, usage. Taken with this probability.
pub type Line = (&'static str, f64, Usage, f64);

/// A disease.
#[derive(Debug, Clone, Copy)]
pub struct Condition {
    pub key: &'static str,
    /// Diagnosis name and its eight-digit management number.
    pub name: &'static str,
    pub number: &'static str,
    /// ICD-10 without the dot.
    pub icd10: &'static str,
    pub care: Care,
    /// Share of people at 30, 50, 70 and 90 years who have it.
    pub prevalence: [f64; 4],
    pub regimen: &'static [Line],
    /// Days between visits on its account; 0 for one that asks for none.
    pub interval_days: i64,
}

const fn chronic(
    key: &'static str,
    names: (&'static str, &'static str, &'static str),
    care: Care,
    prevalence: [f64; 4],
    regimen: &'static [Line],
    interval_days: i64,
) -> Condition {
    Condition { key, name: names.0, number: names.1, icd10: names.2, care, prevalence, regimen, interval_days }
}

/// Long-lasting diseases.
pub const CHRONIC: &[Condition] = &[
    chronic(
        "hypertension",
        ("高血圧症", "20061826", "I10"),
        Care::General,
        [0.03, 0.28, 0.55, 0.66],
        &[("amlodipine", 1.0, MORNING, 0.7), ("telmisartan", 1.0, MORNING, 0.35), ("olmesartan", 1.0, MORNING, 0.2)],
        42,
    ),
    chronic(
        "diabetes",
        ("２型糖尿病", "20061632", "E11"),
        Care::General,
        [0.01, 0.10, 0.20, 0.18],
        &[
            ("metformin", 1.0, MORNING_EVENING, 0.55),
            ("linagliptin", 1.0, MORNING, 0.45),
            ("empagliflozin", 1.0, MORNING, 0.3),
            ("glimepiride", 1.0, MORNING, 0.12),
            ("glargine", 1.0, INJECT_EVENING, 0.08),
        ],
        42,
    ),
    chronic(
        "dyslipidaemia",
        ("脂質異常症", "20061805", "E785"),
        Care::General,
        [0.02, 0.22, 0.34, 0.25],
        &[("rosuvastatin", 1.0, EVENING, 0.6), ("atorvastatin", 1.0, EVENING, 0.25), ("ezetimibe", 1.0, MORNING, 0.1)],
        56,
    ),
    chronic(
        "kidney",
        ("慢性腎臓病", "20095213", "N183"),
        Care::Hospital("48"),
        [0.0, 0.03, 0.14, 0.30],
        &[("dapagliflozin", 1.0, MORNING, 0.3), ("febuxostat", 1.0, MORNING, 0.35)],
        84,
    ),
    chronic(
        "atrial-fibrillation",
        ("心房細動", "20063121", "I489"),
        Care::Hospital("08"),
        [0.0, 0.01, 0.07, 0.14],
        &[
            ("apixaban", 1.0, MORNING_EVENING, 0.45),
            ("edoxaban-30", 1.0, MORNING, 0.4),
            ("bisoprolol", 1.0, MORNING, 0.6),
        ],
        56,
    ),
    chronic(
        "heart-failure",
        ("慢性心不全", "20062214", "I509"),
        Care::Hospital("08"),
        [0.0, 0.01, 0.06, 0.18],
        &[
            ("furosemide", 1.0, MORNING, 0.8),
            ("spironolactone", 1.0, MORNING, 0.5),
            ("carvedilol", 1.0, MORNING_EVENING, 0.6),
        ],
        42,
    ),
    chronic(
        "copd",
        ("慢性閉塞性肺疾患", "20081247", "J449"),
        Care::Hospital("45"),
        [0.0, 0.02, 0.08, 0.10],
        &[
            ("tiotropium", 1.0, INHALE_DAILY, 0.8),
            ("salbutamol", 1.0, INHALE_NEEDED, 0.4),
            ("carbocisteine", 1.0, THREE_TIMES, 0.4),
        ],
        56,
    ),
    chronic(
        "asthma",
        ("気管支喘息", "20059871", "J459"),
        Care::General,
        [0.06, 0.05, 0.05, 0.04],
        &[("budesonide-formoterol", 1.0, INHALE_TWICE, 0.8), ("montelukast", 1.0, BEDTIME, 0.5)],
        56,
    ),
    chronic(
        "osteoporosis",
        ("骨粗鬆症", "20057713", "M8199"),
        Care::Orthopaedic,
        [0.0, 0.03, 0.18, 0.35],
        &[("alendronate", 1.0, ON_WAKING_WEEKLY, 0.7), ("eldecalcitol", 1.0, MORNING, 0.6)],
        84,
    ),
    chronic(
        "knee",
        ("変形性膝関節症", "20063502", "M179"),
        Care::Orthopaedic,
        [0.0, 0.06, 0.22, 0.33],
        &[
            ("loxoprofen", 1.0, FOR_PAIN, 0.5),
            ("ketoprofen-tape", 1.0, PATCH_DAILY, 0.7),
            ("celecoxib", 1.0, MORNING_EVENING, 0.2),
        ],
        42,
    ),
    chronic(
        "reflux",
        ("逆流性食道炎", "20055608", "K210"),
        Care::General,
        [0.03, 0.08, 0.13, 0.12],
        &[("vonoprazan", 1.0, MORNING, 0.5), ("lansoprazole", 1.0, MORNING, 0.5)],
        56,
    ),
    chronic(
        "constipation",
        ("便秘症", "20063377", "K590"),
        Care::General,
        [0.02, 0.05, 0.15, 0.28],
        &[("magnesium-oxide", 1.0, THREE_TIMES, 0.9)],
        56,
    ),
    chronic(
        "uric-acid",
        ("高尿酸血症", "20061840", "E790"),
        Care::General,
        [0.02, 0.08, 0.10, 0.08],
        &[("febuxostat", 1.0, MORNING, 0.6), ("allopurinol", 1.0, MORNING_EVENING, 0.3)],
        56,
    ),
    chronic(
        "insomnia",
        ("不眠症", "20063201", "G470"),
        Care::General,
        [0.03, 0.07, 0.15, 0.20],
        &[("zolpidem", 1.0, FOR_SLEEPLESSNESS, 0.4), ("suvorexant", 1.0, BEDTIME, 0.5)],
        42,
    ),
    chronic(
        "depression",
        ("うつ病", "20051906", "F329"),
        Care::Psychiatric,
        [0.05, 0.06, 0.04, 0.03],
        &[("escitalopram", 1.0, EVENING, 0.7), ("mirtazapine", 1.0, BEDTIME, 0.35)],
        28,
    ),
    chronic(
        "dementia",
        ("アルツハイマー型認知症", "20090814", "G309"),
        Care::Hospital("04"),
        [0.0, 0.0, 0.05, 0.24],
        &[("donepezil", 1.0, MORNING, 0.8)],
        84,
    ),
    chronic(
        "prostate",
        ("前立腺肥大症", "20060411", "N40"),
        Care::Hospital("20"),
        [0.0, 0.02, 0.12, 0.18],
        &[("tamsulosin", 1.0, MORNING, 0.9)],
        84,
    ),
    chronic(
        "thyroid",
        ("甲状腺機能低下症", "20056119", "E039"),
        Care::General,
        [0.01, 0.02, 0.05, 0.05],
        &[("levothyroxine", 1.0, MORNING, 0.95)],
        84,
    ),
    chronic(
        "anaemia",
        ("鉄欠乏性貧血", "20062510", "D509"),
        Care::General,
        [0.05, 0.06, 0.06, 0.10],
        &[("ferrous-citrate", 1.0, MORNING_EVENING, 0.8)],
        56,
    ),
    chronic(
        "stroke",
        ("脳梗塞後遺症", "20062816", "I693"),
        Care::Hospital("04"),
        [0.0, 0.01, 0.06, 0.12],
        &[("clopidogrel", 1.0, MORNING, 0.7), ("rebamipide", 1.0, THREE_TIMES, 0.3)],
        56,
    ),
    chronic(
        "glaucoma",
        ("緑内障", "20063899", "H409"),
        Care::Hospital("26"),
        [0.0, 0.03, 0.08, 0.09],
        &[("latanoprost", 1.0, EYE_EVENING, 0.95)],
        84,
    ),
    chronic(
        "hay-fever",
        ("花粉症", "20061033", "J301"),
        Care::General,
        [0.25, 0.22, 0.12, 0.05],
        &[("fexofenadine", 1.0, MORNING_EVENING, 0.9)],
        0,
    ),
    chronic(
        "dizziness",
        ("めまい症", "20063410", "R42"),
        Care::General,
        [0.01, 0.03, 0.05, 0.06],
        &[("betahistine", 1.0, THREE_TIMES, 0.9)],
        56,
    ),
    chronic(
        "neuralgia",
        ("坐骨神経痛", "20056744", "M5430"),
        Care::Orthopaedic,
        [0.01, 0.04, 0.09, 0.08],
        &[("mirogabalin", 1.0, MORNING_EVENING, 0.5), ("pregabalin", 1.0, MORNING_EVENING, 0.4)],
        42,
    ),
    chronic(
        "dry-skin",
        ("皮脂欠乏症", "20064022", "L853"),
        Care::General,
        [0.02, 0.03, 0.08, 0.15],
        &[("heparinoid", 25.0, APPLY_TWICE, 0.9)],
        0,
    ),
    chronic("periodontitis", ("慢性歯周炎", "20064518", "K053"), Care::Dental, [0.05, 0.15, 0.22, 0.18], &[], 90),
];

/// Short illnesses: one or two visits, medicines for some days.
pub const ACUTE: &[Condition] = &[
    chronic(
        "cold",
        ("急性上気道炎", "20056411", "J069"),
        Care::General,
        [0.3, 0.25, 0.2, 0.2],
        &[
            ("carbocisteine", 1.0, THREE_TIMES, 0.9),
            ("dextromethorphan", 1.0, THREE_TIMES, 0.6),
            ("acetaminophen", 2.0, FOR_FEVER, 0.8),
        ],
        5,
    ),
    chronic(
        "gastroenteritis",
        ("急性胃腸炎", "20055007", "A099"),
        Care::General,
        [0.1, 0.06, 0.06, 0.05],
        &[("rebamipide", 1.0, THREE_TIMES, 0.8), ("acetaminophen", 2.0, FOR_FEVER, 0.4)],
        4,
    ),
    chronic(
        "cystitis",
        ("急性膀胱炎", "20056302", "N300"),
        Care::General,
        [0.05, 0.06, 0.08, 0.10],
        &[("levofloxacin", 1.0, MORNING, 0.9)],
        5,
    ),
    chronic(
        "back-pain",
        ("急性腰痛症", "20056810", "M545"),
        Care::Orthopaedic,
        [0.08, 0.12, 0.12, 0.08],
        &[
            ("loxoprofen", 1.0, THREE_TIMES, 0.7),
            ("rebamipide", 1.0, THREE_TIMES, 0.6),
            ("ketoprofen-tape", 1.0, PATCH_DAILY, 0.8),
        ],
        7,
    ),
    chronic(
        "caries",
        ("う蝕", "20064533", "K029"),
        Care::Dental,
        [0.2, 0.2, 0.15, 0.1],
        &[("amoxicillin", 1.0, THREE_TIMES, 0.4), ("loxoprofen", 1.0, FOR_PAIN, 0.7)],
        3,
    ),
    chronic(
        "bronchitis",
        ("急性気管支炎", "20055814", "J209"),
        Care::General,
        [0.08, 0.08, 0.1, 0.1],
        &[("clarithromycin", 1.0, MORNING_EVENING, 0.6), ("carbocisteine", 1.0, THREE_TIMES, 0.9)],
        6,
    ),
    chronic(
        "sinusitis",
        ("急性副鼻腔炎", "20056207", "J019"),
        Care::General,
        [0.05, 0.04, 0.02, 0.02],
        &[("cefditoren", 1.0, THREE_TIMES, 0.7), ("carbocisteine", 1.0, THREE_TIMES, 0.8)],
        7,
    ),
];

/// The condition of that key, long or short.
pub fn condition(key: &str) -> Option<&'static Condition> {
    CHRONIC.iter().chain(ACUTE).find(|c| c.key == key)
}

/// Share of people of that age who have it.
pub fn share(condition: &Condition, age: i64) -> f64 {
    let [young, middle, old, oldest] = condition.prevalence;
    let at = |from: f64, to: f64, start: i64| from + (to - from) * (age - start) as f64 / 20.0;
    match age {
        ..10 => 0.0,
        10..30 => young * (age - 10) as f64 / 20.0,
        30..50 => at(young, middle, 30),
        50..70 => at(middle, old, 50),
        70..90 => at(old, oldest, 70),
        _ => oldest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::courses::drugs::drug;
    use std::collections::BTreeSet;

    #[test]
    fn every_regimen_names_a_drug_and_every_number_is_unique() {
        let numbers: BTreeSet<_> = CHRONIC.iter().chain(ACUTE).map(|c| c.number).collect();
        assert_eq!(numbers.len(), CHRONIC.len() + ACUTE.len());
        for condition in CHRONIC.iter().chain(ACUTE) {
            assert_eq!(condition.number.len(), 8);
            for line in condition.regimen {
                assert!(drug(line.0).is_some(), "{} names {}", condition.key, line.0);
            }
        }
    }

    #[test]
    fn shares_follow_age_and_stay_between_none_and_all() {
        for condition in CHRONIC {
            assert_eq!(share(condition, 5), 0.0);
            for age in 0..110 {
                assert!((0.0..=1.0).contains(&share(condition, age)));
            }
        }
        assert!(condition("kidney").is_some_and(|c| share(c, 80) > share(c, 40)));
    }
}
