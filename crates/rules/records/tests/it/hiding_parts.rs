//! What stands beside a part is judged with it: components, observations, lines, coded values, groups without values.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::counts::{Section, counts};
use renkei_records::views::orders::{ORDER_KINDS, orders};
use renkei_records::*;

const HIV: &str = "5F560143002305111";
const LITHIUM: &str = "1179017F1018";

/// Hides by lists of codes, each its own, as the table of what is sensitive does.
fn without_sensitive(record: &mut views::PatientRecord) {
    record.retain(|facts| {
        !facts.lab_codes.iter().any(|c| c.code.starts_with("5F56"))
            && !facts.drug_codes.iter().any(|c| c.code.starts_with("1179017"))
            && !facts.icd10s.iter().any(|c| c.starts_with("B24"))
    });
}

fn hiv() -> Code {
    Code::new(HIV, "ＨＩＶ抗体", "JC10")
}

fn b24() -> Code {
    Code::new("B24", "ＨＩＶ病", "I10")
}

fn said(code: CodedValue) -> Line {
    Line { label: "項目".to_owned(), value: "値".to_owned(), code, ..Line::default() }
}

fn one(kind: EntryKind, body: Body) -> Message {
    message(1, key("20261101", "ANY", "1"), "20261101").entry(kind, "20261101", body).done()
}

fn names(record: &views::PatientRecord) -> Vec<String> {
    let found = views::medicines::medicines(record, day("2026-11-02"));
    found.current.iter().map(|m| m.name.clone()).collect()
}

/// R-X-15: a drug goes with what is mixed into it and with what an observation beside it says.
#[test]
fn a_drug_goes_with_its_components_and_its_observations() {
    let plain = || drug("アムロジピン", "100", "2171022F2029");
    let mixed =
        Drug { components: vec![CodedValue::one(LITHIUM, "炭酸リチウム", "YJ")], ..drug("配合散", "200", "") };
    let observed = Drug {
        comments: vec!["ＨＩＶ抗体：（＋）".to_owned()],
        asked_with: vec![hiv()],
        ..drug("レバミピド", "300", "2329021F1137")
    };
    let coded = Drug { asked_with: vec![b24()], ..drug("ファモチジン", "400", "2325003F1020") };
    for hidden in [mixed, observed, coded] {
        let mut record = patient(vec![vec![prescription(1, vec![rp("20261101", "14", vec![plain(), hidden])])]]);
        assert_eq!(names(&record).len(), 2);
        without_sensitive(&mut record);
        assert_eq!(names(&record), ["アムロジピン"]);
        assert_eq!(record, patient(vec![vec![prescription(1, vec![rp("20261101", "14", vec![plain()])])]]));
    }
}

/// R-X-15: an injection goes with what is observed at it, also where it names no drug.
#[test]
fn an_injection_goes_with_its_observations() {
    let drug = Component { drug: CodedValue::one("500", "生理食塩液", "HOT9"), ..Component::default() };
    for components in [vec![drug], Vec::new()] {
        let set =
            InjectionSet { components, observations: vec![said(CodedValue::of(vec![hiv()]))], ..Default::default() };
        let body = InjectionOrder { sets: vec![set], ..InjectionOrder::default() };
        let mut record = patient(vec![vec![one(EntryKind::InjectionOrder, Body::InjectionOrder(Box::new(body)))]]);
        without_sensitive(&mut record);
        assert!(record.is_empty());
    }
}

/// R-X-15: an ordered item goes with what its lines say; the others stay.
#[test]
fn an_ordered_item_is_judged_by_its_lines_too() {
    let item = |code: CodedValue| OrderedItem {
        item: CodedValue::one("G1", "院内セット", "99L"),
        lines: vec![said(code)],
        ..OrderedItem::default()
    };
    let order = |items| Body::LaboratoryOrder(Box::new(LaboratoryOrder { items, ..LaboratoryOrder::default() }));
    let plain = item(CodedValue::one(CREATININE, "クレアチニン", "JC10"));
    for secret in [hiv(), b24(), Code::new(LITHIUM, "", "YJ")] {
        let all = order(vec![plain.clone(), item(CodedValue::of(vec![secret]))]);
        let mut record = patient(vec![vec![one(EntryKind::LaboratoryOrder, all)]]);
        without_sensitive(&mut record);
        assert_eq!(record, patient(vec![vec![one(EntryKind::LaboratoryOrder, order(vec![plain.clone()]))]]));
        assert_eq!(orders(&record, ORDER_KINDS, 9)[0].lines.len(), 2);
    }
}

