//! Grants: permissions that belong to an institution's visit (roles-and-access.md section 5, patient-card.md section 6).

use crate::Error;
use crate::entities::grant;
use renkei_db::Tx;
use renkei_kernel::{GrantId, InstitutionId, PersonId, ReaderId, Timestamp};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query};
use uuid::Uuid;

/// A grant as gate and pages see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub institution: InstitutionId,
    pub patient: PersonId,
    /// Code of `access`' kind of permission: 1 = card read.
    pub kind: i16,
    /// What the proof is worth (patient-card.md section 5).
    pub level: i16,
    pub opened_by: PersonId,
    pub reader: Option<ReaderId>,
    pub opened_at: Timestamp,
    pub until: Timestamp,
    pub closed_at: Option<Timestamp>,
}

impl From<grant::Model> for Grant {
    fn from(row: grant::Model) -> Self {
        Self {
            id: row.id.into(),
            institution: row.institution_id.into(),
            patient: row.patient_id.into(),
            kind: row.kind,
            level: row.level,
            opened_by: row.opened_by.into(),
            reader: row.reader_id.map(Into::into),
            opened_at: Timestamp(row.opened_at),
            until: Timestamp(row.until_at),
            closed_at: row.closed_at.map(Timestamp),
        }
    }
}

pub async fn find(on: &impl ConnectionTrait, id: GrantId) -> Result<Option<Grant>, Error> {
    Ok(grant::Entity::find_by_id(Uuid::from(id)).one(on).await?.map(Into::into))
}

/// Grants of an institution that are open at `now`, newest first.
pub async fn open_of_institution(
    on: &impl ConnectionTrait,
    institution: InstitutionId,
    now: Timestamp,
) -> Result<Vec<Grant>, Error> {
    let rows = grant::Entity::find()
        .filter(grant::Column::InstitutionId.eq(Uuid::from(institution)))
        .filter(grant::Column::ClosedAt.is_null())
        .filter(grant::Column::OpenedAt.lte(now.micros()))
        .filter(grant::Column::UntilAt.gte(now.micros()))
        .order_by_desc(grant::Column::OpenedAt)
        .all(on)
        .await?;
    Ok(rows.into_iter().map(Into::into).collect())
}

/// Opens a grant in the transaction that carries its trail record.
pub async fn open(tx: &Tx, grant: &Grant, recorded_at: Timestamp) -> Result<(), Error> {
    let row = grant::ActiveModel {
        id: Set(grant.id.into()),
        institution_id: Set(grant.institution.into()),
        patient_id: Set(grant.patient.into()),
        kind: Set(grant.kind),
        level: Set(grant.level),
        opened_by: Set(grant.opened_by.into()),
        reader_id: Set(grant.reader.map(Into::into)),
        opened_at: Set(grant.opened_at.micros()),
        until_at: Set(grant.until.micros()),
        closed_at: Set(None),
        closed_by: Set(None),
        recorded_at: Set(recorded_at.micros()),
    };
    grant::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Closes a grant; `false` when it was closed before.
pub async fn close(tx: &Tx, id: GrantId, by: PersonId, at: Timestamp) -> Result<bool, Error> {
    let done = grant::Entity::update_many()
        .col_expr(grant::Column::ClosedAt, sea_query::Expr::value(at.micros()))
        .col_expr(grant::Column::ClosedBy, sea_query::Expr::value(Uuid::from(by)))
        .filter(grant::Column::Id.eq(Uuid::from(id)))
        .filter(grant::Column::ClosedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(done.rows_affected > 0)
}
