//! The file of `renkei register load`: participation facts as an operator writes them down, in TOML.
//!
//! Separate from the facts themselves: a file refers by *keys* of the operator's own choosing, within the file and to
//! what earlier loads brought; the house gives the ids. A load adds and changes; it ends something only by an explicit
//! `[[end]]`. Every error of a file is reported at once with line and field, and then nothing is changed (E400).
//! The format with an example: `docs/register-file.md`.

mod checks;
mod rows;

pub use checks::Known;
pub use rows::{
    AffiliationRow, CardRow, CertificateRow, ChartRow, ConsentRow, EndRow, InstitutionRow, LimitRow, LimitWish,
    PatientRow, PersonName, PersonRow, ReaderRow,
};

use crate::dated::Period;
use crate::strict::{Document, Fault, Faults, Row, Wrong};
use renkei_kernel::{Category, Problem, Timestamp};

/// Which kind of fact a key names; the section names of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Section {
    Institution,
    Person,
    Patient,
    Affiliation,
    Certificate,
    Reader,
    Chart,
    Consent,
    Card,
    Limit,
}

impl Section {
    pub const ALL: &'static [Self] = &[
        Self::Institution,
        Self::Person,
        Self::Patient,
        Self::Affiliation,
        Self::Certificate,
        Self::Reader,
        Self::Chart,
        Self::Consent,
        Self::Card,
        Self::Limit,
    ];
    pub fn code(self) -> &'static str {
        match self {
            Self::Institution => "institution",
            Self::Person => "person",
            Self::Patient => "patient",
            Self::Affiliation => "affiliation",
            Self::Certificate => "certificate",
            Self::Reader => "reader",
            Self::Chart => "chart",
            Self::Consent => "consent",
            Self::Card => "card",
            Self::Limit => "limit",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|section| section.code() == code)
    }
}

/// One fact of the file: its key, its line, when it holds, and what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact<T> {
    pub key: String,
    pub line: usize,
    pub valid: Period,
    pub row: T,
}

/// A register file read without error.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RegisterFile {
    pub institutions: Vec<Fact<InstitutionRow>>,
    pub persons: Vec<Fact<PersonRow>>,
    pub patients: Vec<Fact<PatientRow>>,
    pub affiliations: Vec<Fact<AffiliationRow>>,
    pub certificates: Vec<Fact<CertificateRow>>,
    pub readers: Vec<Fact<ReaderRow>>,
    pub charts: Vec<Fact<ChartRow>>,
    pub consents: Vec<Fact<ConsentRow>>,
    pub cards: Vec<Fact<CardRow>>,
    pub limits: Vec<Fact<LimitRow>>,
    pub ends: Vec<EndRow>,
}

/// Everything that is wrong with a file, in the order of its lines.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("登録ファイルに誤りが{}件あります。何も変更していません。 / The register file has {} error(s); nothing was changed.", .faults.len(), .faults.len())]
pub struct RegisterRefused {
    pub faults: Vec<Fault>,
}

impl Problem for RegisterRefused {
    fn category(&self) -> Category {
        Category::Malformed
    }
    fn code(&self) -> &'static str {
        "register_invalid"
    }
}

const UNKNOWN_SECTION: Wrong = Wrong::new("unknown-section", "この区分はありません。", "no such section.");
const BAD_KEY: Wrong = Wrong::new(
    "bad-key",
    "英数字と - _ . : @ のみ、64文字以内で書いてください。",
    "only letters, digits and - _ . : @ and at most 64 of them.",
);
const EMPTY_PERIOD: Wrong = Wrong::new("empty-period", "終わりが始まりより前です。", "ends before it begins.");

/// A key: 1–64 of letters, digits, `-`, `_`, `.`, `:`, `@`.
fn key_of(text: &str) -> Option<String> {
    let shape = (1..=64).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':' | b'@'));
    shape.then(|| text.to_owned())
}

