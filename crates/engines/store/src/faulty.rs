//! What of institutions' files could not be used, counted (R-X-17). Clear columns only: cause and place, never whose.

use crate::Error;
use crate::entities::{batch, quarantine, refusal};
use renkei_kernel::InstitutionId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// Refused and quarantined files counted by where they came from, cause and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faulty {
    pub institution: InstitutionId,
    pub is_refused: bool,
    pub cause: String,
    pub place: String,
    pub count: u64,
}

/// What was refused at the door or kept apart, of all institutions. Nothing of it tells whose it is.
pub async fn faulty(on: &impl ConnectionTrait) -> Result<Vec<Faulty>, Error> {
    let refused: Vec<(Uuid, String, String, i64)> = refusal::Entity::find()
        .select_only()
        .columns([refusal::Column::InstitutionId, refusal::Column::Cause, refusal::Column::Place])
        .column_as(refusal::Column::NameHash.count(), "files")
        .group_by(refusal::Column::InstitutionId)
        .group_by(refusal::Column::Cause)
        .group_by(refusal::Column::Place)
        .into_tuple()
        .all(on)
        .await?;
    // A quarantined file belongs to a chart; the batch it came with tells whose storage it lay in.
    let kept: Vec<(Uuid, String, String, i64)> = quarantine::Entity::find()
        .select_only()
        .columns([quarantine::Column::Origin, quarantine::Column::Cause, quarantine::Column::Place])
        .column_as(quarantine::Column::NameHash.count(), "files")
        .group_by(quarantine::Column::Origin)
        .group_by(quarantine::Column::Cause)
        .group_by(quarantine::Column::Place)
        .into_tuple()
        .all(on)
        .await?;
    let batches: Vec<(Uuid, Option<Uuid>)> = batch::Entity::find()
        .select_only()
        .columns([batch::Column::Id, batch::Column::InstitutionId])
        .filter(batch::Column::InstitutionId.is_not_null())
        .into_tuple()
        .all(on)
        .await?;
    let of_batch: HashMap<Uuid, Uuid> = batches.into_iter().filter_map(|(id, of)| Some((id, of?))).collect();
    let kept = kept
        .into_iter()
        .filter_map(|(origin, cause, place, count)| Some((false, *of_batch.get(&origin)?, cause, place, count)));
    let refused = refused.into_iter().map(|(of, cause, place, count)| (true, of, cause, place, count));
    let mut counted: BTreeMap<(Uuid, bool, String, String), u64> = BTreeMap::new();
    for (is_refused, of, cause, place, count) in refused.chain(kept) {
        *counted.entry((of, is_refused, cause, place)).or_default() += u64::try_from(count).unwrap_or_default();
    }
    Ok(counted
        .into_iter()
        .map(|((of, is_refused, cause, place), count)| Faulty {
            institution: of.into(),
            is_refused,
            cause,
            place,
            count,
        })
        .collect())
}
