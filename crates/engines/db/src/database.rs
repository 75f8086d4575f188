//! The database as the rest of the house sees it: open, act, read, close.

use crate::lease::Lease;
use crate::settings::{Place, Settings};
use crate::sqlite::{self, Writer};
use crate::tx::Isolation;
use crate::{Engine, Error, Tx, postgres};
use futures::future::BoxFuture;
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, IsolationLevel,
    QueryResult, Statement, TransactionTrait,
};
use std::sync::Arc;

/// A handle; clones share the same connections and the same writer.
#[derive(Clone)]
pub struct Database {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    reader: DatabaseConnection,
    writing: Writing,
}

enum Writing {
    Sqlite(Writer),
    Postgres(postgres::Acts),
    Nothing,
}

impl Database {
    /// Opens (SQLite: makes when absent) the database. Must be called inside a tokio runtime: on SQLite the writer
    /// is a task of it.
    pub async fn open(settings: Settings) -> Result<Self, Error> {
        let engine = settings.engine();
        let (reader, writing) = match &settings.place {
            Place::Sqlite { file } if settings.read_only => {
                (sqlite::open_reader(file, &settings).await?, Writing::Nothing)
            }
            Place::Sqlite { file } => {
                let lease = Lease::take(sqlite::folder_of(file), &sqlite::name_of(file))?;
                let writer = Writer::start(file, &settings, lease).await?;
                (sqlite::open_reader(file, &settings).await?, Writing::Sqlite(writer))
            }
            Place::Postgres { url } => {
                let reader = postgres::open(url, settings.readers, true).await?;
                let writing = if settings.read_only {
                    Writing::Nothing
                } else {
                    Writing::Postgres(postgres::Acts::new(postgres::open(url, settings.readers, false).await?))
                };
                (reader, writing)
            }
        };
        Ok(Self { inner: Arc::new(Inner { engine, reader, writing }) })
    }

    pub fn engine(&self) -> Engine {
        self.inner.engine
    }

    /// Runs one act: everything it wrote is durable when `Ok` returns, and nothing of it is kept when `Err` does.
    /// The only exception is [`Error::CommitUnknown`] (PostgreSQL, connection lost during the commit).
    ///
    /// The closure may run several times (PostgreSQL repeats an act that met another), so it must compute everything
    /// from what it captured. A statement that failed dooms the act even if the closure goes on.
    /// A caller that goes away before its act began takes the act with it; afterwards the act runs to its end.
    pub async fn act<F, T, E>(&self, act: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.act_as(Isolation::Serializable, act).await
    }

    /// As [`Self::act`], for an act somebody looks at the screen for: on SQLite it goes before the acts of imports
    /// and jobs that already wait.
    pub async fn act_soon<F, T, E>(&self, act: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.inner.writing {
            Writing::Sqlite(writer) => writer.act(true, 1, act).await,
            _ => self.act(act).await,
        }
    }

    /// As [`Self::act`], with the isolation named.
    pub async fn act_as<F, T, E>(&self, isolation: Isolation, act: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        self.act_of_many(isolation, 1, act).await
    }

    /// As [`Self::act_as`], for an act that does what else `many` acts would: it counts as so many where acts share a
    /// commit.
    pub async fn act_of_many<F, T, E>(&self, isolation: Isolation, many: usize, act: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.inner.writing {
            Writing::Sqlite(writer) => writer.act(false, many, act).await,
            Writing::Postgres(acts) => acts.act(isolation, act).await,
            Writing::Nothing => Err(E::from(Error::ReadOnly)),
        }
    }

    /// Connections that can only read. Each statement sees what is committed at its start.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// Names of all tables, sorted; empty for a database that nobody used yet.
    pub async fn tables(&self) -> Result<Vec<String>, Error> {
        let sql = match self.inner.engine {
            Engine::Sqlite => {
                "SELECT name AS name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
            }
            Engine::Postgres => {
                "SELECT table_name::text AS name FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY table_name"
            }
        };
        let rows =
            self.inner.reader.query_all_raw(Statement::from_string(self.inner.reader.get_database_backend(), sql));
        Ok(rows.await?.iter().map(|row| row.try_get::<String>("", "name")).collect::<Result<_, _>>()?)
    }

    /// A reading transaction: all its statements see the same committed state. It occupies one reader until dropped.
    pub async fn snapshot(&self) -> Result<Snapshot, Error> {
        let inner = match self.inner.engine {
            Engine::Sqlite => self.inner.reader.begin().await?,
            Engine::Postgres => {
                self.inner
                    .reader
                    .begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly))
                    .await?
            }
        };
        Ok(Snapshot { inner })
    }

    /// Lets waiting acts finish, ends the writer, closes every connection and gives the lease back.
    pub async fn close(&self) -> Result<(), Error> {
        match &self.inner.writing {
            Writing::Sqlite(writer) => {
                // Readers first: the writer's connection is then the last one and folds the write-ahead log in.
                self.inner.reader.close_by_ref().await?;
                writer.close().await;
            }
            Writing::Postgres(acts) => {
                acts.close().await?;
                self.inner.reader.close_by_ref().await?;
            }
            Writing::Nothing => self.inner.reader.close_by_ref().await?,
        }
        Ok(())
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Database({:?})", self.inner.engine)
    }
}

/// See [`Database::snapshot`].
pub struct Snapshot {
    inner: DatabaseTransaction,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Snapshot")
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Snapshot {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }
    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.inner.execute_raw(stmt).await
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.inner.execute_unprepared(sql).await
    }
    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.inner.query_one_raw(stmt).await
    }
    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.inner.query_all_raw(stmt).await
    }
}
