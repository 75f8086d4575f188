//! By what a participant can be found without a card: keyed hashes of a name joined with a second thing known of the
//! person (R-8.2.4-イ, R-X-18). There is no row for a name alone, so nobody can be found, or counted, by one.

use crate::Error;
use crate::entities::{fact, search_key};
use crate::facts::FactKind;
use renkei_access::PermitKind;
use renkei_db::{Column, Holds};
use renkei_kernel::{PersonId, Timestamp};
use renkei_ledger::{Recorded, RecordedInTx};
use sea_orm::sea_query::Query;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Value};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// The keys of one person, in place of those the person had.
#[derive(Debug, Clone)]
pub struct PersonKeys {
    pub person: PersonId,
    pub hashes: Vec<[u8; 32]>,
}

const COLUMNS: &[Column] = &[
    Column::new("key_hash", Holds::Bytes),
    Column::new("person_id", Holds::Id),
    Column::new("version", Holds::Small),
    Column::new("recorded_at", Holds::Big),
];
const PEOPLE_PER_STATEMENT: usize = 500;

/// Replaces people's keys, with the load that changed them or with work on the index itself.
pub async fn replace(
    recorded: &RecordedInTx<'_>,
    people: &[PersonKeys],
    version: i16,
    now: Timestamp,
) -> Result<(), Error> {
    if !matches!(recorded.permit().kind(), PermitKind::RegisterLoad | PermitKind::IdentityIndex) {
        return Err(Error::PermitOfAnotherKind);
    }
    // A load may state one person twice (what holds and what comes): both are kept.
    let mut merged: BTreeMap<PersonId, BTreeSet<[u8; 32]>> = BTreeMap::new();
    for keys in people {
        merged.entry(keys.person).or_default().extend(&keys.hashes);
    }
    let people: Vec<(PersonId, BTreeSet<[u8; 32]>)> = merged.into_iter().collect();
    for part in people.chunks(PEOPLE_PER_STATEMENT) {
        search_key::Entity::delete_many()
            .filter(search_key::Column::PersonId.is_in(part.iter().map(|(person, _)| Uuid::from(*person))))
            .exec(recorded.tx().connection())
            .await?;
        let rows = part.iter().flat_map(|(person, hashes)| {
            hashes.iter().map(|hash| -> Vec<Value> {
                vec![hash.to_vec().into(), Uuid::from(*person).into(), version.into(), now.micros().into()]
            })
        });
        recorded.tx().insert_rows("search_keys", COLUMNS, rows.collect()).await?;
    }
    Ok(())
}

/// Participants without keys of this version, in order of their ids, after one of them.
pub async fn without(
    on: &impl ConnectionTrait,
    version: i16,
    after: Option<PersonId>,
    limit: u64,
) -> Result<Vec<PersonId>, Error> {
    let keyed = Query::select()
        .column(search_key::Column::PersonId)
        .from(search_key::Entity)
        .and_where(search_key::Column::Version.eq(version))
        .take();
    let mut rows = fact::Entity::find()
        .select_only()
        .column(fact::Column::Subject)
        .distinct()
        .filter(fact::Column::Kind.eq(FactKind::Participant.code()))
        .filter(fact::Column::SupersededAt.is_null())
        .filter(fact::Column::Subject.not_in_subquery(keyed));
    if let Some(after) = after {
        rows = rows.filter(fact::Column::Subject.gt(Uuid::from(after)));
    }
    let rows: Vec<Uuid> = rows.order_by_asc(fact::Column::Subject).limit(limit).into_tuple().all(on).await?;
    Ok(rows.into_iter().map(PersonId::from).collect())
}

/// Who has this key; at most `limit`.
pub async fn find(
    on: &impl ConnectionTrait,
    recorded: &Recorded,
    hash: [u8; 32],
    version: i16,
    limit: u64,
) -> Result<Vec<PersonId>, Error> {
    if recorded.permit().kind() != PermitKind::IdentitySearch {
        return Err(Error::PermitOfAnotherKind);
    }
    let rows: Vec<Uuid> = search_key::Entity::find()
        .select_only()
        .column(search_key::Column::PersonId)
        .filter(search_key::Column::KeyHash.eq(hash.to_vec()))
        .filter(search_key::Column::Version.eq(version))
        .order_by_asc(search_key::Column::PersonId)
        .limit(limit)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().map(PersonId::from).collect())
}
