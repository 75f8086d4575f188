//! The first glance from a record's summary.

use super::{NotableValue, SummaryPage};
use crate::dates;
use crate::pages::patient::diagnoses::DiagnosisLine;
use crate::pages::patient::laboratory::from_records::graph;
use crate::pages::patient::medicines::MedicineGroup;
use crate::pages::patient::medicines::from_records::bars;
use crate::pages::patient::reading::Reading;
use crate::pages::patient::{Frame, Tab};
use crate::parts::{Calendar, Sparkline};
use crate::shell::Shell;
use renkei_records::ClinicalTime;
use renkei_records::views::latest::LatestValue;
use renkei_records::views::series::OwnRange;
use renkei_records::views::summary::Summary;

/// Lines of each card; the heading leads to all of them.
const DIAGNOSES_SHOWN_MAX: usize = 12;
const VALUES_SHOWN_MAX: usize = 10;

/// `11-14 ▲0.4`; the year stands there when it is not this one.
fn when(reading: &Reading<'_>, value: &LatestValue) -> String {
    let day = value
        .taken
        .as_ref()
        .and_then(ClinicalTime::date)
        .map(|day| if day.year() == reading.today.year() { dates::day_of_year(day) } else { dates::short(day) });
    let moved = value.difference.as_deref().map(|difference| match difference.split_at_checked(1) {
        Some(("+", rest)) => format!(" ▲{rest}"),
        Some(("-", rest)) => format!(" ▼{rest}"),
        _ => " →".to_owned(),
    });
    format!("{}{}", day.unwrap_or_default(), moved.unwrap_or_default())
}

fn notable(reading: &Reading<'_>, value: &LatestValue) -> NotableValue {
    let (tone, flag) = reading.judged(value.flagging);
    let range = OwnRange::read(&value.range).unwrap_or_default();
    let mut points = Vec::new();
    let mut place = 0.0;
    for number in &value.spark {
        points.push((place, *number));
        place += 1.0;
    }
    NotableValue {
        name: value.name.clone(),
        value: value.value.clone(),
        unit: value.unit.clone(),
        tone,
        flag,
        when: when(reading, value),
        mark: reading.mark(value.institution),
        line: Sparkline::new(&points, range.low.map(|l| l.0), range.high.map(|h| h.0), tone.class()),
        source: reading.source(&value.source),
        trend: reading.trend(&value.key),
    }
}

/// Out of range, or a number: comments and texts are read in the table.
fn glance(summary: &Summary) -> impl Iterator<Item = &LatestValue> {
    summary.latest.iter().filter(|value| value.flagging.is_abnormal() || !value.spark.is_empty())
}

impl SummaryPage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, summary: &Summary) -> Self {
        // A card is there when its tab is: a group that may not be seen looks like one that is empty everywhere.
        let has = |tab: Tab| frame.tabs.iter().any(|t| t.href.ends_with(&format!("/{}", tab.slug())));
        Self {
            diagnoses: has(Tab::Diagnoses).then(|| {
                summary
                    .diagnoses
                    .current
                    .iter()
                    .take(DIAGNOSES_SHOWN_MAX)
                    .map(|g| DiagnosisLine::brief(reading, g))
                    .collect()
            }),
            diagnoses_total: summary.diagnoses.current.len(),
            medicines: has(Tab::Medicines)
                .then(|| summary.medicines.current.iter().map(|m| MedicineGroup::brief(reading, m)).collect()),
            values: has(Tab::Laboratory)
                .then(|| glance(summary).take(VALUES_SHOWN_MAX).map(|v| notable(reading, v)).collect()),
            calendar: Calendar::from_record(reading, &summary.calendar, reading.visit),
            trend: summary.trends.iter().find_map(|trend| graph(reading, trend)),
            bars: bars(reading, &summary.medicines),
            shell,
            frame,
        }
    }
}
