//! The pages as a reader gets them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail loudly")]

mod attacks;
mod authorisation;
mod browser;
mod from_records;
mod hidden;
mod late;
mod quiet;
mod reader;
mod record;
mod rules;
mod scene;
mod snapshots;
mod walk;
