//! One event, as it will stand in the trail for years.
//!
//! Who, from where, when, whose data, what act, on what permission, how it ended (audit-log.md section 3). There is
//! no place for a name, a text somebody typed or a clinical value: every field is an id, a code, a number or a hash.
//! What the permit knows is written from the permit itself, so that an entry cannot claim another permission than
//! the one that opened the data.

use crate::canonical::{Value, escaped};
use crate::ledger::Stamp;
use crate::name::{Action, EventName, Outcome};
use crate::{Error, Ledger};
use renkei_access::{Actor, Permit, Purpose, Subject, Zone};
use renkei_kernel::limits::TRAIL_ENTRY_MAX_BYTES;
use renkei_kernel::{EventId, PersonId, Timestamp};
use std::net::IpAddr;
use uuid::Uuid;

/// Version of the entry's form.
const FORM: i64 = 1;
/// Details one event may carry.
const DETAILS_MAX: usize = 32;

/// A detail's value. Codes are reduced to printable ASCII and cut; there is no kind for free text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detail {
    Code(String),
    Codes(Vec<String>),
    /// Kept within ±(2⁵³ − 1).
    Number(i64),
    Id(Uuid),
    /// A keyed hash, never a plain one of content: that would be a fingerprint of a deleted patient.
    Hash([u8; 32]),
}

impl From<i64> for Detail {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}
impl From<&str> for Detail {
    fn from(code: &str) -> Self {
        Self::Code(code.to_owned())
    }
}
impl From<[u8; 32]> for Detail {
    fn from(hash: [u8; 32]) -> Self {
        Self::Hash(hash)
    }
}
impl From<Uuid> for Detail {
    fn from(id: Uuid) -> Self {
        Self::Id(id)
    }
}

impl Detail {
    fn value(&self) -> Value {
        match self {
            Self::Code(code) => Value::text(escaped(code)),
            Self::Codes(codes) => Value::List(codes.iter().map(|code| Value::text(escaped(code))).collect()),
            Self::Number(number) => Value::number(*number),
            Self::Id(id) => Value::text(id.to_string()),
            Self::Hash(hash) => Value::text(hex::encode(hash)),
        }
    }
}

/// What was acted on, when it is more than the patient's items: an entry, a message, a definition.
#[derive(Debug, Clone, Copy)]
struct Object {
    class: &'static str,
    id: Option<Uuid>,
    version_hash: Option<[u8; 32]>,
}

/// Made by [`Ledger::event`], which stamps id and time; completed by the words below; written by [`crate::record`]
/// and its siblings. The same event is written once: a second time is refused by its id.
#[derive(Debug, Clone)]
pub struct Event {
    pub(crate) stamp: Stamp,
    name: EventName,
    action: Action,
    outcome: Outcome,
    actor: Option<Actor>,
    certificate: Option<[u8; 32]>,
    method: Option<&'static str>,
    on_behalf_of: Option<PersonId>,
    patient: Option<PersonId>,
    object: Option<Object>,
    purpose: Option<Purpose>,
    peer: Option<IpAddr>,
    listener: Option<Zone>,
    correlation: Option<Uuid>,
    detail: Vec<(&'static str, Detail)>,
}

impl Event {
    pub(crate) fn new(stamp: Stamp, name: EventName) -> Self {
        Self {
            stamp,
            name,
            action: name.usual_action(),
            outcome: Outcome::Success,
            actor: None,
            certificate: None,
            method: None,
            on_behalf_of: None,
            patient: None,
            object: None,
            purpose: None,
            peer: None,
            listener: None,
            correlation: None,
            detail: Vec::new(),
        }
    }

