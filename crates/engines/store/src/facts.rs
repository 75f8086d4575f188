//! Dated participation facts: what gate and intake may know. Answers with ids, states, codes and dates, and never with
//! a sealed column (law 1); names and numbers are in `directory` and `identity`.
//!
//! Two time axes (law 4): `valid_from/to` is when something holds in the world, `recorded/superseded` is when we knew
//! it. Ending or changing a fact supersedes the row and appends another; nothing is overwritten, so that any past
//! decision can be replayed.

use crate::Error;
use crate::entities::{fact, register_key};
use renkei_kernel::{BatchId, FactId, Timestamp};
use renkei_ledger::RecordedInTx;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query};
use std::collections::HashMap;
use uuid::Uuid;

/// What a fact says. The number is stored and never changes its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(i16)]
pub enum FactKind {
    /// Subject: institution. Codes: kinds, region, colour. Lookup: facility code.
    Institution = 1,
    /// Subject: professional or clerk.
    Person = 2,
    /// Subject: person, object: institution. Codes: profession.
    Affiliation = 3,
    /// Subject: person, object: institution. Lookup: issuer and subject serial number.
    Certificate = 4,
    /// Subject: reader, object: institution.
    Reader = 5,
    /// Subject: person (patient), object: identity chart. Codes: home region.
    Participant = 6,
    /// Subject: person. Codes: scope.
    Consent = 7,
    /// Subject: chart, object: institution. Lookup: institution and patient number.
    Chart = 8,
    /// Subject: chart, object: person.
    ChartLink = 9,
    /// Subject: person. Lookup: card id.
    Card = 10,
    /// Subject: person, object: institution where one is hidden. Codes: item or class.
    Limit = 11,
}

impl FactKind {
    pub fn code(self) -> i16 {
        self as i16
    }
}

/// A fact as the gate sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    pub id: FactId,
    pub entry: Uuid,
    pub subject: Uuid,
    pub object: Option<Uuid>,
    pub codes: String,
    pub valid_from: Timestamp,
    pub valid_to: Option<Timestamp>,
    pub recorded_at: Timestamp,
    pub origin: BatchId,
}

/// A fact to be written.
#[derive(Debug, Clone)]
pub struct NewFact {
    pub id: FactId,
    pub kind: FactKind,
    /// The register entry that states it: the same through all its corrections.
    pub entry: Uuid,
    pub subject: Uuid,
    pub object: Option<Uuid>,
    pub lookup: Option<[u8; 32]>,
    pub codes: String,
    pub sealed: Option<Vec<u8>>,
    pub valid_from: Timestamp,
    pub valid_to: Option<Timestamp>,
    pub recorded_at: Timestamp,
    pub origin: BatchId,
}

impl From<fact::Model> for Fact {
    fn from(row: fact::Model) -> Self {
        Self {
            id: row.id.into(),
            entry: row.entry,
            subject: row.subject,
            object: row.object,
            codes: row.codes,
            valid_from: Timestamp(row.valid_from),
            valid_to: row.valid_to.map(Timestamp),
            recorded_at: Timestamp(row.recorded_at),
            origin: row.origin.into(),
        }
    }
}

/// How facts are found.
#[derive(Debug, Clone)]
pub enum By {
    /// The register entry (later: case) that states them.
    Entry(Uuid),
    Subject(Uuid),
    Object(Uuid),
    Lookup([u8; 32]),
    All,
}

/// Facts of a kind that hold at `at`, as known now; newest validity first.
pub async fn holding(on: &impl ConnectionTrait, kind: FactKind, by: By, at: Timestamp) -> Result<Vec<Fact>, Error> {
    let inside = Condition::all()
        .add(fact::Column::ValidFrom.lte(at.micros()))
        .add(Condition::any().add(fact::Column::ValidTo.is_null()).add(fact::Column::ValidTo.gt(at.micros())));
    find(on, kind, by, Some(inside)).await
}

/// All facts of a kind whatever their validity, as known now; newest validity first.
pub async fn history(on: &impl ConnectionTrait, kind: FactKind, by: By) -> Result<Vec<Fact>, Error> {
    find(on, kind, by, None).await
}

async fn find(
    on: &impl ConnectionTrait,
    kind: FactKind,
    by: By,
    inside: Option<Condition>,
) -> Result<Vec<Fact>, Error> {
    let rows = select(kind, by, inside).all(on).await?;
    Ok(rows.into_iter().map(Fact::from).collect())
}

