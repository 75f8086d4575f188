//! Replacing the installation's key: everything is wrapped anew, rows and originals are not touched (R-X-16). And
//! replacing the trail's signing key.
//!
//! Separate from the key store because the trail is told of it (law 2). The store is a file of its own, so the two
//! cannot share a transaction: a durable note stands before the first key is touched, the trail is told of the
//! beginning and of the end, and the note goes last. Killed anywhere, the next start finishes and tells the rest; killed
//! between the end's record and the note's removal, it tells the end once more, with the same two fingerprints.

use crate::error::AppError;
use crate::events;
use crate::house::House;
use renkei_ledger::{KeyHandedOver, record_alone};
use serde::Serialize;

/// How a rotation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RotationEnd {
    Done,
    /// It was cut short; the start finished it.
    FinishedAtStart,
    /// It was cut short before a new key was there; the old one stays in force.
    CutShort,
}

impl RotationEnd {
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::FinishedAtStart => "finished_at_start",
            Self::CutShort => "cut_short",
        }
    }
}

/// What came of a rotation. Fingerprints name keys and tell nothing of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeysRotated {
    pub end: RotationEnd,
    pub key_before: String,
    pub key_after: String,
    /// Keys wrapped anew by this run; the start that finishes one does not know how many went before.
    pub wrapped: Option<u64>,
}

impl House {
    /// Makes a new installation key, wraps all keys by it and erases the old one.
    ///
    /// # Errors
    /// The trail or the key store cannot be written. What was begun is finished by the next attempt or start.
    pub async fn rotate_keys(&self) -> Result<KeysRotated, AppError> {
        let _alone = self.loading().await;
        self.settle_rotation().await?;
        let store = self.sealer().store();
        let before = store.installation_fingerprint();
        store.note_rotation()?;
        record_alone(self.db(), events::key_rotation_begun(self, before)).await?;
        let wrapped = store.rotate_installation_key().await?;
        self.tell(RotationEnd::Done, before, Some(wrapped)).await
    }

    /// Replaces the key that signs the trail's checkpoints: announced in the trail, handed over at a size that both keys
    /// sign, the old key destroyed, and that told as well. The sequencer does it, so that nothing else is signed
    /// meanwhile (`renkei_ledger`, *handover*).
    ///
    /// # Errors
    /// The trail cannot be numbered or its checkpoint not kept outside: then the sequencer goes on trying, and every
    /// start finishes what was announced.
    pub async fn rotate_trail_key(&self) -> Result<KeyHandedOver, AppError> {
        let _alone = self.loading().await;
        Ok(self.sequencer()?.rotate_key().await?)
    }

    /// Tells the trail of a rotation that was cut short; the key store finished it when it was opened.
    ///
    /// # Errors
    /// The trail or the note cannot be written.
    pub async fn settle_rotation(&self) -> Result<Option<KeysRotated>, AppError> {
        let store = self.sealer().store();
        let Some(before) = store.rotation_noted()? else { return Ok(None) };
        let replaced = store.installation_fingerprint() != before;
        let end = if replaced { RotationEnd::FinishedAtStart } else { RotationEnd::CutShort };
        self.tell(end, before, None).await.map(Some)
    }

    async fn tell(&self, end: RotationEnd, before: [u8; 8], wrapped: Option<u64>) -> Result<KeysRotated, AppError> {
        let store = self.sealer().store();
        let after = store.installation_fingerprint();
        record_alone(self.db(), events::key_rotated(self, end, before, after, wrapped)).await?;
        store.rotation_told()?;
        Ok(KeysRotated { end, key_before: hex::encode(before), key_after: hex::encode(after), wrapped })
    }
}
