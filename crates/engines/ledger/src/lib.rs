//! The tamper-evident trail: who looked at or changed what, when, why allowed (R-X-04, law 2).
//!
//! Separate from logs: the trail is part of the business transaction, holds only ids, codes and hashes, and can be
//! verified years later by anybody with a kept checkpoint and a public key. Acts leave durable, unnumbered records;
//! one sequencer numbers them, grows an RFC 6962 tree and signs checkpoints that are copied outside the data folder.

mod canonical;
mod error;
mod event;
mod folder;
mod ledger;
mod name;
pub mod note;
mod prove;
mod read;
mod record;
mod schema;
mod sequencer;
mod tiles;
pub mod tree;
mod verify;

pub use error::Error;
pub use event::{Detail, Event};
pub use ledger::Ledger;
pub use name::{Action, EventName, Outcome};
pub use note::{Checkpoint, NoteError, SigningKey, VerifierKey};
pub use prove::{ConsistencyProof, InclusionProof, prove_consistency, prove_event, prove_number};
pub use read::{Found, Waiting, entries_of_patient, entry_find, export, latest_checkpoint, waiting};
pub use record::{Recorded, RecordedInTx, Trailed, record, record_all, record_alone, record_plain, record_read};
pub use schema::migrate;
pub use sequencer::{Sequencer, SequencerSettings};
pub use verify::{Fault, Report, Warning, verify};
