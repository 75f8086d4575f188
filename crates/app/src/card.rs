//! A card is touched: request, answer, grant (R-8.2.4-ア; patient-card.md sections 3 and 6).
//!
//! The reader's agent has proved its key and the server's nonce before anything arrives here. What remains: is this
//! the answer to a request that waits, whose card is it, and does the decision allow this institution to open a visit.
//! Every refusal looks the same to the terminal; the true reason is in the trail and at the desk.

use crate::error::{AppError, Refusal};
use crate::house::House;
use crate::session::{Caller, Session};
use crate::{events, facts, gate};
use renkei_access::{Actor, GrantKind};
use renkei_kernel::limits::{CARD_CLOCK_BACK_SECONDS, CARD_NONCE_SECONDS};
use renkei_kernel::{
    CardReadId, Category, EventId, GrantId, InstitutionId, PersonId, ReaderId, SessionId, Timestamp, Withheld,
};
use renkei_ledger::Event;
use renkei_participation::{CardState, Role};
use renkei_store::card_reads::{self, CardRead, CardReadState};
use renkei_store::grants::{self, Grant};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

/// Who asked for the reads that wait, as the connection said: the certificate is judged again when the card arrives. In
/// memory like the readers' nonces, and as short-lived: what a restart forgets is asked for again. One entry a session,
/// so that nobody's many requests push out another's.
#[derive(Debug, Default)]
pub(crate) struct AskedFrom {
    sessions: HashMap<SessionId, (Caller, Role, Timestamp)>,
}

impl AskedFrom {
    fn asked(&mut self, session: &Session, expires_at: Timestamp, now: Timestamp) {
        self.sessions.retain(|_, (_, _, until)| *until >= now);
        self.sessions.insert(session.id, (session.caller.clone(), session.role, expires_at));
    }
    fn of(&self, session: SessionId) -> Option<(Caller, Role)> {
        self.sessions.get(&session).map(|(caller, role, _)| (caller.clone(), *role))
    }
}

/// The connection of one reader's agent, as pages show it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderState {
    /// Its agent is connected.
    Ready,
    /// Its agent is connected but says that the device does not work.
    Faulty,
    /// No agent is connected.
    Away,
}

/// Why a reader was not asked for a read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAsked {
    /// No agent is connected.
    Away,
    /// Its agent says that the device does not work.
    Faulty,
    /// It was asked too often within a minute.
    TooMany { again_in: Duration },
}

impl From<NotAsked> for AppError {
    fn from(reason: NotAsked) -> Self {
        let stopped = |code| Refusal { category: Category::Stopped, code, reference: None };
        match reason {
            NotAsked::Away => stopped("reader_away").into(),
            NotAsked::Faulty => stopped("reader_faulty").into(),
            NotAsked::TooMany { again_in } => {
                let refusal = Refusal { category: Category::TooMany, code: "reader_too_many", reference: None };
                Self::NotYet { refusal, again_in }
            }
        }
    }
}

/// The readers' connections, outside this crate.
pub trait CardReaders: Send + Sync {
    /// Sends a fresh nonce for this request down the reader's connection.
    fn request(&self, reader: ReaderId, read: CardReadId, expires_at: Timestamp) -> Result<(), NotAsked>;
    fn state(&self, reader: ReaderId) -> ReaderState;
    /// What is known of the reader's agent, for whoever sets it up.
    fn line(&self, _reader: ReaderId) -> ReaderLine {
        ReaderLine::default()
    }
}

/// What is known of a reader's agent. Nothing of cards or people.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReaderLine {
    /// Last sign of life, also of a connection that is gone; `None` when there was none since the server started.
    pub last_seen: Option<Timestamp>,
    /// Version of the agent, while connected.
    pub version: Option<String>,
    /// Whether a device is plugged in there, while connected.
    pub device_there: Option<bool>,
    /// Server's clock minus the agent's in seconds, at its last answer.
    pub drift_seconds: Option<i64>,
}

/// What an agent answered, after its signature and nonce were found genuine.
#[derive(Debug, Clone)]
pub struct CardAnswer {
    pub read: CardReadId,
    pub reader: ReaderId,
    /// `felica:012E4CE17A3B5C6D`
    pub card: Withheld<String>,
    /// Worth of the proof (patient-card.md section 5).
    pub level: i16,
}

