//! Laboratory values: comparable only where they are, shown as they came.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::laboratory::{TableQuery, laboratory_table};
use renkei_records::views::latest::latest_values;
use renkei_records::views::series::Flagging;
use renkei_records::views::trends::trends;
use renkei_records::*;

#[test]
fn values_keep_the_characters_they_came_with() {
    let raw = ["0.020", "<0.02", "< 0.02", "1 +", "2+", "5.0x10^3", "検体不足", ""];
    let values = raw.iter().enumerate().map(|(n, raw)| value(&format!("{n}"), "検査", raw, "mg/dL", "0-1")).collect();
    let record = patient(vec![vec![report(1, "202604010915", values)]]);
    let table = laboratory_table(&record, &TableQuery::default());
    let shown: Vec<&str> = table.rows.iter().map(|row| row.cells[0][0].value.as_str()).collect();
    assert_eq!(shown, raw);
}

#[test]
fn two_institutions_share_a_row_and_each_keeps_its_own_range_and_judgement() {
    let record = patient(vec![
        vec![report(1, "202604010915", vec![value(CREATININE, "クレアチニン", "1.10", "mg/dL", "0.65-1.07")])],
        vec![report(2, "202605010900", vec![value("3C015000002327201", "CRE", "1.10", "mg/dl", "0.50-1.20")])],
    ]);
    let table = laboratory_table(&record, &TableQuery::default());
    assert_eq!(table.rows.len(), 1);
    let cells: Vec<_> = table.rows[0].cells.iter().map(|c| (c[0].range.as_str(), c[0].flagging)).collect();
    assert_eq!(cells, [("0.50-1.20", Flagging::Normal), ("0.65-1.07", Flagging::High)], "newest first");
    let trend = &trends(&record, &[])[0];
    assert_eq!(trend.points.iter().map(|p| p.institution).collect::<Vec<_>>(), [institution(1), institution(2)]);
}

#[test]
fn values_that_are_no_plain_numbers_stay_in_the_table_and_out_of_the_graph() {
    let crp = |id, taken: &str, raw: &str| report(id, taken, vec![value("5C070000002306201", "CRP", raw, "mg/dL", "")]);
    let record = patient(vec![vec![
        crp(1, "20260101", "0.50"),
        crp(2, "20260201", "< 0.02"),
        crp(3, "20260301", "1 +"),
        crp(4, "20260401", "0.30"),
    ]]);
    let trends = trends(&record, &[]);
    assert_eq!(trends[0].points.iter().map(|p| p.value.as_str()).collect::<Vec<_>>(), ["0.50", "0.30"]);
    assert_eq!(trends[0].left_out, 2);
    assert_eq!(laboratory_table(&record, &TableQuery::default()).columns.len(), 4);
}

#[test]
fn preliminary_corrected_and_cancelled_values_say_so_and_a_cancelled_one_is_no_point() {
    let with = |id, taken: &str, status| {
        let mut v = value(CREATININE, "クレアチニン", "1.1", "mg/dL", "0.65-1.07");
        v.status = status;
        report(id, taken, vec![v])
    };
    let record = patient(vec![vec![
        with(1, "20260101", ResultStatus::Final),
        with(2, "20260201", ResultStatus::Cancelled),
        with(3, "20260301", ResultStatus::Corrected),
        with(4, "20260401", ResultStatus::Preliminary),
    ]]);
    let table = laboratory_table(&record, &TableQuery::default());
    let shown: Vec<_> = table.rows[0].cells.iter().map(|c| c[0].status).collect();
    use ResultStatus::{Cancelled, Corrected, Final, Preliminary};
    assert_eq!(shown, [Preliminary, Corrected, Cancelled, Final]);
    assert_eq!(table.columns.iter().map(|c| c.is_preliminary).collect::<Vec<_>>(), [true, false, false, false]);
    assert_eq!(table.rows[0].cells[2][0].flagging, Flagging::NotSaid);
    assert_eq!(trends(&record, &[])[0].points.len(), 3);
}

#[test]
fn the_final_report_replaces_the_preliminary_one_of_the_same_order() {
    let mut early = report(1, "202604011010", vec![value(CREATININE, "クレアチニン", "1.2", "mg/dL", "")]);
    early.condition = Condition::Superseded;
    let mut late = report(2, "202604011430", vec![value(CREATININE, "クレアチニン", "1.31", "mg/dL", "")]);
    late.key = early.key.clone();
    let record = patient(vec![vec![late, early]]);
    let table = laboratory_table(&record, &TableQuery::default());
    assert_eq!((table.columns.len(), table.rows[0].cells[0][0].value.as_str()), (1, "1.31"));
}

