//! The calendar.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::calendar::{Lane, Zoom, calendar};
use renkei_records::*;

fn visit(id: u128, at: &str) -> Message {
    encounter(id, EntryKind::Visit, at, Encounter::default())
}

#[test]
fn the_year_ends_with_the_month_of_today_and_counts_by_institution() {
    let record = patient(vec![
        vec![visit(1, "20261102"), visit(2, "20261120"), visit(3, "20251201"), visit(4, "20251130")],
        vec![visit(5, "20261103")],
    ]);
    let shown = calendar(&record, Zoom::OneYear, day("2026-11-21"));
    let labels: Vec<&str> = shown.periods.iter().map(|p| p.label.as_str()).collect();
    assert_eq!((labels[0], labels[11], labels.len()), ("12月", "11月", 12));
    assert_eq!((shown.first, shown.last), (day("2025-12-01"), day("2026-11-30")));
    let [row] = shown.lanes.as_slice() else { panic!("one lane") };
    assert_eq!(row.lane, Lane::Visit);
    let counts = |place: usize| row.cells[place].iter().map(|m| (m.institution, m.count)).collect::<Vec<_>>();
    assert_eq!(counts(11), [(institution(1), 2), (institution(2), 1)]);
    assert_eq!(counts(0), [(institution(1), 1)], "the last day of November a year ago lies outside");
}

#[test]
fn every_zoom_ends_on_a_period_that_holds_today() {
    for today in ["2026-11-21", "2024-02-29", "2026-01-01", "2026-12-31", "2025-03-31"] {
        for (zoom, count) in
            [(Zoom::ThreeYears, 12), (Zoom::OneYear, 12), (Zoom::ThreeMonths, 13), (Zoom::OneMonth, 31)]
        {
            let shown = calendar(&patient(vec![]), zoom, day(today));
            assert_eq!(shown.periods.len(), count);
            let last = shown.periods.last().unwrap();
            assert!(last.first <= day(today) && day(today) <= last.last, "{today} {zoom:?}");
            for pair in shown.periods.windows(2) {
                assert_eq!(pair[0].last.tomorrow().unwrap(), pair[1].first, "no day is missed or counted twice");
            }
            assert!(shown.lanes.is_empty() && shown.institutions.is_empty());
        }
    }
}

#[test]
fn a_stay_is_a_range_cut_at_the_window_and_an_open_one_reaches_today() {
    let admission = |id, at: &str| {
        encounter(id, EntryKind::Admission, at, Encounter { admitted: time(at), ..Encounter::default() })
    };
    let discharge = |id, from: &str, at: &str| {
        let body = Encounter { admitted: time(from), discharged: time(at), ..Encounter::default() };
        encounter(id, EntryKind::Discharge, at, body)
    };
    let record =
        patient(vec![vec![admission(1, "20251120"), discharge(2, "20251120", "20251210"), admission(3, "20261119")]]);
    let shown = calendar(&record, Zoom::OneYear, day("2026-11-21"));
    let [cut, open] = shown.stays.as_slice() else { panic!("two stays") };
    assert_eq!((cut.first, cut.left), (day("2025-11-20"), 0.0));
    assert!((cut.width - 10.0 / 365.0).abs() < 1e-9);
    assert_eq!(open.last, None);
    assert!((open.width - 3.0 / 365.0).abs() < 1e-9);
}

#[test]
fn an_examination_and_its_order_are_counted_once_and_cancelled_ones_never() {
    let exam = |id, kind: EntryKind| {
        let head = OrderHead { placer_number: "77".into(), ..OrderHead::default() };
        let body = Body::Titled(Box::new(TitledEntry { head, ..TitledEntry::default() }));
        message(id, key("20261101", kind.name(), "77"), "20261101").entry(kind, "20261101", body)
    };
    let record = patient(vec![vec![
        exam(1, EntryKind::RadiologyOrder).done(),
        exam(2, EntryKind::RadiologyReport).done(),
        exam(3, EntryKind::EndoscopyOrder).state(EntryState::Cancelled).done(),
    ]]);
    let shown = calendar(&record, Zoom::OneMonth, day("2026-11-21"));
    let [row] = shown.lanes.as_slice() else { panic!("one lane") };
    assert_eq!((row.lane, row.cells.iter().flatten().map(|m| m.count).sum::<usize>()), (Lane::Image, 1));
}
