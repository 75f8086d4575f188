//! The summary: everything the first glance needs, made once.

use super::calendar::{Calendar, Zoom, calendar};
use super::counts::{Counts, counts};
use super::diagnoses::{Diagnoses, diagnoses};
use super::identity::{IdentityBand, identity_band};
use super::latest::{LatestValue, latest_values};
use super::medicines::{Medicines, Past, medicines_with};
use super::patient::{Contribution, PatientRecord};
use super::warnings::{AllergyShown, Warning, allergies, warnings_from};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Summary {
    pub identity: Option<IdentityBand>,
    pub warnings: Vec<Warning>,
    pub allergies: Vec<AllergyShown>,
    pub contributions: Vec<Contribution>,
    pub counts: Counts,
    pub diagnoses: Diagnoses,
    pub medicines: Medicines,
    /// Abnormal ones first; the page takes as many as it has room for.
    pub latest: Vec<LatestValue>,
    pub calendar: Calendar,
}

pub fn summary(record: &PatientRecord, zoom: Zoom, today: Date) -> Summary {
    summary_with(record, zoom, today, Past::Listed)
}

/// As [`summary`], with as much of past medicines as the page around it shows.
pub fn summary_with(record: &PatientRecord, zoom: Zoom, today: Date, past: Past) -> Summary {
    let (diagnoses, medicines, latest) =
        (diagnoses(record, today), medicines_with(record, today, past), latest_values(record, today));
    let allergies = allergies(record);
    let calendar = calendar(record, zoom, today);
    Summary {
        identity: identity_band(record, today),
        warnings: warnings_from(&allergies, &diagnoses, &latest, &medicines),
        allergies,
        contributions: record.contributions(),
        counts: counts(record),
        diagnoses,
        medicines,
        latest,
        calendar,
    }
}
