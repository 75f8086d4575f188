//! From a permit to the proof that its use is recorded; the only way to what the store asks for (laws 1 and 2).
//!
//! A write and its record commit together: [`record`] turns a permit into a [`RecordedInTx`] inside the act. A read
//! is recorded durably first: [`record_read`] commits the record and only then answers with a [`Recorded`]. Neither
//! type can be made anywhere else, and whoever holds one reads patient, items and operation from its permit.

use crate::ledger::Stamp;
use crate::{Error, Event, EventName, Outcome, tree};
use renkei_access::Permit;
use renkei_db::sea_orm::Value;
use renkei_db::{BoxFuture, Column, Database, Holds, Tx};
use renkei_kernel::{EventId, Timestamp};
use std::sync::Arc;

/// Proof, inside a writing act, that the act's record is part of the same transaction.
#[derive(Debug, Clone, Copy)]
pub struct RecordedInTx<'t> {
    tx: &'t Tx,
    permit: &'t Permit,
    event: EventId,
    at: Timestamp,
}

impl<'t> RecordedInTx<'t> {
    pub fn tx(&self) -> &'t Tx {
        self.tx
    }
    pub fn permit(&self) -> &'t Permit {
        self.permit
    }
    pub fn event_id(&self) -> EventId {
        self.event
    }
    /// The event's time.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

/// Proof that a read was recorded durably before anything was read. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Recorded {
    permit: Arc<Permit>,
    event: EventId,
    at: Timestamp,
}

impl Recorded {
    pub fn permit(&self) -> &Permit {
        &self.permit
    }
    pub fn event_id(&self) -> EventId {
        self.event
    }
    /// The event's time.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for super::Recorded {}
    impl Sealed for super::RecordedInTx<'_> {}
}

/// Either proof, for functions that serve reads and writes alike. Cannot be implemented elsewhere.
pub trait Trailed: sealed::Sealed + Send + Sync {
    fn permit(&self) -> &Permit;
    fn event_id(&self) -> EventId;
}

impl Trailed for Recorded {
    fn permit(&self) -> &Permit {
        &self.permit
    }
    fn event_id(&self) -> EventId {
        self.event
    }
}

impl Trailed for RecordedInTx<'_> {
    fn permit(&self) -> &Permit {
        self.permit
    }
    fn event_id(&self) -> EventId {
        self.event
    }
}

/// Records `event` on `permit` in the act's transaction. Refused when the permit had ended at the event's time, when
/// the event names another patient, and when the entry is too large; the act must then fail.
pub async fn record<'t>(tx: &'t Tx, permit: &'t Permit, event: &Event) -> Result<RecordedInTx<'t>, Error> {
    let row = Row::of(event, Some(permit))?;
    insert(tx, vec![row]).await?;
    ring_after_commit(tx, event);
    Ok(RecordedInTx { tx, permit, event: event.id(), at: event.at() })
}

/// An event on a permit, judged, written out and hashed before its act begins: everybody waits for the writer, nobody
/// for this. Nothing is recorded by it.
#[derive(Debug, Clone)]
pub struct Prepared {
    permit: Arc<Permit>,
    stamp: Stamp,
    kind: (EventName, Outcome),
    row: Row,
}

impl Prepared {
    /// Refused as by [`record`].
    pub fn of(permit: &Arc<Permit>, event: &Event) -> Result<Self, Error> {
        let row = Row::of(event, Some(permit))?;
        Ok(Self { permit: permit.clone(), stamp: event.stamp.clone(), kind: event.kind(), row })
    }
}