pub(crate) fn select(kind: FactKind, by: By, inside: Option<Condition>) -> sea_orm::Select<fact::Entity> {
    let mut query = fact::Entity::find()
        .filter(fact::Column::Kind.eq(kind.code()))
        .filter(fact::Column::SupersededAt.is_null());
    query = match by {
        By::Entry(id) => query.filter(fact::Column::Entry.eq(id)),
        By::Subject(id) => query.filter(fact::Column::Subject.eq(id)),
        By::Object(id) => query.filter(fact::Column::Object.eq(id)),
        By::Lookup(hash) => query.filter(fact::Column::Lookup.eq(hash.to_vec())),
        By::All => query,
    };
    if let Some(inside) = inside {
        query = query.filter(inside);
    }
    query.order_by_desc(fact::Column::ValidFrom).order_by_desc(fact::Column::Id)
}

/// Writes facts in the recorded act.
pub async fn append(recorded: &RecordedInTx<'_>, facts: Vec<NewFact>) -> Result<(), Error> {
    const ROWS_PER_STATEMENT: usize = 200;
    let mut facts = facts.into_iter().map(|new| fact::ActiveModel {
        id: Set(new.id.into()),
        kind: Set(new.kind.code()),
        entry: Set(new.entry),
        subject: Set(new.subject),
        object: Set(new.object),
        lookup: Set(new.lookup.map(|hash| hash.to_vec())),
        codes: Set(new.codes),
        sealed: Set(new.sealed),
        valid_from: Set(new.valid_from.micros()),
        valid_to: Set(new.valid_to.map(Timestamp::micros)),
        recorded_at: Set(new.recorded_at.micros()),
        superseded_at: Set(None),
        origin: Set(new.origin.into()),
    });
    loop {
        let part: Vec<_> = facts.by_ref().take(ROWS_PER_STATEMENT).collect();
        if part.is_empty() {
            return Ok(());
        }
        fact::Entity::insert_many(part).exec_without_returning(recorded.tx().connection()).await?;
    }
}

/// Marks rows as no longer what we know, from `at` on.
pub async fn supersede(recorded: &RecordedInTx<'_>, ids: &[FactId], at: Timestamp) -> Result<(), Error> {
    fact::Entity::update_many()
        .col_expr(fact::Column::SupersededAt, sea_query::Expr::value(at.micros()))
        .filter(fact::Column::Id.is_in(ids.iter().map(|id| Uuid::from(*id))))
        .filter(fact::Column::SupersededAt.is_null())
        .exec(recorded.tx().connection())
        .await?;
    Ok(())
}

/// A fact ends at `valid_to`: the row known so far is superseded, the same row with an end is appended under `id`.
pub async fn end(
    recorded: &RecordedInTx<'_>,
    old: FactId,
    id: FactId,
    valid_to: Timestamp,
    now: Timestamp,
    origin: BatchId,
) -> Result<bool, Error> {
    let on = recorded.tx().connection();
    let Some(row) = fact::Entity::find_by_id(Uuid::from(old)).one(on).await? else { return Ok(false) };
    if row.superseded_at.is_some() {
        return Ok(false);
    }
    supersede(recorded, &[old], now).await?;
    let ended = fact::ActiveModel {
        id: Set(id.into()),
        kind: Set(row.kind),
        entry: Set(row.entry),
        subject: Set(row.subject),
        object: Set(row.object),
        lookup: Set(row.lookup),
        codes: Set(row.codes),
        sealed: Set(row.sealed),
        valid_from: Set(row.valid_from),
        valid_to: Set(Some(valid_to.micros())),
        recorded_at: Set(now.micros()),
        superseded_at: Set(None),
        origin: Set(origin.into()),
    };
    fact::Entity::insert(ended).exec_without_returning(on).await?;
    Ok(true)
}

/// The id a register key word stands for, with the hash of the entry that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterKey {
    pub id: Uuid,
    pub content_hash: Vec<u8>,
}

/// Every register key word of earlier loads, by its hash.
pub async fn register_keys(on: &impl ConnectionTrait) -> Result<HashMap<Vec<u8>, RegisterKey>, Error> {
    let rows = register_key::Entity::find().all(on).await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.key_hash, RegisterKey { id: row.id, content_hash: row.content_hash }))
        .collect())
}

/// Remembers (or changes) what a register key word stands for.
pub async fn register_key_keep(
    recorded: &RecordedInTx<'_>,
    key_hash: [u8; 32],
    id: Uuid,
    content_hash: [u8; 32],
    now: Timestamp,
) -> Result<(), Error> {
    let row = register_key::ActiveModel {
        key_hash: Set(key_hash.to_vec()),
        id: Set(id),
        content_hash: Set(content_hash.to_vec()),
        recorded_at: Set(now.micros()),
    };
    register_key::Entity::insert(row)
        .on_conflict(
            sea_query::OnConflict::column(register_key::Column::KeyHash)
                .update_columns([
                    register_key::Column::Id,
                    register_key::Column::ContentHash,
                    register_key::Column::RecordedAt,
                ])
                .to_owned(),
        )
        .exec_without_returning(recorded.tx().connection())
        .await?;
    Ok(())
}
