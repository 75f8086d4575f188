//! The decision seen from outside: regulation files, the decision table, reading entries, laws that hold for all inputs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests stop where a scene is wrong")]

mod auditor;
mod decision_table;
mod entries;
mod laws;
mod regulation;
mod scene;
