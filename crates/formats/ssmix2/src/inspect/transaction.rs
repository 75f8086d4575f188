//! A file of the transaction storage as JSON: its records in order, then how many did what.

use std::io::{self, BufReader};
use std::path::Path;

use serde_json::{Value, json};

use super::object::Object;
use super::tally::Tally;
use super::{format, open_text};
use crate::DataType;
use crate::message::{Verdict, read_message};
use crate::storage::open_regular;
use crate::transaction::{Records, TransactionKind};

/// A transaction file: its records in order, one line each.
pub(crate) fn inspect(path: &Path, object: &mut Object<'_>) -> io::Result<Verdict> {
    let mut tally = Tally::default();
    object.format(format::TRANSACTION)?;
    object.raw("{\"entries\":[")?;
    let counts = write_records(path, &mut tally, object, true)?;
    object.raw("],\"totals\":")?;
    object.json(&counts.json())?;
    object.raw("}")?;
    let (code, verdict) =
        if counts.records == 0 { (Some("transaction_file_empty"), Verdict::Rejected) } else { (None, tally.verdict()) };
    object.end(tally, code, verdict)
}

/// How many records did what.
#[derive(Default)]
pub(crate) struct RecordCounts {
    pub records: u64,
    pub inserted: u64,
    pub deleted: u64,
    pub unreadable: u64,
}

impl RecordCounts {
    pub(crate) fn json(&self) -> Value {
        let Self { records, inserted, deleted, unreadable } = self;
        json!({ "records": records, "inserted": inserted, "deleted": deleted, "unreadable": unreadable })
    }
}

/// Writes the records of a file, separated by commas; `first` when none was written before.
pub(crate) fn write_records(
    path: &Path,
    tally: &mut Tally,
    object: &mut Object<'_>,
    mut first: bool,
) -> io::Result<RecordCounts> {
    let mut counts = RecordCounts::default();
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let file = match open_regular(&path) {
        Ok((file, _)) => file,
        Err(error) => {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            tally.error(error.code(), &name, open_text(&error));
            return Ok(counts);
        }
    };
    for record in Records::new(BufReader::new(file)) {
        counts.records += 1;
        let number = counts.records;
        let place = format!("#{number}");
        let Ok(record) = record else {
            tally.error("file-unreadable", &place, "ファイルを最後まで読めません。");
            counts.unreadable += 1;
            break;
        };
        let Ok(header) = record.header else {
            tally.error("transaction-header-unreadable", &place, "#SSMIXで始まる行が規格の形ではありません。");
            counts.unreadable += 1;
            continue;
        };
        if record.cut {
            tally.error("message-too-large", &place, "電文が大きすぎます。");
        }
        match header.kind {
            TransactionKind::Insert => counts.inserted += 1,
            TransactionKind::Delete => counts.deleted += 1,
        }
        let reading = read_message(&record.message, DataType::parse(&header.data_type), Some(&header.patient_id));
        tally.extend(&place, reading.findings);
        if !first {
            object.raw(",")?;
        }
        first = false;
        object.json(&json!({
            "number": number,
            "operation": header.kind.code(),
            "facility_id": header.facility_id,
            "patient_id": header.patient_id,
            "care_date": header.care_date,
            "data_type": header.data_type,
            "order_number": header.order_number,
            "department": header.department,
            "occurred": header.occurred,
            "message_type": reading.message.as_ref().map(|m| m.header.message_type.clone()),
            "verdict": reading.verdict.as_str(),
        }))?;
    }
    Ok(counts)
}
