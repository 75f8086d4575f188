//! What may not be stored: another patient's message, one that cannot be read, one that ends in its middle.

use crate::{map, types};
use renkei_mapping::Unusable;
use renkei_records::{Condition, EntryState};

const NAME: &str = "0000123_20260401_ADT-12_000000000000100_20260401084500000_01_1";

fn visit() -> Vec<u8> {
    types::bytes(
        "ADT^A04^ADT_A01",
        &["EVN||20260401084500", "PV1|1|O|01^^^^^C|||||||||||||||||||||||||||||||||||||||||202604010845"],
    )
}

/// a message of somebody else never enters a chart.
#[test]
fn a_message_of_another_patient_is_told_apart_from_an_unreadable_one() {
    let other = NAME.replace("0000123", "0000124");
    assert_eq!(map(&other, &visit()).unwrap_err(), Unusable::AnotherPatient { place: "PID-3".into() });
    let nobody = String::from_utf8(visit()).unwrap_or_default().replace("0000123^^^^PI", "");
    assert!(matches!(map(NAME, nobody.as_bytes()).unwrap_err(), Unusable::AnotherPatient { .. }));
}

#[test]
fn no_message_and_half_a_message_are_unreadable() {
    for bytes in [&b""[..], b"MZ\x90", b"\x1b$B"] {
        assert!(matches!(map(NAME, bytes).unwrap_err(), Unusable::Unreadable { .. }));
    }
    let whole = visit();
    // Ends in the middle of a segment's name.
    let cut = whole.windows(3).position(|w| w == b"PV1").unwrap() + 2;
    match map(NAME, &whole[..cut]).unwrap_err() {
        Unusable::Unreadable { code, place } => assert_eq!((code.as_str(), place.is_empty()), ("message_cut", false)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_cancel_event_written_as_valid_deletes_its_record() {
    let segments =
        ["EVN||20260409161500", "PV1|1|I|3E^305^1^^^N||||||||||||||||||||||||||||||||||||||||||202604091600"];
    let name = "0000123_20260409_ADT-22_999999999999999_20260409161500000_01_1";
    let admitted = map(name, &types::bytes("ADT^A01^ADT_A01", &segments)).unwrap().message;
    let cancelled = map(name, &types::bytes("ADT^A11^ADT_A09", &segments)).unwrap().message;
    assert_eq!((admitted.condition, admitted.entries[0].state), (Condition::Valid, EntryState::Active));
    assert_eq!((cancelled.condition, cancelled.entries[0].state), (Condition::Deleted, EntryState::Cancelled));
    assert_eq!(admitted.key, cancelled.key);
}

#[test]
fn the_birth_date_is_given_only_when_it_is_a_whole_date() {
    let born = |date: &str| {
        let text = String::from_utf8(types::bytes("ADT^A04^ADT_A01", &["PV1|1|O"])).unwrap();
        map(NAME, text.replace("19700405", date).as_bytes()).unwrap().birth_date
    };
    assert_eq!(born("19700405"), Some(jiff::civil::date(1970, 4, 5)));
    assert_eq!(born("197004"), None);
    assert_eq!(born(""), None);
}

#[test]
fn a_message_that_says_nothing_is_kept_with_a_finding() {
    let name = "0000123_-_PPR-01_999999999999999_20260401101500000_-_1";
    let message = map(name, &types::bytes("PPR^ZD1^PPR_ZD1", &[])).unwrap().message;
    assert!(message.entries.is_empty());
    assert!(message.findings.iter().any(|f| f.code == "message-without-entries"));
}

#[test]
fn findings_of_reading_travel_with_the_message_and_hold_no_value() {
    let message = map(NAME, &types::bytes("ADT^A01^ADT_A01", &["PV1|1|O"])).unwrap().message;
    assert!(message.findings.iter().any(|f| f.code == "event-not-of-data-type"));
    assert!(message.findings.iter().all(|f| !f.message.contains("0000123") && !f.message.contains("MIHON")));
}
