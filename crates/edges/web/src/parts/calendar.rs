//! The year at a glance: rows are kinds of contact, columns spans of time, chips say which institution and how often.

use super::Mark;
use askama::Template;
use askama::filters::HtmlSafe;

/// How much time the calendar shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Range {
    ThreeYears,
    #[default]
    Year,
    ThreeMonths,
    Month,
}

impl Range {
    pub const ALL: [Self; 4] = [Self::ThreeYears, Self::Year, Self::ThreeMonths, Self::Month];
    /// The value in an address.
    pub fn code(self) -> &'static str {
        match self {
            Self::ThreeYears => "3y",
            Self::Year => "1y",
            Self::ThreeMonths => "3m",
            Self::Month => "1m",
        }
    }
    /// Anything unknown is the year.
    pub fn from_code(code: &str) -> Self {
        Self::ALL.into_iter().find(|r| r.code() == code).unwrap_or_default()
    }
    pub fn key(self) -> &'static str {
        match self {
            Self::ThreeYears => "calendar-range-3y",
            Self::Year => "calendar-range-1y",
            Self::ThreeMonths => "calendar-range-3m",
            Self::Month => "calendar-range-1m",
        }
    }
}

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
    /// What to say when no row has anything in this range.
    pub empty: String,
    pub stay_word: String,
    pub ranges: Vec<RangeLink>,
    pub columns: Vec<Column>,
    pub rows: Vec<CalendarRow>,
}

impl HtmlSafe for Calendar {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_range_is_the_year() {
        assert_eq!(Range::from_code("1m"), Range::Month);
        assert_eq!(Range::from_code("'; drop"), Range::Year);
    }
}
