//! The walls of the house, read from its own manifests and sources.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on says so")]

mod floors;
mod gate;
mod licences;
mod pages;
