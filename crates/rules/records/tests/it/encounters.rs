//! Visits and stays.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::encounters::encounters;
use renkei_records::views::stays::stays;
use renkei_records::*;

fn admission(id: u128, at: &str) -> Message {
    let location = Location { point_of_care: "3E".to_owned(), ..Location::default() };
    encounter(id, EntryKind::Admission, at, Encounter { admitted: time(at), location, ..Encounter::default() })
}

fn discharge(id: u128, admitted: &str, at: &str) -> Message {
    let body = Encounter {
        admitted: time(admitted),
        discharged: time(at),
        discharge_disposition: CodedValue::one("01", "自宅", "HL70112"),
        ..Encounter::default()
    };
    encounter(id, EntryKind::Discharge, at, body)
}

#[test]
fn admission_transfer_leave_and_discharge_are_one_stay() {
    let moved = Location { point_of_care: "4W".to_owned(), ..Location::default() };
    let record = patient(vec![vec![
        discharge(5, "202604101000", "202604151045"),
        encounter(2, EntryKind::Transfer, "202604121400", Encounter { location: moved, ..Encounter::default() }),
        encounter(3, EntryKind::Leave, "202604131000", Encounter::default()),
        encounter(4, EntryKind::LeaveReturn, "202604141800", Encounter::default()),
        admission(1, "202604101000"),
    ]]);
    let all = stays(&record);
    assert_eq!(all.len(), 1);
    let stay = &all[0];
    assert_eq!((stay.first_day(), stay.last_day()), (Some(day("2026-04-10")), Some(day("2026-04-15"))));
    assert_eq!((stay.is_open, stay.location.as_str(), stay.disposition.as_str()), (false, "4W", "自宅"));
    let kinds: Vec<EntryKind> = stay.events.iter().map(|e| e.kind).collect();
    assert_eq!(kinds, [EntryKind::Transfer, EntryKind::Leave, EntryKind::LeaveReturn, EntryKind::Discharge]);
}

#[test]
fn a_discharge_closes_the_stay_of_its_own_admission() {
    let record =
        patient(vec![vec![admission(1, "20260101"), admission(2, "20260601"), discharge(3, "20260101", "20260110")]]);
    let all = stays(&record);
    let shown: Vec<_> = all.iter().map(|s| (s.first_day().unwrap(), s.is_open)).collect();
    assert_eq!(shown, [(day("2026-06-01"), true), (day("2026-01-01"), false)]);
}

#[test]
fn a_discharge_without_its_admission_is_still_a_stay() {
    let record = patient(vec![vec![discharge(3, "20260101", "20260110")]]);
    let stay = &stays(&record)[0];
    assert_eq!((stay.first_day(), stay.last_day()), (Some(day("2026-01-01")), Some(day("2026-01-10"))));
}

#[test]
fn plans_are_listed_until_their_day_and_visits_newest_first() {
    let plan = |id, at: &str| {
        let body = Encounter { expected_admission: time(at), ..Encounter::default() };
        encounter(id, EntryKind::AdmissionPlan, "20260401", body)
    };
    let record = patient(vec![vec![
        plan(1, "20261201"),
        plan(2, "20260501"),
        encounter(3, EntryKind::Visit, "202609010900", Encounter::default()),
        encounter(4, EntryKind::Visit, "202611010900", Encounter::default()),
    ]]);
    let found = encounters(&record, day("2026-11-21"));
    assert_eq!(found.planned.len(), 1);
    assert_eq!(found.planned[0].time, time("20261201"));
    assert_eq!(
        found.visits.iter().filter_map(|v| v.time.clone()).map(|t| t.shown()).collect::<Vec<_>>(),
        ["2026-11-01 09:00", "2026-09-01 09:00"]
    );
}
