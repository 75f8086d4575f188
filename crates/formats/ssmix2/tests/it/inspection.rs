//! Inspection of what is not a storage, of one patient, and of much at once.

use std::fs;

use tempfile::TempDir;

use renkei_ssmix2::inspect::{Options, inspect_each, inspect_joined, inspect_path};
use serde_json::Value;

use crate::{codes, fixture, inspected};

#[test]
fn what_is_nothing_of_ssmix2_is_rejected_with_a_sentence() {
    let empty = TempDir::new().unwrap();
    let (object, verdict) = inspected(empty.path());
    assert_eq!((verdict.as_str(), verdict.exit_code()), ("rejected", 2));
    assert_eq!(object["code"], "storage_not_recognised");
    let file = empty.path().join("x.hl7");
    fs::write(&file, "not a message").unwrap();
    let (object, verdict) = inspected(&file);
    assert_eq!((verdict.as_str(), &object["content"]), ("rejected", &serde_json::Value::Null));
    let (object, _) = inspected(&empty.path().join("absent"));
    assert_eq!(object["code"], "path_unreadable");
}

#[test]
fn a_message_that_ends_in_the_middle_is_incomplete() {
    let folder = TempDir::new().unwrap();
    let whole = fs::read(fixture("quirks/01-cr-fs.hl7")).unwrap();
    let name = whole.windows(4).position(|w| w == b"\x1b$B8").unwrap();
    let file = folder.path().join("cut.hl7");
    fs::write(&file, &whole[..name + 5]).unwrap();
    let (object, verdict) = inspected(&file);
    assert_eq!((verdict.as_str(), verdict.exit_code()), ("incomplete", 2));
    assert_eq!(object["code"], "message_cut");
}

#[test]
fn one_patients_folder_is_shown_like_a_storage() {
    let (object, _) = inspected(&fixture("crafted/standard/AB0/012/AB00123"));
    assert_eq!(object["content"]["patients"][0]["patient_id"], "AB00123");
    assert_eq!(object["content"]["totals"]["prescribed_drugs"], 1);
}

#[test]
fn all_volumes_of_a_delivery_are_shown_together() {
    let (object, _) = inspected(&fixture("crafted"));
    assert_eq!(object["content"]["patients"].as_array().unwrap().len(), 2);
    assert_eq!(object["content"]["documents"].as_array().unwrap().len(), 4);
    assert_eq!(object["content"]["transaction_totals"]["records"], 8);
    assert!(!codes(&object).contains(&"patient-mismatch"));
}

#[test]
fn joined_volumes_are_one_storage_with_one_object() {
    let paths = [fixture("crafted/standard"), fixture("generated"), fixture("quirks/04-delimiter-bytes.hl7")];
    let mut out = Vec::new();
    let verdict = inspect_joined(&paths, &Options::default(), &mut out).unwrap();
    let object: Value = serde_json::from_slice(&out).unwrap();
    assert_eq!(verdict.exit_code(), 0);
    assert_eq!(object["path"].as_array().unwrap().len(), 3);
    assert_eq!(object["content"]["patients"].as_array().unwrap().len(), 7);
    assert_eq!(object["content"]["messages"][0]["content"]["patient"]["family"], "日本");
}

#[test]
fn each_path_has_its_object_and_the_worst_verdict_is_the_answer() {
    let paths = [fixture("quirks/04-delimiter-bytes.hl7"), fixture("absent"), fixture("quirks/02-crlf.hl7")];
    let mut out = Vec::new();
    let verdict = inspect_each(&paths, &Options::default(), &mut out).unwrap();
    assert_eq!(verdict.as_str(), "rejected");
    let objects: Vec<Value> =
        out.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect();
    let verdicts: Vec<&str> = objects.iter().map(|o| o["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["accepted", "rejected", "accepted_with_findings"]);
}

#[test]
fn a_data_type_can_be_said_and_an_unknown_format_is_refused() {
    let shown = |wanted: &str| {
        let options = Options { as_format: Some(wanted.to_owned()), pretty: true };
        let mut out = Vec::new();
        inspect_path(&fixture("quirks/20-empty-repetitions.hl7"), &options, &mut out).unwrap();
        serde_json::from_slice::<Value>(&out).unwrap()
    };
    assert_eq!(shown("OMP-02")["content"]["data_type"], "OMP-02");
    assert_eq!(shown("hl7v2")["content"]["data_type"], "OMP-01");
    assert_eq!(shown("cda")["code"], "format_unknown");
    assert_eq!(shown("ssmix2")["content"]["prescriptions"][0]["days"], 5);
}
