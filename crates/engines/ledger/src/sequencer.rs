//! The one that numbers: takes waiting records in batches, appends them to the tree, signs checkpoints.
//!
//! Business transactions never wait for a counter; this task does the counting afterwards, at the latest a second
//! later. Numbering, tree and removal from the waiting list are one act, so a crash anywhere leaves either all or
//! nothing of a batch. Checkpoints are signed only over what is committed; their files can be written again from the
//! database. A lease row lets many nodes exist while one numbers.

use crate::folder::CheckpointFolder;
use crate::handover::{KeyHandedOver, Keys, hand_overs, key_in_force};
use crate::note::SigningKey;
use crate::tiles::{Tiles, from_number, to_number};
use crate::tree::{Hash, leaf_hash};
use crate::{Checkpoint, Error, Ledger, VerifierKey};
use renkei_db::sea_orm::prelude::Uuid;
use renkei_db::sea_orm::sea_query::ArrayType;
use renkei_db::sea_orm::{ConnectionTrait, QueryResult, Statement, Value};
use renkei_db::{BoxFuture, Column, Database, Engine, Holds, Isolation, Tx};
use renkei_kernel::limits::{CHECKPOINT_EVERY_ENTRIES, CHECKPOINT_EVERY_SECONDS, TRAIL_WAIT_MAX_SECONDS};
use renkei_kernel::logs::{OPERATOR, SECURITY};
use renkei_kernel::{SessionId, Timestamp};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// Records looked at in one act. Of these at most as many are numbered as reach the next multiple of
/// [`CHECKPOINT_EVERY_ENTRIES`], where a checkpoint is signed: however many wait, no two checkpoints stand further apart.
const BATCH_MAX: u64 = CHECKPOINT_EVERY_ENTRIES;
/// How long a node that stopped answering keeps the right to number.
const LEASE_SECONDS: i64 = 15;
/// After the bell, how long further records are awaited so that they share a batch.
const GATHER: Duration = Duration::from_millis(100);
/// How often other nodes' records are looked for without a bell.
const LOOK: Duration = Duration::from_millis(500);
/// Checkpoints written again into their folder at the start; older ones are there or were archived.
const FILES_REWRITTEN_MAX: i64 = 10_000;

/// What the sequencer needs beside the database.
#[derive(Debug, Clone)]
pub struct SequencerSettings {
    pub key: Arc<SigningKey>,
    /// Outside the data folder, better on another disk or machine.
    pub checkpoint_folder: PathBuf,
}

/// The running task. Dropping it lets the task go on until the runtime ends; [`Sequencer::stop`] ends it in order.
#[derive(Debug)]
pub struct Sequencer {
    orders: SequencerOrders,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// Gives the running sequencer orders; cheap to clone. Orders to one that ended fail.
#[derive(Debug, Clone)]
pub struct SequencerOrders(mpsc::Sender<Order>, Arc<Mutex<Keys>>);

enum Order {
    Flush(oneshot::Sender<Result<Option<Checkpoint>, Error>>),
    Rotate(oneshot::Sender<Result<KeyHandedOver, Error>>),
    Stop(oneshot::Sender<Result<Option<Checkpoint>, Error>>),
}

impl Sequencer {
    /// Checks that the trail fits the checkpoints already kept outside, writes their missing files again, and starts.
    ///
    /// Refuses with [`Error::OlderThanCheckpoint`] or [`Error::ContradictsCheckpoint`] when an older or another trail
    /// was put in place: signing on would show two histories. Records go on waiting durably in that case.
    pub async fn start(database: Database, ledger: &Ledger, settings: SequencerSettings) -> Result<Self, Error> {
        let folder = CheckpointFolder::open(&settings.checkpoint_folder)?;
        let holder: SessionId = ledger.ids().next();
        let owed = AtomicBool::new(false);
        let keys = Arc::new(Mutex::new(Keys { current: settings.key, next: None }));
        let work = Work { database, ledger: ledger.clone(), keys: keys.clone(), folder, holder: holder.0, owed };
        work.prepare().await?;
        let (orders, inbox) = mpsc::channel(16);
        let task = tokio::spawn(work.run(inbox));
        Ok(Self { orders: SequencerOrders(orders, keys), task: Mutex::new(Some(task)) })
    }

