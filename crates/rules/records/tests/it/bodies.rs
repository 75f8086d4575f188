//! Every kind of content goes through a stored row unchanged, and the stored numbers never move.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::background::background;
use renkei_records::*;

fn filled_timing() -> Timing {
    Timing {
        usages: vec![CodedValue::one("1013044400000000", "１日３回毎食後", "JAMISDP01")],
        duration: days("5"),
        start: time("2026040100"),
        end: time("202604052400"),
        text: "1日2回まで".to_owned(),
        as_needed_count: "10".to_owned(),
        ..Timing::default()
    }
}

fn every_body() -> Vec<(EntryKind, Body)> {
    let head = OrderHead { placer_number: "101".into(), ordered: time("20260401"), ..OrderHead::default() };
    let line = Line { label: "管電圧".to_owned(), value: "0.020".to_owned(), ..Line::default() };
    let group = RpGroup {
        id: "101_01_001".into(),
        timings: vec![filled_timing()],
        drugs: vec![drug("薬", "100", "2171022F2029")],
    };
    let set = InjectionSet { timings: vec![filled_timing()], observations: vec![line.clone()], ..Default::default() };
    let parent = ParentResult { sub_id: "1".to_owned(), ..ParentResult::default() };
    let laboratory = LaboratoryGroup {
        parent: Some(parent),
        values: vec![value(CREATININE, "クレアチニン", "< 0.02", "mg/dL", "<0.14")],
        ..LaboratoryGroup::default()
    };
    let name = PersonName { family: "見本".to_owned(), given: "太郎".to_owned(), ..PersonName::default() };
    let phone = Phone { number: "054-000-0123".to_owned(), ..Phone::default() };
    let identity =
        Identity { name: name.clone(), birth_date: time("19700405"), phones: vec![phone], ..Identity::default() };
    use EntryKind as K;
    vec![
        (K::Identity, Body::Identity(Box::new(identity))),
        (K::Contact, Body::Contact(Box::new(Contact { name, ..Contact::default() }))),
        (
            K::Insurance,
            Body::Insurance(Box::new(Insurance { insured_numbers: vec!["記号".to_owned()], ..Insurance::default() })),
        ),
        (
            K::BloodType,
            Body::BloodType(Box::new(BloodType { abo: Some(CodedValue::text("A")), ..BloodType::default() })),
        ),
        (
            K::BodyMeasure,
            Body::BodyMeasure(Box::new(BodyMeasure {
                item: CodedValue::text("身長"),
                value: Amount::new("170.0", Code::new("cm", "cm", "ISO+")),
                ..BodyMeasure::default()
            })),
        ),
        (K::Leave, Body::Encounter(Box::new(Encounter { expected_return: time("20260414"), ..Encounter::default() }))),
        (K::Diagnosis, Body::Diagnosis(Box::new(diagnosis("P1", "胃炎", "K297", "20260401")))),
        (K::Allergy, Body::Allergy(Box::new(allergy(AllergySource::Iam, "J9X1", "卵")))),
        (
            K::Prescription,
            Body::Prescription(Box::new(Prescription {
                head: head.clone(),
                groups: vec![group.clone()],
                ..Prescription::default()
            })),
        ),
        (
            K::Dispensing,
            Body::Dispensing(Box::new(Dispensing {
                groups: vec![group],
                given: vec![Given::default()],
                ..Dispensing::default()
            })),
        ),
        (
            K::InjectionOrder,
            Body::InjectionOrder(Box::new(InjectionOrder { sets: vec![set.clone()], ..Default::default() })),
        ),
        (K::InjectionGiven, Body::InjectionGiven(Box::new(InjectionGiven { sets: vec![set], ..Default::default() }))),
        (
            K::LaboratoryReport,
            Body::LaboratoryReport(Box::new(LaboratoryReport {
                groups: vec![laboratory],
                comments: vec!["検体に溶血あり".to_owned()],
            })),
        ),
        (
            K::LaboratoryOrder,
            Body::LaboratoryOrder(Box::new(LaboratoryOrder {
                items: vec![OrderedItem { lines: vec![line.clone()], ..OrderedItem::default() }],
                ..LaboratoryOrder::default()
            })),
        ),
        (K::RadiologyReport, Body::Titled(Box::new(TitledEntry { head, lines: vec![line], ..TitledEntry::default() }))),
    ]
}

#[test]
fn every_kind_of_content_goes_through_a_row_unchanged() {
    let mut scene = message(1, key("20260401", "ANY", "1"), "20260401");
    for (kind, body) in every_body() {
        scene = scene.entry(kind, "20260401", body);
    }
    let sent = scene.done();
    assert_eq!(Message::decode(&sent.encode().unwrap()).unwrap(), sent);
    let record = folded([sent]);
    assert_eq!(ChartRecord::decode(&record.encode().unwrap()).unwrap(), record);
}

#[test]
fn stored_numbers_of_kinds_and_states_are_what_they_were() {
    let kinds: Vec<i16> = EntryKind::ALL.iter().map(|k| k.code()).collect();
    assert_eq!(
        kinds,
        [
            1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 30, 31, 32, 33, 40, 41, 50, 51, 52, 53, 54,
            55, 60, 90
        ]
    );
    for kind in EntryKind::ALL {
        assert_eq!(EntryKind::from_code(kind.code()), Some(*kind));
        let json = serde_json::to_string(kind).unwrap();
        assert_eq!(json, format!("\"{}\"", kind.name()));
        assert_eq!(serde_json::from_str::<EntryKind>(&json).unwrap(), *kind);
    }
    for state in EntryState::ALL {
        assert_eq!(EntryState::from_code(state.code()), Some(state));
    }
    for flag in 0..3 {
        assert_eq!(Condition::from_flag(flag).map(Condition::flag), Some(flag));
    }
}

#[test]
fn contacts_insurance_and_measures_show_what_was_written() {
    let mut scene = message(1, key("-", "ADT-00", "1"), "20260401");
    for (kind, body) in every_body().into_iter().take(5) {
        scene = scene.entry(kind, "", body);
    }
    let shown = background(&patient(vec![vec![scene.done()]]));
    assert_eq!(shown.contacts[0].name, "見本 太郎");
    assert_eq!(shown.insurances[0].insured_numbers, ["記号"]);
    assert_eq!((shown.measures[0].value.as_str(), shown.measures[0].unit.as_str()), ("170.0", "cm"));
    assert_eq!(shown.reach[0].phones[0].number, "054-000-0123");
}
