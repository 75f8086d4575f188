//! The trail's events of each use case: ids, codes and counts, never a name or a value.

use crate::gate::Denied;
use crate::house::House;
use crate::instance::InstanceKind;
use crate::keys::RotationEnd;
use crate::load_register::LoadSummary;
use crate::session::{Caller, Session};
use renkei_access::{Actor, Purpose, Zone};
use renkei_kernel::{BatchId, CardReadId, EventId, GrantId, InstitutionId, PersonId, ReaderId};
use renkei_ledger::{ArchiveSpan, Archived, Detail, Event, EventName, Outcome};
use renkei_store::batches::Counts;
use renkei_store::sessions::SessionRow;

pub(crate) fn actor(session: &Session) -> Actor {
    Actor::Person {
        person: session.person,
        role: session.role,
        institution: Some(session.institution),
        session: Some(session.id),
    }
}

fn from(event: Event, caller: &Caller) -> Event {
    let event = event.listener(Zone::Professional);
    match caller.source {
        Some(source) => event.peer(source),
        None => event,
    }
}

fn by(event: Event, session: &Session) -> Event {
    let event = event.actor(actor(session)).listener(Zone::Professional);
    match session.source {
        Some(source) => event.peer(source),
        None => event,
    }
}

pub(crate) fn auth_success(house: &House, session: &Session, fingerprint: &[u8; 32], caller: &Caller) -> Event {
    let event = house.ledger().event(EventName::AuthSuccess).actor(actor(session)).certificate(*fingerprint);
    let event = if session.test_level { event.detail("trust", "test") } else { event };
    from(event.method("certificate"), caller)
}

/// A refused sign-in. `fingerprint` when the certificate could be read at all.
pub(crate) fn auth_failure(house: &House, reason: &str, fingerprint: Option<[u8; 32]>, caller: &Caller) -> Event {
    let event = house.ledger().event(EventName::AuthFailure).outcome(Outcome::Minor).actor(Actor::Unknown);
    let event = match fingerprint {
        Some(fingerprint) => event.certificate(fingerprint),
        None => event,
    };
    from(event.detail("reason", reason), caller)
}

pub(crate) fn zone_denied(house: &House, zone: Zone, source: Option<std::net::IpAddr>, attempts: u64) -> Event {
    let event = house.ledger().event(EventName::AuthZoneDenied).outcome(Outcome::Minor).actor(Actor::Unknown);
    let attempts = i64::try_from(attempts).unwrap_or(i64::MAX);
    let event = event.listener(zone).detail("reason", "zone").detail("attempts", attempts);
    match source {
        Some(source) => event.peer(source),
        None => event,
    }
}

pub(crate) fn session_ended(house: &House, row: &SessionRow, reason: &str, caller: &Caller) -> Event {
    let event = house.ledger().event(EventName::AuthEnded).object("session", row.id).detail("reason", reason);
    let event = event.detail("person", row.person.0);
    // A cookie used with another certificate or at another entrance is not an ordinary end.
    from(if reason == "bound_elsewhere" { event.outcome(Outcome::Serious) } else { event }, caller)
}

pub(crate) fn signed_out(house: &House, session: &Session, caller: &Caller) -> Event {
    let event = house.ledger().event(EventName::AuthEnded).actor(actor(session));
    from(event.object("session", session.id).detail("reason", "signed_out"), caller)
}

pub(crate) fn access_granted(house: &House, session: &Session, section: &'static str) -> Event {
    // The list of open visits names patients without opening a record: a use of their grants.
    let name = if section == "start" { EventName::GrantUsed } else { EventName::AccessGranted };
    let event = house.ledger().event(name).detail("section", section);
    match session.source {
        Some(source) => event.peer(source),
        None => event,
    }
}

/// A record leaves the house: on paper, or into a file.
pub(crate) fn record_exported(house: &House, session: &Session, format: &'static str) -> Event {
    let event = house.ledger().event(EventName::RecordExported).detail("format", format);
    match session.source {
        Some(source) => event.peer(source),
        None => event,
    }
}

pub(crate) fn access_denied(house: &House, session: &Session, denied: &Denied, grant: Option<GrantId>) -> Event {
    let mut event = house
        .ledger()
        .event(EventName::AccessDenied)
        .outcome(Outcome::Minor)
        .purpose(denied.question.purpose)
        .detail("reason", denied.reason().code())
        .detail("operation", denied.question.operation.code());
    if let Some(patient) = denied.question.patient {
        event = event.patient(patient);
    }
    if let Some(grant) = grant {
        event = event.object("grant", grant);
    }
    by(event, session)
}

/// One person was refused too often within the window (R-F1-3.3B-4).
pub(crate) fn misuse_suspected(house: &House, actor: Actor) -> Event {
    let refusals = i64::try_from(renkei_kernel::limits::DENIALS_MAX).unwrap_or(i64::MAX);
    house
        .ledger()
        .event(EventName::MisuseSuspected)
        .outcome(Outcome::Serious)
        .actor(actor)
        .listener(Zone::Professional)
        .detail("reason", "refusals")
        .detail("refusals", refusals)
        .detail("window_seconds", renkei_kernel::limits::DENIALS_WINDOW_SECONDS)
}

