//! One received message, decoded: the unit that is stored, superseded and deleted.

use crate::code::ShortText;
use crate::entry::Entry;
use renkei_kernel::{BatchId, Category, ChartId, Finding, InstitutionId, MessageId, Problem, Timestamp};
use serde::{Deserialize, Deserializer, Serialize};
use std::cell::Cell;

/// What makes two messages versions of one record inside a chart (SS-MIX2: care date, data type, order number).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct RecordKey {
    /// `YYYYMMDD`, or `-`.
    pub care_date: ShortText,
    /// `OML-11`; unknown types as they stand.
    pub data_type: ShortText,
    pub order_number: ShortText,
}

/// Condition flag of a file. Order = finality: a later sight of the same version can only be more final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[repr(i16)]
pub enum Condition {
    /// Flag 1.
    Valid = 1,
    /// Flag 2.
    Superseded = 2,
    /// Flag 0.
    Deleted = 0,
}

/// By finality, not by the flag's digit: files are renamed 1 → 2 → 0 only.
impl Ord for Condition {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.finality().cmp(&other.finality())
    }
}

impl PartialOrd for Condition {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Condition {
    /// 0 valid, 1 superseded, 2 deleted.
    pub fn finality(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Superseded => 1,
            Self::Deleted => 2,
        }
    }
    /// The flag's digit.
    pub fn flag(self) -> i16 {
        self as i16
    }
    pub fn from_flag(flag: i16) -> Option<Self> {
        [Self::Valid, Self::Superseded, Self::Deleted].into_iter().find(|c| c.flag() == flag)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    pub id: MessageId,
    pub institution: InstitutionId,
    pub chart: ChartId,
    pub key: RecordKey,
    /// 17 digits of the file name: which version is the newest.
    pub occurred: ShortText,
    pub condition: Condition,
    pub received_at: Timestamp,
    pub origin: BatchId,
    /// Part 6 of the file name, as sent (`-` when none).
    pub department: ShortText,
    /// Empty for a bare deletion notice.
    pub entries: Vec<Entry>,
    pub findings: Vec<Finding>,
}

/// First byte of every stored row of this crate.
pub(crate) const MESSAGE_VERSION: u8 = 2;
/// Rows without the fields that stand under [`since_version_2`]. They are read until a rebuild maps them again.
const FIRST_VERSION: u8 = 1;

thread_local! {
    /// Version of the row that is being read: postcard does not tell fields by name, so a field cannot find out by
    /// itself that an older row has no room for it.
    static READ_VERSION: Cell<u8> = const { Cell::new(MESSAGE_VERSION) };
}

/// For fields that were added with version 2: empty when the row is older, and nothing of the row is used up.
pub(crate) fn since_version_2<'de, D, T>(from: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    if READ_VERSION.get() == FIRST_VERSION { Ok(T::default()) } else { T::deserialize(from) }
}

/// A stored row that cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    #[error("a record row is empty")]
    Empty,
    #[error("a record row has version {0}, which this program does not know")]
    UnknownVersion(u8),
    #[error("a record row cannot be decoded")]
    Malformed(#[source] postcard::Error),
    #[error("a record cannot be encoded")]
    Encode(#[source] postcard::Error),
}

impl Problem for DecodeError {
    fn category(&self) -> Category {
        Category::Unexpected
    }
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownVersion(_) => "record_version_unknown",
            _ => "record_unreadable",
        }
    }
}

/// Version byte, then postcard.
pub(crate) fn encode_row<T: Serialize>(value: &T) -> Result<Vec<u8>, DecodeError> {
    postcard::to_extend(value, vec![MESSAGE_VERSION]).map_err(DecodeError::Encode)
}

/// A row of the present version or the one before.
pub(crate) fn decode_row<T: for<'de> Deserialize<'de>>(row: &[u8]) -> Result<T, DecodeError> {
    match row.split_first() {
        None => Err(DecodeError::Empty),
        Some((found, rest)) if matches!(*found, MESSAGE_VERSION | FIRST_VERSION) => {
            READ_VERSION.set(*found);
            let read = postcard::from_bytes(rest).map_err(DecodeError::Malformed);
            READ_VERSION.set(MESSAGE_VERSION);
            read
        }
        Some((found, _)) => Err(DecodeError::UnknownVersion(*found)),
    }
}

impl Message {
    /// The compact form that is sealed into a row.
    pub fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        encode_row(self)
    }
    pub fn decode(row: &[u8]) -> Result<Self, DecodeError> {
        decode_row(row)
    }
}
