//! Messages and the clear headers of their entries. Writing takes the chart from the permit and from nowhere else.

use crate::Error;
use crate::entities::{entry, message, quarantine, refusal};
use renkei_db::{Column, Engine, Holds, Tx};
use renkei_kernel::{BatchId, ChartId, EntryId, InstitutionId, MessageId, Timestamp};
use renkei_ledger::RecordedInTx;
use renkei_records::message::Condition;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    Statement, Value, sea_query,
};
use std::collections::BTreeMap;
use uuid::Uuid;

/// Where a sealed original lies.
#[derive(Debug, Clone)]
pub enum SealedOriginal {
    /// In the row (up to 64 KiB before sealing).
    Inline(Vec<u8>),
    /// In the blob store under this name; it was written and synced before this act began.
    Blob([u8; 32]),
}

/// A message ready to be written: everything of it is sealed or hashed already.
#[derive(Debug, Clone)]
pub struct NewMessage {
    pub id: MessageId,
    pub name_hash: [u8; 32],
    pub digest_hash: [u8; 32],
    pub condition: Condition,
    pub occurred: i64,
    pub recorded_at: Timestamp,
    pub origin: BatchId,
    pub size_bytes: i64,
    pub sealed_entries: Vec<u8>,
    pub original: SealedOriginal,
    pub headers: Vec<Header>,
}

/// The clear header of one entry.
#[derive(Debug, Clone)]
pub struct Header {
    pub id: EntryId,
    pub position: i32,
    pub kind: i16,
    pub effective_at: Option<Timestamp>,
    pub state: i16,
}

/// A message already stored, as an import needs it to tell new from seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: MessageId,
    pub name_hash: Vec<u8>,
    pub digest_hash: Vec<u8>,
    pub condition: i16,
}

/// What is known of a chart's messages: hashes and conditions, nothing sealed.
pub async fn known(on: &impl ConnectionTrait, chart: ChartId) -> Result<Vec<Known>, Error> {
    let rows: Vec<(Uuid, Vec<u8>, Vec<u8>, i16)> = message::Entity::find()
        .select_only()
        .columns([
            message::Column::Id,
            message::Column::NameHash,
            message::Column::DigestHash,
            message::Column::Condition,
        ])
        .filter(message::Column::ChartId.eq(Uuid::from(chart)))
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name_hash, digest_hash, condition)| Known { id: id.into(), name_hash, digest_hash, condition })
        .collect())
}

/// Newest sequence of a chart; 0 when it has no message.
pub(crate) async fn last_sequence(on: &impl ConnectionTrait, chart: ChartId) -> Result<i64, Error> {
    let last: Option<(i64,)> = message::Entity::find()
        .select_only()
        .column(message::Column::Sequence)
        .filter(message::Column::ChartId.eq(Uuid::from(chart)))
        .order_by_desc(message::Column::Sequence)
        .limit(1)
        .into_tuple()
        .one(on)
        .await?;
    Ok(last.map_or(0, |(sequence,)| sequence))
}

const MESSAGE_COLUMNS: &[Column] = &[
    Column::new("chart_id", Holds::Id),
    Column::new("id", Holds::Id),
    Column::new("sequence", Holds::Big),
    Column::new("name_hash", Holds::Bytes),
    Column::new("digest_hash", Holds::Bytes),
    Column::new("condition", Holds::Small),
    Column::new("occurred", Holds::Big),
    Column::new("recorded_at", Holds::Big),
    Column::new("origin", Holds::Id),
    Column::new("size_bytes", Holds::Big),
    Column::new("sealed_entries", Holds::Bytes),
    Column::new("sealed_original", Holds::BytesOrNull),
    Column::new("blob_name", Holds::BytesOrNull),
];

/// Writes messages and their headers in multi-row statements. The chart comes from the permit. Answers the sequence of
/// the last; those before it count down from there.
pub async fn append(recorded: &RecordedInTx<'_>, messages: &[&NewMessage]) -> Result<i64, Error> {
    let chart = recorded.permit().chart().ok_or(Error::PermitOfAnotherKind)?;
    let tx = recorded.tx();
    let mut sequence = last_sequence(tx.connection(), chart).await?;
    let mut headers = Vec::new();
    let mut rows: Vec<Vec<Value>> = Vec::with_capacity(messages.len());
    for new in messages {
        sequence += 1;
        headers.extend(new.headers.iter().map(|header| header_row(chart, new.id, new.recorded_at, header)));
        let (inline, blob) = match &new.original {
            SealedOriginal::Inline(sealed) => (Some(sealed.clone()), None),
            SealedOriginal::Blob(name) => (None, Some(name.to_vec())),
        };
        rows.push(vec![
            Uuid::from(chart).into(),
            Uuid::from(new.id).into(),
            sequence.into(),
            new.name_hash.to_vec().into(),
            new.digest_hash.to_vec().into(),
            new.condition.flag().into(),
            new.occurred.into(),
            new.recorded_at.micros().into(),
            Uuid::from(new.origin).into(),
            new.size_bytes.into(),
            new.sealed_entries.clone().into(),
            inline.into(),
            blob.into(),
        ]);
    }
    tx.insert_rows("messages", MESSAGE_COLUMNS, rows).await?;
    put_headers(tx, headers).await?;
    Ok(sequence)
}

