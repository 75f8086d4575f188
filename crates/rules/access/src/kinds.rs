//! Record kind → matrix item, from `regulation/record-kinds.toml`. Every kind the program can hold has a row.

use renkei_participation::Item;
use renkei_records::EntryKind;
use std::collections::BTreeMap;

/// The table; a kind without a row has no item and is never shown.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordKinds {
    items: BTreeMap<EntryKind, Item>,
}

impl RecordKinds {
    pub fn item_of(&self, kind: EntryKind) -> Option<Item> {
        self.items.get(&kind).copied()
    }
    /// Kinds the program can hold and the table does not name.
    pub fn missing(&self) -> Vec<EntryKind> {
        EntryKind::ALL.iter().copied().filter(|kind| !self.items.contains_key(kind)).collect()
    }
    pub(crate) fn insert(&mut self, kind: EntryKind, item: Item) -> Option<Item> {
        self.items.insert(kind, item)
    }
    pub fn iter(&self) -> impl Iterator<Item = (EntryKind, Item)> + '_ {
        self.items.iter().map(|(kind, item)| (*kind, *item))
    }
}
