//! What the generator writes obeys the rules of the standardised storage (ssmix2.md sections 1.1–1.8).

use crate::support::{SEED, files, written};
use renkei_demo::Scale;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

struct File {
    institution: String,
    folders: Vec<String>,
    name: Vec<String>,
    text: String,
    bytes: Vec<u8>,
}

fn read(root: &Path) -> Vec<File> {
    files(root)
        .into_iter()
        .map(|(path, bytes)| {
            let parts: Vec<_> = path.iter().map(|p| p.to_str().unwrap().to_owned()).collect();
            let (text, wrong) = encoding_rs::ISO_2022_JP.decode_without_bom_handling(&bytes);
            assert!(!wrong, "{}", path.display());
            File {
                institution: parts[0].clone(),
                folders: parts[1..6].to_vec(),
                name: parts[6].split('_').map(str::to_owned).collect(),
                text: text.into_owned(),
                bytes,
            }
        })
        .collect()
}

/// Field of the first such segment (MSH-9 is 9).
fn field<'a>(text: &'a str, segment: &str, number: usize) -> Option<&'a str> {
    let line = text.split('\r').find(|l| l.split('|').next() == Some(segment))?;
    line.split('|').nth(if segment == "MSH" { number - 1 } else { number })
}

fn care_date(file: &File) -> Option<&str> {
    let text = &file.text;
    let event = field(text, "MSH", 9)?.split('^').nth(1)?;
    let value = match (file.folders[4].as_str(), event) {
        ("ADT-00" | "ADT-01" | "ADT-61" | "PPR-01", _) => return Some("-"),
        (_, "A04" | "A01" | "A11") => field(text, "PV1", 44),
        (_, "A14" | "A15") => field(text, "PV2", 8),
        (_, "A16") => field(text, "PV2", 9),
        (_, "A21" | "A22" | "A02") => field(text, "EVN", 6),
        (_, "A03") => field(text, "PV1", 45),
        ("OMP-11" | "OMP-12", _) => field(text, "RXA", 3),
        ("OML-11", _) => field(text, "SPM", 17),
        ("OMG-11" | "OMG-12" | "OMG-13", _) => field(text, "OBR", 7),
        _ => field(text, "ORC", 9),
    };
    value?.get(..8)
}

#[test]
fn folder_name_and_content_of_every_file_agree() {
    let (folder, summary) = written(SEED, &Scale::TINY);
    let files = read(folder.path());
    assert_eq!(files.len(), summary.files);
    let mut types = BTreeSet::new();
    for file in &files {
        let [first, second, number, care, kind] = &file.folders[..] else { panic!("depth") };
        assert_eq!(file.name.len(), 7);
        assert_eq!((&file.name[0], &file.name[1], &file.name[2]), (number, care, kind));
        assert_eq!((first.as_str(), second.as_str()), (&number[0..3], &number[3..6]));
        assert_eq!((file.name[3].len(), file.name[4].len()), (15, 17));
        assert!(matches!(file.name[6].as_str(), "0" | "1" | "2"));
        let pid = field(&file.text, "PID", 3).unwrap();
        assert_eq!(pid.split('^').next().unwrap(), number);
        assert_eq!(care_date(file), Some(care.as_str()), "{:?} {}", file.name, file.text);
        if let Some(order) = field(&file.text, "ORC", 2) {
            assert_eq!(order, file.name[3]);
        }
        assert!(file.name[4].as_str() < "20261121120000000", "from the future: {:?}", file.name);
        types.insert(kind.clone());
    }
    assert!(types.len() >= 20, "{types:?}");
}

#[test]
fn bytes_are_seven_bit_runs_are_closed_and_segments_end_with_cr() {
    let (folder, _) = written(SEED, &Scale::TINY);
    for file in read(folder.path()) {
        assert!(file.bytes.iter().all(|b| *b < 0x80 && *b != b'\n'));
        assert_eq!(file.bytes.last(), Some(&b'\r'));
        assert!(file.text.starts_with("MSH|^~\\&|") && !file.text.contains('\u{fffd}'));
        let mut in_kanji = false;
        let mut at = 0;
        while at < file.bytes.len() {
            if file.bytes[at..].starts_with(b"\x1b$B") {
                in_kanji = true;
                at += 3;
            } else if file.bytes[at..].starts_with(b"\x1b(B") {
                in_kanji = false;
                at += 3;
            } else if in_kanji {
                at += 2;
            } else {
                at += 1;
            }
        }
        assert!(!in_kanji);
        assert_eq!(field(&file.text, "MSH", 18), Some("~ISO IR87"));
    }
}

