//! Japanese text as hospitals send it: ISO-2022-JP in and out, width, kana, look-alikes, substituted characters.
//!
//! Separate from the message formats because every one of them (HL7, CSV notebooks, QR prescriptions) needs the same
//! answers, and because none of this knows of medicine.

pub mod charset;
pub mod code;
pub mod encode;
pub mod iso2022jp;
pub mod jis;
pub mod kana;
pub mod lookalike;
pub mod name_key;
pub mod substitute;
pub mod variants;
pub mod width;

pub use charset::{Charset, Decoded, decode};
pub use encode::{Unencodable, encode_iso2022jp};
pub use iso2022jp::{Issue, IssueKind};
