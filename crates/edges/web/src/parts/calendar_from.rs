//! The calendar of a record as the page draws it.

use super::calendar::{Calendar, CalendarRow, Cell, Chip, Column, RangeLink, Stay};
use crate::dates;
use crate::pages::patient::reading::Reading;
use crate::words::Words;
use renkei_records::views::calendar::{Calendar as Recorded, Lane, Period, Zoom};

/// Address word and label of a range.
fn range_key(zoom: Zoom) -> &'static str {
    match zoom {
        Zoom::ThreeYears => "calendar-range-3y",
        Zoom::OneYear => "calendar-range-1y",
        Zoom::ThreeMonths => "calendar-range-3m",
        Zoom::OneMonth => "calendar-range-1m",
    }
}

fn lane_key(lane: Lane) -> &'static str {
    match lane {
        Lane::Visit => "calendar-row-visit",
        Lane::Stay => "calendar-row-stay",
        Lane::Prescription => "calendar-row-prescription",
        Lane::Dispensing => "calendar-row-dispensing",
        Lane::Injection => "calendar-row-injection",
        Lane::Laboratory => "calendar-row-laboratory",
        Lane::Image => "calendar-row-imaging",
        Lane::Endoscopy => "calendar-row-endoscopy",
        Lane::Physiology => "calendar-row-physiology",
    }
}

/// The heading of the month a day lies in, as an anchor of the course.
pub fn month_anchor(day: jiff::civil::Date) -> String {
    format!("m{:04}-{:02}", day.year(), day.month())
}

fn column(words: Words, zoom: Zoom, place: usize, period: &Period) -> Column {
    let month = usize::try_from(period.first.month()).unwrap_or(0);
    let begins_year = period.first.month() == 1 && period.first.day() <= 7;
    let label = match zoom {
        Zoom::OneYear => words.count("calendar-month", month),
        Zoom::ThreeYears => format!("{}–{}", period.first.month(), period.last.month()),
        Zoom::ThreeMonths => format!("{}/{}", period.first.month(), period.first.day()),
        Zoom::OneMonth => period.first.day().to_string(),
    };
    let year = match zoom {
        Zoom::OneMonth => (place == 0 || period.first.day() == 1).then(|| words.count("calendar-month", month)),
        _ => (place == 0 || begins_year).then(|| words.one("calendar-year", "n", period.first.year())),
    };
    Column { label, year }
}

impl Calendar {
    /// `page` is the address whose `range` the links change.
    pub fn from_record(reading: &Reading<'_>, calendar: &Recorded, page: &str) -> Self {
        let words = reading.words;
        let chip_address = |period: &Period| {
            format!(
                "{}/course?range={}#{}",
                reading.visit,
                calendar.zoom.name(),
                month_anchor(period.last.min(reading.today))
            )
        };
        let mut rows: Vec<CalendarRow> = Vec::new();
        if let Some(stays) = stays_row(reading, calendar) {
            rows.push(stays);
        }
        for lane in &calendar.lanes {
            let label = words.say(lane_key(lane.lane));
            let cells = calendar.periods.iter().zip(&lane.cells).map(|(period, marks)| Cell {
                stays: Vec::new(),
                chips: marks
                    .iter()
                    .map(|mark| {
                        let shown = reading.mark(mark.institution);
                        let span = format!("{} – {}", dates::short(period.first), dates::short(period.last));
                        let count = words.count("common-items", mark.count);
                        let title = format!("{} {label} {count} ({span})", shown.name);
                        Chip { mark: shown, count: mark.count, href: chip_address(period), title }
                    })
                    .collect(),
            });
            let row = CalendarRow { cells: cells.collect(), label };
            // Visits stand above stays.
            if lane.lane == Lane::Visit { rows.insert(0, row) } else { rows.push(row) }
        }
        Self {
            heading: words.say("calendar-heading"),
            keys: words.say("calendar-keys"),
            empty: words.say("calendar-empty"),
            ranges: Zoom::ALL
                .into_iter()
                .map(|zoom| RangeLink {
                    label: words.say(range_key(zoom)),
                    href: format!("{page}?range={}", zoom.name()),
                    on: zoom == calendar.zoom,
                })
                .collect(),
            columns: calendar.periods.iter().enumerate().map(|(n, p)| column(words, calendar.zoom, n, p)).collect(),
            rows,
        }
    }
}

fn stays_row(reading: &Reading<'_>, calendar: &Recorded) -> Option<CalendarRow> {
    let words = reading.words;
    let label = words.say("calendar-row-stay");
    let mut cells = vec![Cell::default(); calendar.periods.len()];
    for stay in &calendar.stays {
        let until = stay.last.unwrap_or(reading.today).max(stay.first);
        let mark = reading.mark(stay.institution);
        let end = stay.last.map_or_else(|| words.say("encounter-state-current"), dates::short);
        let title = format!("{} {label} {} – {end}", mark.name, dates::short(stay.first));
        let days = usize::try_from(dates::days_between(stay.first, until) + 1).unwrap_or(0);
        let touched = calendar.periods.iter().zip(&mut cells).filter(|(p, _)| p.first <= until && p.last >= stay.first);
        for (n, (_, cell)) in touched.enumerate() {
            cell.stays.push(Stay {
                mark: mark.clone(),
                label: if n == 0 { words.count("calendar-days", days) } else { String::new() },
                href: format!("{}/encounters", reading.visit),
                title: title.clone(),
            });
        }
    }
    (!calendar.stays.is_empty()).then_some(CalendarRow { label, cells })
}
