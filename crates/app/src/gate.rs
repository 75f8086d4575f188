//! The gate: the only place that mints permits (law 1).
//!
//! It loads the facts of a question, asks the one decision, and turns a *yes* into a permit. A *no* is recorded with
//! its true reason and answered with the public one (law 6). Work of the installation (imports, loads, rebuilds) gets
//! permits of its own kinds here as well; there is no other loader and no other mint.

use crate::error::{AppError, Refusal};
use crate::house::House;
use crate::regulation::card_visit_ends;
use crate::session::{Caller, Session};
use crate::watch::Decided;
use crate::{events, facts};
use renkei_access::facts::GrantFacts;
use renkei_access::{
    Actor, Asker, Decision, Facts, ItemScopes, Operation, Permit, PermitKind, PermitParts, Purpose, Question, Reason,
    Subject, SystemMode, Zone, decide,
};
use renkei_kernel::{BatchId, ChartId, GrantId, InstitutionId, PersonId, Problem, Timestamp, Withheld};
use renkei_participation::ItemSet;
use renkei_store::card_reads::CardRead;
use renkei_store::grants::{self, Grant};
use renkei_store::sessions;
use std::sync::Arc;
use std::time::Instant;

/// A decision that was not a permit, before it is recorded.
#[derive(Debug, Clone)]
pub struct Denied {
    pub question: Question,
    pub because: Vec<Reason>,
}

impl Denied {
    /// The weightiest true reason, for the trail.
    pub fn reason(&self) -> Reason {
        self.because.first().copied().unwrap_or(Reason::PolicyUnavailable)
    }
}

/// What a professional asks of one patient.
#[derive(Debug, Clone, Copy)]
pub struct CareQuestion {
    pub patient: Option<PersonId>,
    pub operation: Operation,
    pub items: ItemSet,
    pub purpose: Purpose,
}

/// Asks for a professional's access to one patient, on the permission that `grant` names; without one, on whichever
/// is open at the institution.
pub async fn care(
    house: &House,
    session: &Session,
    asked: CareQuestion,
    grant: Option<&Grant>,
) -> Result<Permit, Box<Denied>> {
    let question = Question {
        asker: session.asker(),
        operation: asked.operation,
        items: asked.items,
        patient: asked.patient,
        zone: Zone::Professional,
        purpose: asked.purpose,
        at: house.now(),
        override_reason_given: false,
    };
    let began = Instant::now();
    // A store that does not answer gives facts that were not loaded, and those deny.
    let loaded = match load(house, session, asked.patient, grant, question.at).await {
        Ok(loaded) => loaded,
        Err(error) => {
            tracing::error!(code = error.code(), "facts of a decision could not be loaded");
            Facts::default()
        }
    };
    let decided = answer(house, question, &loaded, actor(session), PermitKind::Care);
    if let Some(watcher) = house.watcher() {
        watcher.decided(if decided.is_ok() { Decided::Permitted } else { Decided::Refused }, began.elapsed());
    }
    decided
}

fn actor(session: &Session) -> Actor {
    Actor::Person {
        person: session.person,
        role: session.role,
        institution: Some(session.institution),
        session: Some(session.id),
    }
}

async fn load(
    house: &House,
    session: &Session,
    patient: Option<PersonId>,
    grant: Option<&Grant>,
    at: Timestamp,
) -> Result<Facts, AppError> {
    house.regulation_of_now().await?;
    let on = house.db().reader();
    let mut loaded = Facts {
        loaded: true,
        mode: SystemMode::Normal,
        session: Some(session.facts()),
        affiliation: facts::affiliation(on, session.person, session.institution, session.role, at).await?,
        institution: facts::institution(on, session.institution, session.source, at).await?,
        ..Facts::default()
    };
    let Some(patient) = patient else { return Ok(loaded) };
    loaded.patient_known = facts::identity_chart(on, patient, at).await?.is_some();
    loaded.consent = facts::consent(on, patient, at).await?;
    loaded.limits = facts::limits(on, patient, at).await?;
    // An address names its permission: that one is judged, and no other of the same patient stands in for it.
    let live = match grant {
        Some(grant) => vec![grant.clone()],
        None => grants::open_of_institution(on, session.institution, at).await?,
    };
    let live: Vec<Grant> = live.into_iter().filter(|grant| grant.patient == patient).collect();
    loaded.grants = live.iter().filter_map(facts::grant).map(|grant| closed_is_closed(grant, at)).collect();
    Ok(loaded)
}

/// What was closed stays closed when the clock is set back behind the closing.
fn closed_is_closed(mut grant: GrantFacts, at: Timestamp) -> GrantFacts {
    grant.closed_at = grant.closed_at.map(|closed| closed.min(at));
    grant
}

