//! The real program, driven from outside: child processes of the built `renkei`, killed, starved and doubled.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "scenes fail loudly")]

mod full_disk;
mod installation;
mod migrate;
mod torn;
mod two_programs;
