//! Names, addresses and telephone numbers of people as a message carries them.

use crate::shared::{Blank, Shared, Table, Tables};
use serde::{Deserialize, Serialize};

/// A person's name in kanji and kana (XPN, chosen by XPN.8 `I` and `P`). Empty means not given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct PersonName {
    pub family: String,
    pub given: String,
    pub family_kana: String,
    pub given_kana: String,
}

fn joined(family: &str, given: &str) -> String {
    match (family.is_empty(), given.is_empty()) {
        (false, false) => format!("{family} {given}"),
        _ => format!("{family}{given}"),
    }
}

impl PersonName {
    pub fn kanji(&self) -> String {
        joined(&self.family, &self.given)
    }
    pub fn kana(&self) -> String {
        joined(&self.family_kana, &self.given_kana)
    }
    pub fn is_empty(&self) -> bool {
        self.family.is_empty() && self.given.is_empty() && self.family_kana.is_empty() && self.given_kana.is_empty()
    }
}

/// A doctor, nurse or clerk named in a message (XCN): the sender's own number and name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct StaffParts {
    pub number: String,
    pub name: PersonName,
}

/// A few dozen people write a record of thousands of entries.
pub type Staff = Shared<StaffParts>;

impl Blank for StaffParts {
    fn blank() -> &'static Self {
        const NONE: String = String::new();
        static BLANK: StaffParts = StaffParts {
            number: NONE,
            name: PersonName { family: NONE, given: NONE, family_kana: NONE, given_kana: NONE },
        };
        &BLANK
    }
    fn table(tables: &mut Tables) -> &mut Table<Self> {
        &mut tables.staff
    }
}

impl Staff {
    pub fn new(number: impl Into<String>, name: PersonName) -> Self {
        Self::holding(StaffParts { number: number.into(), name })
    }
    pub fn is_empty(&self) -> bool {
        self.number.is_empty() && self.name.is_empty()
    }
    pub fn shown(&self) -> String {
        if self.name.is_empty() { self.number.clone() } else { self.name.kanji() }
    }
}

/// XAD: postal code, one-line address, use (`H` home, `B` work).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Address {
    pub postal: String,
    pub text: String,
    pub usage: String,
}

/// XTN: number as free text, use (`PRN`, `WPN`, `EMR`), equipment (`PH`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Phone {
    pub number: String,
    pub usage: String,
    pub equipment: String,
}

/// PL: ward, room, bed and what kind of place it is (`N` ward, `C` department, `D` section).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Location {
    pub point_of_care: String,
    pub room: String,
    pub bed: String,
    pub kind: String,
}

impl Location {
    pub fn is_empty(&self) -> bool {
        self.point_of_care.is_empty() && self.room.is_empty() && self.bed.is_empty()
    }
    /// `3E 301 2`.
    pub fn shown(&self) -> String {
        [&self.point_of_care, &self.room, &self.bed]
            .into_iter()
            .filter(|part| !part.is_empty())
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    }
}
