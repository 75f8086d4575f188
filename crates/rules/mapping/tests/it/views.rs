//! Mapping and views together: what a reader of the mapped samples sees.

use crate::{folded, patient};
use jiff::civil::{Date, date};
use renkei_records::views::PatientRecord;
use renkei_records::views::calendar::Zoom;
use renkei_records::views::encounters::encounters;
use renkei_records::views::laboratory::{TableQuery, laboratory_table};
use renkei_records::views::summary::summary;
use renkei_records::views::warnings::allergies;

fn record(storage: &str, number: &str) -> PatientRecord {
    let messages = patient(storage, number);
    PatientRecord::new([(messages[0].institution, messages[0].chart, folded(&messages))])
}

const TODAY: Date = date(2026, 4, 16);

#[test]
fn the_summary_of_the_crafted_patient_says_what_his_messages_say() {
    let record = record("crafted/standard", "0000123");
    let summary = summary(&record, Zoom::OneYear, TODAY);
    let identity = summary.identity.unwrap();
    assert_eq!(
        (identity.name.kanji(), identity.age, identity.sex_shown.as_str()),
        ("見本 太郎".into(), Some(56), "男性")
    );
    assert_eq!((identity.blood[0].abo.as_str(), identity.blood[0].rh.as_str()), ("A", "Rh+"));
    let names = |groups: &[renkei_records::views::diagnoses::DiagnosisGroup]| {
        let mut names: Vec<String> = groups.iter().map(|g| g.name.clone()).collect();
        names.sort();
        names
    };
    assert_eq!(names(&summary.diagnoses.current), ["急性肺炎", "２型糖尿病"]);
    assert_eq!(names(&summary.diagnoses.past), ["胃炎"]);
    let drugs: Vec<String> = summary.medicines.all().map(|m| m.name.clone()).collect();
    assert!(
        drugs.iter().any(|d| d.contains("ジフラール")) && drugs.iter().any(|d| d.contains("プレドニン")),
        "{drugs:?}"
    );
    let creatinine = summary.latest.iter().find(|v| v.name == "クレアチニン").unwrap();
    assert_eq!((creatinine.value.as_str(), creatinine.range.as_str()), ("1.31", "0.65-1.07"));
    let mut allergens: Vec<String> = allergies(&record).iter().map(|a| a.allergen.clone()).collect();
    allergens.sort();
    assert_eq!(allergens, ["アリナミン", "ソバ", "ペニシリン", "花粉"]);
}

#[test]
fn the_stay_is_one_and_the_cancelled_admission_is_not_there() {
    let found = encounters(&record("crafted/standard", "0000123"), TODAY);
    assert_eq!((found.visits.len(), found.stays.len()), (1, 1));
    let stay = &found.stays[0];
    assert_eq!((stay.first_day(), stay.last_day()), (Some(date(2026, 4, 10)), Some(date(2026, 4, 15))));
}

#[test]
fn the_table_shows_the_final_report_only() {
    let table = laboratory_table(&record("crafted/standard", "0000123"), &TableQuery::default());
    assert_eq!(table.columns.len(), 1);
    let values: Vec<&str> = table.rows.iter().flat_map(|r| &r.cells).flatten().map(|c| c.value.as_str()).collect();
    assert!(values.contains(&"< 0.02") && values.contains(&"1 +") && values.contains(&"7.8"), "{values:?}");
}

#[test]
fn every_generated_patient_has_a_summary() {
    for number in ["4523268075", "5072922811", "4523262811", "5072927471", "5072928075"] {
        let summary = summary(&record("generated", number), Zoom::ThreeYears, date(2024, 11, 1));
        assert!(summary.identity.is_some(), "{number}");
        assert!(!summary.latest.is_empty() && !summary.calendar.lanes.is_empty(), "{number}");
        assert!(summary.medicines.all().count() > 0, "{number}");
    }
}