/// Something of another institution was named: a reader, a visit. It is answered as if it were not there.
pub(crate) fn foreign_named(
    house: &House,
    session: &Session,
    class: &'static str,
    id: uuid::Uuid,
    patient: Option<PersonId>,
) -> Event {
    let event = house.ledger().event(EventName::AccessDenied).outcome(Outcome::Minor).object(class, id);
    let event = match patient {
        Some(patient) => event.patient(patient),
        None => event,
    };
    by(event.detail("reason", "foreign"), session)
}

pub(crate) fn card_asked(house: &House, session: &Session, read: CardReadId, reader: ReaderId) -> Event {
    let event = house.ledger().event(EventName::CardAsked).object("card_read", read).detail("reader", reader.0);
    by(event, session)
}

/// Too many refused cards at a reader, or of one person: the function is closed for a while (R-8.2.4-ア). `counted` is
/// `reader` or `person`.
pub(crate) fn reader_closed(house: &House, session: &Session, reader: ReaderId, counted: &'static str) -> Event {
    let event = house.ledger().event(EventName::ReaderClosed).outcome(Outcome::Serious).detail("counted", counted);
    by(event.object("reader", reader), session)
}

pub(crate) fn card_refused(
    house: &House,
    read: Option<CardReadId>,
    reader: ReaderId,
    institution: InstitutionId,
    patient: Option<PersonId>,
    reason: &str,
) -> Event {
    let mut event = house
        .ledger()
        .event(EventName::CardRefused)
        .outcome(if matches!(reason, "replay" | "signature" | "foreign") { Outcome::Serious } else { Outcome::Minor })
        .actor(Actor::Reader { reader, institution })
        .method("device_key")
        .listener(Zone::Machine)
        .purpose(Purpose::OpenByCard)
        .detail("reason", reason);
    if let Some(read) = read {
        event = event.object("card_read", read);
    }
    if let Some(patient) = patient {
        event = event.patient(patient);
    }
    event
}

pub(crate) fn card_read(house: &House, read: CardReadId, reader: ReaderId) -> Event {
    house.ledger().event(EventName::CardRead).object("card_read", read).detail("reader", reader.0).method("device_key")
}

pub(crate) fn grant_opened(house: &House, grant: GrantId, level: i16) -> Event {
    house.ledger().event(EventName::GrantOpened).object("grant", grant).detail("level", i64::from(level))
}

pub(crate) fn cross_region(house: &House, grant: GrantId) -> Event {
    house.ledger().event(EventName::ExchangeCrossRegion).object("grant", grant)
}

pub(crate) fn grant_closed(house: &House, session: &Session, grant: GrantId, patient: PersonId) -> Event {
    by(house.ledger().event(EventName::GrantClosed).object("grant", grant).patient(patient), session)
}

pub(crate) fn register_loaded(house: &House, summary: &LoadSummary) -> Event {
    let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    house
        .ledger()
        .event(EventName::RegisterLoaded)
        .detail("added", number(summary.added))
        .detail("changed", number(summary.changed))
        .detail("ended", number(summary.ended))
}

/// What became of a consent: given, changed or withdrawn.
pub(crate) fn consent_recorded(house: &House, name: EventName, person: PersonId, batch: BatchId) -> Event {
    house.ledger().event(name).actor(Actor::Installation).patient(person).detail("batch", batch.0)
}

pub(crate) fn regulation_enacted(house: &House, kind: &'static str, version: i64, hash: [u8; 32]) -> Event {
    let name = if kind == "rights-matrix" { EventName::MatrixEnacted } else { EventName::RegulationEnacted };
    // The regulation is public, so its hash may be a plain one.
    house.ledger().event(name).object_class(kind).version_hash(hash).detail("version", version)
}

pub(crate) fn record_stored(house: &House, message: renkei_kernel::MessageId) -> Event {
    house.ledger().event(EventName::RecordStored).object("message", message)
}

pub(crate) fn record_condition(house: &House, message: renkei_kernel::MessageId, withdrawn: bool) -> Event {
    let name = if withdrawn { EventName::RecordWithdrawn } else { EventName::RecordSuperseded };
    house.ledger().event(name).object("message", message)
}

pub(crate) fn record_refused(house: &House, institution: InstitutionId, batch: BatchId, cause: &str) -> Event {
    house
        .ledger()
        .event(EventName::RecordRefused)
        .outcome(Outcome::Minor)
        .actor(Actor::Machine { institution })
        .detail("reason", cause)
        .detail("batch", batch.0)
}

pub(crate) fn record_quarantined(house: &House, message: renkei_kernel::MessageId, cause: &str) -> Event {
    house
        .ledger()
        .event(EventName::RecordQuarantined)
        .outcome(Outcome::Minor)
        .object("message", message)
        .detail("reason", cause)
}

