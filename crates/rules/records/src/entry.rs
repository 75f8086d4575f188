//! One clinical statement: its kind, time, state, the place in the message it came from, and its body.

use crate::body::Body;
use crate::code::Code;
use crate::kind::EntryKind;
use crate::time::ClinicalTime;
use renkei_kernel::EntryId;
use serde::{Deserialize, Serialize};

/// Where in a message something stood: the `index`-th segment of that name (1 for the first), and the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct SourcePlace {
    pub segment: SegmentName,
    /// Counted from 1 among the segments of the same name; 0 = the message as a whole.
    pub index: u32,
    /// 0 = the segment as a whole.
    pub field: u16,
    /// Counted from 1; 0 = the field as a whole.
    pub repetition: u16,
    pub component: u16,
}

/// Three characters such as `OBX`; kept inline because every value carries one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub struct SegmentName(pub [u8; 3]);

impl SegmentName {
    /// Anything that is not three ASCII characters becomes `???`.
    pub fn new(name: &str) -> Self {
        match name.as_bytes() {
            [a, b, c] if name.is_ascii() => Self([*a, *b, *c]),
            _ => Self(*b"???"),
        }
    }
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl SourcePlace {
    pub fn segment(name: &str, index: u32) -> Self {
        Self { segment: SegmentName::new(name), index, ..Self::default() }
    }
    pub fn field(name: &str, index: u32, field: u16) -> Self {
        Self { field, ..Self::segment(name, index) }
    }
}

/// `OBX[4]-5`, `PID[1]-5[2].1`; the form of findings and of the source line of a page.
impl std::fmt::Display for SourcePlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.index == 0 {
            return f.write_str("message");
        }
        write!(f, "{}[{}]", self.segment.as_str(), self.index)?;
        if self.field > 0 {
            write!(f, "-{}", self.field)?;
            if self.repetition > 0 {
                write!(f, "[{}]", self.repetition)?;
            }
            if self.component > 0 {
                write!(f, ".{}", self.component)?;
            }
        }
        Ok(())
    }
}

/// The standing of an entry inside its message. The number is a clear column; it never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[repr(i16)]
pub enum EntryState {
    /// Holds as stated: facts, visits, orders.
    Active = 1,
    /// Expected, not yet happened.
    Planned = 2,
    /// A result that will still be confirmed (OBX-11 `P`).
    Preliminary = 3,
    /// A confirmed result (OBX-11 `F`).
    Final = 4,
    /// A result that replaces a confirmed one (OBX-11 `C`).
    Corrected = 5,
    /// Withdrawn by its sender, or a result that cannot be had (OBX-11 `X`, ORC-1 `CA`, cancel events).
    Cancelled = 6,
    /// Entered in error (PRB-1 `DE`).
    EnteredInError = 7,
    /// Performed only in part, or stopped (RXA-20 `PA`).
    Partial = 8,
}

impl EntryState {
    pub const ALL: [Self; 8] = [
        Self::Active,
        Self::Planned,
        Self::Preliminary,
        Self::Final,
        Self::Corrected,
        Self::Cancelled,
        Self::EnteredInError,
        Self::Partial,
    ];
    pub fn code(self) -> i16 {
        self as i16
    }
    pub fn from_code(code: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }
    /// No longer to be counted or acted on.
    pub fn is_withdrawn(self) -> bool {
        matches!(self, Self::Cancelled | Self::EnteredInError)
    }
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Active => "有効",
            Self::Planned => "予定",
            Self::Preliminary => "中間報告",
            Self::Final => "最終報告",
            Self::Corrected => "訂正報告",
            Self::Cancelled => "中止",
            Self::EnteredInError => "誤入力",
            Self::Partial => "一部実施",
        }
    }
}

/// One clinical statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub id: EntryId,
    pub kind: EntryKind,
    /// When it clinically happened or began; `None` when the message does not say.
    pub effective: Option<ClinicalTime>,
    pub state: EntryState,
    pub place: SourcePlace,
    pub body: Body,
    /// Codes of what stands only as words in the body's comments. Nobody shows them: hiding goes by them.
    #[serde(deserialize_with = "crate::message::since_version_2")]
    pub asked_with: Vec<Code>,
}
