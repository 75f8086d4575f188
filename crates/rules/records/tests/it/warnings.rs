//! Recorded warnings.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::PatientRecord;
use renkei_records::views::warnings::{WarningKind, allergies, warnings};
use renkei_records::*;

fn shown(record: &PatientRecord) -> Vec<(WarningKind, String)> {
    warnings(record, day("2026-11-21")).into_iter().map(|w| (w.kind, w.detail)).collect()
}

fn stated(id: u128, allergen: &str, severity: &str, reaction: &str) -> Message {
    let mut a = allergy(AllergySource::Iam, "", allergen);
    a.severity = CodedValue::one(severity, "", "HL70128");
    a.reactions = vec![reaction.to_owned()];
    message(id, key("-", "ADT-61", "999"), "20260401").entry(EntryKind::Allergy, "", Body::Allergy(Box::new(a))).done()
}

#[test]
fn an_allergy_of_two_institutions_is_one_warning_with_all_reactions() {
    let record =
        patient(vec![vec![stated(1, "ペニシリン系", "MI", "発疹")], vec![stated(2, "ペニシリン系", "SV", "呼吸困難")]]);
    assert_eq!(shown(&record), [(WarningKind::Allergy, "ペニシリン系（発疹・呼吸困難・重度）".to_owned())]);
    assert_eq!(allergies(&record)[0].institutions.len(), 2);
}

#[test]
fn kidney_function_warns_only_by_the_latest_value_and_its_own_flag_or_range() {
    let egfr = |id, taken: &str, raw: &str, range: &str| {
        report(id, taken, vec![value("8A065000002391901", "eGFR", raw, "mL/min", range)])
    };
    let low = patient(vec![vec![egfr(1, "20260801", "70", "60以上"), egfr(2, "20261114", "41", "60以上")]]);
    assert_eq!(shown(&low), [(WarningKind::Kidney, "eGFR 41mL/min".to_owned())]);
    let recovered = patient(vec![vec![egfr(1, "20260801", "41", "60以上"), egfr(2, "20261114", "70", "60以上")]]);
    assert!(shown(&recovered).is_empty());
    let unjudged = patient(vec![vec![egfr(2, "20261114", "41", "")]]);
    assert!(shown(&unjudged).is_empty(), "without flag and range nothing is concluded");
}

#[test]
fn an_anticoagulant_warns_while_it_runs_and_only_when_its_code_says_so() {
    let with = |yj: &str, start: &str| {
        patient(vec![vec![prescription(1, vec![rp(start, "30", vec![drug("抗凝固薬", "1", yj)])])]])
    };
    assert!(shown(&with("3399007H1021", "20261110")).is_empty(), "an antiplatelet is another class");
    assert_eq!(shown(&with("3339002F2025", "20261110")).len(), 1);
    assert_eq!(shown(&with("3332001F1024", "20261110")), [(WarningKind::Anticoagulant, "抗凝固薬".to_owned())]);
    assert!(shown(&with("3332001F1024", "20260110")).is_empty());
    assert!(shown(&with("", "20261110")).is_empty());
}

#[test]
fn a_coded_infection_warns_and_a_suspected_one_does_not() {
    let with = |suspected: &str| {
        let mut d = diagnosis("P1", "Ｃ型肝炎", "B182", "20260401");
        d.suspected = Code::new(suspected, "", "");
        let message = message(1, key("-", "PPR-01", "9"), "20260401")
            .entry(EntryKind::Diagnosis, "", Body::Diagnosis(Box::new(d)))
            .done();
        patient(vec![vec![message]])
    };
    assert_eq!(shown(&with("")), [(WarningKind::Infection, "Ｃ型肝炎".to_owned())]);
    assert!(shown(&with("1")).is_empty());
}
