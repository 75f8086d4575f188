//! The machine entrance: what programs speak with an installation, beginning with the card readers' agents.
//!
//! Separate from pages because nothing here has a session or a screen: an agent proves its device key, a server's
//! nonce goes down its connection, a signed answer comes back (patient-card.md, section 3). The use case behind an
//! answer is handed in as a trait, so this crate decides nothing about patients.

pub mod agent;
pub mod card;
pub mod health;
pub mod limits;
pub mod reader;
