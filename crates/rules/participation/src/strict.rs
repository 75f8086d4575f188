//! Strict reading of TOML rows: every wrong field is reported with its line, none is skipped over silently.
//!
//! Separate from serde, which stops at the first error and cannot say in which line a date is wrong. The register file
//! and the regulation's data files are both read this way (E400: every wrong field named, nothing changed).

use jiff::civil::{Date, Time};
use renkei_kernel::Timestamp;
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// One wrong place of a file. Tells line and field, never the value: files hold personal data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// One-based line.
    pub line: usize,
    /// Section name, e.g. `patient`.
    pub section: String,
    pub field: Option<String>,
    /// Stable kebab-case code.
    pub code: &'static str,
    pub ja: String,
    pub en: String,
}

impl std::fmt::Display for Fault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}行目", self.line)?;
        if !self.section.is_empty() {
            write!(f, " [[{}]]", self.section)?;
        }
        if let Some(field) = &self.field {
            write!(f, " {field}")?;
        }
        write!(f, "：{} / {} ({})", self.ja, self.en, self.code)
    }
}

/// What a field must be and is not; makes the pair of sentences.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wrong {
    pub code: &'static str,
    pub ja: &'static str,
    pub en: &'static str,
}

impl Wrong {
    pub const fn new(code: &'static str, ja: &'static str, en: &'static str) -> Self {
        Self { code, ja, en }
    }
}

/// Faults gathered over a whole file.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub fn push(&mut self, line: usize, section: &str, field: Option<&str>, wrong: Wrong) {
        self.0.push(Fault {
            line,
            section: section.to_owned(),
            field: field.map(str::to_owned),
            code: wrong.code,
            ja: wrong.ja.to_owned(),
            en: wrong.en.to_owned(),
        });
    }
    pub fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// In the order of the file.
    pub fn into_sorted(mut self) -> Vec<Fault> {
        self.0.sort_by(|a, b| (a.line, &a.field).cmp(&(b.line, &b.field)));
        self.0
    }
}

/// A value as far as these files use TOML.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    Text(String),
    Integer(i64),
    Boolean(bool),
    Date(Date),
    Instant(Timestamp),
    List(Vec<String>),
    Unreadable(Wrong),
}

#[derive(Debug, Clone)]
struct Field {
    line: usize,
    value: Value,
    taken: bool,
}

/// One `[[section]]` (or inline table of a list).
#[derive(Debug, Clone)]
pub struct Row {
    pub section: String,
    pub line: usize,
    fields: BTreeMap<String, Field>,
}

/// A file's rows by section, in the order of the file, and its single values on top.
#[derive(Debug, Default)]
pub struct Document {
    pub rows: Vec<Row>,
    /// Values outside every section (`version = 0`), as one row of line 1.
    pub top: Option<Row>,
}

const MISSING: Wrong = Wrong::new("missing", "未入力です。", "is missing.");
const UNKNOWN_FIELD: Wrong = Wrong::new(
    "unknown-field",
    "この項目はありません。つづりを確かめてください。",
    "no such field; check the spelling.",
);
const NOT_TEXT: Wrong = Wrong::new("not-text", "文字列（\"…\"）で書いてください。", "must be a string.");
const NOT_NUMBER: Wrong = Wrong::new("not-number", "整数で書いてください。", "must be a whole number.");
const NOT_BOOLEAN: Wrong = Wrong::new("not-boolean", "true か false で書いてください。", "must be true or false.");
const NOT_LIST: Wrong =
    Wrong::new("not-list", "文字列の一覧（[\"…\"]）で書いてください。", "must be a list of strings.");
const NOT_DATE: Wrong =
    Wrong::new("not-date", "日付（2015-04-01）で書いてください。", "must be a date such as 2015-04-01.");
const NOT_INSTANT: Wrong = Wrong::new(
    "not-instant",
    "日付か日時（2015-04-01T09:00:00）で書いてください。",
    "must be a date or a date and time.",
);
const BAD_DATE: Wrong = Wrong::new("no-such-date", "暦にない日付・時刻です。", "no such day or time in the calendar.");
const NESTED: Wrong = Wrong::new("nested", "ここに表は書けません。", "a table cannot stand here.");
const LONE_VALUE: Wrong =
    Wrong::new("outside-section", "[[…]] の区分の中に書いてください。", "must stand inside a [[section]].");