#[test]
fn hba1c_of_jds_and_ngsp_have_rows_of_their_own() {
    let record = patient(vec![vec![
        report(1, "20260101", vec![value("3D045000001906202", "ＨｂＡ１ｃ（ＪＤＳ）", "7.4", "%", "4.3-5.8")]),
        report(2, "20260201", vec![value(HBA1C_NGSP, "ＨｂＡ１ｃ（ＮＧＳＰ）", "7.8", "%", "4.9-6.0")]),
    ]]);
    assert_eq!(laboratory_table(&record, &TableQuery::default()).rows.len(), 2);
    assert!(trends(&record, &[]).is_empty());
}

#[test]
fn the_latest_value_shows_how_it_moved_and_abnormal_ones_come_first() {
    let visit = |id, taken: &str, hba1c: &str, k: &str| {
        report(
            id,
            taken,
            vec![
                value(HBA1C_NGSP, "HbA1c", hba1c, "%", "4.9-6.0"),
                value("3H015000002326101", "カリウム", k, "mmol/L", "3.6-4.8"),
            ],
        )
    };
    let record = patient(vec![vec![visit(1, "20260814", "7.4", "4.5"), visit(2, "20261114", "7.8", "4.4")]]);
    let latest = latest_values(&record, day("2026-11-21"));
    let shown: Vec<_> =
        latest.iter().map(|v| (v.name.as_str(), v.value.as_str(), v.difference.as_deref(), v.flagging)).collect();
    assert_eq!(
        shown,
        [("HbA1c", "7.8", Some("+0.4"), Flagging::High), ("カリウム", "4.4", Some("-0.1"), Flagging::Normal)]
    );
    assert_eq!(latest[0].spark, [7.4, 7.8]);
    assert!(latest_values(&record, day("2028-01-01")).is_empty(), "a value of years ago is not the latest state");
}

#[test]
fn the_table_shows_the_newest_takings_and_says_how_many_are_older() {
    let reports = (1..=9)
        .map(|n| report(n, &format!("2026{n:02}01"), vec![value(CREATININE, "クレアチニン", "1", "mg/dL", "")]))
        .collect();
    let record = patient(vec![reports]);
    let query = TableQuery { columns_max: 4, until: Some(day("2026-08-31")), ..TableQuery::default() };
    let table = laboratory_table(&record, &query);
    assert_eq!((table.columns.len(), table.older_columns), (4, 4));
    assert_eq!(table.columns[0].taken.as_ref().unwrap().shown(), "2026-08-01");
}

/// R-X-17: values nobody can have, of another unit or of a day before birth stand as they were sent, with what should be
/// confirmed beside them; nothing is left out or changed.
#[test]
fn doubtful_values_stand_as_they_came_with_what_should_be_confirmed() {
    let received = |mut report: Message| {
        report.received_at = renkei_kernel::Timestamp::from_tokyo(jiff::civil::date(2026, 11, 21).at(10, 0, 0, 0));
        report
    };
    let reports = vec![
        report(1, "20261001", vec![value(CREATININE, "クレアチニン", "1.10", "mg/dL", "")]),
        report(2, "20261002", vec![value(CREATININE, "クレアチニン", "1100", "mg/dL", "")]),
        report(3, "20261003", vec![value(CREATININE, "クレアチニン", "97", "umol/L", "")]),
        report(4, "29991003", vec![value(CREATININE, "クレアチニン", "1.0", "mg/dL", "")]),
    ];
    let record = patient(vec![reports.into_iter().map(received).collect()]);
    let table = laboratory_table(&record, &TableQuery::default());
    let mut shown: Vec<_> =
        table.rows.iter().flat_map(|row| row.cells.iter().flatten()).map(|c| (c.value.as_str(), c.doubt)).collect();
    shown.sort_by_key(|(value, _)| *value);
    let expected = [
        ("1.0", Some(Doubt::AfterReceipt)),
        ("1.10", None),
        ("1100", Some(Doubt::Impossible)),
        ("97", Some(Doubt::OtherUnit)),
    ];
    assert_eq!(shown, expected);
}
