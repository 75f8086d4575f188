//! HL7 v2.5 messages: bytes to segments, fields and the data types Japanese senders use, and nothing about their meaning.
//!
//! One decoded text a message, everything else borrowed from it: a field is unescaped when somebody asks for it. The
//! reader never rejects what it can still read; irregularities are findings with the place (JAHIS 共通編, HL7 v2.5 ch. 2).

pub mod coded;
pub mod contact;
pub mod escape;
pub mod field;
pub mod message;
pub mod name;
pub mod place;
pub mod report;
pub mod separators;
pub mod time;

pub use coded::{Coded, Triple};
pub use contact::{Address, Location, Phone};
pub use field::{Component, Field, Repetition, State};
pub use message::{Message, ReadError, Segment};
pub use name::{Names, PersonName, Staff};
pub use place::Place;
pub use separators::Separators;
pub use time::{Moment, Precision};