/// R-X-15: a group that names an item and has no value is asked for all the same, and counts for nothing when refused.
#[test]
fn a_group_without_values_is_judged_by_its_item_its_parent_and_its_reason() {
    let named = LaboratoryGroup {
        item: CodedValue::of(vec![hiv()]),
        comments: vec!["ＨＩＶ抗体は後日".to_owned()],
        ..LaboratoryGroup::default()
    };
    let parent = ParentResult { code: CodedValue::of(vec![hiv()]), ..ParentResult::default() };
    let child = LaboratoryGroup { parent: Some(parent), ..LaboratoryGroup::default() };
    let reasoned = LaboratoryGroup { asked_with: vec![b24()], ..LaboratoryGroup::default() };
    for group in [named, child, reasoned] {
        let mut alone = patient(vec![vec![report_of(1, "20261101", vec![group.clone()])]]);
        assert_eq!(counts(&alone).sections(), [Section::Summary, Section::Course, Section::Laboratory]);
        without_sensitive(&mut alone);
        assert!(alone.is_empty() && counts(&alone).sections().is_empty() && alone.contributions().is_empty());
        let plain = || LaboratoryGroup {
            values: vec![value(CREATININE, "クレアチニン", "1.1", "mg/dL", "")],
            ..LaboratoryGroup::default()
        };
        let mut beside = patient(vec![vec![report_of(1, "20261101", vec![plain(), group])]]);
        without_sensitive(&mut beside);
        assert_eq!(beside, patient(vec![vec![report_of(1, "20261101", vec![plain()])]]));
    }
    let harmless = LaboratoryGroup { item: CodedValue::one(CREATININE, "", "JC10"), ..LaboratoryGroup::default() };
    let mut kept = patient(vec![vec![report_of(1, "20261101", vec![harmless])]]);
    let before = kept.clone();
    without_sensitive(&mut kept);
    assert_eq!(kept, before);
}

/// R-X-15: a coded value is judged as what its system says: a disease as a disease, a drug as a drug.
#[test]
fn coded_values_are_judged_by_their_own_system() {
    let mut result = value(CREATININE, "検査", "", "", "");
    result.coded = Some(CodedValue::of(vec![b24()]));
    let mut record = patient(vec![vec![report(1, "20261101", vec![result])]]);
    without_sensitive(&mut record);
    assert!(record.is_empty());
    for system in ["I10", "i10", "Ｉ１０", "ICD10", "ICD-10"] {
        let code = CodedValue::of(vec![Code::new("X1", "所見", "99L"), Code::new("B24", "ＨＩＶ病", system)]);
        let body = TitledEntry { lines: vec![said(code)], ..TitledEntry::default() };
        let mut record = patient(vec![vec![one(EntryKind::RadiologyOrder, Body::Titled(Box::new(body)))]]);
        without_sensitive(&mut record);
        assert!(record.is_empty(), "{system}");
    }
    // Of another system the same characters are another thing.
    let body = TitledEntry { lines: vec![said(CodedValue::one("B24", "部屋", "99L"))], ..TitledEntry::default() };
    let mut record = patient(vec![vec![one(EntryKind::RadiologyOrder, Body::Titled(Box::new(body.clone())))]]);
    without_sensitive(&mut record);
    assert!(!record.is_empty());
    // In a diagnosis every code is one.
    let mut record = patient(vec![vec![one(EntryKind::Diagnosis, Body::Titled(Box::new(body)))]]);
    without_sensitive(&mut record);
    assert!(record.is_empty());
}

/// R-X-15: words of an entry's comments go with their codes, with or without parts.
#[test]
fn an_entry_is_judged_by_the_codes_of_its_comments() {
    let bodies = [
        (
            EntryKind::Prescription,
            prescription(1, vec![rp("20261101", "3", vec![drug("薬", "1", "")])]).entries.remove(0).body,
        ),
        (EntryKind::Prescription, Body::Prescription(Box::default())),
        (
            EntryKind::LaboratoryReport,
            report(1, "20261101", vec![value(CREATININE, "", "1", "", "")]).entries.remove(0).body,
        ),
        (EntryKind::Visit, Body::Encounter(Box::default())),
    ];
    for (kind, body) in bodies {
        let mut message = one(kind, body);
        let mut open = patient(vec![vec![message.clone()]]);
        without_sensitive(&mut open);
        assert!(!open.is_empty());
        message.entries[0].asked_with = vec![hiv()];
        let mut record = patient(vec![vec![message]]);
        without_sensitive(&mut record);
        assert!(record.is_empty(), "{kind:?}");
    }
}

