//! Card readers as the server sees them: the protocol, the rule of nonces, the hub of connections.
//!
//! Three layers, each of which can be read alone: [`wire`] says what is written and signed, [`nonces`] is the pure rule
//! of when an answer counts, [`hub`] keeps the connections and hands verified answers to the use case. `socket` is the
//! WebSocket beneath.

pub mod hub;
pub mod nonces;
pub mod ports;
mod socket;
pub mod state;
pub mod wire;

pub use hub::{Hub, HubSettings, ReaderHub, Timing};
pub use ports::{
    CardReadSink, ProofLevel, ReadAnswer, ReadRefused, ReadUnreadable, ReaderKeys, ReaderNotice, ReaderSettings,
    Refusal, Unreadable,
};
pub use socket::{PATH, router};
pub use state::{ReadOutcome, ReaderState, RequestRefused, Requested};
