//! What a message says, by family of data types. Every struct keeps the characters sent and the place they stood in.

pub mod allergy;
pub mod demographics;
pub mod diagnosis;
pub mod medication;
pub mod observation;
pub mod order;
pub mod order_group;
pub mod patient;
pub mod visit;

use serde::{Deserialize, Serialize};

pub use allergy::Allergy;
pub use demographics::{Contact, Demographics, Disability, Insurance};
pub use diagnosis::{Diagnosis, Tooth};
pub use medication::{Component, Given, Medication, MedicationGroup, MedicationItem, RpGroup};
pub use observation::Observation;
pub use order::{Order, Route, Timing};
pub use order_group::{Diet, Examination, ImageLink, OrderGroup, ParentResult, Requested, Specimen, UsedItem};
pub use patient::Patient;
pub use visit::Visit;

/// The content of a message. PID, PV1, PV2 and EVN stand beside it in every message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Content {
    /// ADT-00.
    Demographics(Box<Demographics>),
    /// ADT-01, -12, -21, -22, -31, -32, -41, -42, -51, -52: everything stands in `visit`.
    Visit,
    /// ADT-61.
    Allergies(Vec<Allergy>),
    /// PPR-01.
    Diagnoses(Vec<Diagnosis>),
    /// OMP-01, -11 (prescriptions), OMP-02, -12 (injections).
    Medication(Box<Medication>),
    /// OMD, OML-01, -11, OMG-01, -02, -03, -11, -12, -13.
    Orders(Vec<OrderGroup>),
    /// A data type the guideline does not list: all segments stand in `other`.
    Raw,
}
