//! What a rebuild reads and writes: originals beside what was decoded of them, and the projection made of both.
//!
//! Separate from `charts` because nothing here is shown to anybody: originals leave the room only to be read again by
//! the program, and only on a permit for a rebuild (law 3).

use crate::Error;
use crate::charts::{MESSAGE_VERSION, folded, opened, write};
use crate::entities::{entry, message, projection};
use crate::messages::{Header, header_row, put_headers};
use renkei_access::{Permit, PermitKind};
use renkei_kernel::{ChartId, MessageId};
use renkei_keys::{ChartKey, SealKind};
use renkei_ledger::{Recorded, RecordedInTx};
use renkei_records::{ChartRecord, Condition, Message};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query};
use uuid::Uuid;

/// An original as it lies: opened from its row, or in the blob store under a name.
#[derive(Debug, Clone)]
pub enum FoundOriginal {
    Plain(Vec<u8>),
    Blob([u8; 32]),
    /// It does not open, or nothing is there.
    Lost,
}

/// What a rebuild reads of one message.
#[derive(Debug)]
pub struct StoredMessage {
    pub id: MessageId,
    pub sequence: i64,
    pub condition: Condition,
    /// Keyed digest of the original's bytes.
    pub digest_hash: Vec<u8>,
    pub original: FoundOriginal,
    /// `None` when the decoded row does not open any more.
    pub message: Option<Message>,
}

fn chart_of(permit: &Permit, key: &ChartKey) -> Result<ChartId, Error> {
    match (permit.kind(), permit.chart()) {
        (PermitKind::Rebuild, Some(chart)) if chart == key.chart() => Ok(chart),
        _ => Err(Error::PermitOfAnotherKind),
    }
}

/// Up to `limit` messages of the permit's chart after `sequence`, in order of change, with their originals opened.
pub async fn stored_messages(
    on: &impl ConnectionTrait,
    recorded: &Recorded,
    key: &ChartKey,
    sequence: i64,
    limit: u64,
) -> Result<Vec<StoredMessage>, Error> {
    let chart = chart_of(recorded.permit(), key)?;
    let rows = message::Entity::find()
        .filter(message::Column::ChartId.eq(Uuid::from(chart)))
        .filter(message::Column::Sequence.gt(sequence))
        .order_by_asc(message::Column::Sequence)
        .limit(limit)
        .all(on)
        .await?;
    rows.into_iter()
        .map(|row| {
            Ok(StoredMessage {
                id: row.id.into(),
                sequence: row.sequence,
                condition: Condition::from_flag(row.condition).ok_or(Error::Unreadable("condition"))?,
                original: original(key, &row),
                message: opened(key, row.id, row.condition, &row.sealed_entries).ok(),
                digest_hash: row.digest_hash,
            })
        })
        .collect()
}

fn original(key: &ChartKey, row: &message::Model) -> FoundOriginal {
    match (&row.sealed_original, &row.blob_name) {
        (Some(sealed), _) => match key.open(row.id, SealKind::Original, MESSAGE_VERSION, sealed) {
            Ok(bytes) => FoundOriginal::Plain(bytes),
            Err(_) => FoundOriginal::Lost,
        },
        (None, Some(name)) => <[u8; 32]>::try_from(name.as_slice()).map_or(FoundOriginal::Lost, FoundOriginal::Blob),
        (None, None) => FoundOriginal::Lost,
    }
}

/// A message decoded anew, in place of what is stored of it.
#[derive(Debug, Clone)]
pub struct Remapped {
    pub id: MessageId,
    /// Where the message stood in the order of change when it was read.
    pub sequence: i64,
    pub condition: Condition,
    pub recorded_at: renkei_kernel::Timestamp,
    pub sealed_entries: Vec<u8>,
    pub headers: Vec<Header>,
}

/// Puts decoded rows and headers in the place of the stored ones. A message that changed since it was read is left as
/// it is. Answers how many were replaced.
pub async fn replace_decoded(recorded: &RecordedInTx<'_>, key: &ChartKey, all: &[Remapped]) -> Result<u64, Error> {
    let chart = chart_of(recorded.permit(), key)?;
    let on = recorded.tx().connection();
    let mut replaced = 0;
    for new in all {
        let done = message::Entity::update_many()
            .col_expr(message::Column::SealedEntries, sea_query::Expr::value(new.sealed_entries.clone()))
            .col_expr(message::Column::Condition, sea_query::Expr::value(new.condition.flag()))
            .filter(message::Column::ChartId.eq(Uuid::from(chart)))
            .filter(message::Column::Id.eq(Uuid::from(new.id)))
            .filter(message::Column::Sequence.eq(new.sequence))
            .exec(on)
            .await?;
        if done.rows_affected == 0 {
            continue;
        }
        entry::Entity::delete_many()
            .filter(entry::Column::ChartId.eq(Uuid::from(chart)))
            .filter(entry::Column::MessageId.eq(Uuid::from(new.id)))
            .exec(on)
            .await?;
        let rows = new.headers.iter().map(|header| header_row(chart, new.id, new.recorded_at, header)).collect();
        put_headers(recorded.tx(), rows).await?;
        replaced += 1;
    }
    Ok(replaced)
}

/// Compares the stored projection with `fresh`, made from all messages again, and replaces it when they differ or it
/// does not open. What came in since is folded into both. Answers whether the stored one was the same.
pub async fn replace_projection(
    recorded: &RecordedInTx<'_>,
    key: &ChartKey,
    mut fresh: ChartRecord,
) -> Result<bool, Error> {
    let chart = chart_of(recorded.permit(), key)?;
    let on = recorded.tx().connection();
    let newer = message::Entity::find()
        .filter(message::Column::ChartId.eq(Uuid::from(chart)))
        .filter(message::Column::Sequence.gt(fresh.included()))
        .order_by_asc(message::Column::Sequence)
        .all(on)
        .await?;
    for row in newer {
        fresh.fold(opened(key, row.id, row.condition, &row.sealed_entries)?);
        fresh.advance_to(row.sequence);
    }
    let stored = match folded(on, key).await {
        Ok(record) => Some(record.encode()?),
        Err(Error::Database(error)) => return Err(error.into()),
        Err(_) => None,
    };
    let same = stored.as_ref() == Some(&fresh.encode()?);
    if !same || projection::Entity::find_by_id(Uuid::from(chart)).one(on).await?.is_none() {
        write(on, key, &fresh).await?;
    }
    Ok(same)
}
