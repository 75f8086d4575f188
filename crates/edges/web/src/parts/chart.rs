//! One or several trends under each other on the same axis of time, and behind each its values as a table.
//!
//! Period, earlier and later are plain links and the tables are always there: the island adds wheel, pinch and keys to
//! what can be done without it.

use super::{Mark, RangeLink, Trend};
use crate::pages::patient::laboratory::LabValue;
use crate::parts::trend::Span;
use crate::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;

/// A line of the table behind a trend.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrendLine {
    pub day: String,
    pub value: LabValue,
    pub range: String,
    /// JLAC10 method as sent; empty when nothing was said.
    pub method: String,
    pub mark: Mark,
}

/// The trend of one analyte: a graph where there is something to draw, and its table.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartPanel {
    pub name: String,
    pub unit: String,
    pub graph: Option<Trend>,
    /// Newest first.
    pub lines: Vec<TrendLine>,
    /// Values that are no numbers and stand in the table only.
    pub not_drawn: usize,
    /// The page of this analyte alone, or without it where several are shown.
    pub link: Option<ChartLink>,
}

impl ChartPanel {
    /// Measured in more than one way, so that not all points are joined.
    pub fn has_methods(&self) -> bool {
        let mut methods = self.lines.iter().map(|line| &line.method);
        methods.next().is_some_and(|first| methods.any(|method| method != first))
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartLink {
    pub label: String,
    pub href: String,
}

#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/chart.html")]
pub struct Chart {
    pub words: Words,
    /// Names the chart inside its page: `trend`.
    pub id: String,
    /// Everything there is to see.
    pub whole: Span,
    /// What is drawn.
    pub shown: Span,
    pub ranges: Vec<ChartRange>,
    pub earlier: Option<String>,
    pub later: Option<String>,
    pub panels: Vec<ChartPanel>,
    pub legend: Vec<Mark>,
    /// The tables are open: where the chart is what the page is about.
    pub open: bool,
}

/// A period to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartRange {
    pub link: RangeLink,
    pub span: Span,
}

impl HtmlSafe for Chart {}
