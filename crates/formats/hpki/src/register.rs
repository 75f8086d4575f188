//! The register as `renkei certificate check` reads it: one line per registered certificate holder, tab-separated.
//!
//! Columns `serial_number, name, profession, institution, status[, issuer]`; a first line with these words fixes the
//! order, otherwise it is this one. The running system binds from its own register instead and uses only [`Row`].

use crate::examine::Examined;
use crate::roles::Profession;
use renkei_kernel::{Category, Problem};
use std::collections::HashMap;

/// What the register says of one holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    pub profession: Profession,
    /// Person and institution both take part now.
    pub active: bool,
}

/// Words of the column `status` that mean "takes part". Every other word means that the holder does not.
const ACTIVE: [&str; 6] = ["active", "registered", "accepted", "valid", "有効", "登録"];
const COLUMNS: [&str; 6] = ["serial_number", "name", "profession", "institution", "status", "issuer"];

/// Why a register file is not read.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    #[error("the first line names no column {0}")]
    NoColumn(&'static str),
    #[error("line {line}: the column {column} is missing or empty")]
    Missing { line: usize, column: &'static str },
    #[error("line {line}: the profession is none of doctor, dentist, pharmacist, nurse, dietitian, auxiliary")]
    UnknownProfession { line: usize },
    #[error("the register is not UTF-8")]
    NotText,
}

impl Problem for RegisterError {
    fn category(&self) -> Category {
        Category::Malformed
    }
    fn code(&self) -> &'static str {
        "register_unreadable"
    }
}

#[derive(Debug, Clone)]
struct Entry {
    issuer: Option<String>,
    row: Row,
}

/// A register in memory, by serial number of the subject.
#[derive(Debug, Clone, Default)]
pub struct Register {
    entries: HashMap<String, Vec<Entry>>,
}

impl Register {
    /// Reads the file's bytes: UTF-8, optional byte-order mark, lines ended by LF or CRLF; blank lines and lines
    /// that begin with `#` are passed over.
    pub fn parse(bytes: &[u8]) -> Result<Self, RegisterError> {
        let text = std::str::from_utf8(bytes).map_err(|_| RegisterError::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let mut register = Self::default();
        let mut places: [Option<usize>; 6] = std::array::from_fn(Some);
        let mut first = true;
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let cells: Vec<&str> = line.split('\t').map(str::trim).collect();
            if std::mem::take(&mut first) && cells.contains(&"serial_number") {
                places = columns(&cells)?;
                continue;
            }
            let cell = |column: usize| {
                let place = places.get(column).copied().flatten()?;
                cells.get(place).copied().filter(|cell| !cell.is_empty())
            };
            register.take(index + 1, cell)?;
        }
        Ok(register)
    }

    fn take<'a>(&mut self, line: usize, cell: impl Fn(usize) -> Option<&'a str>) -> Result<(), RegisterError> {
        let need = |column: usize, name| cell(column).ok_or(RegisterError::Missing { line, column: name });
        let serial = need(0, "serial_number")?.to_owned();
        let profession =
            Profession::from_word(need(2, "profession")?).ok_or(RegisterError::UnknownProfession { line })?;
        let active = ACTIVE.contains(&need(4, "status")?.to_lowercase().as_str());
        let entry = Entry { issuer: cell(5).map(str::to_owned), row: Row { profession, active } };
        self.entries.entry(serial).or_default().push(entry);
        Ok(())
    }

    /// The rows that mean this certificate's holder: same serial number of the subject, and the issuer if one is named.
    pub fn rows(&self, examined: &Examined) -> Vec<Row> {
        let serial = examined.holder.subject_serial.as_deref().unwrap_or_default();
        let entries = self.entries.get(serial).map(Vec::as_slice).unwrap_or_default();
        let meant = |entry: &&Entry| entry.issuer.as_deref().is_none_or(|issuer| examined.is_issued_by(issuer));
        entries.iter().filter(meant).map(|entry| entry.row).collect()
    }
}

fn columns(cells: &[&str]) -> Result<[Option<usize>; 6], RegisterError> {
    let places = COLUMNS.map(|name| cells.iter().position(|cell| *cell == name));
    for (name, place) in COLUMNS.into_iter().zip(places) {
        if place.is_none() && matches!(name, "profession" | "status") {
            return Err(RegisterError::NoColumn(name));
        }
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_fixes_the_order_and_none_means_the_usual_one() {
        let with = "status\tprofession\tserial_number\nactive\tdoctor\tD1\n";
        let without = "\u{feff}D1\t湊 一郎\t医師\tH1\tactive\r\n\r\n# note\r\n";
        for text in [with, without] {
            let register = Register::parse(text.as_bytes()).unwrap();
            assert_eq!(register.entries["D1"][0].row, Row { profession: Profession::Doctor, active: true });
        }
    }

    #[test]
    fn faults_are_told_with_their_line_and_without_their_text() {
        let fault = |text: &str| Register::parse(text.as_bytes()).unwrap_err();
        assert_eq!(fault("D1\tn\twizard\tH\tactive"), RegisterError::UnknownProfession { line: 1 });
        assert_eq!(fault("\nD1\tn\tdoctor\tH"), RegisterError::Missing { line: 2, column: "status" });
        assert_eq!(fault("serial_number\tprofession\n"), RegisterError::NoColumn("status"));
    }

    #[test]
    fn an_unknown_status_takes_no_part() {
        let register = Register::parse(b"D1\tn\tdoctor\tH\tsuspended\n").unwrap();
        assert!(!register.entries["D1"][0].row.active);
    }
}
