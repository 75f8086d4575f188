//! 検査: values as they came, each judged by the range of the institution that measured it; the trend of one analyte.
//!
//! One row holds one analyte in one specimen and one unit; HbA1c in JDS and in NGSP are two rows. What cannot be set
//! side by side safely is not.

pub mod chart_from;
pub mod from_records;

use crate::pages::patient::Frame;
use crate::parts::{Chart, Mark, Tone};
use crate::shell::Shell;
use askama::Template;

/// One measured value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabValue {
    /// As it came: `0.020`, `<0.02`, `1 +`.
    pub text: String,
    pub tone: Tone,
    /// `H`, `LL`, `異常`: the word that goes with the colour; empty where nothing was said.
    pub flag: String,
    /// `速報`, `修正`, `中止`: every state but final is said.
    pub state: Option<String>,
    pub comment: Option<String>,
    pub source: String,
}

/// One collection at one institution: a column of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabColumn {
    pub day: String,
    pub time: Option<String>,
    pub mark: Mark,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabRow {
    pub name: String,
    pub code: String,
    pub unit: String,
    pub specimen: String,
    /// The newest value's own range.
    pub range: Option<String>,
    /// The trend of this row; `None` when it has no numbers.
    pub trend: Option<String>,
    /// The chart that is open with this row under it.
    pub add: Option<String>,
    pub on: bool,
    /// As many cells as there are columns; several values where one taking has several.
    pub cells: Vec<Vec<LabValue>>,
}

/// Rows of one field of testing: 一般検査, 血液学的検査 …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LabGroup {
    pub heading: String,
    pub rows: Vec<LabRow>,
}

/// One isolate of a culture with its susceptibilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Isolate {
    pub organism: String,
    pub amount: String,
    pub rows: Vec<Susceptibility>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Susceptibility {
    pub drug: String,
    pub value: String,
    /// S, I, R as it came.
    pub verdict: String,
    pub tone: Tone,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Culture {
    pub day: String,
    pub mark: Mark,
    pub specimen: String,
    pub state: Option<String>,
    pub title: String,
    pub isolates: Vec<Isolate>,
    /// Smears, 陰性, and what names no organism.
    pub others: Vec<Susceptibility>,
    pub comments: Vec<String>,
    pub source: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/patient/laboratory/laboratory.html")]
pub struct LaboratoryPage {
    pub shell: Shell,
    pub frame: Frame,
    pub chart: Option<Chart>,
    pub columns: Vec<LabColumn>,
    pub groups: Vec<LabGroup>,
    pub cultures: Vec<Culture>,
    /// Comments of the reports shown, as sent.
    pub comments: Vec<String>,
    /// Link to older and newer columns.
    pub earlier: Option<String>,
    pub later: Option<String>,
    /// Collections shown.
    pub shown: usize,
}
