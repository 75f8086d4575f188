//! What the entries say of the log's signing keys, held against the hand-overs that the keys signed.
//!
//! Separate from the verifiers because a database and an archive are asked the same: was every hand-over announced by
//! the entry just before it, and did every announcement become a hand-over?

use crate::EventName;
use crate::handover::{CUT_SHORT, HANDED_OVER, OBJECT};
use crate::keyring::HandOver;
use crate::report::{Fault, Report, Warning};
use renkei_db::sea_orm::prelude::Uuid;
use serde::Deserialize;
use std::collections::HashSet;

/// Collected while entries and checkpoints go by.
#[derive(Debug, Default)]
pub(crate) struct Succession {
    announced: Vec<Announced>,
    taken_back: HashSet<Uuid>,
    /// The largest size that a good checkpoint covers.
    signed_until: u64,
}

#[derive(Debug)]
struct Announced {
    number: u64,
    event: Uuid,
    keys: [String; 2],
}

#[derive(Deserialize)]
struct Told {
    object: Object,
    detail: Detail,
}

#[derive(Deserialize)]
struct Object {
    class: String,
}

#[derive(Deserialize)]
struct Detail {
    state: String,
    #[serde(default)]
    key_before: String,
    #[serde(default)]
    key_after: String,
    announced: Option<Uuid>,
}

impl Succession {
    pub(crate) fn entry(&mut self, number: u64, event: &str, id: Uuid, entry: &[u8]) {
        if event != EventName::KeyRotated.code() {
            return;
        }
        // The same name tells of the sealing keys, which have other details.
        let Ok(told) = serde_json::from_slice::<Told>(entry) else { return };
        match told.detail {
            _ if told.object.class != OBJECT => {}
            Detail { state, key_before, key_after, .. } if state == HANDED_OVER => {
                self.announced.push(Announced { number, event: id, keys: [key_before, key_after] });
            }
            Detail { state, announced, .. } if state == CUT_SHORT => self.taken_back.extend(announced),
            Detail { .. } => {}
        }
    }

    pub(crate) fn signed(&mut self, size: u64) {
        self.signed_until = self.signed_until.max(size);
    }

    /// Says what does not agree. Only hand-overs whose record has a number from `first` on were looked at. An archive
    /// does not say which event belongs to a hand-over; the two keys and the place do.
    pub(crate) fn compare(&self, first: u64, hand_overs: &[(HandOver, Option<Uuid>)], report: &mut Report) {
        for (hand_over, event) in hand_overs.iter().filter(|(hand_over, _)| hand_over.size() > first) {
            let number = hand_over.size() - 1;
            let keys = [hand_over.before.to_string(), hand_over.after.to_string()];
            let found = self.announced.iter().find(|announced| announced.number == number);
            if !found
                .is_some_and(|announced| event.is_none_or(|event| announced.event == event) && announced.keys == keys)
            {
                let reason = format!("entry {number} does not announce it");
                report.fault(Fault::HandOver { size: Some(hand_over.size()), reason });
            }
        }
        for announced in &self.announced {
            let size = announced.number + 1;
            if hand_overs.iter().any(|(hand_over, _)| hand_over.size() == size) {
                continue;
            }
            if self.signed_until < size {
                report.warn(Warning::HandOverUnfinished { number: announced.number });
            } else if !self.taken_back.contains(&announced.event) {
                report.fault(Fault::OldKeyWentOn { number: announced.number });
            }
        }
    }
}
