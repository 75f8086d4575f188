//! まとめ: the first glance at a patient. Diseases, medicines with days left, the values that moved, the year.

pub mod from_records;

use crate::pages::patient::Frame;
use crate::pages::patient::diagnoses::DiagnosisLine;
use crate::pages::patient::medicines::MedicineGroup;
use crate::parts::{Bars, Calendar, Chart, Mark, Sparkline, Tone};
use crate::shell::Shell;
use askama::Template;

/// A laboratory value worth a glance: out of its own range, or one of those that guide treatment.
#[derive(Debug, Clone, PartialEq)]
pub struct NotableValue {
    pub name: String,
    pub value: String,
    pub unit: String,
    pub tone: Tone,
    pub flag: String,
    /// `11-14 ▲0.4`.
    pub when: String,
    pub mark: Mark,
    pub line: Option<Sparkline>,
    pub source: String,
    /// The trend of this analyte.
    pub trend: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/patient/summary/summary.html")]
pub struct SummaryPage {
    pub shell: Shell,
    pub frame: Frame,
    /// `None`: this reader may not see the group, or nothing speaks of it; the card is left out.
    pub diagnoses: Option<Vec<DiagnosisLine>>,
    pub diagnoses_total: usize,
    pub medicines: Option<Vec<MedicineGroup>>,
    pub values: Option<Vec<NotableValue>>,
    pub calendar: Calendar,
    /// The values that guide most, one graph each on one axis of time.
    pub chart: Option<Chart>,
    pub bars: Option<Bars>,
}
