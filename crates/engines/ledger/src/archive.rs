//! A closed span of the trail written outside, to be verified years later by somebody who has only it and a public key.
//!
//! A folder `trail-FIRST-END`: the entries as JSON lines as they are exported (`entries.jsonl`), the checkpoint at each
//! end (`start.checkpoint`, `end.checkpoint`), those in between at every 256 entries (`checkpoints.jsonl`), the notes by
//! which one signing key followed another (`hand-overs/`, `trail.keys`), a description with the hashes of everything
//! before the span (`archive.json`), and the digests of all these files (`SHA256SUMS`, in the form of the usual tool).
//! It is written beside, checked, synced and renamed: there is never half an archive. Nothing is taken out of the
//! database (R-X-05).

use crate::handover::hand_overs;
use crate::keyring::KeyRing;
use crate::report::Report;
use crate::sequencer::query;
use crate::tiles::{Tiles, from_number, to_number};
use crate::tree::Hash;
use crate::{Error, HandOver, Recorded, VerifierKey, archived, export};
use renkei_db::Database;
use renkei_kernel::Timestamp;
use renkei_kernel::limits::CHECKPOINT_EVERY_ENTRIES;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

pub(crate) const ENTRIES: &str = "entries.jsonl";
pub(crate) const CHECKPOINTS: &str = "checkpoints.jsonl";
pub(crate) const START: &str = "start.checkpoint";
pub(crate) const END: &str = "end.checkpoint";
pub(crate) const DESCRIPTION: &str = "archive.json";
pub(crate) const DIGESTS: &str = "SHA256SUMS";
pub(crate) const HAND_OVERS: &str = "hand-overs";
const KEYS: &str = "trail.keys";
const README: &str = "README.txt";
const README_TEXT: &str = "\
Renkei の監査証跡の書庫です。この書庫と公開鍵だけで確かめられます。
  renkei ledger verify --archive このフォルダ --key trail.pub
公開鍵は、この書庫とは別の道で受け取ったものをお使いください（この中の trail.keys は目安です）。

An archive of Renkei's audit trail; it verifies alone, with a public key that came by another way:
  renkei ledger verify --archive THIS_FOLDER --key trail.pub

entries.jsonl      {\"number\":N,\"leaf_sha256\":H,\"entry\":E}; H = SHA-256(00 || bytes of E as they stand there)
archive.json       span first..end; \"before\": roots of the perfect subtrees over 0..first (RFC 6962), largest first
*.checkpoint       signed notes (C2SP signed-note, tlog-checkpoint), Ed25519, over size and RFC 6962 root
checkpoints.jsonl  further ones inside the span
hand-overs/        notes by which one signing key followed another: signed by both, with the line \"hand-over OLD NEW\"
SHA256SUMS         digests of all files (sha256sum -c)
";
/// Version of the form.
pub(crate) const FORM: u32 = 1;
/// Checkpoints read from the database at once.
const PAGE: i64 = 2_000;

/// Entries `first` to `end`, without `end`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ArchiveSpan {
    pub first: u64,
    pub end: u64,
}

impl ArchiveSpan {
    pub fn folder_name(&self) -> String {
        format!("trail-{:012}-{:012}", self.first, self.end)
    }

    pub(crate) fn of_folder(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?.strip_prefix("trail-")?;
        let (first, end) = name.split_once('-')?;
        let span = Self { first: first.parse().ok()?, end: end.parse().ok()? };
        (span.folder_name().ends_with(name) && span.first < span.end).then_some(span)
    }
}

/// `archive.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) form: u32,
    pub(crate) log: String,
    pub(crate) first: u64,
    pub(crate) end: u64,
    /// Roots of the perfect subtrees over everything before `first`, largest first, in hexadecimal.
    pub(crate) before: Vec<String>,
    pub(crate) root: String,
    pub(crate) made_at: String,
}

/// A stored checkpoint inside a span.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Between {
    pub(crate) size: u64,
    pub(crate) note: String,
}

/// What was written.
#[derive(Debug, Clone, Serialize)]
pub struct Archived {
    #[serde(flatten)]
    pub span: ArchiveSpan,
    pub folder: PathBuf,
    /// Root of the log at `end`, in hexadecimal.
    pub root: String,
    /// SHA-256 of the file of digests: names the archive as a whole.
    #[serde(serialize_with = "hexadecimal")]
    pub digest: Hash,
}

impl Archived {
    /// The digest in hexadecimal, as `sha256sum SHA256SUMS` says it.
    pub fn digest_text(&self) -> String {
        hex::encode(self.digest)
    }
}

fn hexadecimal<S: serde::Serializer>(hash: &Hash, out: S) -> Result<S::Ok, S::Error> {
    out.serialize_str(&hex::encode(hash))
}

/// The archives in `folder`, in the order of the trail. Empty when the folder is not there.
pub fn archives_in(folder: &Path) -> Result<Vec<ArchiveSpan>, Error> {
    let listed = match fs::read_dir(folder) {
        Ok(listed) => listed,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unusable(folder)(error)),
    };
    let mut spans = Vec::new();
    for entry in listed {
        spans.extend(ArchiveSpan::of_folder(&entry.map_err(unusable(folder))?.path()));
    }
    spans.sort_by_key(|span| (span.first, span.end));
    Ok(spans)
}

