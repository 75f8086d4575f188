//! SQLite: one writer that commits whatever waits, and a few readers.
//!
//! A durable commit costs a disk flush, so acts that arrive while one is flushed share the next. Each act has a
//! savepoint of its own: one that fails leaves nothing and disturbs nobody (architecture, section 4 *Writing*).

use crate::lease::Lease;
use crate::settings::{Engine, Settings};
use crate::tx::Hook;
use crate::{Error, Tx};
use futures::FutureExt;
use futures::future::BoxFuture;
use renkei_kernel::limits::{ACT_SECONDS_MAX, ACTS_PER_COMMIT_MAX, COMMIT_AFTER_MS, WRITER_QUEUE_MAX};
use renkei_kernel::logs::OPERATOR;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt;
use std::panic::AssertUnwindSafe;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

const BUSY_SECONDS: u64 = 10;

pub(crate) fn folder_of(file: &Path) -> &Path {
    match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

pub(crate) fn name_of(file: &Path) -> String {
    file.file_name().map_or_else(|| "database".to_owned(), |name| name.to_string_lossy().into_owned())
}

/// A new database is readable by its owner alone; the engine gives its log the same permissions.
fn make_private(file: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(file) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

fn options(file: &Path, settings: &Settings, reading: bool) -> ConnectOptions {
    let journal = if settings.secure_delete { SqliteJournalMode::Delete } else { SqliteJournalMode::Wal };
    let secure_delete = settings.secure_delete;
    // A copied file without its log can be read where nothing may be written at all.
    let immutable = settings.read_only && !PathBuf::from(format!("{}-wal", file.display())).exists();
    let file = file.to_owned();
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(if reading { settings.readers.max(1) } else { 1 })
        .min_connections(1)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .test_before_acquire(false)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |_| {
            let options = SqliteConnectOptions::new()
                .filename(&file)
                .busy_timeout(Duration::from_secs(BUSY_SECONDS))
                .foreign_keys(true)
                .pragma("temp_store", "MEMORY")
                .pragma("trusted_schema", "OFF")
                .statement_cache_capacity(256)
                // Rows are handed over from the driver's thread; a longer belt means fewer changes between threads.
                .row_buffer_size(1_024);
            if reading {
                options.read_only(true).immutable(immutable).pragma("query_only", "ON")
            } else {
                let options =
                    options.create_if_missing(true).journal_mode(journal).synchronous(SqliteSynchronous::Full);
                if secure_delete { options.pragma("secure_delete", "ON") } else { options }
            }
        });
    options
}

async fn open(file: &Path, settings: &Settings, reading: bool) -> Result<DatabaseConnection, Error> {
    sea_orm::Database::connect(options(file, settings, reading)).await.map_err(|e| Error::Open(e.into()))
}

pub(crate) async fn open_reader(file: &Path, settings: &Settings) -> Result<DatabaseConnection, Error> {
    open(file, settings, true).await
}

/// An act with its way back to the caller, without its types.
trait Act: Send {
    /// Nobody waits for the answer any more.
    fn abandoned(&self) -> bool;
    /// As how many acts it counts in a commit.
    fn counts_as(&self) -> usize;
    /// Runs the act; true when what it wrote may be kept.
    fn run<'t>(&'t mut self, tx: &'t Tx) -> BoxFuture<'t, bool>;
    /// Hands the act's own result over, or the error that took it away.
    fn answer(self: Box<Self>, end: Result<(), Error>);
}

struct Pending<F, T, E> {
    act: F,
    counts_as: usize,
    result: Option<Result<T, E>>,
    reply: oneshot::Sender<Result<T, E>>,
}

impl<F, T, E> Act for Pending<F, T, E>
where
    F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync,
    T: Send,
    E: From<Error> + Send,
{
    fn abandoned(&self) -> bool {
        self.reply.is_closed()
    }
    fn counts_as(&self) -> usize {
        self.counts_as
    }
    fn run<'t>(&'t mut self, tx: &'t Tx) -> BoxFuture<'t, bool> {
        Box::pin(async move {
            let result = (self.act)(tx).await;
            let keep = result.is_ok();
            self.result = Some(result);
            keep
        })
    }
    fn answer(self: Box<Self>, end: Result<(), Error>) {
        let Self { act, result, reply, .. } = *self;
        // What the act captured is gone before its caller goes on.
        drop(act);
        let answer = match (end, result) {
            (Ok(()), Some(result)) => result,
            (Ok(()), None) => Err(E::from(Error::ActPanicked)),
            (Err(error), _) => Err(E::from(error)),
        };
        // A caller that went away has nobody to tell; the act stands or not as decided.
        let _ = reply.send(answer);
    }
}

/// Acts a person waits for go before acts of imports and jobs.
struct Queues {
    soon: mpsc::Sender<Box<dyn Act>>,
    in_turn: mpsc::Sender<Box<dyn Act>>,
}

/// The handle of the writer task.
pub(crate) struct Writer {
    queues: Mutex<Option<Queues>>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Writer {
    pub(crate) async fn start(file: &Path, settings: &Settings, lease: Lease) -> Result<Self, Error> {
        make_private(file).map_err(|e| Error::Folder { folder: folder_of(file).to_owned(), reason: e.kind() })?;
        let connection = open(file, settings, false).await?;
        let (soon, waiting_soon) = mpsc::channel(WRITER_QUEUE_MAX);
        let (in_turn, waiting_in_turn) = mpsc::channel(WRITER_QUEUE_MAX);
        let pen = Pen { file: file.to_owned(), settings: settings.clone(), connection, _lease: lease };
        let task = tokio::spawn(pen.write(waiting_soon, waiting_in_turn));
        Ok(Self { queues: Mutex::new(Some(Queues { soon, in_turn })), task: Mutex::new(Some(task)) })
    }

    pub(crate) async fn act<F, T, E>(&self, soon: bool, counts_as: usize, act: F) -> Result<T, E>
    where
        F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<T, E>> + Send + Sync + 'static,
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        let queue = {
            let queues = self.queues.lock().unwrap_or_else(PoisonError::into_inner);
            queues.as_ref().map(|queues| if soon { queues.soon.clone() } else { queues.in_turn.clone() })
        };
        let Some(queue) = queue else { return Err(E::from(Error::Closed)) };
        let (reply, answer) = oneshot::channel();
        queue.try_send(Box::new(Pending { act, counts_as, result: None, reply })).map_err(|e| match e {
            mpsc::error::TrySendError::Full(_) => E::from(Error::QueueFull),
            mpsc::error::TrySendError::Closed(_) => E::from(Error::Closed),
        })?;
        drop(queue);
        match answer.await {
            Ok(result) => result,
            Err(_) => Err(E::from(Error::Closed)),
        }
    }

    /// Waits until every act already in the queue is done and the connection is closed.
    pub(crate) async fn close(&self) {
        drop(self.queues.lock().unwrap_or_else(PoisonError::into_inner).take());
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("the writer task ended by a panic");
        }
    }
}