/// A right that any one code meets is not widened by a code that merely stands beside.
#[test]
fn what_stands_beside_never_brings_a_part_back() {
    let beside = LaboratoryValue { coded: Some(CodedValue::one(CREATININE, "", "JC10")), ..value(HIV, "", "", "", "") };
    let mut record = patient(vec![vec![report(1, "20261101", vec![beside])]]);
    record.retain(|facts| !facts.is_part || facts.lab_codes.iter().any(|c| c.code == CREATININE));
    assert!(record.is_empty());
}

/// Rows of the first version have no room for the codes beside; they are read, and newer ones with all codes.
#[test]
fn rows_of_the_first_version_are_still_read() {
    let sent = prescription(1, vec![rp("20261101", "14", vec![drug("薬", "100", "")])]);
    let mut row = sent.encode().unwrap();
    assert_eq!((row[0], row.ends_with(&[0; 5])), (2, true), "components, codes, comments, codes, findings");
    row.truncate(row.len() - 3);
    row[0] = 1;
    assert_eq!(Message::decode(&row).unwrap(), sent);
    assert!(Message::decode(&row[..row.len() - 3]).is_err());
    let mut newer = sent;
    newer.entries[0].asked_with = vec![hiv()];
    assert_eq!(Message::decode(&newer.encode().unwrap()).unwrap(), newer);
}

/// R-X-15: every department an order names is asked of the entry as a whole, wherever it stands: in the heads of its
/// groups, in a line about a further ORC whatever its system, in what the record keeps of words. No part is asked
/// once more because of it, so that nothing else is judged differently.
#[test]
fn the_hook_sees_the_departments_of_every_order() {
    let head = |code: &str| OrderHead { department: CodedValue::one(code, "科", "99L"), ..OrderHead::default() };
    let of_order = || Line {
        place: SourcePlace::field("ORC", 2, 17),
        ..said(CodedValue::of(vec![Code::new("05", "精神科", "99L")]))
    };
    let code = || CodedValue::one("X1", "検査", "99L");
    let titled = TitledEntry { head: head("02"), code: code(), lines: vec![of_order()], ..TitledEntry::default() };
    let item = OrderedItem { item: code(), lines: vec![of_order()], ..OrderedItem::default() };
    let ordered = LaboratoryOrder { head: head("02"), items: vec![item], ..LaboratoryOrder::default() };
    let set = InjectionSet { kind: code(), observations: vec![of_order()], ..InjectionSet::default() };
    let injected = InjectionOrder { head: head("02"), sets: vec![set], ..InjectionOrder::default() };
    let group = |code: &str| LaboratoryGroup {
        head: head(code),
        values: vec![value(CREATININE, "クレアチニン", "1.1", "mg/dL", "")],
        ..LaboratoryGroup::default()
    };
    let mut kept = TitledEntry { head: head("02"), code: code(), ..TitledEntry::default() };
    kept.lines.push(said(CodedValue::one("77", "病棟", "HL70069")));
    let all = [
        (one(EntryKind::RadiologyOrder, Body::Titled(Box::new(titled))), 1),
        (one(EntryKind::LaboratoryOrder, Body::LaboratoryOrder(Box::new(ordered))), 2),
        (one(EntryKind::InjectionOrder, Body::InjectionOrder(Box::new(injected))), 2),
        (report_of(1, "20261101", vec![group("02"), group("05")]), 3),
        (one(EntryKind::RadiologyOrder, Body::Titled(Box::new(kept))), 1),
    ];
    for (number, (mut message, times)) in all.into_iter().enumerate() {
        if number == 4 {
            message.entries[0].asked_with.push(Code::new("05", "", "ＨＬ７００６９"));
        }
        let mut record = patient(vec![vec![message]]);
        let mut asked = Vec::new();
        record.retain(|facts| {
            asked.push(facts.departments.join(","));
            true
        });
        assert_eq!(asked, vec!["01,02,05"; times], "{number}");
        record.retain(|facts| !facts.departments.contains(&"05"));
        assert!(record.is_empty(), "{number}");
    }
}

/// R-X-15: a dose goes with what its coded notes say.
#[test]
fn a_dose_goes_with_its_coded_notes() {
    let given = |notes| Given { drug: CodedValue::one("1", "アムロジピン", "99L"), notes, ..Given::default() };
    let body = |notes| Dispensing { given: vec![given(notes)], ..Dispensing::default() };
    for (code, is_hidden) in [(b24(), true), (Code::new("B24", "棚", "99L"), false)] {
        let body = Body::Dispensing(Box::new(body(vec![CodedValue::of(vec![code])])));
        let mut record = patient(vec![vec![one(EntryKind::Dispensing, body)]]);
        without_sensitive(&mut record);
        assert_eq!(record.is_empty(), is_hidden);
    }
}
