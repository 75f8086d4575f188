//! Whole files in, entries out: the sample storages, each data type, refusals, and what the views make of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod asked;
mod complete;
mod crafted;
mod generated;
mod refusals;
mod robust;
mod types;
mod views;

use renkei_kernel::{Clock, Ids, SeededEntropy, SettableClock, Timestamp};
use renkei_mapping::{Context, Mapped, Unusable, ssmix2::map_file};
use renkei_records::{ChartRecord, Entry, EntryKind, Message};
use renkei_ssmix2::FileName;
use renkei_ssmix2::storage::Storage;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub fn fixture(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

pub fn ids() -> Ids {
    let clock: Arc<dyn Clock> = Arc::new(SettableClock::frozen(Timestamp(1_775_000_000_000_000)));
    Ids::new(clock, Arc::new(SeededEntropy::new(7)))
}

pub fn context(ids: &Ids) -> Context {
    Context {
        message: ids.next(),
        institution: ids.next(),
        chart: ids.next(),
        received_at: ids.now(),
        origin: ids.next(),
    }
}

pub fn map(name: &str, bytes: &[u8]) -> Result<Mapped, Unusable> {
    let ids = ids();
    map_file(bytes, &FileName::parse(name).unwrap(), &context(&ids), &ids)
}

/// Every file of one patient of a sample storage, mapped into one chart.
pub fn patient(storage: &str, number: &str) -> Vec<Message> {
    let (ids, mut found) = (ids(), Vec::new());
    let context = context(&ids);
    for patient in Storage::new([fixture(storage)]).patients().map(Result::unwrap).filter(|p| p.patient_id == number) {
        for file in patient.files().map(Result::unwrap) {
            let bytes = std::fs::read(&file.path).unwrap();
            let context = Context { message: ids.next(), ..context.clone() };
            found.push(map_file(&bytes, &file.parsed.unwrap(), &context, &ids).unwrap().message);
        }
    }
    assert!(!found.is_empty());
    found
}

pub fn folded(messages: &[Message]) -> ChartRecord {
    let mut record = ChartRecord::new();
    messages.iter().for_each(|message| record.fold(message.clone()));
    record
}

/// The one message of a data type and order number that is valid.
pub fn valid<'m>(messages: &'m [Message], data_type: &str, order: &str) -> &'m Message {
    let is_it =
        |m: &&Message| m.key.data_type == data_type && m.key.order_number.ends_with(order) && m.condition.flag() == 1;
    let found: Vec<&Message> = messages.iter().filter(is_it).collect();
    assert_eq!(found.len(), 1, "{data_type} {order}");
    found[0]
}

pub fn of_kind(message: &Message, kind: EntryKind) -> Vec<&Entry> {
    message.entries.iter().filter(|e| e.kind == kind).collect()
}

/// The body of an entry, as the struct asked for.
#[macro_export]
macro_rules! body {
    ($entry:expr, $variant:ident) => {
        match &$entry.body {
            renkei_records::Body::$variant(body) => body,
            other => panic!("{other:?}"),
        }
    };
}
