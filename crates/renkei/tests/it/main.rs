//! The program as an operator meets it: real processes, real sockets on loopback, the commands of the guide.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod day;
mod process;
mod roles;