#[test]
fn at_most_one_file_of_a_key_is_current_and_deletions_take_all() {
    let (folder, _) = written(SEED, &Scale { patients: 150, ..Scale::TINY });
    let mut keys: BTreeMap<Vec<String>, Vec<(String, String)>> = BTreeMap::new();
    for file in read(folder.path()) {
        let mut key = vec![file.institution.clone()];
        key.extend(file.name[0..4].iter().cloned());
        keys.entry(key).or_default().push((file.name[4].clone(), file.name[6].clone()));
    }
    let (mut superseded, mut deleted) = (0, 0);
    for (key, mut versions) in keys {
        versions.sort();
        let flags: Vec<_> = versions.iter().map(|v| v.1.as_str()).collect();
        if flags.contains(&"0") {
            deleted += 1;
            assert!(flags.iter().all(|f| *f == "0"), "{key:?} {flags:?}");
        } else {
            superseded += flags.len() - 1;
            assert_eq!(flags.iter().filter(|f| **f == "1").count(), 1, "{key:?} {flags:?}");
            assert_eq!(flags.last(), Some(&"1"), "{key:?}");
        }
    }
    assert!(superseded > 20 && deleted > 0, "{superseded} superseded, {deleted} deleted");
}

fn digest(root: &Path) -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in files(root) {
        hash.update(path.to_string_lossy().as_bytes());
        hash.update(&bytes);
    }
    hex::encode(hash.finalize())
}

#[test]
fn the_same_seed_writes_the_same_bytes_and_another_seed_others() {
    let (first, _) = written(7, &Scale::TINY);
    let (again, _) = written(7, &Scale::TINY);
    let (other, _) = written(8, &Scale::TINY);
    assert_eq!(digest(first.path()), digest(again.path()));
    assert_ne!(digest(first.path()), digest(other.path()));
}

#[test]
fn the_demonstration_has_three_hundred_people_and_few_enough_files_to_start_quickly() {
    let (folder, summary) = written(SEED, &Scale::DEMO);
    assert_eq!(summary.patients, 300);
    assert!((3_500..6_500).contains(&summary.files), "{} files", summary.files);
    assert_eq!(summary.institutions.len(), 12);
    assert_eq!(files(folder.path()).len(), summary.files);
}

#[test]
fn the_patient_of_the_scenarios_has_what_her_page_shows() {
    let (folder, _) = written(SEED, &Scale { patients: 1, ..Scale::DEMO });
    let files = read(folder.path());
    let minato = "9917100002";
    let at = |institution: &str, kind: &str| -> Vec<&File> {
        files.iter().filter(|f| f.institution == institution && f.folders[4] == kind && f.name[6] == "1").collect()
    };
    assert!(
        files.iter().filter(|f| f.institution == minato).all(|f| f.folders[2] == "00451190" || f.folders[2].is_empty())
    );
    let latest = at(minato, "OML-11").into_iter().max_by_key(|f| f.name[4].clone()).unwrap();
    assert!(latest.name[1].starts_with("20261114"), "{:?}", latest.name);
    let row = |code: &str| {
        latest.text.split('\r').find(|l| l.contains(code)).map(|l| l.split('|').nth(5).unwrap().to_owned()).unwrap()
    };
    assert!(row("3D046000001906202").starts_with("7.8"), "{}", row("3D046000001906202"));
    assert_eq!(row("8A065000002391901"), "41");
    assert!(at(minato, "OMP-01").iter().any(|f| f.text.contains("ロキソプロフェン") && f.name[1] == "20261118"));
    assert!(at("9917100001", "ADT-61").iter().any(|f| f.text.contains("ペニシリン系")));
    assert!(at(minato, "ADT-22").iter().any(|f| f.name[1] == "20260703"));
    let amlodipine = |institution: &str| {
        at(institution, "OMP-01").iter().any(|f| f.text.contains("2171022") && f.text.contains("アムロジピン"))
    };
    assert!(amlodipine("9917100001") && amlodipine(minato), "one drug, two makers");
}
