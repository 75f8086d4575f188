//! Diagnoses now and before.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::PatientRecord;
use renkei_records::views::diagnoses::diagnoses;
use renkei_records::*;

fn record(institutions: Vec<Vec<Diagnosis>>) -> PatientRecord {
    let messages = institutions.into_iter().enumerate().map(|(n, all)| {
        let mut scene = message(n as u128 + 1, key("-", "PPR-01", "999"), "20260401");
        for d in all {
            scene = scene.entry(EntryKind::Diagnosis, "", Body::Diagnosis(Box::new(d)));
        }
        vec![scene.done()]
    });
    patient(messages.collect())
}

#[test]
fn the_same_code_of_two_institutions_is_one_line_with_both_words() {
    let record = record(vec![
        vec![diagnosis("P1", "２型糖尿病", "E11", "20260401")],
        vec![diagnosis("Q7", "糖尿病", "E11", "20260401")],
    ]);
    let found = diagnoses(&record, day("2026-11-21"));
    assert_eq!(found.current.len(), 1);
    assert_eq!(found.current[0].institutions.len(), 2);
    assert_eq!(found.current[0].other_names.len(), 1);
}

#[test]
fn a_suspicion_is_never_merged_with_a_confirmed_diagnosis() {
    let mut suspected = diagnosis("P1", "急性肺炎", "J189", "20260401");
    suspected.suspected = Code::new("1", "", "");
    let record = record(vec![vec![suspected, diagnosis("P2", "肺炎", "J189", "20260401")]]);
    let found = diagnoses(&record, day("2026-11-21"));
    assert_eq!(found.current.iter().map(|g| g.suspected).collect::<Vec<_>>(), [false, true]);
}

#[test]
fn a_diagnosis_is_past_from_its_recorded_end_on() {
    let mut ended = diagnosis("P1", "胃炎", "K297", "20260401");
    ended.resolved = time("20260331");
    let mut cured = diagnosis("P2", "感冒", "J00", "20260401");
    cured.outcome = CodedValue::one("", "治癒", "HL70241");
    let mut going_on = diagnosis("P3", "高血圧症", "I10", "20260401");
    going_on.outcome = CodedValue::one("N", "回復せず", "HL70241");
    let record = record(vec![vec![ended, cured, going_on]]);
    let names = |groups: &[views::diagnoses::DiagnosisGroup]| groups.iter().map(|g| g.name.clone()).collect::<Vec<_>>();
    let now = diagnoses(&record, day("2026-11-21"));
    assert_eq!(names(&now.current), ["高血圧症"]);
    assert_eq!(names(&now.past), ["胃炎", "感冒"]);
    assert!(names(&diagnoses(&record, day("2026-03-30")).current).contains(&"胃炎".to_owned()));
}

#[test]
fn the_main_disease_comes_first_and_the_oldest_start_is_shown() {
    let mut main = diagnosis("P1", "２型糖尿病", "E11", "20260401");
    main.main = Code::new("1", "主診断", "JHSD0007");
    main.diagnosed = time("201104");
    let mut later = diagnosis("P2", "２型糖尿病", "E11", "20260401");
    later.diagnosed = time("20250101");
    let record = record(vec![vec![diagnosis("P3", "高血圧症", "I10", "20260401"), later, main]]);
    let found = diagnoses(&record, day("2026-11-21"));
    assert_eq!((found.current[0].name.as_str(), found.current[0].main), ("２型糖尿病", true));
    assert_eq!(found.current[0].since.as_ref().unwrap().shown(), "2011-04");
}

#[test]
fn uncoded_diagnoses_of_two_institutions_stay_apart() {
    let mut a = diagnosis("P1", "不明熱", "", "20260401");
    a.icd10 = Code::default();
    let record = record(vec![vec![a.clone()], vec![a]]);
    assert_eq!(diagnoses(&record, day("2026-11-21")).current.len(), 2);
}
