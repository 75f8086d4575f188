//! How the trail is, for whoever keeps it running: sizes and times, no entry and nobody's id.
//!
//! Separate from `read`, which shows entries and therefore asks for a recorded permit.

use crate::sequencer::query;
use crate::tiles::from_number;
use crate::{Error, Waiting, waiting};
use renkei_db::Database;
use renkei_kernel::Timestamp;

/// Newest entries looked at for a clock that was set back.
const CLOCK_LOOKED_AT: i64 = 1_000;
/// How a stamp of a clock set back is written (`t_quality`).
const STEPPED_BACK: &[u8] = b"\"state\":\"stepped_back\"";

/// The trail's state as committed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrailCondition {
    /// Numbered entries.
    pub size: u64,
    /// Time of the newest entry, numbered or waiting; `None` while the trail is empty.
    pub newest_at: Option<Timestamp>,
    pub waiting: Waiting,
    /// Entries under the newest signature, and when it was made.
    pub signed: Option<(u64, Timestamp)>,
    /// Of the newest thousand entries, those stamped while the clock stood behind an earlier one.
    pub stepped_back: u64,
}

/// Reads it; `trail_sequencer` has no row before the first start.
pub async fn condition(database: &Database) -> Result<TrailCondition, Error> {
    let on = database.reader();
    let sequencer = query(on, "SELECT size, newest_at FROM trail_sequencer WHERE row_number = 1", vec![]).await?;
    let (size, numbered_at) = match sequencer.first() {
        Some(row) => (from_number(row.try_get("", "size")?)?, row.try_get::<i64>("", "newest_at")?),
        None => (0, i64::MIN),
    };
    let newest = query(on, "SELECT MAX(happened_at) AS newest FROM trail_waiting", vec![]).await?;
    let waiting_at = match newest.first() {
        Some(row) => row.try_get::<Option<i64>>("", "newest")?.unwrap_or(i64::MIN),
        None => i64::MIN,
    };
    let newest_at = numbered_at.max(waiting_at);
    let signed = query(on, "SELECT size, signed_at FROM trail_checkpoints ORDER BY size DESC LIMIT 1", vec![]).await?;
    let signed = match signed.first() {
        Some(row) => Some((from_number(row.try_get("", "size")?)?, Timestamp(row.try_get("", "signed_at")?))),
        None => None,
    };
    let entries =
        query(on, "SELECT entry FROM trail_entries ORDER BY number DESC LIMIT $1", vec![CLOCK_LOOKED_AT.into()])
            .await?;
    let mut stepped_back = 0;
    for row in &entries {
        let entry: Vec<u8> = row.try_get("", "entry")?;
        stepped_back += u64::from(entry.windows(STEPPED_BACK.len()).any(|window| window == STEPPED_BACK));
    }
    Ok(TrailCondition {
        size,
        newest_at: (newest_at != i64::MIN).then_some(Timestamp(newest_at)),
        waiting: waiting(database).await?,
        signed,
        stepped_back,
    })
}

/// When the first checkpoint was signed: since then the first key is in force.
pub async fn first_signed_at(database: &Database) -> Result<Option<Timestamp>, Error> {
    let sql = "SELECT signed_at FROM trail_checkpoints ORDER BY size LIMIT 1";
    let rows = query(database.reader(), sql, vec![]).await?;
    Ok(rows.first().map(|row| row.try_get("", "signed_at")).transpose()?.map(Timestamp))
}

/// As [`condition`] without looking at entries: cheap enough to be asked every few seconds.
pub async fn numbered(database: &Database) -> Result<(u64, Option<Timestamp>), Error> {
    let on = database.reader();
    let sql = "SELECT s.size AS size, (SELECT MAX(signed_at) FROM trail_checkpoints) AS signed_at \
               FROM trail_sequencer s WHERE s.row_number = 1";
    Ok(match query(on, sql, vec![]).await?.first() {
        Some(row) => {
            let signed_at = row.try_get::<Option<i64>>("", "signed_at")?.map(Timestamp);
            (from_number(row.try_get("", "size")?)?, signed_at)
        }
        None => (0, None),
    })
}
