//! The agent as a desk has it: the real program, a real PC/SC service with a virtual reader, cards played over the
//! reader's wire, and the server's real hub over TLS.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod desk;
mod odd_cards;
mod readers;
mod service;
mod virtual_card;
mod visits;
