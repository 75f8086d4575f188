//! The verifier of archives: needs the archive and one public key of the log, no database, no settings.
//!
//! Every line's entry is hashed, the tree grows from the hashes of what was before the span, and every signed
//! checkpoint that the archive holds is compared on the way. The digests of the files are compared as well; they find
//! a damaged medium, the signatures find a forger. Everything is read with bounds: an archive may come from anywhere.

use crate::archive::{
    ArchiveSpan, Between, CHECKPOINTS, DESCRIPTION, DIGESTS, Description, END, ENTRIES, FORM, HAND_OVERS, START,
    archives_in, digests, unusable,
};
use crate::keyring::{HandOver, KeyRing};
use crate::note::NoteError;
use crate::report::{Fault, Report, Warning};
use crate::succession::Succession;
use crate::tree::{Growing, Hash, leaf_hash};
use crate::{Checkpoint, Error, VerifierKey};
use renkei_db::sea_orm::prelude::Uuid;
use renkei_kernel::Timestamp;
use renkei_kernel::limits::TRAIL_ENTRY_MAX_BYTES;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Longest line of an archive: an entry with what stands around it.
const LINE_MAX: usize = TRAIL_ENTRY_MAX_BYTES + 1_024;
/// Largest of the small files.
const SMALL_MAX: u64 = 1024 * 1024;
/// Hand-overs read from one archive.
const HAND_OVERS_MAX: usize = 10_000;
/// As in the verifier of a database.
const TIME_SLACK_MICROS: i64 = 5_000_000;

/// What a verification of archives answers: the report over all of them, and the span they cover together.
#[derive(Debug, Clone, Serialize)]
pub struct ArchiveReport {
    pub archives: u64,
    /// The whole span, when every archive begins where the one before it ended.
    pub span: Option<ArchiveSpan>,
    #[serde(flatten)]
    pub report: Report,
}

/// Verifies one archive, or all archives in a folder, by any public keys of the log. Errors only when nothing can be
/// read at all; whatever is wrong is in the report.
pub fn verify_archive(folder: &Path, trusted: &[VerifierKey]) -> Result<ArchiveReport, Error> {
    let mut parts = Vec::new();
    if folder.join(DESCRIPTION).exists() {
        parts.push(folder.to_owned());
    } else {
        parts.extend(archives_in(folder)?.iter().map(|span| folder.join(span.folder_name())));
    }
    if parts.is_empty() {
        return Err(Error::NoArchive { folder: folder.to_owned() });
    }
    let mut report = Report::default();
    let mut links: BTreeMap<u64, HandOver> = BTreeMap::new();
    for part in &parts {
        read_hand_overs(part, &mut links, &mut report);
    }
    // A later archive knows keys that an earlier one could not.
    let links: Vec<HandOver> = links.into_values().collect();
    let ring = match KeyRing::linked(trusted, &links) {
        Ok(ring) => ring,
        Err(error) => {
            report.fault(Fault::HandOver { size: None, reason: error.to_string() });
            KeyRing::linked(trusted, &[])?
        }
    };
    let (mut span, mut whole, mut end_root): (Option<ArchiveSpan>, bool, Option<Hash>) = (None, true, None);
    for part in &parts {
        let mut check = Check::new(&ring, &links, &mut report);
        let Some(read) = check.archive(part) else {
            (whole, end_root) = (false, None);
            continue;
        };
        if let Some(so_far) = span {
            if so_far.end != read.span.first {
                whole = false;
                report.fault(Fault::ArchivesApart { end: so_far.end, first: read.span.first });
            } else if end_root.is_some_and(|root| root != read.root_before) {
                report.fault(Fault::CheckpointContradicted {
                    size: read.span.first,
                    good_until: so_far.first,
                    kept: true,
                });
            }
        }
        span = Some(ArchiveSpan { first: span.map_or(read.span.first, |span| span.first), end: read.span.end });
        end_root = Some(read.root);
        report.root = hex::encode(read.root);
    }
    if let Some(end) = span.map(|span| span.end)
        && let Some(until) = ring.known_backwards(end)
        && end < until
    {
        report.warn(Warning::SignedByAnEarlierKey { end, until });
    }
    let archives = parts.len() as u64;
    Ok(ArchiveReport { archives, span: span.filter(|_| whole), report })
}

