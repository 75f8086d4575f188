//! What a patient wishes to keep back (R-X-15): an item, or an institution.
//!
//! The patient's own view is never limited. The institution that wrote an entry always keeps seeing it: it is in that
//! institution's own chart anyway.

use crate::item::Item;
use renkei_kernel::InstitutionId;
use serde::{Deserialize, Serialize};

/// Which way a limit on an institution works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LimitDirection {
    /// The institution sees nothing but its own entries.
    Reader,
    /// Nobody else sees that institution's entries.
    Source,
    /// Both; what a patient means who says "not this clinic".
    Both,
}

impl LimitDirection {
    pub fn code(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Source => "source",
            Self::Both => "both",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Reader, Self::Source, Self::Both].into_iter().find(|direction| direction.code() == code)
    }
    pub fn limits_reader(self) -> bool {
        matches!(self, Self::Reader | Self::Both)
    }
    pub fn limits_source(self) -> bool {
        matches!(self, Self::Source | Self::Both)
    }
}

/// One wish of one patient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Entries of this item stay with the institution that wrote them, and with those excepted.
    Item { item: Item, except: Vec<InstitutionId> },
    /// An institution is kept apart.
    Institution { institution: InstitutionId, direction: LimitDirection },
}
