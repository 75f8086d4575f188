//! From what happened to HL7 v2.5 messages of SS-MIX2 storages, one message type family a file.

pub mod culture;
pub mod diagnosis;
pub mod encounter;
pub mod envelope;
pub mod examination;
pub mod identity;
pub mod injection;
pub mod laboratory;
pub mod medicine;