fn answer(
    house: &House,
    question: Question,
    loaded: &Facts,
    actor: Actor,
    kind: PermitKind,
) -> Result<Permit, Box<Denied>> {
    let regulation = house.regulation();
    let in_force = regulation.at(question.at);
    match decide(&question, loaded, in_force.as_deref()) {
        Decision::Permit { because, obligations, until, scope, grant } => Ok(Permit::minted_by_gate(PermitParts {
            decision_id: house.ids().next(),
            kind,
            subject: question.patient.map_or(Subject::Installation, Subject::Patient),
            actor,
            operation: question.operation,
            zone: question.zone,
            purpose: question.purpose,
            at: question.at,
            until,
            scope,
            because,
            obligations,
            grant,
            matrix_version: in_force.as_ref().map(|in_force| in_force.matrix.version()),
            batch: None,
        })),
        Decision::Refuse { because, .. } | Decision::Hidden { because } => Err(Box::new(Denied { question, because })),
    }
}

/// The refusal of an address that names no grant: the same as of one that ended, found on the same way, so that the
/// time it takes tells nothing either.
pub(crate) async fn no_such_grant(house: &House, session: &Session, asked: CareQuestion) -> Denied {
    let nobody = CareQuestion { patient: Some(PersonId(uuid::Uuid::nil())), ..asked };
    let mut denied = match care(house, session, nobody, None).await {
        Err(denied) => *denied,
        Ok(permit) => Denied { question: question_of(&permit, session), because: vec![Reason::NoPermission] },
    };
    denied.question.patient = None;
    denied
}

/// Records a *no* and answers what may be told: at a patient's address everything that depends on the patient is the
/// same `no_permission` (law 6).
pub async fn refuse(house: &House, session: &Session, denied: Denied, grant: Option<GrantId>) -> AppError {
    let event = events::access_denied(house, session, &denied, grant);
    let reference = match house.record_denial(event, actor(session)).await {
        Ok(reference) => reference,
        Err(error) => return error,
    };
    let public = denied.reason().public();
    AppError::Refused(Refusal::new(public.category(), public.code(), reference))
}

/// A permit for work of the installation itself.
fn work(
    house: &House,
    kind: PermitKind,
    subject: Subject,
    actor: Actor,
    operation: Operation,
    zone: Zone,
    batch: Option<BatchId>,
) -> Permit {
    let at = house.now();
    Permit::minted_by_gate(PermitParts {
        decision_id: house.ids().next(),
        kind,
        subject,
        actor,
        operation,
        zone,
        purpose: if kind == PermitKind::Import { Purpose::Registration } else { Purpose::Operation },
        at,
        // Long enough for the longest batch; a permit is made anew for each.
        until: at.plus_seconds(WORK_PERMIT_SECONDS),
        scope: Arc::new(ItemScopes::everything(at)),
        because: vec![Reason::Installation],
        obligations: Vec::new(),
        grant: None,
        matrix_version: None,
        batch,
    })
}

const WORK_PERMIT_SECONDS: i64 = 600;

pub(crate) fn register_load(house: &House, batch: BatchId) -> Permit {
    work(
        house,
        PermitKind::RegisterLoad,
        Subject::Installation,
        Actor::Installation,
        Operation::Register,
        Zone::Console,
        Some(batch),
    )
}

pub(crate) fn regulation(house: &House, batch: BatchId) -> Permit {
    work(
        house,
        PermitKind::Regulation,
        Subject::Installation,
        Actor::Installation,
        Operation::Approve,
        Zone::Console,
        Some(batch),
    )
}

/// Looking for a person by name, at the console.
pub(crate) fn identity_search(house: &House) -> Permit {
    let (actor, view) = (Actor::Installation, Operation::View);
    work(house, PermitKind::IdentitySearch, Subject::Installation, actor, view, Zone::Console, None)
}

/// Writing a span of the trail outside, at the console.
pub(crate) fn trail_archive(house: &House) -> Permit {
    let (actor, output) = (Actor::Installation, Operation::Output);
    work(house, PermitKind::Trail, Subject::Installation, actor, output, Zone::Console, None)
}

/// Making the keys that people are found by.
pub(crate) fn identity_index(house: &House) -> Permit {
    let (actor, view) = (Actor::Installation, Operation::View);
    work(house, PermitKind::IdentityIndex, Subject::Installation, actor, view, Zone::Console, None)
}

