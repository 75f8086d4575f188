//! Loads what a decision rests on. Only the gate and the intake call it; it answers with ids, states and dates.

use crate::codes::{self, AffiliationCodes, CardCodes, CertificateCodes, ConsentCodes, InstitutionCodes, ReaderCodes};
use crate::error::AppError;
use renkei_access::facts::{AffiliationFacts, ConsentFacts, GrantFacts, GrantKind, InstitutionFacts};
use renkei_kernel::{ChartId, InstitutionId, PersonId, ReaderId, Timestamp};
use renkei_participation::{CardState, Limit, Period, Role};
use renkei_store::facts::{By, Fact, FactKind, history, holding};
use renkei_store::grants::Grant;
use sea_orm::ConnectionTrait;
use std::collections::BTreeMap;
use std::net::IpAddr;

fn period(fact: &Fact) -> Period {
    Period { from: fact.valid_from, to: fact.valid_to }
}

/// The institution's standing; `None` when it never took part.
pub async fn institution(
    on: &impl ConnectionTrait,
    id: InstitutionId,
    source: Option<IpAddr>,
    at: Timestamp,
) -> Result<Option<InstitutionFacts>, AppError> {
    Ok(institution_and_terminal(on, id, source, at).await?.map(|(institution, _)| institution))
}

/// As [`institution`], with whether several people use the terminal at `source`.
pub async fn institution_and_terminal(
    on: &impl ConnectionTrait,
    id: InstitutionId,
    source: Option<IpAddr>,
    at: Timestamp,
) -> Result<Option<(InstitutionFacts, bool)>, AppError> {
    let facts = newest_for(history(on, FactKind::Institution, By::Subject(id.into())).await?, at);
    let Some(fact) = facts else { return Ok(None) };
    let Some(words) = codes::read::<InstitutionCodes>(&fact.codes) else { return Ok(None) };
    let shared = source.is_some_and(|source| words.shared_terminals.iter().any(|range| range.contains(source)));
    let institution = InstitutionFacts {
        institution: id,
        state: words.state,
        valid: period(&fact),
        region: words.region,
        source_matches: match source {
            Some(source) => words.sources.iter().any(|range| range.contains(source)),
            // The console and jobs of the installation come from no network.
            None => true,
        },
    };
    Ok(Some((institution, shared)))
}

/// The fact that holds at `at`, or else the one that ended last, or the one that begins first.
fn newest_for(mut facts: Vec<Fact>, at: Timestamp) -> Option<Fact> {
    if let Some(place) = facts.iter().position(|fact| period(fact).contains(at)) {
        return Some(facts.swap_remove(place));
    }
    facts.into_iter().max_by_key(|fact| fact.valid_to.filter(|to| *to <= at).unwrap_or(Timestamp::MIN))
}

/// A person's posts at an institution, one for each role: the one that holds, else the one that ended last.
pub async fn affiliations(
    on: &impl ConnectionTrait,
    person: PersonId,
    institution: InstitutionId,
    at: Timestamp,
) -> Result<Vec<AffiliationFacts>, AppError> {
    let facts = history(on, FactKind::Affiliation, By::Subject(person.into())).await?;
    let mut by_role: BTreeMap<Role, Vec<Fact>> = BTreeMap::new();
    for fact in facts.into_iter().filter(|fact| fact.object == Some(institution.into())) {
        if let Some(words) = codes::read::<AffiliationCodes>(&fact.codes) {
            by_role.entry(words.role).or_default().push(fact);
        }
    }
    Ok(by_role
        .into_iter()
        .filter_map(|(role, facts)| {
            let fact = newest_for(facts, at)?;
            let words = codes::read::<AffiliationCodes>(&fact.codes)?;
            Some(AffiliationFacts { institution: Some(institution), role, state: words.state, valid: period(&fact) })
        })
        .collect())
}

/// A person's post at an institution in a role.
pub async fn affiliation(
    on: &impl ConnectionTrait,
    person: PersonId,
    institution: InstitutionId,
    role: Role,
    at: Timestamp,
) -> Result<Option<AffiliationFacts>, AppError> {
    Ok(affiliations(on, person, institution, at).await?.into_iter().find(|post| post.role == role))
}

/// Whether a professional is in the register at `at`.
pub async fn person_holds(on: &impl ConnectionTrait, person: PersonId, at: Timestamp) -> Result<bool, AppError> {
    Ok(!holding(on, FactKind::Person, By::Subject(person.into()), at).await?.is_empty())
}

/// Posts of a person that hold at `at`.
pub async fn posts(
    on: &impl ConnectionTrait,
    person: PersonId,
    at: Timestamp,
) -> Result<Vec<(InstitutionId, Role)>, AppError> {
    let facts = holding(on, FactKind::Affiliation, By::Subject(person.into()), at).await?;
    Ok(facts
        .into_iter()
        .filter_map(|fact| {
            let words = codes::read::<AffiliationCodes>(&fact.codes)?;
            (words.state == renkei_participation::AffiliationState::Active)
                .then_some((InstitutionId(fact.object?), words.role))
        })
        .collect())
}

/// A certificate's binding: person, accepted fingerprints (keyed hashes in hex).
#[derive(Debug, Clone)]
pub struct Binding {
    pub person: PersonId,
    pub fingerprints: Vec<String>,
}

