//! Reading the regulation's data files strictly: an unknown code refuses the whole file, with file and line.
//!
//! A TOML file is only the input of an enactment (law 4); what was read is immutable afterwards. Every fault of a file
//! is reported at once.

use crate::condition::Condition;
use crate::decision::Obligation;
use crate::facts::GrantKind;
use crate::grants::{GrantRule, GrantRules, Serves};
use crate::kinds::RecordKinds;
use crate::matrix::{Basis, Column, Matrix, MatrixRow};
use crate::operation::Operation;
use crate::sensitive::{Class, Mark, SensitiveRow, SensitiveTable};
use renkei_kernel::{Category, Problem, Timestamp};
use renkei_participation::strict::{Document, Fault, Faults, Row, Wrong};
use renkei_participation::{InstitutionCode, Item, Role};
use renkei_records::EntryKind;
use std::collections::HashSet;

/// A data file that was not accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegulationRefused {
    pub file: String,
    pub faults: Vec<Fault>,
}

impl std::fmt::Display for RegulationRefused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(
            f,
            "規程データ {} に誤りがあります。何も変更していません。 / {} was refused; nothing was changed.",
            self.file, self.file
        )?;
        for fault in &self.faults {
            writeln!(f, "  {}:{fault}", self.file)?;
        }
        Ok(())
    }
}

impl std::error::Error for RegulationRefused {}

impl Problem for RegulationRefused {
    fn category(&self) -> Category {
        Category::Malformed
    }
    fn code(&self) -> &'static str {
        "regulation_invalid"
    }
}

/// A definition with the instant from which it is in force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Enacted<T> {
    pub version: u32,
    pub valid_from: Timestamp,
    pub content: T,
}

const UNKNOWN_SECTION: Wrong = Wrong::new("unknown-section", "この区分はありません。", "no such section.");
const NO_HEADER: Wrong =
    Wrong::new("no-header", "版の見出しがありません。", "the header with version and date is missing.");
const HEADER_TWICE: Wrong = Wrong::new("header-twice", "見出しが２つあります。", "the header stands twice.");
const UNKNOWN_ROLE: Wrong = Wrong::new("unknown-role", "この役割はありません。", "no such role.");
const UNKNOWN_ITEM: Wrong = Wrong::new("unknown-item", "この項目はありません。", "no such item.");
const UNKNOWN_OPERATION: Wrong = Wrong::new(
    "unknown-operation",
    "R・d・V・C・O・X・A・- のいずれかで書いてください。",
    "must be R, d, V, C, O, X, A or -.",
);
const UNKNOWN_CONDITION: Wrong = Wrong::new("unknown-condition", "この条件はありません。", "no such condition.");
const UNKNOWN_BASIS: Wrong =
    Wrong::new("unknown-basis", "S1・S2・proposal のいずれかで書いてください。", "must be S1, S2 or proposal.");
const UNKNOWN_NOTE: Wrong = Wrong::new("unknown-note", "この注はありません。", "no such note.");
const UNKNOWN_KIND: Wrong = Wrong::new("unknown-kind", "この種類はありません。", "no such kind.");
const UNKNOWN_CLASS: Wrong = Wrong::new("unknown-class", "この機微区分はありません。", "no such sensitive class.");
const UNKNOWN_OBLIGATION: Wrong = Wrong::new("unknown-obligation", "この義務はありません。", "no such obligation.");
const BAD_ALLOW: Wrong = Wrong::new("bad-allow", "0 か 1 で書いてください。", "must be 0 or 1.");
const DASH_WITH_RIGHT: Wrong = Wrong::new(
    "dash-with-right",
    "「-」の行は allow = 0 で、条件を持てません。",
    "a dash has allow = 0 and no conditions.",
);
const DASH_AND_RIGHT: Wrong =
    Wrong::new("dash-and-right", "同じ欄に「-」と権利の両方があります。", "the same cell has a dash and a right.");
