//! 経過: calendar and list across institutions, newest first, by month.

pub mod from_records;

use crate::pages::patient::Frame;
use crate::parts::{Calendar, Mark};
use crate::shell::Shell;
use askama::Template;

/// One entry in the course.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseLine {
    /// `11-14`; the heading carries the year.
    pub day: String,
    pub time: Option<String>,
    pub mark: Mark,
    /// 受診, 処方, 検体検査結果 …
    pub kind: String,
    pub title: String,
    pub detail: Option<String>,
    pub source: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CourseMonth {
    /// `m2026-11`: where the calendar's chips lead.
    pub anchor: String,
    pub heading: String,
    pub lines: Vec<CourseLine>,
}

#[derive(Debug, Template)]
#[template(path = "pages/patient/course/course.html")]
pub struct CoursePage {
    pub shell: Shell,
    pub frame: Frame,
    pub calendar: Calendar,
    pub months: Vec<CourseMonth>,
    /// How many lines are shown.
    pub shown: usize,
    /// Link to what lies before this window, when there is something.
    pub earlier: Option<String>,
    pub later: Option<String>,
}
