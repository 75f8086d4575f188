//! Card readers as the server sees them: the protocol, the rule of nonces, the hub of connections.
//!
//! Three layers, each of which can be read alone: [`wire`] says what is written and signed, [`nonces`] is the pure rule
//! of when an answer counts, [`hub`] keeps the connections and hands verified answers to the use case. `socket` is the
//! WebSocket beneath.

pub mod hub;
pub mod nonces;
pub mod ports;
mod socket;
pub mod wire;

pub use hub::{Hub, HubSettings, ReadOutcome, ReaderHub, ReaderState, RequestRefused, Requested, Timing};
pub use ports::{
    CardReadSink, ProofLevel, ReadAnswer, ReadRefused, ReadUnreadable, ReaderKeys, ReaderNotice, ReaderSettings,
    Refusal,
};
pub use socket::{PATH, router};
