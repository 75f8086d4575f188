//! Integration tests of the fictional region.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod chooser;
mod on_pages;
mod read_back;
mod register;
mod support;
mod written_storages;