    /// For those who give orders and do not end the task.
    pub fn orders(&self) -> SequencerOrders {
        self.orders.clone()
    }

    /// Numbers everything that waits now and signs a checkpoint over it; answers the newest checkpoint (`None` while
    /// the trail is empty or another node numbers). Before exports and in tests.
    pub async fn flush(&self) -> Result<Option<Checkpoint>, Error> {
        self.orders.flush().await
    }

    /// As [`Self::flush`], then ends the task.
    pub async fn stop(&self) -> Result<Option<Checkpoint>, Error> {
        let answer = self.orders.give(Order::Stop).await;
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(task) = task
            && task.await.is_err()
        {
            tracing::error!("the sequencer task ended by a panic");
        }
        answer
    }
}

impl SequencerOrders {
    /// As [`Sequencer::flush`].
    pub async fn flush(&self) -> Result<Option<Checkpoint>, Error> {
        self.give(Order::Flush).await
    }

    /// Makes a new signing key, hands over to it at a size that both sign, and destroys the old one (`handover`).
    ///
    /// # Errors
    /// [`Error::HandOverWaits`] when it was announced and could not be finished yet (another node numbers, no room for
    /// the checkpoint outside): the sequencer goes on trying, and every start takes it up.
    pub async fn rotate_key(&self) -> Result<KeyHandedOver, Error> {
        self.give(Order::Rotate).await
    }

    /// The public key in force.
    pub fn verifier(&self) -> VerifierKey {
        self.1.lock().unwrap_or_else(PoisonError::into_inner).current.verifier()
    }

    async fn give<T>(&self, order: impl FnOnce(oneshot::Sender<Result<T, Error>>) -> Order) -> Result<T, Error> {
        let (reply, answer) = oneshot::channel();
        let closed = || Error::Database(renkei_db::Error::Closed);
        self.0.send(order(reply)).await.map_err(|_| closed())?;
        answer.await.map_err(|_| closed())?
    }
}

pub(crate) struct Work {
    pub(crate) database: Database,
    pub(crate) ledger: Ledger,
    pub(crate) keys: Arc<Mutex<Keys>>,
    pub(crate) folder: CheckpointFolder,
    holder: Uuid,
    /// A signed checkpoint could not be written outside (no room); it is tried again until it lies there.
    owed: AtomicBool,
}

/// What one numbering act did.
#[derive(Debug, Clone, Copy, Default)]
struct Numbered {
    /// Another node holds the lease.
    elsewhere: bool,
    count: u64,
    size: u64,
}

/// State of the log as committed.
pub(crate) struct State {
    size: u64,
    signed: u64,
    pub(crate) signed_at: Option<Timestamp>,
}

impl Work {
    async fn prepare(&self) -> Result<(), Error> {
        self.database
            .act(|tx| -> BoxFuture<'_, Result<(), Error>> {
                Box::pin(async move {
                    execute(
                        tx,
                        "INSERT INTO trail_sequencer (row_number, holder, held_until, size, newest_at) \
                         VALUES (1, $1, 0, 0, $2) ON CONFLICT (row_number) DO NOTHING",
                        vec![Uuid::nil().into(), i64::MIN.into()],
                    )
                    .await?;
                    Ok(())
                })
            })
            .await?;
        self.take_up_rotation().await?;
        let key = self.key().verifier();
        let newest =
            query(self.database.reader(), "SELECT newest_at FROM trail_sequencer WHERE row_number = 1", vec![]).await?;
        if let Some(row) = newest.first() {
            self.ledger.seen(Timestamp(row.try_get::<i64>("", "newest_at")?));
        }
        self.folder.publish(&key, &hand_overs(self.database.reader()).await?)?;
        self.write_missing_files().await
    }

    /// Whether this is the trail over which the newest checkpoint kept outside was signed.
    pub(crate) async fn fits_what_is_kept(&self) -> Result<(), Error> {
        let Some(kept) = self.folder.latest(&self.key().verifier())? else { return Ok(()) };
        let available = self.state().await?.size;
        if kept.size() > available {
            return Err(Error::OlderThanCheckpoint { available, kept: kept.size() });
        }
        let root = Tiles::new(self.database.reader()).range(0, kept.size()).await?;
        if root == *kept.root() { Ok(()) } else { Err(Error::ContradictsCheckpoint { size: kept.size() }) }
    }

