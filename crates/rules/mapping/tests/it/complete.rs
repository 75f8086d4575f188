//! Nothing is lost: every word of a typed message is found again in the message of the record.

use crate::{context, fixture, ids, types};
use renkei_mapping::ssmix2::map_file;
use renkei_ssmix2::storage::Storage;
use renkei_ssmix2::{Content, FileName, read_file};
use serde_json::Value;
use std::collections::BTreeSet;

/// What is left out on purpose, by key.
const LEFT_OUT: [&str; 14] = [
    // Addresses inside the file, types of fields, the grammar of the message.
    "place",
    "value_type",
    "address_state",
    "home_phone_state",
    "work_phone_state",
    // Whom DB1 speaks of: the patient.
    "who",
    // Became enumerations and states.
    "action",
    "control",
    // The institution itself, which the register knows better.
    "institution",
    "institution_address",
    "institution_phone",
    "facility",
    // Numbers of an administration inside its RP; the group keeps the first.
    "group_number",
    // ZPR-2 and -5 repeat the disease; other names and codes are comments.
    "bases",
];

/// The same for one data type, by key and beginning of the value.
const LEFT_OUT_OF_TYPE: [(&str, &str, &str); 12] = [
    // A confirmed observation in words needs no more said; one taken back says so.
    ("OMP-01", "status", "F"),
    ("OMP-11", "status", "F"),
    // The type of a value.
    ("OML-12", "text", "ST"),
    // What the order beside a diagnosis says of itself; the diagnosis is told by PRB-4, its doctor and department stay.
    ("PPR-01", "placer_number", ""),
    ("PPR-01", "filler_number", ""),
    ("PPR-01", "parent_number", ""),
    ("PPR-01", "status", ""),
    ("PPR-01", "raw", "ORC"),
    ("PPR-01", "family", "ORC"),
    // The item only tells ABO from Rh, and the record has a field for each.
    ("ADT-00", "code", "5H0"),
    ("ADT-00", "text", "血液型"),
    // `C`: the place is a department, which ORC-17 names.
    ("OMP-01", "kind", "C"),
];

fn is_left_out(data_type: &str, key: &str, text: &str) -> bool {
    // The name of the content's variant.
    let is_variant = key == "content";
    is_variant || LEFT_OUT_OF_TYPE.iter().any(|(t, k, v)| *t == data_type && *k == key && text.starts_with(v))
}

fn words(value: &Value, key: &str, into: &mut BTreeSet<(String, String)>) {
    match value {
        Value::String(text) if !text.is_empty() => {
            into.insert((key.to_owned(), text.clone()));
        }
        Value::Array(all) => all.iter().for_each(|v| words(v, key, into)),
        Value::Object(all) => {
            for (key, value) in all.iter().filter(|(key, _)| !LEFT_OUT.contains(&key.as_str())) {
                words(value, key, into);
            }
        }
        _ => {}
    }
}

fn all_texts(value: &Value, into: &mut String) {
    match value {
        Value::String(text) => {
            into.push_str(text);
            into.push('\n');
        }
        Value::Array(all) => all.iter().for_each(|v| all_texts(v, into)),
        Value::Object(all) => all.values().for_each(|v| all_texts(v, into)),
        _ => {}
    }
}

type Lost = BTreeSet<(String, String, String)>;

/// What a message says and its entries do not: data type, key and value.
fn lost(name: &FileName, bytes: &[u8], strict: bool) -> Lost {
    let ids = ids();
    let typed = read_file(name, bytes).message.unwrap();
    let mapped = map_file(bytes, name, &context(&ids), &ids).unwrap().message;
    let mut found = String::new();
    all_texts(&serde_json::to_value(&mapped).unwrap(), &mut found);
    let mut said = BTreeSet::new();
    let content = serde_json::to_value(&typed.content).unwrap();
    words(&if strict { content } else { without_codes_beside_words(&content) }, "content", &mut said);
    words(&serde_json::to_value(&typed.other).unwrap(), "other", &mut said);
    words(&serde_json::to_value(&typed.comments).unwrap(), "comments", &mut said);
    if matches!(typed.content, Content::Demographics(_)) {
        words(&serde_json::to_value(&typed.patient).unwrap(), "patient", &mut said);
    }
    if matches!(typed.content, Content::Visit) {
        words(&serde_json::to_value(&typed.visit).unwrap(), "visit", &mut said);
    }
    let mut lost = Lost::new();
    for (key, text) in said {
        // Times are shown in words where they stand in comments.
        let shown = renkei_records::ClinicalTime::new(text.as_str()).shown();
        // Fields of segments no reader took are read as codes where they are some.
        let has_all_parts = text.split('^').all(|part| found.contains(part));
        if !has_all_parts && !found.contains(&shown) && !is_left_out(&name.data_type, &key, &text) {
            lost.insert((name.data_type.clone(), key, text));
        }
    }
    lost
}

#[test]
fn every_word_of_every_sample_arrives() {
    for patient in Storage::new([fixture("crafted/standard"), fixture("generated")]).patients() {
        for file in patient.unwrap().files().map(Result::unwrap) {
            let lost = lost(&file.parsed.unwrap(), &std::fs::read(&file.path).unwrap(), true);
            assert!(lost.is_empty(), "{lost:#?}");
        }
    }
}