fn small(path: &Path) -> Result<Vec<u8>, Error> {
    let mut content = Vec::new();
    let file = File::open(path).map_err(unusable(path))?;
    file.take(SMALL_MAX + 1).read_to_end(&mut content).map_err(unusable(path))?;
    if content.len() as u64 > SMALL_MAX { Err(Error::Note(NoteError::Form)) } else { Ok(content) }
}

fn file_fault(file: &str, reason: impl std::fmt::Display) -> Fault {
    Fault::ArchiveFile { file: file.to_owned(), reason: reason.to_string() }
}

fn read_hand_overs(folder: &Path, links: &mut BTreeMap<u64, HandOver>, report: &mut Report) {
    let listed = fs::read_dir(folder.join(HAND_OVERS)).into_iter().flatten().flatten();
    for entry in listed.take(HAND_OVERS_MAX) {
        let read = small(&entry.path()).and_then(|note| Ok(HandOver::read(&note)?));
        match read {
            Ok(hand_over) => match links.get(&hand_over.size()) {
                Some(known) if (&known.before, &known.after) != (&hand_over.before, &hand_over.after) => {
                    let reason = "two archives tell different hand-overs".to_owned();
                    report.fault(Fault::HandOver { size: Some(hand_over.size()), reason });
                }
                Some(_) => {}
                None => drop(links.insert(hand_over.size(), hand_over)),
            },
            Err(error) => report.fault(file_fault(HAND_OVERS, error)),
        }
    }
}

/// What one archive turned out to be.
struct Looked {
    span: ArchiveSpan,
    root_before: Hash,
    root: Hash,
}

struct Check<'r> {
    ring: &'r KeyRing,
    links: &'r [HandOver],
    report: &'r mut Report,
    signed: BTreeMap<u64, Vec<Hash>>,
    succession: Succession,
    newest: i64,
    good_until: u64,
    contradicted: bool,
}

/// What must be readable of every entry.
#[derive(Deserialize)]
struct Entry {
    id: Uuid,
    t: String,
    event: String,
    t_quality: Option<Quality>,
}

#[derive(Deserialize)]
struct Quality {
    state: Option<String>,
}

impl<'r> Check<'r> {
    fn new(ring: &'r KeyRing, links: &'r [HandOver], report: &'r mut Report) -> Self {
        let (signed, succession) = (BTreeMap::new(), Succession::default());
        Self { ring, links, report, signed, succession, newest: i64::MIN, good_until: 0, contradicted: false }
    }

    fn archive(&mut self, folder: &Path) -> Option<Looked> {
        let description = self.description(folder)?;
        let span = ArchiveSpan { first: description.first, end: description.end };
        self.compare_digests(folder);
        let mut tree = match before(&description) {
            Some(tree) => tree,
            None => {
                self.report.fault(file_fault(DESCRIPTION, "the hashes before the span are not those of its size"));
                return None;
            }
        };
        (self.good_until, self.report.entries) =
            (span.first, self.report.entries.saturating_add(span.end - span.first));
        if span.first > 0 {
            self.note(folder, START, span.first);
        }
        self.note(folder, END, span.end);
        self.between(folder, span);
        for link in self.links.iter().filter(|link| (span.first + 1..=span.end).contains(&link.size())) {
            self.signed(link.checkpoint());
        }
        let root_before = tree.root();
        self.compare(&tree);
        if let Err(error) = self.entries(folder, span, &mut tree) {
            self.report.fault(file_fault(ENTRIES, error));
        }
        if tree.size() == span.end && hex::encode(tree.root()) != description.root {
            self.report.fault(file_fault(DESCRIPTION, "its root is not that of the entries"));
        }
        let within = self.links.iter().filter(|link| link.size() <= span.end);
        let within: Vec<_> = within.map(|link| (link.clone(), None)).collect();
        self.succession.compare(span.first, &within, self.report);
        Some(Looked { span, root_before, root: tree.root() })
    }

