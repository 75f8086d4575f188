//! Hidden looks like absent: in lists, counts, legends, freshness and warnings.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::calendar::Zoom;
use renkei_records::views::counts::{Section, counts};
use renkei_records::views::summary::summary;
use renkei_records::*;

fn hiv_report(id: u128) -> Message {
    report(
        id,
        "20261101",
        vec![
            value(CREATININE, "クレアチニン", "1.1", "mg/dL", "0.65-1.07"),
            value("5F560143002305111", "ＨＩＶ抗体", "(-)", "", ""),
        ],
    )
}

fn everything_but_hiv(record: &mut views::PatientRecord) {
    record.retain(|facts| {
        !facts.lab_codes.iter().any(|c| c.code.starts_with("5F560"))
            && !facts.icd10s.iter().any(|c| c.starts_with("B2"))
    });
}

/// R-X-15: a hidden value leaves no trace in any view.
#[test]
fn a_record_with_hidden_parts_shows_exactly_what_a_record_without_them_shows() {
    let mut hidden = patient(vec![
        vec![hiv_report(1)],
        vec![
            message(2, key("-", "PPR-01", "9"), "20260401")
                .entry(
                    EntryKind::Diagnosis,
                    "",
                    Body::Diagnosis(Box::new(diagnosis("P1", "ＨＩＶ感染症", "B24", "2026"))),
                )
                .done(),
        ],
    ]);
    everything_but_hiv(&mut hidden);
    let absent = patient(vec![vec![report(
        1,
        "20261101",
        vec![value(CREATININE, "クレアチニン", "1.1", "mg/dL", "0.65-1.07")],
    )]]);
    let today = day("2026-11-21");
    assert_eq!(summary(&hidden, Zoom::OneYear, today), summary(&absent, Zoom::OneYear, today));
    assert_eq!(hidden, absent);
    assert_eq!(hidden.contributions().len(), 1);
    assert_eq!(counts(&hidden).sections(), [Section::Summary, Section::Course, Section::Laboratory]);
}

#[test]
fn a_report_of_which_nothing_is_left_disappears_with_its_institution() {
    let mut record = patient(vec![vec![report(1, "20261101", vec![value("5F560143002305111", "HIV", "(-)", "", "")])]]);
    everything_but_hiv(&mut record);
    assert!(record.is_empty());
    assert!(counts(&record).sections().is_empty());
}

#[test]
fn free_comments_beside_a_hidden_value_go_with_it() {
    let mut message = hiv_report(1);
    if let Body::LaboratoryReport(report) = &mut message.entries[0].body {
        report.comments.push("ＨＩＶ検査の説明済み".to_owned());
        report.groups[0].comments.push("ＨＩＶ抗体は再検".to_owned());
    }
    let mut record = patient(vec![vec![message]]);
    everything_but_hiv(&mut record);
    let table = views::laboratory::laboratory_table(&record, &Default::default());
    assert_eq!((table.rows.len(), table.comments.len()), (1, 0));
}

#[test]
fn an_older_permitted_version_of_a_hidden_diagnosis_does_not_come_back() {
    let statement = |id: u128, icd10: &str, acted: &str| {
        message(id, key("-", "PPR-01", &id.to_string()), acted)
            .entry(EntryKind::Diagnosis, "", Body::Diagnosis(Box::new(diagnosis("P1", "病名", icd10, acted))))
            .done()
    };
    let mut record = patient(vec![vec![statement(1, "R509", "20260401"), statement(2, "B24", "20260501")]]);
    everything_but_hiv(&mut record);
    assert!(record.is_empty());
}

#[test]
fn the_hook_sees_drugs_departments_and_institutions() {
    let message = prescription(
        1,
        vec![rp(
            "20261101",
            "14",
            vec![drug("アムロジピン", "100", "2171022F2029"), drug("リスペリドン", "200", "1179038F1020")],
        )],
    );
    let mut record = patient(vec![vec![message]]);
    let mut asked = Vec::new();
    record.retain(|facts| {
        asked.push((facts.kind, facts.institution, facts.departments.join(","), facts.drug_codes.len()));
        !facts.drug_codes.iter().any(|c| c.is_of("YJ") && c.code.starts_with("1179"))
    });
    assert_eq!(asked.len(), 3, "once whole, once for each drug");
    assert_eq!(asked[1], (EntryKind::Prescription, institution(1), "01".to_owned(), 2));
    let found = views::medicines::medicines(&record, day("2026-11-02"));
    assert_eq!(found.current.iter().map(|m| m.name.as_str()).collect::<Vec<_>>(), ["アムロジピン"]);
    assert_eq!(counts(&record).prescribed_drugs, 1);
}
