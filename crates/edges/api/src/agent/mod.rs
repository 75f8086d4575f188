//! The reader agent at an institution: one outgoing connection, nothing that listens (patient-card.md, section 3).
//!
//! Separate from the server's side although the program is the same: this part runs on a PC at a desk, holds one key
//! of its own, and knows a card only for as long as it takes to answer.

pub mod desk;
mod device;
mod file;
mod key;
mod pretend;
mod run;

pub use device::{CardReader, CardSeen, ReaderChange};
pub use file::{AgentFile, AgentFileError, Prepared};
pub use key::{DeviceKey, KeyError};
pub use pretend::{PretendHandle, PretendReader};
pub use run::{AgentEnd, AgentSettings, AgentState, Backoff, run_agent};
