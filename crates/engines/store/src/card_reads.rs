//! Requests for a card read: who asked at which reader, until when, and what became of it (R-8.2.4-ア). The card's id is
//! never here; the true reason of a refusal is, for the trail's reader and the desk.

use crate::Error;
use crate::entities::card_read;
use renkei_db::Tx;
use renkei_kernel::limits::CARD_NONCE_SECONDS;
use renkei_kernel::{CardReadId, EventId, GrantId, InstitutionId, PersonId, ReaderId, SessionId, Timestamp};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query,
};
use uuid::Uuid;

/// Where a request stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardReadState {
    Waiting,
    Opened(GrantId),
    Refused,
    Expired,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRead {
    pub id: CardReadId,
    pub reader: ReaderId,
    pub institution: InstitutionId,
    pub session: SessionId,
    pub person: PersonId,
    pub requested_at: Timestamp,
    pub expires_at: Timestamp,
    pub state: CardReadState,
    pub event: Option<EventId>,
}

impl From<card_read::Model> for CardRead {
    fn from(row: card_read::Model) -> Self {
        let state = match (row.state, row.grant_id) {
            (0, _) => CardReadState::Waiting,
            (1, Some(grant)) => CardReadState::Opened(grant.into()),
            (3, _) => CardReadState::Expired,
            _ => CardReadState::Refused,
        };
        Self {
            id: row.id.into(),
            reader: row.reader_id.into(),
            institution: row.institution_id.into(),
            session: row.session_id.into(),
            person: row.person_id.into(),
            requested_at: Timestamp(row.requested_at),
            expires_at: Timestamp(row.expires_at),
            state,
            event: row.event_id.map(Into::into),
        }
    }
}

pub async fn find(on: &impl ConnectionTrait, id: CardReadId) -> Result<Option<CardRead>, Error> {
    Ok(card_read::Entity::find_by_id(Uuid::from(id)).one(on).await?.map(Into::into))
}

pub async fn request(tx: &Tx, read: &CardRead) -> Result<(), Error> {
    let row = card_read::ActiveModel {
        id: Set(read.id.into()),
        reader_id: Set(read.reader.into()),
        institution_id: Set(read.institution.into()),
        session_id: Set(read.session.into()),
        person_id: Set(read.person.into()),
        requested_at: Set(read.requested_at.micros()),
        expires_at: Set(read.expires_at.micros()),
        state: Set(0),
        reason: Set(None),
        grant_id: Set(None),
        answered_at: Set(None),
        event_id: Set(read.event.map(Into::into)),
    };
    card_read::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Answers a waiting request once; `false` when it was answered before, so that no answer serves twice.
pub async fn answer(
    tx: &Tx,
    id: CardReadId,
    state: CardReadState,
    reason: Option<&'static str>,
    event: EventId,
    at: Timestamp,
) -> Result<bool, Error> {
    let (code, grant) = match state {
        CardReadState::Waiting => return Ok(false),
        CardReadState::Opened(grant) => (1i16, Some(Uuid::from(grant))),
        CardReadState::Refused => (2, None),
        CardReadState::Expired => (3, None),
    };
    let done = card_read::Entity::update_many()
        .col_expr(card_read::Column::State, sea_query::Expr::value(code))
        .col_expr(card_read::Column::Reason, sea_query::Expr::value(reason))
        .col_expr(card_read::Column::GrantId, sea_query::Expr::value(grant))
        .col_expr(card_read::Column::AnsweredAt, sea_query::Expr::value(at.micros()))
        .col_expr(card_read::Column::EventId, sea_query::Expr::value(Uuid::from(event)))
        .filter(card_read::Column::Id.eq(Uuid::from(id)))
        .filter(card_read::Column::State.eq(0i16))
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}

/// Reads that were refused between two instants, whatever the cause: reader, person, when; oldest first. Found by their
/// ids, whose first bytes are the time of the request.
pub async fn refused_between(
    on: &impl ConnectionTrait,
    since: Timestamp,
    until: Timestamp,
) -> Result<Vec<(ReaderId, PersonId, Timestamp)>, Error> {
    let requested = since.plus_seconds(-CARD_NONCE_SECONDS).micros().div_euclid(1_000);
    let first = uuid::Builder::from_unix_timestamp_millis(u64::try_from(requested).unwrap_or(0), &[0; 10]).into_uuid();
    let rows: Vec<(Uuid, Uuid, i64)> = card_read::Entity::find()
        .select_only()
        .columns([card_read::Column::ReaderId, card_read::Column::PersonId])
        .column(card_read::Column::AnsweredAt)
        .filter(card_read::Column::Id.gte(first))
        .filter(card_read::Column::State.eq(2i16))
        .filter(card_read::Column::AnsweredAt.between(since.micros(), until.micros()))
        .order_by_asc(card_read::Column::AnsweredAt)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().map(|(reader, person, at)| (reader.into(), person.into(), Timestamp(at))).collect())
}
