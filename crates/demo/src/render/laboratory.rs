//! OML-01 laboratory orders and OML-11 results, one SPM–OBR–ORC group per specimen (ssmix2.md section 5.10).

use super::envelope::{Flag, Form, Minute, OrcExtra, Second, Setting, Sheet, Xcn};
use crate::courses::analytes::{Analyte, Specimen};
use jiff::civil::DateTime;

const ORDER: Form = Form { data_type: "OML-01", message: "OML^O33^OML_O33" };
const RESULT: Form = Form { data_type: "OML-11", message: "OUL^R22^OUL_R22" };

/// OBX-11 of a result row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Preliminary,
    Final,
    Corrected,
    NoResult,
}

impl State {
    fn code(self) -> &'static str {
        match self {
            Self::Preliminary => "P",
            Self::Final => "F",
            Self::Corrected => "C",
            Self::NoResult => "X",
        }
    }
}

/// One result row, as printed.
#[derive(Debug, Clone)]
pub struct Row {
    pub analyte: &'static Analyte,
    pub value: String,
    /// `NM` or `ST`.
    pub value_type: &'static str,
    pub range: String,
    pub flag: &'static str,
    pub state: State,
}

/// One report: rows of several specimens collected together.
#[derive(Debug, Clone)]
pub struct Report {
    pub rows: Vec<Row>,
    pub collected: DateTime,
    pub reported: DateTime,
    pub comment: Option<&'static str>,
}

fn specimens(rows: &[Row]) -> impl Iterator<Item = Specimen> + '_ {
    Specimen::ALL.into_iter().filter(move |s| rows.iter().any(|r| r.analyte.specimen == *s))
}

fn code(analyte: &Analyte) -> String {
    format!("{}^{}^JC10^{}^{}^99X03", analyte.jlac10, analyte.name, analyte.local.0, analyte.local.1)
}

/// Writes the order of a report to come.
pub fn order(sheet: &mut Sheet<'_>, setting: &Setting, rows: &[Row], number: &str, at: DateTime) {
    let mut text = sheet.begin(ORDER, at);
    sheet.pid(&mut text, false, None);
    sheet.pv1(&mut text, setting);
    for (nth, specimen) in specimens(rows).enumerate() {
        text.segment("SPM").put(1, nth + 1).put(4, format_args!("{}^{}^JC10", specimen.code().0, specimen.code().1));
        sheet.orc(&mut text, "NW", number, setting, at, OrcExtra::default());
        text.segment("TQ1").put(1, 1).put(9, "R^ルーチン^HL70485");
        let (group, name) = specimen.group();
        text.segment("OBR").put(1, nth + 1).put(2, number).put(4, format_args!("{group}^{name}^99O03"));
        text.put(16, Xcn(setting.doctor));
        for (row, analyte) in rows.iter().filter(|r| r.analyte.specimen == specimen).map(|r| r.analyte).enumerate() {
            text.segment("OBX").put(1, row + 1).put(3, code(analyte)).put(11, "O");
        }
    }
    let key = sheet.key(number, Some(at.date()), at, setting.department, Flag::Current);
    sheet.file(ORDER, key, text);
}

/// Writes one version of a result.
pub fn result(sheet: &mut Sheet<'_>, setting: &Setting, report: &Report, number: &str, flag: Flag) {
    let mut text = sheet.begin(RESULT, report.reported);
    sheet.pid(&mut text, true, None);
    sheet.pv1(&mut text, setting);
    let complete = report.rows.iter().all(|r| r.state != State::Preliminary);
    let state = if complete { "CM" } else { "IP" };
    for (nth, specimen) in specimens(&report.rows).enumerate() {
        text.segment("SPM").put(1, nth + 1).put(2, format_args!("{number}{:02}", nth + 1));
        text.put(4, format_args!("{}^{}^JC10", specimen.code().0, specimen.code().1)).put(17, Minute(report.collected));
        let (group, name) = specimen.group();
        text.segment("OBR").put(1, nth + 1).put(2, number).put(3, format_args!("{number}{:02}", nth + 1));
        text.put(4, format_args!("{group}^{name}^99O03")).put(7, Minute(report.collected));
        text.put(16, Xcn(setting.doctor)).put(22, Second(report.reported));
        sheet.orc(&mut text, "SC", number, setting, report.reported, OrcExtra { state, ..OrcExtra::default() });
        if nth == 0
            && let Some(comment) = report.comment
        {
            text.segment("NTE").put(1, 1).put(2, "L").put(3, comment);
        }
        for (at, row) in report.rows.iter().filter(|r| r.analyte.specimen == specimen).enumerate() {
            text.segment("OBX").put(1, at + 1).put(2, row.value_type).put(3, code(row.analyte));
            if row.state != State::NoResult {
                text.put(5, &row.value);
            }
            if !row.analyte.unit.is_empty() {
                text.put(6, format_args!("{0}^{0}^ISO+", row.analyte.unit));
            }
            if !row.range.is_empty() {
                text.put(7, &row.range);
            }
            if !row.flag.is_empty() {
                text.put(8, row.flag);
            }
            text.put(11, row.state.code()).put(14, Second(report.collected));
        }
    }
    let key = sheet.key(number, Some(report.collected.date()), report.reported, setting.department, flag);
    sheet.file(RESULT, key, text);
}