/// A reader of the session's institution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderView {
    pub id: ReaderId,
    pub place: String,
    pub state: ReaderState,
}

/// Where a request stands, for the page that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardReadOutcome {
    Waiting {
        until: Timestamp,
    },
    Opened(GrantId),
    /// One answer for every cause.
    Refused(Refusal),
}

impl House {
    /// Enrolled readers of an institution, with their places and connections.
    pub async fn readers_of(&self, institution: InstitutionId) -> Result<Vec<ReaderView>, AppError> {
        let (on, now) = (self.db().reader(), self.now());
        let mut views = Vec::new();
        for reader in facts::readers(on, institution, now).await? {
            let place = self.reader_place(Some(reader.reader)).await?;
            let state = self.readers().map_or(ReaderState::Away, |hub| hub.state(reader.reader));
            views.push(ReaderView { id: reader.reader, place: place.unwrap_or_default(), state });
        }
        views.sort_by(|a, b| a.place.cmp(&b.place));
        Ok(views)
    }

    /// The readers of the session's institution with what is known of their agents, for the page that helps to set them
    /// up.
    pub async fn reader_lines(&self, session: &Session) -> Result<Vec<(ReaderView, ReaderLine)>, AppError> {
        let views = self.readers_of(session.institution).await?;
        let line = |id| self.readers().map_or_else(ReaderLine::default, |hub| hub.line(id));
        Ok(views.into_iter().map(|view| (view.clone(), line(view.id))).collect())
    }

    /// The public key of a reader's device, for the machine entrance.
    pub async fn reader_device_key(&self, reader: ReaderId) -> Result<Option<[u8; 32]>, AppError> {
        let found = facts::reader(self.db().reader(), reader, self.now()).await?;
        Ok(found.and_then(|found| found.device_key))
    }