/// As [`record`] for many at once (an import's batch), in few statements; answers in the order given.
pub async fn record_all<'t>(tx: &'t Tx, acts: &[&'t Prepared]) -> Result<Vec<RecordedInTx<'t>>, Error> {
    insert(tx, acts.iter().map(|act| act.row.clone()).collect()).await?;
    if let Some(first) = acts.first() {
        let (bell, tally) = (first.stamp.bell.clone(), first.stamp.tally.clone());
        let kinds: Vec<_> = acts.iter().map(|act| act.kind).collect();
        tx.after_commit(move || {
            kinds.into_iter().for_each(|(name, outcome)| tally.count(name, outcome));
            bell.notify_one();
        });
    }
    let proof = |act: &&'t Prepared| RecordedInTx { tx, permit: &act.permit, event: act.stamp.id, at: act.stamp.at };
    Ok(acts.iter().map(proof).collect())
}

/// Records a read and waits until the record is durable; only then is there something to read with. It shares its
/// commit with whatever else waits for the writer.
pub async fn record_read(database: &Database, permit: Permit, event: Event) -> Result<Recorded, Error> {
    let permit = Arc::new(permit);
    let (id, at) = (event.id(), event.at());
    let (captured, event) = (permit.clone(), Arc::new(event));
    database
        .act_soon(move |tx| -> BoxFuture<'_, Result<(), Error>> {
            let (permit, event) = (captured.clone(), event.clone());
            Box::pin(async move {
                record(tx, &permit, &event).await?;
                Ok(())
            })
        })
        .await?;
    Ok(Recorded { permit, event: id, at })
}

/// Records an event that needs no permit (sign-in, refusal, start and stop) in the act's transaction. It opens
/// nothing: there is no proof to take away.
pub async fn record_plain(tx: &Tx, event: &Event) -> Result<EventId, Error> {
    insert(tx, vec![Row::of(event, None)?]).await?;
    ring_after_commit(tx, event);
    Ok(event.id())
}

/// As [`record_plain`] for many at once, in few statements.
pub async fn record_plain_all(tx: &Tx, events: &[Event]) -> Result<(), Error> {
    let rows = events.iter().map(|event| Row::of(event, None)).collect::<Result<Vec<_>, _>>()?;
    insert(tx, rows).await?;
    if let Some(first) = events.first() {
        ring_after_commit(tx, first);
    }
    Ok(())
}

/// As [`record_plain`], in an act of its own.
pub async fn record_alone(database: &Database, event: Event) -> Result<EventId, Error> {
    let event = Arc::new(event);
    database
        .act_soon(move |tx| -> BoxFuture<'_, Result<EventId, Error>> {
            let event = event.clone();
            Box::pin(async move { record_plain(tx, &event).await })
        })
        .await
}

fn ring_after_commit(tx: &Tx, event: &Event) {
    let (bell, tally, (name, outcome)) = (event.stamp.bell.clone(), event.stamp.tally.clone(), event.kind());
    tx.after_commit(move || {
        tally.count(name, outcome);
        bell.notify_one();
    });
}

#[derive(Debug, Clone)]
struct Row {
    values: [Value; 6],
}

impl Row {
    fn of(event: &Event, permit: Option<&Permit>) -> Result<Self, Error> {
        if permit.is_some_and(|permit| permit.until() < event.at()) {
            return Err(Error::PermitEnded);
        }
        let entry = event.canonical(permit)?;
        let leaf = tree::leaf_hash(&entry).to_vec();
        Ok(Self {
            values: [
                event.id().0.into(),
                event.at().micros().into(),
                event.name().code().into(),
                event.patient_written(permit).map(|patient| patient.0).into(),
                entry.into(),
                leaf.into(),
            ],
        })
    }
}

const COLUMNS: &[Column] = &[
    Column::new("event_id", Holds::Id),
    Column::new("happened_at", Holds::Big),
    Column::new("name", Holds::Text),
    Column::new("patient_id", Holds::IdOrNull),
    Column::new("entry", Holds::Bytes),
    Column::new("leaf_hash", Holds::Bytes),
];

async fn insert(tx: &Tx, rows: Vec<Row>) -> Result<(), Error> {
    Ok(tx.insert_rows("trail_waiting", COLUMNS, rows.into_iter().map(|row| row.values.into()).collect()).await?)
}
