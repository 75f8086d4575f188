//! Which version of a record counts (SS-MIX2 guideline, update and delete rules of the storages).
//!
//! Key = patient, care date, data type, order number. Among the versions of a key the newest transaction time wins, and it
//! counts only if its flag is 1. The same file seen under several flags takes the most final one. The result does not
//! depend on the order in which the files were seen, nor on the volume they lay in.

use std::collections::BTreeMap;

use crate::filename::{Condition, FileName, RecordKey};

/// Versions of the records of one patient, each with what the caller keeps for it (a path, an index).
#[derive(Debug, Clone)]
pub struct Versions<P> {
    records: BTreeMap<RecordKey, BTreeMap<String, Version<P>>>,
}

#[derive(Debug, Clone)]
struct Version<P> {
    condition: Condition,
    payload: P,
}

impl<P> Default for Versions<P> {
    fn default() -> Self {
        Self { records: BTreeMap::new() }
    }
}

/// The version of a record that counts.
#[derive(Debug, Clone, Copy)]
pub struct Current<'v, P> {
    pub key: &'v RecordKey,
    pub occurred: &'v str,
    pub payload: &'v P,
    /// Other versions of the key claimed to be valid too.
    pub rivals: usize,
}

impl<P: Ord> Versions<P> {
    /// Adds one sight of a file. Two files of one version (the same file on two volumes) keep the smaller payload.
    pub fn add(&mut self, name: &FileName, payload: P) {
        let versions = self.records.entry(name.key()).or_default();
        match versions.get_mut(&name.version()) {
            Some(version) => {
                // The payload must belong to the flag that stays.
                let stays = version.condition.more_final(name.condition);
                if stays != version.condition || (name.condition == version.condition && payload < version.payload) {
                    version.payload = payload;
                }
                version.condition = stays;
            }
            None => {
                versions.insert(name.version(), Version { condition: name.condition, payload });
            }
        }
    }
}

impl<P> Versions<P> {
    /// The current version of every key that has one, in the order of the keys.
    pub fn current(&self) -> impl Iterator<Item = Current<'_, P>> {
        self.records.iter().filter_map(|(key, versions)| {
            let (occurred, newest) = versions.last_key_value()?;
            let valid = versions.values().filter(|v| v.condition == Condition::Valid).count();
            (newest.condition == Condition::Valid).then(|| Current {
                key,
                occurred,
                payload: &newest.payload,
                rivals: valid.saturating_sub(1),
            })
        })
    }

    /// Payloads of versions that claim to be valid although a newer version is history or deleted.
    pub fn outdated(&self) -> impl Iterator<Item = &P> {
        self.records.values().flat_map(|versions| {
            let newest_counts = versions.values().next_back().is_none_or(|v| v.condition == Condition::Valid);
            versions.values().filter(move |v| !newest_counts && v.condition == Condition::Valid).map(|v| &v.payload)
        })
    }

    pub fn len(&self) -> usize {
        self.records.values().map(BTreeMap::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn current(names: &[(&str, u32)]) -> Vec<u32> {
        let mut versions = Versions::default();
        for (name, payload) in names {
            versions.add(&FileName::parse(name).unwrap(), *payload);
        }
        versions.current().map(|c| *c.payload).collect()
    }

    fn name(occurred: u32, flag: char) -> String {
        format!("0000123_20260401_OMP-01_000000000000101_2026040110{occurred:07}_01_{flag}")
    }

    #[test]
    fn the_newest_valid_version_counts_in_any_order_of_arrival() {
        let (old, new) = (name(1, '2'), name(2, '1'));
        assert_eq!(current(&[(&old, 1), (&new, 2)]), [2]);
        assert_eq!(current(&[(&new, 2), (&old, 1)]), [2]);
        // Two valid ones: the rename of the older was not seen yet.
        assert_eq!(current(&[(&name(2, '1'), 2), (&name(1, '1'), 1)]), [2]);
    }

    #[test]
    fn a_deletion_hides_the_record_whatever_was_seen_of_it() {
        let names = [name(1, '1'), name(1, '0'), name(2, '0')];
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]] {
            let seen: Vec<(&str, u32)> = order.iter().map(|i| (names[*i].as_str(), *i as u32)).collect();
            assert!(current(&seen).is_empty(), "{order:?}");
        }
    }

    #[test]
    fn the_same_file_takes_its_most_final_flag() {
        assert!(current(&[(&name(1, '1'), 1), (&name(1, '2'), 2)]).is_empty());
        assert!(current(&[(&name(1, '0'), 1), (&name(1, '1'), 2)]).is_empty());
    }
}
