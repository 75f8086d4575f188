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
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query,
};
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
    let query = fact::Entity::find().filter(fact::Column::Kind.eq(kind.code()));
    let mut query = match by {
        By::All => query.filter(fact::Column::SupersededAt.is_null()),
        By::Entry(id) => still_known(query.filter(fact::Column::Entry.eq(id))),
        By::Subject(id) => still_known(query.filter(fact::Column::Subject.eq(id))),
        By::Object(id) => still_known(query.filter(fact::Column::Object.eq(id))),
        By::Lookup(hash) => still_known(query.filter(fact::Column::Lookup.eq(hash.to_vec()))),
    };
    if let Some(inside) = inside {
        query = query.filter(inside);
    }
    query.order_by_desc(fact::Column::ValidFrom).order_by_desc(fact::Column::Id)
}

/// Not superseded, said so that no index is chosen for it: without statistics (which nothing makes on SQLite) the planner
/// takes all facts of a kind that stand for as few as those of one person, and every page would read the whole region's.
fn still_known(query: sea_orm::Select<fact::Entity>) -> sea_orm::Select<fact::Entity> {
    query.filter(sea_query::Expr::cust("+\"participation_facts\".\"superseded_at\" IS NULL"))
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

/// Statements with lists stay far below what either engine takes as parameters.
const IDS_PER_STATEMENT: usize = 1000;

/// Marks rows as no longer what we know, from `at` on.
pub async fn supersede(recorded: &RecordedInTx<'_>, ids: &[FactId], at: Timestamp) -> Result<(), Error> {
    for part in ids.chunks(IDS_PER_STATEMENT) {
        fact::Entity::update_many()
            .col_expr(fact::Column::SupersededAt, sea_query::Expr::value(at.micros()))
            .filter(fact::Column::Id.is_in(part.iter().map(|id| Uuid::from(*id))))
            .filter(fact::Column::SupersededAt.is_null())
            .exec(recorded.tx().connection())
            .await?;
    }
    Ok(())
}

/// One fact that ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ending {
    /// The row known so far.
    pub old: FactId,
    /// Id of the row that takes its place.
    pub id: FactId,
    pub valid_to: Timestamp,
}

/// Facts end: each row known so far is superseded, the same row with an end is appended in its place.
///
/// # Errors
/// [`Error::ChangedMeanwhile`] when a row is gone or was superseded already; nothing of the act may be kept then.
pub async fn end(
    recorded: &RecordedInTx<'_>,
    endings: &[Ending],
    now: Timestamp,
    origin: BatchId,
) -> Result<(), Error> {
    // Rows are read with all their columns, the sealed one included.
    const ROWS_PER_STATEMENT: usize = 200;
    let on = recorded.tx().connection();
    for part in endings.chunks(ROWS_PER_STATEMENT) {
        let by_old: HashMap<Uuid, &Ending> = part.iter().map(|ending| (ending.old.into(), ending)).collect();
        let rows = fact::Entity::find()
            .filter(fact::Column::Id.is_in(by_old.keys().copied()))
            .filter(fact::Column::SupersededAt.is_null())
            .all(on)
            .await?;
        if rows.len() != part.len() {
            return Err(Error::ChangedMeanwhile);
        }
        let olds: Vec<FactId> = part.iter().map(|ending| ending.old).collect();
        supersede(recorded, &olds, now).await?;
        let ended: Vec<_> = rows
            .into_iter()
            .filter_map(|row| by_old.get(&row.id).map(|ending| (row, *ending)))
            .map(|(row, ending)| fact::ActiveModel {
                id: Set(ending.id.into()),
                kind: Set(row.kind),
                entry: Set(row.entry),
                subject: Set(row.subject),
                object: Set(row.object),
                lookup: Set(row.lookup),
                codes: Set(row.codes),
                sealed: Set(row.sealed),
                valid_from: Set(row.valid_from),
                valid_to: Set(Some(ending.valid_to.micros())),
                recorded_at: Set(now.micros()),
                superseded_at: Set(None),
                origin: Set(origin.into()),
            })
            .collect();
        fact::Entity::insert_many(ended).exec_without_returning(on).await?;
    }
    Ok(())
}