    pub fn id(&self) -> EventId {
        self.stamp.id
    }
    pub fn at(&self) -> Timestamp {
        self.stamp.at
    }
    pub fn name(&self) -> EventName {
        self.name
    }
    /// Name and outcome: what monitoring counts.
    pub(crate) fn kind(&self) -> (EventName, Outcome) {
        (self.name, self.outcome)
    }
    #[must_use]
    pub fn action(mut self, action: Action) -> Self {
        self.action = action;
        self
    }
    /// Success unless said otherwise.
    #[must_use]
    pub fn outcome(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }
    /// Who acted; with a permit its actor is written instead.
    #[must_use]
    pub fn actor(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }
    /// SHA-256 of the certificate that was presented, and how it was judged to be the actor's.
    #[must_use]
    pub fn certificate(mut self, sha256: [u8; 32]) -> Self {
        self.certificate = Some(sha256);
        self
    }
    /// How the actor proved to be the actor: `certificate`, `device_key`, `console` …
    #[must_use]
    pub fn method(mut self, method: &'static str) -> Self {
        self.method = Some(method);
        self
    }
    #[must_use]
    pub fn on_behalf_of(mut self, person: PersonId) -> Self {
        self.on_behalf_of = Some(person);
        self
    }
    /// Whose data, for events without a permit. With a permit it must be the permit's patient.
    #[must_use]
    pub fn patient(mut self, patient: PersonId) -> Self {
        self.patient = Some(patient);
        self
    }
    /// The thing acted on; `class` is a literal such as `"entry"` or `"matrix"`.
    #[must_use]
    pub fn object(mut self, class: &'static str, id: impl Into<Uuid>) -> Self {
        let version_hash = self.object.and_then(|object| object.version_hash);
        self.object = Some(Object { class, id: Some(id.into()), version_hash });
        self
    }
    /// A thing without an id of its own.
    #[must_use]
    pub fn object_class(mut self, class: &'static str) -> Self {
        let (id, version_hash) = self.object.map_or((None, None), |object| (object.id, object.version_hash));
        self.object = Some(Object { class, id, version_hash });
        self
    }
    /// Keyed hash of the version acted on.
    #[must_use]
    pub fn version_hash(mut self, hash: [u8; 32]) -> Self {
        let (class, id) = self.object.map_or(("object", None), |object| (object.class, object.id));
        self.object = Some(Object { class, id, version_hash: Some(hash) });
        self
    }
    #[must_use]
    pub fn purpose(mut self, purpose: Purpose) -> Self {
        self.purpose = Some(purpose);
        self
    }
    /// The other end of the connection.
    #[must_use]
    pub fn peer(mut self, peer: IpAddr) -> Self {
        self.peer = Some(peer);
        self
    }
    /// The entrance, for events without a permit.
    #[must_use]
    pub fn listener(mut self, zone: Zone) -> Self {
        self.listener = Some(zone);
        self
    }
    /// The operation number shown to the person.
    #[must_use]
    pub fn correlation(mut self, id: impl Into<Uuid>) -> Self {
        self.correlation = Some(id.into());
        self
    }
    /// One more detail; a key given twice keeps the last value, and only the first 32 keys are kept.
    #[must_use]
    pub fn detail(mut self, key: &'static str, value: impl Into<Detail>) -> Self {
        self.detail.retain(|(other, _)| *other != key);
        if self.detail.len() < DETAILS_MAX {
            self.detail.push((key, value.into()));
        }
        self
    }

    /// Patient, time and name as they stand beside the entry for finding it.
    pub(crate) fn patient_written(&self, permit: Option<&Permit>) -> Option<PersonId> {
        permit.and_then(Permit::patient).or(self.patient)
    }

    /// The canonical bytes; refuses an entry above the bound, so that the act with it fails (case 11).
    pub(crate) fn canonical(&self, permit: Option<&Permit>) -> Result<Vec<u8>, Error> {
        if let (Some(own), Some(permits)) = (self.patient, permit.and_then(Permit::patient))
            && own != permits
        {
            return Err(Error::NotThePermitsPatient);
        }
        let mut members = vec![
            ("v", Value::number(FORM)),
            ("id", Value::text(self.stamp.id.to_string())),
            ("t", Value::text(self.stamp.at.to_rfc3339())),
            ("t_quality", self.stamp.quality_value()),
            ("src", Value::text(escaped(&self.stamp.source))),
            ("event", Value::text(self.name.code())),
            ("action", Value::text(self.action.letter())),
            ("outcome", Value::number(self.outcome.number())),
        ];
        if let Some(actor) = permit.map(Permit::actor).or(self.actor) {
            members.push(("actor", self.actor_value(actor)));
        }
        if let Some(person) = self.on_behalf_of {
            members.push(("onbehalf", Value::text(person.to_string())));
        }
        if let Some(patient) = self.patient_written(permit) {
            members.push(("patient", Value::text(patient.to_string())));
        }
        if let Some(object) = self.object {
            members.push(("object", object_value(object)));
        }
        if let Some(permit) = permit {
            members.push(("permission", permission_value(permit)));
        }
        if let Some(purpose) = permit.map(Permit::purpose).or(self.purpose) {
            members.push(("purpose", Value::text(purpose.code())));
        }
        let mut net = Vec::new();
        if let Some(peer) = self.peer {
            net.push(("peer", Value::text(peer.to_string())));
        }
        if let Some(zone) = permit.map(Permit::zone).or(self.listener) {
            net.push(("listener", Value::text(zone.code())));
        }
        if !net.is_empty() {
            members.push(("net", Value::Object(net)));
        }
        if let Some(id) = self.correlation {
            members.push(("corr", Value::text(id.to_string())));
        }
        if !self.detail.is_empty() {
            let detail = self.detail.iter().map(|(key, value)| (*key, value.value())).collect();
            members.push(("detail", Value::Object(detail)));
        }
        let mut bytes = Vec::with_capacity(768);
        Value::Object(members).write(&mut bytes);
        if bytes.len() > TRAIL_ENTRY_MAX_BYTES {
            return Err(Error::TooLarge { bytes: bytes.len() });
        }
        Ok(bytes)
    }

