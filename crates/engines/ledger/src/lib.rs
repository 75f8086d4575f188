//! The tamper-evident trail: who looked at or changed what, when, why allowed (R-X-04, law 2).
//!
//! Separate from logs: the trail is part of the business transaction, holds only ids, codes and hashes, and can be
//! verified years later by anybody with a kept checkpoint and a public key. Acts leave durable, unnumbered records;
//! one sequencer numbers them, grows an RFC 6962 tree and signs checkpoints that are copied outside the data folder.

mod archive;
mod archived;
mod canonical;
mod condition;
mod error;
mod event;
mod folder;
mod handover;
mod keyring;
mod ledger;
mod name;
pub mod note;
mod prove;
mod read;
mod record;
mod report;
mod schema;
mod sequencer;
mod succession;
mod tally;
mod tiles;
pub mod tree;
mod verify;

pub use archive::{ArchiveSpan, Archived, archive, archived_until, archives_in, closed_span};
pub use archived::{ArchiveReport, verify_archive};
pub use condition::{TrailCondition, condition, first_signed_at, numbered};
pub use error::Error;
pub use event::{Detail, Event};
pub use handover::{KeyHandedOver, key_rotation_begun, signing_keys};
pub use keyring::{HandOver, KeyRing, KeySpan, read_verifier_keys};
pub use ledger::Ledger;
pub use name::{Action, EventName, Outcome};
pub use note::{Checkpoint, NoteError, SigningKey, VerifierKey};
pub use prove::{ConsistencyProof, InclusionProof, prove_consistency, prove_event, prove_number};
pub use read::{Found, Waiting, entries_of_patient, entry_find, export, latest_checkpoint, waiting};
pub use record::{
    Prepared, Recorded, RecordedInTx, Trailed, record, record_all, record_alone, record_plain, record_plain_all,
    record_read,
};
pub use report::{Fault, Report, Warning};
pub use schema::{AREA, MIGRATIONS, migrate};
pub use sequencer::{Sequencer, SequencerOrders, SequencerSettings};
pub use verify::verify;

/// For tests of any crate: the trail without a permit. Not part of an ordinary build.
#[cfg(feature = "testing")]
pub mod testing {
    use crate::Error;
    use renkei_db::Database;
    use renkei_db::sea_orm::{ConnectionTrait, Statement};

    /// Numbered entries in order, as JSON.
    pub async fn all_entries(database: &Database) -> Result<Vec<serde_json::Value>, Error> {
        let on = database.reader();
        let sql = "SELECT entry FROM trail_entries ORDER BY number";
        let rows = on.query_all_raw(Statement::from_string(on.get_database_backend(), sql)).await?;
        rows.iter()
            .map(|row| {
                let bytes: Vec<u8> = row.try_get_by_index(0)?;
                serde_json::from_slice(&bytes).map_err(|error| Error::Damaged(error.to_string()))
            })
            .collect()
    }
}
