//! Reading the trail: a patient's list of who looked, one event, an export, what still waits.
//!
//! Reading the trail is itself an act in the trail (case 16): whatever shows entries takes the proof that the read
//! was recorded, and the patient's list takes the patient from its permit.

use crate::sequencer::query;
use crate::tiles::{from_number, to_number};
use crate::tree::leaf_hash;
use crate::{Error, Recorded};
use renkei_db::Database;
use renkei_db::sea_orm::QueryResult;
use renkei_db::sea_orm::prelude::Uuid;
use renkei_kernel::{EventId, Timestamp};

/// Entries read from the database at once.
const PAGE: i64 = 1_000;

/// One entry as it stands in the trail.
#[derive(Debug, Clone)]
pub struct Found {
    /// `None` while the record waits for its number.
    pub number: Option<u64>,
    pub event: EventId,
    pub at: Timestamp,
    /// The event's name as written, also one this program does not know.
    pub name: String,
    /// Canonical JSON.
    pub entry: Vec<u8>,
}

impl Found {
    /// The entry parsed; `Null` when it is damaged.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.entry).unwrap_or_default()
    }

    fn read(row: &QueryResult, numbered: bool) -> Result<Self, Error> {
        let number = if numbered { Some(from_number(row.try_get("", "number")?)?) } else { None };
        Ok(Self {
            number,
            event: EventId(row.try_get::<Uuid>("", "event_id")?),
            at: Timestamp(row.try_get("", "happened_at")?),
            name: row.try_get("", "name")?,
            entry: row.try_get("", "entry")?,
        })
    }
}

/// The newest `limit` entries about the permit's patient, newest first; `before` continues an earlier page from its
/// last number. The first page begins with records that still wait, so that a look is shown at once (R-X-06).
/// Empty when the permit names no patient.
pub async fn entries_of_patient(
    database: &Database,
    recorded: &Recorded,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Found>, Error> {
    let Some(patient) = recorded.permit().patient() else { return Ok(Vec::new()) };
    let snapshot = database.snapshot().await?;
    let mut found = Vec::new();
    if before.is_none() {
        let rows = query(
            &snapshot,
            "SELECT event_id, happened_at, name, entry FROM trail_waiting WHERE patient_id = $1 \
             ORDER BY happened_at DESC, event_id DESC LIMIT $2",
            vec![patient.0.into(), i64::from(limit).into()],
        )
        .await?;
        for row in &rows {
            found.push(Found::read(row, false)?);
        }
    }
    let rest = i64::from(limit) - i64::try_from(found.len()).unwrap_or(i64::MAX);
    if rest > 0 {
        let rows = query(
            &snapshot,
            "SELECT number, event_id, happened_at, name, entry FROM trail_entries \
             WHERE patient_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
            vec![patient.0.into(), before.map_or(Ok(i64::MAX), to_number)?.into(), rest.into()],
        )
        .await?;
        for row in &rows {
            found.push(Found::read(row, true)?);
        }
    }
    Ok(found)
}

/// One event by its id, numbered or waiting.
pub async fn entry_find(database: &Database, _recorded: &Recorded, event: EventId) -> Result<Option<Found>, Error> {
    let snapshot = database.snapshot().await?;
    let sql = "SELECT number, event_id, happened_at, name, entry FROM trail_entries WHERE event_id = $1";
    if let Some(row) = query(&snapshot, sql, vec![event.0.into()]).await?.first() {
        return Ok(Some(Found::read(row, true)?));
    }
    let sql = "SELECT event_id, happened_at, name, entry FROM trail_waiting WHERE event_id = $1";
    let rows = query(&snapshot, sql, vec![event.0.into()]).await?;
    rows.first().map(|row| Found::read(row, false)).transpose()
}

/// Writes the numbered entries from `first` on (`count` of them at most) as JSON lines
/// `{"number":…,"leaf_sha256":"…","entry":{…}}`; the entry stands there byte for byte as it was hashed. Answers how
/// many lines were written. Flush the sequencer before, so that the export ends at a checkpoint.
pub async fn export(
    database: &Database,
    _recorded: &Recorded,
    first: u64,
    count: u64,
    sink: &mut (dyn std::io::Write + Send),
) -> Result<u64, Error> {
    let snapshot = database.snapshot().await?;
    let end = first.saturating_add(count).min(i64::MAX as u64);
    let (mut next, mut written) = (first, 0);
    loop {
        let rows = query(
            &snapshot,
            "SELECT number, event_id, happened_at, name, entry FROM trail_entries \
             WHERE number >= $1 AND number < $2 ORDER BY number LIMIT $3",
            vec![to_number(next)?.into(), to_number(end)?.into(), PAGE.into()],
        )
        .await?;
        for row in &rows {
            let found = Found::read(row, true)?;
            let number = found.number.unwrap_or(next);
            let line = [
                format!(
                    "{{\"number\":{number},\"leaf_sha256\":\"{}\",\"entry\":",
                    hex::encode(leaf_hash(&found.entry))
                )
                .as_bytes(),
                &found.entry,
                b"}\n",
            ]
            .concat();
            sink.write_all(&line).map_err(|e| Error::Sink(e.kind()))?;
            (next, written) = (number + 1, written + 1);
        }
        if rows.len() < usize::try_from(PAGE).unwrap_or(usize::MAX) {
            return Ok(written);
        }
    }
}

/// How many records wait for their number, and since when: one that waits longer than
/// `limits::TRAIL_WAIT_MAX_SECONDS` is an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    pub count: u64,
    pub oldest_at: Option<Timestamp>,
}

pub async fn waiting(database: &Database) -> Result<Waiting, Error> {
    let sql = "SELECT COUNT(*) AS n, MIN(happened_at) AS oldest FROM trail_waiting";
    let rows = query(database.reader(), sql, vec![]).await?;
    let row = rows.first().ok_or_else(|| Error::Damaged("the waiting records".to_owned()))?;
    Ok(Waiting {
        count: from_number(row.try_get("", "n")?)?,
        oldest_at: row.try_get::<Option<i64>>("", "oldest")?.map(Timestamp),
    })
}

/// The newest signed note in the database, unchecked; `None` before the first.
pub async fn latest_checkpoint(database: &Database) -> Result<Option<String>, Error> {
    let sql = "SELECT note FROM trail_checkpoints ORDER BY size DESC LIMIT 1";
    let rows = query(database.reader(), sql, vec![]).await?;
    Ok(rows.first().map(|row| row.try_get::<String>("", "note")).transpose()?)
}