fn line_of(starts: &[usize], offset: usize) -> usize {
    starts.partition_point(|start| *start <= offset)
}

/// A section written as `[section]` with nothing but `rows = [{…}, {…}]`: many short rows, one a line.
fn rows_of<'t, 'i>(table: &'t DeTable<'i>) -> Option<&'t toml::de::DeArray<'i>> {
    let (key, value) = table.iter().next().filter(|_| table.len() == 1)?;
    let items = value.get_ref().as_array().filter(|_| key.get_ref() == "rows")?;
    items.iter().all(|item| item.get_ref().is_table()).then_some(items)
}

impl Document {
    /// Reads the text; syntax errors become faults, what could be read is returned.
    pub fn parse(text: &str, faults: &mut Faults) -> Self {
        let mut starts = vec![0];
        starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
        let (root, errors) = DeTable::parse_recoverable(text);
        for error in errors {
            let line = line_of(&starts, error.span().map_or(0, |span| span.start));
            // Of the parser's own text only what names no value: it may quote the line.
            faults.push(line, "", None, Wrong::new("syntax", "TOMLの書き方が正しくありません。", "is not valid TOML."));
        }
        let mut document = Self::default();
        let mut top = Row { section: String::new(), line: 1, fields: BTreeMap::new() };
        for (key, value) in root.get_ref() {
            let line = line_of(&starts, key.span().start);
            match value.get_ref() {
                DeValue::Array(items) if !items.is_empty() && items.iter().all(|item| item.get_ref().is_table()) => {
                    for item in items.iter() {
                        let Some(table) = item.get_ref().as_table() else { continue };
                        // The span of a `[[header]]` row is the header; of an inline row its brace.
                        let row_line = line_of(&starts, item.span().start);
                        document.rows.push(Row::of(key.get_ref(), row_line, table, &starts));
                    }
                }
                DeValue::Table(table) => match rows_of(table) {
                    Some(items) => {
                        for item in items.iter() {
                            let Some(inline) = item.get_ref().as_table() else { continue };
                            let row_line = line_of(&starts, item.span().start);
                            document.rows.push(Row::of(key.get_ref(), row_line, inline, &starts));
                        }
                    }
                    None => document.rows.push(Row::of(key.get_ref(), line, table, &starts)),
                },
                other => {
                    let field = Field { line, value: Value::of(other), taken: false };
                    top.fields.insert(key.get_ref().to_string(), field);
                }
            }
        }
        document.rows.sort_by_key(|row| row.line);
        document.top = (!top.fields.is_empty()).then_some(top);
        document
    }
    /// For files that have nothing outside sections.
    pub fn refuse_top(&self, faults: &mut Faults) {
        for (name, field) in self.top.iter().flat_map(|row| &row.fields) {
            faults.push(field.line, "", Some(name), LONE_VALUE);
        }
    }
}

impl Value {
    fn of(value: &DeValue<'_>) -> Self {
        match value {
            DeValue::String(text) => Self::Text(text.to_string()),
            DeValue::Integer(number) => {
                i64::from_str_radix(number.as_str(), number.radix()).map_or(Self::Unreadable(NOT_NUMBER), Self::Integer)
            }
            DeValue::Boolean(flag) => Self::Boolean(*flag),
            DeValue::Datetime(moment) => Self::of_moment(moment),
            DeValue::Array(items) => items
                .iter()
                .map(|item| item.get_ref().as_str().map(str::to_owned))
                .collect::<Option<Vec<_>>>()
                .map_or(Self::Unreadable(NOT_LIST), Self::List),
            DeValue::Float(_) => Self::Unreadable(NOT_NUMBER),
            DeValue::Table(_) => Self::Unreadable(NESTED),
        }
    }
    fn of_moment(moment: &toml::value::Datetime) -> Self {
        let date = moment.date.and_then(|d| {
            Date::new(i16::try_from(d.year).ok()?, i8::try_from(d.month).ok()?, i8::try_from(d.day).ok()?).ok()
        });
        let Some(date) = date else { return Self::Unreadable(BAD_DATE) };
        let Some(clock) = moment.time else { return Self::Date(date) };
        if moment.offset.is_some() {
            return Timestamp::parse_rfc3339(&moment.to_string()).map_or(Self::Unreadable(BAD_DATE), Self::Instant);
        }
        let time = (|| {
            Time::new(
                i8::try_from(clock.hour).ok()?,
                i8::try_from(clock.minute).ok()?,
                i8::try_from(clock.second).ok()?,
                i32::try_from(clock.nanosecond).ok()?,
            )
            .ok()
        })();
        time.map_or(Self::Unreadable(BAD_DATE), |time| Self::Instant(Timestamp::from_tokyo(date.to_datetime(time))))
    }
}

