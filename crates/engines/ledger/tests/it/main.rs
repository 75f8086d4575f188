//! Integration tests of the trail; every scene runs on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "scenes and helpers of tests")]

mod archives;
mod attacks;
mod crashes;
mod notes;
mod only_here;
mod proofs;
mod recording;
mod rotation;
mod scene;
mod sequencing;
