//! Properties: nothing panics on hostile characters, characters stay, hidden equals absent.

use crate::scene::*;
use proptest::prelude::*;
use renkei_records::body::*;
use renkei_records::views::PatientRecord;
use renkei_records::views::calendar::Zoom;
use renkei_records::views::laboratory::{TableQuery, laboratory_table};
use renkei_records::views::series::OwnRange;
use renkei_records::views::{background, cultures, encounters, orders, prescriptions, summary, trends};
use renkei_records::*;

/// Characters that real fields hold: digits, comparators, full-width forms, kana, separators.
fn characters() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9<>=.+\\-^~ /(){}x]{0,20}",
        "[０-９．＋－＜＞～〜以上未満下超陰性あア亜]{0,10}",
        "[0-9]{0,20}",
        any::<String>(),
    ]
}

/// One institution's course of arbitrary small things, each with a code that a rule may hide.
fn things() -> impl Strategy<Value = Vec<(u8, u8, u16, String)>> {
    prop::collection::vec((0u8..6, 0u8..4, 0u16..900, characters()), 0..20)
}

fn build(things: &[(u8, u8, u16, String)], institution: u128, hides: impl Fn(u8) -> bool) -> Vec<Message> {
    let kept = things.iter().enumerate().filter(|(_, (_, code, ..))| !hides(*code));
    kept.map(|(n, (kind, code, back, text))| {
        let id = institution * 1000 + n as u128 + 1;
        let at = day("2026-11-21").saturating_sub(jiff::Span::new().days(i64::from(*back)));
        let at = at.strftime("%Y%m%d").to_string();
        match kind {
            0 => report(id, &at, vec![value(&format!("{code}C015000002327101"), "項目", text, "mg/dL", text)]),
            1 => {
                let drugs = vec![drug(text, &format!("{code}00"), &format!("{code}171022F2029"))];
                prescription(id, vec![rp(&at, &(back % 40).to_string(), drugs)])
            }
            2 => message(id, key("-", "PPR-01", &id.to_string()), &at)
                .entry(EntryKind::Diagnosis, "", {
                    Body::Diagnosis(Box::new(diagnosis(&id.to_string(), text, &format!("{code}11"), &at)))
                })
                .done(),
            3 => encounter(id, EntryKind::Admission, &at, Encounter { admitted: time(text), ..Encounter::default() }),
            4 => encounter(id, EntryKind::Discharge, &at, Encounter { discharged: time(text), ..Encounter::default() }),
            _ => message(id, key(&at, "OMG-11", &id.to_string()), &at)
                .entry(
                    EntryKind::RadiologyReport,
                    text,
                    Body::Titled(Box::new(TitledEntry {
                        title: text.clone(),
                        code: CodedValue::one(format!("{code}X"), "", "JJ1017"),
                        ..TitledEntry::default()
                    })),
                )
                .done(),
        }
    })
    .collect()
}

fn is_coded(kind: u8) -> bool {
    !matches!(kind, 3 | 4)
}

fn hide_code(record: &mut PatientRecord, hidden: u8) {
    let digit = char::from(b'0' + hidden);
    record.retain(|facts| {
        let mut codes = facts.icd10s.iter().copied();
        let lab = facts.lab_codes.iter().any(|c| c.code.starts_with(digit));
        let drugs = facts.drug_codes.iter().any(|c| c.is_of("YJ") && c.code.starts_with(digit));
        !(lab || drugs || codes.any(|code| code.starts_with(digit)))
    });
}

proptest! {
    #[test]
    fn reading_never_panics_and_never_changes_the_characters(text in characters()) {
        let time = ClinicalTime::new(text.as_str());
        prop_assert_eq!(time.raw.as_str(), text.as_str());
        let (precision, start) = (time.precision(), time.start());
        prop_assert_eq!(precision == Precision::Text, start.is_none());
        prop_assert_eq!(time.iso().is_some(), start.is_some());
        let _ = (time.shown(), time.date(), OwnRange::read(&text), code::folded(&text));
        if let Some(measured) = Measured::read(&text) {
            prop_assert!(measured.number.is_finite());
            prop_assert!(text.trim().trim_start_matches(['<', '>', '=', ' ', '-']).bytes().all(|b| b == b'.' || b.is_ascii_digit()));
        }
        prop_assert_eq!(code::folds_equal(&text, &text), true);
    }

    #[test]
    fn comparing_folded_is_the_same_as_folding_both(a in characters(), b in characters()) {
        prop_assert_eq!(code::folds_equal(&a, &b), code::folded(&a) == code::folded(&b));
    }

    #[test]
    fn every_view_stands_any_content_and_counts_what_it_lists(first in things(), second in things()) {
        let today = day("2026-11-21");
        let record = patient(vec![build(&first, 1, |_| false), build(&second, 2, |_| false)]);
        for zoom in Zoom::ALL {
            let shown = summary::summary(&record, zoom, today);
            let lines: usize = shown.medicines.all().map(|m| m.courses.len() + m.older_courses).sum();
            prop_assert_eq!(lines, shown.counts.prescribed_drugs);
            prop_assert_eq!(
                shown.diagnoses.current.iter().chain(&shown.diagnoses.past).map(|g| g.rows.len()).sum::<usize>(),
                shown.counts.of(&[EntryKind::Diagnosis])
            );
        }
        let query = TableQuery { columns_max: usize::MAX, ..TableQuery::default() };
        let table = laboratory_table(&record, &query);
        let in_table: usize = table.rows.iter().flat_map(|row| &row.cells).map(Vec::len).sum();
        let in_cultures: usize = cultures::cultures(&record).iter().map(|c| c.others.len() + c.organisms.len()).sum();
        prop_assert_eq!(in_table + in_cultures, summary::summary(&record, Zoom::OneYear, today).counts.laboratory_values);
        let _ = (trends::trends(&record, &[]), encounters::encounters(&record, today), background::background(&record));
        let listed = orders::orders(&record, orders::ORDER_KINDS, usize::MAX).len();
        prop_assert_eq!(listed, record.of(&[EntryKind::RadiologyReport]).count());
        let cards = prescriptions::prescriptions(&record, &[EntryKind::Prescription], usize::MAX).len();
        prop_assert_eq!(cards, record.of(&[EntryKind::Prescription]).count());
    }

    /// R-X-15: what is hidden leaves no trace in any view.
    #[test]
    fn a_record_with_things_hidden_is_the_record_without_them(first in things(), second in things(), hidden in 0u8..4) {
        let today = day("2026-11-21");
        let only_coded = |all: Vec<(u8, u8, u16, String)>| -> Vec<_> {
            all.into_iter().filter(|(kind, ..)| is_coded(*kind)).collect()
        };
        let (first, second) = (only_coded(first), only_coded(second));
        let mut with = patient(vec![build(&first, 1, |_| false), build(&second, 2, |_| false)]);
        hide_code(&mut with, hidden);
        let without = patient(vec![build(&first, 1, |c| c == hidden), build(&second, 2, |c| c == hidden)]);
        prop_assert_eq!(with.contributions(), without.contributions());
        prop_assert_eq!(summary::summary(&with, Zoom::OneYear, today), summary::summary(&without, Zoom::OneYear, today));
        let query = TableQuery::default();
        prop_assert_eq!(laboratory_table(&with, &query), laboratory_table(&without, &query));
    }
}
