//! Sessions of professionals (login-and-sessions.md section 5). Token and certificate are kept as keyed hashes only.

use crate::Error;
use crate::entities::session;
use renkei_db::Tx;
use renkei_kernel::limits::SESSION_CLOCK_BACK_SECONDS;
use renkei_kernel::{InstitutionId, PersonId, SessionId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query};
use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    pub id: SessionId,
    pub token_hash: [u8; 32],
    pub person: PersonId,
    pub institution: InstitutionId,
    pub fingerprint_hash: [u8; 32],
    /// Number of the entrance it was opened at; it serves nowhere else.
    pub entrance: i16,
    /// Signed in with a test certificate: every page says テスト用.
    pub test_level: bool,
    pub started_at: Timestamp,
    pub last_seen_at: Timestamp,
    pub ends_at: Timestamp,
    pub ended_at: Option<Timestamp>,
    pub end_reason: Option<String>,
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    <[u8; 32]>::try_from(bytes).unwrap_or_default()
}

impl SessionRow {
    /// The clock was set back behind the session's last use: its limits can no longer be measured, so it ends.
    pub fn is_after(&self, now: Timestamp) -> bool {
        now.plus_seconds(SESSION_CLOCK_BACK_SECONDS) < self.last_seen_at
    }
}

impl From<session::Model> for SessionRow {
    fn from(row: session::Model) -> Self {
        Self {
            id: row.id.into(),
            token_hash: hash(&row.token_hash),
            person: row.person_id.into(),
            institution: row.institution_id.into(),
            fingerprint_hash: hash(&row.fingerprint_hash),
            entrance: row.entrance,
            test_level: row.test_level,
            started_at: Timestamp(row.started_at),
            last_seen_at: Timestamp(row.last_seen_at),
            ends_at: Timestamp(row.ends_at),
            ended_at: row.ended_at.map(Timestamp),
            end_reason: row.end_reason,
        }
    }
}

pub async fn find_by_token(on: &impl ConnectionTrait, token_hash: [u8; 32]) -> Result<Option<SessionRow>, Error> {
    let row = session::Entity::find().filter(session::Column::TokenHash.eq(token_hash.to_vec())).one(on).await?;
    Ok(row.map(Into::into))
}

/// Sessions of a person that have not ended, oldest first.
pub async fn live_of_person(
    on: &impl ConnectionTrait,
    person: PersonId,
    now: Timestamp,
) -> Result<Vec<SessionRow>, Error> {
    let rows = session::Entity::find()
        .filter(session::Column::PersonId.eq(Uuid::from(person)))
        .filter(session::Column::EndedAt.is_null())
        .filter(session::Column::EndsAt.gt(now.micros()))
        .order_by_asc(session::Column::StartedAt)
        .all(on)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

pub async fn start(tx: &Tx, row: &SessionRow) -> Result<(), Error> {
    let row = session::ActiveModel {
        id: Set(row.id.into()),
        token_hash: Set(row.token_hash.to_vec()),
        person_id: Set(row.person.into()),
        institution_id: Set(row.institution.into()),
        fingerprint_hash: Set(row.fingerprint_hash.to_vec()),
        entrance: Set(row.entrance),
        test_level: Set(row.test_level),
        started_at: Set(row.started_at.micros()),
        last_seen_at: Set(row.last_seen_at.micros()),
        ends_at: Set(row.ends_at.micros()),
        ended_at: Set(None),
        end_reason: Set(None),
    };
    session::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Moves the idle limit on. Kept coarse by the caller: not a trail event, nothing personal.
pub async fn seen(tx: &Tx, id: SessionId, at: Timestamp) -> Result<(), Error> {
    session::Entity::update_many()
        .col_expr(session::Column::LastSeenAt, sea_query::Expr::value(at.micros()))
        .filter(session::Column::Id.eq(Uuid::from(id)))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Ends a session; `false` when it had ended before.
pub async fn end(tx: &Tx, id: SessionId, at: Timestamp, reason: &'static str) -> Result<bool, Error> {
    let done = session::Entity::update_many()
        .col_expr(session::Column::EndedAt, sea_query::Expr::value(at.micros()))
        .col_expr(session::Column::EndReason, sea_query::Expr::value(reason))
        .filter(session::Column::Id.eq(Uuid::from(id)))
        .filter(session::Column::EndedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

pub async fn find(on: &impl ConnectionTrait, id: SessionId) -> Result<Option<SessionRow>, Error> {
    Ok(session::Entity::find_by_id(Uuid::from(id)).one(on).await?.map(Into::into))
}
