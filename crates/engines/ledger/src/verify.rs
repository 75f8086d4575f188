//! The verifier: reads the whole trail once and says what, if anything, was bent (audit-log.md section 6).
//!
//! Three things are held against each other: the entries themselves, the stored hashes, and the signed checkpoints,
//! of which kept ones come from outside. It needs no keys but the public one and works on a copied file that is
//! opened for reading only. It streams; memory does not grow with the trail except by its checkpoints.

use crate::handover::{HandOverRow, hand_overs, has_table};
use crate::keyring::{HandOver, KeyRing};
use crate::prove::log_size;
use crate::report::{Fault, Report, Warning};
use crate::sequencer::query;
use crate::succession::Succession;
use crate::tiles::{TILE_WIDTH, Tiles, fold_perfect, from_number, to_number};
use crate::tree::{Growing, Hash, leaf_hash};
use crate::{Checkpoint, Error, VerifierKey};
use renkei_db::sea_orm::QueryResult;
use renkei_db::sea_orm::prelude::Uuid;
use renkei_db::{Database, Snapshot};
use renkei_kernel::Timestamp;
use serde::Deserialize;
use std::collections::BTreeMap;

const PAGE: i64 = 2_000;
/// Entries of one second may be numbered in another order; more than this is a step of the clock.
const TIME_SLACK_MICROS: i64 = 5_000_000;

/// Verifies the trail in `database` by `keys` (one or more of the log's own first, old or new; witnesses after them)
/// and by the notes in `kept`, which were stored outside. The log's other keys follow from its hand-overs. Errors only
/// when something cannot be read at all; whatever is wrong is in the report.
pub async fn verify(database: &Database, keys: &[VerifierKey], kept: &[Vec<u8>]) -> Result<Report, Error> {
    let has_hand_overs = has_table(database).await?;
    let snapshot = database.snapshot().await?;
    let hand_overs = if has_hand_overs { hand_overs(&snapshot).await? } else { Vec::new() };
    let size = log_size(&snapshot).await?;
    let mut check = Check {
        tiles: Tiles::new(&snapshot),
        snapshot: &snapshot,
        levels: Vec::new(),
        tree: Growing::new(),
        signed: BTreeMap::new(),
        good_until: 0,
        contradicted: false,
        newest: i64::MIN,
        succession: Succession::default(),
        report: Report { entries: size, ..Report::default() },
    };
    let (ring, linked) = check.link(keys, &hand_overs, size)?;
    check.read_checkpoints(&ring, kept, size).await?;
    check.entries(size).await?;
    check.upper_tiles().await?;
    check.waiting().await?;
    check.succession.compare(0, &linked, &mut check.report);
    check.report.root = hex::encode(check.tree.root());
    if kept.is_empty() {
        check.report.warn(Warning::NoKeptCheckpoint);
    }
    Ok(check.report)
}

/// What must agree with the columns beside an entry. Other members are the entry's own affair.
#[derive(Deserialize)]
struct Beside {
    id: Uuid,
    t: String,
    event: String,
    patient: Option<Uuid>,
    t_quality: Option<Quality>,
}

#[derive(Deserialize)]
struct Quality {
    state: Option<String>,
}

struct Check<'s> {
    snapshot: &'s Snapshot,
    tiles: Tiles<'s, Snapshot>,
    /// Computed hashes of the tile being filled, for each level.
    levels: Vec<(u64, Vec<Hash>)>,
    tree: Growing,
    /// Signed roots by size; true for those handed in.
    signed: BTreeMap<u64, Vec<(Hash, bool)>>,
    good_until: u64,
    contradicted: bool,
    newest: i64,
    succession: Succession,
    report: Report,
}

/// The hand-overs of a trail, and the records that tell of them.
type Links = Vec<(HandOver, Option<Uuid>)>;

