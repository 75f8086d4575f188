//! A pretended card reader for the demonstration and for tests: cards are laid on it by hand through a handle.
//!
//! Separate from the protocol on purpose: everything above the trait (device key, nonce, signature, connection) is the
//! real one.

use crate::agent::device::{CardReader, CardSeen, ReaderChange};
use crate::reader::wire::{DeviceState, Means, ReadFault};
use futures::future::BoxFuture;
use std::time::Duration;
use tokio::sync::{mpsc, watch};

#[derive(Clone, Default)]
struct Plate {
    cards: Vec<CardSeen>,
    state: Option<DeviceState>,
    /// How long a card takes to answer.
    slowness: Duration,
}

impl Plate {
    fn state(&self) -> DeviceState {
        match (self.state, self.cards.is_empty()) {
            (Some(state), _) => state,
            (None, true) => DeviceState::Ready,
            (None, false) => DeviceState::CardPresent,
        }
    }
}

/// The reader; goes to [`crate::agent::run_agent`].
pub struct PretendReader {
    plate: watch::Receiver<Plate>,
    changes: mpsc::UnboundedReceiver<ReaderChange>,
}

/// The hand above the reader. Cheap to clone.
#[derive(Clone)]
pub struct PretendHandle {
    plate: watch::Sender<Plate>,
    changes: mpsc::UnboundedSender<ReaderChange>,
}

impl PretendReader {
    pub fn new() -> (Self, PretendHandle) {
        let (sender, plate) = watch::channel(Plate::default());
        let (changes, received) = mpsc::unbounded_channel();
        (Self { plate, changes: received }, PretendHandle { plate: sender, changes })
    }
}

impl PretendHandle {
    /// Lays a card on the reader, beside what lies there already. `kind`: `felica`, `mifare`, `token`; `id`: hexadecimal.
    pub fn lay(&self, kind: &str, id: &str) {
        self.put(CardSeen { means: Means::Contactless, kind: kind.to_owned(), id: id.to_owned() });
    }
    /// As [`Self::lay`], from the normal form `felica:012E4CE17A3B5C6D`.
    pub fn lay_card(&self, normal_form: &str) {
        let (kind, id) = normal_form.split_once(':').unwrap_or(("", normal_form));
        self.lay(kind, id);
    }
    /// What a keyboard-type reader would deliver.
    pub fn type_in(&self, kind: &str, id: &str) {
        self.put(CardSeen { means: Means::Keyboard, kind: kind.to_owned(), id: id.to_owned() });
    }
    /// Takes every card away.
    pub fn remove(&self) {
        let had = self.change(|plate| !std::mem::take(&mut plate.cards).is_empty());
        if had {
            self.tell(ReaderChange::Removed);
        }
    }
    /// Makes the device absent or faulty; `None` repairs it.
    pub fn fault(&self, state: Option<DeviceState>) {
        let state = self.change(|plate| {
            plate.state = state;
            plate.state()
        });
        self.tell(ReaderChange::State(state));
    }
    /// Makes cards answer only after a while.
    pub fn slow_down(&self, by: Duration) {
        self.change(|plate| plate.slowness = by);
    }
    pub fn has_card(&self) -> bool {
        !self.plate.borrow().cards.is_empty()
    }

    fn put(&self, card: CardSeen) {
        let state = self.change(|plate| {
            plate.cards.push(card);
            plate.state()
        });
        self.tell(ReaderChange::State(state));
    }
    fn change<T>(&self, change: impl FnOnce(&mut Plate) -> T) -> T {
        let mut out = None;
        self.plate.send_modify(|plate| out = Some(change(plate)));
        match out {
            Some(out) => out,
            None => unreachable!("the closure always runs"),
        }
    }
    fn tell(&self, change: ReaderChange) {
        // Without an agent there is nobody to tell.
        let _nobody_listens = self.changes.send(change);
    }
}

impl CardReader for PretendReader {
    fn read(&mut self, within: Duration) -> BoxFuture<'_, Result<CardSeen, ReadFault>> {
        Box::pin(async move {
            let reading = async {
                loop {
                    let seen = {
                        let plate = self.plate.borrow_and_update();
                        if !plate.state().works() {
                            return Err(ReadFault::Device);
                        }
                        match plate.cards.as_slice() {
                            [] => None,
                            [one] => Some((one.clone(), plate.slowness)),
                            _ => return Err(ReadFault::TwoCards),
                        }
                    };
                    match seen {
                        Some((card, slowness)) => {
                            tokio::time::sleep(slowness).await;
                            let still_there = self.plate.borrow().cards.contains(&card);
                            return if still_there { Ok(card) } else { Err(ReadFault::Removed) };
                        }
                        None => self.plate.changed().await.map_err(|_| ReadFault::Device)?,
                    }
                }
            };
            tokio::time::timeout(within, reading).await.unwrap_or(Err(ReadFault::NoCard))
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
        self.plate.borrow().state()
    }
}
