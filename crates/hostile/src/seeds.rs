//! Inputs to begin with, made of the project's own fictional samples when asked for.
//!
//! Not kept as files: they would be copies of fixtures and age. Kept as files (`fuzz/corpus-seed`) is only what a
//! fuzzer found.

use crate::targets::certificates::{SCENE, trust_toml};
use crate::targets::messages::BETWEEN;
use crate::targets::trail::KEY;
use renkei_access::rulebook::SHIPPED;
use renkei_kernel::{Ids, SeededEntropy, SettableClock, Timestamp};
use renkei_mapping::{Context, ssmix2::map_file};
use renkei_records::ChartRecord;
use renkei_ssmix2::storage::{FileEntry, Storage};
use renkei_ssmix2::{DataType, FileName};
use renkei_testpki::der_out;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../formats/ssmix2/tests/fixtures").join(path)
}

/// The messages of the crafted storage, one of each data type at least, each with its file.
fn storage_files() -> Vec<(FileEntry, Vec<u8>)> {
    let patients = Storage::new([fixture("crafted/standard")]).patients().map(Result::unwrap);
    let mut found: Vec<_> = patients.flat_map(|p| p.files().map(Result::unwrap).collect::<Vec<_>>()).collect();
    // Of each generated data type one, since they are large and alike.
    let mut seen = Vec::new();
    for patient in Storage::new([fixture("generated")]).patients().map(Result::unwrap) {
        for file in patient.files().map(Result::unwrap) {
            if !seen.contains(&file.data_type) {
                seen.push(file.data_type.clone());
                found.push(file);
            }
        }
    }
    found
        .into_iter()
        .map(|file| {
            let bytes = fs::read(&file.path).unwrap();
            (file, bytes)
        })
        .collect()
}

fn quirks() -> Vec<Vec<u8>> {
    let mut names: Vec<_> = fs::read_dir(fixture("quirks")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "hl7"));
    names.sort();
    names.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

fn choice(data_type: Option<DataType>) -> u8 {
    let place = DataType::ALL.iter().position(|known| Some(*known) == data_type).unwrap_or(DataType::ALL.len());
    u8::try_from(place).unwrap()
}

fn behind(first: u8, rest: &[u8]) -> Vec<u8> {
    [&[first], rest].concat()
}

pub fn decode_text() -> Vec<Vec<u8>> {
    let mut all = quirks();
    all.push("見本^ﾐﾎﾝ\u{301c}\u{ff5e}①㈱髙".as_bytes().to_vec());
    all.push(b"\x8c\xa9\x96{^\x83~\x87\x40".to_vec());
    all.push(b"\xb8\xab\xcb\xdc^\xa5\xdf".to_vec());
    all
}

pub fn hl7_message() -> Vec<Vec<u8>> {
    quirks()
}

pub fn file_name() -> Vec<Vec<u8>> {
    let mut all: Vec<_> = storage_files().into_iter().map(|(file, _)| file.name.into_bytes()).collect();
    all.push("0000123_20260415_^退院サマリ^^18842-5^退院時サマリー^LN_000000000000501_20260415120000000_01_2".into());
    all
}

pub fn transaction_records() -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for year in fs::read_dir(fixture("crafted/transaction")).unwrap() {
        let year = year.unwrap().path();
        if year.is_dir() {
            all.extend(fs::read_dir(year).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()));
        }
    }
    all
}

pub fn read_message() -> Vec<Vec<u8>> {
    let files = storage_files().into_iter();
    let mut all: Vec<_> = files.map(|(file, bytes)| behind(choice(DataType::parse(&file.data_type)), &bytes)).collect();
    all.extend(quirks().iter().map(|bytes| behind(choice(None), bytes)));
    // One message under each of the 26 names.
    let visit = b"MSH|^~\\&|H|S|G|R|20260401||ADT^A04^ADT_A01|1|P|2.5\rPID|1||0000123^^^^PI||A^B^^^^^L^I\rPV1|1|O\r";
    all.extend((0..=26).map(|choice| behind(choice, visit)));
    all
}

pub fn map_message() -> Vec<Vec<u8>> {
    let mut all = read_message();
    let whole: Vec<_> = all.iter().take(6).cloned().collect();
    all.push(whole.join(&BETWEEN));
    all
}

pub fn stored_rows() -> Vec<Vec<u8>> {
    let ids = Ids::new(Arc::new(SettableClock::frozen(Timestamp(0))), Arc::new(SeededEntropy::new(7)));
    let (institution, chart, origin) = (ids.next(), ids.next(), ids.next());
    let (mut all, mut record) = (Vec::new(), ChartRecord::new());
    for (file, bytes) in storage_files() {
        let context = Context { message: ids.next(), institution, chart, received_at: ids.now(), origin };
        let name: FileName = file.parsed.unwrap();
        if let Ok(mapped) = map_file(&bytes, &name, &context, &ids) {
            all.push(mapped.message.encode().unwrap());
            if name.patient_id == "0000123" {
                record.fold(mapped.message);
            }
        }
    }
    all.push(record.encode().unwrap());
    all
}

pub fn certificate() -> Vec<Vec<u8>> {
    let mut all: Vec<_> = SCENE.issued.iter().map(|issued| issued.cert_der.clone()).collect();
    all.push(renkei_testpki::pem("CERTIFICATE", &SCENE.pki.doctor("Saburo Minato", "D10003").unwrap().cert_der).into());
    all.push(renkei_testpki::hcrole::roles(&["Medical Doctor"]));
    all
}

