//! Listeners: each entrance of the house with its own socket, trust and router (architecture, section 8).
//!
//! Separate from pages and APIs since what is decided here is decided before any credential is judged: which zone a
//! connection belongs to, which protocol versions are spoken, whether a certificate is asked for, and that whoever
//! shows one holds its key. What a connection is worth is written into [`ConnectionFacts`], from the socket and the
//! handshake alone; nothing a caller can put into a header changes it (R-6.5.2-ア).

mod answer;
pub mod client;
mod connection;
#[cfg(unix)]
pub mod console;
mod counters;
mod der;
mod entrance;
mod error;
mod hosts;
mod identity;
mod listener;
mod monitor;
mod possession;
mod redirect;
mod rules;
mod tls;
pub mod zone;

pub use answer::without_claims;
#[cfg(unix)]
pub use console::{Console, RunningConsole};
pub use counters::{Counters, Counts};
pub use entrance::{ConnectionFacts, ConnectionId, Entrance, Peer, TlsVersion};
pub use error::NetError;
pub use hosts::Hosts;
pub use identity::{Identity, RootHints};
pub use listener::{Listener, Running};
pub use monitor::{Monitor, RunningMonitor};
pub use redirect::{Redirect, RunningRedirect, redirect_to};
pub use rules::{Fault, FaultPage, Rules};
pub use tls::{ClientCertificates, Versions};
