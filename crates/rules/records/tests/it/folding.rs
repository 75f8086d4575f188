//! Folding: versions, supersession, deletion and merging, whatever the order of arrival.

use crate::scene::*;
use proptest::prelude::*;
use renkei_records::body::*;
use renkei_records::*;

fn order_version(id: u128, occurred: &str, flag: i16, title: &str) -> Message {
    message(id, key("20260401", "OMD", "101"), occurred)
        .flag(flag)
        .entry(EntryKind::Diet, "20260401", titled(title))
        .done()
}

#[test]
fn the_newest_version_of_a_record_stands() {
    let record = folded([order_version(1, "20260401", 2, "旧"), order_version(2, "20260402", 1, "新")]);
    assert_eq!(names(&record.settle()), ["新"]);
}

#[test]
fn a_superseded_version_seen_as_valid_earlier_does_not_come_back() {
    let record = folded([
        order_version(1, "20260401", 1, "旧"),
        order_version(2, "20260402", 1, "新"),
        order_version(1, "20260401", 2, "旧"),
    ]);
    assert_eq!(names(&record.settle()), ["新"]);
}

#[test]
fn a_deletion_hides_the_record_and_stays_known() {
    let deleted = folded([
        order_version(3, "20260403", 0, "削除の電文"),
        order_version(1, "20260401", 1, "旧"),
        order_version(2, "20260402", 2, "新"),
    ]);
    assert_eq!(deleted.tombstones(), 1);
    assert_eq!(deleted.slots().map(|(_, slot)| slot.versions.len()).sum::<usize>(), 3);
    assert!(names(&deleted.settle()).is_empty());
}

#[test]
fn a_record_entered_again_after_its_deletion_stands() {
    let record = folded([order_version(1, "20260401", 0, "削除"), order_version(2, "20260402", 1, "再登録")]);
    assert_eq!(record.tombstones(), 0);
    assert_eq!(names(&record.settle()), ["再登録"]);
}

#[test]
fn a_version_that_is_only_history_is_not_current_even_when_it_is_the_newest_known() {
    let record = folded([order_version(1, "20260401", 2, "履歴")]);
    assert_eq!((record.tombstones(), record.entries_count()), (0, 0));
}

#[test]
fn the_newest_demographics_replace_older_ones_under_another_order_number() {
    let identity = |id, order, occurred: &str, family: &str| {
        let name = PersonName { family: family.to_owned(), ..PersonName::default() };
        message(id, key("-", "ADT-00", order), occurred)
            .entry(EntryKind::Identity, "", Body::Identity(Box::new(Identity { name, ..Identity::default() })))
            .entry(EntryKind::Allergy, "", Body::Allergy(Box::new(allergy(AllergySource::Al1, "", family))))
            .done()
    };
    let record = folded([identity(2, "b", "20260402", "新姓"), identity(1, "a", "20260401", "旧姓")]);
    assert_eq!(names(&record.settle()), ["新姓", "新姓"]);
}

fn problem(id: u128, order: &str, diagnoses: Vec<Diagnosis>) -> Message {
    let mut scene = message(id, key("-", "PPR-01", order), &format!("202604{id:02}"));
    for d in diagnoses {
        scene = scene.entry(EntryKind::Diagnosis, "", Body::Diagnosis(Box::new(d)));
    }
    scene.done()
}

#[test]
fn diagnoses_of_several_messages_are_one_by_their_instance_and_the_newest_action_wins() {
    let record = folded([
        problem(1, "a", vec![diagnosis("P1", "糖尿病の疑い", "E11", "20260401")]),
        problem(2, "b", vec![diagnosis("P2", "高血圧症", "I10", "20260401")]),
        problem(3, "c", vec![diagnosis("P1", "２型糖尿病", "E11", "20260405093000")]),
    ]);
    assert_eq!(names(&record.settle()), ["高血圧症", "２型糖尿病"]);
}

#[test]
fn a_deleted_diagnosis_disappears_with_all_its_older_statements() {
    let mut gone = diagnosis("P1", "胃炎", "K297", "20260405");
    gone.action = DiagnosisAction::Delete;
    let record =
        folded([problem(2, "b", vec![gone]), problem(1, "a", vec![diagnosis("P1", "胃炎", "K297", "20260401")])]);
    assert!(names(&record.settle()).is_empty());
}

fn allergies(id: u128, data_type: &str, statements: Vec<Allergy>) -> Message {
    let mut scene = message(id, key("-", data_type, "999"), &format!("202604{id:02}"));
    for a in statements {
        scene = scene.entry(EntryKind::Allergy, "", Body::Allergy(Box::new(a)));
    }
    scene.done()
}

#[test]
fn the_same_allergen_in_demographics_and_in_the_allergy_message_is_one() {
    let record = folded([
        allergies(
            2,
            "ADT-00",
            vec![allergy(AllergySource::Al1, "", "ペニシリン"), allergy(AllergySource::Al1, "", "そば")],
        ),
        allergies(1, "ADT-61", vec![allergy(AllergySource::Iam, "J9X1", "ペニシリン")]),
    ]);
    assert_eq!(names(&record.settle()), ["そば", "ペニシリン"]);
}