impl Check<'_> {
    fn fault(&mut self, fault: Fault) {
        self.report.fault(fault);
    }

    /// The log's keys, as its hand-overs link them to one that is trusted.
    fn link(&mut self, trusted: &[VerifierKey], rows: &[HandOverRow], size: u64) -> Result<(KeyRing, Links), Error> {
        let mut read = Vec::with_capacity(rows.len());
        for row in rows {
            match row.read() {
                Ok(hand_over) => read.push((hand_over, Some(row.event))),
                Err(error) => self.fault(Fault::HandOver { size: Some(row.size), reason: error.to_string() }),
            }
        }
        let hand_overs: Vec<HandOver> = read.iter().map(|(hand_over, _)| hand_over.clone()).collect();
        match KeyRing::linked(trusted, &hand_overs) {
            Ok(ring) => {
                hand_overs.iter().for_each(|hand_over| self.signed(hand_over.checkpoint(), size, false));
                Ok((ring, read))
            }
            Err(error) => {
                self.fault(Fault::HandOver { size: None, reason: error.to_string() });
                Ok((KeyRing::linked(trusted, &[])?, Vec::new()))
            }
        }
    }

    async fn read_checkpoints(&mut self, ring: &KeyRing, kept: &[Vec<u8>], size: u64) -> Result<(), Error> {
        let mut after = -1;
        loop {
            let rows = query(
                self.snapshot,
                "SELECT size, root, note FROM trail_checkpoints WHERE size > $1 ORDER BY size LIMIT $2",
                vec![after.into(), PAGE.into()],
            )
            .await?;
            for row in &rows {
                after = row.try_get("", "size")?;
                self.report.checkpoints += 1;
                let (claimed, note) = (from_number(after)?, row.try_get::<String>("", "note")?);
                let root: Vec<u8> = row.try_get("", "root")?;
                match ring.read(note.as_bytes()) {
                    Ok(note) if note.size() == claimed && root == note.root() => self.signed(&note, size, false),
                    Ok(_) => self.fault(Fault::CheckpointInvalid {
                        size: Some(claimed),
                        kept: false,
                        reason: "the note says something else than its row".to_owned(),
                    }),
                    Err(error) => self.fault(Fault::of_note(error, Some(claimed), false)),
                }
            }
            if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
                break;
            }
        }
        for note in kept {
            match ring.read(note) {
                Ok(note) => self.signed(&note, size, true),
                Err(error) => self.fault(Fault::of_note(error, None, true)),
            }
        }
        Ok(())
    }

    fn signed(&mut self, note: &Checkpoint, size: u64, kept: bool) {
        self.succession.signed(note.size());
        if note.size() > size {
            self.fault(Fault::TailCut { signed: note.size(), available: size, kept });
        } else {
            self.signed.entry(note.size()).or_default().push((*note.root(), kept));
        }
    }

    async fn entries(&mut self, size: u64) -> Result<(), Error> {
        self.compare_checkpoint();
        let mut next = 0;
        loop {
            let rows = query(
                self.snapshot,
                "SELECT number, event_id, happened_at, name, patient_id, entry FROM trail_entries \
                 WHERE number >= $1 ORDER BY number LIMIT $2",
                vec![to_number(next)?.into(), PAGE.into()],
            )
            .await?;
            for row in &rows {
                let number = from_number(row.try_get("", "number")?)?;
                if number >= size {
                    self.fault(Fault::EntryBeyondEnd { number });
                    next = number + 1;
                    continue;
                }
                self.missing(next, number).await?;
                self.entry(number, row).await?;
                next = number + 1;
            }
            if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
                break;
            }
        }
        self.missing(next, size).await
    }

    /// Entries `from..to` are not there; their hashes stand in for them, so that what follows can still be judged.
    async fn missing(&mut self, from: u64, to: u64) -> Result<(), Error> {
        if from >= to {
            return Ok(());
        }
        self.fault(Fault::EntriesMissing { number: from, count: to - from });
        for number in from..to {
            let Some(leaf) = self.stored_leaf(number).await? else { return Ok(()) };
            self.leaf(leaf).await?;
        }
        Ok(())
    }

    async fn stored_leaf(&mut self, number: u64) -> Result<Option<Hash>, Error> {
        let offset = usize::try_from(number % TILE_WIDTH).unwrap_or(0);
        if let (0, Some(before)) = (offset, (number / TILE_WIDTH).checked_sub(1)) {
            self.tiles.forget(0, before);
        }
        match self.tiles.tile(0, number / TILE_WIDTH).await {
            Ok(tile) => Ok(tile.get(offset).copied()),
            Err(Error::Damaged(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    async fn entry(&mut self, number: u64, row: &QueryResult) -> Result<(), Error> {
        let entry: Vec<u8> = row.try_get("", "entry")?;
        let computed = leaf_hash(&entry);
        let stored = self.stored_leaf(number).await?;
        if stored != Some(computed) {
            self.fault(Fault::EntryChanged { number });
        } else {
            self.beside(number, row, &entry)?;
        }
        self.leaf(stored.unwrap_or(computed)).await
    }

    fn beside(&mut self, number: u64, row: &QueryResult, entry: &[u8]) -> Result<(), Error> {
        let at: i64 = row.try_get("", "happened_at")?;
        let agrees = match serde_json::from_slice::<Beside>(entry) {
            Ok(inside) => {
                let stepped = inside.t_quality.is_some_and(|q| q.state.as_deref() == Some("stepped_back"));
                if at < self.newest.saturating_sub(TIME_SLACK_MICROS) && !stepped {
                    self.report.warn(Warning::TimeBackwards { number });
                }
                self.newest = self.newest.max(at);
                self.succession.entry(number, &inside.event, inside.id, entry);
                inside.id == row.try_get::<Uuid>("", "event_id")?
                    && Timestamp::parse_rfc3339(&inside.t) == Some(Timestamp(at))
                    && inside.event == row.try_get::<String>("", "name")?
                    && inside.patient == row.try_get::<Option<Uuid>>("", "patient_id")?
            }
            Err(_) => false,
        };
        if !agrees {
            self.fault(Fault::BesideEntry { number });
        }
        Ok(())
    }

    /// One leaf further: the tree grows, full tiles are compared, a checkpoint of this size is compared.
    async fn leaf(&mut self, leaf: Hash) -> Result<(), Error> {
        self.tree.push(leaf);
        let mut hash = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push((0, Vec::with_capacity(256)));
            }
            let Some((position, hashes)) = self.levels.get_mut(level) else { break };
            hashes.push(hash);
            if (hashes.len() as u64) < TILE_WIDTH {
                break;
            }
            let (full, at) = (std::mem::take(hashes), *position);
            *position += 1;
            hash = fold_perfect(&full);
            if level > 0 {
                self.compare_tile(level, at, &full).await?;
            }
        }
        self.compare_checkpoint();
        Ok(())
    }

    async fn compare_tile(&mut self, level: usize, position: u64, computed: &[Hash]) -> Result<(), Error> {
        let stored = match i16::try_from(level) {
            Ok(level) => self.tiles.tile(level, position).await.unwrap_or(&[]),
            Err(_) => &[],
        };
        let differs = (0..computed.len().max(stored.len())).find(|at| stored.get(*at) != computed.get(*at));
        if let Some(at) = differs {
            let covered = TILE_WIDTH.saturating_pow(u32::try_from(level).unwrap_or(u32::MAX));
            let number = (position * TILE_WIDTH + at as u64).saturating_mul(covered);
            self.fault(Fault::Tile { level: u32::try_from(level).unwrap_or(u32::MAX), position, number });
        }
        Ok(())
    }

    /// The unfinished tiles at the right edge.
    async fn upper_tiles(&mut self) -> Result<(), Error> {
        let levels = std::mem::take(&mut self.levels);
        // Of the leaves each hash was compared with its entry; what stands behind the last one belongs to none.
        let (position, known) = levels.first().map_or((0, 0), |(position, hashes)| (*position, hashes.len()));
        let stored = self.tiles.tile(0, position).await.map_or(0, <[Hash]>::len);
        if stored > known {
            self.fault(Fault::Tile { level: 0, position, number: position * TILE_WIDTH + known as u64 });
        }
        for (level, (position, hashes)) in levels.into_iter().enumerate().skip(1) {
            if !hashes.is_empty() {
                self.compare_tile(level, position, &hashes).await?;
            }
        }
        Ok(())
    }

    fn compare_checkpoint(&mut self) {
        let size = self.tree.size();
        let Some(roots) = self.signed.remove(&size) else { return };
        let root = self.tree.root();
        for (signed, kept) in roots {
            if signed == root {
                self.good_until = size;
                self.report.covered = self.report.covered.max(size);
            } else if !self.contradicted || kept {
                // Every later one is contradicted too; the first tells where, a kept one tells that it is not ours.
                self.contradicted = true;
                self.fault(Fault::CheckpointContradicted { size, good_until: self.good_until, kept });
            }
        }
    }

    async fn waiting(&mut self) -> Result<(), Error> {
        let mut after = Uuid::nil();
        loop {
            let rows = query(
                self.snapshot,
                "SELECT event_id, entry, leaf_hash FROM trail_waiting WHERE event_id > $1 ORDER BY event_id LIMIT $2",
                vec![after.into(), PAGE.into()],
            )
            .await?;
            for row in &rows {
                after = row.try_get("", "event_id")?;
                self.report.waiting += 1;
                let leaf = leaf_hash(&row.try_get::<Vec<u8>>("", "entry")?);
                if row.try_get::<Vec<u8>>("", "leaf_hash")? != leaf {
                    self.fault(Fault::WaitingChanged { event: after });
                }
            }
            if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
                return Ok(());
            }
        }
    }
}
