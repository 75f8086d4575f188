//! Storages on disk, taken in by the small world of the testkit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod hostile;
mod storages;
mod watch;