pub async fn binding(
    on: &impl ConnectionTrait,
    holder_hashes: [[u8; 32]; 2],
    at: Timestamp,
) -> Result<Option<Binding>, AppError> {
    for hash in holder_hashes {
        let fact = holding(on, FactKind::Certificate, By::Lookup(hash), at).await?.into_iter().next();
        let found = fact.and_then(|fact| {
            let words = codes::read::<CertificateCodes>(&fact.codes)?;
            Some(Binding { person: fact.subject.into(), fingerprints: words.fingerprints })
        });
        if found.is_some() {
            return Ok(found);
        }
    }
    Ok(None)
}

/// The patient's consent: the one that holds, else the one that ended last.
pub async fn consent(
    on: &impl ConnectionTrait,
    person: PersonId,
    at: Timestamp,
) -> Result<Option<ConsentFacts>, AppError> {
    let facts = history(on, FactKind::Consent, By::Subject(person.into())).await?;
    Ok(newest_for(facts, at).and_then(|fact| {
        let words = codes::read::<ConsentCodes>(&fact.codes)?;
        Some(ConsentFacts {
            state: words.state,
            scope: words.scope,
            home_region: words.home_region,
            valid: period(&fact),
        })
    }))
}

/// The identity chart of a participant; `None` when the person is none.
pub async fn identity_chart(
    on: &impl ConnectionTrait,
    person: PersonId,
    at: Timestamp,
) -> Result<Option<ChartId>, AppError> {
    let fact = holding(on, FactKind::Participant, By::Subject(person.into()), at).await?.into_iter().next();
    Ok(fact.and_then(|fact| fact.object).map(ChartId))
}

pub async fn limits(on: &impl ConnectionTrait, person: PersonId, at: Timestamp) -> Result<Vec<Limit>, AppError> {
    let facts = holding(on, FactKind::Limit, By::Subject(person.into()), at).await?;
    Ok(facts.into_iter().filter_map(|fact| codes::read::<Limit>(&fact.codes)).collect())
}

/// A grant as the decision sees it.
pub fn grant(row: &Grant) -> Option<GrantFacts> {
    Some(GrantFacts {
        grant: row.id,
        kind: grant_kind(row.kind)?,
        institution: row.institution,
        opened_by: row.opened_by,
        opened_at: row.opened_at,
        until: row.until,
        // Closed is closed: a clock that was set back to before the closing opens nothing again.
        closed_at: row.closed_at.map(|at| at.min(row.opened_at)),
    })
}

/// The stored number of a kind of permission; never changes its meaning.
pub fn grant_kind_number(kind: GrantKind) -> i16 {
    match kind {
        GrantKind::Card => 1,
        GrantKind::Forgotten => 2,
        GrantKind::Unconscious => 3,
        GrantKind::Disaster => 4,
    }
}

fn grant_kind(number: i16) -> Option<GrantKind> {
    GrantKind::ALL.iter().copied().find(|kind| grant_kind_number(*kind) == number)
}

/// A reader's enrolment.
#[derive(Debug, Clone)]
pub struct ReaderFacts {
    pub reader: ReaderId,
    pub institution: InstitutionId,
    pub device_key: Option<[u8; 32]>,
    pub keyboard_allowed: bool,
}

fn reader_facts(fact: Fact) -> Option<ReaderFacts> {
    let words = codes::read::<ReaderCodes>(&fact.codes)?;
    let key = hex::decode(&words.device_key).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    Some(ReaderFacts {
        reader: fact.subject.into(),
        institution: InstitutionId(fact.object?),
        device_key: key,
        keyboard_allowed: words.keyboard_allowed,
    })
}

pub async fn reader(on: &impl ConnectionTrait, id: ReaderId, at: Timestamp) -> Result<Option<ReaderFacts>, AppError> {
    let fact = holding(on, FactKind::Reader, By::Subject(id.into()), at).await?.into_iter().next();
    Ok(fact.and_then(reader_facts))
}

/// Readers of an institution that are enrolled at `at`.
pub async fn readers(
    on: &impl ConnectionTrait,
    institution: InstitutionId,
    at: Timestamp,
) -> Result<Vec<ReaderFacts>, AppError> {
    let facts = holding(on, FactKind::Reader, By::Object(institution.into()), at).await?;
    Ok(facts.into_iter().filter_map(reader_facts).collect())
}

/// Whose card this is, and in which state; `None` for a number never issued here.
pub async fn card(
    on: &impl ConnectionTrait,
    card_hash: [u8; 32],
    at: Timestamp,
) -> Result<Option<(PersonId, CardState)>, AppError> {
    let fact = holding(on, FactKind::Card, By::Lookup(card_hash), at).await?.into_iter().next();
    Ok(fact.and_then(|fact| {
        let words = codes::read::<CardCodes>(&fact.codes)?;
        Some((fact.subject.into(), words.state))
    }))
}

/// The chart of an institution's patient number and the person it is linked to.
pub async fn chart_of_number(
    on: &impl ConnectionTrait,
    number_hash: [u8; 32],
    at: Timestamp,
) -> Result<Option<(ChartId, Option<PersonId>)>, AppError> {
    let Some(chart) = holding(on, FactKind::Chart, By::Lookup(number_hash), at).await?.into_iter().next() else {
        return Ok(None);
    };
    let link = holding(on, FactKind::ChartLink, By::Subject(chart.subject), at).await?.into_iter().next();
    Ok(Some((chart.subject.into(), link.and_then(|link| link.object).map(PersonId))))
}

/// The institution that has a facility code at `at`.
pub async fn institution_by_code(
    on: &impl ConnectionTrait,
    code_hash: [u8; 32],
    at: Timestamp,
) -> Result<Option<InstitutionId>, AppError> {
    let fact = holding(on, FactKind::Institution, By::Lookup(code_hash), at).await?.into_iter().next();
    Ok(fact.map(|fact| fact.subject.into()))
}