impl RegisterFile {
    /// Reads a file. `now` is the start of facts that state none.
    ///
    /// # Errors
    /// Every wrong field, unknown field or section, duplicate and contradiction inside the file, with its line.
    /// References to keys that are not in the file are checked later, by [`Self::check_against`].
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, RegisterRefused> {
        let mut faults = Faults::default();
        let mut file = Self::default();
        let mut document = Document::parse(text, &mut faults);
        document.refuse_top(&mut faults);
        for row in &mut document.rows {
            file.take(row, now, &mut faults);
        }
        checks::inside(&file, now, &mut faults);
        if faults.is_empty() { Ok(file) } else { Err(RegisterRefused { faults: faults.into_sorted() }) }
    }

    /// Checks what only the house knows: keys of earlier loads, and confirmers at institutions.
    ///
    /// # Errors
    /// References to keys known neither here nor there; auxiliaries where no doctor may confirm (R-8.2.3-b); ends of
    /// facts that do not exist.
    pub fn check_against(&self, known: &dyn Known) -> Result<(), RegisterRefused> {
        let mut faults = Faults::default();
        checks::against(self, known, &mut faults);
        if faults.is_empty() { Ok(()) } else { Err(RegisterRefused { faults: faults.into_sorted() }) }
    }

    /// Number of facts, ends not counted.
    pub fn len(&self) -> usize {
        self.keys().count()
    }
    pub fn is_empty(&self) -> bool {
        self.len() == 0 && self.ends.is_empty()
    }

    /// Section, key and line of every fact in the file.
    pub fn keys(&self) -> impl Iterator<Item = (Section, &str, usize)> {
        fn of<T>(section: Section, facts: &[Fact<T>]) -> impl Iterator<Item = (Section, &str, usize)> {
            facts.iter().map(move |fact| (section, fact.key.as_str(), fact.line))
        }
        of(Section::Institution, &self.institutions)
            .chain(of(Section::Person, &self.persons))
            .chain(of(Section::Patient, &self.patients))
            .chain(of(Section::Affiliation, &self.affiliations))
            .chain(of(Section::Certificate, &self.certificates))
            .chain(of(Section::Reader, &self.readers))
            .chain(of(Section::Chart, &self.charts))
            .chain(of(Section::Consent, &self.consents))
            .chain(of(Section::Card, &self.cards))
            .chain(of(Section::Limit, &self.limits))
    }

    fn take(&mut self, row: &mut Row, now: Timestamp, faults: &mut Faults) {
        match row.section.as_str() {
            "institution" => self.institutions.extend(fact(row, now, faults, InstitutionRow::read)),
            "person" => self.persons.extend(fact(row, now, faults, PersonRow::read)),
            "patient" => self.patients.extend(fact(row, now, faults, PatientRow::read)),
            "affiliation" => self.affiliations.extend(fact(row, now, faults, AffiliationRow::read)),
            "certificate" => self.certificates.extend(fact(row, now, faults, CertificateRow::read)),
            "reader" => self.readers.extend(fact(row, now, faults, ReaderRow::read)),
            "chart" => self.charts.extend(fact(row, now, faults, ChartRow::read)),
            "consent" => self.consents.extend(fact(row, now, faults, ConsentRow::read)),
            "card" => self.cards.extend(fact(row, now, faults, CardRow::read)),
            "limit" => self.limits.extend(fact(row, now, faults, LimitRow::read)),
            "end" => self.ends.extend(EndRow::read(row, now, faults)),
            _ => row.fault(None, UNKNOWN_SECTION, faults),
        }
    }
}

/// Key and period are the same for every section; what remains is the section's own.
fn fact<T>(
    row: &mut Row,
    now: Timestamp,
    faults: &mut Faults,
    read: impl Fn(&mut Row, &mut Faults) -> Option<T>,
) -> Option<Fact<T>> {
    let key = row.parsed("key", BAD_KEY, faults, key_of);
    let from = row.maybe_start("from", faults).unwrap_or(now);
    let to = row.maybe_end("to", faults);
    let valid = Period { from, to };
    if valid.is_empty() {
        row.fault(Some("to"), EMPTY_PERIOD, faults);
    }
    let content = read(row, faults);
    row.finish(faults);
    Some(Fact { key: key?, line: row.line, valid, row: content? })
}
