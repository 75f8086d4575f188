//! A closed span of the trail is written outside (R-X-05): recorded as a read of the trail before the first line, told
//! as archived when it lies there and was verified. Nothing is taken out of the database.

use crate::error::AppError;
use crate::house::House;
use crate::{events, gate};
use renkei_kernel::Timestamp;
use renkei_ledger::{Archived, record_alone, record_read};
use std::path::Path;

impl House {
    /// Writes everything from where the newest archive in `folder` ends (or from entry `first`, a size that was signed)
    /// to the newest checkpoint signed before `before`. `None` when nothing is closed since.
    ///
    /// # Errors
    /// The trail does not verify over the span, the folder holds archives of another trail or cannot be written, or
    /// nothing can be recorded. Then nothing is left in the folder.
    pub async fn archive_trail(
        &self,
        folder: &Path,
        before: Option<Timestamp>,
        first: Option<u64>,
    ) -> Result<Option<Archived>, AppError> {
        let sequencer = self.sequencer()?;
        // Always a checkpoint before an export.
        sequencer.flush().await?;
        let first = match first {
            Some(first) => first,
            None => renkei_ledger::archived_until(self.db(), folder).await?,
        };
        let Some(span) = renkei_ledger::closed_span(self.db(), first, before).await? else { return Ok(None) };
        let recorded = record_read(self.db(), gate::trail_archive(self), events::trail_exported(self, span)).await?;
        let keys = [sequencer.verifier()];
        let archived = renkei_ledger::archive(self.db(), &recorded, span, &keys, folder, self.now()).await?;
        record_alone(self.db(), events::log_archived(self, &archived)).await?;
        Ok(Some(archived))
    }
}
