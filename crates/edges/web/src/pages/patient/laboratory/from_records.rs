//! Laboratory values of a record as table, trend and cultures.

use super::chart_from::{ChartQuery, PANELS_MAX, Period};
use super::{Culture, Isolate, LabColumn, LabGroup, LabRow, LabValue, LaboratoryPage, Susceptibility};
use crate::dates;
use crate::pages::patient::Frame;
use crate::pages::patient::reading::{Reading, day_and_time, series_address};
use crate::parts::{Chart, Tone};
use crate::shell::Shell;
use jiff::civil::Date;
use renkei_records::ClinicalTime;
use renkei_records::Doubt;
use renkei_records::body::ResultStatus;
use renkei_records::views::cultures::{self, cultures};
use renkei_records::views::laboratory::{Cell, Column, LaboratoryTable, Row, TableQuery, groups, laboratory_table};
use renkei_records::views::series::{SeriesKey, series_key};

/// Takings beside each other.
const COLUMNS_SHOWN_MAX: usize = 8;

/// What of the page is asked for.
#[derive(Debug, Clone, Default)]
pub struct LaboratoryQuery {
    /// The series of the chart, as `series_address` writes them.
    pub items: Vec<String>,
    /// Takings of the table up to this day.
    pub until: Option<Date>,
    pub period: Period,
    /// Last day of the chart.
    pub to: Option<Date>,
}

pub fn status(reading: &Reading<'_>, status: ResultStatus) -> Option<String> {
    let key = match status {
        ResultStatus::Preliminary => "laboratory-state-preliminary",
        ResultStatus::Corrected => "laboratory-state-corrected",
        ResultStatus::Cancelled => "laboratory-state-cancelled",
        ResultStatus::Final | ResultStatus::NotSaid => return None,
    };
    Some(reading.words.say(key))
}

/// What should be confirmed about a value that stands as it was sent (R-X-17).
fn doubted(reading: &Reading<'_>, doubt: Doubt) -> String {
    reading.words.say(match doubt {
        Doubt::AfterReceipt => "laboratory-doubt-after-receipt",
        Doubt::BeforeBirth => "laboratory-doubt-before-birth",
        Doubt::Impossible => "laboratory-doubt-impossible",
        Doubt::OtherUnit => "laboratory-doubt-unit",
        Doubt::Unusual => "laboratory-doubt-unusual",
    })
}

fn joined(state: Option<String>, doubt: Option<String>) -> Option<String> {
    match (state, doubt) {
        (Some(state), Some(doubt)) => Some(format!("{state} {doubt}")),
        (state, doubt) => state.or(doubt),
    }
}

/// What a value looks like when nothing was written: a place to press, and not an empty cell.
pub fn as_sent(value: &str) -> String {
    if value.trim().is_empty() { "—".to_owned() } else { value.to_owned() }
}

fn value(reading: &Reading<'_>, cell: &Cell) -> LabValue {
    let (tone, flag) = reading.judged(cell.flagging);
    LabValue {
        text: as_sent(&cell.value),
        tone,
        flag,
        state: joined(status(reading, cell.status), cell.doubt.map(|doubt| doubted(reading, doubt))),
        comment: (!cell.comments.is_empty()).then(|| cell.comments.join("\n")),
        source: reading.source(&cell.source),
    }
}

fn field_key(label: &str) -> &'static str {
    match label {
        "一般検査" => "laboratory-field-general",
        "血液学的検査" => "laboratory-field-blood",
        "生化学的検査" => "laboratory-field-chemistry",
        "内分泌学的検査" => "laboratory-field-hormones",
        "免疫学的検査" => "laboratory-field-immunology",
        "微生物学的検査" => "laboratory-field-microbiology",
        "病理学的検査" => "laboratory-field-pathology",
        "その他の検体検査" => "laboratory-field-other",
        _ => "laboratory-field-local",
    }
}

fn row(reading: &Reading<'_>, row: &Row, on: &[SeriesKey]) -> LabRow {
    let newest_range = row.cells.iter().flatten().map(|cell| cell.range.trim()).find(|range| !range.is_empty());
    let is_on = on.contains(&row.key);
    let together = || on.iter().chain([&row.key]).map(series_address).collect::<Vec<_>>().join(",");
    LabRow {
        name: reading.analyte(&row.name, &row.key),
        code: row.code.clone(),
        unit: row.unit.clone(),
        specimen: reading.specimen(&row.specimen, &row.key),
        range: newest_range.map(str::to_owned),
        trend: row.is_numeric.then(|| reading.trend(&row.key)),
        add: (row.is_numeric && !is_on && !on.is_empty() && on.len() < PANELS_MAX)
            .then(|| format!("{}/laboratory?item={}#trend", reading.visit, together())),
        on: is_on,
        cells: row.cells.iter().map(|cells| cells.iter().map(|cell| value(reading, cell)).collect()).collect(),
    }
}