/// Whether a chart's message may come in: the institution takes part, the chart is linked to a participant whose
/// consent is active and reaches the institution's region. `Err` is the cause for the trail.
pub(crate) async fn import(
    house: &House,
    institution: InstitutionId,
    number_hash: [u8; 32],
    batch: BatchId,
) -> Result<Result<Permit, &'static str>, AppError> {
    house.regulation_of_now().await?;
    let (on, at) = (house.db().reader(), house.now());
    let found = facts::chart_of_number(on, number_hash, at).await?;
    let Some((chart, Some(patient))) = found else { return Ok(Err("patient_unknown")) };
    let question = Question {
        asker: Asker {
            person: None,
            role: renkei_participation::Role::InstitutionSystem,
            institution: Some(institution),
            session: None,
        },
        operation: Operation::Register,
        items: ItemSet::CLINICAL,
        patient: Some(patient),
        zone: Zone::Console,
        purpose: Purpose::Registration,
        at,
        override_reason_given: false,
    };
    let loaded = Facts {
        loaded: true,
        mode: SystemMode::Normal,
        institution: facts::institution(on, institution, None, at).await?,
        patient_known: facts::identity_chart(on, patient, at).await?.is_some(),
        consent: facts::consent(on, patient, at).await?,
        ..Facts::default()
    };
    let in_force = house.regulation().at(at);
    let decision = decide(&question, &loaded, in_force.as_deref());
    if !decision.is_permit() {
        return Ok(Err(decision.first().unwrap_or(Reason::PolicyUnavailable).code()));
    }
    Ok(Ok(chart_work(house, PermitKind::Import, chart, institution, patient, Some(batch))))
}

/// A permit for one chart: imports and rebuilds.
pub(crate) fn chart_work(
    house: &House,
    kind: PermitKind,
    chart: ChartId,
    institution: InstitutionId,
    patient: PersonId,
    batch: Option<BatchId>,
) -> Permit {
    let subject = Subject::Chart { chart, institution, patient };
    work(house, kind, subject, Actor::Machine { institution }, Operation::Register, Zone::Console, batch)
}

/// The question a permit answered, to record a refusal that was found after it.
pub(crate) fn question_of(permit: &Permit, session: &Session) -> Question {
    Question {
        asker: session.asker(),
        operation: permit.operation(),
        items: permit.items(),
        patient: permit.patient(),
        zone: permit.zone(),
        purpose: permit.purpose(),
        at: permit.at(),
        override_reason_given: false,
    }
}

/// What a genuine card read may open.
pub(crate) struct Opening {
    pub permit: Permit,
    /// Last instant (inclusive) of the visit: the end of the Tokyo day.
    pub until: Timestamp,
    /// The patient's home region is another than the institution's (R-X-21).
    pub crosses_region: bool,
}

/// Whether the person who asked for the read may open a visit of this patient now. `Err` is the true reason.
pub(crate) async fn open_by_card(
    house: &House,
    read: &CardRead,
    caller: &Caller,
    patient: PersonId,
) -> Result<Result<Opening, &'static str>, AppError> {
    let (on, at) = (house.db().reader(), house.now());
    let Some(row) = sessions::find(on, read.session).await?.filter(|row| row.ended_at.is_none()) else {
        return Ok(Err("session_ended"));
    };
    let enrolled = facts::reader(on, read.reader, at).await?;
    if enrolled.is_none_or(|reader| reader.institution != row.institution) {
        return Ok(Err("foreign"));
    }
    // Between request and card a minute may pass: certificate, revocation, register and line are asked again.
    let judged = match house.judge_session(&row, caller, at).await? {
        Ok(judged) => judged,
        Err("idle" | "absolute") => return Ok(Err("session_ended")),
        Err(reason) => return Ok(Err(reason)),
    };
    let session = Session {
        id: row.id,
        person: row.person,
        institution: row.institution,
        role: judged.role,
        test_level: row.test_level,
        started_at: row.started_at,
        valid_until: row.ends_at,
        credential_not_after: judged.examined.holder.not_after,
        source: caller.source,
        idle_seconds: judged.idle_seconds,
        form_token: Withheld::new(String::new()),
        caller: caller.clone(),
    };
    let question = Question {
        asker: session.asker(),
        operation: Operation::View,
        items: ItemSet::from(renkei_participation::Item::BasicInformation),
        patient: Some(patient),
        zone: Zone::Professional,
        purpose: Purpose::OpenByCard,
        at,
        override_reason_given: false,
    };
    let loaded = load(house, &session, Some(patient), None, at).await.unwrap_or_default();
    let crosses_region = match (&loaded.consent, &loaded.institution) {
        (Some(consent), Some(institution)) => consent.home_region != institution.region,
        _ => false,
    };
    let until = house.regulation().at(at).and_then(|in_force| card_visit_ends(&in_force, at));
    let Some(until) = until else { return Ok(Err(Reason::PolicyUnavailable.code())) };
    Ok(match answer(house, question, &loaded, actor(&session), PermitKind::CardRead) {
        Ok(permit) => Ok(Opening { permit, until, crosses_region }),
        Err(denied) => Err(denied.reason().code()),
    })
}