/// The span from `first` (where an earlier archive ended, else 0) to the newest checkpoint that was signed before
/// `before`; `None` when nothing is closed since. Flush the sequencer before.
///
/// # Errors
/// [`Error::NoSuchSize`] when `first` is no size that was signed.
pub async fn closed_span(
    database: &Database,
    first: u64,
    before: Option<Timestamp>,
) -> Result<Option<ArchiveSpan>, Error> {
    let sql = "SELECT size FROM trail_checkpoints WHERE signed_at < $1 ORDER BY size DESC LIMIT 1";
    let rows = query(database.reader(), sql, vec![before.map_or(i64::MAX, Timestamp::micros).into()]).await?;
    let end = rows.first().map_or(Ok(0), |row| from_number(row.try_get("", "size")?))?;
    if first > 0 {
        note_at(database, first).await?;
    }
    Ok((first < end).then_some(ArchiveSpan { first, end }))
}

/// Where an archive in `folder` would go on: behind the newest one that is there, which must be of this trail; else 0.
///
/// # Errors
/// [`Error::ContradictsCheckpoint`] when the newest archive ends with a checkpoint that this trail does not have.
pub async fn archived_until(database: &Database, folder: &Path) -> Result<u64, Error> {
    let Some(newest) = archives_in(folder)?.into_iter().max_by_key(|span| span.end) else { return Ok(0) };
    let path = folder.join(newest.folder_name()).join(END);
    let kept = fs::read(&path).map_err(unusable(&path))?;
    match note_at(database, newest.end).await {
        Ok(note) if note.as_bytes() == kept => Ok(newest.end),
        Ok(_) | Err(Error::NoSuchSize(_)) => Err(Error::ContradictsCheckpoint { size: newest.end }),
        Err(error) => Err(error),
    }
}

async fn note_at(database: &Database, size: u64) -> Result<String, Error> {
    let sql = "SELECT note FROM trail_checkpoints WHERE size = $1";
    let rows = query(database.reader(), sql, vec![to_number(size)?.into()]).await?;
    Ok(rows.first().ok_or(Error::NoSuchSize(size))?.try_get("", "note")?)
}

/// Writes `span` into a new folder below `folder`, which is made when absent. `keys` are the log's own: what was written
/// is verified by them before it gets its name, so that nothing bent is ever archived as if it were whole.
///
/// # Errors
/// [`Error::ArchiveBent`] when the trail itself does not verify over this span; nothing is left then.
pub async fn archive(
    database: &Database,
    recorded: &Recorded,
    span: ArchiveSpan,
    keys: &[VerifierKey],
    folder: &Path,
    made_at: Timestamp,
) -> Result<Archived, Error> {
    let (place, beside) = (folder.join(span.folder_name()), folder.join(format!("{}.partial", span.folder_name())));
    private(folder)?;
    if beside.exists() {
        fs::remove_dir_all(&beside).map_err(unusable(&beside))?;
    }
    private(&beside)?;
    let written = write(database, recorded, span, keys, &beside, made_at).await;
    let (root, digest, report) = match written {
        Ok((root, digest)) => (root, digest, archived::verify_archive(&beside, keys)?.report),
        Err(error) => {
            let _ = fs::remove_dir_all(&beside);
            return Err(error);
        }
    };
    if !report.is_ok() {
        fs::remove_dir_all(&beside).map_err(unusable(&beside))?;
        return Err(bent(&report));
    }
    fs::rename(&beside, &place).map_err(unusable(&place))?;
    sync(folder)?;
    Ok(Archived { span, folder: place, root, digest })
}

fn bent(report: &Report) -> Error {
    Error::ArchiveBent { first: report.first_broken.unwrap_or_default() }
}

