//! Everything made again from the sealed originals: read back and checked against their digests, decoded and mapped as
//! on the first day, folded, compared with what is stored (law 3). What differs is replaced and counted.
//!
//! Reading happens beside the writer, a bounded number of messages at a time; only what differs is written, in acts of
//! its own. A message that changes meanwhile is left to the import that changed it.

use crate::codes::{self, SealedChartNumber};
use crate::error::AppError;
use crate::house::House;
use crate::{events, gate};
use renkei_access::{Permit, PermitKind};
use renkei_blobs::BlobAddress;
use renkei_db::Isolation;
use renkei_kernel::{ChartId, InstitutionId, PersonId};
use renkei_keys::{ChartKey, SealKind};
use renkei_ledger::Recorded;
use renkei_mapping::Context;
use renkei_records::{ChartRecord, Condition, Message};
use renkei_ssmix2::FileName;
use renkei_store::charts::MESSAGE_VERSION;
use renkei_store::facts::{self, By, FactKind};
use renkei_store::rebuild::{self, FoundOriginal, Remapped, StoredMessage};
use renkei_store::{directory, messages};
use std::sync::Arc;

/// Messages of a chart held in memory at once; large originals one by one.
const MESSAGES_AT_ONCE: u64 = 100;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct RebuildSummary {
    pub charts: u64,
    pub messages: u64,
    /// Messages of which the original gives other entries than were stored; replaced.
    pub remapped: u64,
    /// Projections that were not what the originals give; replaced.
    pub differing: u64,
    /// Messages whose original does not come back byte for byte or is not understood any more, or whose decoded row
    /// does not open; left as they are.
    pub damaged: u64,
}

impl RebuildSummary {
    fn add(&mut self, other: Self) {
        self.charts += other.charts;
        self.messages += other.messages;
        self.remapped += other.remapped;
        self.differing += other.differing;
        self.damaged += other.damaged;
    }
}

/// A chart while it is rebuilt.
struct Rebuilding {
    house: House,
    chart: ChartId,
    institution: InstitutionId,
    person: PersonId,
    key: ChartKey,
    /// The patient number, part of every file's name.
    number: Option<String>,
}

/// What became of one message.
struct Reread {
    /// As it stands after the rebuild; `None` when it cannot be opened.
    message: Option<Message>,
    remapped: Option<Remapped>,
    damaged: bool,
}

impl House {
    /// Rebuilds every chart that is linked to a person.
    pub async fn rebuild_projections(&self) -> Result<RebuildSummary, AppError> {
        let now = self.now();
        let mut summary = RebuildSummary::default();
        for chart in facts::holding(self.db().reader(), FactKind::Chart, By::All, now).await? {
            let link = facts::holding(self.db().reader(), FactKind::ChartLink, By::Subject(chart.subject), now).await?;
            let (Some(institution), Some(person)) =
                (chart.object, link.into_iter().next().and_then(|link| link.object))
            else {
                continue;
            };
            let rebuilding = Rebuilding {
                house: self.clone(),
                chart: chart.subject.into(),
                institution: institution.into(),
                person: person.into(),
                key: self.sealer().ensure(chart.subject.into()).await?,
                number: None,
            };
            summary.add(rebuilding.run().await?);
        }
        Ok(summary)
    }
}

impl Rebuilding {
    fn permit(&self) -> Permit {
        gate::chart_work(&self.house, PermitKind::Rebuild, self.chart, self.institution, self.person, None)
    }

    async fn run(mut self) -> Result<RebuildSummary, AppError> {
        let house = self.house.clone();
        let event = events::record_rebuilt(&house);
        let recorded = renkei_ledger::record_read(house.db(), self.permit(), event).await?;
        let on = house.db().reader();
        let words = directory::chart_words_for_rebuild(on, house.sealer(), &recorded, house.now()).await?;
        self.number = words.as_deref().and_then(codes::from_bytes::<SealedChartNumber>).map(|words| words.number);
        let this = Arc::new(self);
        let mut summary = RebuildSummary { charts: 1, ..RebuildSummary::default() };
        let mut fresh = ChartRecord::new();
        let (mut sequence, mut all_open) = (0, true);
        loop {
            let part = rebuild::stored_messages(on, &recorded, &this.key, sequence, MESSAGES_AT_ONCE).await?;
            let Some(last) = part.last() else { break };
            sequence = last.sequence;
            let mut changed = Vec::new();
            for stored in part {
                let reread = this.clone().reread(&recorded, stored).await?;
                summary.messages += 1;
                summary.damaged += u64::from(reread.damaged);
                changed.extend(reread.remapped);
                match reread.message {
                    Some(message) => fresh.fold(message),
                    None => all_open = false,
                }
            }
            fresh.advance_to(sequence);
            if !changed.is_empty() {
                summary.remapped += this.clone().replace(changed).await?;
            }
        }
        // Without one of its messages the projection would hide it; then the stored one stays.
        if summary.messages > 0 && all_open && !this.project(fresh).await? {
            summary.differing += 1;
        }
        Ok(summary)
    }

