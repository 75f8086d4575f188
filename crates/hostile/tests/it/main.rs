//! Everything a fuzzer ever found, and what every decoder begins with, replayed on stable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on says so")]

mod replay;
