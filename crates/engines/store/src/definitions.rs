//! Enacted definitions: immutable, hashed, dated rows (law 4). A TOML file is only the input of `regulation apply`.

use crate::Error;
use crate::entities::definition;
use renkei_kernel::{BatchId, Timestamp};
use renkei_ledger::RecordedInTx;
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    pub id: Uuid,
    /// `rights-matrix`, `record-kinds`, `sensitive`.
    pub kind: String,
    pub version: i32,
    pub valid_from: Timestamp,
    pub recorded_at: Timestamp,
    pub origin: BatchId,
    pub hash: Vec<u8>,
    pub body: String,
}

/// All enacted definitions of a kind, in order of validity then of recording.
pub async fn all(on: &impl ConnectionTrait, kind: &str) -> Result<Vec<Definition>, Error> {
    let rows = definition::Entity::find()
        .filter(definition::Column::Kind.eq(kind))
        .order_by_asc(definition::Column::ValidFrom)
        .order_by_asc(definition::Column::RecordedAt)
        .all(on)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Definition {
            id: row.id,
            kind: row.kind,
            version: row.version,
            valid_from: Timestamp(row.valid_from),
            recorded_at: Timestamp(row.recorded_at),
            origin: row.origin.into(),
            hash: row.hash,
            body: row.body,
        })
        .collect())
}

/// Enacts a definition. There is no function that changes or removes one.
pub async fn enact(recorded: &RecordedInTx<'_>, definition: Definition) -> Result<(), Error> {
    let row = definition::ActiveModel {
        id: Set(definition.id),
        kind: Set(definition.kind),
        version: Set(definition.version),
        valid_from: Set(definition.valid_from.micros()),
        recorded_at: Set(definition.recorded_at.micros()),
        origin: Set(definition.origin.into()),
        hash: Set(definition.hash),
        body: Set(definition.body),
    };
    definition::Entity::insert(row).exec_without_returning(recorded.tx().connection()).await?;
    Ok(())
}
