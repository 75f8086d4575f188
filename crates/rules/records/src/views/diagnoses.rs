//! Diagnoses now and before, grouped by ICD-10 across institutions, each statement with its own words.

use super::patient::{PatientRecord, Seen, SourceRef};
use crate::body::{Body, Diagnosis};
use crate::code::folded;
use crate::time::ClinicalTime;
use jiff::civil::Date;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

/// One institution's statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosisRow {
    pub institution: InstitutionId,
    pub instance: String,
    pub name: String,
    /// As sent, without dot; empty = not coded.
    pub icd10: String,
    pub icd10_version: String,
    /// Management number or local code of the name.
    pub disease_code: String,
    pub suspected: bool,
    pub main: bool,
    /// In words, e.g. 入院時, 最終.
    pub diagnosis_type: String,
    /// Diagnosed, else onset.
    pub since: Option<ClinicalTime>,
    pub onset: Option<ClinicalTime>,
    pub resolved: Option<ClinicalTime>,
    pub outcome: String,
    pub prefixes: Vec<String>,
    pub suffixes: Vec<String>,
    pub teeth: Vec<String>,
    pub comments: Vec<String>,
    pub department: String,
    pub doctor: String,
    pub current: bool,
    pub source: SourceRef,
}

/// Statements about the same ICD-10 code (suspected and confirmed apart); uncoded ones stand alone by code or name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DiagnosisGroup {
    /// The newest statement's words.
    pub name: String,
    /// Other words for the same code.
    pub other_names: Vec<String>,
    pub icd10: String,
    pub suspected: bool,
    pub main: bool,
    /// The earliest date stated.
    pub since: Option<ClinicalTime>,
    /// The latest end stated; only of past groups.
    pub until: Option<ClinicalTime>,
    pub institutions: Vec<InstitutionId>,
    pub rows: Vec<DiagnosisRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Diagnoses {
    pub current: Vec<DiagnosisGroup>,
    pub past: Vec<DiagnosisGroup>,
}

/// Outcomes that end a disease: HL7 table 0241 `D` and `F`, or the words that say the same.
fn has_ended(diagnosis: &Diagnosis, today: Date) -> bool {
    let passed = |time: &Option<ClinicalTime>| {
        time.as_ref().and_then(ClinicalTime::start).is_some_and(|start| start.date() <= today)
    };
    let by_code = diagnosis.outcome.in_system(&["HL70241"]).is_some_and(|c| matches!(c.code.trim(), "D" | "F"));
    let by_words = ["治癒", "完治", "全治", "死亡", "中止", "移行"].contains(&diagnosis.outcome.shown().trim());
    passed(&diagnosis.resolved) || ((by_code || by_words) && !is_later(&diagnosis.outcome_time, today))
}

fn is_later(time: &Option<ClinicalTime>, today: Date) -> bool {
    time.as_ref().and_then(ClinicalTime::start).is_some_and(|start| start.date() > today)
}

fn row(seen: Seen<'_>, d: &Diagnosis, today: Date) -> DiagnosisRow {
    let words = |values: &[crate::code::CodedValue]| values.iter().map(|v| v.shown().to_owned()).collect();
    DiagnosisRow {
        institution: seen.institution,
        instance: d.instance.clone(),
        name: d.name().to_owned(),
        icd10: d.icd10.code.trim().to_owned(),
        icd10_version: d.icd10.version.to_string(),
        disease_code: d.disease.first_code().map(|c| c.code.to_string()).unwrap_or_default(),
        suspected: d.is_suspected(),
        main: d.is_main(),
        diagnosis_type: d.diagnosis_type.shown().to_owned(),
        since: d.diagnosed.clone().or_else(|| d.onset.clone()),
        onset: d.onset.clone(),
        resolved: d.resolved.clone(),
        outcome: d.outcome.shown().to_owned(),
        prefixes: words(&d.prefixes),
        suffixes: words(&d.suffixes),
        teeth: words(&d.teeth),
        comments: d.comments.clone(),
        department: seen.department(&d.department),
        doctor: d.doctor.shown(),
        current: !has_ended(d, today),
        source: seen.source(),
    }
}

fn group_key(row: &DiagnosisRow) -> (bool, bool, String) {
    let code = folded(&row.icd10).replace('.', "");
    let key = match (code.is_empty(), row.disease_code.is_empty()) {
        (false, _) => format!("I10 {code}"),
        // A local number means something only where it was given.
        (true, false) => format!("{} {} {}", row.institution, row.disease_code, row.name),
        (true, true) => format!("{} {}", row.institution, row.name),
    };
    (row.current, row.suspected, key)
}

fn start(time: &Option<ClinicalTime>) -> Option<jiff::civil::DateTime> {
    time.as_ref().and_then(ClinicalTime::start)
}

/// Current first seen first by main disease, then the newest; past by their end, newest first.
pub fn diagnoses(record: &PatientRecord, today: Date) -> Diagnoses {
    let mut groups: std::collections::BTreeMap<(bool, bool, String), Vec<DiagnosisRow>> = Default::default();
    for seen in record.each().filter(Seen::stands) {
        if let Body::Diagnosis(d) = &seen.entry.body {
            let row = row(seen, d, today);
            groups.entry(group_key(&row)).or_default().push(row);
        }
    }
    let mut found = Diagnoses::default();
    for ((current, suspected, _), mut rows) in groups {
        rows.sort_by_cached_key(|row| (std::cmp::Reverse(start(&row.since)), row.institution, row.source));
        let Some(first) = rows.first() else { continue };
        let mut other_names: Vec<String> = rows.iter().map(|r| r.name.clone()).filter(|n| *n != first.name).collect();
        other_names.sort();
        other_names.dedup();
        let mut institutions: Vec<InstitutionId> = rows.iter().map(|r| r.institution).collect();
        institutions.sort_unstable();
        institutions.dedup();
        let group = DiagnosisGroup {
            name: first.name.clone(),
            other_names,
            icd10: first.icd10.clone(),
            suspected,
            main: rows.iter().any(|r| r.main),
            since: rows.iter().rev().find_map(|r| r.since.clone()),
            until: if current {
                None
            } else {
                rows.iter().filter_map(|r| r.resolved.clone()).max_by_key(ClinicalTime::start)
            },
            institutions,
            rows,
        };
        if current { found.current.push(group) } else { found.past.push(group) }
    }
    found.current.sort_by_cached_key(|g| (!g.main, g.suspected, std::cmp::Reverse(start(&g.since)), g.name.clone()));
    found.past.sort_by_cached_key(|g| (std::cmp::Reverse(start(&g.until)), g.name.clone()));
    found
}