async fn write(
    database: &Database,
    recorded: &Recorded,
    span: ArchiveSpan,
    keys: &[VerifierKey],
    folder: &Path,
    made_at: Timestamp,
) -> Result<(String, Hash), Error> {
    let file = |name: &str| -> Result<BufWriter<File>, Error> {
        let path = folder.join(name);
        Ok(BufWriter::new(File::create(&path).map_err(unusable(&path))?))
    };
    let mut entries = file(ENTRIES)?;
    export(database, recorded, span.first, span.end - span.first, &mut entries).await?;
    finish(entries, folder)?;

    let mut between = file(CHECKPOINTS)?;
    write_checkpoints(database, span, &mut between).await?;
    finish(between, folder)?;
    if span.first > 0 {
        put(folder, START, note_at(database, span.first).await?.as_bytes())?;
    }
    put(folder, END, note_at(database, span.end).await?.as_bytes())?;

    let rows = hand_overs(database.reader()).await?;
    private(&folder.join(HAND_OVERS))?;
    let mut links: Vec<HandOver> = Vec::with_capacity(rows.len());
    for row in &rows {
        put(&folder.join(HAND_OVERS), &format!("{:012}.checkpoint", row.size), row.note.as_bytes())?;
        links.push(row.read()?);
    }
    put(folder, README, README_TEXT.as_bytes())?;
    put(folder, KEYS, KeyRing::linked(keys, &links)?.published().as_bytes())?;

    let snapshot = database.snapshot().await?;
    let mut tiles = Tiles::new(&snapshot);
    let root = hex::encode(tiles.range(0, span.end).await?);
    let mut before = Vec::new();
    let mut from = 0;
    while from < span.first {
        let length = 1u64 << (63 - (span.first - from).leading_zeros());
        before.push(hex::encode(tiles.range(from, from + length).await?));
        from += length;
    }
    let log = keys.first().map_or(String::new(), |key| key.name().to_owned());
    let (first, end, made_at) = (span.first, span.end, made_at.to_rfc3339());
    let description = Description { form: FORM, log, first, end, before, root: root.clone(), made_at };
    let mut text = serde_json::to_vec_pretty(&description).map_err(|_| Error::Sink(std::io::ErrorKind::InvalidData))?;
    text.push(b'\n');
    put(folder, DESCRIPTION, &text)?;
    let digests = digests(folder)?;
    put(folder, DIGESTS, digests.as_bytes())?;
    sync(&folder.join(HAND_OVERS))?;
    sync(folder)?;
    Ok((root, Sha256::digest(digests.as_bytes()).into()))
}

/// Those at every 256 entries: they narrow down where something was bent.
async fn write_checkpoints(database: &Database, span: ArchiveSpan, sink: &mut impl Write) -> Result<(), Error> {
    let mut after = to_number(span.first)?;
    loop {
        let sql = "SELECT size, note FROM trail_checkpoints WHERE size > $1 AND size < $2 AND size % $3 = 0 \
                   ORDER BY size LIMIT $4";
        let every = to_number(CHECKPOINT_EVERY_ENTRIES)?;
        let values = vec![after.into(), to_number(span.end)?.into(), every.into(), PAGE.into()];
        let rows = query(database.reader(), sql, values).await?;
        for row in &rows {
            after = row.try_get("", "size")?;
            let between = Between { size: from_number(after)?, note: row.try_get("", "note")? };
            let mut line = serde_json::to_vec(&between).map_err(|_| Error::Sink(std::io::ErrorKind::InvalidData))?;
            line.push(b'\n');
            sink.write_all(&line).map_err(|error| Error::Sink(error.kind()))?;
        }
        if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(());
        }
    }
}

/// A line `DIGEST  NAME` for every file below the folder but the file of digests itself, by name.
pub(crate) fn digests(folder: &Path) -> Result<String, Error> {
    let mut text = String::new();
    for name in file_names(folder)? {
        let path = folder.join(&name);
        let mut file = File::open(&path).map_err(unusable(&path))?;
        let (mut digest, mut part) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            let read = file.read(&mut part).map_err(unusable(&path))?;
            match part.get(..read) {
                Some(some) if read > 0 => digest.update(some),
                _ => break,
            }
        }
        text.push_str(&format!("{}  {name}\n", hex::encode(digest.finalize())));
    }
    Ok(text)
}

/// Files of an archive, one level of folders deep, with `/` between, without the file of digests.
fn file_names(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    let named = |entry: std::io::Result<fs::DirEntry>| -> Result<(String, fs::FileType), Error> {
        let entry = entry.map_err(unusable(folder))?;
        let kind = entry.file_type().map_err(unusable(folder))?;
        Ok((entry.file_name().to_string_lossy().into_owned(), kind))
    };
    // Links, pipes and devices are nobody's archive: reading one might never end.
    let refused = |name: &str| unusable(&folder.join(name))(std::io::ErrorKind::InvalidInput.into());
    for entry in fs::read_dir(folder).map_err(unusable(folder))? {
        let (name, kind) = named(entry)?;
        if kind.is_file() {
            names.push(name);
            continue;
        }
        if !kind.is_dir() {
            return Err(refused(&name));
        }
        for inner in fs::read_dir(folder.join(&name)).map_err(unusable(folder))? {
            let (inner, kind) = named(inner)?;
            let name = format!("{name}/{inner}");
            if !kind.is_file() {
                return Err(refused(&name));
            }
            names.push(name);
        }
    }
    names.retain(|name| name != DIGESTS);
    names.sort();
    Ok(names)
}

pub(crate) fn unusable(path: &Path) -> impl Fn(std::io::Error) -> Error {
    move |error| Error::Folder { folder: path.to_owned(), reason: error.kind() }
}

fn private(folder: &Path) -> Result<(), Error> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(unusable(folder))
}

fn put(folder: &Path, name: &str, content: &[u8]) -> Result<(), Error> {
    let path = folder.join(name);
    let mut file = File::create(&path).map_err(unusable(&path))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(unusable(&path))
}

fn finish(file: BufWriter<File>, folder: &Path) -> Result<(), Error> {
    let file = file.into_inner().map_err(|error| Error::Sink(error.error().kind()))?;
    file.sync_all().map_err(unusable(folder))
}

fn sync(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(unusable(folder))
}
