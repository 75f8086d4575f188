//! The transaction storage: every message in the order it happened, each behind one `#SSMIX` line (SS-MIX2 guideline,
//! transaction storage).
//!
//! Read as a stream, one record at a time. The end of the header line is not known for certain: CR, LF and both are taken.

use std::io::{self, BufRead};

use renkei_kernel::limits;

use crate::filename::Condition;

/// One record: header and message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    pub header: Result<RecordHeader, HeaderError>,
    pub message: Vec<u8>,
    /// The record was longer than a message may be; its end is missing.
    pub cut: bool,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransactionKind {
    /// `INS`: new or changed.
    Insert,
    /// `DEL`.
    Delete,
}

impl TransactionKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Insert => "INS",
            Self::Delete => "DEL",
        }
    }
    /// The flag the file of the standard storage has right after the transaction.
    pub fn condition(self) -> Condition {
        match self {
            Self::Insert => Condition::Valid,
            Self::Delete => Condition::Deleted,
        }
    }
}

/// The ten items of a header line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordHeader {
    pub version: String,
    pub facility_id: String,
    pub patient_id: String,
    pub care_date: String,
    pub data_type: String,
    pub order_number: String,
    pub kind: TransactionKind,
    pub department: String,
    pub occurred: String,
}

/// A header line that cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HeaderError {
    #[error("a header line has ten items")]
    ItemCount,
    #[error("the kind of transaction is neither INS nor DEL")]
    Kind,
}

const MARK: &[u8] = b"#SSMIX";

impl RecordHeader {
    pub fn parse(line: &str) -> Result<Self, HeaderError> {
        let items: Vec<&str> = line.trim().split(',').map(str::trim).collect();
        let [_, version, facility, patient, date, data_type, order, kind, department, occurred] = items.as_slice()
        else {
            return Err(HeaderError::ItemCount);
        };
        let kind = match *kind {
            "INS" => TransactionKind::Insert,
            "DEL" => TransactionKind::Delete,
            _ => return Err(HeaderError::Kind),
        };
        Ok(Self {
            version: (*version).to_owned(),
            facility_id: (*facility).to_owned(),
            patient_id: (*patient).to_owned(),
            care_date: (*date).to_owned(),
            data_type: (*data_type).to_owned(),
            order_number: (*order).to_owned(),
            kind,
            department: (*department).to_owned(),
            occurred: (*occurred).to_owned(),
        })
    }
}

/// The records of a file, one after the other.
pub struct Records<R> {
    reader: R,
    /// The mark that ended the record before.
    line: Option<Vec<u8>>,
    done: bool,
}

impl<R: BufRead> Records<R> {
    pub fn new(reader: R) -> Self {
        Self { reader, line: None, done: false }
    }

    /// One line with its end, which is CR, LF or CR LF. Empty at the end of the file.
    fn next_line(&mut self) -> io::Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(line);
            }
            // The library's search for one byte is many times faster than a walk, which matters for a file without ends.
            let ends = buffer.contains(&b'\r') || buffer.contains(&b'\n');
            match ends.then(|| buffer.iter().position(|b| matches!(*b, b'\r' | b'\n'))).flatten() {
                Some(at) => {
                    line.extend_from_slice(buffer.get(..=at).unwrap_or_default());
                    self.reader.consume(at + 1);
                    return Ok(line);
                }
                None => {
                    let length = buffer.len();
                    // A line longer than a file may be is cut by the caller.
                    line.extend_from_slice(buffer);
                    self.reader.consume(length);
                    if too_long(line.len()) {
                        return Ok(line);
                    }
                }
            }
        }
    }
}

fn too_long(bytes: usize) -> bool {
    u64::try_from(bytes).unwrap_or(u64::MAX) > limits::HL7_FILE_MAX_BYTES
}

impl<R: BufRead> Iterator for Records<R> {
    type Item = io::Result<Record>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let mut header = self.line.take();
        let mut message = Vec::new();
        let mut cut = false;
        loop {
            let line = match self.next_line() {
                Ok(line) => line,
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            };
            if line.is_empty() {
                self.done = true;
                break;
            }
            if line.starts_with(MARK) {
                if header.is_none() && message.iter().all(u8::is_ascii_whitespace) {
                    header = Some(line);
                    message.clear();
                    continue;
                }
                self.line = Some(line);
                break;
            }
            if message.is_empty() && line.iter().all(u8::is_ascii_whitespace) {
                // The LF of a header line that ends with CR LF, or a blank line.
                continue;
            }
            if cut || too_long(message.len() + line.len()) {
                // What follows the cut is left out too, so that the rest never looks like a message with a hole.
                cut = true;
            } else {
                message.extend_from_slice(&line);
            }
        }
        if header.is_none() && message.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        let header = match header {
            Some(line) => RecordHeader::parse(&renkei_text::decode(&line).text),
            None => Err(HeaderError::ItemCount),
        };
        Some(Ok(Record { header, message, cut }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_split_at_the_mark_whatever_ends_a_line() {
        for end in ["\r", "\n", "\r\n"] {
            let text = [
                "#SSMIX,2.00,9999999999,0000000123,20220101,OMP-01,000000000012345,INS,-,20220101235959568",
                "MSH|^~\\&|A",
                "PID|1||0000000123",
                "#SSMIX,2.00,9999999999,0000000123,20220101,OMP-01,000000000012345,DEL,-,20220102000000000",
                "MSH|^~\\&|B",
                "",
            ]
            .join(end);
            let records: Vec<Record> = Records::new(text.as_bytes()).map(Result::unwrap).collect();
            assert_eq!(records.len(), 2, "{end:?}");
            assert_eq!(records[0].header.as_ref().unwrap().kind, TransactionKind::Insert);
            assert!(records[0].message.starts_with(b"MSH|^~\\&|A"));
            assert_eq!(records[1].header.as_ref().unwrap().kind.condition(), Condition::Deleted);
        }
    }

    #[test]
    fn a_header_with_other_items_is_reported_and_the_message_kept() {
        let records: Vec<Record> = Records::new(&b"#SSMIX,2.00\rMSH|x\r"[..]).map(Result::unwrap).collect();
        assert_eq!(records[0].header, Err(HeaderError::ItemCount));
        assert_eq!(records[0].message, b"MSH|x\r");
    }
}
