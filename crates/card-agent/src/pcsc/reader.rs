//! The agent's `CardReader` over PC/SC.
//!
//! Separate because this is where blocking calls meet the agent's tasks: one thread watches, and each reading has a
//! thread of its own, of which there is never more than one: a card that does not answer must not pile up threads.

use super::exchange;
use super::watch::{Plate, Watcher};
use futures::future::BoxFuture;
use renkei_api::agent::{CardReader, CardSeen, ReaderChange};
use renkei_api::reader::wire::{DeviceState, ReadFault};
use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::time::Instant;

/// A reader of this PC, as long as this lives.
pub struct PcscReader {
    plate: watch::Receiver<Plate>,
    changes: mpsc::UnboundedReceiver<ReaderChange>,
    ended: Arc<AtomicBool>,
    /// The one place for a reading.
    place: Arc<Semaphore>,
}

impl PcscReader {
    /// Begins to watch. `wanted`: name or beginning of a name, needed where there are several readers. Fails only when
    /// the system gives no thread.
    pub fn open(wanted: Option<String>) -> std::io::Result<Self> {
        let (shown, plate) = watch::channel(Plate { state: DeviceState::Absent, reader: None });
        let (changes, heard) = mpsc::unbounded_channel();
        let ended = Arc::new(AtomicBool::new(false));
        let watcher = Watcher { wanted, plate: shown, changes, ended: ended.clone() };
        std::thread::Builder::new().name("card-reader".to_owned()).spawn(move || watcher.run())?;
        Ok(Self { plate, changes: heard, ended, place: Arc::new(Semaphore::new(1)) })
    }

    /// Waits until a card lies there; the name of the reader.
    async fn card_there(&mut self) -> Result<CString, ReadFault> {
        loop {
            {
                let plate = self.plate.borrow_and_update();
                match (plate.state, &plate.reader) {
                    (DeviceState::CardPresent, Some(reader)) => return Ok(reader.clone()),
                    (state, _) if !state.works() => return Err(ReadFault::Device),
                    _ => {}
                }
            }
            self.plate.changed().await.map_err(|_| ReadFault::Device)?;
        }
    }

    /// Reads on a thread of its own. Dropping the future leaves the thread to its end; the next reading waits for it.
    async fn exchange(&self, reader: CString) -> Result<CardSeen, ReadFault> {
        let place = self.place.clone().acquire_owned().await.map_err(|_| ReadFault::Device)?;
        let (tell, told) = oneshot::channel();
        let reading = std::thread::Builder::new().name("card-reading".to_owned()).spawn(move || {
            // Nobody may be waiting any more.
            let _given_up = tell.send(exchange::read(&reader));
            drop(place);
        });
        reading.map_err(|_| ReadFault::Device)?;
        told.await.unwrap_or(Err(ReadFault::Device))
    }
}

impl CardReader for PcscReader {
    fn read(&mut self, within: Duration) -> BoxFuture<'_, Result<CardSeen, ReadFault>> {
        Box::pin(async move {
            let until = Instant::now() + within;
            let reader = tokio::time::timeout_at(until, self.card_there()).await.unwrap_or(Err(ReadFault::NoCard))?;
            // There was a card, and it did not answer in time.
            tokio::time::timeout_at(until, self.exchange(reader)).await.unwrap_or(Err(ReadFault::Unsupported))
        })
    }

    fn next_change(&mut self) -> BoxFuture<'_, ReaderChange> {
        Box::pin(async move {
            match self.changes.recv().await {
                Some(change) => change,
                None => std::future::pending().await,
            }
        })
    }

    fn state(&mut self) -> DeviceState {
        self.plate.borrow().state
    }
}

impl Drop for PcscReader {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::Relaxed);
    }
}
