//! SS-MIX2 storages and their HL7 v2.5 messages (MHLW standard HS026): reading, never guessing, never changing a value.
//!
//! `message::read_message` reads one file, `storage` walks a store patient by patient, `current` says which version of a
//! record counts, `inspect` shows all of it. Nothing here knows of Renkei, of a database, or of who may see what.

mod agreement;
pub mod content;
mod context;
pub mod current;
pub mod data_type;
pub mod extended;
pub mod filename;
pub mod inspect;
mod laboratory;
mod medicine;
pub mod message;
mod required;
pub mod storage;
pub mod transaction;
pub mod value;

pub use content::Content;
pub use data_type::DataType;
pub use filename::{Condition, FileName, RecordKey};
pub use message::{Header, Reading, TypedMessage, Verdict, read_file, read_message};
pub use value::{Comparator, Measured, Quantity, Time};
