//! Professions, and the table of healthcare role texts (a data file, replaceable).

use serde::{Deserialize, Serialize};

/// The professions that may have an entry in the register (regulation 8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profession {
    Doctor,
    Dentist,
    Pharmacist,
    Nurse,
    Dietitian,
    /// Comes with the institution's certificate, not a personal one.
    Auxiliary,
}

impl Profession {
    pub const ALL: [Self; 6] =
        [Self::Doctor, Self::Dentist, Self::Pharmacist, Self::Nurse, Self::Dietitian, Self::Auxiliary];

    /// The word used in registers and reports.
    pub fn word(self) -> &'static str {
        match self {
            Self::Doctor => "doctor",
            Self::Dentist => "dentist",
            Self::Pharmacist => "pharmacist",
            Self::Nurse => "nurse",
            Self::Dietitian => "dietitian",
            Self::Auxiliary => "auxiliary",
        }
    }
    pub fn japanese(self) -> &'static str {
        match self {
            Self::Doctor => "医師",
            Self::Dentist => "歯科医師",
            Self::Pharmacist => "薬剤師",
            Self::Nurse => "看護師",
            Self::Dietitian => "管理栄養士",
            Self::Auxiliary => "補助作業者",
        }
    }
    /// The profession of a register word, English or Japanese.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profession| profession.word() == word || profession.japanese() == word)
    }
    /// Whether only a real certificate will ever do; no table can say otherwise.
    pub fn needs_production(self) -> bool {
        matches!(self, Self::Doctor | Self::Pharmacist)
    }
}

/// National qualification, or the post of a manager.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoleKind {
    National,
    Manager,
}

/// One line of the role table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Role {
    /// The text in the certificate, byte for byte.
    pub text: String,
    pub ja: String,
    pub kind: RoleKind,
    /// The profession it stands for; none means that nobody signs in with it.
    pub profession: Option<Profession>,
}

/// The role texts that are known. What is not in it is refused.
#[derive(Debug, Clone)]
pub struct RoleTable {
    roles: Vec<Role>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleFile {
    role: Vec<Role>,
}

impl RoleTable {
    /// The table that comes with the program.
    pub const EMBEDDED: &'static str = include_str!("../data/roles.toml");

    /// Reads a table. The error says what is wrong with the file, for its operator.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: RoleFile = toml::from_str(text).map_err(|error| error.to_string())?;
        for (at, role) in file.role.iter().enumerate() {
            if file.role.iter().take(at).any(|earlier| earlier.text == role.text) {
                return Err(format!("the role text of entry {} is listed twice", at + 1));
            }
            if role.profession == Some(Profession::Auxiliary)
                || role.kind == RoleKind::Manager && role.profession.is_some()
            {
                return Err(format!("entry {} cannot stand for a profession", at + 1));
            }
        }
        Ok(Self { roles: file.role })
    }

    /// The role written exactly like this.
    pub fn find(&self, text: &str) -> Option<&Role> {
        self.roles.iter().find(|role| role.text == text)
    }
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_embedded_table_names_five_professions_once() {
        let table = RoleTable::parse(RoleTable::EMBEDDED).unwrap();
        let professions: Vec<_> = table.roles().iter().filter_map(|role| role.profession).collect();
        assert_eq!(professions.len(), 5);
        assert_eq!(table.find("Medical Doctor").unwrap().profession, Some(Profession::Doctor));
        assert!(table.find("medical doctor").is_none());
    }

    #[test]
    fn a_table_that_makes_managers_professionals_is_refused() {
        let text = "[[role]]\ntext = \"Director\"\nja = \"院長\"\nkind = \"manager\"\nprofession = \"doctor\"\n";
        assert!(RoleTable::parse(text).is_err());
    }
}