    async fn write_missing_files(&self) -> Result<(), Error> {
        let rows = query(
            self.database.reader(),
            "SELECT size, note, signed_at FROM trail_checkpoints ORDER BY size DESC LIMIT $1",
            vec![FILES_REWRITTEN_MAX.into()],
        )
        .await?;
        let mut newest = true;
        for row in &rows {
            let (size, at) = (from_number(row.try_get::<i64>("", "size")?)?, Timestamp(row.try_get("", "signed_at")?));
            if newest || !self.folder.holds(size, at) {
                self.folder.keep(&row.try_get::<String>("", "note")?, size, at, newest)?;
            }
            newest = false;
        }
        Ok(())
    }

    async fn run(self, mut inbox: mpsc::Receiver<Order>) {
        let bell = self.ledger.bell();
        let mut signed = Instant::now();
        loop {
            let order = tokio::select! {
                order = inbox.recv() => match order {
                    Some(order) => Some(order),
                    None => return,
                },
                () = bell.notified() => { tokio::time::sleep(GATHER).await; None }
                () = tokio::time::sleep(LOOK) => None,
            };
            match order {
                Some(Order::Flush(reply)) => {
                    let answer = self.number_all(&mut signed, true).await;
                    let _ = reply.send(answer);
                }
                Some(Order::Rotate(reply)) => {
                    let answer = self.rotate(&mut signed).await;
                    let _ = reply.send(answer);
                }
                Some(Order::Stop(reply)) => {
                    let answer = self.number_all(&mut signed, true).await;
                    if self.give_back_the_lease().await.is_err() {
                        tracing::warn!("the sequencer's lease could not be given back and will run out by itself");
                    }
                    let _ = reply.send(answer);
                    return;
                }
                None => {
                    if let Err(error) = self.number_all(&mut signed, false).await {
                        // Records stay durable and wait; whoever watches sees their age (`waiting`).
                        tracing::error!(
                            target: OPERATOR,
                            "監査証跡の採番ができません。記録は失われていません。ディスクとデータベースを確かめてください。 / the trail's records could not be numbered: {error}"
                        );
                        tokio::time::sleep(LOOK).await;
                    }
                }
            }
        }
    }

    /// Numbers until nothing waits; signs when a checkpoint is due, or in any case when `sign` asks for it.
    pub(crate) async fn number_all(&self, signed: &mut Instant, sign: bool) -> Result<Option<Checkpoint>, Error> {
        loop {
            let numbered = self.number_some().await?;
            if numbered.elsewhere {
                return Ok(None);
            }
            if numbered.count > 0 && numbered.size % CHECKPOINT_EVERY_ENTRIES == 0 {
                self.sign().await?;
                *signed = Instant::now();
                continue;
            }
            let state = self.state().await?;
            // The program may have ended between a numbered batch and its signature.
            let by_count = state.size.saturating_sub(state.signed) >= CHECKPOINT_EVERY_ENTRIES;
            let seconds = u64::try_from(CHECKPOINT_EVERY_SECONDS).unwrap_or(10);
            let by_time = state.size > state.signed && signed.elapsed() >= Duration::from_secs(seconds);
            let owed = self.owed.load(Ordering::Relaxed) || self.is_handing_over();
            if !(sign || by_count || by_time || owed) {
                return Ok(None);
            }
            *signed = Instant::now();
            let handing_over = self.is_handing_over();
            let checkpoint = self.sign().await?;
            // The end of the old key was recorded meanwhile and belongs to what is numbered now.
            if !handing_over || self.is_handing_over() {
                return Ok(checkpoint);
            }
        }
    }

