//! Medicines: what runs, for how long, and what is the same.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::medicine_bars::medicine_bars;
use renkei_records::views::medicines::{Checked, EndBasis, Phase, medicines};
use renkei_records::views::prescriptions::prescriptions;
use renkei_records::*;

const AMLODIPINE_A: &str = "2171022F2029";
const AMLODIPINE_B: &str = "2171022F1367";

#[test]
fn a_medicine_for_14_days_has_13_left_on_its_first_day_and_ends_on_its_last() {
    let one = || patient(vec![vec![prescription(1, vec![rp("20261101", "14", vec![drug("アムロジピン", "1", "")])])]]);
    for (today, expected) in [
        ("2026-10-31", Phase::Upcoming { starts_in_days: 1 }),
        ("2026-11-01", Phase::Running { days_left: 13 }),
        ("2026-11-14", Phase::Running { days_left: 0 }),
        ("2026-11-15", Phase::Ended { since_days: 1 }),
    ] {
        let found = medicines(&one(), day(today));
        assert_eq!(found.all().next().unwrap().phase, expected, "{today}");
        assert_eq!(found.current.is_empty(), matches!(expected, Phase::Ended { .. }));
    }
}

#[test]
fn two_makers_products_of_one_ingredient_are_one_medicine_ordered_twice() {
    let record = patient(vec![
        vec![prescription(1, vec![rp("20261101", "28", vec![drug("アムロジピン錠5mg「A」", "1", AMLODIPINE_A)])])],
        vec![prescription(2, vec![rp("20261105", "14", vec![drug("ノルバスク錠5mg", "2", AMLODIPINE_B)])])],
    ]);
    let found = medicines(&record, day("2026-11-10"));
    assert_eq!(found.current.len(), 1);
    assert_eq!(found.current[0].checked, Checked::ByIngredient);
    assert!(found.current[0].is_ordered_twice());
    assert_eq!(found.current[0].phase, Phase::Running { days_left: 18 });
}

#[test]
fn without_an_ingredient_code_only_the_same_code_is_the_same_and_words_are_unchecked() {
    let record = patient(vec![
        vec![prescription(
            1,
            vec![rp("20261101", "28", vec![drug("アムロジピン", "100", ""), drug("漢方薬", "", "")])],
        )],
        vec![prescription(
            2,
            vec![rp("20261101", "28", vec![drug("アムロジピン", "100", ""), drug("漢方薬", "", "")])],
        )],
    ]);
    let found = medicines(&record, day("2026-11-10"));
    let checked: Vec<Checked> = found.current.iter().map(|m| m.checked).collect();
    assert_eq!(checked.iter().filter(|c| **c == Checked::ByCodeOnly).count(), 1);
    assert_eq!(checked.iter().filter(|c| **c == Checked::No).count(), 2);
}

#[test]
fn an_ointment_without_an_end_stands_open_and_leaves_the_present_ones_after_90_days() {
    let mut ointment = drug("軟膏", "7", "");
    ointment.dose_min = Amount::new("\"\"", Code::default());
    ointment.category = CodedValue::one("23", "外用", "JHSP0003");
    let record = || patient(vec![vec![prescription(1, vec![rp("20260801", "", vec![ointment.clone()])])]]);
    let soon = medicines(&record(), day("2026-09-01"));
    assert_eq!(soon.current[0].phase, Phase::OpenEnded { since_days: 31 });
    let course = &soon.current[0].courses[0];
    assert_eq!((course.end_basis, course.last_day, course.dose.as_str()), (EndBasis::NotSaid, None, ""));
    assert!(course.is_external);
    let late = medicines(&record(), day("2026-11-21"));
    assert!(late.current.is_empty());
    assert_eq!(late.past.len(), 1);
}

#[test]
fn an_as_needed_medicine_shows_its_number_of_doses_and_no_invented_end() {
    let mut group = rp("20261118", "", vec![drug("ロキソプロフェン", "3", "")]);
    group.timings[0].as_needed_count = "10".to_owned();
    let found = medicines(&patient(vec![vec![prescription(1, vec![group])]]), day("2026-11-21"));
    let course = &found.current[0].courses[0];
    assert!(course.is_as_needed);
    assert_eq!((course.as_needed_count.as_str(), course.last_day), ("10", None));
}

#[test]
fn a_recorded_end_wins_over_days_and_hour_24_ends_with_its_own_day() {
    let mut group = rp("20260410", "3", vec![drug("薬", "3", "")]);
    group.timings[0].end = time("2026041424");
    let found = medicines(&patient(vec![vec![prescription(1, vec![group])]]), day("2026-04-14"));
    let course = &found.current[0].courses[0];
    assert_eq!((course.end_basis, course.last_day), (EndBasis::Recorded, Some(day("2026-04-14"))));
}

#[test]
fn days_in_an_unknown_unit_are_shown_and_not_reckoned_with() {
    let mut group = rp("20260410", "3", vec![drug("薬", "3", "")]);
    group.timings[0].duration = Amount::new("3", Code::new("", "回分", ""));
    let found = medicines(&patient(vec![vec![prescription(1, vec![group])]]), day("2026-04-14"));
    let course = &found.current[0].courses[0];
    assert_eq!((course.days.shown().as_str(), course.last_day), ("3回分", None));
}

