//! The hub: which readers are connected, what they are asked, and what becomes of their answers.
//!
//! Separate from the socket beneath so that every refusal can be tested without a network. All state is in memory
//! and dies with the process: a read that waited then is asked for again, which is what a person would do anyway.

use crate::card;
use crate::limits::{
    ENDED_READS_MAX, MESSAGES_MAX, MESSAGES_WINDOW, OUTBOX_MAX, REQUESTS_PER_MINUTE_MAX, VERSION_MAX_CHARS,
};
use crate::limits::{HEARTBEAT, IDENTIFY_WITHIN, SILENCE_MAX};
use crate::reader::nonces::{Nonces, Waiting};
use crate::reader::ports::{
    CardReadSink, ProofLevel, ReadAnswer, ReadRefused, ReadUnreadable, ReaderKeys, ReaderNotice, Refusal, Unreadable,
};
use crate::reader::state::{ReadOutcome, ReaderState, RequestRefused, Requested};
use crate::reader::wire::{
    CardMessage, DeviceState, Farewell, FromAgent, Means, Nonce, ReadFault, Signature, ToAgent, identify_bytes,
    is_signed_by,
};
use futures::future::BoxFuture;
use renkei_kernel::logs::SECURITY;
use renkei_kernel::{CardReadId, Ids, ReaderId, Steady, Timestamp};
use renkei_net::zone::EventThrottle;
use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

const MINUTE: Duration = Duration::from_secs(60);

/// What a hub is made of.
#[derive(Clone)]
pub struct HubSettings {
    /// The name under which agents know this server; part of everything they sign.
    pub server_name: String,
    pub keys: Arc<dyn ReaderKeys>,
    pub sink: Arc<dyn CardReadSink>,
    pub ids: Ids,
    pub timing: Timing,
}

/// Times of a connection; the defaults are those of [`crate::limits`].
#[derive(Debug, Clone, Copy)]
pub struct Timing {
    pub identify_within: Duration,
    pub heartbeat: Duration,
    pub silence: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        Self { identify_within: IDENTIFY_WITHIN, heartbeat: HEARTBEAT, silence: SILENCE_MAX }
    }
}

/// What pages and use cases may ask of readers. No function takes a card's number: none can be typed.
pub trait ReaderHub: Send + Sync {
    /// Sends a fresh nonce for `read` down the reader's connection. The life of the nonce is sixty seconds, or until
    /// `until` if that is sooner. A read that still waits there is given up.
    fn request_read(&self, reader: ReaderId, read: CardReadId, until: Timestamp) -> Result<Requested, RequestRefused>;
    /// Waits until the read ended, at most `within`.
    fn wait(&self, read: CardReadId, within: Duration) -> BoxFuture<'_, ReadOutcome>;
    /// Nobody waits for this read any more.
    fn give_up(&self, read: CardReadId);
    fn reader_state(&self, reader: ReaderId) -> ReaderState;
}

/// The hub of one process.
pub struct Hub {
    settings: HubSettings,
    inner: Mutex<Inner>,
}

#[derive(Default)]
struct Inner {
    nonces: Nonces,
    lines: HashMap<ReaderId, Line>,
    last_line: u64,
    last_seen: HashMap<ReaderId, Timestamp>,
    asked: HashMap<ReaderId, (Steady, u32)>,
    heard: HashMap<ReaderId, (Steady, u32)>,
    claims: EventThrottle,
    outcomes: HashMap<CardReadId, watch::Sender<Option<ReadOutcome>>>,
    ended_order: VecDeque<CardReadId>,
}

struct Line {
    number: u64,
    outbox: mpsc::Sender<ToAgent>,
    since: Timestamp,
    version: String,
    device: DeviceState,
    drift_seconds: Option<i64>,
    source: Option<IpAddr>,
}

/// An accepted connection, as the socket holds it.
#[derive(Debug)]
pub(crate) struct Accepted {
    pub line: LineId,
    pub outbox: mpsc::Receiver<ToAgent>,
}