    fn description(&mut self, folder: &Path) -> Option<Description> {
        let read = small(&folder.join(DESCRIPTION)).map_err(|error| error.to_string());
        let parsed = read.and_then(|text| serde_json::from_slice(&text).map_err(|error| error.to_string()));
        match parsed {
            Ok(Description { form, first, end, .. }) if form != FORM || first >= end => {
                self.report.fault(file_fault(DESCRIPTION, "a form or a span that this program does not know"));
                None
            }
            Ok(description) => Some(description),
            Err(error) => {
                self.report.fault(file_fault(DESCRIPTION, error));
                None
            }
        }
    }

    /// Every file is listed and as it was; nothing else lies there.
    fn compare_digests(&mut self, folder: &Path) {
        let listed = small(&folder.join(DIGESTS)).map(|text| String::from_utf8_lossy(&text).into_owned());
        let (listed, there) = match (listed, digests(folder)) {
            (Ok(listed), Ok(there)) => (listed, there),
            (Err(error), _) | (_, Err(error)) => return self.report.fault(file_fault(DIGESTS, error)),
        };
        let by_name = |text: &str| -> BTreeMap<String, String> {
            text.lines()
                .filter_map(|line| line.split_once("  "))
                .map(|(digest, name)| (name.into(), digest.into()))
                .collect()
        };
        let (listed, there) = (by_name(&listed), by_name(&there));
        for (name, digest) in &listed {
            match there.get(name) {
                Some(found) if found == digest => {}
                Some(_) => self.report.fault(file_fault(name, "it was changed")),
                None => self.report.fault(file_fault(name, "it is not there")),
            }
        }
        for name in there.keys().filter(|name| !listed.contains_key(*name)) {
            self.report.fault(file_fault(name, "it is not listed"));
        }
    }

    fn note(&mut self, folder: &Path, name: &str, size: u64) {
        match small(&folder.join(name)) {
            Ok(note) => self.judge(&note, size),
            Err(error) => self.report.fault(file_fault(name, error)),
        }
    }

    fn judge(&mut self, note: &[u8], size: u64) {
        match self.ring.read(note) {
            Ok(checkpoint) if checkpoint.size() == size => self.signed(&checkpoint),
            Ok(_) => {
                let reason = "the note is of another size".to_owned();
                self.report.fault(Fault::CheckpointInvalid { size: Some(size), kept: true, reason });
            }
            Err(error) => self.report.fault(Fault::of_note(error, Some(size), true)),
        }
    }

    fn signed(&mut self, checkpoint: &Checkpoint) {
        self.report.checkpoints += 1;
        self.succession.signed(checkpoint.size());
        self.signed.entry(checkpoint.size()).or_default().push(*checkpoint.root());
    }

    fn between(&mut self, folder: &Path, span: ArchiveSpan) {
        let read = lines(&folder.join(CHECKPOINTS), |line| {
            match serde_json::from_slice::<Between>(line) {
                Ok(between) if (span.first..=span.end).contains(&between.size) => {
                    self.judge(between.note.as_bytes(), between.size);
                }
                _ => self.report.fault(file_fault(CHECKPOINTS, "a line is no checkpoint of this span")),
            }
            true
        });
        if let Err(error) = read {
            self.report.fault(file_fault(CHECKPOINTS, error));
        }
    }

