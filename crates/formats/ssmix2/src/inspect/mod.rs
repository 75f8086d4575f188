//! Showing what any input of SS-MIX2 holds, without storing anything (the contract of `renkei inspect`).
//!
//! One JSON object an input, with its members in the order path, format, content, findings, code, verdict, so that a
//! storage of any size streams patient by patient in bounded memory.

mod join;
mod json;
mod message;
mod object;
mod patient;
mod storage;
mod tally;
mod transaction;

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::message::{Reading, Verdict, read_file, read_message};
use crate::storage::recognise::Roots;
use crate::storage::{OpenError, Recognised, open, recognise, single_patient};
use crate::{DataType, FileName};
use object::Object;
use tally::Tally;

pub use join::inspect_joined;
pub use message::message_content;

/// What an inspection may be told.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Instead of recognising: `ssmix2` for a storage, or a data type such as `OML-11` for a message.
    pub as_format: Option<String>,
    /// With line breaks, for people.
    pub pretty: bool,
}

/// What `as_format` asks for.
enum Wanted {
    Recognise,
    Storage,
    Message(Option<DataType>),
    Transaction,
    Unknown,
}

impl Options {
    fn wanted(&self) -> Wanted {
        match self.as_format.as_deref() {
            None => Wanted::Recognise,
            Some("ssmix2" | format::STORAGE) => Wanted::Storage,
            Some("hl7v2" | format::MESSAGE) => Wanted::Message(None),
            Some(format::TRANSACTION) => Wanted::Transaction,
            Some(other) => match DataType::parse(other) {
                Some(data_type) => Wanted::Message(Some(data_type)),
                None => Wanted::Unknown,
            },
        }
    }
}

/// Names of `format`.
pub mod format {
    pub const MESSAGE: &str = "ssmix2-message";
    pub const STORAGE: &str = "ssmix2-storage";
    pub const TRANSACTION: &str = "ssmix2-transaction";
    pub const UNKNOWN: &str = "unknown";
}

/// Looks at each path and writes one JSON object a path, each on its own line unless `pretty`. The worst verdict.
pub fn inspect_each(paths: &[PathBuf], options: &Options, out: &mut dyn Write) -> io::Result<Verdict> {
    let mut worst = Verdict::Accepted;
    for path in paths {
        worst = worst.max(inspect_path(path, options, out)?);
    }
    Ok(worst)
}

/// Looks at one path and writes one JSON object and a line end. The error is one of writing; whatever is wrong with the
/// input is in the object.
pub fn inspect_path(path: &Path, options: &Options, out: &mut dyn Write) -> io::Result<Verdict> {
    let mut object = Object::begin(path, options.pretty, out)?;
    match recognised(path, options) {
        Ok((Recognised::Message, data_type)) => one_message(path, data_type, &mut object),
        Ok((Recognised::Transaction, _)) => transaction::inspect(path, &mut object),
        Ok((Recognised::Storage(roots), _)) => storage::inspect(&roots, &mut object),
        Ok((Recognised::Patient, _)) => storage::inspect_patient(single_patient(path), &mut object),
        Ok((Recognised::Nothing, _)) => object.refuse(Refusal::NotRecognised),
        Err(refusal) => object.refuse(refusal),
    }
}

/// Why a path is not looked into.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Refusal {
    NotRecognised,
    Unreadable,
    FormatUnknown,
}

impl Refusal {
    /// Code of the object, code of the finding, what happened and what to do.
    pub(crate) fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotRecognised => (
                "storage_not_recognised",
                "storage-not-recognised",
                "SS-MIX2のストレージでも電文でもありません。ルートフォルダを指定してください。",
            ),
            Self::Unreadable => (
                "path_unreadable",
                "path-unreadable",
                "ファイルまたはフォルダを読めません。場所と権限を確かめてください。",
            ),
            Self::FormatUnknown => (
                "format_unknown",
                "format-unknown",
                "知らない形式です。ssmix2、またはOML-11のようなデータ種別を指定してください。",
            ),
        }
    }
}

impl Object<'_> {
    fn refuse(&mut self, refusal: Refusal) -> io::Result<Verdict> {
        let (code, finding, text) = refusal.words();
        let mut tally = Tally::default();
        tally.error(finding, "", text);
        self.short(format::UNKNOWN, &Value::Null, tally, Some(code), Verdict::Rejected)
    }
}

/// What a path is, or what the caller says it is.
fn recognised(path: &Path, options: &Options) -> Result<(Recognised, Option<DataType>), Refusal> {
    let found = recognise(path).map_err(|_| Refusal::Unreadable)?;
    Ok(match options.wanted() {
        Wanted::Recognise => (found, None),
        Wanted::Unknown => return Err(Refusal::FormatUnknown),
        Wanted::Storage if matches!(found, Recognised::Nothing) => {
            (Recognised::Storage(Roots { standard: vec![path.to_path_buf()], ..Roots::default() }), None)
        }
        Wanted::Storage => (found, None),
        Wanted::Message(data_type) if matches!(found, Recognised::Message | Recognised::Transaction) => {
            (Recognised::Message, data_type)
        }
        Wanted::Transaction if matches!(found, Recognised::Message | Recognised::Transaction) => {
            (Recognised::Transaction, None)
        }
        Wanted::Message(_) | Wanted::Transaction => return Err(Refusal::NotRecognised),
    })
}

/// A file read as a message; the data type is what the caller says, else what the file name says.
fn read_path(path: &Path, data_type: Option<DataType>) -> Result<Reading, OpenError> {
    // Named by the caller, who may name a link; what it leads to is opened without following another.
    let (found, bytes) = open(&path.canonicalize().unwrap_or_else(|_| path.to_path_buf()))?;
    let name = found.file_name().and_then(|name| name.to_str()).and_then(|name| FileName::parse(name).ok());
    Ok(match (name, data_type) {
        (Some(name), None) => read_file(&name, &bytes),
        (Some(name), data_type) => read_message(&bytes, data_type, Some(&name.patient_id)),
        (None, data_type) => read_message(&bytes, data_type, None),
    })
}

fn one_message(path: &Path, data_type: Option<DataType>, object: &mut Object<'_>) -> io::Result<Verdict> {
    let mut tally = Tally::default();
    match read_path(path, data_type) {
        Ok(Reading { verdict, code, findings, message }) => {
            tally.extend("", findings);
            let content = message.as_ref().map_or(Value::Null, message_content);
            object.short(format::MESSAGE, &content, tally, code, verdict)
        }
        Err(error) => {
            tally.error(error.code(), "", open_text(&error));
            object.short(format::MESSAGE, &Value::Null, tally, Some("file_unreadable"), Verdict::Rejected)
        }
    }
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