/// One connection of one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LineId {
    pub reader: ReaderId,
    number: u64,
}

impl Inner {
    fn finish(&mut self, read: CardReadId, outcome: ReadOutcome) {
        let Some(sender) = self.outcomes.get(&read) else { return };
        if sender.send_replace(Some(outcome)).is_none() {
            self.ended_order.push_back(read);
        }
        while self.ended_order.len() > ENDED_READS_MAX {
            if let Some(oldest) = self.ended_order.pop_front() {
                self.outcomes.remove(&oldest);
            }
        }
    }
    fn sweep(&mut self, now: Timestamp) {
        for (_, read) in self.nonces.sweep(now) {
            self.finish(read, ReadOutcome::Expired);
        }
    }
    fn line(&self, id: LineId) -> Option<&Line> {
        self.lines.get(&id.reader).filter(|line| line.number == id.number)
    }
    fn line_mut(&mut self, id: LineId) -> Option<&mut Line> {
        self.lines.get_mut(&id.reader).filter(|line| line.number == id.number)
    }
    /// Puts a message into a reader's outbox; `false` when there is no connection that takes it.
    fn send(&self, reader: ReaderId, message: ToAgent) -> bool {
        self.lines.get(&reader).is_some_and(|line| line.outbox.try_send(message).is_ok())
    }
    /// Counted by a steady clock: a wall clock that is set must neither lengthen the minute nor begin it anew.
    fn may_ask(&mut self, reader: ReaderId, now: Steady) -> Result<(), RequestRefused> {
        let asked = self.asked.entry(reader).or_insert((now, 0));
        if now.since(asked.0) >= MINUTE {
            *asked = (now, 0);
        }
        asked.1 = asked.1.saturating_add(1);
        if asked.1 <= REQUESTS_PER_MINUTE_MAX {
            return Ok(());
        }
        Err(RequestRefused::TooMany { again_in: MINUTE.saturating_sub(now.since(asked.0)) })
    }
}

fn read_message(waiting: &Waiting, now: Timestamp) -> ToAgent {
    ToAgent::Read {
        read: waiting.read,
        nonce: waiting.nonce,
        expires: waiting.expires_at.to_rfc3339(),
        seconds: u64::try_from(waiting.expires_at.seconds_since(now)).unwrap_or(0),
    }
}

impl Hub {
    pub fn new(settings: HubSettings) -> Arc<Self> {
        Arc::new(Self { settings, inner: Mutex::default() })
    }

    /// Readers whose agents are connected.
    pub fn connected(&self) -> Vec<ReaderId> {
        let mut readers: Vec<_> = self.inner().lines.keys().copied().collect();
        readers.sort();
        readers
    }

    /// Says farewell to every agent; they come back to whoever answers next.
    pub fn close(&self) {
        let mut inner = self.inner();
        for (_, line) in inner.lines.drain() {
            let _full_or_gone = line.outbox.try_send(ToAgent::Bye { reason: Farewell::Closing });
        }
    }

