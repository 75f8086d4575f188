//! Proofs to hand out: that one entry is in the trail, that a later trail begins with an earlier one.
//!
//! A proof is checked with `tree::inclusion_holds` / `tree::consistency_holds` and a checkpoint, by anybody, without
//! this program or its database.

use crate::sequencer::query;
use crate::tiles::{Tiles, from_number, to_number};
use crate::tree::{self, Hash, leaf_hash};
use crate::{Checkpoint, Error, VerifierKey};
use renkei_db::sea_orm::ConnectionTrait;
use renkei_db::{Database, Snapshot};
use renkei_kernel::EventId;
use serde::Serialize;

fn as_hex<S: serde::Serializer>(hashes: &[Hash], out: S) -> Result<S::Ok, S::Error> {
    out.collect_seq(hashes.iter().map(hex::encode))
}
fn one_hex<S: serde::Serializer>(hash: &Hash, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&hex::encode(hash))
}

/// That the entry with this leaf hash has this number in the log of the checkpoint.
#[derive(Debug, Clone, Serialize)]
pub struct InclusionProof {
    pub number: u64,
    /// Size of the tree the proof is for: the checkpoint's.
    pub size: u64,
    #[serde(serialize_with = "one_hex")]
    pub leaf_sha256: Hash,
    #[serde(serialize_with = "as_hex")]
    pub path: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

impl InclusionProof {
    /// Checks everything: the note's signature, that `entry` has the leaf hash, and the path.
    pub fn holds(&self, entry: &[u8], keys: &[VerifierKey]) -> bool {
        let Ok(checkpoint) = Checkpoint::read(self.checkpoint.as_bytes(), keys) else { return false };
        checkpoint.size() == self.size
            && leaf_hash(entry) == self.leaf_sha256
            && tree::inclusion_holds(&self.leaf_sha256, self.number, self.size, &self.path, checkpoint.root())
    }
}

/// That the log of `size` begins with the log of `old_size`.
#[derive(Debug, Clone, Serialize)]
pub struct ConsistencyProof {
    pub old_size: u64,
    #[serde(serialize_with = "one_hex")]
    pub old_root: Hash,
    pub size: u64,
    #[serde(serialize_with = "one_hex")]
    pub root: Hash,
    #[serde(serialize_with = "as_hex")]
    pub path: Vec<Hash>,
}

impl ConsistencyProof {
    pub fn holds(&self) -> bool {
        tree::consistency_holds(self.old_size, &self.old_root, self.size, &self.root, &self.path)
    }
}

/// Proof for entry `number` against the newest checkpoint. [`Error::NoSuchEntry`] when that does not cover it (yet).
pub async fn prove_number(database: &Database, number: u64) -> Result<InclusionProof, Error> {
    let snapshot = database.snapshot().await?;
    prove_in(&snapshot, number).await
}

/// Proof for an event by its id; `None` when it is not in the numbered trail.
pub async fn prove_event(database: &Database, event: EventId) -> Result<Option<InclusionProof>, Error> {
    let snapshot = database.snapshot().await?;
    let sql = "SELECT number FROM trail_entries WHERE event_id = $1";
    match query(&snapshot, sql, vec![event.0.into()]).await?.first() {
        Some(row) => prove_in(&snapshot, from_number(row.try_get("", "number")?)?).await.map(Some),
        None => Ok(None),
    }
}

async fn prove_in(snapshot: &Snapshot, number: u64) -> Result<InclusionProof, Error> {
    let sql = "SELECT size, note FROM trail_checkpoints WHERE size > $1 ORDER BY size DESC LIMIT 1";
    let rows = query(snapshot, sql, vec![to_number(number)?.into()]).await?;
    let checkpoint = rows.first().ok_or(Error::NoSuchEntry(number))?;
    let size = from_number(checkpoint.try_get("", "size")?)?;
    let sql = "SELECT entry FROM trail_entries WHERE number = $1";
    let rows = query(snapshot, sql, vec![to_number(number)?.into()]).await?;
    let entry: Vec<u8> = rows.first().ok_or(Error::NoSuchEntry(number))?.try_get("", "entry")?;
    Ok(InclusionProof {
        number,
        size,
        leaf_sha256: leaf_hash(&entry),
        path: Tiles::new(snapshot).inclusion(number, size).await?,
        checkpoint: checkpoint.try_get("", "note")?,
    })
}

/// Proof between two sizes of the log, `old_size` ≤ `size` ≤ its present size.
pub async fn prove_consistency(database: &Database, old_size: u64, size: u64) -> Result<ConsistencyProof, Error> {
    let snapshot = database.snapshot().await?;
    let there = log_size(&snapshot).await?;
    if old_size > size || size > there {
        return Err(Error::NoSuchSize(there));
    }
    let mut tiles = Tiles::new(&snapshot);
    Ok(ConsistencyProof {
        old_size,
        old_root: tiles.range(0, old_size).await?,
        size,
        root: tiles.range(0, size).await?,
        path: tiles.consistency(old_size, size).await?,
    })
}

pub(crate) async fn log_size(connection: &impl ConnectionTrait) -> Result<u64, Error> {
    let rows = query(connection, "SELECT size FROM trail_sequencer WHERE row_number = 1", vec![]).await?;
    rows.first().map_or(Ok(0), |row| from_number(row.try_get("", "size")?))
}
