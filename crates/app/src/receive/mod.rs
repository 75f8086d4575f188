//! A storage's files of one patient arrive (architecture, section 5; ).
//!
//! First the door: institution known, chart linked to a participant whose consent is active. Whoever is not at home
//! here leaves nothing but a keyed hash, the cause and the place. Then each file is judged (`fate`): seen before, seen
//! with a more final flag, new, or unusable. Everything is prepared outside (decoded, mapped, sealed) and written in
//! batches whose trail records commit with them (`batch`).

mod batch;
mod fate;
mod whose;

use crate::codes::{self, ParticipantIdentity};
use crate::error::AppError;
use crate::house::House;
use crate::{events, facts, gate};
use batch::Run;
use fate::{Judge, Seen};
use renkei_access::Permit;
use renkei_kernel::limits::IMPORT_BATCH_MESSAGES_MAX;
use renkei_kernel::{BatchId, InstitutionId, Timestamp};
use renkei_records::Message;
use renkei_ssmix2::FileName;
use renkei_store::batches::{self, BatchKind, Counts};
use renkei_store::{charts, directory};
use std::sync::Arc;

/// One file of a storage, read to its end.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The file's name as it stands; `None` when it follows no grammar.
    pub name: Option<FileName>,
    /// The name's characters, for the keyed hash.
    pub raw_name: String,
    pub bytes: Vec<u8>,
}

/// One run of an import, between `import_begin` and `import_end`.
#[derive(Debug, Clone)]
pub struct Import {
    pub batch: BatchId,
    pub institution: InstitutionId,
}

impl House {
    /// Finds an institution by its facility code and opens a batch.
    pub async fn import_begin(&self, facility_code: &str) -> Result<Option<Import>, AppError> {
        let now = self.now();
        let hash = self.institution_code_hash(facility_code);
        let Some(institution) = facts::institution_by_code(self.db().reader(), hash, now).await? else {
            return Ok(None);
        };
        let import = Import { batch: self.ids().next(), institution };
        let (batch, event) = (import.batch, events::import_started(self, institution, import.batch));
        self.db()
            .act(move |tx| {
                let event = event.clone();
                Box::pin(async move {
                    batches::start(tx, batch, BatchKind::Ssmix2Import, Some(institution), now).await?;
                    renkei_ledger::record_plain(tx, &event).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(Some(import))
    }

    /// Ends a batch that read its storage to the end: counts, freshness, trail.
    pub async fn import_end(&self, import: &Import, counts: Counts) -> Result<(), AppError> {
        self.import_over(import, counts, true, Some(self.now())).await
    }

    /// Ends a batch of a watch: everything its storage had at `reached` is in; `None` when that cannot be said (a
    /// volume was not reachable), although nothing failed.
    pub async fn import_reached(
        &self,
        import: &Import,
        counts: Counts,
        reached: Option<Timestamp>,
    ) -> Result<(), AppError> {
        self.import_over(import, counts, true, reached).await
    }

    /// Ends a batch that failed on its way. What came in is counted; the institution's feed is no fresher for it.
    pub async fn import_failed(&self, import: &Import, counts: Counts) -> Result<(), AppError> {
        self.import_over(import, counts, false, None).await
    }

    async fn import_over(
        &self,
        import: &Import,
        counts: Counts,
        to_the_end: bool,
        reached: Option<Timestamp>,
    ) -> Result<(), AppError> {
        let (batch, institution, now) = (import.batch, import.institution, self.now());
        let event = events::import_ended(self, institution, batch, counts, to_the_end);
        let new = (counts.stored + counts.superseded > 0).then_some(now);
        self.db()
            .act(move |tx| {
                let event = event.clone();
                Box::pin(async move {
                    batches::finish(tx, batch, counts, now).await?;
                    if let Some(reached) = reached {
                        batches::feed_read(tx, institution, new, reached).await?;
                    }
                    renkei_ledger::record_plain(tx, &event).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Takes in the files of one patient folder. `number` is the folder's patient number.
    pub async fn receive_patient(
        &self,
        import: &Import,
        number: &str,
        files: Vec<Arrived>,
    ) -> Result<Counts, AppError> {
        let number_hash = self.chart_number_hash(import.institution, number);
        let permit = match gate::import(self, import.institution, number_hash, import.batch).await? {
            Ok(permit) => permit,
            Err(cause) => return self.refuse_all(import, files, cause).await,
        };
        let Some(chart) = permit.chart() else { return Err(AppError::Unreadable("import permit")) };
        let judge = Arc::new(Judge {
            house: self.clone(),
            import: import.clone(),
            key: self.sealer().ensure(chart).await?,
            born: self.identity_for_import(&permit).await?.map(|identity| identity.birth_date),
            number: number.to_owned(),
            permit: Arc::new(permit),
            chart,
        });
        let mut run = Run { seen: Seen::load(self, chart).await?, counts: Counts::default(), came: Vec::new() };
        let mut files = files.into_iter();
        loop {
            let part: Vec<Arrived> = files.by_ref().take(IMPORT_BATCH_MESSAGES_MAX).collect();
            if part.is_empty() {
                break;
            }
            self.receive_part(&judge, part, &mut run).await?;
        }
        let Run { counts, came, .. } = run;
        // Also when nothing is new now: a run that was cut off may have stored what it did not fold in.
        if counts.stored + counts.superseded > 0 || charts::lags(self.db().reader(), chart).await? {
            self.refresh_projection(&judge, came).await?;
        }
        Ok(counts)
    }

    /// Identity as registered, to notice a number that was linked to the wrong person.
    async fn identity_for_import(&self, permit: &Permit) -> Result<Option<ParticipantIdentity>, AppError> {
        let words = directory::identity_for(self.db().reader(), self.sealer(), permit, self.now()).await?;
        Ok(words.as_deref().and_then(codes::from_bytes))
    }

    /// Folds what came into the chart's projection, once per patient and import (decision 0003).
    async fn refresh_projection(&self, judge: &Arc<Judge>, came: Vec<(i64, Message)>) -> Result<(), AppError> {
        let ahead = Arc::new(charts::fold_ahead(self.db().reader(), &judge.permit, &judge.key, came).await?);
        let (judge, event) = (judge.clone(), events::record_folded(self));
        self.db()
            .act_as(renkei_db::Isolation::ReadCommitted, move |tx| {
                let (judge, event, ahead) = (judge.clone(), event.clone(), ahead.clone());
                Box::pin(async move {
                    tx.alone_with(judge.chart.into()).await?;
                    let recorded = renkei_ledger::record(tx, &judge.permit, &event).await?;
                    charts::refresh(&recorded, &judge.key, &ahead).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }
}