/// A chart's projection took in what its import brought.
pub(crate) fn record_folded(house: &House) -> Event {
    house.ledger().event(EventName::JobRan).object_class("projection").detail("job", "fold")
}

pub(crate) fn record_rebuilt(house: &House) -> Event {
    house.ledger().event(EventName::RecordRebuilt).object_class("projection")
}

/// Messages decoded anew from their originals took the place of what was stored.
pub(crate) fn record_remapped(house: &House, messages: usize) -> Event {
    let count = i64::try_from(messages).unwrap_or(i64::MAX);
    house.ledger().event(EventName::RecordRebuilt).object_class("message").detail("remapped", count)
}

pub(crate) fn import_started(house: &House, institution: InstitutionId, batch: BatchId) -> Event {
    let event = house.ledger().event(EventName::ImportStarted).actor(Actor::Machine { institution });
    event.purpose(Purpose::Registration).detail("batch", batch.0)
}

/// `to_the_end`: the storage was read to its end; otherwise the run failed on its way.
pub(crate) fn import_ended(
    house: &House,
    institution: InstitutionId,
    batch: BatchId,
    counts: Counts,
    to_the_end: bool,
) -> Event {
    let event = house
        .ledger()
        .event(EventName::ImportEnded)
        .actor(Actor::Machine { institution })
        .purpose(Purpose::Registration)
        .detail("batch", batch.0)
        .detail("stored", counts.stored)
        .detail("unchanged", counts.unchanged)
        .detail("superseded", counts.superseded)
        .detail("refused", counts.refused)
        .detail("quarantined", counts.quarantined);
    if to_the_end { event } else { event.outcome(Outcome::Serious).detail("reason", "failed") }
}

pub(crate) fn service(house: &House, started: bool) -> Event {
    let name = if started { EventName::SystemStart } else { EventName::SystemStop };
    house.ledger().event(name).actor(Actor::Installation).detail("version", env!("CARGO_PKG_VERSION"))
}

/// Somebody is looked for: by what beside the name, and under which key (a keyed hash), never the name.
pub(crate) fn patient_searched(house: &House, by: Vec<String>, key: [u8; 32]) -> Event {
    let event = house.ledger().event(EventName::PatientSearched).method("console");
    event.detail("by", Detail::Codes(by)).detail("key", key)
}

/// One of those who were found is shown.
pub(crate) fn patient_shown(house: &House, patient: PersonId, search: EventId) -> Event {
    let event = house.ledger().event(EventName::PatientSearched).actor(Actor::Installation).listener(Zone::Console);
    event.method("console").patient(patient).correlation(search).detail("stage", "shown")
}

pub(crate) fn identities_indexed(house: &House, people: usize) -> Event {
    let count = i64::try_from(people).unwrap_or(i64::MAX);
    house.ledger().event(EventName::IdentityIndexed).object_class("search_key").detail("people", count)
}

/// What this installation is, at its first start (R-X-19).
pub(crate) fn instance_initialised(house: &House, kind: InstanceKind) -> Event {
    house.ledger().event(EventName::InstanceInitialised).object_class("instance").detail("kind", kind.code())
}

fn trail_span(event: Event, span: ArchiveSpan) -> Event {
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    event.object_class("trail").detail("first", number(span.first)).detail("end", number(span.end))
}

/// A span of the trail is about to be read for an archive.
pub(crate) fn trail_exported(house: &House, span: ArchiveSpan) -> Event {
    trail_span(house.ledger().event(EventName::LedgerExported).method("console"), span)
}

/// It lies outside and was verified. The digest names the archive as a whole; it covers hashes, nobody's data.
pub(crate) fn log_archived(house: &House, archived: &Archived) -> Event {
    let event = house.ledger().event(EventName::LogArchived).actor(Actor::Installation).method("console");
    let event = trail_span(event, archived.span).detail("root", archived.root.as_str());
    event.detail("archive", archived.digest).listener(Zone::Console)
}

fn key_event(house: &House, before: [u8; 8], state: &str) -> Event {
    let event = house.ledger().event(EventName::KeyRotated).actor(Actor::Installation).method("console");
    let event = event.object_class("installation_key").detail("state", state);
    event.detail("key_before", hex::encode(before).as_str())
}

pub(crate) fn key_rotation_begun(house: &House, before: [u8; 8]) -> Event {
    key_event(house, before, "begun")
}

pub(crate) fn key_rotated(
    house: &House,
    end: RotationEnd,
    before: [u8; 8],
    after: [u8; 8],
    wrapped: Option<u64>,
) -> Event {
    let event = key_event(house, before, end.code()).detail("key_after", hex::encode(after).as_str());
    let event = match wrapped {
        Some(wrapped) => event.detail("wrapped", i64::try_from(wrapped).unwrap_or(i64::MAX)),
        None => event,
    };
    if end == RotationEnd::CutShort { event.outcome(Outcome::Minor) } else { event }
}
