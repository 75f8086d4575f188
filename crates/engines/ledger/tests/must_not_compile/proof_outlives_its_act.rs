//! A proof of an act in a transaction ends with the transaction.
use renkei_access::Permit;
use renkei_db::Tx;
use renkei_ledger::{Error, Event, RecordedInTx, record};

async fn keep(tx: &Tx, permit: Permit, event: Event) -> Result<RecordedInTx<'static>, Error> {
    record(tx, &permit, &event).await
}

fn main() {}
