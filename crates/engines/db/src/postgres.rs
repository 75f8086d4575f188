//! PostgreSQL: many nodes write, each act in a transaction of its own, repeated when it met another.

use crate::error::{answered_by_engine, wants_repetition};
use crate::{Engine, Error, Isolation, Tx};
use futures::FutureExt;
use futures::future::BoxFuture;
use renkei_kernel::limits::{ACT_REPETITIONS_MAX, ACT_SECONDS_MAX, DATABASE_WAIT_SECONDS_MAX, WRITER_QUEUE_MAX};
use sea_orm::{AccessMode, ConnectOptions, DatabaseConnection, IsolationLevel, TransactionTrait};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::Semaphore;

pub(crate) async fn open(url: &str, connections: u32, reading: bool) -> Result<DatabaseConnection, Error> {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections.max(2))
        // Acts queue for a connection; a page that reads must be told soon that the server is away.
        .acquire_timeout(Duration::from_secs(if reading { DATABASE_WAIT_SECONDS_MAX } else { ACT_SECONDS_MAX }))
        .sqlx_logging(false)
        .map_sqlx_postgres_opts(move |options| {
            let options = options.application_name("renkei");
            if reading {
                options.options([("default_transaction_read_only", "on")])
            } else {
                // An act's isolation without a further message to the server, and what a server's own settings say
                // about durability does not count here.
                options.options([("synchronous_commit", "on"), ("default_transaction_isolation", "serializable")])
            }
        });
    sea_orm::Database::connect(options).await.map_err(|e| Error::Open(e.into()))
}

/// The writing side.
pub(crate) struct Acts {
    connection: DatabaseConnection,
    waiting: Semaphore,
    spread: AtomicU64,
}

enum Attempt<T, E> {
    Done(Result<T, E>),
    Again,
}

impl Acts {
    pub(crate) fn new(connection: DatabaseConnection) -> Self {
        Self { connection, waiting: Semaphore::new(WRITER_QUEUE_MAX), spread: AtomicU64::new(0) }
    }

    pub(crate) async fn act<F, T, E>(&self, isolation: Isolation, act: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
        E: From<Error>,
    {
        let _place = self.waiting.try_acquire().map_err(|_| E::from(Error::QueueFull))?;
        for attempt in 0..ACT_REPETITIONS_MAX {
            match self.attempt(isolation, &act).await {
                Attempt::Done(result) => return result,
                Attempt::Again => tokio::time::sleep(self.pause(attempt)).await,
            }
        }
        Err(E::from(Error::TooContended { attempts: ACT_REPETITIONS_MAX }))
    }

    /// Doubling from two milliseconds to a quarter of a second, spread so that two that met do not meet again.
    fn pause(&self, attempt: u32) -> Duration {
        let base_ms = 2u64 << attempt.min(7);
        let spread = self.spread.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
        Duration::from_millis(base_ms + base_ms * spread / 256)
    }

    async fn attempt<F, T, E>(&self, isolation: Isolation, act: &F) -> Attempt<T, E>
    where
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
        E: From<Error>,
    {
        let begun = match isolation {
            Isolation::Serializable => self.connection.begin().await,
            Isolation::ReadCommitted => {
                self.connection
                    .begin_with_config(Some(IsolationLevel::ReadCommitted), Some(AccessMode::ReadWrite))
                    .await
            }
        };
        let inner = match begun {
            Ok(inner) => inner,
            Err(error) => return Attempt::Done(Err(E::from(error.into()))),
        };
        let tx = Tx::new(inner, Engine::Postgres);
        let limit = Duration::from_secs(ACT_SECONDS_MAX);
        let end = tokio::time::timeout(limit, AssertUnwindSafe(act(&tx)).catch_unwind()).await;
        let (again, failed) = (tx.asks_for_repetition(), tx.statement_failed());
        let (inner, hooks) = tx.into_parts();
        let value = match end {
            Ok(Ok(Ok(value))) if !failed => value,
            ended => {
                // The connection is dropped from the pool by the driver if even this fails; nothing was committed.
                let _ = inner.rollback().await;
                return match ended {
                    Ok(Ok(_)) if again => Attempt::Again,
                    Ok(Ok(Ok(_))) => Attempt::Done(Err(E::from(Error::WentOnAfterFailure))),
                    Ok(Ok(Err(error))) => Attempt::Done(Err(error)),
                    Ok(Err(_)) => Attempt::Done(Err(E::from(Error::ActPanicked))),
                    Err(_) => Attempt::Done(Err(E::from(Error::ActTooSlow { seconds: ACT_SECONDS_MAX }))),
                };
            }
        };
        match inner.commit().await {
            Ok(()) => {
                for hook in hooks {
                    if std::panic::catch_unwind(AssertUnwindSafe(hook)).is_err() {
                        tracing::error!("a hook after a commit panicked");
                    }
                }
                Attempt::Done(Ok(value))
            }
            Err(error) if wants_repetition(&error) => Attempt::Again,
            Err(error) if answered_by_engine(&error) => Attempt::Done(Err(E::from(Error::Commit(error.into())))),
            Err(error) => Attempt::Done(Err(E::from(Error::CommitUnknown(error.into())))),
        }
    }

    pub(crate) async fn close(&self) -> Result<(), Error> {
        Ok(self.connection.close_by_ref().await?)
    }
}