    fn entries(&mut self, folder: &Path, span: ArchiveSpan, tree: &mut Growing) -> Result<(), Error> {
        lines(&folder.join(ENTRIES), |line| {
            let number = tree.size();
            if number >= span.end {
                self.report.fault(Fault::EntryBeyondEnd { number });
                return false;
            }
            let Some((claimed, leaf, entry)) = split_line(line) else {
                self.report.fault(Fault::EntryChanged { number });
                return false;
            };
            if claimed != number {
                let count = claimed.saturating_sub(number).clamp(1, span.end - number);
                self.report.fault(Fault::EntriesMissing { number, count });
                return false;
            }
            let computed = leaf_hash(entry);
            if computed != leaf {
                self.report.fault(Fault::EntryChanged { number });
            } else {
                self.read_entry(number, entry);
            }
            // With the hash that stood there, so that what follows can still be judged.
            tree.push(leaf);
            self.compare(tree);
            true
        })?;
        let number = tree.size();
        if number < span.end && self.report.faults.iter().all(|fault| fault.number() != Some(number)) {
            self.report.fault(Fault::EntriesMissing { number, count: span.end - number });
        }
        Ok(())
    }

    fn read_entry(&mut self, number: u64, entry: &[u8]) {
        let Ok(read) = serde_json::from_slice::<Entry>(entry) else {
            return self.report.fault(Fault::BesideEntry { number });
        };
        let Some(Timestamp(at)) = Timestamp::parse_rfc3339(&read.t) else {
            return self.report.fault(Fault::BesideEntry { number });
        };
        let stepped = read.t_quality.is_some_and(|quality| quality.state.as_deref() == Some("stepped_back"));
        if at < self.newest.saturating_sub(TIME_SLACK_MICROS) && !stepped {
            self.report.warn(Warning::TimeBackwards { number });
        }
        self.newest = self.newest.max(at);
        self.succession.entry(number, &read.event, read.id, entry);
    }

    fn compare(&mut self, tree: &Growing) {
        let size = tree.size();
        for signed in self.signed.remove(&size).unwrap_or_default() {
            if signed == tree.root() {
                self.good_until = size;
                self.report.covered = self.report.covered.max(size);
            } else if !self.contradicted {
                self.contradicted = true;
                let good_until = self.good_until;
                self.report.fault(Fault::CheckpointContradicted { size, good_until, kept: true });
            }
        }
    }
}

/// The tree over everything before the span; `None` when the hashes are not as many as its size has perfect subtrees.
fn before(description: &Description) -> Option<Growing> {
    let hashes = description.before.iter().map(|text| {
        let bytes = hex::decode(text).ok()?;
        Hash::try_from(bytes.as_slice()).ok()
    });
    Growing::resumed(description.first, hashes.collect::<Option<_>>()?)
}

/// A line of the export: `{"number":N,"leaf_sha256":"…","entry":…}`, the entry byte for byte as it was hashed.
fn split_line(line: &[u8]) -> Option<(u64, Hash, &[u8])> {
    let rest = line.strip_prefix(b"{\"number\":")?;
    let comma = rest.iter().position(|byte| *byte == b',')?;
    let (number, rest) = rest.split_at_checked(comma)?;
    let (hash, rest) = rest.strip_prefix(b",\"leaf_sha256\":\"")?.split_at_checked(64)?;
    let entry = rest.strip_prefix(b"\",\"entry\":")?.strip_suffix(b"}")?;
    let hash = Hash::try_from(hex::decode(hash).ok()?.as_slice()).ok()?;
    Some((std::str::from_utf8(number).ok()?.parse().ok()?, hash, entry))
}

/// Calls `each` with every line, without its end, until it says no. A line above the bound is an error.
fn lines(path: &Path, mut each: impl FnMut(&[u8]) -> bool) -> Result<(), Error> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(unusable(path))?);
    let mut line = Vec::with_capacity(4_096);
    loop {
        line.clear();
        let bounded = &mut (&mut file).take(LINE_MAX as u64 + 1);
        let read = bounded.read_until(b'\n', &mut line).map_err(unusable(path))?;
        if read == 0 {
            return Ok(());
        }
        match line.strip_suffix(b"\n") {
            Some(whole) if !each(whole) => return Ok(()),
            Some(_) => {}
            None => return Err(Error::Sink(std::io::ErrorKind::InvalidData)),
        }
    }
}