    /// Asks a reader of the session's institution for a live read.
    pub async fn request_card_read(&self, session: &Session, reader: ReaderId) -> Result<CardReadId, AppError> {
        let (on, now) = (self.db().reader(), self.now());
        let enrolled = facts::reader(on, reader, now).await?.filter(|r| r.institution == session.institution);
        if enrolled.is_none() {
            let event = events::foreign_named(self, session, "reader", reader.into(), None);
            self.record_denial(event, events::actor(session)).await?;
            return Err(Refusal { category: Category::NotFound, code: "reader_unknown", reference: None }.into());
        }
        if let Some((closed, again_in)) = self.guesses_closed(reader, session.person) {
            renkei_ledger::record_alone(self.db(), events::reader_closed(self, session, reader, closed.code())).await?;
            let refusal = Refusal { category: Category::TooMany, code: "reader_closed", reference: None };
            return Err(AppError::NotYet { refusal, again_in });
        }
        let id: CardReadId = self.ids().next();
        let event = events::card_asked(self, session, id, reader);
        let row = CardRead {
            id,
            reader,
            institution: session.institution,
            session: session.id,
            person: session.person,
            requested_at: now,
            expires_at: now.plus_seconds(CARD_NONCE_SECONDS),
            state: CardReadState::Waiting,
            event: Some(event.id()),
        };
        let expires_at = row.expires_at;
        self.db()
            .act(move |tx| {
                let (row, event) = (row.clone(), event.clone());
                Box::pin(async move {
                    card_reads::request(tx, &row).await?;
                    renkei_ledger::record_plain(tx, &event).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        self.asked_from().lock().unwrap_or_else(PoisonError::into_inner).asked(session, expires_at, now);
        self.readers().ok_or(NotAsked::Away)?.request(reader, id, expires_at)?;
        Ok(id)
    }

    /// Where a request of this session stands. Another session's request is nobody's.
    pub async fn card_read_outcome(&self, session: &Session, read: CardReadId) -> Result<CardReadOutcome, AppError> {
        let row = card_reads::find(self.db().reader(), read).await?.filter(|row| row.session == session.id);
        let Some(row) = row else {
            return Err(Refusal { category: Category::NotFound, code: "not_found", reference: None }.into());
        };
        let refused = |event: Option<EventId>, code: &'static str, category: Category| {
            CardReadOutcome::Refused(Refusal { category, code, reference: event })
        };
        Ok(match row.state {
            CardReadState::Opened(grant) => CardReadOutcome::Opened(grant),
            CardReadState::Refused => refused(row.event, "card_refused", Category::NotAllowed),
            CardReadState::Waiting if waits(&row, self.now()) => CardReadOutcome::Waiting { until: row.expires_at },
            CardReadState::Waiting | CardReadState::Expired => {
                refused(row.event, "card_not_seen", Category::NotAllowed)
            }
        })
    }

    fn asker_of(&self, session: SessionId) -> Option<(Caller, Role)> {
        self.asked_from().lock().unwrap_or_else(PoisonError::into_inner).of(session)
    }

    /// An agent answered a request with a genuine signature and nonce.
    pub async fn card_answered(&self, answer: CardAnswer) -> Result<(), AppError> {
        let (on, now) = (self.db().reader(), self.now());
        let Some(row) = card_reads::find(on, answer.read).await? else {
            return self.card_refused_at(answer.reader, None, "replay").await;
        };
        if row.reader != answer.reader {
            return self.card_refused_at(answer.reader, Some(answer.read), "foreign").await;
        }
        if row.state != CardReadState::Waiting || !waits(&row, now) {
            return self.card_refused_at(answer.reader, Some(answer.read), "replay").await;
        }
        let known = facts::card(on, self.card_hash(answer.card.reveal()), now).await?;
        let (patient, state) = match known {
            Some(found) => found,
            None => return self.card_read_refused(&row, None, "unknown").await,
        };
        let reason = match state {
            CardState::Active => None,
            other => Some(other.code()),
        };
        if let Some(reason) = reason {
            return self.card_read_refused(&row, Some(patient), reason).await;
        }
        let Some((caller, _)) = self.asker_of(row.session) else {
            return self.card_read_refused(&row, Some(patient), "session_ended").await;
        };
        match gate::open_by_card(self, &row, &caller, patient).await? {
            Ok(opening) => self.open_visit(&row, patient, answer.level, opening).await,
            Err(reason) => self.card_read_refused(&row, Some(patient), reason).await,
        }
    }

    async fn open_visit(
        &self,
        row: &CardRead,
        patient: PersonId,
        level: i16,
        opening: gate::Opening,
    ) -> Result<(), AppError> {
        let now = self.now();
        let kind = facts::grant_kind_number(GrantKind::Card);
        let (row, house, fresh) = (row.clone(), self.clone(), self.ids().next());
        let (permit, until, crosses_region) = (Arc::new(opening.permit), opening.until, opening.crosses_region);
        self.db()
            .act(move |tx| {
                let (row, house, permit) = (row.clone(), house.clone(), permit.clone());
                Box::pin(async move {
                    // Looked up inside the act: two answers at once must meet in one visit.
                    let open = grants::open_of_institution(tx.connection(), row.institution, now).await?;
                    let standing = open.into_iter().find(|grant| grant.patient == patient && grant.kind == kind);
                    let grant = standing.as_ref().map_or(fresh, |grant| grant.id);
                    let read = events::card_read(&house, row.id, row.reader);
                    let opened = CardReadState::Opened(grant);
                    if !card_reads::answer(tx, row.id, opened, None, read.id(), now).await? {
                        // Another answer came first; this one opens nothing.
                        return Ok::<_, AppError>(());
                    }
                    renkei_ledger::record(tx, &permit, &read).await?;
                    if standing.is_none() {
                        renkei_ledger::record(tx, &permit, &events::grant_opened(&house, grant, level)).await?;
                        let grant = Grant {
                            id: grant,
                            institution: row.institution,
                            patient,
                            kind,
                            level,
                            opened_by: row.person,
                            reader: Some(row.reader),
                            opened_at: now,
                            until,
                            closed_at: None,
                        };
                        grants::open(tx, &grant, now).await?;
                    }
                    if crosses_region {
                        renkei_ledger::record(tx, &permit, &events::cross_region(&house, grant)).await?;
                    }
                    Ok(())
                })
            })
            .await
    }

    /// A genuine answer that opens nothing: the request ends with the one refusal.
    async fn card_read_refused(
        &self,
        row: &CardRead,
        patient: Option<PersonId>,
        reason: &'static str,
    ) -> Result<(), AppError> {
        let alarm = self.asker_of(row.session).and_then(|(_, role)| {
            let (institution, session) = (Some(row.institution), Some(row.session));
            self.denied_once_more(row.person, Actor::Person { person: row.person, role, institution, session })
        });
        self.card_read_ended(row, patient, reason, alarm).await
    }

    /// The request ends without a visit; `alarm` is recorded with it.
    async fn card_read_ended(
        &self,
        row: &CardRead,
        patient: Option<PersonId>,
        reason: &'static str,
        alarm: Option<Event>,
    ) -> Result<(), AppError> {
        let event = events::card_refused(self, Some(row.id), row.reader, row.institution, patient, reason);
        let (id, now) = (row.id, self.now());
        let is_first = self
            .db()
            .act(move |tx| {
                let (event, alarm) = (event.clone(), alarm.clone());
                Box::pin(async move {
                    let refused = CardReadState::Refused;
                    let is_first = card_reads::answer(tx, id, refused, Some(reason), event.id(), now).await?;
                    if is_first {
                        renkei_ledger::record_plain(tx, &event).await?;
                    }
                    if let Some(alarm) = &alarm {
                        renkei_ledger::record_plain(tx, alarm).await?;
                    }
                    Ok::<_, AppError>(is_first)
                })
            })
            .await?;
        if is_first {
            self.guessed_once_more(row.reader, row.person);
        }
        Ok(())
    }

    /// A message of an agent that is not a genuine answer to anything that waits (`replay`, `expired`, `signature`,
    /// `foreign`, `wedge_refused` …): noted, nothing else. A request it names goes on waiting for the true answer.
    pub async fn card_refused_at(
        &self,
        reader: ReaderId,
        read: Option<CardReadId>,
        reason: &'static str,
    ) -> Result<(), AppError> {
        let institution = facts::reader(self.db().reader(), reader, self.now()).await?.map(|found| found.institution);
        let institution = institution.unwrap_or(InstitutionId(uuid::Uuid::nil()));
        let event = events::card_refused(self, read, reader, institution, None, reason);
        renkei_ledger::record_alone(self.db(), event).await?;
        Ok(())
    }

    /// The reader could not read a card it was shown (two cards, a phone, removed too early): the request ends.
    pub async fn card_unreadable(
        &self,
        reader: ReaderId,
        read: CardReadId,
        reason: &'static str,
    ) -> Result<(), AppError> {
        let row = card_reads::find(self.db().reader(), read).await?;
        match row.filter(|row| row.reader == reader && row.state == CardReadState::Waiting) {
            // A slip of the hand at the reader: nobody was refused anything.
            Some(row) => self.card_read_ended(&row, None, reason, None).await,
            None => self.card_refused_at(reader, Some(read), "replay").await,
        }
    }
}

/// Whether an answer counts at `now`: not after the nonce's end, and not before its beginning, where a clock that was
/// set back would let it live longer.
fn waits(row: &CardRead, now: Timestamp) -> bool {
    row.requested_at <= now.plus_seconds(CARD_CLOCK_BACK_SECONDS) && now <= row.expires_at
}

impl House {
    /// Whether a connection of a reader's agent comes from a registered line of the institution the reader stands at: a
    /// stolen device key serves nowhere else (patient-card.md section 4).
    pub async fn reader_line_fits(&self, reader: ReaderId, source: Option<IpAddr>) -> Result<bool, AppError> {
        let (on, now) = (self.db().reader(), self.now());
        let (Some(enrolled), Some(source)) = (facts::reader(on, reader, now).await?, source) else { return Ok(false) };
        let institution = facts::institution(on, enrolled.institution, Some(source), now).await?;
        Ok(institution.is_some_and(|institution| institution.source_matches))
    }

    /// Whether an operator switched keyboard-type reading on for a reader (an exception; level 0).
    pub async fn reader_keyboard_allowed(&self, reader: ReaderId) -> Result<bool, AppError> {
        let found = facts::reader(self.db().reader(), reader, self.now()).await?;
        Ok(found.is_some_and(|found| found.keyboard_allowed))
    }
}
