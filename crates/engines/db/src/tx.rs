//! The transaction an act works in.
//!
//! `Tx` is itself a `ConnectionTrait`, so entities and raw statements run on it as on any connection. It stands
//! between so that a failed statement is noticed even when the act swallows the error: on PostgreSQL such a
//! transaction could only be rolled back anyway, and the two engines must behave alike.

use crate::error::wants_repetition;
use crate::settings::Engine;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult, Statement};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// How an act sees others on PostgreSQL. On SQLite every act is alone, whichever is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Isolation {
    /// As if all acts ran one after another; repeated when two got in each other's way. The default.
    #[default]
    Serializable,
    /// Each statement sees what is committed. For queues that take rows under a lock of their own.
    ReadCommitted,
}

pub(crate) type Hook = Box<dyn FnOnce() + Send>;

/// One act's view of the database; gone when the act ends.
pub struct Tx {
    inner: DatabaseTransaction,
    engine: Engine,
    failed: AtomicBool,
    repeat: AtomicBool,
    after_commit: Mutex<Vec<Hook>>,
}

impl Tx {
    pub(crate) fn new(inner: DatabaseTransaction, engine: Engine) -> Self {
        Self {
            inner,
            engine,
            failed: AtomicBool::new(false),
            repeat: AtomicBool::new(false),
            after_commit: Mutex::new(Vec::new()),
        }
    }

    /// The connection for entities and statements; `Tx` itself serves as well.
    pub fn connection(&self) -> &Self {
        self
    }

    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Waits until no other act that named the same chart (or whatever has an id) is under way, and keeps others that
    /// name it waiting until this one ends. What the act reads afterwards is what stands, also for an act of
    /// [`Isolation::ReadCommitted`]. On SQLite every act is alone anyway.
    pub async fn alone_with(&self, id: sea_orm::prelude::Uuid) -> Result<(), DbErr> {
        if self.engine == Engine::Sqlite {
            return Ok(());
        }
        // Half of the id: two charts that share it wait for one another now and then, and nothing else happens.
        let (high, low) = id.as_u64_pair();
        let number = i64::from_be_bytes((high ^ low).to_be_bytes());
        let sql = "SELECT pg_advisory_xact_lock($1)";
        let statement = Statement::from_sql_and_values(self.get_database_backend(), sql, [number.into()]);
        self.execute_raw(statement).await?;
        Ok(())
    }

    /// Runs `hook` once this act is durably committed, before its caller gets the answer. Never runs otherwise.
    /// Keep it short (drop a cache line, wake a task): the writer waits for it.
    pub fn after_commit(&self, hook: impl FnOnce() + Send + 'static) {
        self.after_commit.lock().unwrap_or_else(PoisonError::into_inner).push(Box::new(hook));
    }

    pub(crate) fn statement_failed(&self) -> bool {
        self.failed.load(Ordering::Relaxed)
    }

    pub(crate) fn asks_for_repetition(&self) -> bool {
        self.repeat.load(Ordering::Relaxed)
    }

    pub(crate) fn into_parts(self) -> (DatabaseTransaction, Vec<Hook>) {
        (self.inner, self.after_commit.into_inner().unwrap_or_else(PoisonError::into_inner))
    }

    fn note<T>(&self, result: Result<T, DbErr>) -> Result<T, DbErr> {
        if let Err(error) = &result {
            self.failed.store(true, Ordering::Relaxed);
            if wants_repetition(error) {
                self.repeat.store(true, Ordering::Relaxed);
            }
        }
        result
    }
}

impl std::fmt::Debug for Tx {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tx({:?})", self.engine)
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tx {
    fn get_database_backend(&self) -> DbBackend {
        self.inner.get_database_backend()
    }
    async fn execute_raw(&self, stmt: Statement) -> Result<ExecResult, DbErr> {
        self.note(self.inner.execute_raw(stmt).await)
    }
    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.note(self.inner.execute_unprepared(sql).await)
    }
    async fn query_one_raw(&self, stmt: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.note(self.inner.query_one_raw(stmt).await)
    }
    async fn query_all_raw(&self, stmt: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.note(self.inner.query_all_raw(stmt).await)
    }
}