    pub(crate) fn settings(&self) -> &HubSettings {
        &self.settings
    }
    pub(crate) fn fresh_nonce(&self) -> Nonce {
        Nonce(self.settings.ids.token())
    }
    fn now(&self) -> Timestamp {
        self.settings.ids.now()
    }
    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A caller claims to be `reader`. On success the older connection of the same reader ends, and a read that waits
    /// there is asked for again with a new nonce.
    pub(crate) async fn accept(
        &self,
        hello: &Nonce,
        reader: ReaderId,
        version: &str,
        signature: &Signature,
        source: Option<IpAddr>,
    ) -> Result<Accepted, Refusal> {
        let key = self.settings.keys.device_key(reader).await.ok_or(Refusal::NotEnrolled)?;
        let signed = identify_bytes(&self.settings.server_name, hello, reader, version);
        if !is_signed_by(&key, &signed, signature) {
            return Err(Refusal::Signature);
        }
        if !self.settings.keys.line_fits(reader, source).await {
            return Err(Refusal::Line);
        }
        let version: String = version.chars().filter(|c| !c.is_control()).take(VERSION_MAX_CHARS).collect();
        let (nonce, now) = (self.fresh_nonce(), self.now());
        let (outbox, receiver) = mpsc::channel(OUTBOX_MAX);
        let (line, replaced) = {
            let mut inner = self.inner();
            inner.last_line += 1;
            let line = LineId { reader, number: inner.last_line };
            let (since, device) = (now, DeviceState::Absent);
            let new = Line {
                number: line.number,
                outbox,
                since,
                version: version.clone(),
                device,
                drift_seconds: None,
                source,
            };
            let before = inner.lines.insert(reader, new);
            if let Some(before) = &before {
                let _full_or_gone = before.outbox.try_send(ToAgent::Bye { reason: Farewell::Replaced });
            }
            inner.last_seen.insert(reader, now);
            let silence_seconds = self.settings.timing.silence.as_secs();
            inner.send(reader, ToAgent::Welcome { silence_seconds });
            if let Some(waiting) = inner.nonces.renew(reader, nonce, now) {
                inner.send(reader, read_message(&waiting, now));
            }
            (line, before.is_some())
        };
        self.settings.sink.noticed(ReaderNotice::Connected { reader, version, replaced, at: now }).await;
        Ok(Accepted { line, outbox: receiver })
    }

    /// Notes a claim that was not proved. The id is the caller's invention, so sources are counted, not ids.
    pub(crate) async fn claim_refused(&self, reader: ReaderId, reason: Refusal, source: Option<IpAddr>) {
        let at = self.now();
        let attempt = self.inner().claims.attempt(source, self.settings.ids.steady());
        if let Some((_, attempts)) = attempt {
            let code = reason.code();
            tracing::warn!(target: SECURITY, { reader.id = %reader, reader.reason = code }, "a claim to be reader {reader} was refused: {code}");
            let notice = ReaderNotice::ClaimRefused { reader, reason, attempts, at };
            self.settings.sink.noticed(notice).await;
        }
    }

    /// Whether an accepted agent may send one more message now; counted over all its connections.
    pub(crate) fn may_speak(&self, reader: ReaderId) -> bool {
        let now = self.settings.ids.steady();
        let mut inner = self.inner();
        let heard = inner.heard.entry(reader).or_insert((now, 0));
        if now.since(heard.0) > MESSAGES_WINDOW {
            *heard = (now, 0);
        }
        heard.1 = heard.1.saturating_add(1);
        heard.1 <= MESSAGES_MAX
    }

    /// A connection ended.
    pub(crate) async fn left(&self, line: LineId) {
        let was_current = {
            let mut inner = self.inner();
            let current = inner.line(line).is_some();
            if current {
                inner.lines.remove(&line.reader);
            }
            current
        };
        if was_current {
            let notice = ReaderNotice::Disconnected { reader: line.reader, at: self.now() };
            self.settings.sink.noticed(notice).await;
        }
    }

    /// A sign of life.
    pub(crate) fn alive(&self, line: LineId) {
        let now = self.now();
        let mut inner = self.inner();
        if inner.line(line).is_some() {
            inner.last_seen.insert(line.reader, now);
        }
    }

    /// A message of an accepted agent. An error is the word with which its connection ends.
    pub(crate) async fn receive(&self, line: LineId, message: FromAgent) -> Result<(), Farewell> {
        if self.inner().line(line).is_none() {
            return Err(Farewell::Replaced);
        }
        self.alive(line);
        let (reader, at) = (line.reader, self.now());
        match message {
            FromAgent::Identify { .. } => Err(Farewell::Malformed),
            FromAgent::Card(message) => self.card(line, message).await,
            FromAgent::Failed { read, fault } => {
                self.failed(reader, read, fault).await;
                Ok(())
            }
            FromAgent::Removed => {
                self.device(line, DeviceState::Ready);
                self.settings.sink.noticed(ReaderNotice::CardRemoved { reader, at }).await;
                Ok(())
            }
            FromAgent::Device { state } => {
                self.device(line, state);
                self.settings.sink.noticed(ReaderNotice::Device { reader, state, at }).await;
                Ok(())
            }
        }
    }

