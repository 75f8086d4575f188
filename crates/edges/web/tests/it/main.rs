//! The pages as a reader gets them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail loudly")]

mod from_records;
mod record;
mod rules;
mod scene;
mod snapshots;
mod walk;
