//! The identity band and the sources of values.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::identity::identity_band;
use renkei_records::views::sources::source;
use renkei_records::*;

fn demographics(id: u128, occurred: &str, family: &str, birth: &str) -> Message {
    let name = PersonName {
        family: family.to_owned(),
        given: "ハナ".to_owned(),
        family_kana: "サクラ".to_owned(),
        given_kana: "ハナ".to_owned(),
    };
    let identity = Identity {
        patient_number: format!("0000{id}"),
        name,
        birth_date: time(birth),
        sex: "F".to_owned(),
        ..Identity::default()
    };
    message(id, key("-", "ADT-00", "999"), occurred)
        .entry(EntryKind::Identity, "", Body::Identity(Box::new(identity)))
        .done()
}

#[test]
fn the_newest_demographics_name_the_person_and_a_contradiction_is_said() {
    let record = patient(vec![
        vec![demographics(1, "20260401", "佐倉", "19540312")],
        vec![demographics(2, "20250401", "旧姓", "19540312")],
    ]);
    let band = identity_band(&record, day("2026-11-21")).unwrap();
    assert_eq!((band.name.kanji(), band.name.kana()), ("佐倉 ハナ".to_owned(), "サクラ ハナ".to_owned()));
    assert_eq!((band.birth_shown.as_str(), band.age), ("昭和29年（1954）3月12日", Some(72)));
    assert_eq!(band.sex_shown, "女性");
    assert_eq!(band.numbers.len(), 2);
    assert_eq!(band.differing, [institution(2)]);
}

#[test]
fn a_birth_date_that_is_none_is_shown_as_it_stands() {
    let band = identity_band(&patient(vec![vec![demographics(1, "20260401", "佐倉", "19540300")]]), day("2026-11-21"));
    let band = band.unwrap();
    assert_eq!((band.birth_shown.as_str(), band.age), ("19540300", None));
}

#[test]
fn a_value_points_back_to_message_segment_and_field() {
    let mut creatinine = value(CREATININE, "クレアチニン", "1.31", "mg/dL", "");
    creatinine.place = SourcePlace::field("OBX", 2, 5);
    let record = patient(vec![vec![report(1, "202604010915", vec![creatinine])]]);
    let table = views::laboratory::laboratory_table(&record, &Default::default());
    let found = source(&record, table.rows[0].cells[0][0].source).unwrap();
    assert_eq!((found.place.as_str(), found.data_type.as_str()), ("OBX[2]-5", "OML-11"));
    assert_eq!((found.care_date.as_str(), found.occurred_shown.as_str()), ("20260401", "2026-04-01 09:15"));
}
