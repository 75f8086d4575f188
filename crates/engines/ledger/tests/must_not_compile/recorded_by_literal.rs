//! A proof of a recorded read cannot be written down.
use renkei_access::Permit;
use renkei_kernel::{EventId, Timestamp};
use renkei_ledger::Recorded;
use std::sync::Arc;

fn forge(permit: Permit, event: EventId, at: Timestamp) -> Recorded {
    Recorded { permit: Arc::new(permit), event, at }
}

fn main() {}