const ROW_TWICE: Wrong = Wrong::new("row-twice", "同じ行が前にもあります。", "the same row stands above.");
const DELAY_ALONE: Wrong = Wrong::new(
    "delay-alone",
    "delay_days は条件 after_delay とともに書いてください。",
    "delay_days goes with the condition after_delay.",
);
const OUT_OF_RANGE: Wrong = Wrong::new("out-of-range", "数が範囲の外です。", "the number is out of range.");
const ONE_MARK: Wrong = Wrong::new(
    "one-mark",
    "icd10・department・laboratory・drug・institution のどれか一つを書いてください。",
    "exactly one of icd10, department, laboratory, drug and institution must stand here.",
);
const BAD_MARK: Wrong = Wrong::new("bad-mark", "コードの書き方が正しくありません。", "this is not such a code.");
const BAD_SERVES: Wrong =
    Wrong::new("bad-serves", "institution か opener で書いてください。", "must be institution or opener.");
const BAD_VIEW: Wrong =
    Wrong::new("bad-view", "matrix か emergency で書いてください。", "must be matrix or emergency.");

/// Version and first instant of a file, from its one header section.
struct Header {
    version: u32,
    valid_from: Timestamp,
    title: String,
}

struct Source {
    header: Option<Header>,
    rows: Vec<Row>,
    faults: Faults,
}

/// Reads the header `[name]`, and the rows of `list` (written `[list] rows = [{…}]`) or of `[[list]]`.
fn open(text: &str, name: &str, sections: &[&str]) -> Source {
    let mut faults = Faults::default();
    let document = Document::parse(text, &mut faults);
    document.refuse_top(&mut faults);
    let mut header = None;
    let mut rows = Vec::new();
    for mut row in document.rows {
        if row.section == name {
            if header.is_some() {
                row.fault(None, HEADER_TWICE, &mut faults);
            }
            header = read_header(&mut row, &mut faults);
        } else if sections.contains(&row.section.as_str()) {
            rows.push(row);
        } else {
            row.fault(None, UNKNOWN_SECTION, &mut faults);
        }
    }
    if header.is_none() && faults.is_empty() {
        faults.push(1, name, None, NO_HEADER);
    }
    Source { header, rows, faults }
}

fn read_header(row: &mut Row, faults: &mut Faults) -> Option<Header> {
    let version = row.integer("version", faults).and_then(|number| {
        let version = u32::try_from(number).ok();
        if version.is_none() {
            row.fault(Some("version"), OUT_OF_RANGE, faults);
        }
        version
    });
    let valid_from = match row.maybe_start("valid_from", faults) {
        None if !row.has("valid_from") => row.missing("valid_from", faults),
        given => given,
    };
    let title = row.maybe_text("title", faults).unwrap_or_default();
    let _status = row.maybe_text("status", faults);
    row.finish(faults);
    Some(Header { version: version?, valid_from: valid_from?, title })
}

impl Source {
    fn close<T>(self, file: &str, content: T) -> Result<Enacted<T>, RegulationRefused> {
        match self.header {
            Some(header) if self.faults.is_empty() => {
                Ok(Enacted { version: header.version, valid_from: header.valid_from, content })
            }
            _ => Err(RegulationRefused { file: file.to_owned(), faults: self.faults.into_sorted() }),
        }
    }
}

/// Reads a rights matrix.
///
/// # Errors
/// Every unknown role, item, operation, condition, note or field, every duplicate and contradiction, with its line.
pub fn matrix(file: &str, text: &str) -> Result<Matrix, RegulationRefused> {
    let mut source = open(text, "matrix", &["note", "rights"]);
    let faults = &mut source.faults;
    let mut notes = Vec::new();
    let mut rows = Vec::new();
    let mut seen: HashSet<(Column, Item, Option<Operation>)> = HashSet::new();
    let (note_rows, right_rows): (Vec<_>, Vec<_>) =
        std::mem::take(&mut source.rows).into_iter().partition(|row| row.section == "note");
    for mut row in note_rows {
        let (id, words) = (row.text("id", faults), row.text("text", faults));
        row.finish(faults);
        notes.extend(id.zip(words));
    }
    for mut row in right_rows {
        let Some(right) = matrix_row(&mut row, &notes, faults) else { continue };
        let cell = (right.column, right.item);
        let clash = match right.operation {
            None => Operation::ALL.iter().any(|operation| seen.contains(&(cell.0, cell.1, Some(*operation)))),
            Some(_) => seen.contains(&(cell.0, cell.1, None)),
        };
        if clash {
            row.fault(None, DASH_AND_RIGHT, faults);
        }
        if !seen.insert((cell.0, cell.1, right.operation)) {
            row.fault(None, ROW_TWICE, faults);
        }
        rows.push(right);
    }
    let title = source.header.as_ref().map(|header| header.title.clone()).unwrap_or_default();
    let enacted = source.close(file, ())?;
    Ok(Matrix::new(enacted.version, enacted.valid_from, title, notes, rows))
}

