//! A new signing key for the trail: announced in the trail itself, signed by both keys at one size, then the old one
//! is destroyed and that is told as well.
//!
//! Keys are files and the trail is a database, so no transaction covers both. The order makes every cut harmless:
//! the new key's file, the note in the keys' folder (with the id of the record), the record, its number, the
//! checkpoint of both keys (in the database, then outside), the new key's file in the place of the old one, the old
//! one overwritten, the record of its end, the note removed. Before the record is durable nothing has happened and the
//! new key is thrown away; from then on every start, and the running sequencer itself, finishes it. At no moment can
//! the old key sign a size behind the hand-over: it signs only what was numbered before the record.

use crate::keyring::{HandOver, KeyRing};
use crate::name::{EventName, Outcome};
use crate::note::{SigningKey, VerifierKey};
use crate::sequencer::{Work, query};
use crate::tiles::{Tiles, from_number, to_number};
use crate::{Error, Event, Ledger, record_alone};
use renkei_access::Actor;
use renkei_db::sea_orm::ConnectionTrait;
use renkei_db::sea_orm::prelude::Uuid;
use renkei_db::{BoxFuture, Database, Isolation};
use renkei_kernel::logs::OPERATOR;
use renkei_kernel::{EventId, Timestamp};
use renkei_keys::{
    create_secret_file, erase_secret_file, erase_what_was_replaced, read_secret_file, replace_and_erase,
};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the records of a signing key are about.
pub(crate) const OBJECT: &str = "trail_signing_key";
/// State of the record that announces a hand-over; its checkpoint covers it as its last entry.
pub(crate) const HANDED_OVER: &str = "handed_over";
/// State of the record that takes an announcement back.
pub(crate) const CUT_SHORT: &str = "cut_short";

const NEXT: &str = "trail-signing.key.next";
const NOTE: &str = "trail-rotation.begun";

/// What came of a rotation of the trail's signing key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyHandedOver {
    /// Public keys in their written form.
    pub key_before: String,
    pub key_after: String,
    /// The last size the old key signed and the first of the new one.
    pub size: u64,
}

/// The key that signs, and the one that follows while a rotation is under way.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) current: Arc<SigningKey>,
    pub(crate) next: Option<Next>,
}

#[derive(Debug, Clone)]
pub(crate) struct Next {
    key: Arc<SigningKey>,
    event: EventId,
}

struct Files {
    current: PathBuf,
    next: PathBuf,
    note: PathBuf,
}

impl Files {
    fn of(key: &SigningKey) -> Option<Self> {
        let folder = key.folder()?;
        Some(Self { current: SigningKey::file(folder), next: folder.join(NEXT), note: folder.join(NOTE) })
    }