pub fn certificate_chain() -> Vec<Vec<u8>> {
    let framed = |chain: Vec<Vec<u8>>| {
        let mut bytes = Vec::new();
        for piece in chain {
            bytes.extend(u16::try_from(piece.len()).unwrap_or(u16::MAX).to_be_bytes());
            bytes.extend(piece);
        }
        bytes
    };
    SCENE.issued.iter().map(|issued| framed(issued.presented())).collect()
}

pub fn revocation_list() -> Vec<Vec<u8>> {
    SCENE.lists.clone()
}

pub fn trust_settings() -> Vec<Vec<u8>> {
    vec![trust_toml().into_bytes()]
}

pub fn trust_tables() -> Vec<Vec<u8>> {
    [
        renkei_hpki::RoleTable::EMBEDDED.to_owned(),
        renkei_hpki::ProfessionTable::EMBEDDED.to_owned(),
        renkei_testpki::cases::register_tsv(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

pub fn regulation_file() -> Vec<Vec<u8>> {
    (0..).zip(SHIPPED).map(|(place, (_, text))| behind(place, text.as_bytes())).collect()
}

pub fn register_file() -> Vec<Vec<u8>> {
    let region = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../testkit/src/region.toml");
    vec![fs::read_to_string(region).unwrap().replace("{issuer}", &"ab".repeat(32)).into_bytes()]
}

pub fn agent_settings() -> Vec<Vec<u8>> {
    let text = "reader = \"0190d6a0-0000-7000-8000-000000000002\"\nserver_name = \"renkei.example\"\naddress = \"localhost:8444\"\n\
                roots = \"roots.pem\"\nkey = \"device.key\"\n";
    vec![text.into(), b"sqlite:data/renkei.db".to_vec(), b"postgres://renkei@localhost/renkei".to_vec()]
}

pub fn checkpoint() -> Vec<Vec<u8>> {
    vec![
        KEY.sign(0, &renkei_ledger::tree::empty_root()).note().into(),
        KEY.sign(100_000, &[3; 32]).note().into(),
        KEY.verifier().to_string().into_bytes(),
    ]
}

pub fn tree_proofs() -> Vec<Vec<u8>> {
    vec![vec![1, 0, 0, 1, 1], vec![6, 2, 2, 3, 3, 14, 16, 10], vec![7, 7, 7, 4, 6, 17, 10], vec![31, 16, 16, 8]]
}

pub fn trail_entry() -> Vec<Vec<u8>> {
    let entry = r#"{"action":"R","event":"record.viewed","id":"0190d6a0-0000-7000-8000-000000000002","t":"2026-04-01T00:00:00.000000Z","v":1}"#;
    vec![entry.into(), "[".repeat(4_000).into_bytes()]
}

pub fn reader_wire() -> Vec<Vec<u8>> {
    let id = "0190d6a0-0000-7000-8000-000000000002";
    let (nonce, signature) = ("A".repeat(43), "A".repeat(86));
    [
        format!(r#"{{"type":"hello","server":"renkei.example","nonce":"{nonce}"}}"#),
        r#"{"type":"welcome","silence_seconds":50}"#.to_owned(),
        format!(r#"{{"type":"read","read":"{id}","nonce":"{nonce}","expires":"2026-02-13T00:00:00.000000Z","seconds":60}}"#),
        format!(r#"{{"type":"cancel","read":"{id}"}}"#),
        format!(r#"{{"type":"done","read":"{id}"}}"#),
        r#"{"type":"bye","reason":"too_many"}"#.to_owned(),
        format!(r#"{{"type":"identify","reader":"{id}","version":"1","signature":"{signature}"}}"#),
        format!(
            r#"{{"type":"card","reader":"{id}","read":"{id}","means":"contactless","kind":"felica","id":"012E4CE17A3B5C6D","nonce":"{nonce}","time":"2026-02-13T00:00:00Z","signature":"{signature}"}}"#
        ),
        format!(r#"{{"type":"failed","read":"{id}","fault":"no_card"}}"#),
        r#"{"type":"removed"}"#.to_owned(),
        r#"{"type":"device","state":"card_present"}"#.to_owned(),
    ]
    .map(String::into_bytes)
    .to_vec()
}

pub fn card_number() -> Vec<Vec<u8>> {
    [
        "\0\0\0-012E4CE17A3B5C6D",
        "\0\0\u{2}-01-2E-4C-E1-7A-3B-5C-6D",
        "\0\u{11}\0-85089974268681325",
        "\0\0\u{5}-6D5C3B7AE14C2E01\r\n",
        "\0\0\0-felica:012E4CE17A3B5C6D",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

pub fn request_parts() -> Vec<Vec<u8>> {
    [
        "Host: renkei.example\nCookie: a=b; __Host-renkei=token; __Host-renkei-language=en\nOrigin: https://renkei.example\n\n/visits/1/laboratory?item=2",
        "Host: renkei.example\nX-Forwarded-For: 192.0.2.1\nForwarded: for=192.0.2.1\nSec-Fetch-Site: cross-site\n\nhttps://evil.example//x",
        "Cookie: ;;;=;__Host-renkei\n\n0190d6a0-0000-7000-8000-000000000002/0190d6a0-0000-7000-8000-000000000003/OBX.1.5.0.0",
        "\n\n//elsewhere.example/a",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

/// A DER sequence nested `depth` times, for readers that call themselves.
pub fn nested(depth: usize) -> Vec<u8> {
    (0..depth).fold(der_out::null(), |inner, _| der_out::seq(&[inner]))
}
