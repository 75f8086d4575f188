//! Recorded warnings for the identity band: what was written down as dangerous, and nothing that was concluded.
//!
//! Allergies as stated; infections as coded diagnoses; kidney function as the latest eGFR that its own laboratory
//! flagged; anticoagulants as running medicines whose code names that class. Where a code is missing nothing is said,
//! which never means that there is nothing.

use super::diagnoses::{Diagnoses, diagnoses};
use super::latest::{LatestValue, latest_values};
use super::medicines::{Medicines, Phase, medicines};
use super::patient::{PatientRecord, Seen, SourceRef};
use crate::body::{Allergy, Body};
use crate::code::folded;
use crate::time::ClinicalTime;
use jiff::civil::Date;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WarningKind {
    Allergy,
    Infection,
    Kidney,
    Anticoagulant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Tone {
    /// Red.
    Danger,
    /// Amber.
    Caution,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    pub kind: WarningKind,
    pub tone: Tone,
    /// `アレルギー`, `感染症`, `腎機能低下`, `抗凝固薬を内服中`.
    pub label: String,
    /// `ペニシリン系（発疹・重度）`.
    pub detail: String,
    pub institutions: Vec<InstitutionId>,
    pub sources: Vec<SourceRef>,
}

/// One allergy with all that is stated about it, for the list behind the warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AllergyShown {
    pub allergen: String,
    /// 薬物, 食物 …, in the sender's words or the table's.
    pub kind: String,
    pub severity: String,
    pub is_severe: bool,
    pub reactions: Vec<String>,
    pub onset: String,
    pub informant: String,
    pub status: String,
    pub comments: Vec<String>,
    pub institutions: Vec<InstitutionId>,
    pub sources: Vec<SourceRef>,
}

/// HL7 tables 0127 and 0128 where the sender gives no words.
fn table_words(code: &str) -> Option<&'static str> {
    Some(match code {
        "DA" => "薬物アレルギー",
        "FA" => "食物アレルギー",
        "MA" => "種々のアレルギー",
        "MC" => "種々の禁忌",
        "EA" => "環境アレルギー",
        "AA" => "動物アレルギー",
        "PA" => "植物アレルギー",
        "LA" => "花粉アレルギー",
        "MI" => "軽度",
        "MO" => "中等度",
        "SV" => "重度",
        _ => return None,
    })
}

fn in_words(value: &crate::code::CodedValue) -> String {
    match value.codes.iter().find(|c| !c.is_empty()) {
        Some(code) if code.text.is_empty() => table_words(code.code.trim()).unwrap_or(&code.code).to_owned(),
        _ => value.shown().to_owned(),
    }
}

fn shown(seen: Seen<'_>, allergy: &Allergy) -> AllergyShown {
    let severe = allergy.severity.codes.iter().any(|c| c.code.trim() == "SV");
    AllergyShown {
        allergen: allergy.allergen.shown().to_owned(),
        kind: in_words(&allergy.kind),
        severity: in_words(&allergy.severity),
        is_severe: severe,
        reactions: allergy.reactions.iter().filter(|r| !r.is_empty()).cloned().collect(),
        onset: if allergy.onset_text.is_empty() {
            allergy.onset.as_ref().map(ClinicalTime::shown).unwrap_or_default()
        } else {
            allergy.onset_text.clone()
        },
        informant: allergy.informant.clone(),
        status: allergy.clinical_status.shown().to_owned(),
        comments: allergy.comments.clone(),
        institutions: vec![seen.institution],
        sources: vec![seen.source()],
    }
}

/// Allergies that stand, the same allergen of several institutions as one; severe ones first.
pub fn allergies(record: &PatientRecord) -> Vec<AllergyShown> {
    let mut found: Vec<AllergyShown> = Vec::new();
    // Where a code or words first stand: thousands of allergens must not be compared with one another.
    let (mut by_code, mut by_words) = (HashMap::new(), HashMap::new());
    for seen in record.each().filter(Seen::stands) {
        let Body::Allergy(allergy) = &seen.entry.body else { continue };
        let (code, _) = allergy.allergen_key();
        let is_standard = !code.code.is_empty() && !code.is_local();
        let one = shown(seen, allergy);
        let words = folded(&one.allergen);
        let same_code = if is_standard { by_code.get(&code).copied() } else { None };
        let first: Option<usize> = same_code.into_iter().chain(by_words.get(&words).copied()).min();
        match first.and_then(|at| found.get_mut(at)) {
            Some(known) => join(known, one),
            None => {
                by_code.entry(code).or_insert(found.len());
                by_words.entry(words).or_insert(found.len());
                found.push(one);
            }
        }
    }
    found.sort_by(|a, b| (!a.is_severe, &a.kind, &a.allergen).cmp(&(!b.is_severe, &b.kind, &b.allergen)));
    found
}