/// Which facts are meant, many at once.
#[derive(Debug, Clone, Copy)]
pub enum Among<'a> {
    Entries(&'a [Uuid]),
    Subjects(&'a [Uuid]),
    Lookups(&'a [[u8; 32]]),
}

/// A fact that was ever known, also when it no longer is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ever {
    pub fact: Fact,
    pub lookup: Option<Vec<u8>>,
    pub superseded: bool,
}

/// Every fact of a kind about many entries, subjects or look-ups, what is no longer known included, oldest first: what
/// a load must see before it writes. A few statements however many are asked for.
pub async fn ever(on: &impl ConnectionTrait, kind: FactKind, among: Among<'_>) -> Result<Vec<Ever>, Error> {
    let conditions: Vec<sea_query::SimpleExpr> = match among {
        Among::Entries(ids) => {
            ids.chunks(IDS_PER_STATEMENT).map(|part| fact::Column::Entry.is_in(part.iter().copied())).collect()
        }
        Among::Subjects(ids) => {
            ids.chunks(IDS_PER_STATEMENT).map(|part| fact::Column::Subject.is_in(part.iter().copied())).collect()
        }
        Among::Lookups(hashes) => hashes
            .chunks(IDS_PER_STATEMENT)
            .map(|part| fact::Column::Lookup.is_in(part.iter().map(|hash| hash.to_vec())))
            .collect(),
    };
    let mut found = Vec::new();
    for condition in conditions {
        let rows = fact::Entity::find()
            .filter(fact::Column::Kind.eq(kind.code()))
            .filter(condition)
            .order_by_asc(fact::Column::Id)
            .all(on)
            .await?;
        found.extend(rows.into_iter().map(|mut row| Ever {
            lookup: row.lookup.take(),
            superseded: row.superseded_at.is_some(),
            fact: row.into(),
        }));
    }
    Ok(found)
}

/// The id a register key word stands for, with the hash of the entry that made it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterKey {
    pub id: Uuid,
    pub content_hash: Vec<u8>,
}

/// The id kept under one key word's hash.
pub async fn register_id(on: &impl ConnectionTrait, key_hash: [u8; 32]) -> Result<Option<Uuid>, Error> {
    let found: Option<(Uuid,)> = register_key::Entity::find()
        .select_only()
        .column(register_key::Column::Id)
        .filter(register_key::Column::KeyHash.eq(key_hash.to_vec()))
        .into_tuple()
        .one(on)
        .await?;
    Ok(found.map(|(id,)| id))
}

/// Every register key word of earlier loads, by its hash.
pub async fn register_keys(on: &impl ConnectionTrait) -> Result<HashMap<Vec<u8>, RegisterKey>, Error> {
    let rows = register_key::Entity::find().all(on).await?;
    Ok(rows.into_iter().map(|row| (row.key_hash, RegisterKey { id: row.id, content_hash: row.content_hash })).collect())
}

/// What a register key word is to stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptKey {
    pub key_hash: [u8; 32],
    pub id: Uuid,
    pub content_hash: [u8; 32],
}

/// Remembers (or changes) what register key words stand for; each word once.
pub async fn register_keys_keep(recorded: &RecordedInTx<'_>, keys: &[KeptKey], now: Timestamp) -> Result<(), Error> {
    for part in keys.chunks(IDS_PER_STATEMENT) {
        let rows = part.iter().map(|key| register_key::ActiveModel {
            key_hash: Set(key.key_hash.to_vec()),
            id: Set(key.id),
            content_hash: Set(key.content_hash.to_vec()),
            recorded_at: Set(now.micros()),
        });
        register_key::Entity::insert_many(rows)
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
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_db::Engine;
    use sea_orm::{QueryTrait, Statement};

    /// R-X-29: whoever asks for one person's facts reads that person's, however large the region. Nothing makes
    /// statistics for an installation on SQLite, so the plan is judged without any.
    #[tokio::test]
    async fn facts_are_looked_up_by_whom_they_concern_and_not_by_their_kind() {
        let database = renkei_db::testing::open(Engine::Sqlite).await;
        database.migrate(crate::migrations::AREA, crate::migrations::MIGRATIONS, Timestamp(0)).await.unwrap();
        let reader = database.reader();
        let asked = [
            ("subject", By::Subject(Uuid::nil())),
            ("object", By::Object(Uuid::nil())),
            ("entry", By::Entry(Uuid::nil())),
            ("lookup", By::Lookup([0; 32])),
        ];
        for (column, by) in asked {
            let question = select(FactKind::Consent, by, None).build(reader.get_database_backend());
            let explain = Statement { sql: format!("EXPLAIN QUERY PLAN {}", question.sql), ..question };
            let plan = reader.query_all_raw(explain).await.unwrap();
            let steps: Vec<String> = plan.iter().map(|step| step.try_get("", "detail").unwrap()).collect();
            assert!(steps[0].contains(&format!("({column}=? AND kind=?)")), "{column}: {steps:?}");
        }
    }
}