#[test]
fn a_withdrawn_allergy_comes_back_only_by_a_later_statement() {
    let mut withdrawn = allergy(AllergySource::Iam, "J9X1", "卵");
    withdrawn.action = AllergyAction::Delete;
    let al1 = |id| allergies(id, "ADT-00", vec![allergy(AllergySource::Al1, "J9X1", "卵")]);
    let iam = allergies(5, "ADT-61", vec![withdrawn]);
    assert!(names(&folded([al1(1), iam.clone()]).settle()).is_empty());
    assert_eq!(names(&folded([al1(9), iam]).settle()), ["卵"]);
}

#[test]
fn a_projection_row_of_the_form_before_is_still_read() {
    let record = folded([order_version(1, "20260401", 2, "旧"), order_version(2, "20260402", 1, "新")]);
    let mut before = vec![2];
    before.extend(postcard::to_allocvec(&record).unwrap());
    assert_eq!(ChartRecord::decode(&before).unwrap(), record);
    assert_eq!(record.encode().unwrap().first(), Some(&3));
}

#[test]
fn a_projection_row_gives_back_the_projection_and_refuses_another_version() {
    let mut record = folded([order_version(1, "20260401", 1, "一")]);
    record.advance_to(42);
    let row = record.encode().unwrap();
    assert_eq!(ChartRecord::decode(&row).unwrap(), record);
    let mut newer = row.clone();
    newer[0] = 200;
    assert!(matches!(ChartRecord::decode(&newer), Err(DecodeError::UnknownVersion(200))));
    assert!(ChartRecord::decode(&row[..row.len() - 3]).is_err());
    let sent = order_version(1, "20260401", 1, "一");
    assert_eq!(Message::decode(&sent.encode().unwrap()).unwrap(), sent);
}

/// Sights of few records with few versions, so that collisions are the rule.
fn sight() -> impl Strategy<Value = Message> {
    (0u8..3, 0u8..4, 0u8..3, 0u128..4).prop_map(|(record, occurred, flag, id)| {
        let key = key("20260401", "OMD", &record.to_string());
        let flag = i16::from(flag);
        // The content of a message is a function of its id, as it is in reality.
        let id = u128::from(record) * 1000 + u128::from(occurred) * 100 + id + 1;
        message(id, key, &format!("2026040{occurred}"))
            .flag(flag)
            .entry(EntryKind::Diet, "", titled(&format!("食事 {id}")))
            .done()
    })
}

proptest! {
    /// Flags 0, 1 and 2 in any order of arrival, any number of times, give one and the same record.
    #[test]
    fn any_order_and_any_repetition_of_arrival_gives_the_same_record(
        sights in prop::collection::vec(sight(), 0..24),
        order in prop::collection::vec(any::<prop::sample::Index>(), 0..60),
    ) {
        let once = folded(sights.clone());
        let mut again: Vec<Message> = sights.clone();
        if !sights.is_empty() {
            again.extend(order.iter().map(|i| i.get(&sights).clone()));
            for (at, index) in order.iter().enumerate() {
                let (a, b) = (at % again.len(), index.index(again.len()));
                again.swap(a, b);
            }
        }
        prop_assert_eq!(folded(again), once);
    }

    #[test]
    fn joining_projections_is_the_same_as_folding_all_their_messages(
        sights in prop::collection::vec(sight(), 0..24), cut in any::<prop::sample::Index>(),
        second in any::<prop::sample::Index>(),
    ) {
        let (a, b) = (cut.index(sights.len() + 1), second.index(sights.len() + 1));
        let (a, b) = (a.min(b), a.max(b));
        let part = |range: std::ops::Range<usize>| folded(sights[range].to_vec());
        let (x, y, z) = (part(0..a), part(a..b), part(b..sights.len()));
        let all = folded(sights.clone());
        let mut left = x.clone();
        left.join(y.clone());
        left.join(z.clone());
        let mut inner = z;
        inner.join(y);
        let mut right = inner;
        right.join(x);
        prop_assert_eq!(&left, &all);
        prop_assert_eq!(&right, &all);
        let mut twice = all.clone();
        twice.join(all.clone());
        prop_assert_eq!(&twice, &all);
    }

    #[test]
    fn a_record_stands_exactly_when_its_newest_version_is_valid(sights in prop::collection::vec(sight(), 0..24)) {
        let record = folded(sights.clone());
        for (key, slot) in record.slots() {
            let of_key: Vec<&Message> = sights.iter().filter(|m| m.key == *key).collect();
            let newest = of_key.iter().map(|m| &m.occurred).max().unwrap();
            let most_final = of_key.iter().filter(|m| m.occurred == *newest).map(|m| m.condition).max().unwrap();
            prop_assert_eq!(slot.standing.is_some(), most_final == Condition::Valid);
            prop_assert_eq!(slot.is_deleted(), most_final == Condition::Deleted);
        }
    }
}
