//! The register file, read as a whole.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests stop where a scene is wrong")]

mod register_file;
