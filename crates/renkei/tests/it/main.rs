//! The real program, driven from outside: child processes of the built `renkei`, real sockets on loopback; used as the
//! guide says, killed, starved and doubled.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "scenes fail loudly")]

mod day;
mod full_disk;
mod installation;
mod migrate;
mod process;
mod roles;
mod torn;
mod two_programs;
mod upgrade;
