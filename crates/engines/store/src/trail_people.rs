//! Whose id stands in the trail: the sealed map from a patient's id to the name it had (audit-log.md section 4, *Erasure*).
//!
//! Under a key area of its own and with a retention of its own: when a patient's chart keys are destroyed, the record is
//! gone and the duty to say whose data was looked at is not. Rows are appended, so that a changed name leaves the
//! earlier one; they go when the legal retention of access records ends.

use crate::Error;
use crate::entities::trail_person;
use renkei_access::PermitKind;
use renkei_kernel::{PersonId, Timestamp};
use renkei_keys::Sealer;
use renkei_ledger::{Recorded, RecordedInTx};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, sea_query};
use uuid::Uuid;

const AREA: &str = "trail.person";
const WORDS_VERSION: u32 = 1;
const ROWS_PER_STATEMENT: usize = 500;

/// A patient's words, sealed for the map.
#[derive(Debug, Clone)]
pub struct TrailPerson {
    pub person: PersonId,
    pub recorded_at: Timestamp,
    sealed: Vec<u8>,
}

/// Seals a patient's identifying words for the map.
pub fn seal(sealer: &Sealer, person: PersonId, recorded_at: Timestamp, words: &[u8]) -> Result<TrailPerson, Error> {
    let sealed = sealer.seal_installation(AREA, person, WORDS_VERSION, words)?;
    Ok(TrailPerson { person, recorded_at, sealed })
}

/// Keeps the words that people have from now on.
pub async fn keep(recorded: &RecordedInTx<'_>, people: &[TrailPerson]) -> Result<(), Error> {
    for part in people.chunks(ROWS_PER_STATEMENT) {
        let rows = part.iter().map(|person| trail_person::ActiveModel {
            person_id: Set(person.person.into()),
            recorded_at: Set(person.recorded_at.micros()),
            sealed: Set(person.sealed.clone()),
        });
        trail_person::Entity::insert_many(rows)
            .on_conflict(
                sea_query::OnConflict::columns([trail_person::Column::PersonId, trail_person::Column::RecordedAt])
                    .update_column(trail_person::Column::Sealed)
                    .to_owned(),
            )
            .exec_without_returning(recorded.tx().connection())
            .await?;
    }
    Ok(())
}

/// The words a person had, oldest first. Only work on the trail itself may ask.
pub async fn find(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    recorded: &Recorded,
    person: PersonId,
) -> Result<Vec<(Timestamp, Vec<u8>)>, Error> {
    if recorded.permit().kind() != PermitKind::Trail {
        return Err(Error::PermitOfAnotherKind);
    }
    let rows = trail_person::Entity::find()
        .filter(trail_person::Column::PersonId.eq(Uuid::from(person)))
        .order_by_asc(trail_person::Column::RecordedAt)
        .all(on)
        .await?;
    rows.into_iter()
        .map(|row| {
            let words = sealer.open_installation(AREA, row.person_id, WORDS_VERSION, &row.sealed)?;
            Ok((Timestamp(row.recorded_at), words))
        })
        .collect()
}
