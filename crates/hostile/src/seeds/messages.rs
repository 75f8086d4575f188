//! Messages and storages: the crafted and the generated samples, and the collected oddities of senders.

use super::behind;
use crate::targets::messages::BETWEEN;
use renkei_kernel::{Ids, SeededEntropy, SettableClock, Timestamp};
use renkei_mapping::{Context, ssmix2::map_file};
use renkei_records::ChartRecord;
use renkei_ssmix2::storage::{FileEntry, Storage};
use renkei_ssmix2::{DataType, FileName};
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

pub fn hl7_message() -> Vec<Vec<u8>> {
    let mut names: Vec<_> = fs::read_dir(fixture("quirks")).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|path| path.extension().is_some_and(|extension| extension == "hl7"));
    names.sort();
    names.into_iter().map(|path| fs::read(path).unwrap()).collect()
}

fn choice(data_type: Option<DataType>) -> u8 {
    let place = DataType::ALL.iter().position(|known| Some(*known) == data_type).unwrap_or(DataType::ALL.len());
    u8::try_from(place).unwrap()
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
    all.extend(hl7_message().iter().map(|bytes| behind(choice(None), bytes)));
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