/// What has words needs no code beside them where only words have room; every sample above is read strictly.
fn without_codes_beside_words(value: &Value) -> Value {
    match value {
        Value::Array(all) => all.iter().map(without_codes_beside_words).collect(),
        Value::Object(all) => {
            let says = |key: &str| all.get(key).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
            let is_beside = |key: &str| {
                (matches!(key, "code" | "system") && says("text")) || (matches!(key, "id" | "given") && says("family"))
            };
            let kept = all.iter().filter(|(key, _)| !is_beside(key));
            kept.map(|(key, value)| (key.clone(), without_codes_beside_words(value))).collect()
        }
        other => other.clone(),
    }
}

/// A segment all of whose fields are coded values of their own.
fn full(name: &str, number: usize, but: &[(usize, &str)]) -> String {
    (1..=45).fold(name.to_owned(), |text, field| {
        let own = but.iter().find(|(n, _)| *n == field).map(|(_, value)| (*value).to_owned());
        let word = format!("{name}{number}x{field}");
        text + "|" + &own.unwrap_or_else(|| format!("{word}c^{word}t^99X"))
    })
}

#[test]
fn every_field_the_reader_understands_arrives() {
    let plain = |segments: &[&str]| {
        // Set numbers, types and states are codes of tables.
        let of_tables = |name: &str| match name {
            "OBX" => vec![(1, "1"), (2, "ST"), (4, "1"), (11, "F")],
            "AL1" => vec![(1, "1")],
            _ => Vec::new(),
        };
        segments.iter().enumerate().map(|(n, name)| full(name, n, &of_tables(name))).collect::<Vec<_>>()
    };
    let table: &[(&str, &str, Vec<String>)] = &[
        ("ADT-00", "ADT^A08", plain(&["NK1", "DB1", "OBX", "AL1", "IN1", "NTE", "DB1", "ZZZ"])),
        ("ADT-12", "ADT^A04", plain(&["PV1", "PV2", "AL1", "NTE", "ZZZ"])),
        ("ADT-61", "ADT^A60", plain(&["IAM", "IAM", "NTE", "ZZZ"])),
        ("PPR-01", "PPR^ZD1", plain(&["PRB", "ZPR", "ZPD", "ZI1", "NTE", "ORC", "PRB", "ORC", "ZZZ"])),
        ("OMD", "OMD^O03", plain(&["ORC", "TQ1", "ODS", "NTE", "ORC", "TQ1", "ODS", "ZZZ"])),
        (
            "OMP-01",
            "RDE^O11",
            plain(&["AL1", "NTE", "ORC", "RXE", "TQ1", "RXR", "RXC", "OBX", "NTE", "ORC", "RXE", "ZZZ"]),
        ),
        ("OMP-01", "RDE^O11", plain(&["ORC", "RXE", "RXA"])),
        ("OMP-11", "RAS^O17", plain(&["ORC", "RXE", "TQ1", "RXA", "RXA", "RXR", "RXC", "OBX", "NTE", "ZZZ"])),
        ("OMP-11", "RAS^O17", plain(&["ORC", "RXA", "RXR", "OBX", "NTE", "ORC", "RXA", "RXR"])),
        ("OMP-02", "RDE^O11", plain(&["ORC", "RXE", "TQ1", "RXR", "RXC", "OBX", "NTE", "ORC", "RXE", "RXC", "ZZZ"])),
        ("OMP-12", "RAS^O17", plain(&["ORC", "RXE", "RXC", "RXA", "RXR", "OBX", "NTE", "ORC", "RXA", "RXR", "NTE"])),
        ("OML-01", "OML^O33", plain(&["SPM", "ORC", "TQ1", "OBR", "OBX", "NTE", "SPM", "ORC", "OBR", "OBX", "ZZZ"])),
        (
            "OML-11",
            "OUL^R22",
            plain(&["NTE", "SPM", "NTE", "OBR", "ORC", "NTE", "TQ1", "OBX", "NTE", "OBR", "OBX", "ZZZ"]),
        ),
        ("OMG-01", "OMG^O19", plain(&["ORC", "TQ1", "OBR", "OBX", "NTE", "ORC", "OBR", "OBX", "ZZZ"])),
        (
            "OMG-12",
            "OMI^Z23",
            plain(&["ORC", "TQ1", "OBR", "OBX", "ZE1", "OBX", "ZE2", "IPC", "ORC", "OBR", "ZE1", "IPC"]),
        ),
        ("OMG-13", "ORU^R01", plain(&["OBR", "OBX", "NTE", "OBR", "OBX", "SPM"])),
        ("OML-12", "OUL^R22", plain(&["OBR", "OBX", "NTE", "AL1"])),
    ];
    let mut all = Lost::new();
    for (data_type, kind, segments) in table {
        let name = format!("0000123_20260401_{data_type}_000000000000104_20260401090000000_01_1");
        let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
        all.extend(lost(&FileName::parse(&name).unwrap(), &types::bytes(kind, &segments), false));
    }
    assert!(all.is_empty(), "{all:#?}");
}
