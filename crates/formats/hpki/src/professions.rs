//! Which level of certificate a profession may sign in with, and from when to when.
//!
//! Separate from the role table because the operator switches it by dated changes, while role texts follow the
//! coding scheme. Whatever the table says, a test certificate never opens a doctor's or pharmacist's account.

use crate::roles::Profession;
use renkei_kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// Level of a certificate policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Production,
    Test,
}

/// One row: from the first day (Tokyo) up to, not including, `until`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowRow {
    pub profession: Profession,
    pub level: Level,
    /// `YYYY-MM-DD`.
    pub from: String,
    pub until: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AllowFile {
    allow: Vec<AllowRow>,
}

/// The dated table.
#[derive(Debug, Clone)]
pub struct ProfessionTable {
    rows: Vec<(Profession, Level, Timestamp, Timestamp)>,
}

impl ProfessionTable {
    /// The table that comes with the program.
    pub const EMBEDDED: &'static str = include_str!("../data/professions.toml");

    /// Reads a table. The error says what is wrong with the file, for its operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: AllowFile = toml::from_str(text).map_err(|error| error.to_string())?;
        Self::new(&file.allow)
    }

    /// A table of these rows, e.g. as kept in a database.
    pub fn new(rows: &[AllowRow]) -> Result<Self, String> {
        let mut table = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if row.level == Level::Test && row.profession.needs_production() {
                return Err(format!("row {}: a test certificate is never enough for this profession", at + 1));
            }
            let day = |text: &str| midnight(text).ok_or_else(|| format!("row {}: a date is YYYY-MM-DD", at + 1));
            let until = row.until.as_deref().map_or(Ok(Timestamp::MAX), day)?;
            table.push((row.profession, row.level, day(&row.from)?, until));
        }
        Ok(Self { rows: table })
    }

    /// Whether the profession may use a certificate of this level at `at`.
    pub fn allows(&self, profession: Profession, level: Level, at: Timestamp) -> bool {
        if level == Level::Test && profession.needs_production() {
            return false;
        }
        self.rows.iter().any(|(row_profession, row_level, from, until)| {
            *row_profession == profession && *row_level == level && *from <= at && at < *until
        })
    }
}

fn midnight(day: &str) -> Option<Timestamp> {
    if day.len() != 10 {
        return None;
    }
    Timestamp::parse_rfc3339(&format!("{day}T00:00:00+09:00"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// the operator ends test certificates by a dated change; the switch falls on midnight in Tokyo.
    #[test]
    fn a_dated_row_ends_at_midnight_in_tokyo() {
        let rows =
            "[[allow]]\nprofession = \"nurse\"\nlevel = \"test\"\nfrom = \"2014-01-01\"\nuntil = \"2027-04-01\"\n";
        let table = ProfessionTable::parse(rows).unwrap();
        let end = Timestamp::parse_rfc3339("2027-03-31T15:00:00Z").unwrap();
        assert!(table.allows(Profession::Nurse, Level::Test, end.plus_seconds(-1)));
        assert!(!table.allows(Profession::Nurse, Level::Test, end));
        assert!(!table.allows(Profession::Nurse, Level::Production, end.plus_seconds(-1)));
    }

    /// no table can let a doctor in with a test certificate.
    #[test]
    fn a_table_cannot_allow_test_certificates_to_doctors() {
        let row = "[[allow]]\nprofession = \"doctor\"\nlevel = \"test\"\nfrom = \"2014-01-01\"\n";
        assert!(ProfessionTable::parse(row).is_err());
        assert!(ProfessionTable::parse(ProfessionTable::EMBEDDED).is_ok());
    }
}
