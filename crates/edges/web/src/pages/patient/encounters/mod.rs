//! 受診・入院: visits and stays with department, ward, doctor and the way out.

pub mod from_records;

use crate::pages::patient::Frame;
use crate::parts::Mark;
use crate::shell::Shell;
use askama::Template;

/// A stay in hospital with what happened in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StayLine {
    pub mark: Mark,
    /// `2026-07-03 〜 2026-07-11（9日）`, or `入院中`.
    pub period: String,
    /// 予定, 入院中, 退院.
    pub state: String,
    pub current: bool,
    pub department: String,
    pub place: String,
    pub doctor: String,
    pub outcome: Option<String>,
    /// Transfers and leaves in their order.
    pub steps: Vec<String>,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisitLine {
    pub mark: Mark,
    pub time: String,
    /// Said where the list mixes kinds.
    pub kind: Option<String>,
    pub department: String,
    pub doctor: String,
    pub source: String,
}

#[derive(Debug, Template)]
#[template(path = "pages/patient/encounters/encounters.html")]
pub struct EncountersPage {
    pub shell: Shell,
    pub frame: Frame,
    pub planned: Vec<VisitLine>,
    pub stays: Vec<StayLine>,
    /// Changes of the attending doctor outside stays.
    pub changes: Vec<VisitLine>,
    pub visits: Vec<VisitLine>,
    pub visits_total: usize,
}
