//! What an entry says, one struct for each family of kinds.
//!
//! Variants are only ever appended: their order is the stored form.

pub mod allergy;
pub mod diagnosis;
pub mod encounter;
pub mod identity;
pub mod injection;
pub mod laboratory;
pub mod prescription;
pub mod titled;

pub use allergy::{Allergy, AllergyAction, AllergySource};
pub use diagnosis::{Diagnosis, DiagnosisAction};
pub use encounter::Encounter;
pub use identity::{BloodType, BodyMeasure, Contact, Identity, Insurance};
pub use injection::{Component, ComponentRole, Given, InjectionGiven, InjectionOrder, InjectionSet};
pub use laboratory::{
    LaboratoryGroup, LaboratoryOrder, LaboratoryReport, LaboratoryValue, OrderedItem, ParentResult, ResultStatus,
    Specimen,
};
pub use prescription::{Dispensing, Drug, OrderHead, Prescription, RpGroup, Timing};
pub use titled::{Line, StaffRole, TitledEntry};

use serde::{Deserialize, Serialize};

/// The content of an entry. `Entry::kind` tells which kind a shared struct stands for (`Encounter`, `Titled`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Body {
    Identity(Box<Identity>),
    Contact(Box<Contact>),
    Insurance(Box<Insurance>),
    BloodType(Box<BloodType>),
    BodyMeasure(Box<BodyMeasure>),
    /// Visit, Admission, AdmissionPlan, Leave, LeaveReturn, Transfer(Plan), Discharge(Plan), AttendingChange.
    Encounter(Box<Encounter>),
    Diagnosis(Box<Diagnosis>),
    Allergy(Box<Allergy>),
    Prescription(Box<Prescription>),
    Dispensing(Box<Dispensing>),
    InjectionOrder(Box<InjectionOrder>),
    InjectionGiven(Box<InjectionGiven>),
    LaboratoryReport(Box<LaboratoryReport>),
    LaboratoryOrder(Box<LaboratoryOrder>),
    /// Diet, radiology, endoscopy, physiology and unknown data types.
    Titled(Box<TitledEntry>),
}
