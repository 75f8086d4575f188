//! Integration tests of the database engine; every scene runs on SQLite and on PostgreSQL.

mod acts;
mod migrations;
mod sqlite_only;
