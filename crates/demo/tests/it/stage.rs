//! The stage of the demonstration: made once, found again the same.

use crate::support::{files, noon};
use renkei_demo::stage::StageError;
use renkei_demo::{Scale, Stage};
use renkei_kernel::SystemEntropy;

const LOOPBACK: &[&str] = &["127.0.0.0/8", "::1/128"];

#[test]
fn a_second_start_finds_the_same_people_with_the_same_certificates() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("demo");
    let first = Stage::open(&home, Scale { samples: true, ..Scale::TINY }, noon(), &SystemEntropy, LOOPBACK).unwrap();
    assert_eq!(first.storages().count(), 12);
    assert!(first.written.as_ref().is_some_and(|s| s.files > 500));
    assert!(first.register().is_file() && first.trust().join("trust.toml").is_file());
    first.server().unwrap();
    let register = std::fs::read_to_string(first.register()).unwrap();
    let before = files(&home.join("storages"));
    let later = noon().plus_days(3);
    let again = Stage::open(&home, Scale { samples: true, ..Scale::TINY }, later, &SystemEntropy, LOOPBACK).unwrap();
    assert!(again.written.is_none());
    assert_eq!(again.credentials.bindings(), first.credentials.bindings());
    assert_eq!(again.credentials.devices(), first.credentials.devices());
    assert_eq!(again.region.today(), first.region.today());
    assert_eq!(std::fs::read_to_string(again.register()).unwrap(), register);
    assert!(files(&home.join("storages")) == before, "storages are found as they were");
}

#[test]
fn a_folder_with_something_else_in_it_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("letter.txt"), "hello").unwrap();
    let refused = Stage::open(folder.path(), Scale::TINY, noon(), &SystemEntropy, LOOPBACK);
    assert!(matches!(refused, Err(StageError::NotOurs)));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_start_that_broke_off_is_made_anew() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("demonstration.unfinished"), "").unwrap();
    std::fs::create_dir_all(folder.path().join("storages/half")).unwrap();
    let stage =
        Stage::open(folder.path(), Scale { patients: 3, ..Scale::TINY }, noon(), &SystemEntropy, LOOPBACK).unwrap();
    assert!(stage.written.is_some() && !folder.path().join("storages/half").exists());
    assert!(!folder.path().join("demonstration.unfinished").exists());
}
