//! Walking storages: several roots, what does not belong there, renames while reading.

use std::fs;
use std::path::Path;

use renkei_ssmix2::storage::{Loose, Storage, open};
use tempfile::TempDir;

use crate::{codes, fixture, inspected};

const HEADER: &str = "MSH|^~\\&|H|S|G|R|20260401090000||ADT^A04^ADT_A01|1|P|2.5||||||~ISO IR87\r";

fn visit(number: &str) -> String {
    format!(
        "{HEADER}EVN||20260401\rPID|1||{number}^^^^PI||A^B^^^^^L^I||19700405|M\rPV1|1|O||||||||||||||||||||||||||||||||||||||||||202604010845\r"
    )
}

/// Writes a file of the standard storage and returns its path.
fn put(root: &Path, patient: &str, name: &str, text: &str) -> std::path::PathBuf {
    let parts: Vec<&str> = name.rsplitn(7, '_').collect();
    let at = |from: usize, to: usize| patient.chars().skip(from).take(to - from).collect::<String>();
    let folder = root.join(at(0, 3)).join(at(3, 6)).join(patient).join(parts[5]).join(parts[4]);
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name), text).unwrap();
    folder.join(name)
}

fn name(patient: &str, order: u32, flag: char) -> String {
    format!("{patient}_20260401_ADT-12_{order:015}_20260401090000000_01_{flag}")
}

#[test]
fn a_patient_of_two_volumes_comes_once_and_in_order() {
    let (one, two) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    put(one.path(), "0000001", &name("0000001", 1, '1'), &visit("0000001"));
    put(two.path(), "0000001", &name("0000001", 2, '1'), &visit("0000001"));
    put(two.path(), "0000000", &name("0000000", 3, '1'), &visit("0000000"));
    put(one.path(), "9999999", &name("9999999", 4, '1'), &visit("9999999"));
    let storage = Storage::new([one.path().to_path_buf(), two.path().to_path_buf()]);
    let patients: Vec<_> = storage.patients().map(Result::unwrap).collect();
    let seen: Vec<(&str, usize)> = patients.iter().map(|p| (p.patient_id.as_str(), p.files().count())).collect();
    assert_eq!(seen, [("0000000", 1), ("0000001", 2), ("9999999", 1)]);
}

#[test]
fn a_directory_above_several_roots_is_read_as_one_storage() {
    let all = TempDir::new().unwrap();
    put(&all.path().join("STD1"), "0000001", &name("0000001", 1, '1'), &visit("0000001"));
    put(&all.path().join("STD2"), "0000001", &name("0000001", 1, '2'), &visit("0000001"));
    put(&all.path().join("STD2"), "0000001", &name("0000001", 2, '1'), &visit("0000001"));
    let (object, _) = inspected(all.path());
    // The same version was seen as history on the other volume: it is history.
    assert_eq!(object["content"]["totals"]["visits"], 1);
    assert_eq!(object["content"]["patients"].as_array().unwrap().len(), 1);
}

#[test]
fn a_deletion_that_was_seen_before_its_renames_hides_the_record() {
    let root = TempDir::new().unwrap();
    put(root.path(), "0000001", &name("0000001", 1, '1'), &visit("0000001"));
    let later = name("0000001", 1, '0').replace("090000000", "100000000");
    put(root.path(), "0000001", &later, &visit("0000001"));
    let (object, _) = inspected(root.path());
    assert_eq!(object["content"]["totals"]["visits"], 0);
    assert!(codes(&object).contains(&"older-version-valid"));
}

#[test]
fn short_patient_numbers_lie_higher_up() {
    let root = TempDir::new().unwrap();
    let folder = root.path().join("12/12/20260401/ADT-12");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(name("12", 1, '1')), visit("12")).unwrap();
    let storage = Storage::new([root.path().to_path_buf()]);
    let patients: Vec<_> = storage.patients().map(|p| p.unwrap().patient_id).collect();
    assert_eq!(patients, ["12"]);
}

#[cfg(unix)]
#[test]
fn links_are_never_followed() {
    let root = TempDir::new().unwrap();
    let path = put(root.path(), "0000001", &name("0000001", 1, '1'), &visit("0000001"));
    std::os::unix::fs::symlink(root.path(), root.path().join("loop")).unwrap();
    std::os::unix::fs::symlink(&path, path.with_file_name(name("0000001", 2, '1'))).unwrap();
    let storage = Storage::new([root.path().to_path_buf()]);
    let patients: Vec<_> = storage.patients().map(Result::unwrap).collect();
    assert_eq!(patients.len(), 1);
    let files: Vec<_> = patients[0].files().collect();
    assert_eq!(files.iter().filter(|f| f.is_ok()).count(), 1);
    assert!(files.iter().any(|f| matches!(f, Err(Loose::Unexpected(_)))));
}

#[test]
fn a_file_renamed_after_listing_is_found_under_its_new_flag() {
    let root = TempDir::new().unwrap();
    let path = put(root.path(), "0000001", &name("0000001", 1, '1'), &visit("0000001"));
    let renamed = path.with_file_name(name("0000001", 1, '2'));
    fs::rename(&path, &renamed).unwrap();
    assert_eq!(open(&path).unwrap().0, renamed);
    fs::remove_file(&renamed).unwrap();
    assert!(open(&path).is_err());
}

#[test]
fn broken_files_are_findings_and_the_rest_is_read() {
    let root = TempDir::new().unwrap();
    put(root.path(), "0000001", &name("0000001", 1, '1'), &visit("0000001"));
    put(root.path(), "0000001", &name("0000001", 2, '1'), "");
    put(root.path(), "0000001", &name("0000001", 3, '1'), "xy");
    put(root.path(), "0000001", &name("0000001", 4, '1'), &visit("0000002"));
    put(root.path(), "0000001", "0000001_20260401_ADT-12_x_y_z_9", "");
    put(root.path(), "0000001", &name("0000009", 5, '1'), &visit("0000009"));
    let (object, verdict) = inspected(root.path());
    assert_eq!(verdict.as_str(), "accepted_with_findings");
    assert_eq!(object["content"]["totals"]["visits"], 1);
    let found = codes(&object);
    for code in [
        "message-empty",
        "message-without-header",
        "patient-mismatch",
        "file-name-unreadable",
        "file-name-patient-mismatch",
    ] {
        assert!(found.contains(&code), "{code}: {found:?}");
    }
}

#[test]
fn files_come_in_the_order_of_folders_and_names() {
    let storage = Storage::new([fixture("crafted/standard")]);
    let patient = storage.patients().next().unwrap().unwrap();
    let names: Vec<String> = patient.files().map(|f| f.unwrap().relative).collect();
    let mut sorted = names.clone();
    sorted.sort();
    assert_eq!(names, sorted);
    assert_eq!(names.len(), 30);
}
