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

/// R-X-15: dagger and asterisk, the disease's own code and those of modifiers are asked like the first ICD-10 code.
#[test]
fn the_hook_sees_every_icd10_code_of_a_diagnosis() {
    let coded = |code: &str, system: &str| CodedValue::one(code, "", system);
    let mut several = diagnosis("P1", "脳症", "G059", "2026");
    several.further_icd10 = vec![Code::new("B220", "", "I10")];
    let mut disease = diagnosis("P2", "感染症", "", "2026");
    disease.disease.codes.push(Code::new("B24", "", "ＩＣＤ１０-2013"));
    let mut modified = diagnosis("P3", "感染症", "R509", "2026");
    modified.suffixes = vec![coded("8002", "MDCDX2"), coded("B23", "i10")];
    for body in [several, disease, modified] {
        let message = message(1, key("-", "PPR-01", "9"), "20260401");
        let message = message.entry(EntryKind::Diagnosis, "", Body::Diagnosis(Box::new(body.clone()))).done();
        let mut record = patient(vec![vec![message]]);
        everything_but_hiv(&mut record);
        assert!(record.is_empty(), "{body:?}");
    }
}

/// what admits a laboratory value is its own code; group and culture stand apart from it.
#[test]
fn the_hook_tells_a_values_own_code_from_those_beside_it() {
    let group = LaboratoryGroup {
        item: CodedValue::one(CREATININE, "クレアチニン", "JC10"),
        parent: Some(ParentResult { code: CodedValue::one("6B010", "", "JC10"), ..ParentResult::default() }),
        values: vec![value("5C070000002306201", "ＣＲＰ", "0.1", "", ""), value(HBA1C_NGSP, "HbA1c", "6.0", "", "")],
        ..LaboratoryGroup::default()
    };
    let mut record = patient(vec![vec![report_of(1, "20261101", vec![group])]]);
    let mut asked = Vec::new();
    record.retain(|facts| {
        let codes = |all: &[&Code]| all.iter().map(|c| c.code.to_string()).collect::<Vec<_>>();
        asked.push((facts.is_part, codes(&facts.own_lab_codes), codes(&facts.lab_codes).len()));
        true
    });
    let own = |code: &str| (true, vec![code.to_owned()], 3);
    assert_eq!(asked, [(false, vec![], 0), own("5C070000002306201"), own(HBA1C_NGSP)]);
}

/// note *5: names of medicines stay, the words that tell why they are taken go.
#[test]
fn names_of_medicines_stay_without_the_words_beside_them() {
    let why = "不眠のため";
    let mut drugs = vec![drug("アムロジピン", "100", "2171022F2029")];
    drugs[0].comments.push(why.to_owned());
    drugs[0].instructions = vec![CodedValue::text(why), CodedValue::one("V14NNNNN", "不均等", "JAMISDP01")];
    let mut group = rp("20261101", "14", drugs);
    group.timings[0].text = why.to_owned();
    group.timings[0].usages.push(CodedValue::text(why));
    let mut ordered = prescription(1, vec![group.clone()]);
    if let Body::Prescription(body) = &mut ordered.entries[0].body {
        body.comments.push(why.to_owned());
    }
    let given = Given {
        drug: CodedValue::one("100", "アムロジピン", "HOT9"),
        notes: vec![CodedValue::one("1", why, "99N")],
        ..Given::default()
    };
    let dispensed = Dispensing {
        groups: vec![group.clone()],
        given: vec![given.clone()],
        comments: vec![why.to_owned()],
        ..Dispensing::default()
    };
    let line = |segment: &str, value: &str| Line {
        label: "状態".to_owned(),
        value: value.to_owned(),
        place: SourcePlace::segment(segment, 1),
        ..Line::default()
    };
    let set = InjectionSet {
        timings: group.timings.clone(),
        components: vec![Component { drug: CodedValue::text("生理食塩液"), ..Component::default() }],
        observations: vec![
            line("OBX", why),
            line("ORC", "中止"),
            Line { place: SourcePlace::field("RXE", 1, 7), ..line("RXE", why) },
        ],
        comments: vec![why.to_owned()],
        ..InjectionSet::default()
    };
    let order = InjectionOrder { sets: vec![set.clone()], comments: vec![why.to_owned()], ..InjectionOrder::default() };
    let done = InjectionGiven {
        sets: vec![set],
        given: vec![given],
        comments: vec![why.to_owned()],
        ..InjectionGiven::default()
    };
    let others = message(2, key("20261101", "OMP-11", "2"), "20261101")
        .entry(EntryKind::Dispensing, "20261101", Body::Dispensing(Box::new(dispensed)))
        .entry(EntryKind::InjectionOrder, "20261101", Body::InjectionOrder(Box::new(order)))
        .entry(EntryKind::InjectionGiven, "20261101", Body::InjectionGiven(Box::new(done)))
        .done();
    let mut record = patient(vec![vec![ordered, others]]);
    let before = format!("{record:?}");
    assert_eq!(before.matches(why).count(), 24, "every place that holds words");
    record.omit_reasons();
    let left = format!("{record:?}");
    assert!(!left.contains(why), "{left}");
    for kept in ["アムロジピン", "生理食塩液", "１日１回朝食後", "V14NNNNN", "中止"] {
        assert!(left.contains(kept), "{kept}");
    }
    assert_eq!(record.each().count(), 4);
}
