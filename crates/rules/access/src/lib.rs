//! May this person, now, from this place, for this purpose, do this to these items of this patient?
//!
//! One pure function answers, [`decide`], from a question, the facts the gate loaded, and the regulation in force at
//! the instant. Its answer becomes a [`Permit`] at the gate, and nothing of a patient leaves the store without one
//! (law 1). No I/O and no clock here; default is deny.

pub mod condition;
pub mod decide;
pub mod decision;
pub mod entry;
pub mod facts;
pub mod grants;
pub mod kinds;
pub mod load;
pub mod matrix;
pub mod operation;
pub mod permit;
pub mod question;
pub mod reading;
pub mod reason;
pub mod rulebook;
pub mod scope;
pub mod sensitive;

pub use condition::{Condition, Conditions};
pub use decide::decide;
pub use decision::{Decision, Obligation, Remedy};
pub use entry::EntryFacts;
pub use facts::{
    AffiliationFacts, ConsentFacts, DisasterFacts, Facts, GrantFacts, GrantKind, InstitutionFacts, ProxyFacts,
    SessionFacts,
};
pub use grants::{GrantRule, GrantRules, Serves};
pub use load::RegulationRefused;
pub use matrix::{Column, Matrix, MatrixRow, Right};
pub use operation::{Operation, Purpose, SystemMode, Zone};
pub use permit::{Actor, GrantUse, Permit, PermitKind, PermitParts, Subject};
pub use question::{Asker, Question};
pub use reading::{Class, ReadingRules, RecordKinds, SensitiveTable};
pub use reason::Reason;
pub use renkei_participation::{Item, ItemSet, Profession, Role};
pub use rulebook::{InForce, Rulebook, RulebookError, RulebookParts};
pub use scope::{ItemScopes, Shown};