impl Row {
    fn of(section: &str, line: usize, table: &DeTable<'_>, starts: &[usize]) -> Self {
        let fields = table
            .iter()
            .map(|(key, value)| {
                let line = line_of(starts, key.span().start);
                (key.get_ref().to_string(), Field { line, value: Value::of(value.get_ref()), taken: false })
            })
            .collect();
        Self { section: section.to_owned(), line, fields }
    }

    fn take(&mut self, name: &str) -> Option<(usize, Value)> {
        let field = self.fields.get_mut(name)?;
        field.taken = true;
        Some((field.line, field.value.clone()))
    }
    /// Line of a field, or of the row when the field is absent.
    pub fn line_of(&self, name: &str) -> usize {
        self.fields.get(name).map_or(self.line, |field| field.line)
    }
    pub fn has(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }
    /// Reports a fault of this row.
    pub fn fault(&self, field: Option<&str>, wrong: Wrong, faults: &mut Faults) {
        let line = field.map_or(self.line, |name| self.line_of(name));
        faults.push(line, &self.section, field, wrong);
    }
    fn wrong<T>(&self, name: &str, value: Value, expected: Wrong, faults: &mut Faults) -> Option<T> {
        let wrong = if let Value::Unreadable(found) = value { found } else { expected };
        self.fault(Some(name), wrong, faults);
        None
    }
    /// Reports that a required field is missing.
    pub fn missing<T>(&self, name: &str, faults: &mut Faults) -> Option<T> {
        self.fault(Some(name), MISSING, faults);
        None
    }

