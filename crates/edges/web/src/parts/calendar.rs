//! The year at a glance: rows are kinds of contact, columns spans of time, chips say which institution and how often.

use super::Mark;
use askama::Template;
use askama::filters::HtmlSafe;

/// A link that changes the range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeLink {
    pub label: String,
    pub href: String,
    pub on: bool,
}

/// Some contacts of one kind with one institution within one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chip {
    pub mark: Mark,
    pub count: usize,
    pub href: String,
    /// Read out and shown on hover: `ミナト総合病院 受診 2件（2026-11）`.
    pub title: String,
}

/// A stay in hospital that touches the column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stay {
    pub mark: Mark,
    /// `9日`.
    pub label: String,
    pub href: String,
    pub title: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cell {
    pub chips: Vec<Chip>,
    pub stays: Vec<Stay>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarRow {
    pub label: String,
    pub cells: Vec<Cell>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// `11月`, or the year with the month where a year begins.
    pub label: String,
    pub year: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(path = "parts/calendar.html")]
pub struct Calendar {
    pub heading: String,
    /// How to move in it with the keys.
    pub keys: String,
    /// What to say when no row has anything in this range.
    pub empty: String,
    pub ranges: Vec<RangeLink>,
    pub columns: Vec<Column>,
    pub rows: Vec<CalendarRow>,
}

impl HtmlSafe for Calendar {}
