//! Sealed words of participation facts: names of institutions, professionals and places (no patient's data), and, with
//! a recorded permit only, a participant's identity.

use crate::Error;
use crate::facts::{By, FactKind, select};
use renkei_access::{Permit, PermitKind};
use renkei_kernel::{PersonId, Timestamp};
use renkei_keys::{SealKind, Sealer};
use renkei_ledger::Recorded;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, QueryFilter};
use uuid::Uuid;

use crate::entities::fact;

/// Version of the sealed words' form.
const WORDS_VERSION: u32 = 1;

/// Area of the installation's seal for a kind of fact.
fn area(kind: FactKind) -> Option<&'static str> {
    match kind {
        FactKind::Institution => Some("fact.institution"),
        FactKind::Person => Some("fact.person"),
        FactKind::Reader => Some("fact.reader"),
        FactKind::Affiliation => Some("fact.affiliation"),
        // The rest is about patients and sealed under a chart's key.
        _ => None,
    }
}

/// Seals the words of a fact about an institution, a professional or a reader.
pub fn seal_public(sealer: &Sealer, kind: FactKind, subject: Uuid, words: &[u8]) -> Result<Vec<u8>, Error> {
    let area = area(kind).ok_or(Error::Unreadable("fact kind"))?;
    Ok(sealer.seal_installation(area, subject, WORDS_VERSION, words)?)
}

/// Seals the words of a fact about a patient under the identity chart's (or the chart's) key.
pub fn seal_personal(key: &renkei_keys::ChartKey, subject: Uuid, words: &[u8]) -> Result<Vec<u8>, Error> {
    Ok(key.seal(subject, SealKind::Identity, WORDS_VERSION, words)?)
}

fn inside(at: Timestamp) -> Condition {
    Condition::all()
        .add(fact::Column::ValidFrom.lte(at.micros()))
        .add(Condition::any().add(fact::Column::ValidTo.is_null()).add(fact::Column::ValidTo.gt(at.micros())))
}

/// The words of the fact of `kind` about `subject` that holds at `at`: institution, professional or reader.
pub async fn words(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    kind: FactKind,
    subject: Uuid,
    at: Timestamp,
) -> Result<Option<Vec<u8>>, Error> {
    let area = area(kind).ok_or(Error::Unreadable("fact kind"))?;
    let row = select(kind, By::Subject(subject), Some(inside(at))).one(on).await?;
    match row.and_then(|row| row.sealed) {
        None => Ok(None),
        Some(sealed) => Ok(Some(sealer.open_installation(area, subject, WORDS_VERSION, &sealed)?)),
    }
}

/// All institutions' words and codes, in order of recording: subject, codes, words.
pub async fn institutions(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    at: Timestamp,
) -> Result<Vec<(Uuid, String, Vec<u8>)>, Error> {
    use sea_orm::QuerySelect as _;
    let rows = select(FactKind::Institution, By::All, Some(inside(at))).limit(10_000).all(on).await?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(sealed) = row.sealed else { continue };
        let words = sealer.open_installation("fact.institution", row.subject, WORDS_VERSION, &sealed)?;
        found.push((row.subject, row.codes, words));
    }
    Ok(found)
}

/// The identity of the permit's patient as the register holds it.
pub async fn identity(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    recorded: &Recorded,
    at: Timestamp,
) -> Result<Option<Vec<u8>>, Error> {
    let patient = crate::charts::care_of(recorded.permit())?;
    identity_of(on, sealer, patient, at).await
}

/// As [`identity`], for an import that must notice a message of somebody else. It shows nothing to anybody: what it
/// reads is compared and forgotten, and the act that follows carries the record.
pub async fn identity_for(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    permit: &Permit,
    at: Timestamp,
) -> Result<Option<Vec<u8>>, Error> {
    match (permit.kind(), permit.patient()) {
        (PermitKind::Import, Some(patient)) => identity_of(on, sealer, patient, at).await,
        _ => Err(Error::PermitOfAnotherKind),
    }
}

/// The identity of somebody who was found, or whose search keys are made, with a permit for just that.
pub async fn identity_found(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    recorded: &Recorded,
    person: PersonId,
    at: Timestamp,
) -> Result<Option<Vec<u8>>, Error> {
    match recorded.permit().kind() {
        PermitKind::IdentitySearch | PermitKind::IdentityIndex => identity_of(on, sealer, person, at).await,
        _ => Err(Error::PermitOfAnotherKind),
    }
}

async fn identity_of(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    patient: PersonId,
    at: Timestamp,
) -> Result<Option<Vec<u8>>, Error> {
    let row = select(FactKind::Participant, By::Subject(patient.into()), Some(inside(at))).one(on).await?;
    let Some((Some(sealed), Some(chart))) = row.map(|row| (row.sealed, row.object)) else { return Ok(None) };
    let key = sealer.key(chart.into()).await?;
    Ok(Some(key.open(Uuid::from(patient), SealKind::Identity, WORDS_VERSION, &sealed)?))
}

/// The sealed words of a chart fact (its patient number), for the permit's own patient.
pub async fn chart_words(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    recorded: &Recorded,
    chart: renkei_kernel::ChartId,
    at: Timestamp,
) -> Result<Option<Vec<u8>>, Error> {
    let patient = crate::charts::care_of(recorded.permit())?;
    let links = select(FactKind::ChartLink, By::Subject(chart.into()), Some(inside(at)))
        .filter(fact::Column::Object.eq(Uuid::from(patient)))
        .one(on)
        .await?;
    if links.is_none() {
        return Ok(None);
    }
    let row = select(FactKind::Chart, By::Subject(chart.into()), Some(inside(at))).one(on).await?;
    let Some(sealed) = row.and_then(|row| row.sealed) else { return Ok(None) };
    let key = sealer.key(chart).await?;
    Ok(Some(key.open(Uuid::from(chart), SealKind::Identity, WORDS_VERSION, &sealed)?))
}

/// The sealed words of the permit's own chart, for a rebuild that reads its originals again.
pub async fn chart_words_for_rebuild(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    recorded: &Recorded,
    at: Timestamp,
) -> Result<Option<Vec<u8>>, Error> {
    let (PermitKind::Rebuild, Some(chart)) = (recorded.permit().kind(), recorded.permit().chart()) else {
        return Err(Error::PermitOfAnotherKind);
    };
    let row = select(FactKind::Chart, By::Subject(chart.into()), Some(inside(at))).one(on).await?;
    let Some(sealed) = row.and_then(|row| row.sealed) else { return Ok(None) };
    let key = sealer.key(chart).await?;
    Ok(Some(key.open(Uuid::from(chart), SealKind::Identity, WORDS_VERSION, &sealed)?))
}