    /// Reports a message that could not even be read, or one too many.
    pub(crate) async fn refuse(&self, reader: ReaderId, read: Option<CardReadId>, reason: Refusal) {
        let at = self.now();
        self.settings.sink.refused(ReadRefused { reader, read, reason, at }).await;
    }

    fn device(&self, line: LineId, state: DeviceState) {
        if let Some(line) = self.inner().line_mut(line) {
            line.device = state;
        }
    }

    async fn card(&self, line: LineId, message: CardMessage) -> Result<(), Farewell> {
        let (reader, read) = (line.reader, message.read);
        if message.reader != reader {
            self.refuse(reader, Some(read), Refusal::Foreign).await;
            return Ok(());
        }
        // Asked for each answer: a reader whose enrolment ended is out at once, not at its next connection.
        let Some(key) = self.settings.keys.device_key(reader).await else {
            self.refuse(reader, Some(read), Refusal::NotEnrolled).await;
            return Err(Farewell::NotAccepted);
        };
        let source = self.inner().line(line).and_then(|line| line.source);
        if !self.settings.keys.line_fits(reader, source).await {
            self.refuse(reader, Some(read), Refusal::Line).await;
            return Err(Farewell::NotAccepted);
        }
        if !is_signed_by(&key, &message.signed_bytes(&self.settings.server_name), &message.signature) {
            self.refuse(reader, Some(read), Refusal::Signature).await;
            return Ok(());
        }
        let now = self.now();
        let used = {
            let mut inner = self.inner();
            let drift = message.agent_time().map(|agent| now.seconds_since(agent));
            if let Some(line) = inner.line_mut(line) {
                line.drift_seconds = drift;
            }
            let used = inner.nonces.use_up(reader, read, &message.nonce, now);
            if used == Err(Refusal::Expired) {
                inner.finish(read, ReadOutcome::Expired);
            }
            used
        };
        if let Err(reason) = used {
            self.refuse(reader, Some(read), reason).await;
            return Ok(());
        }
        let settings = self.settings.keys.settings(reader).await;
        let level = match message.means {
            Means::Contactless => ProofLevel::ReaderSaw,
            Means::Keyboard if settings.keyboard_allowed => ProofLevel::Unproven,
            Means::Keyboard => {
                self.unreadable(reader, read, Unreadable::WedgeRefused).await;
                return Ok(());
            }
        };
        match card::normalise(&message.kind, &message.id, &settings.form) {
            Err(refusal) => self.unreadable(reader, read, Unreadable::Card(refusal)).await,
            Ok(card) => {
                self.settings.sink.answered(ReadAnswer { reader, read, card, level, at: now }).await;
                self.over(reader, read, ReadOutcome::Answered);
            }
        }
        Ok(())
    }

    /// The reader says that it could not read; only the read that waits there can end by that.
    async fn failed(&self, reader: ReaderId, read: CardReadId, fault: ReadFault) {
        let ended = {
            let mut inner = self.inner();
            let waits = inner.nonces.waiting(reader).is_some_and(|waiting| waiting.read == read);
            waits && inner.nonces.give_up(read).is_some()
        };
        match fault {
            _ if !ended => {}
            // No card is no refusal: the request simply was not met in its time.
            ReadFault::NoCard => self.over(reader, read, ReadOutcome::Expired),
            _ => self.unreadable(reader, read, Unreadable::Fault(fault)).await,
        }
    }

    async fn unreadable(&self, reader: ReaderId, read: CardReadId, reason: Unreadable) {
        let at = self.now();
        self.settings.sink.unreadable(ReadUnreadable { reader, read, reason, at }).await;
        self.over(reader, read, ReadOutcome::Unreadable(reason));
    }

