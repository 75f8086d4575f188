//! What is sensitive (item D23): a table of code prefixes and ranges, from `regulation/sensitive.toml`.
//!
//! Codes decide, never free text: a guess in either direction would harm. What no row matches counts as ordinary.

use crate::entry::EntryFacts;
use renkei_kernel::InstitutionId;
use renkei_participation::InstitutionCode;
use serde::{Deserialize, Serialize};

/// The classes of item D23.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Psychiatric,
    Infection,
    Perinatal,
    Genetic,
}

impl Class {
    pub const ALL: &'static [Self] = &[Self::Psychiatric, Self::Infection, Self::Perinatal, Self::Genetic];
    pub fn code(self) -> &'static str {
        match self {
            Self::Psychiatric => "psychiatric",
            Self::Infection => "infection",
            Self::Perinatal => "perinatal",
            Self::Genetic => "genetic",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.code() == code)
    }
    pub fn label_ja(self) -> &'static str {
        match self {
            Self::Psychiatric => "精神",
            Self::Infection => "HIV等の感染症",
            Self::Perinatal => "周産期",
            Self::Genetic => "遺伝",
        }
    }
}

/// What a row looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mark {
    /// ICD-10 from–to, compared over the shorter length, without dots: `F20`–`F29` covers `F20.1`.
    Icd10 { from: String, to: String },
    /// Exact department code.
    Department(String),
    /// JLAC10 prefix (five characters name the analyte).
    Laboratory(String),
    /// YJ code prefix (four digits name the therapeutic class, seven the ingredient and form).
    Drug(String),
    /// Everything of one institution (a psychiatric hospital).
    Institution(InstitutionId),
    /// The same by its code, as a file writes it; matches nothing until resolved.
    InstitutionCode(InstitutionCode),
}

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SensitiveRow {
    pub class: Class,
    pub mark: Mark,
}

/// The table in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SensitiveTable {
    pub(crate) rows: Vec<SensitiveRow>,
}

impl SensitiveTable {
    /// Adds an installation's own row (its psychiatric department's code, an institution).
    #[must_use]
    pub fn with(mut self, row: SensitiveRow) -> Self {
        self.rows.push(row);
        self
    }
    /// Facility codes that rows name.
    pub fn institution_codes(&self) -> impl Iterator<Item = &InstitutionCode> {
        self.rows.iter().filter_map(|row| match &row.mark {
            Mark::InstitutionCode(code) => Some(code),
            _ => None,
        })
    }
    /// Puts ids in the place of institution codes: a row for each institution that has or had the code. A code that
    /// nobody has yet stays as it is.
    #[must_use]
    pub fn resolved(self, find: impl Fn(&InstitutionCode) -> Vec<InstitutionId>) -> Self {
        let mut rows = Vec::with_capacity(self.rows.len());
        for row in self.rows {
            let found = match &row.mark {
                Mark::InstitutionCode(code) => find(code),
                _ => Vec::new(),
            };
            if found.is_empty() {
                rows.push(row);
            } else {
                rows.extend(found.into_iter().map(|id| SensitiveRow { class: row.class, mark: Mark::Institution(id) }));
            }
        }
        Self { rows }
    }
    pub fn rows(&self) -> &[SensitiveRow] {
        &self.rows
    }
    /// The first class that matches; `None` when nothing does.
    pub fn class_of(&self, entry: &EntryFacts<'_>) -> Option<Class> {
        self.rows.iter().find(|row| row.mark.matches(entry)).map(|row| row.class)
    }
}

impl Mark {
    fn matches(&self, entry: &EntryFacts<'_>) -> bool {
        match self {
            Self::Icd10 { from, to } => entry.icd10.iter().any(|code| icd10_within(code, from, to)),
            Self::Department(code) => entry.department == Some(code.as_str()),
            Self::Laboratory(prefix) => entry.lab_codes.iter().any(|code| code.starts_with(prefix.as_str())),
            Self::Drug(prefix) => entry.drug_codes.iter().any(|code| code.starts_with(prefix.as_str())),
            Self::Institution(institution) => entry.institution == Some(*institution),
            Self::InstitutionCode(_) => false,
        }
    }
}

/// Characters of an ICD-10 code that count: letters and digits, in capitals; full-width ones are the same.
fn icd10_letters(code: &str) -> impl Iterator<Item = u8> + '_ {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c).checked_sub(0xfee0).and_then(char::from_u32).unwrap_or(c),
        _ => c,
    };
    code.chars()
        .map(narrow)
        .filter_map(|c| u8::try_from(c).ok())
        .filter(u8::is_ascii_alphanumeric)
        .map(|b| b.to_ascii_uppercase())
}

fn icd10_within(code: &str, from: &str, to: &str) -> bool {
    if icd10_letters(code).count() < 3 {
        return false;
    }
    icd10_letters(code).take(from.len()).cmp(from.bytes()).is_ge()
        && icd10_letters(code).take(to.len()).cmp(to.bytes()).is_le()
}