fn susceptibility(reading: &Reading<'_>, line: &cultures::Susceptibility) -> Susceptibility {
    let verdict = line.flag.trim();
    Susceptibility {
        drug: line.drug.clone(),
        value: format!("{} {}", as_sent(&line.value), line.unit).trim().to_owned(),
        tone: match verdict {
            "R" => Tone::Danger,
            "I" => Tone::Look,
            _ => Tone::Plain,
        },
        verdict: verdict.to_owned(),
        source: reading.source(&line.source),
    }
}

fn culture(reading: &Reading<'_>, culture: &cultures::Culture) -> Culture {
    let lines = |lines: &[cultures::Susceptibility]| lines.iter().map(|line| susceptibility(reading, line)).collect();
    Culture {
        day: reading.time(culture.taken.as_ref()),
        mark: reading.mark(culture.institution),
        specimen: culture.specimen.clone(),
        state: culture.organisms.iter().find_map(|organism| status(reading, organism.status)),
        title: if culture.item.is_empty() {
            reading.words.say("laboratory-field-microbiology")
        } else {
            culture.item.clone()
        },
        isolates: culture
            .organisms
            .iter()
            .map(|organism| Isolate {
                organism: organism.name.clone(),
                amount: organism.amounts.join(" "),
                rows: lines(&organism.susceptibilities),
            })
            .collect(),
        others: lines(&culture.others),
        comments: culture.comments.clone(),
        source: reading.source(&culture.source),
    }
}

/// The takings of a table.
pub fn columns(reading: &Reading<'_>, table: &LaboratoryTable) -> Vec<LabColumn> {
    let column = |column: &Column| {
        let (day, time) = day_and_time(column.taken.as_ref());
        LabColumn { day, time, mark: reading.mark(column.institution) }
    };
    table.columns.iter().map(column).collect()
}

/// The rows of a table by field of testing; those in `on` are drawn above it.
pub fn rows(reading: &Reading<'_>, table: &LaboratoryTable, on: &[SeriesKey]) -> Vec<LabGroup> {
    let mut groups: Vec<LabGroup> = Vec::new();
    for line in &table.rows {
        let heading = reading.words.say(field_key(&line.field));
        let line = row(reading, line, on);
        match groups.last_mut().filter(|group| group.heading == heading) {
            Some(group) => group.rows.push(line),
            None => groups.push(LabGroup { heading, rows: vec![line] }),
        }
    }
    groups
}

/// The series that were asked for and are there, in the order of asking.
fn wanted(reading: &Reading<'_>, items: &[String]) -> Vec<SeriesKey> {
    if items.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Option<SeriesKey>> = vec![None; items.len()];
    for at in groups(reading.record) {
        for value in &at.group.values {
            let key = series_key(at.seen.institution, at.group, value);
            let address = series_address(&key);
            if let Some(place) = items.iter().position(|item| *item == address).and_then(|n| found.get_mut(n)) {
                place.get_or_insert(key);
            }
        }
        if found.iter().all(Option::is_some) {
            break;
        }
    }
    found.into_iter().flatten().collect()
}

impl LaboratoryPage {
    pub fn from_records(shell: Shell, frame: Frame, reading: &Reading<'_>, query: &LaboratoryQuery) -> Self {
        let asked = TableQuery { until: query.until, columns_max: COLUMNS_SHOWN_MAX, ..TableQuery::default() };
        let table = laboratory_table(reading.record, &asked);
        let wanted = wanted(reading, &query.items);
        let groups = rows(reading, &table, &wanted);
        let oldest = table.columns.last().and_then(|c| c.taken.as_ref()).and_then(ClinicalTime::date);
        let earlier = oldest.filter(|_| table.older_columns > 0).and_then(|day| day.yesterday().ok());
        let page = format!("{}/laboratory", reading.visit);
        Self {
            chart: Chart::from_record(
                reading,
                "trend",
                &ChartQuery { keys: wanted, period: query.period, until: query.to },
                true,
            ),
            shown: table.columns.len(),
            columns: columns(reading, &table),
            groups,
            cultures: cultures(reading.record).iter().map(|c| culture(reading, c)).collect(),
            comments: table.comments,
            earlier: earlier.map(|day| format!("{page}?until={}", dates::short(day))),
            later: query.until.map(|_| page.clone()),
            shell,
            frame,
        }
    }
}