    pub(crate) async fn state(&self) -> Result<State, Error> {
        let rows = query(
            self.database.reader(),
            "SELECT s.size AS size, c.size AS signed, c.signed_at AS signed_at FROM trail_sequencer s \
             LEFT JOIN trail_checkpoints c ON c.size = (SELECT MAX(size) FROM trail_checkpoints) WHERE s.row_number = 1",
            vec![],
        )
        .await?;
        let row = rows.first().ok_or_else(|| Error::Damaged("the sequencer's row".to_owned()))?;
        Ok(State {
            size: from_number(row.try_get("", "size")?)?,
            signed: from_number(row.try_get::<Option<i64>>("", "signed")?.unwrap_or(0))?,
            signed_at: row.try_get::<Option<i64>>("", "signed_at")?.map(Timestamp),
        })
    }

    /// Whether another node holds the right to number.
    pub(crate) async fn is_numbered_elsewhere(&self) -> Result<bool, Error> {
        Ok(self.number_some().await?.elsewhere)
    }

    async fn number_some(&self) -> Result<Numbered, Error> {
        let (holder, now) = (self.holder, self.ledger.ids().now());
        self.database
            .act_as(Isolation::ReadCommitted, move |tx| -> BoxFuture<'_, Result<Numbered, Error>> {
                Box::pin(number_batch(tx, holder, now))
            })
            .await
    }

    async fn give_back_the_lease(&self) -> Result<(), Error> {
        let holder = self.holder;
        self.database
            .act_as(Isolation::ReadCommitted, move |tx| -> BoxFuture<'_, Result<(), Error>> {
                Box::pin(async move {
                    let sql = "UPDATE trail_sequencer SET held_until = 0 WHERE row_number = 1 AND holder = $1";
                    execute(tx, sql, vec![holder.into()]).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Signs the committed state unless it is signed already, keeps the note in the database, then as files. While a
    /// new key is announced the state is read before the record's number is looked for: as long as it has none, the
    /// old key signs what stands before it.
    async fn sign(&self) -> Result<Option<Checkpoint>, Error> {
        let mut state = self.state().await?;
        if self.hand_over().await? {
            state = self.state().await?;
        }
        if state.size == 0 {
            return Ok(None);
        }
        if state.signed == state.size {
            self.write_owed_files().await?;
            return self.signed_before(state.size).await.map(Some);
        }
        let snapshot = self.database.snapshot().await?;
        let root = Tiles::new(&snapshot).range(0, state.size).await?;
        drop(snapshot);
        let key = self.key();
        let (checkpoint, own) = (key.sign(state.size, &root), Arc::new(key.verifier()));
        let now = self.signing_time(state.signed_at);
        let (size, note) = (to_number(checkpoint.size())?, checkpoint.note().to_owned());
        let kept = self
            .database
            .act_as(Isolation::ReadCommitted, move |tx| -> BoxFuture<'_, Result<u64, Error>> {
                let (note, own) = (note.clone(), own.clone());
                Box::pin(async move {
                    // Another node may have handed over to a key that this one does not have.
                    if let Some(newer) = key_in_force(tx).await?.filter(|newest| newest.after != *own) {
                        return Err(Error::KeyHandedOver { size: newer.size() });
                    }
                    execute(
                        tx,
                        "INSERT INTO trail_checkpoints (size, root, note, signed_at) VALUES ($1, $2, $3, $4) \
                         ON CONFLICT (size) DO NOTHING",
                        vec![size.into(), root.to_vec().into(), note.into(), now.micros().into()],
                    )
                    .await
                })
            })
            .await?;
        if kept == 0 {
            return self.signed_before(state.size).await.map(Some);
        }
        if let Err(error) = self.folder.keep(checkpoint.note(), checkpoint.size(), now, true) {
            self.owed.store(true, Ordering::Relaxed);
            return Err(error);
        }
        self.write_owed_files().await?;
        Ok(Some(checkpoint))
    }

    /// The time orders the files; one set back must not sort a newer checkpoint before an older one.
    pub(crate) fn signing_time(&self, before: Option<Timestamp>) -> Timestamp {
        let now = self.ledger.ids().now();
        before.map_or(now, |before| before.max(now))
    }

    /// Checkpoints that are in the database and could not be written outside when they were signed.
    async fn write_owed_files(&self) -> Result<(), Error> {
        if self.owed.load(Ordering::Relaxed) {
            self.write_missing_files().await?;
            self.owed.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    async fn signed_before(&self, size: u64) -> Result<Checkpoint, Error> {
        let sql = "SELECT note FROM trail_checkpoints WHERE size = $1";
        let rows = query(self.database.reader(), sql, vec![to_number(size)?.into()]).await?;
        let row = rows.first().ok_or_else(|| Error::Damaged(format!("checkpoint {size}")))?;
        let note: String = row.try_get("", "note")?;
        Ok(Checkpoint::read(note.as_bytes(), &[self.key().verifier()])?)
    }
}

/// One batch: lease, take, number, grow the tree, all in this transaction.
async fn number_batch(tx: &Tx, holder: Uuid, now: Timestamp) -> Result<Numbered, Error> {
    // On SQLite whoever writes holds the data folder and needs no second lease. A lease that ends further ahead than
    // any lease lasts was written before the clock was set back.
    let alone = i64::from(tx.engine() == Engine::Sqlite);
    let taken = execute(
        tx,
        "UPDATE trail_sequencer SET holder = $1, held_until = $2 \
         WHERE row_number = 1 AND (holder = $1 OR held_until < $3 OR held_until > $4 OR $5 = 1)",
        vec![
            holder.into(),
            now.plus_seconds(LEASE_SECONDS).micros().into(),
            now.micros().into(),
            now.plus_seconds(2 * LEASE_SECONDS).micros().into(),
            alone.into(),
        ],
    )
    .await?;
    if taken == 0 {
        return Ok(Numbered { elsewhere: true, ..Numbered::default() });
    }
    let states = query(tx, "SELECT size, newest_at FROM trail_sequencer WHERE row_number = 1", vec![]).await?;
    let state = states.first().ok_or_else(|| Error::Damaged("the sequencer's row".to_owned()))?;
    let size = from_number(state.try_get("", "size")?)?;
    let waiting = next_waiting(tx, CHECKPOINT_EVERY_ENTRIES - size % CHECKPOINT_EVERY_ENTRIES).await?;
    let Some(oldest_waited) = waiting.first().map(|record| record.happened_at) else {
        return Ok(Numbered { elsewhere: false, count: 0, size });
    };
    let mut newest: i64 = state.try_get("", "newest_at")?;
    let mut leaves: Vec<Hash> = Vec::with_capacity(waiting.len());
    let (mut entries, mut ids): (Vec<Vec<Value>>, Vec<Value>) = (Vec::new(), Vec::new());
    for (position, waiting) in waiting.into_iter().enumerate() {
        newest = newest.max(waiting.happened_at);
        leaves.push(waiting.leaf);
        ids.push(waiting.event_id.into());
        entries.push(vec![
            to_number(size + position as u64)?.into(),
            waiting.event_id.into(),
            waiting.happened_at.into(),
            waiting.name.into(),
            waiting.patient_id.into(),
            waiting.entry.into(),
        ]);
    }
    let count = leaves.len() as u64;
    tx.insert_rows("trail_entries", ENTRY_COLUMNS, entries).await?;
    if forget_waiting(tx, ids).await? != count {
        return Err(Error::Damaged("the waiting records".to_owned()));
    }
    for tile in Tiles::new(tx).grow(size, &leaves).await? {
        tile.write(tx).await?;
    }
    execute(
        tx,
        "UPDATE trail_sequencer SET size = $1, newest_at = $2 WHERE row_number = 1",
        vec![to_number(size + count)?.into(), newest.into()],
    )
    .await?;
    let waited_seconds = now.seconds_since(Timestamp(oldest_waited));
    if waited_seconds > TRAIL_WAIT_MAX_SECONDS {
        tracing::warn!(
            target: OPERATOR, { trail.waited_seconds = waited_seconds },
            "監査証跡の記録が {waited_seconds} 秒、番号を待ちました。 / a trail record waited for its number"
        );
    }
    Ok(Numbered { elsewhere: false, count, size: size + count })
}

/// The `room` oldest waiting records that are as their acts left them. Changed and copied ones are passed over, also where they
/// fill a whole batch: whoever can bend waiting records must not be able to stop the numbering of all others.
async fn next_waiting(tx: &Tx, room: u64) -> Result<Vec<Waiting>, Error> {
    let room = usize::try_from(room).unwrap_or(usize::MAX);
    let (mut found, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let rows = query(
            tx,
            "SELECT event_id, happened_at, name, patient_id, entry, leaf_hash, \
             EXISTS (SELECT 1 FROM trail_entries e WHERE e.event_id = w.event_id) AS is_numbered \
             FROM trail_waiting w WHERE event_id > $1 ORDER BY event_id LIMIT $2",
            vec![after.into(), to_number(BATCH_MAX)?.into()],
        )
        .await?;
        let last = rows.last().map(|row| row.try_get::<Uuid>("", "event_id")).transpose()?;
        for row in &rows {
            if found.len() < room {
                found.extend(Waiting::read(row)?);
            }
        }
        match last {
            Some(last) if found.len() < room && rows.len() as u64 == BATCH_MAX => after = last,
            _ => return Ok(found),
        }
    }
}

const ENTRY_COLUMNS: &[Column] = &[
    Column::new("number", Holds::Big),
    Column::new("event_id", Holds::Id),
    Column::new("happened_at", Holds::Big),
    Column::new("name", Holds::Text),
    Column::new("patient_id", Holds::IdOrNull),
    Column::new("entry", Holds::Bytes),
];

async fn forget_waiting(tx: &Tx, mut ids: Vec<Value>) -> Result<u64, Error> {
    match tx.engine() {
        Engine::Sqlite => {
            // The last stands there more than once, so that there are few statements and they stay prepared.
            let padded = ids.len().next_power_of_two();
            ids.extend(ids.last().cloned().into_iter().cycle().take(padded - ids.len()));
            let gone = format!("DELETE FROM trail_waiting WHERE event_id IN ({})", vec!["?"; padded].join(", "));
            execute(tx, &gone, ids).await
        }
        // One array, so that the statement is the same for any number of records.
        Engine::Postgres => {
            let ids = Value::Array(ArrayType::Uuid, Some(Box::new(ids)));
            execute(tx, "DELETE FROM trail_waiting WHERE event_id = ANY($1)", vec![ids]).await
        }
    }
}

struct Waiting {
    event_id: Uuid,
    happened_at: i64,
    name: String,
    patient_id: Option<Uuid>,
    entry: Vec<u8>,
    leaf: Hash,
}

impl Waiting {
    /// `None` for a record that has its number already, put back by somebody, and for one whose bytes no longer fit the
    /// hash its transaction left: somebody changed it. It stays where it is and is not given the dignity of a number;
    /// the verifier names it, and the others go on.
    fn read(row: &QueryResult) -> Result<Option<Self>, Error> {
        let event_id: Uuid = row.try_get("", "event_id")?;
        if row.try_get("", "is_numbered")? {
            tracing::error!(
                target: SECURITY,
                "採番済みの監査証跡の記録 {event_id} が、採番待ちに書き戻されています。番号は付けません。 / a numbered trail record was put back among the waiting ones and is not numbered again"
            );
            return Ok(None);
        }
        let entry: Vec<u8> = row.try_get("", "entry")?;
        let leaf = leaf_hash(&entry);
        if row.try_get::<Vec<u8>>("", "leaf_hash")? != leaf {
            tracing::error!(
                target: SECURITY,
                "採番前の監査証跡の記録 {event_id} が書き換えられています。番号は付けません。 / a waiting trail record was changed and is not numbered"
            );
            return Ok(None);
        }
        Ok(Some(Self {
            event_id,
            happened_at: row.try_get("", "happened_at")?,
            name: row.try_get("", "name")?,
            patient_id: row.try_get("", "patient_id")?,
            entry,
            leaf,
        }))
    }
}

pub(crate) async fn execute(tx: &Tx, sql: &str, values: Vec<Value>) -> Result<u64, Error> {
    let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
    Ok(tx.execute_raw(statement).await?.rows_affected())
}

pub(crate) async fn query(
    connection: &impl ConnectionTrait,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<QueryResult>, Error> {
    let statement = Statement::from_sql_and_values(connection.get_database_backend(), sql, values);
    Ok(connection.query_all_raw(statement).await?)
}
