//! The clinical record: kinds, entries, messages, the projection of a chart, and the pure views made of it.
//!
//! No input or output and no clock of its own: `today` is handed in. Nothing here decides who may see; `access`
//! answers that, and `views::PatientRecord::retain` takes the answer.

pub mod amount;
pub mod body;
pub mod code;
pub mod doubt;
pub mod entry;
pub mod kind;
pub mod message;
pub mod person;
pub mod projection;
pub mod shared;
pub mod time;
pub mod views;

pub use amount::{Amount, Comparator, Measured};
pub use body::Body;
pub use code::{Code, CodeParts, CodedParts, CodedValue, ShortText};
pub use doubt::Doubt;
pub use entry::{Entry, EntryState, SegmentName, SourcePlace};
pub use kind::EntryKind;
pub use message::{Condition, DecodeError, Message, RecordKey};
pub use person::{Address, Location, PersonName, Phone, Staff, StaffParts};
pub use projection::{ChartRecord, MessageFacts};
pub use shared::Shared;
pub use time::{ClinicalTime, Precision};
