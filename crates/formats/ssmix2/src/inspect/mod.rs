//! Showing what any input of SS-MIX2 holds, without storing anything (the contract of `renkei inspect`).
//!
//! One JSON object an input, with its members in the order path, format, content, findings, code, verdict, so that a
//! storage of any size streams patient by patient in bounded memory.

mod json;
mod message;
mod patient;
mod storage;
mod tally;

use std::fs::File;
use std::io::{self, BufReader, Write};
use std::path::Path;

use serde_json::{Value, json};

use crate::message::{Reading, Verdict, read_file, read_message};
use crate::storage::{OpenError, Recognised, open, recognise, single_patient};
use crate::transaction::Records;
use crate::{DataType, FileName};
use tally::Tally;

pub use message::message_content;

/// What an inspection may be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The data type of a single message whose file name does not say it.
    pub data_type: Option<DataType>,
}

/// Names of `format`.
pub mod format {
    pub const MESSAGE: &str = "ssmix2-message";
    pub const STORAGE: &str = "ssmix2-storage";
    pub const TRANSACTION: &str = "ssmix2-transaction";
    pub const UNKNOWN: &str = "unknown";
}

/// Looks at one path and writes one JSON object and a line end. The error is one of writing; whatever is wrong with the
/// input is in the object.
pub fn inspect_path(path: &Path, options: &Options, out: &mut dyn Write) -> io::Result<Verdict> {
    let mut object = Object::begin(path, out)?;
    match recognise(path) {
        Ok(Recognised::Message) => one_message(path, options, &mut object),
        Ok(Recognised::Transaction) => transaction_file(path, &mut object),
        Ok(Recognised::Storage(roots)) => storage::inspect(&roots, &mut object),
        Ok(Recognised::Patient) => storage::inspect_patient(single_patient(path), &mut object),
        Ok(Recognised::Nothing) => {
            let mut tally = Tally::default();
            let text = "SS-MIX2のストレージでも電文でもありません。ルートフォルダを指定してください。";
            tally.error("storage-not-recognised", "", text);
            object.short(format::UNKNOWN, &Value::Null, tally, Some("storage_not_recognised"), Verdict::Rejected)
        }
        Err(_) => {
            let mut tally = Tally::default();
            tally.error("path-unreadable", "", "ファイルまたはフォルダを読めません。場所と権限を確かめてください。");
            object.short(format::UNKNOWN, &Value::Null, tally, Some("path_unreadable"), Verdict::Rejected)
        }
    }
}

fn one_message(path: &Path, options: &Options, object: &mut Object<'_>) -> io::Result<Verdict> {
    let reading = match open(path) {
        Ok((found, bytes)) => {
            let name = found.file_name().and_then(|name| name.to_str()).and_then(|name| FileName::parse(name).ok());
            match (name, options.data_type) {
                (Some(name), None) => read_file(&name, &bytes),
                (Some(name), Some(data_type)) => read_message(&bytes, Some(data_type), Some(&name.patient_id)),
                (None, data_type) => read_message(&bytes, data_type, None),
            }
        }
        Err(error) => {
            let mut tally = Tally::default();
            tally.error(error.code(), "", open_text(&error));
            return object.short(format::MESSAGE, &Value::Null, tally, Some("file_unreadable"), Verdict::Rejected);
        }
    };
    let Reading { verdict, code, findings, message } = reading;
    let content = message.as_ref().map_or(Value::Null, message_content);
    let mut tally = Tally::default();
    tally.extend("", findings);
    object.short(format::MESSAGE, &content, tally, code, verdict)
}

fn open_text(error: &OpenError) -> &'static str {
    match error {
        OpenError::Gone => "ファイルがなくなりました。",
        OpenError::NotAFile => "通常のファイルではありません。",
        OpenError::TooLarge => "ファイルが大きすぎます。",
        OpenError::StillChanging => "ファイルが書き込みの途中です。後でもう一度読み込んでください。",
        OpenError::Io(_) => "ファイルを読めません。",
    }
}

/// A transaction file: its records in order, one line each.
fn transaction_file(path: &Path, object: &mut Object<'_>) -> io::Result<Verdict> {
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

#[derive(Default)]
struct RecordCounts {
    records: u64,
    inserted: u64,
    deleted: u64,
    unreadable: u64,
}

impl RecordCounts {
    fn json(&self) -> Value {
        let Self { records, inserted, deleted, unreadable } = self;
        json!({ "records": records, "inserted": inserted, "deleted": deleted, "unreadable": unreadable })
    }
}

fn write_records(path: &Path, tally: &mut Tally, object: &mut Object<'_>, mut first: bool) -> io::Result<RecordCounts> {
    let mut counts = RecordCounts::default();
    let Ok(file) = File::open(path) else {
        tally.error("file-unreadable", "", "ファイルを読めません。");
        return Ok(counts);
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
            crate::transaction::TransactionKind::Insert => counts.inserted += 1,
            crate::transaction::TransactionKind::Delete => counts.deleted += 1,
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

/// The object being written: its members come in their fixed order.
pub(crate) struct Object<'w> {
    out: &'w mut dyn Write,
}

impl<'w> Object<'w> {
    fn begin(path: &Path, out: &'w mut dyn Write) -> io::Result<Self> {
        out.write_all(b"{\"path\":")?;
        serde_json::to_writer(&mut *out, &path.to_string_lossy())?;
        Ok(Self { out })
    }

    /// `format`, and the name of `content`, whose value the caller writes next.
    pub(crate) fn format(&mut self, format: &str) -> io::Result<()> {
        write!(self.out, ",\"format\":\"{format}\",\"content\":")
    }

    pub(crate) fn raw(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    pub(crate) fn json(&mut self, value: &Value) -> io::Result<()> {
        serde_json::to_writer(&mut *self.out, value).map_err(io::Error::from)
    }

    fn short(
        &mut self,
        format: &str,
        content: &Value,
        tally: Tally,
        code: Option<&str>,
        verdict: Verdict,
    ) -> io::Result<Verdict> {
        self.format(format)?;
        self.json(content)?;
        self.end(tally, code, verdict)
    }

    /// Everything after `content`.
    pub(crate) fn end(&mut self, tally: Tally, code: Option<&str>, verdict: Verdict) -> io::Result<Verdict> {
        self.raw(",\"findings\":")?;
        self.json(&tally.json())?;
        self.raw(",\"code\":")?;
        self.json(&code.map_or(Value::Null, Value::from))?;
        writeln!(self.out, ",\"verdict\":\"{}\"}}", verdict.as_str())?;
        self.out.flush()?;
        Ok(verdict)
    }
}
