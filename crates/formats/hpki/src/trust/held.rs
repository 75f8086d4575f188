//! What is remembered of lists from one load to the next, so that nobody can put an old list back.

use super::Trust;
use super::authority::{Authority, ListFault};
use crate::list::{RevocationList, Scope};
use crate::reason::{Reason, Reject};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// The newest list seen of one authority and scope. Small enough to be kept over restarts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListMark {
    /// SHA-256 of the issuer's name, lower-case hex.
    pub issuer_sha256: String,
    /// SHA-256 over the scope of the list, lower-case hex.
    pub scope_sha256: String,
    /// Hex of cRLNumber without leading zeros; empty when the list has none.
    pub number: String,
    /// Seconds since 1970.
    pub this_update: i64,
    pub entries: usize,
}

impl ListMark {
    pub(super) fn of(list: &RevocationList) -> Self {
        Self {
            issuer_sha256: hex::encode(Sha256::digest(&list.issuer)),
            scope_sha256: scope_digest(&list.scope),
            number: list.number.as_ref().map(hex::encode).unwrap_or_default(),
            this_update: list.this_update,
            entries: list.entries(),
        }
    }

    fn is_about(&self, list: &RevocationList) -> bool {
        self.issuer_sha256 == hex::encode(Sha256::digest(&list.issuer))
            && self.scope_sha256 == scope_digest(&list.scope)
    }

    fn is_of_the_same(&self, other: &Self) -> bool {
        self.issuer_sha256 == other.issuer_sha256 && self.scope_sha256 == other.scope_sha256
    }

    fn order(&self) -> (usize, &str, i64, usize) {
        (self.number.len(), &self.number, self.this_update, self.entries)
    }

    /// Whether `list` may follow what this mark remembers (hpki.md section 7).
    fn allows(&self, list: &RevocationList) -> Result<(), Reject> {
        let number = list.number.as_ref().map(hex::encode).unwrap_or_default();
        let new = (number.len(), number.as_str());
        let held = (self.number.len(), self.number.as_str());
        if new < held || new == held && list.this_update < self.this_update {
            Err(Reject::new(Reason::CrlStale, "the list is older than one already seen"))
        } else if new == held && list.entries() < self.entries {
            Err(Reject::new(Reason::CrlForged, "the list lost entries without a higher number"))
        } else {
            Ok(())
        }
    }
}

fn scope_digest(scope: &Scope) -> String {
    let mut digest = Sha256::new();
    digest.update([u8::from(scope.people_only), u8::from(scope.authorities_only)]);
    for point in &scope.points {
        digest.update(point);
    }
    hex::encode(digest.finalize())
}

impl Trust {
    /// What to remember for the next load after a restart: the newest list ever seen of each authority and scope, also
    /// where none is in use now. A list that was put back and refused must not be taken the time after.
    pub fn marks(&self) -> &[ListMark] {
        &self.marks
    }

    /// Takes the lists in use into the marks.
    pub(super) fn remember(&mut self) {
        for list in self.authorities.iter().flat_map(Authority::lists) {
            let mark = ListMark::of(list);
            match self.marks.iter_mut().find(|known| known.is_of_the_same(&mark)) {
                Some(known) if known.order() < mark.order() => *known = mark,
                Some(_) => {}
                None => self.marks.push(mark),
            }
        }
    }
}

/// Drops lists that marks do not allow; a held list of the same issuer and scope takes the place of a dropped or
/// missing one. What the held list says stays true until its own end.
pub(super) fn keep_newest(authority: &mut Authority, held: &[Arc<RevocationList>], marks: &[ListMark]) {
    let mut kept: Vec<Arc<RevocationList>> = Vec::new();
    for list in std::mem::take(&mut authority.lists) {
        let refused = marks.iter().filter(|mark| mark.is_about(&list)).find_map(|mark| mark.allows(&list).err());
        match refused {
            Some(reject) => {
                authority.list_faults.push(ListFault { issuer: Some(list.issuer.clone()), reject });
            }
            None => kept.push(list),
        }
    }
    for list in held {
        let belongs = authority.path().any(|certificate| list.verify(certificate).is_ok());
        let replaced = kept.iter().any(|new| new.issuer == list.issuer && new.scope == list.scope);
        if belongs && !replaced {
            kept.push(list.clone());
        }
    }
    authority.lists = kept;
}
