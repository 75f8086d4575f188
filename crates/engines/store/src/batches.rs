//! Batches: one run of an import or a load, the origin of what it wrote; and how fresh each institution's feed is.

use crate::Error;
use crate::entities::{batch, feed};
use renkei_db::Tx;
use renkei_kernel::{BatchId, InstitutionId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, sea_query};
use uuid::Uuid;

/// What a batch does. The number is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i16)]
pub enum BatchKind {
    RegisterLoad = 1,
    RegulationApply = 2,
    Ssmix2Import = 3,
}

/// What became of the files of an import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct Counts {
    pub stored: i64,
    pub unchanged: i64,
    pub superseded: i64,
    pub refused: i64,
    pub quarantined: i64,
}

impl Counts {
    pub fn total(&self) -> i64 {
        self.stored + self.unchanged + self.superseded + self.refused + self.quarantined
    }
    pub fn add(&mut self, other: Self) {
        self.stored += other.stored;
        self.unchanged += other.unchanged;
        self.superseded += other.superseded;
        self.refused += other.refused;
        self.quarantined += other.quarantined;
    }
}

pub async fn start(
    tx: &Tx,
    id: BatchId,
    kind: BatchKind,
    institution: Option<InstitutionId>,
    now: Timestamp,
) -> Result<(), Error> {
    let row = batch::ActiveModel {
        id: Set(id.into()),
        kind: Set(kind as i16),
        institution_id: Set(institution.map(Into::into)),
        started_at: Set(now.micros()),
        finished_at: Set(None),
        stored: Set(0),
        unchanged: Set(0),
        superseded: Set(0),
        refused: Set(0),
        quarantined: Set(0),
    };
    batch::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// How many batches of a kind there were. Whoever prepared something outside of an act counts before and inside it, and
/// so notices another process that was quicker.
pub async fn count(on: &impl ConnectionTrait, kind: BatchKind) -> Result<u64, Error> {
    Ok(batch::Entity::find().filter(batch::Column::Kind.eq(kind as i16)).count(on).await?)
}

/// How many loads of registers and regulations there were: when it grew, another process may have changed what a
/// decision is made by.
pub async fn loads_counted(on: &impl ConnectionTrait) -> Result<u64, Error> {
    let kinds = [BatchKind::RegisterLoad as i16, BatchKind::RegulationApply as i16];
    Ok(batch::Entity::find().filter(batch::Column::Kind.is_in(kinds)).count(on).await?)
}

pub async fn finish(tx: &Tx, id: BatchId, counts: Counts, now: Timestamp) -> Result<(), Error> {
    batch::Entity::update_many()
        .col_expr(batch::Column::FinishedAt, sea_query::Expr::value(now.micros()))
        .col_expr(batch::Column::Stored, sea_query::Expr::value(counts.stored))
        .col_expr(batch::Column::Unchanged, sea_query::Expr::value(counts.unchanged))
        .col_expr(batch::Column::Superseded, sea_query::Expr::value(counts.superseded))
        .col_expr(batch::Column::Refused, sea_query::Expr::value(counts.refused))
        .col_expr(batch::Column::Quarantined, sea_query::Expr::value(counts.quarantined))
        .filter(batch::Column::Id.eq(Uuid::from(id)))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// How fresh an institution's feed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Feed {
    pub institution: InstitutionId,
    /// When its storage was last read to the end.
    pub last_import_at: Timestamp,
    /// When something new last came of it.
    pub last_message_at: Option<Timestamp>,
}

pub async fn feeds(on: &impl ConnectionTrait) -> Result<Vec<Feed>, Error> {
    let rows = feed::Entity::find().all(on).await?;
    Ok(rows
        .into_iter()
        .map(|row| Feed {
            institution: row.institution_id.into(),
            last_import_at: Timestamp(row.last_import_at),
            last_message_at: row.last_message_at.map(Timestamp),
        })
        .collect())
}

/// Whether a batch ended; `None` when there is none of this id.
pub async fn ended(on: &impl ConnectionTrait, id: BatchId) -> Result<Option<bool>, Error> {
    let row = batch::Entity::find_by_id(Uuid::from(id)).one(on).await?;
    Ok(row.map(|row| row.finished_at.is_some()))
}

/// Notes that everything an institution's storage had at `reached` is in; `new` is the time at which something new
/// came of it, when it did.
pub async fn feed_read(
    tx: &Tx,
    institution: InstitutionId,
    new: Option<Timestamp>,
    reached: Timestamp,
) -> Result<(), Error> {
    let row = feed::ActiveModel {
        institution_id: Set(institution.into()),
        last_import_at: Set(reached.micros()),
        last_message_at: Set(new.map(Timestamp::micros)),
    };
    let mut columns = vec![feed::Column::LastImportAt];
    if new.is_some() {
        columns.push(feed::Column::LastMessageAt);
    }
    feed::Entity::insert(row)
        .on_conflict(sea_query::OnConflict::column(feed::Column::InstitutionId).update_columns(columns).to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}