    fn over(&self, reader: ReaderId, read: CardReadId, outcome: ReadOutcome) {
        let mut inner = self.inner();
        inner.finish(read, outcome);
        inner.send(reader, ToAgent::Done { read });
    }
}

impl ReaderHub for Hub {
    fn request_read(&self, reader: ReaderId, read: CardReadId, until: Timestamp) -> Result<Requested, RequestRefused> {
        let (nonce, now) = (self.fresh_nonce(), self.now());
        let mut inner = self.inner();
        inner.sweep(now);
        let device = inner.lines.get(&reader).map(|line| line.device).ok_or(RequestRefused::NotConnected)?;
        if !device.works() {
            return Err(RequestRefused::NotWorking);
        }
        inner.may_ask(reader, self.settings.ids.steady())?;
        let (waiting, replaced) = inner.nonces.give(reader, read, nonce, now, until);
        if let Some(replaced) = replaced {
            inner.finish(replaced, ReadOutcome::GivenUp);
        }
        if !inner.send(reader, read_message(&waiting, now)) {
            inner.nonces.give_up(read);
            return Err(RequestRefused::NotConnected);
        }
        inner.outcomes.entry(read).or_insert_with(|| watch::Sender::new(None));
        Ok(Requested { expires_at: waiting.expires_at, replaced })
    }

    fn wait(&self, read: CardReadId, within: Duration) -> BoxFuture<'_, ReadOutcome> {
        Box::pin(async move {
            let patience = Instant::now() + within;
            let watched = self.inner().outcomes.get(&read).map(watch::Sender::subscribe);
            let Some(mut ended) = watched else { return ReadOutcome::Unknown };
            loop {
                self.inner().sweep(self.now());
                if let Some(outcome) = *ended.borrow_and_update() {
                    return outcome;
                }
                if Instant::now() >= patience {
                    return ReadOutcome::StillWaiting;
                }
                // The house's clock may be turned by hand, so its passing is looked at now and then.
                let look_again = patience.min(Instant::now() + Duration::from_millis(200));
                let _changed_or_look = tokio::time::timeout_at(look_again, ended.changed()).await;
            }
        })
    }

    fn give_up(&self, read: CardReadId) {
        let mut inner = self.inner();
        if let Some(reader) = inner.nonces.give_up(read) {
            inner.finish(read, ReadOutcome::GivenUp);
            inner.send(reader, ToAgent::Cancel { read });
        }
    }

    fn reader_state(&self, reader: ReaderId) -> ReaderState {
        let now = self.now();
        let mut inner = self.inner();
        inner.sweep(now);
        let line = inner.lines.get(&reader);
        ReaderState {
            connected_since: line.map(|line| line.since),
            last_seen: inner.last_seen.get(&reader).copied(),
            version: line.map(|line| line.version.clone()),
            device: line.map(|line| line.device),
            drift_seconds: line.and_then(|line| line.drift_seconds),
            waiting: inner.nonces.waiting(reader).is_some(),
        }
    }
}

impl std::fmt::Debug for Hub {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hub")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_kernel::{SeededEntropy, SettableClock};

    #[test]
    fn the_next_minute_begins_anew() {
        let clock = Arc::new(SettableClock::frozen(Timestamp::from_seconds(0)));
        let ids = Ids::new(clock.clone(), Arc::new(SeededEntropy::new(1)));
        let (mut inner, reader) = (Inner::default(), ids.next());
        assert!((0..REQUESTS_PER_MINUTE_MAX).all(|_| inner.may_ask(reader, ids.steady()).is_ok()));
        clock.advance_seconds(20);
        let again_in = Duration::from_secs(40);
        assert_eq!(inner.may_ask(reader, ids.steady()), Err(RequestRefused::TooMany { again_in }));
        clock.advance_seconds(40);
        assert!(inner.may_ask(reader, ids.steady()).is_ok());
    }
}