    /// The new key; one cut short while it was written is none: nothing was told of it.
    fn load_next(&self, name: &str) -> Result<Option<SigningKey>, Error> {
        match SigningKey::load_file(&self.next, name) {
            Ok(key) => Ok(Some(key)),
            Err(Error::Key(renkei_keys::Error::KeyFileMissing { .. })) => Ok(None),
            Err(Error::Key(renkei_keys::Error::KeyFileDamaged { .. })) => {
                erase_secret_file(&self.next)?;
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// The record that was to tell of the hand-over. A note cut short is none: the record comes after it.
    fn noted(&self) -> Result<Option<EventId>, Error> {
        match read_secret_file(&self.note) {
            Ok(content) => Ok(Uuid::from_slice(&content).ok().map(EventId)),
            Err(renkei_keys::Error::KeyFileMissing { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether a rotation of the signing key in `folder` was begun and is finished by the next start; changes nothing.
pub fn key_rotation_begun(folder: &Path) -> bool {
    folder.join(NEXT).exists() || folder.join(NOTE).exists()
}

fn told(ledger: &Ledger, name: EventName, state: &str) -> Event {
    let event = ledger.event(name).actor(Actor::Installation).method("console");
    event.object_class(OBJECT).detail("state", state)
}

impl Work {
    pub(crate) fn keys(&self) -> std::sync::MutexGuard<'_, Keys> {
        self.keys.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
    pub(crate) fn key(&self) -> Arc<SigningKey> {
        self.keys().current.clone()
    }
    pub(crate) fn is_handing_over(&self) -> bool {
        self.keys().next.is_some()
    }

    /// At the start: what an earlier program left half done, and whether the key at hand may sign this trail at all.
    pub(crate) async fn take_up_rotation(&self) -> Result<(), Error> {
        let current = self.key();
        let newest = newest_hand_over(self.database.reader()).await?;
        let files = Files::of(&current);
        if let Some(files) = &files {
            erase_what_was_replaced(&files.current)?;
        }
        let (next, noted) = match &files {
            Some(files) => (files.load_next(current.name())?, files.noted()?),
            None => (None, None),
        };
        if let Some((hand_over, event)) = &newest
            && hand_over.after != current.verifier()
        {
            // Both keys signed, and the files were not yet exchanged; else an older key was put back.
            let Some(next) = next.filter(|next| next.verifier() == hand_over.after) else {
                return Err(Error::KeyHandedOver { size: hand_over.size() });
            };
            self.fits_what_is_kept().await?;
            self.follow(next, *event);
            return Ok(());
        }
        // Over an older or another database nothing may be thrown away: the right one may need the new key.
        self.fits_what_is_kept().await?;
        let Some(files) = files else { return Ok(()) };
        match (next, noted) {
            (Some(next), Some(event)) if self.is_recorded(event).await? => {
                self.follow(next, event);
                Ok(())
            }
            (None, Some(event)) if newest.as_ref().is_some_and(|(_, done)| *done == event) => self.tell_the_end().await,
            (next, Some(event)) => self.take_back(&files, next.as_ref(), event).await,
            (_, None) => {
                erase_secret_file(&files.next)?;
                Ok(erase_secret_file(&files.note)?)
            }
        }
    }

    fn follow(&self, next: SigningKey, event: EventId) {
        self.keys().next = Some(Next { key: Arc::new(next), event });
    }

    /// Nothing was signed by the new key: it is thrown away, and the trail is told where it was told of it.
    async fn take_back(&self, files: &Files, next: Option<&SigningKey>, event: EventId) -> Result<(), Error> {
        let mut taken_back = told(&self.ledger, EventName::KeyRotated, CUT_SHORT)
            .outcome(Outcome::Minor)
            .detail("key_before", self.key().verifier().to_string().as_str())
            .detail("announced", event.0);
        if let Some(next) = next {
            taken_back = taken_back.detail("key_after", next.verifier().to_string().as_str());
        }
        record_alone(&self.database, taken_back).await?;
        self.keys().next = None;
        erase_secret_file(&files.next)?;
        erase_secret_file(&files.note)?;
        tracing::warn!(
            target: OPERATOR,
            "監査証跡の署名の鍵の交換を取りやめました。これまでの鍵のままです。 / the rotation of the trail's signing key was taken back; the key stays"
        );
        Ok(())
    }

    async fn is_recorded(&self, event: EventId) -> Result<bool, Error> {
        let sql = "SELECT event_id FROM trail_waiting WHERE event_id = $1";
        let waits = !query(self.database.reader(), sql, vec![event.0.into()]).await?.is_empty();
        Ok(waits || number_of(self.database.reader(), event).await?.is_some())
    }

    /// Makes the new key and announces it; [`Self::hand_over`] does the rest once the record has its number.
    ///
    /// The sequencer knows of the new key before the trail does: whatever becomes of the answer to the commit, the old
    /// key signs nothing behind an announcement that came through.
    async fn announce_rotation(&self) -> Result<EventId, Error> {
        let current = self.key();
        let files = Files::of(&current).ok_or(Error::KeyWithoutFile)?;
        let next = SigningKey::create_file(&files.next, current.name(), &*self.ledger.ids().entropy())?;
        let event = told(&self.ledger, EventName::KeyRotated, HANDED_OVER)
            .detail("key_before", current.verifier().to_string().as_str())
            .detail("key_after", next.verifier().to_string().as_str());
        let id = event.id();
        create_secret_file(&files.note, id.0.as_bytes())?;
        self.follow(next, id);
        let Err(error) = record_alone(&self.database, event).await else { return Ok(id) };
        let may_still_come = matches!(error, Error::Database(renkei_db::Error::CommitUnknown(_)));
        match self.is_recorded(id).await {
            Ok(true) => Ok(id),
            Ok(false) if !may_still_come => {
                self.keys().next = None;
                erase_secret_file(&files.next)?;
                erase_secret_file(&files.note)?;
                Err(error)
            }
            _ => Err(Error::HandOverWaits),
        }
    }

    /// The whole rotation. What stops behind the announcement is taken up by the running sequencer itself and by every
    /// start.
    pub(crate) async fn rotate(&self, signed: &mut std::time::Instant) -> Result<KeyHandedOver, Error> {
        self.number_all(signed, true).await?;
        let begun = self.keys().next.as_ref().map(|next| next.event);
        if let Some(event) = begun
            && self.is_recorded(event).await?
        {
            return Err(Error::HandOverWaits);
        }
        // Only who numbers can hand over: another node would sign on with the old key.
        if self.is_numbered_elsewhere().await? {
            return Err(Error::NumberedElsewhere);
        }
        // One whose announcement never came through is taken back, and nobody follows any more.
        self.keys().next = None;
        // An earlier one whose end could not be told.
        self.take_up_rotation().await?;
        let event = self.announce_rotation().await?;
        self.number_all(signed, true).await?;
        match newest_hand_over(self.database.reader()).await? {
            Some((hand_over, of)) if of == event && !self.is_handing_over() => Ok(KeyHandedOver {
                key_before: hand_over.before.to_string(),
                key_after: hand_over.after.to_string(),
                size: hand_over.size(),
            }),
            _ => Err(Error::HandOverWaits),
        }
    }

    /// Once the announced record has its number: signs that state by both keys, keeps it outside, lets the new key
    /// follow and destroys the old one. Nothing happens while the record waits, or when no rotation is under way.
    pub(crate) async fn hand_over(&self) -> Result<bool, Error> {
        let Some(Next { key: next, event }) = self.keys().next.clone() else { return Ok(false) };
        let Some(number) = number_of(self.database.reader(), event).await? else { return Ok(false) };
        let (current, size) = (self.key(), number + 1);
        if self.is_signed_past(size).await? {
            if let Some(files) = Files::of(&current) {
                self.take_back(&files, Some(&next), event).await?;
            }
            self.keys().next = None;
            return Ok(false);
        }
        let snapshot = self.database.snapshot().await?;
        let root = Tiles::new(&snapshot).range(0, size).await?;
        drop(snapshot);
        let signed = HandOver::sign(&current, &next, size, &root);
        let signed_at = self.signing_time(self.state().await?.signed_at);
        let (hand_over, at) = self.keep_hand_over(&signed, event, signed_at).await?;
        if hand_over.after != next.verifier() || hand_over.before != current.verifier() {
            return Err(Error::KeyHandedOver { size });
        }
        self.folder.keep(hand_over.checkpoint().note(), size, at, true)?;
        self.folder.publish(&next.verifier(), &hand_overs(self.database.reader()).await?)?;
        if let Some(files) = Files::of(&current) {
            // An earlier try may have stopped between the two names of the old key, or behind the exchange.
            erase_what_was_replaced(&files.current)?;
            if files.next.exists() {
                replace_and_erase(&files.current, &files.next)?;
            } else if SigningKey::load_file(&files.current, next.name())?.verifier() != next.verifier() {
                return Err(Error::KeyHandedOver { size });
            }
        }
        *self.keys() = Keys { current: next, next: None };
        self.tell_the_end().await?;
        Ok(true)
    }

    /// Whether the old key alone signed this size or a larger one: somebody who was not told of the announcement did.
    /// A hand-over behind that would put honest checkpoints outside their key's time.
    async fn is_signed_past(&self, size: u64) -> Result<bool, Error> {
        let sql = "SELECT size FROM trail_checkpoints WHERE size >= $1 \
                   AND NOT EXISTS (SELECT 1 FROM trail_hand_overs WHERE size = $2) LIMIT 1";
        let size = to_number(size)?;
        Ok(!query(self.database.reader(), sql, vec![size.into(), size.into()]).await?.is_empty())
    }

    /// The checkpoint of both keys and its row, in one act; what is there already stays. Answers what is kept.
    async fn keep_hand_over(
        &self,
        signed: &HandOver,
        event: EventId,
        at: Timestamp,
    ) -> Result<(HandOver, Timestamp), Error> {
        let act = Arc::new((signed.clone(), to_number(signed.size())?));
        let row = self
            .database
            .act_as(Isolation::ReadCommitted, move |tx| -> BoxFuture<'_, Result<(String, i64), Error>> {
                let act = act.clone();
                Box::pin(async move {
                    let (signed, size) = (&act.0, act.1);
                    let (root, note) = (signed.checkpoint().root().to_vec(), signed.checkpoint().note());
                    let sql = "INSERT INTO trail_hand_overs (size, note, event_id, handed_over_at) \
                               VALUES ($1, $2, $3, $4) ON CONFLICT (size) DO NOTHING";
                    let values = vec![size.into(), note.into(), event.0.into(), at.micros().into()];
                    crate::sequencer::execute(tx, sql, values).await?;
                    let sql = "INSERT INTO trail_checkpoints (size, root, note, signed_at) VALUES ($1, $2, $3, $4) \
                               ON CONFLICT (size) DO NOTHING";
                    let values = vec![size.into(), root.into(), note.into(), at.micros().into()];
                    crate::sequencer::execute(tx, sql, values).await?;
                    let sql = "SELECT h.note AS note, h.handed_over_at AS at FROM trail_hand_overs h \
                               JOIN trail_checkpoints c ON c.size = h.size AND c.note = h.note WHERE h.size = $1";
                    let rows = query(tx, sql, vec![size.into()]).await?;
                    // A checkpoint of this size by one key alone: somebody signed past the announced hand-over.
                    let row = rows.first().ok_or_else(|| Error::Damaged(format!("hand-over {size}")))?;
                    Ok((row.try_get("", "note")?, row.try_get("", "at")?))
                })
            })
            .await?;
        Ok((HandOver::read(row.0.as_bytes())?, Timestamp(row.1)))
    }

    /// The old key is gone from the folder; the trail is told, and then nothing is left to take up.
    async fn tell_the_end(&self) -> Result<(), Error> {
        let (current, newest) = (self.key(), newest_hand_over(self.database.reader()).await?);
        let Some((hand_over, event)) = newest else { return Ok(()) };
        let destroyed = told(&self.ledger, EventName::KeyDestroyed, "destroyed")
            .detail("key", hand_over.before.to_string().as_str())
            .detail("handed_over", event.0)
            .detail("size", i64::try_from(hand_over.size()).unwrap_or(i64::MAX));
        record_alone(&self.database, destroyed).await?;
        if let Some(files) = Files::of(&current) {
            erase_secret_file(&files.note)?;
        }
        Ok(())
    }
}

/// A stored hand-over, unread.
#[derive(Debug, Clone)]
pub(crate) struct HandOverRow {
    pub(crate) size: u64,
    pub(crate) note: String,
    pub(crate) event: Uuid,
    at: Timestamp,
}

impl HandOverRow {
    pub(crate) fn read(&self) -> Result<HandOver, Error> {
        let read = HandOver::read(self.note.as_bytes())?;
        if read.size() == self.size { Ok(read) } else { Err(Error::Damaged(format!("hand-over {}", self.size))) }
    }
}

/// All hand-overs, oldest first.
pub(crate) async fn hand_overs(on: &impl ConnectionTrait) -> Result<Vec<HandOverRow>, Error> {
    let sql = "SELECT size, note, event_id, handed_over_at FROM trail_hand_overs ORDER BY size";
    let rows = query(on, sql, vec![]).await?;
    rows.iter()
        .map(|row| {
            Ok(HandOverRow {
                size: from_number(row.try_get("", "size")?)?,
                note: row.try_get("", "note")?,
                event: row.try_get("", "event_id")?,
                at: Timestamp(row.try_get("", "handed_over_at")?),
            })
        })
        .collect()
}

/// The keys of the trail as its hand-overs link them, for whoever trusts one of `trusted`; and since when the newest is
/// in force (`None`: since the first checkpoint). A database from before there were hand-overs has none.
pub async fn signing_keys(
    database: &Database,
    trusted: &[VerifierKey],
) -> Result<(KeyRing, Vec<HandOver>, Option<Timestamp>), Error> {
    if !has_table(database).await? {
        return Ok((KeyRing::linked(trusted, &[])?, Vec::new(), None));
    }
    let rows = hand_overs(database.reader()).await?;
    let read: Vec<HandOver> = rows.iter().map(HandOverRow::read).collect::<Result<_, _>>()?;
    Ok((KeyRing::linked(trusted, &read)?, read, rows.last().map(|row| row.at)))
}

/// Whether the database has the table; a copy that is only read may be older than it.
pub(crate) async fn has_table(database: &Database) -> Result<bool, Error> {
    Ok(database.tables().await?.iter().any(|table| table == "trail_hand_overs"))
}

async fn newest_hand_over(on: &impl ConnectionTrait) -> Result<Option<(HandOver, EventId)>, Error> {
    let rows = hand_overs(on).await?;
    rows.last().map(|row| Ok((row.read()?, EventId(row.event)))).transpose()
}

/// The key that may sign at present, when a hand-over said so.
pub(crate) async fn key_in_force(on: &impl ConnectionTrait) -> Result<Option<HandOver>, Error> {
    Ok(newest_hand_over(on).await?.map(|(hand_over, _)| hand_over))
}

async fn number_of(on: &impl ConnectionTrait, event: EventId) -> Result<Option<u64>, Error> {
    let rows = query(on, "SELECT number FROM trail_entries WHERE event_id = $1", vec![event.0.into()]).await?;
    rows.first().map(|row| from_number(row.try_get("", "number")?)).transpose()
}
