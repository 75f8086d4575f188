//! What an agent needs of a card reader, whatever it is: PC/SC, a pretended one, a later one.
//!
//! Separate so that a real reader comes behind the same trait without the protocol knowing. The reader lives in a
//! task of its own: a slow card must not keep the connection from breathing.

use crate::reader::wire::{DeviceState, Means, ReadFault};
use futures::future::BoxFuture;
use renkei_kernel::CardReadId;
use std::time::Duration;
use tokio::sync::mpsc;

/// A card as a reader saw it. No `Debug`: it holds an identifier.
#[derive(Clone, PartialEq, Eq)]
pub struct CardSeen {
    pub means: Means,
    /// `felica`, `mifare`, `token`, or what else the reader found.
    pub kind: String,
    /// The identifier in the reader's own spelling.
    pub id: String,
}

/// Something changed at the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderChange {
    /// The card left.
    Removed,
    State(DeviceState),
}

/// A card reader.
pub trait CardReader: Send {
    /// Waits for a card and reads its identifier, at most `within`. Dropping the future gives up.
    fn read(&mut self, within: Duration) -> BoxFuture<'_, Result<CardSeen, ReadFault>>;
    /// The next change. Dropping the future must lose none.
    fn next_change(&mut self) -> BoxFuture<'_, ReaderChange>;
    /// The device as it is now.
    fn state(&mut self) -> DeviceState;
}

/// Connection → reader.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Order {
    Read {
        read: CardReadId,
        within: Duration,
    },
    GiveUp {
        read: CardReadId,
    },
    /// A new connection wants to know how the device is.
    Report,
}

/// Reader → connection.
pub(crate) enum Report {
    Seen { read: CardReadId, card: CardSeen },
    Failed { read: CardReadId, fault: ReadFault },
    Change(ReaderChange),
}

/// Runs a reader until its orders end.
pub(crate) async fn operate(
    mut reader: Box<dyn CardReader>,
    mut orders: mpsc::Receiver<Order>,
    reports: mpsc::Sender<Report>,
) {
    let mut next = None;
    loop {
        let order = match next.take() {
            Some(order) => Some(order),
            None => tokio::select! {
                order = orders.recv() => order,
                change = reader.next_change() => {
                    if reports.send(Report::Change(change)).await.is_err() {
                        return;
                    }
                    continue;
                }
            },
        };
        let report = match order {
            None => return,
            Some(Order::GiveUp { .. }) => continue,
            Some(Order::Report) => Report::Change(ReaderChange::State(reader.state())),
            Some(Order::Read { read, within }) => {
                let interrupted = tokio::select! {
                    seen = reader.read(within) => Ok(seen),
                    order = interrupting(&mut orders, read) => Err(order),
                };
                match interrupted {
                    Ok(Ok(card)) => Report::Seen { read, card },
                    Ok(Err(fault)) => Report::Failed { read, fault },
                    Err(None) => return,
                    Err(Some(order)) => {
                        next = Some(order);
                        continue;
                    }
                }
            }
        };
        if reports.send(report).await.is_err() {
            return;
        }
    }
}

/// The next order that ends the read that runs: another read, giving up this one, a new connection.
async fn interrupting(orders: &mut mpsc::Receiver<Order>, running: CardReadId) -> Option<Order> {
    loop {
        match orders.recv().await {
            Some(Order::GiveUp { read }) if read != running => {}
            order => return order,
        }
    }
}
