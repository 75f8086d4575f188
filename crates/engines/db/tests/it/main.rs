//! Integration tests of the database engine; every scene runs on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "scenes and helpers of tests")]

mod acts;
mod bulk;
mod migrations;
mod postgres_only;
mod sqlite_only;
