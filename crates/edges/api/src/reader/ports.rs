//! What the hub needs from outside and what it hands on: device keys in, verified answers out.
//!
//! Separate so that the hub can be built, tested and read without the use cases behind it.

use crate::card::IdForm;
use crate::reader::wire::{DeviceState, ReadFault};
use futures::future::BoxFuture;
use renkei_kernel::{CardReadId, ReaderId, Timestamp};
use renkei_participation::{CardId, CardRefusal};
use std::net::IpAddr;

/// Worth of the proof that a card was there (patient-card.md, section 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProofLevel {
    /// Level 0: a keyboard-type reader; anybody could have typed it.
    Unproven,
    /// Level 1: an enrolled reader saw a card with this identifier.
    ReaderSaw,
}

impl ProofLevel {
    pub fn number(self) -> i16 {
        match self {
            Self::Unproven => 0,
            Self::ReaderSaw => 1,
        }
    }
}

/// A live read: signed by the enrolled device, for a request that waited, with its nonce, in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadAnswer {
    pub reader: ReaderId,
    pub read: CardReadId,
    /// `Debug` shows the last four digits only.
    pub card: CardId,
    pub level: ProofLevel,
    /// When the server had it.
    pub at: Timestamp,
}

/// Why a message of an agent is not a live read. The word goes into the trail, never to the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// The nonce was used before, or never given.
    Replay,
    /// The nonce's life was over.
    Expired,
    /// Not signed by the device.
    Signature,
    /// Names another reader, or carries another reader's nonce.
    Foreign,
    /// Names another request than the nonce belongs to.
    WrongRead,
    /// No such reader is enrolled any more.
    NotEnrolled,
    /// The connection comes from no line of the reader's institution.
    Line,
    /// Not a message of this protocol.
    Malformed,
    /// More messages than an agent may send.
    TooMany,
}

impl Refusal {
    pub fn code(self) -> &'static str {
        match self {
            Self::Replay => "replay",
            Self::Expired => "expired",
            Self::Signature => "signature",
            Self::Foreign => "foreign",
            Self::WrongRead => "wrong_read",
            Self::NotEnrolled => "not_enrolled",
            Self::Line => "source_mismatch",
            Self::Malformed => "malformed",
            Self::TooMany => "too_many",
        }
    }
}

/// A message that was refused; the request it may name goes on waiting for the true answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadRefused {
    /// The reader whose connection it came through.
    pub reader: ReaderId,
    pub read: Option<CardReadId>,
    pub reason: Refusal,
    pub at: Timestamp,
}

/// A genuine answer that yields no identifier: the request is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadUnreadable {
    pub reader: ReaderId,
    pub read: CardReadId,
    pub reason: Unreadable,
    pub at: Timestamp,
}

/// Why a genuine answer yields no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unreadable {
    /// A keyboard-type reader where none is allowed.
    WedgeRefused,
    /// The identifier is unfit: random, not unique, blank, of wrong form.
    Card(CardRefusal),
    /// The reader itself could not read.
    Fault(ReadFault),
}

impl Unreadable {
    pub fn code(self) -> &'static str {
        match self {
            Self::WedgeRefused => "wedge_refused",
            Self::Card(refusal) => refusal.code(),
            Self::Fault(fault) => fault.code(),
        }
    }
}

/// What happened at a reader beside reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReaderNotice {
    Connected {
        reader: ReaderId,
        version: String,
        replaced: bool,
        at: Timestamp,
    },
    Disconnected {
        reader: ReaderId,
        at: Timestamp,
    },
    /// Somebody claimed to be this reader and could not prove it; `attempts` claims of that source since the last
    /// notice, which comes at most once a minute.
    ClaimRefused {
        reader: ReaderId,
        reason: Refusal,
        attempts: u64,
        at: Timestamp,
    },
    CardRemoved {
        reader: ReaderId,
        at: Timestamp,
    },
    Device {
        reader: ReaderId,
        state: DeviceState,
        at: Timestamp,
    },
}

/// Takes what comes from readers; implemented over the use cases of cards and visits.
pub trait CardReadSink: Send + Sync {
    /// A live read. The answer to the terminal follows from what the use case stores, not from a return value.
    fn answered(&self, answer: ReadAnswer) -> BoxFuture<'_, ()>;
    /// A genuine answer without a usable identifier.
    fn unreadable(&self, unreadable: ReadUnreadable) -> BoxFuture<'_, ()>;
    /// A message that is not a genuine answer to anything that waits.
    fn refused(&self, refused: ReadRefused) -> BoxFuture<'_, ()>;
    /// Connections, removals, device states.
    fn noticed(&self, _notice: ReaderNotice) -> BoxFuture<'_, ()> {
        Box::pin(async {})
    }
}

/// How a reader is set by the operator.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReaderSettings {
    /// Keyboard-type reading, off unless an operator switched it on for the institution.
    pub keyboard_allowed: bool,
    pub form: IdForm,
}

/// Knows the enrolled readers.
pub trait ReaderKeys: Send + Sync {
    /// The Ed25519 public key of a reader that is enrolled at this moment.
    fn device_key(&self, reader: ReaderId) -> BoxFuture<'_, Option<[u8; 32]>>;
    /// Whether a connection from `source` comes from a line of the institution the reader stands at.
    fn line_fits(&self, reader: ReaderId, source: Option<IpAddr>) -> BoxFuture<'_, bool>;
    /// Its settings; the strict ones unless the operator said otherwise.
    fn settings(&self, _reader: ReaderId) -> BoxFuture<'_, ReaderSettings> {
        Box::pin(async { ReaderSettings::default() })
    }
}
