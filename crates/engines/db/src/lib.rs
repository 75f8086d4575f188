//! The one door to the relational database: SQLite on one machine, PostgreSQL for a region that outgrew it.
//!
//! Separate from `store` because the key store and the trail need the same guarantees: every write is an *act* (a
//! repeatable closure) that is committed as a whole or leaves nothing, and nobody outside this crate opens, begins or
//! commits anything. On SQLite one writer takes whatever acts wait and commits them together; on PostgreSQL each act
//! is a serialisable transaction that is repeated when the engine asks for it (architecture, section 4 *Writing*).

mod bulk;
mod database;
mod error;
mod lease;
mod migrate;
pub mod moving;
mod postgres;
mod schema;
mod settings;
mod sqlite;
#[cfg(feature = "testing")]
pub mod testing;
mod tx;

pub use bulk::{Column, Holds};
pub use database::{Database, Snapshot};
pub use error::{Cause, Error};
pub use futures::future::BoxFuture;
pub use lease::in_use;
pub use migrate::{Migration, migrations_applied};
pub use schema::{Schema, Table};
pub use sea_orm;
pub use settings::{Engine, Settings};
pub use tx::{Isolation, Tx};