/// What the writer task owns. The lease goes with it.
struct Pen {
    file: PathBuf,
    settings: Settings,
    connection: DatabaseConnection,
    _lease: Lease,
}

/// An act that ran: `Ok(false)` when it failed by itself, `Err` when it was taken away.
type Ended = (Box<dyn Act>, Result<bool, Error>);

impl Pen {
    async fn write(mut self, mut soon: mpsc::Receiver<Box<dyn Act>>, mut in_turn: mpsc::Receiver<Box<dyn Act>>) {
        let mut batch: VecDeque<Box<dyn Act>> = VecDeque::new();
        loop {
            if batch.is_empty() {
                let first = tokio::select! {
                    biased;
                    Some(act) = soon.recv() => act,
                    Some(act) = in_turn.recv() => act,
                    else => break,
                };
                batch.push_back(first);
            }
            let mut ahead = VecDeque::new();
            while ahead.len() < ACTS_PER_COMMIT_MAX
                && let Ok(next) = soon.try_recv()
            {
                ahead.push_back(next);
            }
            ahead.append(&mut batch);
            batch = ahead;
            while batch.len() < ACTS_PER_COMMIT_MAX
                && let Ok(next) = in_turn.try_recv()
            {
                batch.push_back(next);
            }
            batch.retain(|act| !act.abandoned());
            if !batch.is_empty() {
                self.commit_together(&mut batch).await;
            }
        }
        if self.connection.close_by_ref().await.is_err() {
            tracing::warn!("the writer's connection did not close cleanly");
        }
    }