/// Two institutions' statements: the severer severity, all reactions.
fn join(known: &mut AllergyShown, other: AllergyShown) {
    if other.is_severe && !known.is_severe || known.severity.is_empty() {
        known.severity = other.severity;
    }
    known.is_severe |= other.is_severe;
    for reaction in other.reactions {
        if !known.reactions.contains(&reaction) {
            known.reactions.push(reaction);
        }
    }
    for institution in other.institutions {
        if !known.institutions.contains(&institution) {
            known.institutions.push(institution);
        }
    }
    known.comments.extend(other.comments);
    known.sources.extend(other.sources);
    if known.onset.is_empty() {
        known.onset = other.onset;
    }
}

/// ICD-10 blocks of diseases that those who treat must know of to protect themselves and others: tuberculosis,
/// syphilis, viral hepatitis B and C, HIV disease.
const INFECTIONS: [(&str, &str); 5] = [("A15", "A19"), ("A50", "A53"), ("B16", "B16"), ("B17", "B18"), ("B20", "B24")];

/// Therapeutic category of anticoagulants: the first three digits of the twelve-character code.
const ANTICOAGULANT_CATEGORY: &str = "333";

/// JLAC10 analytes of estimated glomerular filtration rate.
const EGFR_ANALYTES: [&str; 2] = ["8A065", "8A067"];

fn is_infection(icd10: &str) -> bool {
    let block = folded(icd10);
    let Some(block) = block.get(..3) else { return false };
    INFECTIONS.iter().any(|(from, to)| (*from..=*to).contains(&block))
}

fn is_egfr(latest: &LatestValue) -> bool {
    EGFR_ANALYTES.contains(&latest.key.analyte.as_str()) || folded(&latest.name).contains("EGFR")
}

/// All warnings, the worst first.
pub fn warnings(record: &PatientRecord, today: Date) -> Vec<Warning> {
    let (found, latest, taken) = (diagnoses(record, today), latest_values(record, today), medicines(record, today));
    warnings_from(&allergies(record), &found, &latest, &taken)
}

/// The same from views that were already made.
pub fn warnings_from(
    allergies: &[AllergyShown],
    diagnoses: &Diagnoses,
    latest: &[LatestValue],
    medicines: &Medicines,
) -> Vec<Warning> {
    let mut found: Vec<Warning> = allergies.iter().map(of_allergy).collect();
    for group in diagnoses.current.iter().filter(|g| !g.suspected && is_infection(&g.icd10)) {
        found.push(Warning {
            kind: WarningKind::Infection,
            tone: Tone::Caution,
            label: "感染症".to_owned(),
            detail: group.name.clone(),
            institutions: group.institutions.clone(),
            sources: group.rows.iter().map(|r| r.source).collect(),
        });
    }
    use super::series::Flagging::{CriticalLow, Low};
    for value in latest.iter().filter(|v| is_egfr(v) && matches!(v.flagging, Low | CriticalLow)) {
        found.push(Warning {
            kind: WarningKind::Kidney,
            tone: Tone::Caution,
            label: "腎機能低下".to_owned(),
            detail: format!("{} {}{}", value.name, value.value, value.unit),
            institutions: vec![value.institution],
            sources: vec![value.source],
        });
    }
    for medicine in &medicines.current {
        let running: Vec<_> = medicine
            .courses
            .iter()
            .filter(|c| matches!(c.phase, Phase::Running { .. }))
            .filter(|c| c.yj.as_deref().is_some_and(|yj| folded(yj).starts_with(ANTICOAGULANT_CATEGORY)))
            .collect();
        if let Some(first) = running.first() {
            let mut institutions: Vec<_> = running.iter().map(|c| c.institution).collect();
            institutions.sort_unstable();
            institutions.dedup();
            found.push(Warning {
                kind: WarningKind::Anticoagulant,
                tone: Tone::Caution,
                label: "抗凝固薬を使用中".to_owned(),
                detail: first.name.clone(),
                institutions,
                sources: running.iter().map(|c| c.source).collect(),
            });
        }
    }
    found.sort_by_key(|w| (w.tone, w.kind));
    found
}

fn of_allergy(allergy: &AllergyShown) -> Warning {
    let mut about = allergy.reactions.clone();
    about.extend(Some(allergy.severity.clone()).filter(|s| !s.is_empty()));
    let detail = if about.is_empty() {
        allergy.allergen.clone()
    } else {
        format!("{}（{}）", allergy.allergen, about.join("・"))
    };
    Warning {
        kind: WarningKind::Allergy,
        tone: Tone::Danger,
        label: "アレルギー".to_owned(),
        detail,
        institutions: allergy.institutions.clone(),
        sources: allergy.sources.clone(),
    }
}
