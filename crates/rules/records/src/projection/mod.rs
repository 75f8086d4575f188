//! The projection of one chart: what stands after everything that arrived, in any order, any number of times.
//!
//! Folding a message is a *join*: of two sights of the same version the more final wins, of two versions of the same
//! record the newer wins. Joins are commutative, associative and idempotent, so the order of arrival, repeated
//! imports and several volumes cannot matter. The projection is rebuildable from the stored messages at any time.

pub mod settle;

use crate::entry::Entry;
use crate::message::{Condition, DecodeError, Message, RecordKey, decode_row, encode_row};
use renkei_kernel::{BatchId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry as MapEntry;

/// First byte of a projection row; a change means *rebuild*, never *convert*.
const PROJECTION_VERSION: u8 = 2;

/// What is known of the message behind an entry, without its content: the parts of its file name and its arrival.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageFacts {
    pub id: MessageId,
    pub key: RecordKey,
    pub occurred: String,
    pub department: String,
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
    /// By time of occurrence (17 digits), oldest first. Kept when superseded or deleted: the tombstone.
    pub versions: BTreeMap<String, Version>,
    pub standing: Option<Standing>,
}

impl Slot {
    fn newest(&self) -> Option<(&String, &Version)> {
        self.versions.last_key_value()
    }
    /// The newest version was deleted: the record was known and is withdrawn.
    pub fn is_deleted(&self) -> bool {
        self.newest().is_some_and(|(_, v)| v.condition == Condition::Deleted)
    }

    fn join_version(&mut self, occurred: String, version: Version, content: Option<Standing>) {
        let won = match self.versions.entry(occurred.clone()) {
            MapEntry::Vacant(place) => {
                place.insert(version);
                true
            }
            MapEntry::Occupied(mut place) => {
                let wins = version.rank() > place.get().rank();
                if wins {
                    place.insert(version);
                }
                wins
            }
        };
        let is_newest = self.newest().is_some_and(|(newest, _)| *newest == occurred);
        if won && is_newest {
            self.standing = content;
        }
    }
}

/// One chart's projection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ChartRecord {
    slots: BTreeMap<RecordKey, Slot>,
    /// The store's running number of the last message folded in; 0 = none.
    included: i64,
}

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
        encode_row(PROJECTION_VERSION, self)
    }
    /// `UnknownVersion` means that the projection is to be rebuilt from its messages.
    pub fn decode(row: &[u8]) -> Result<Self, DecodeError> {
        decode_row(PROJECTION_VERSION, row)
    }
}
