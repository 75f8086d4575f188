//! The question put to `decide`.

use crate::operation::{Operation, Purpose, Zone};
use renkei_kernel::{InstitutionId, PersonId, SessionId, Timestamp};
use renkei_participation::{ItemSet, Role};

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Asker {
    /// The signed-in person; `None` only for an institution's system.
    pub person: Option<PersonId>,
    /// The role acted in.
    pub role: Role,
    /// The institution acted for; `None` for the patient side and for regional roles.
    pub institution: Option<InstitutionId>,
    pub session: Option<SessionId>,
}

/// One question: may *asker* do *operation* to *items* of *patient* here and now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question {
    pub asker: Asker,
    pub operation: Operation,
    pub items: ItemSet,
    /// The patient concerned; `None` for data of no single patient.
    pub patient: Option<PersonId>,
    pub zone: Zone,
    pub purpose: Purpose,
    pub at: Timestamp,
    /// A doctor typed a reason for opening what is kept back (R-X-15); counts in the unconscious case only.
    pub override_reason_given: bool,
}
