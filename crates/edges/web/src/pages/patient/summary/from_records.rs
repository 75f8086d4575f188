//! The first glance from a record's summary.

use super::{NotableValue, SummaryPage};
use crate::dates;
use crate::pages::patient::diagnoses::DiagnosisLine;
use crate::pages::patient::laboratory::chart_from::ChartQuery;
use crate::pages::patient::medicines::MedicineGroup;
use crate::pages::patient::medicines::from_records::bars;
use crate::pages::patient::reading::Reading;
use crate::pages::patient::{Frame, Tab};
use crate::parts::{Calendar, Chart, Sparkline};
use crate::shell::Shell;
use renkei_records::ClinicalTime;
use renkei_records::views::latest::LatestValue;
use renkei_records::views::series::OwnRange;
use renkei_records::views::summary::Summary;

/// Lines of each card; the heading leads to all of them.
const DIAGNOSES_SHOWN_MAX: usize = 12;
const VALUES_SHOWN_MAX: usize = 10;
/// Graphs under each other.
const TRENDS_SHOWN_MAX: usize = 2;

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
        name: reading.analyte(&value.name, &value.key),
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

/// Analytes that guide everyday treatment, by the first five characters of JLAC10, the first glance first: HbA1c, eGFR,
/// creatinine, potassium, PT-INR, BNP and NT-proBNP, haemoglobin, CRP, LDL, ALT.
const GUIDING: [&str; 12] =
    ["3D046", "3D045", "8A065", "3C015", "3H015", "2B030", "4Z271", "4Z272", "2A030", "5C070", "3F077", "3B045"];

/// Out of range first, and among equals what guides treatment; comments and texts are read in the table.
fn glance(summary: &Summary) -> Vec<&LatestValue> {
    let mut values: Vec<&LatestValue> =
        summary.latest.iter().filter(|value| value.flagging.is_abnormal() || !value.spark.is_empty()).collect();
    let guiding =
        |value: &LatestValue| GUIDING.iter().position(|code| *code == value.key.analyte).unwrap_or(GUIDING.len());
    // Stable: within a rank the order of the record stays, newest first.
    values.sort_by_key(|value| (!value.flagging.is_abnormal(), guiding(value)));
    values.truncate(VALUES_SHOWN_MAX);
    values
}

impl SummaryPage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, summary: &Summary) -> Self {
        // A card is there when its tab is: a group that may not be seen looks like one that is empty everywhere.
        let has = |tab: Tab| frame.tabs.iter().any(|t| t.href.ends_with(&format!("/{}", tab.slug())));
        let values = glance(summary);
        let moving = values.iter().filter(|value| value.spark.len() > 1).take(TRENDS_SHOWN_MAX);
        let query = ChartQuery { keys: moving.map(|value| value.key.clone()).collect(), ..ChartQuery::default() };
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
            values: has(Tab::Laboratory).then(|| values.iter().map(|v| notable(reading, v)).collect()),
            calendar: Calendar::from_record(reading, &summary.calendar, reading.visit),
            chart: Chart::from_record(reading, "s-trend", &query, false),
            bars: bars(reading, &summary.medicines, "s-bars"),
            shell,
            frame,
        }
    }
}
