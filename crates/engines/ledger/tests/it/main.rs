//! Integration tests of the trail; every scene runs on SQLite and on PostgreSQL.

mod attacks;
mod notes;
mod only_here;
mod proofs;
mod recording;
mod scene;
mod sequencing;