    fn actor_value(&self, actor: Actor) -> Value {
        let mut members = Vec::with_capacity(6);
        match actor {
            Actor::Person { person, role, institution, session } => {
                members.push(("kind", Value::text("person")));
                members.push(("id", Value::text(person.to_string())));
                members.push(("role", Value::text(role.code())));
                if let Some(institution) = institution {
                    members.push(("inst", Value::text(institution.to_string())));
                }
                if let Some(session) = session {
                    members.push(("session", Value::text(session.to_string())));
                }
            }
            Actor::Machine { institution } => {
                members.push(("kind", Value::text("machine")));
                members.push(("inst", Value::text(institution.to_string())));
            }
            Actor::Reader { reader, institution } => {
                members.push(("kind", Value::text("reader")));
                members.push(("id", Value::text(reader.to_string())));
                members.push(("inst", Value::text(institution.to_string())));
            }
            Actor::Unknown => members.push(("kind", Value::text("unknown"))),
            Actor::Installation => members.push(("kind", Value::text("installation"))),
        }
        if let Some(certificate) = self.certificate {
            members.push(("cert_sha256", Value::text(hex::encode(certificate))));
        }
        if let Some(method) = self.method {
            members.push(("method", Value::text(escaped(method))));
        }
        Value::Object(members)
    }
}

fn object_value(object: Object) -> Value {
    let mut members = vec![("class", Value::text(escaped(object.class)))];
    if let Some(id) = object.id {
        members.push(("id", Value::text(id.to_string())));
    }
    if let Some(hash) = object.version_hash {
        members.push(("version_hash", Value::text(hex::encode(hash))));
    }
    Value::Object(members)
}

/// The decision: which items, why allowed, by which grant, by which matrix, until when.
fn permission_value(permit: &Permit) -> Value {
    let mut members = vec![
        ("decision", Value::text(permit.decision_id().to_string())),
        ("kind", Value::text(permit.kind().code())),
        ("operation", Value::text(permit.operation().code())),
        ("items", Value::List(permit.items().iter().map(|item| Value::text(item.code())).collect())),
        ("because", Value::List(permit.because().iter().map(|reason| Value::text(reason.code())).collect())),
    ];
    if permit.until() != Timestamp::MAX {
        members.push(("until", Value::text(permit.until().to_rfc3339())));
    }
    match permit.subject() {
        Subject::Chart { chart, institution, .. } => {
            members.push(("chart", Value::text(chart.to_string())));
            members.push(("subject_inst", Value::text(institution.to_string())));
        }
        Subject::Institution(institution) => members.push(("subject_inst", Value::text(institution.to_string()))),
        Subject::Patient(_) | Subject::Installation => {}
    }
    if let Some(used) = permit.grant() {
        members.push(("grant", Value::text(used.grant.to_string())));
        members.push(("grant_kind", Value::text(used.kind.code())));
    }
    if let Some(version) = permit.matrix_version() {
        members.push(("matrix", Value::number(i64::from(version))));
    }
    if let Some(batch) = permit.batch() {
        members.push(("batch", Value::text(batch.to_string())));
    }
    Value::Object(members)
}

impl Ledger {
    /// A new event, stamped now. Make it outside the act's closure and capture it: a repeated act then writes the
    /// same event.
    pub fn event(&self, name: EventName) -> Event {
        Event::new(self.stamp(), name)
    }
}