fn matrix_row(row: &mut Row, notes: &[(String, String)], faults: &mut Faults) -> Option<MatrixRow> {
    let column = row.parsed("role", UNKNOWN_ROLE, faults, Column::from_code);
    let item = row.parsed("item", UNKNOWN_ITEM, faults, Item::from_code);
    let operation = row.parsed("op", UNKNOWN_OPERATION, faults, |letter| match letter {
        "-" => Some(None),
        letter => Operation::from_letter(letter).map(Some),
    });
    let allow = row.integer("allow", faults).and_then(|number| match number {
        0 => Some(false),
        1 => Some(true),
        _ => {
            row.fault(Some("allow"), BAD_ALLOW, faults);
            None
        }
    });
    let conditions: crate::condition::Conditions =
        row.list("conditions", UNKNOWN_CONDITION, faults, Condition::from_code).into_iter().collect();
    let delay = row.maybe_integer("delay_days", faults).unwrap_or(0);
    let delay_days = u8::try_from(delay).ok();
    if delay_days.is_none() {
        row.fault(Some("delay_days"), OUT_OF_RANGE, faults);
    }
    if delay != 0 && !conditions.contains(Condition::AfterDelay) {
        row.fault(Some("delay_days"), DELAY_ALONE, faults);
    }
    let note = row.maybe_text("note", faults).unwrap_or_default();
    for reference in note.split_whitespace().filter(|word| word.starts_with('*')) {
        if !notes.iter().any(|(id, _)| id == reference) {
            row.fault(Some("note"), UNKNOWN_NOTE, faults);
        }
    }
    let basis = row.parsed("basis", UNKNOWN_BASIS, faults, Basis::from_code);
    row.finish(faults);
    if operation == Some(None) && (allow == Some(true) || !conditions.is_empty()) {
        row.fault(Some("op"), DASH_WITH_RIGHT, faults);
    }
    Some(MatrixRow {
        column: column?,
        item: item?,
        operation: operation?,
        allow: allow?,
        conditions,
        delay_days: delay_days?,
        note,
        basis: basis?,
    })
}

/// Reads the table *record kind → item*.
///
/// # Errors
/// Unknown kinds and items, kinds that stand twice.
pub fn record_kinds(file: &str, text: &str) -> Result<Enacted<RecordKinds>, RegulationRefused> {
    let mut source = open(text, "record-kinds", &["kinds"]);
    let faults = &mut source.faults;
    let mut kinds = RecordKinds::default();
    for mut row in std::mem::take(&mut source.rows) {
        let kind = row.parsed("kind", UNKNOWN_KIND, faults, EntryKind::from_name);
        let clinical = |code: &str| Item::from_code(code).filter(|item| item.is_clinical());
        let item = row.parsed("item", UNKNOWN_ITEM, faults, clinical);
        row.finish(faults);
        if let (Some(kind), Some(item)) = (kind, item)
            && kinds.insert(kind, item).is_some()
        {
            row.fault(Some("kind"), ROW_TWICE, faults);
        }
    }
    source.close(file, kinds)
}

/// Reads the table of what is sensitive.
///
/// # Errors
/// Unknown classes, malformed codes, rows with none or several marks.
pub fn sensitive(file: &str, text: &str) -> Result<Enacted<SensitiveTable>, RegulationRefused> {
    let mut source = open(text, "sensitive", &["marks"]);
    let faults = &mut source.faults;
    let mut rows = Vec::new();
    for mut row in std::mem::take(&mut source.rows) {
        let class = row.parsed("class", UNKNOWN_CLASS, faults, Class::from_code);
        let _basis = row.maybe_text("basis", faults);
        let letters = |text: &str| {
            let shape = !text.is_empty() && text.len() <= 17 && text.bytes().all(|b| b.is_ascii_alphanumeric());
            shape.then(|| text.to_owned())
        };
        let marks: Vec<Option<Mark>> = ["icd10", "department", "laboratory", "drug", "institution"]
            .into_iter()
            .filter(|name| row.has(name))
            .collect::<Vec<_>>()
            .into_iter()
            .map(|name| {
                row.parsed(name, BAD_MARK, faults, |text| match name {
                    "icd10" => icd10_range(text),
                    "department" => letters(text).map(Mark::Department),
                    "laboratory" => letters(text).map(Mark::Laboratory),
                    "drug" => letters(text).map(Mark::Drug),
                    _ => InstitutionCode::parse(text).map(Mark::InstitutionCode),
                })
            })
            .collect();
        row.finish(faults);
        match marks.as_slice() {
            [mark] => rows.extend(class.zip(mark.clone()).map(|(class, mark)| SensitiveRow { class, mark })),
            _ => row.fault(None, ONE_MARK, faults),
        }
    }
    source.close(file, SensitiveTable { rows })
}