/// The clear headers of a message's entries, in their order.
pub fn headers_of(message: &renkei_records::Message) -> Vec<Header> {
    let numbered = message.entries.iter().enumerate();
    numbered
        .map(|(position, entry)| Header {
            id: entry.id,
            position: i32::try_from(position).unwrap_or(i32::MAX),
            kind: entry.kind.code(),
            effective_at: entry.effective.as_ref().and_then(renkei_records::ClinicalTime::at),
            state: entry.state.code(),
        })
        .collect()
}

const HEADER_COLUMNS: &[Column] = &[
    Column::new("chart_id", Holds::Id),
    Column::new("id", Holds::Id),
    Column::new("message_id", Holds::Id),
    Column::new("position", Holds::Int),
    Column::new("kind", Holds::Small),
    Column::new("effective_at", Holds::BigOrNull),
    Column::new("recorded_at", Holds::Big),
    Column::new("state", Holds::Small),
];

pub(crate) fn header_row(chart: ChartId, message: MessageId, recorded_at: Timestamp, header: &Header) -> Vec<Value> {
    vec![
        Uuid::from(chart).into(),
        Uuid::from(header.id).into(),
        Uuid::from(message).into(),
        header.position.into(),
        header.kind.into(),
        header.effective_at.map(Timestamp::micros).into(),
        recorded_at.micros().into(),
        header.state.into(),
    ]
}

pub(crate) async fn put_headers(tx: &Tx, rows: Vec<Vec<Value>>) -> Result<(), Error> {
    Ok(tx.insert_rows("entries", HEADER_COLUMNS, rows).await?)
}

/// A stored message was seen with a more final condition (flag 1 → 2 → 0). It moves to the end of the chart's order of
/// change, so that projections fold it again.
pub async fn change_condition(recorded: &RecordedInTx<'_>, id: MessageId, condition: Condition) -> Result<bool, Error> {
    let chart = recorded.permit().chart().ok_or(Error::PermitOfAnotherKind)?;
    let on = recorded.tx().connection();
    let sequence = last_sequence(on, chart).await? + 1;
    let done = message::Entity::update_many()
        .col_expr(message::Column::Condition, sea_query::Expr::value(condition.flag()))
        .col_expr(message::Column::Sequence, sea_query::Expr::value(sequence))
        .filter(message::Column::ChartId.eq(Uuid::from(chart)))
        .filter(message::Column::Id.eq(Uuid::from(id)))
        .exec(on)
        .await?;
    Ok(done.rows_affected > 0)
}

/// A file refused at the door.
#[derive(Debug, Clone)]
pub struct NewRefusal {
    pub institution: InstitutionId,
    pub name_hash: [u8; 32],
    pub digest_hash: [u8; 32],
    pub cause: &'static str,
    pub place: String,
    pub at: Timestamp,
    pub origin: BatchId,
}

/// A refusal that is noted: name hash, digest hash, cause.
pub type NotedRefusal = (Vec<u8>, Vec<u8>, String);

/// Rows of a statement that lists hashes.
const HASHES_PER_STATEMENT: usize = 500;

/// What is noted of an institution's refusals under these names.
pub async fn refusals_noted(
    on: &impl ConnectionTrait,
    institution: InstitutionId,
    names: &[[u8; 32]],
) -> Result<Vec<NotedRefusal>, Error> {
    let mut noted = Vec::new();
    for part in names.chunks(HASHES_PER_STATEMENT) {
        let rows: Vec<NotedRefusal> = refusal::Entity::find()
            .select_only()
            .columns([refusal::Column::NameHash, refusal::Column::DigestHash, refusal::Column::Cause])
            .filter(refusal::Column::InstitutionId.eq(Uuid::from(institution)))
            .filter(refusal::Column::NameHash.is_in(part.iter().map(|name| name.to_vec())))
            .into_tuple()
            .all(on)
            .await?;
        noted.extend(rows);
    }
    Ok(noted)
}