#[test]
fn uneven_doses_show_both_amounts_and_their_instructions() {
    let mut uneven = drug("プレドニン", "5", "");
    uneven.dose_max = tablets("4");
    uneven.instructions = vec![CodedValue::one("V14NNNNN", "４錠", "JAMISDP01")];
    let record = patient(vec![vec![prescription(1, vec![rp("20260401", "7", vec![uneven])])]]);
    let course = &medicines(&record, day("2026-04-01")).current[0].courses[0];
    assert_eq!((course.dose.as_str(), course.instructions.as_slice()), ("1–4錠", &["４錠".to_owned()][..]));
    let cards = prescriptions(&record, &[EntryKind::Prescription], 10);
    assert_eq!(cards[0].groups[0].usages, ["１日１回朝食後"]);
    assert_eq!(cards[0].groups[0].days, "7d");
}

fn dispensing(id: u128, order: &str, at: &str, name: &str, hot9: &str) -> Message {
    let given =
        Given { start: time(at), drug: CodedValue::one(hot9, name, "HOT9"), amount: tablets("14"), ..Given::default() };
    let head = OrderHead { placer_number: order.into(), ..OrderHead::default() };
    let body = Body::Dispensing(Box::new(Dispensing { head, given: vec![given], ..Dispensing::default() }));
    message(id, key(at, "OMP-11", order), at).entry(EntryKind::Dispensing, at, body).done()
}

#[test]
fn a_dispensing_marks_its_own_order_and_stands_alone_in_another_chart() {
    let order = || prescription(1, vec![rp("20261101", "14", vec![drug("薬", "100", "")])]);
    let same = patient(vec![vec![order(), dispensing(2, "1", "20261102", "薬", "100")]]);
    let found = medicines(&same, day("2026-11-03"));
    assert_eq!(found.current[0].courses.len(), 1);
    assert_eq!(found.current[0].courses[0].dispensed, [ClinicalTime::new("20261102")]);

    let apart = patient(vec![vec![order()], vec![dispensing(2, "1", "20261102", "薬", "100")]]);
    let found = medicines(&apart, day("2026-11-03"));
    assert_eq!(found.current[0].courses.len(), 2);
    assert!(!found.current[0].is_ordered_twice(), "handing out is not a second order");
}

#[test]
fn renewals_that_touch_are_one_bar_and_a_gap_of_a_day_stays_visible() {
    let orders = |starts: &[&str]| {
        let one = |(n, start): (usize, &&str)| {
            prescription(n as u128 + 1, vec![rp(start, "28", vec![drug("薬", "100", "")])])
        };
        patient(vec![starts.iter().enumerate().map(one).collect()])
    };
    let bars = |record: &views::PatientRecord| {
        let today = day("2026-11-21");
        medicine_bars(&medicines(record, today), day("2025-12-01"), today)[0].bars.clone()
    };
    // 28 days from 1 September end on 28 September.
    let touching = bars(&orders(&["20260901", "20260929"]));
    assert_eq!(touching.len(), 1);
    assert_eq!((touching[0].start, touching[0].last_day), (day("2026-09-01"), Some(day("2026-10-26"))));
    assert_eq!(bars(&orders(&["20260901", "20260930"])).len(), 2);
}

#[test]
fn a_cancelled_order_is_no_medicine_and_stays_in_the_list_of_orders() {
    let mut message = prescription(1, vec![rp("20261101", "14", vec![drug("薬", "100", "")])]);
    message.entries[0].state = EntryState::Cancelled;
    let record = patient(vec![vec![message]]);
    assert_eq!(medicines(&record, day("2026-11-02")).all().count(), 0);
    assert_eq!(prescriptions(&record, &[EntryKind::Prescription], 10)[0].state, EntryState::Cancelled);
}

#[test]
fn injections_show_their_components_rate_and_what_was_given() {
    let set = InjectionSet {
        id: "5_01".to_owned(),
        kind: CodedValue::one("00", "一般", "99I02"),
        rate: Amount::new("80", Code::new("mL", "mL", "ISO+")),
        rate_per: "h".to_owned(),
        components: vec![
            Component { role: ComponentRole::Base, drug: CodedValue::text("生理食塩液"), ..Component::default() },
            Component { role: ComponentRole::Additive, drug: CodedValue::text("抗菌薬"), ..Component::default() },
        ],
        ..InjectionSet::default()
    };
    let given = Given {
        group: "5_01".to_owned(),
        start: time("202604102400"),
        drug: CodedValue::text("抗菌薬"),
        completion: "PA".to_owned(),
        ..Given::default()
    };
    let body = InjectionGiven { sets: vec![set], given: vec![given], ..InjectionGiven::default() };
    let message = message(1, key("20260410", "OMP-12", "5"), "20260410")
        .entry(EntryKind::InjectionGiven, "202604102400", Body::InjectionGiven(Box::new(body)))
        .done();
    let cards = prescriptions(&patient(vec![vec![message]]), &[EntryKind::InjectionGiven], 5);
    let [ordered, done] = cards[0].groups.as_slice() else { panic!("two groups") };
    assert_eq!((ordered.title.as_str(), ordered.rate.as_str()), ("一般", "80mL/h"));
    assert_eq!(ordered.drugs.iter().map(|d| d.role.as_str()).collect::<Vec<_>>(), ["基剤", "添加"]);
    assert_eq!(done.drugs[0].given, "一部実施");
    assert_eq!(done.start.as_ref().unwrap().shown(), "2026-04-11 00:00");
}