    /// Optional text; empty text counts as absent.
    pub fn maybe_text(&mut self, name: &str, faults: &mut Faults) -> Option<String> {
        match self.take(name)?.1 {
            Value::Text(text) => Some(text).filter(|text| !text.is_empty()),
            other => self.wrong(name, other, NOT_TEXT, faults),
        }
    }
    pub fn text(&mut self, name: &str, faults: &mut Faults) -> Option<String> {
        if matches!(self.fields.get(name), None | Some(Field { value: Value::Text(_), .. })) {
            let text = self.maybe_text(name, faults);
            return text.or_else(|| self.missing(name, faults));
        }
        self.maybe_text(name, faults)
    }
    /// Text read by `parse`; `wrong` is reported when it refuses.
    pub fn parsed<T>(
        &mut self,
        name: &str,
        wrong: Wrong,
        faults: &mut Faults,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name, faults)?;
        let value = parse(&text);
        if value.is_none() {
            self.fault(Some(name), wrong, faults);
        }
        value
    }
    pub fn maybe_parsed<T>(
        &mut self,
        name: &str,
        wrong: Wrong,
        faults: &mut Faults,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        if self.has(name) { self.parsed(name, wrong, faults, parse) } else { None }
    }
    /// A list of texts, each read by `parse`; an absent field is an empty list.
    pub fn list<T>(
        &mut self,
        name: &str,
        wrong: Wrong,
        faults: &mut Faults,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let Some((_, value)) = self.take(name) else { return Vec::new() };
        let Value::List(texts) = value else {
            let _: Option<()> = self.wrong(name, value, NOT_LIST, faults);
            return Vec::new();
        };
        let mut values = Vec::with_capacity(texts.len());
        for text in &texts {
            match parse(text) {
                Some(value) => values.push(value),
                None => self.fault(Some(name), wrong, faults),
            }
        }
        values
    }
    pub fn integer(&mut self, name: &str, faults: &mut Faults) -> Option<i64> {
        match self.take(name) {
            None => self.missing(name, faults),
            Some((_, Value::Integer(number))) => Some(number),
            Some((_, other)) => self.wrong(name, other, NOT_NUMBER, faults),
        }
    }
    pub fn maybe_integer(&mut self, name: &str, faults: &mut Faults) -> Option<i64> {
        if self.has(name) { self.integer(name, faults) } else { None }
    }
    pub fn maybe_boolean(&mut self, name: &str, faults: &mut Faults) -> Option<bool> {
        match self.take(name)?.1 {
            Value::Boolean(flag) => Some(flag),
            other => self.wrong(name, other, NOT_BOOLEAN, faults),
        }
    }
    /// A day of the calendar.
    pub fn date(&mut self, name: &str, faults: &mut Faults) -> Option<Date> {
        match self.take(name) {
            None => self.missing(name, faults),
            Some((_, Value::Date(date))) => Some(date),
            Some((_, other)) => self.wrong(name, other, NOT_DATE, faults),
        }
    }
    /// The start of something: a bare day means its first instant in Tokyo.
    pub fn maybe_start(&mut self, name: &str, faults: &mut Faults) -> Option<Timestamp> {
        match self.take(name)?.1 {
            Value::Date(date) => Some(Timestamp::from_tokyo(date.at(0, 0, 0, 0))),
            Value::Instant(instant) => Some(instant),
            other => self.wrong(name, other, NOT_INSTANT, faults),
        }
    }
    /// The (exclusive) end of something: a bare day means that the day still belongs to it.
    pub fn maybe_end(&mut self, name: &str, faults: &mut Faults) -> Option<Timestamp> {
        match self.take(name)?.1 {
            Value::Date(date) => {
                let last = Timestamp::from_tokyo(date.at(0, 0, 0, 0)).end_of_tokyo_day();
                Some(Timestamp(last.0.saturating_add(1)))
            }
            Value::Instant(instant) => Some(instant),
            other => self.wrong(name, other, NOT_INSTANT, faults),
        }
    }
    /// Reports every field nobody asked for.
    pub fn finish(&self, faults: &mut Faults) {
        for (name, field) in &self.fields {
            if !field.taken {
                faults.push(field.line, &self.section, Some(name), UNKNOWN_FIELD);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_know_their_lines() {
        let mut faults = Faults::default();
        let text = "version = 0\n\n[[person]]\nkey = \"a\"\nage = 3\n\n[[person]]\nkey = 7\n";
        let mut document = Document::parse(text, &mut faults);
        assert!(faults.is_empty());
        assert_eq!(document.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 7]);
        for row in &mut document.rows {
            row.text("key", &mut faults);
            row.finish(&mut faults);
        }
        let found: Vec<_> = faults.into_sorted().into_iter().map(|fault| (fault.line, fault.code)).collect();
        assert_eq!(found, [(5, "unknown-field"), (8, "not-text")]);
    }

    #[test]
    fn inline_rows_know_their_lines_too() {
        let mut faults = Faults::default();
        let text = "[b]\nrows = [\n  { a = 1 },\n  { a = 2 },\n]\n";
        let document = Document::parse(text, &mut faults);
        assert_eq!(document.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [3, 4]);
        let document = Document::parse("cells = [\n  { a = 1 },\n  { a = 2 },\n]\n", &mut faults);
        assert_eq!(document.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 3]);
    }

    #[test]
    fn every_syntax_error_names_its_line() {
        let mut faults = Faults::default();
        Document::parse("[[a]]\nx = \n[[b]]\ny = 1\n", &mut faults);
        let faults = faults.into_sorted();
        assert_eq!(faults.first().map(|fault| (fault.line, fault.code)), Some((2, "syntax")));
    }

    /// R-X-03: a last day still belongs to what it ends.
    #[test]
    fn a_bare_day_is_inclusive_at_both_ends() {
        let mut faults = Faults::default();
        let text = "[[a]]\nfrom = 2015-04-01\nto = 2015-04-01\nat = 2015-04-01T12:00:00\nz = 2015-04-01T03:00:00Z";
        let mut document = Document::parse(text, &mut faults);
        let row = document.rows.first_mut().unwrap();
        let from = row.maybe_start("from", &mut faults).unwrap();
        let to = row.maybe_end("to", &mut faults).unwrap();
        assert_eq!(to.seconds_since(from), 86_400);
        assert_eq!(row.maybe_start("at", &mut faults).unwrap().seconds_since(from), 43_200);
        assert_eq!(row.maybe_start("z", &mut faults), row.maybe_start("at", &mut faults));
        assert!(faults.is_empty());
    }
}
