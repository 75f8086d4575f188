//! The house moves to another database: what the trail says of it (R-X-04).
//!
//! Two records. The first is written at the old place before anything is copied and goes along; the second is written at
//! the new place when everything was compared, and says how much was moved.

use crate::error::AppError;
use crate::house::House;
use renkei_access::Actor;
use renkei_db::Database;
use renkei_kernel::EventId;
use renkei_ledger::{Event, EventName, Ledger};

fn moved(ledger: &Ledger, stage: &'static str) -> Event {
    ledger.event(EventName::SystemMoved).actor(Actor::Installation).detail("to", "postgresql").detail("stage", stage)
}

impl House {
    /// Notes, at the old place, that a move begins.
    pub async fn note_move_begins(&self) -> Result<EventId, AppError> {
        Ok(renkei_ledger::record_alone(self.db(), moved(self.ledger(), "begun")).await?)
    }
}

/// Notes, at the new place, that the move that began with `begun` is done. The record waits for its number until the
/// house is opened there.
pub async fn note_move_done(
    at: &Database,
    ledger: &Ledger,
    begun: EventId,
    tables: usize,
    rows: u64,
) -> Result<(), AppError> {
    let event = moved(ledger, "done")
        .detail("begun", begun.0)
        .detail("tables", i64::try_from(tables).unwrap_or(i64::MAX))
        .detail("rows", i64::try_from(rows).unwrap_or(i64::MAX));
    renkei_ledger::record_alone(at, event).await?;
    Ok(())
}
