//! The agents' protocol over real TLS sockets, with an injected clock.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod attacks;
mod floods;
mod health;
mod lines;
mod scene;
mod walk;
