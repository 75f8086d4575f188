//! What earlier loads brought, as far as a file touches it: read with a few set queries, however long the file.

use super::wanted::{LINK, Wanted};
use super::{Keys, kind_of};
use crate::error::AppError;
use crate::house::House;
use renkei_participation::Period;
use renkei_participation::register::{RegisterFile, Section};
use renkei_store::facts::{self, Among, Ever, Fact, FactKind};
use std::collections::{BTreeMap, HashMap, HashSet};
use uuid::Uuid;

pub(super) fn period(fact: &Fact) -> Period {
    Period { from: fact.valid_from, to: fact.valid_to }
}

/// Every row ever known of the entries that a file states or ends, and of the look-ups that it claims.
#[derive(Default)]
pub(super) struct Standing {
    entries: HashMap<(FactKind, Uuid), Vec<Ever>>,
    /// Rows that hold a card number, patient number, facility code or certificate, by kind and hash.
    lookups: HashMap<(FactKind, Vec<u8>), Vec<Ever>>,
    /// Consents by patient.
    consents: HashMap<Uuid, Vec<Ever>>,
}

impl Standing {
    /// Rows of an entry, superseded ones included.
    pub(super) fn of_entry(&self, kind: FactKind, entry: Uuid) -> &[Ever] {
        self.entries.get(&(kind, entry)).map(Vec::as_slice).unwrap_or_default()
    }
    /// Rows that claim the one thing this entry claims: of such things one entry holds at a time.
    pub(super) fn rivals(&self, want: &Wanted) -> &[Ever] {
        let found = match (want.kind, want.lookup) {
            (FactKind::Consent, _) => self.consents.get(&want.subject),
            (kind, Some(lookup)) => self.lookups.get(&(kind, lookup.to_vec())),
            (_, None) => None,
        };
        found.map(Vec::as_slice).unwrap_or_default()
    }
}

/// Kinds of facts that a key of a section states.
pub(super) fn kinds_of(section: Section) -> impl Iterator<Item = FactKind> {
    std::iter::once(kind_of(section)).chain((section == Section::Chart).then_some(FactKind::ChartLink))
}

impl House {
    pub(super) async fn register_standing(
        &self,
        file: &RegisterFile,
        keys: &Keys,
        wanted: &[Wanted],
    ) -> Result<Standing, AppError> {
        let mut standing = Standing::default();
        if keys.known.is_empty() {
            // Nothing was loaded before; the file was checked in itself.
            return Ok(standing);
        }
        let on = self.db().reader();
        let mut entries: BTreeMap<i16, (FactKind, HashSet<Uuid>)> = BTreeMap::new();
        let mut lookups: BTreeMap<i16, (FactKind, HashSet<[u8; 32]>)> = BTreeMap::new();
        let mut patients = HashSet::new();
        let mut touch = |kind: FactKind, entry: Uuid| {
            entries.entry(kind.code()).or_insert_with(|| (kind, HashSet::new())).1.insert(entry);
        };
        for want in wanted {
            if keys.find(want.section, &want.key).is_some() {
                touch(want.kind, want.id);
            }
            match (want.kind, want.lookup) {
                (FactKind::Consent, _) => {
                    patients.insert(want.subject);
                }
                (kind, Some(lookup)) => {
                    lookups.entry(kind.code()).or_insert_with(|| (kind, HashSet::new())).1.insert(lookup);
                }
                (_, None) => {}
            }
        }
        for end in &file.ends {
            for section in Section::ALL {
                let Some(key) = keys.find(*section, &end.of) else { continue };
                kinds_of(*section).for_each(|kind| touch(kind, key.id));
            }
        }
        for (kind, ids) in entries.into_values() {
            let ids: Vec<Uuid> = ids.into_iter().collect();
            for row in facts::ever(on, kind, Among::Entries(&ids)).await? {
                standing.entries.entry((kind, row.fact.entry)).or_default().push(row);
            }
        }
        for (kind, hashes) in lookups.into_values() {
            let hashes: Vec<[u8; 32]> = hashes.into_iter().collect();
            for row in facts::ever(on, kind, Among::Lookups(&hashes)).await? {
                let Some(lookup) = row.lookup.clone() else { continue };
                standing.lookups.entry((kind, lookup)).or_default().push(row);
            }
        }
        let patients: Vec<Uuid> = patients.into_iter().collect();
        for row in facts::ever(on, FactKind::Consent, Among::Subjects(&patients)).await? {
            standing.consents.entry(row.fact.subject).or_default().push(row);
        }
        Ok(standing)
    }
}

/// The key of the file that a wanted fact belongs to: a chart's link goes by the chart's.
pub(super) fn key_in_file(want: &Wanted) -> &str {
    want.key.strip_suffix(LINK).unwrap_or(&want.key)
}
