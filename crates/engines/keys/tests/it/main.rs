//! Integration tests of keys and sealing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "scenes and helpers of tests")]

mod files;
mod rotation;
mod scene;
mod sealing;
