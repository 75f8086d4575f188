//! Entrances over real sockets on loopback, with certificates of a fictional authority.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod bounds;
mod console;
mod floods;
mod handshake;
mod hosts;
mod http2;
mod monitor;
mod scene;
mod zones;