/// `F10-F99`: both ends 3–5 letters and digits beginning with a capital, in order.
fn icd10_range(text: &str) -> Option<Mark> {
    let (from, to) = text.split_once('-')?;
    let shape = |code: &str| {
        (3..=5).contains(&code.len())
            && code.starts_with(|c: char| c.is_ascii_uppercase())
            && code.bytes().skip(1).all(|b| b.is_ascii_digit())
    };
    (shape(from) && shape(to) && from <= to).then(|| Mark::Icd10 { from: from.to_owned(), to: to.to_owned() })
}

/// Reads the analytes a pharmacist sees by default (*6).
///
/// # Errors
/// Malformed codes, codes that stand twice.
pub fn pharmacist_laboratory(file: &str, text: &str) -> Result<Enacted<Vec<String>>, RegulationRefused> {
    let mut source = open(text, "pharmacist-laboratory", &["analytes"]);
    let faults = &mut source.faults;
    let mut codes: Vec<String> = Vec::new();
    for mut row in std::mem::take(&mut source.rows) {
        let code = row.parsed("jlac10", BAD_MARK, faults, |text| {
            (text.len() == 5 && text.bytes().all(|b| b.is_ascii_alphanumeric())).then(|| text.to_owned())
        });
        let _name = row.text("name", faults);
        row.finish(faults);
        match code {
            Some(code) if codes.contains(&code) => row.fault(Some("jlac10"), ROW_TWICE, faults),
            Some(code) => codes.push(code),
            None => {}
        }
    }
    source.close(file, codes)
}

/// Reads the kinds of permission.
///
/// # Errors
/// Unknown kinds, roles, operations, obligations; kinds that stand twice.
pub fn grant_rules(file: &str, text: &str) -> Result<Enacted<GrantRules>, RegulationRefused> {
    let mut source = open(text, "grant-kinds", &["grant"]);
    let faults = &mut source.faults;
    let mut rules: Vec<GrantRule> = Vec::new();
    for mut row in std::mem::take(&mut source.rows) {
        let kind = row.parsed("kind", UNKNOWN_KIND, faults, GrantKind::from_code);
        let opens = row.list("opens", UNKNOWN_ROLE, faults, Role::from_code);
        let serves = row.parsed("serves", BAD_SERVES, faults, Serves::from_code);
        let emergency_view = row.parsed("view", BAD_VIEW, faults, |view| match view {
            "matrix" => Some(false),
            "emergency" => Some(true),
            _ => None,
        });
        let operations = row.list("operations", UNKNOWN_OPERATION, faults, Operation::from_letter);
        let hours = row.maybe_integer("hours", faults);
        let life = hours.map(|hours| u32::try_from(hours).ok().filter(|hours| (1..=24 * 7).contains(hours)));
        if life == Some(None) {
            row.fault(Some("hours"), OUT_OF_RANGE, faults);
        }
        let obligations = row.list("obligations", UNKNOWN_OBLIGATION, faults, Obligation::from_code);
        row.finish(faults);
        if kind.is_some_and(|kind| rules.iter().any(|rule| rule.kind == kind)) {
            row.fault(Some("kind"), ROW_TWICE, faults);
        }
        if let (Some(kind), Some(serves), Some(emergency_view)) = (kind, serves, emergency_view) {
            let hours = life.flatten();
            rules.push(GrantRule { kind, opens, serves, emergency_view, operations, hours, obligations });
        }
    }
    source.close(file, GrantRules { rules })
}
