//! Inspection of what is not a storage, of one patient, and of much at once.

use std::fs;

use tempfile::TempDir;

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