    /// Runs and commits acts from the front; leaves some for the next commit when these took long, so that a look
    /// at a patient does not wait for a whole batch of imports behind it.
    async fn commit_together(&mut self, batch: &mut VecDeque<Box<dyn Act>>) {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let outer = match self.connection.begin_with_options(options).await {
            Ok(outer) => outer,
            Err(error) => {
                let error = Error::from(error);
                batch.drain(..).for_each(|act| act.answer(Err(error.clone())));
                return self.reopen().await;
            }
        };
        if batch.len() == 1 {
            if let Some(act) = batch.pop_front() {
                self.commit_alone(outer, act).await;
            }
            return;
        }
        let began = Instant::now();
        let mut ended: Vec<Ended> = Vec::with_capacity(batch.len());
        let mut hooks: Vec<Hook> = Vec::new();
        let mut broken: Option<Error> = None;
        let mut counted = 0;
        while began.elapsed().as_millis() < u128::from(COMMIT_AFTER_MS)
            && let Some(next) = batch.front()
            && (ended.is_empty() || counted + next.counts_as() <= ACTS_PER_COMMIT_MAX)
            && let Some(mut act) = batch.pop_front()
        {
            counted += act.counts_as();
            let inner = match outer.begin().await {
                Ok(inner) => inner,
                Err(error) => {
                    broken = Some(Error::Commit(error.into()));
                    ended.push((act, Ok(true)));
                    break;
                }
            };
            let tx = Tx::new(inner, Engine::Sqlite);
            let end = run(&mut *act, &tx).await;
            let keep = matches!(end, Ok(true));
            ended.push((act, end));
            let (inner, its_hooks) = tx.into_parts();
            match if keep { inner.commit().await } else { inner.rollback().await } {
                Ok(()) if keep => hooks.extend(its_hooks),
                Ok(()) => {}
                Err(error) => {
                    broken = Some(Error::Commit(error.into()));
                    break;
                }
            }
        }
        self.finish(outer, ended, hooks, broken).await;
    }

    /// An act alone needs no savepoint: the transaction itself is one.
    async fn commit_alone(&mut self, outer: DatabaseTransaction, mut act: Box<dyn Act>) {
        let tx = Tx::new(outer, Engine::Sqlite);
        let end = run(&mut *act, &tx).await;
        let keep = matches!(end, Ok(true));
        let (outer, hooks) = tx.into_parts();
        if keep {
            return self.finish(outer, vec![(act, Ok(true))], hooks, None).await;
        }
        // Some failures (disk full) have taken the transaction back already; the act's own error tells the cause.
        let rolled_back = outer.rollback().await;
        act.answer(end.map(|_| ()));
        if rolled_back.is_err() {
            self.reopen().await;
        }
    }

    async fn finish(
        &mut self,
        outer: DatabaseTransaction,
        ended: Vec<Ended>,
        hooks: Vec<Hook>,
        mut broken: Option<Error>,
    ) {
        if broken.is_none() {
            if let Err(error) = outer.commit().await {
                broken = Some(Error::Commit(error.into()));
            }
        } else if outer.rollback().await.is_err() {
            tracing::warn!("a broken transaction could not be rolled back by statement");
        }
        if let Some(error) = broken {
            tracing::error!(
                target: OPERATOR,
                "データベースに書けません（{} 件）。書けなかったものは行われていません。ディスクの空きを確かめてください。 / a commit failed: {error}",
                ended.len()
            );
            for (act, end) in ended {
                // One that failed by itself says why: it may be what broke the others' commit (disk full).
                match end {
                    Ok(false) => act.answer(Ok(())),
                    _ => act.answer(Err(error.clone())),
                }
            }
            return self.reopen().await;
        }
        for hook in hooks {
            if std::panic::catch_unwind(AssertUnwindSafe(hook)).is_err() {
                tracing::error!("a hook after a commit panicked");
            }
        }
        for (act, end) in ended {
            act.answer(end.map(|_| ()));
        }
    }

    /// After a failure below the statements (disk full, input/output) the connection's idea of open transactions
    /// cannot be trusted any more: take a fresh one.
    async fn reopen(&mut self) {
        if self.connection.close_by_ref().await.is_err() {
            tracing::warn!("the writer's broken connection did not close cleanly");
        }
        match open(&self.file, &self.settings, false).await {
            Ok(connection) => self.connection = connection,
            Err(error) => tracing::error!(
                target: OPERATOR,
                "データベースを開き直せません。 / the writer could not open its file again: {error}"
            ),
        }
    }
}

/// Runs one act with its limits. `Ok(true)`: keep; `Ok(false)`: the act itself failed; `Err`: taken away.
async fn run(act: &mut dyn Act, tx: &Tx) -> Result<bool, Error> {
    let limit = Duration::from_secs(ACT_SECONDS_MAX);
    match tokio::time::timeout(limit, AssertUnwindSafe(act.run(tx)).catch_unwind()).await {
        Ok(Ok(true)) if tx.statement_failed() => Err(Error::WentOnAfterFailure),
        Ok(Ok(keep)) => Ok(keep),
        Ok(Err(_)) => Err(Error::ActPanicked),
        Err(_) => Err(Error::ActTooSlow { seconds: ACT_SECONDS_MAX }),
    }
}
