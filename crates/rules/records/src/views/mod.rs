//! The views of the patient page: pure functions of what one may see, and of today.
//!
//! Every view takes a `PatientRecord` from which `retain` has already removed what this reader may not know of.
//! Counts, legends and lists are made of what is left and of nothing else, so that hidden looks like absent.

pub mod background;
pub mod calendar;
pub mod counts;
mod courses;
pub mod cultures;
mod departments;
pub mod diagnoses;
pub mod encounters;
pub mod identity;
pub mod laboratory;
pub mod latest;
pub mod medicine_bars;
pub mod medicines;
pub mod orders;
pub mod patient;
pub mod prescriptions;
mod reasons;
pub mod retain;
pub mod series;
pub mod sources;
pub mod stays;
pub mod summary;
pub mod trends;
pub mod warnings;

pub use patient::{Contribution, PatientRecord, Seen, SourceRef, VisibleChart};
pub use retain::EntryFacts;
