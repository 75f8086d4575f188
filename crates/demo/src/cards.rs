//! Cards and pretend readers: which patient's card lies on which reader of which institution.
//!
//! Separate from the page that moves them and from the agent that reads them, which live on different sides of the
//! machine entrance.

use crate::region::institutions::INSTITUTIONS;
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::watch;

/// A card lying on a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LaidCard {
    /// Code of the patient whose card it is.
    pub patient: String,
    /// Identifier in normal form (`felica:…`): what the reader tells.
    pub id: String,
}

/// The counters of the region with what lies on them. Cheap to clone; all clones see the same.
#[derive(Debug, Clone)]
pub struct CardTable {
    readers: Arc<RwLock<BTreeMap<&'static str, LaidCard>>>,
    changed: Arc<watch::Sender<u64>>,
}

impl Default for CardTable {
    fn default() -> Self {
        Self { readers: Arc::default(), changed: Arc::new(watch::Sender::new(0)) }
    }
}

/// The reader of that code, with the index of its institution and its place.
pub fn reader(code: &str) -> Option<(usize, &'static str, &'static str)> {
    INSTITUTIONS
        .iter()
        .enumerate()
        .find_map(|(index, i)| i.readers.iter().find(|r| r.0 == code).map(|(code, place)| (index, *code, *place)))
}

impl CardTable {
    /// Lays a card on a reader, in place of what lies there. False when there is no such reader.
    pub fn lay(&self, reader_code: &str, card: LaidCard) -> bool {
        let Some((_, code, _)) = reader(reader_code) else { return false };
        // a card is one thing: it cannot lie in two places
        let mut readers = self.readers.write().unwrap_or_else(PoisonError::into_inner);
        readers.retain(|_, lying| lying.id != card.id);
        readers.insert(code, card);
        drop(readers);
        self.changed.send_modify(|n| *n += 1);
        true
    }
    /// Takes away what lies on a reader.
    pub fn take_away(&self, reader_code: &str) -> Option<LaidCard> {
        let taken = self.readers.write().unwrap_or_else(PoisonError::into_inner).remove(reader_code);
        self.changed.send_modify(|n| *n += 1);
        taken
    }
    /// Takes all cards away.
    pub fn clear(&self) {
        self.readers.write().unwrap_or_else(PoisonError::into_inner).clear();
        self.changed.send_modify(|n| *n += 1);
    }
    /// What lies on a reader now.
    pub fn on(&self, reader_code: &str) -> Option<LaidCard> {
        self.readers.read().unwrap_or_else(PoisonError::into_inner).get(reader_code).cloned()
    }
    /// Tells of every change, whichever reader it is at.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changed.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(id: &str) -> LaidCard {
        LaidCard { patient: "p00000".into(), id: id.into() }
    }

    #[test]
    fn a_card_lies_in_one_place_and_a_reader_holds_one_card() {
        let table = CardTable::default();
        assert!(table.lay("minato-1", card("felica:A")));
        assert!(table.lay("aoba-1", card("felica:A")));
        assert_eq!((table.on("minato-1"), table.on("aoba-1")), (None, Some(card("felica:A"))));
        assert!(table.lay("aoba-1", card("felica:B")));
        assert_eq!(table.take_away("aoba-1"), Some(card("felica:B")));
        assert!(!table.lay("nowhere", card("felica:A")));
    }

    #[test]
    fn whoever_watches_hears_of_every_change() {
        let table = CardTable::default();
        let mut changes = table.changes();
        assert!(!changes.has_changed().unwrap());
        table.clone().lay("minato-1", card("felica:C"));
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        table.clear();
        assert!(changes.has_changed().unwrap());
    }
}
