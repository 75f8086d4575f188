//! No other type can pass for a proof.
use renkei_access::Permit;
use renkei_kernel::EventId;
use renkei_ledger::Trailed;

struct Pretender(Permit, EventId);

impl Trailed for Pretender {
    fn permit(&self) -> &Permit {
        &self.0
    }
    fn event_id(&self) -> EventId {
        self.1
    }
}

fn main() {}
