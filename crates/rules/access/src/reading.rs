//! How entries are read against a permit: record kind → item, and what is sensitive. Dated data in force at an instant.

use crate::entry::EntryFacts;
use renkei_participation::Item;
use renkei_records::EntryKind;

pub use crate::kinds::RecordKinds;
pub use crate::sensitive::{Class, SensitiveTable};

/// The tables a permit carries to judge entries.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadingRules {
    pub kinds: RecordKinds,
    pub sensitive: SensitiveTable,
    /// JLAC10 prefixes of the analytes a pharmacist sees by default (*6).
    pub default_laboratory: Vec<String>,
}

impl ReadingRules {
    pub fn item_of(&self, kind: EntryKind) -> Option<Item> {
        self.kinds.item_of(kind)
    }
    /// Whether an analyte belongs to those a pharmacist sees by default (*6).
    pub fn is_default_laboratory(&self, jlac10: &str) -> bool {
        self.default_laboratory.iter().any(|prefix| jlac10.starts_with(prefix.as_str()))
    }
    /// The sensitive class an entry falls under; what the table does not know is ordinary.
    pub fn sensitive_class(&self, entry: &EntryFacts<'_>) -> Option<Class> {
        self.sensitive.class_of(entry)
    }
}
