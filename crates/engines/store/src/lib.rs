//! The database's rooms, one file each: facts, directory, identity, messages, charts, visits, definitions, batches.
//!
//! Domain types in, domain types out; no row type leaves the crate. Whatever touches a patient's data takes a
//! `ledger::Recorded` or `ledger::RecordedInTx` and reads patient, chart and operation from its permit (laws 1 and 2).

mod entities;
mod error;

pub mod batches;
pub mod card_reads;
pub mod charts;
pub mod definitions;
pub mod directory;
pub mod facts;
pub mod faulty;
pub mod grants;
pub mod messages;
pub mod migrations;
pub mod rebuild;
pub mod search_keys;
pub mod sessions;
pub mod trail_people;

pub use error::Error;
