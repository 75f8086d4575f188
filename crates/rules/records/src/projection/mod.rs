//! The projection of one chart: what stands after everything that arrived, in any order, any number of times.
//!
//! Folding a message is a *join*: of two sights of the same version the more final wins, of two versions of the same
//! record the newer wins. Joins are commutative, associative and idempotent, so the order of arrival, repeated
//! imports and several volumes cannot matter. The projection is rebuildable from the stored messages at any time.

pub mod settle;

use crate::code::ShortText;
use crate::entry::Entry;
use crate::message::{Condition, DecodeError, Message, RecordKey, decode_row};
use crate::shared;
use renkei_kernel::{BatchId, MessageId, Timestamp};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// First byte of a projection row whose repeated values stand in tables before it (see `shared`). Rows of the versions
/// before, which have the form of messages, are read until they are folded again.
const PROJECTION_VERSION: u8 = 3;

/// What is known of the message behind an entry, without its content: the parts of its file name and its arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFacts {
    pub id: MessageId,
    pub key: RecordKey,
    pub occurred: ShortText,
    pub department: ShortText,
    pub received_at: Timestamp,
    pub origin: BatchId,
}

/// One sight of one version of a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub condition: Condition,
    pub message: MessageId,
    pub received_at: Timestamp,
}

impl Version {
    /// Of two sights of the same version the greater stands: the more final one, then the later arrival (ids grow with
    /// time): a file that was read half-written gives way to the whole one. Total, so that the choice never depends on
    /// the order in which a reader folds.
    fn rank(&self) -> (Condition, MessageId) {
        (self.condition, self.message)
    }
}

/// The content of the newest version, present only while that version is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    pub facts: MessageFacts,
    pub entries: Vec<Entry>,
}

/// Everything known of one record key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Slot {
    /// By time of occurrence (17 digits), oldest first, each once. Kept when superseded or deleted: the tombstone.
    pub versions: Vec<(ShortText, Version)>,
    pub standing: Option<Standing>,
}

impl Slot {
    fn newest(&self) -> Option<&(ShortText, Version)> {
        self.versions.last()
    }
    /// The newest version was deleted: the record was known and is withdrawn.
    pub fn is_deleted(&self) -> bool {
        self.newest().is_some_and(|(_, v)| v.condition == Condition::Deleted)
    }

    fn join_version(&mut self, occurred: ShortText, version: Version, content: Option<Standing>) {
        let place = match self.versions.binary_search_by(|(known, _)| known.cmp(&occurred)) {
            Err(place) => {
                self.versions.insert(place, (occurred, version));
                place
            }
            Ok(place) => match self.versions.get_mut(place) {
                Some((_, known)) if version.rank() > known.rank() => {
                    *known = version;
                    place
                }
                _ => return,
            },
        };
        if place + 1 == self.versions.len() {
            self.standing = content;
        }
    }
}

/// One chart's projection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChartRecord {
    #[serde(deserialize_with = "slots_in_order")]
    slots: BTreeMap<RecordKey, Slot>,
    /// The store's running number of the last message folded in; 0 = none.
    included: i64,
}

/// The slots of a row lie in the order of their keys, so the tree is made at once and not slot by slot.
fn slots_in_order<'de, D: Deserializer<'de>>(from: D) -> Result<BTreeMap<RecordKey, Slot>, D::Error> {
    struct InOrder;
    impl<'de> Visitor<'de> for InOrder {
        type Value = BTreeMap<RecordKey, Slot>;
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("slots by record key")
        }
        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            // A row that lies about its length costs no memory.
            let mut slots = Vec::with_capacity(map.size_hint().unwrap_or(0).min(SLOTS_AHEAD_MAX));
            while let Some(slot) = map.next_entry()? {
                slots.push(slot);
            }
            Ok(slots.into_iter().collect())
        }
    }
    from.deserialize_map(InOrder)
}

const SLOTS_AHEAD_MAX: usize = 4_096;

impl ChartRecord {
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a message in. Any order, any number of times.
    pub fn fold(&mut self, message: Message) {
        let version = Version { condition: message.condition, message: message.id, received_at: message.received_at };
        let content = (message.condition == Condition::Valid).then(|| Standing {
            facts: MessageFacts {
                id: message.id,
                key: message.key.clone(),
                occurred: message.occurred.clone(),
                department: message.department,
                received_at: message.received_at,
                origin: message.origin,
            },
            entries: message.entries,
        });
        self.slots.entry(message.key).or_default().join_version(message.occurred, version, content);
    }

    /// Takes another projection of the same chart in; the same as folding all its messages.
    pub fn join(&mut self, other: Self) {
        for (key, slot) in other.slots {
            let mine = self.slots.entry(key).or_default();
            let mut standing = slot.standing;
            for (occurred, version) in slot.versions.into_iter().rev() {
                // Only the newest version of the other side can have content, and it comes first.
                let content = standing.take_if(|s| s.facts.occurred == occurred);
                mine.join_version(occurred, version, content);
            }
        }
        self.included = self.included.max(other.included);
    }

    /// Tells up to which of the store's running numbers messages are folded in.
    pub fn advance_to(&mut self, sequence: i64) {
        self.included = self.included.max(sequence);
    }
    pub fn included(&self) -> i64 {
        self.included
    }

    /// Messages that stand now.
    pub fn standing(&self) -> impl Iterator<Item = &Standing> {
        self.slots.values().filter_map(|slot| slot.standing.as_ref())
    }
    /// Every version ever seen of every record, for the page that shows corrections and withdrawals.
    pub fn slots(&self) -> impl Iterator<Item = (&RecordKey, &Slot)> {
        self.slots.iter()
    }
    pub fn slot(&self, key: &RecordKey) -> Option<&Slot> {
        self.slots.get(key)
    }
    /// Records that were known and are withdrawn.
    pub fn tombstones(&self) -> usize {
        self.slots.values().filter(|slot| slot.is_deleted()).count()
    }
    /// Entries of standing messages, before merging (see `settle`).
    pub fn entries_count(&self) -> usize {
        self.standing().map(|s| s.entries.len()).sum()
    }
    pub(crate) fn into_standing(self) -> impl Iterator<Item = Standing> {
        self.slots.into_values().filter_map(|slot| slot.standing)
    }

    /// The compact form that is sealed into a row.
    pub fn encode(&self) -> Result<Vec<u8>, DecodeError> {
        shared::encode(self, vec![PROJECTION_VERSION]).map_err(DecodeError::Encode)
    }
    /// `UnknownVersion` means that the projection is to be rebuilt from its messages.
    pub fn decode(row: &[u8]) -> Result<Self, DecodeError> {
        match row.split_first() {
            Some((&PROJECTION_VERSION, rest)) => shared::decode(rest).map_err(DecodeError::Malformed),
            _ => decode_row(row),
        }
    }
}