    /// Reads one original back and maps it as if it had just come.
    async fn reread(self: Arc<Self>, recorded: &Recorded, stored: StoredMessage) -> Result<Reread, AppError> {
        let original = match &stored.original {
            FoundOriginal::Plain(bytes) => Some(bytes.clone()),
            FoundOriginal::Blob(name) => match BlobAddress::from_slice(name) {
                Some(address) => self.house.blobs().read(recorded, &self.key, stored.id, address).await.ok(),
                None => None,
            },
            FoundOriginal::Lost => None,
        };
        let mapping = tokio::task::spawn_blocking(move || self.mapped_again(stored, original));
        mapping.await.map_err(|_| AppError::Unreadable("an original"))?
    }

    fn mapped_again(&self, stored: StoredMessage, original: Option<Vec<u8>>) -> Result<Reread, AppError> {
        let kept = |message: Option<Message>| Reread { message, remapped: None, damaged: true };
        let original = original.filter(|bytes| {
            self.house.file_digest_hash(self.institution, bytes).as_slice() == stored.digest_hash.as_slice()
        });
        let Some(before) = stored.message else { return Ok(kept(None)) };
        let (Some(bytes), Some(number)) = (original, &self.number) else { return Ok(kept(Some(before))) };
        let name = file_name(number, &before, stored.condition);
        let context = Context {
            message: before.id,
            institution: before.institution,
            chart: before.chart,
            received_at: before.received_at,
            origin: before.origin,
        };
        let Ok(mapped) = renkei_mapping::ssmix2::map_file(&bytes, &name, &context, self.house.ids()) else {
            return Ok(kept(Some(before)));
        };
        let mut message = mapped.message;
        message.condition = message.condition.max(stored.condition);
        // Whoever points at an entry goes on pointing at it.
        for (new, old) in message.entries.iter_mut().zip(&before.entries) {
            new.id = old.id;
        }
        if message == before {
            return Ok(Reread { message: Some(message), remapped: None, damaged: false });
        }
        let encoded = message.encode().map_err(|_| AppError::Unreadable("entries"))?;
        let remapped = Remapped {
            id: message.id,
            sequence: stored.sequence,
            condition: message.condition,
            recorded_at: message.received_at,
            sealed_entries: self.key.seal(message.id, SealKind::Decoded, MESSAGE_VERSION, &encoded)?,
            headers: messages::headers_of(&message),
        };
        Ok(Reread { message: Some(message), remapped: Some(remapped), damaged: false })
    }

    async fn replace(self: Arc<Self>, changed: Vec<Remapped>) -> Result<u64, AppError> {
        let (permit, event) = (self.permit(), events::record_remapped(&self.house, changed.len()));
        let act = Arc::new((self.clone(), permit, event, changed));
        self.house
            .db()
            .act_as(Isolation::ReadCommitted, move |tx| {
                let act = act.clone();
                Box::pin(async move {
                    let (this, permit, event, changed) = &*act;
                    tx.alone_with(this.chart.into()).await?;
                    let recorded = renkei_ledger::record(tx, permit, event).await?;
                    Ok::<_, AppError>(rebuild::replace_decoded(&recorded, &this.key, changed).await?)
                })
            })
            .await
    }

    /// Compares and, where needed, replaces the projection; whether it was the same.
    async fn project(self: Arc<Self>, fresh: ChartRecord) -> Result<bool, AppError> {
        let act = Arc::new((self.clone(), self.permit(), events::record_rebuilt(&self.house), fresh));
        self.house
            .db()
            .act_as(Isolation::ReadCommitted, move |tx| {
                let act = act.clone();
                Box::pin(async move {
                    let (this, permit, event, fresh) = &*act;
                    tx.alone_with(this.chart.into()).await?;
                    let recorded = renkei_ledger::record(tx, permit, event).await?;
                    Ok::<_, AppError>(rebuild::replace_projection(&recorded, &this.key, fresh.clone()).await?)
                })
            })
            .await
    }
}

/// The name the file had, from what is kept of it.
fn file_name(number: &str, message: &Message, condition: Condition) -> FileName {
    FileName {
        patient_id: number.to_owned(),
        care_date: message.key.care_date.to_string(),
        data_type: message.key.data_type.to_string(),
        order_number: message.key.order_number.to_string(),
        occurred: message.occurred.to_string(),
        department: message.department.to_string(),
        condition: match condition {
            Condition::Valid => renkei_ssmix2::Condition::Valid,
            Condition::Superseded => renkei_ssmix2::Condition::Superseded,
            Condition::Deleted => renkei_ssmix2::Condition::Deleted,
        },
    }
}
