//! A proof inside an act cannot be written down.
use renkei_access::Permit;
use renkei_db::Tx;
use renkei_kernel::{EventId, Timestamp};
use renkei_ledger::RecordedInTx;

fn forge<'t>(tx: &'t Tx, permit: &'t Permit, event: EventId, at: Timestamp) -> RecordedInTx<'t> {
    RecordedInTx { tx, permit, event, at }
}

fn main() {}