/// Notes refusals, in the transaction of their trail records. Of one file noted twice the last stays.
pub async fn refusals_note(tx: &Tx, refusals: Vec<NewRefusal>) -> Result<(), Error> {
    const ROWS_PER_STATEMENT: usize = 100;
    // A statement must not meet the row that it wrote itself; and everybody goes in one order, so that none waits crosswise.
    let by_file: BTreeMap<_, _> =
        refusals.into_iter().map(|new| ((new.institution, new.name_hash, new.digest_hash), new)).collect();
    let mut rows = by_file.into_values().map(|new| refusal::ActiveModel {
        institution_id: Set(new.institution.into()),
        name_hash: Set(new.name_hash.to_vec()),
        digest_hash: Set(new.digest_hash.to_vec()),
        cause: Set(new.cause.to_owned()),
        place: Set(new.place),
        refused_at: Set(new.at.micros()),
        origin: Set(new.origin.into()),
    });
    loop {
        let part: Vec<_> = rows.by_ref().take(ROWS_PER_STATEMENT).collect();
        if part.is_empty() {
            return Ok(());
        }
        let key = [refusal::Column::InstitutionId, refusal::Column::NameHash, refusal::Column::DigestHash];
        let told =
            [refusal::Column::Cause, refusal::Column::Place, refusal::Column::RefusedAt, refusal::Column::Origin];
        refusal::Entity::insert_many(part)
            .on_conflict(sea_query::OnConflict::columns(key).update_columns(told).to_owned())
            .exec_without_returning(tx.connection())
            .await?;
    }
}

/// Files that came at last are no longer refused: name and digest of each.
pub async fn refusals_forget(tx: &Tx, institution: InstitutionId, files: &[([u8; 32], [u8; 32])]) -> Result<(), Error> {
    // A row constructor's list would be another statement for every number of files.
    if tx.engine() == Engine::Postgres {
        let array = |hashes: Vec<Value>| Value::Array(sea_query::ArrayType::Bytes, Some(Box::new(hashes)));
        let statement = Statement::from_sql_and_values(
            tx.get_database_backend(),
            "DELETE FROM refusals WHERE institution_id = $1 AND name_hash = ANY($2) AND digest_hash = ANY($3)",
            [
                Uuid::from(institution).into(),
                array(files.iter().map(|(name, _)| name.to_vec().into()).collect()),
                array(files.iter().map(|(_, digest)| digest.to_vec().into()).collect()),
            ],
        );
        tx.execute_raw(statement).await?;
        return Ok(());
    }
    for part in files.chunks(HASHES_PER_STATEMENT) {
        // Some stand twice, so that there are few statements and they stay prepared.
        let some = || part.iter().chain(part.last().into_iter().cycle()).take(part.len().next_power_of_two());
        refusal::Entity::delete_many()
            .filter(refusal::Column::InstitutionId.eq(Uuid::from(institution)))
            .filter(refusal::Column::NameHash.is_in(some().map(|(name, _)| name.to_vec())))
            .filter(refusal::Column::DigestHash.is_in(some().map(|(_, digest)| digest.to_vec())))
            .exec(tx.connection())
            .await?;
    }
    Ok(())
}

/// A file of an identified, consenting patient that could not be used.
#[derive(Debug, Clone)]
pub struct NewQuarantined {
    pub id: MessageId,
    pub name_hash: [u8; 32],
    pub digest_hash: [u8; 32],
    pub cause: String,
    pub place: String,
    pub at: Timestamp,
    pub origin: BatchId,
    pub sealed_original: Vec<u8>,
}

/// Name and digest of what a chart has in quarantine.
pub async fn quarantined(on: &impl ConnectionTrait, chart: ChartId) -> Result<Vec<(Vec<u8>, Vec<u8>)>, Error> {
    let rows: Vec<(Vec<u8>, Vec<u8>)> = quarantine::Entity::find()
        .select_only()
        .columns([quarantine::Column::NameHash, quarantine::Column::DigestHash])
        .filter(quarantine::Column::ChartId.eq(Uuid::from(chart)))
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows)
}

/// Puts a file into quarantine, beside others of the same name. A file that lies there already is a duplicate.
pub async fn quarantine_put(recorded: &RecordedInTx<'_>, new: NewQuarantined) -> Result<(), Error> {
    let chart = recorded.permit().chart().ok_or(Error::PermitOfAnotherKind)?;
    let row = quarantine::ActiveModel {
        chart_id: Set(chart.into()),
        name_hash: Set(new.name_hash.to_vec()),
        digest_hash: Set(new.digest_hash.to_vec()),
        id: Set(new.id.into()),
        cause: Set(new.cause),
        place: Set(new.place),
        recorded_at: Set(new.at.micros()),
        origin: Set(new.origin.into()),
        sealed_original: Set(new.sealed_original),
    };
    quarantine::Entity::insert(row).exec_without_returning(recorded.tx().connection()).await?;
    Ok(())
}

/// Addresses of all originals in the blob store that a row names; whatever else lies there is an orphan.
pub async fn blob_names(on: &impl ConnectionTrait) -> Result<Vec<Vec<u8>>, Error> {
    let rows: Vec<Option<Vec<u8>>> = message::Entity::find()
        .select_only()
        .column(message::Column::BlobName)
        .filter(message::Column::BlobName.is_not_null())
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().flatten().collect())
}

/// Entries stored in the whole installation, for the operator's figures.
pub async fn entries_counted(on: &impl ConnectionTrait) -> Result<u64, Error> {
    Ok(entry::Entity::find().count(on).await?)
}
