//! A storage's files of one patient arrive (architecture, section 5; ).
//!
//! First the door: institution known, chart linked to a participant whose consent is active. Whoever is not at home
//! here leaves nothing but a keyed hash, the cause and the place. Then each file: seen before, seen with a more final
//! flag, new, or unusable. Everything is prepared outside (decoded, mapped, sealed) and written in batches whose trail
//! records commit with them.

use crate::codes::{self, ParticipantIdentity};
use crate::error::AppError;
use crate::house::House;
use crate::{events, facts, gate};
use renkei_access::Permit;
use renkei_kernel::limits::{IMPORT_BATCH_MESSAGES_MAX, ORIGINAL_INLINE_MAX_BYTES};
use renkei_kernel::{BatchId, ChartId, InstitutionId, MessageId};
use renkei_keys::{ChartKey, SealKind};
use renkei_ledger::Event;
use renkei_mapping::Mapped;
use renkei_records::Condition;
use renkei_ssmix2::FileName;
use renkei_store::batches::{self, BatchKind, Counts};
use renkei_store::messages::{self, Header, Known, NewMessage, NewQuarantined, NewRefusal, SealedOriginal};
use renkei_store::{charts, directory};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// One file of a storage, read to its end.
#[derive(Debug, Clone)]
pub struct Arrived {
    /// The file's name as it stands; `None` when it follows no grammar.
    pub name: Option<FileName>,
    /// The name's characters, for the keyed hash.
    pub raw_name: String,
    pub bytes: Vec<u8>,
}

/// One run of an import, between `import_begin` and `import_end`.
#[derive(Debug, Clone)]
pub struct Import {
    pub batch: BatchId,
    pub institution: InstitutionId,
}

/// What a chart's messages are written with.
struct ChartDoor {
    permit: Permit,
    chart: ChartId,
    key: ChartKey,
    identity: Option<ParticipantIdentity>,
}

/// What becomes of one file.
enum Fate {
    Unchanged,
    Condition { id: MessageId, condition: Condition, event: Event },
    /// `large`: bytes of an original that goes to the blob store instead of the row.
    New { message: Box<NewMessage>, event: Event, large: Option<Vec<u8>> },
    Quarantine { row: Box<NewQuarantined>, event: Event },
    Refuse { row: Box<NewRefusal>, event: Option<Event> },
}

impl House {
    /// Finds an institution by its facility code and opens a batch.
    pub async fn import_begin(&self, facility_code: &str) -> Result<Option<Import>, AppError> {
        let now = self.now();
        let hash = self.institution_code_hash(facility_code);
        let Some(institution) = facts::institution_by_code(self.db().reader(), hash, now).await? else {
            return Ok(None);
        };
        let import = Import { batch: self.ids().next(), institution };
        let (batch, event) = (import.batch, events::import_started(self, institution, import.batch));
        self.db()
            .act(move |tx| {
                let event = event.clone();
                Box::pin(async move {
                    batches::start(tx, batch, BatchKind::Ssmix2Import, Some(institution), now).await?;
                    renkei_ledger::record_plain(tx, &event).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(Some(import))
    }

    /// Ends a batch: counts, freshness, trail.
    pub async fn import_end(&self, import: &Import, counts: Counts) -> Result<(), AppError> {
        let (batch, institution, now) = (import.batch, import.institution, self.now());
        let event = events::import_ended(self, institution, batch, counts);
        let new = counts.stored + counts.superseded > 0;
        self.db()
            .act(move |tx| {
                let event = event.clone();
                Box::pin(async move {
                    batches::finish(tx, batch, counts, now).await?;
                    batches::feed_read(tx, institution, new, now).await?;
                    renkei_ledger::record_plain(tx, &event).await?;
                    Ok(())
                })
            })
            .await
    }

    /// Takes in the files of one patient folder. `number` is the folder's patient number.
    pub async fn receive_patient(
        &self,
        import: &Import,
        number: &str,
        files: Vec<Arrived>,
    ) -> Result<Counts, AppError> {
        let number_hash = self.chart_number_hash(import.institution, number);
        let permit = match gate::import(self, import.institution, number_hash, import.batch).await? {
            Ok(permit) => permit,
            Err(cause) => return self.refuse_all(import, files, cause).await,
        };
        let Some(chart) = permit.chart() else { return Err(AppError::Unreadable("import permit")) };
        let door = Arc::new(ChartDoor {
            key: self.sealer().ensure(chart).await?,
            identity: self.identity_for_import(&permit).await?,
            permit,
            chart,
        });
        let known = Arc::new(Seen::load(self, chart).await?);
        let mut counts = Counts::default();
        let mut files = files.into_iter();
        loop {
            let part: Vec<Arrived> = files.by_ref().take(IMPORT_BATCH_MESSAGES_MAX).collect();
            if part.is_empty() {
                break;
            }
            counts.add(self.receive_batch(import, &door, &known, number, part).await?);
        }
        if counts.stored + counts.superseded > 0 {
            self.refresh_projection(&door).await?;
        }
        Ok(counts)
    }

    /// Identity as registered, to notice a number that was linked to the wrong person.
    async fn identity_for_import(&self, permit: &Permit) -> Result<Option<ParticipantIdentity>, AppError> {
        let words = directory::identity_for(self.db().reader(), self.sealer(), permit, self.now()).await?;
        Ok(words.as_deref().and_then(codes::from_bytes))
    }

    async fn receive_batch(
        &self,
        import: &Import,
        door: &Arc<ChartDoor>,
        known: &Arc<Seen>,
        number: &str,
        files: Vec<Arrived>,
    ) -> Result<Counts, AppError> {
        let (house, at_door, seen) = (self.clone(), door.clone(), known.clone());
        let (number, import) = (number.to_owned(), import.clone());
        // Decoding and sealing are work for a processor, not for the threads that answer requests.
        let fates = tokio::task::spawn_blocking(move || {
            let mut new_names = std::collections::HashSet::new();
            files
                .into_iter()
                .map(|file| house.fate(&import, &at_door, &seen, &number, file, &mut new_names))
                .collect::<Result<Vec<_>, _>>()
        })
        .await
        .map_err(|_| AppError::Unreadable("a file"))??;
        let mut counts = Counts::default();
        let mut batch = Batch::default();
        for fate in fates {
            match fate {
                Fate::Unchanged => counts.unchanged += 1,
                Fate::Condition { id, condition, event } => {
                    counts.superseded += 1;
                    batch.conditions.push((id, condition, event));
                }
                Fate::New { mut message, event, large } => {
                    counts.stored += 1;
                    let staged = match large {
                        None => None,
                        Some(bytes) => Some(self.blobs().stage(&door.key, message.id, bytes).await?),
                    };
                    if let Some(staged) = &staged {
                        message.original = SealedOriginal::Blob(*staged.address().as_bytes());
                    }
                    batch.acts.push((door.permit.clone(), event));
                    batch.staged.push(staged);
                    batch.messages.push(*message);
                }
                Fate::Quarantine { row, event } => {
                    counts.quarantined += 1;
                    batch.quarantine.push((*row, event));
                }
                Fate::Refuse { row, event } => {
                    counts.refused += 1;
                    if let Some(event) = event {
                        batch.refusals.push((*row, event));
                    }
                }
            }
        }
        batch.welcome = batch.messages.iter().map(|message| message.name_hash).collect();
        self.write_batch(door, import_institution(door), batch).await?;
        Ok(counts)
    }

    async fn write_batch(
        &self,
        door: &Arc<ChartDoor>,
        institution: InstitutionId,
        batch: Batch,
    ) -> Result<(), AppError> {
        if batch.is_empty() {
            return Ok(());
        }
        let (batch, door) = (Arc::new(batch), door.clone());
        self.db()
            .act(move |tx| {
                let (batch, door) = (batch.clone(), door.clone());
                Box::pin(async move {
                    if !batch.acts.is_empty() {
                        let recorded = renkei_ledger::record_all(tx, &batch.acts).await?;
                        for (staged, recorded) in batch.staged.iter().zip(&recorded) {
                            if let Some(staged) = staged {
                                staged.place(recorded)?;
                            }
                        }
                        if let Some(first) = recorded.first() {
                            messages::append(first, batch.messages.clone()).await?;
                        }
                        messages::refusals_forget(tx, institution, batch.welcome.clone()).await?;
                    }
                    for (id, condition, event) in &batch.conditions {
                        let recorded = renkei_ledger::record(tx, &door.permit, event).await?;
                        messages::change_condition(&recorded, *id, *condition).await?;
                    }
                    for (row, event) in &batch.quarantine {
                        let recorded = renkei_ledger::record(tx, &door.permit, event).await?;
                        messages::quarantine_put(&recorded, row.clone()).await?;
                    }
                    for (row, event) in &batch.refusals {
                        renkei_ledger::record_plain(tx, event).await?;
                        messages::refusal_note(tx, row.clone()).await?;
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    /// Folds what came into the chart's projection, once per patient and import (decision 0003).
    async fn refresh_projection(&self, door: &Arc<ChartDoor>) -> Result<(), AppError> {
        let (door, event) = (door.clone(), events::record_folded(self));
        self.db()
            .act(move |tx| {
                let (door, event) = (door.clone(), event.clone());
                Box::pin(async move {
                    let recorded = renkei_ledger::record(tx, &door.permit, &event).await?;
                    charts::refresh(&recorded, &door.key).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await
    }

    fn fate(
        &self,
        import: &Import,
        door: &ChartDoor,
        seen: &Seen,
        number: &str,
        file: Arrived,
        new_names: &mut std::collections::HashSet<([u8; 32], [u8; 32])>,
    ) -> Result<Fate, AppError> {
        let (name_hash, digest_hash) = self.hashes(import.institution, &file);
        let Some(name) = &file.name else {
            return self.quarantine(import, door, seen, &file, "file_name", "name", name_hash, digest_hash);
        };
        if name.patient_id != number {
            return Ok(self.refuse(import, "folder_contradiction", "name", name_hash, digest_hash));
        }
        let condition = stored_condition(name.condition);
        if let Some(known) = seen.find(name_hash, digest_hash) {
            let before = Condition::from_flag(known.condition).unwrap_or(Condition::Valid);
            return Ok(if finality(condition) > finality(before) {
                let event = events::record_condition(self, known.id, condition == Condition::Deleted);
                Fate::Condition { id: known.id, condition, event }
            } else {
                Fate::Unchanged
            });
        }
        // The same file on a second volume of this very batch.
        if !new_names.insert((name_hash, digest_hash)) {
            return Ok(Fate::Unchanged);
        }
        let id: MessageId = self.ids().next();
        let context = renkei_mapping::Context {
            message: id,
            institution: import.institution,
            chart: door.chart,
            received_at: self.now(),
            origin: import.batch,
        };
        let mapped = match renkei_mapping::ssmix2::map_file(&file.bytes, name, &context, self.ids()) {
            Ok(mapped) => mapped,
            Err(renkei_mapping::Unusable::AnotherPatient { place }) => {
                return Ok(self.refuse(import, "folder_contradiction", &place, name_hash, digest_hash));
            }
            Err(renkei_mapping::Unusable::Unreadable { code, place }) => {
                return self.quarantine(import, door, seen, &file, &code, &place, name_hash, digest_hash);
            }
        };
        if contradicts(&mapped, door.identity.as_ref()) {
            return Ok(self.refuse(import, "identity_contradiction", "PID-7", name_hash, digest_hash));
        }
        self.new_message(import, door, id, mapped, &file, name, condition, name_hash, digest_hash)
    }

    #[allow(clippy::too_many_arguments, reason = "one call, all of it one message")]
    fn new_message(
        &self,
        import: &Import,
        door: &ChartDoor,
        id: MessageId,
        mapped: Mapped,
        file: &Arrived,
        name: &FileName,
        condition: Condition,
        name_hash: [u8; 32],
        digest_hash: [u8; 32],
    ) -> Result<Fate, AppError> {
        let mut message = mapped.message;
        message.condition = condition;
        let encoded = message.encode().map_err(|_| AppError::Unreadable("entries"))?;
        let sealed_entries = door.key.seal(id, SealKind::Decoded, charts::MESSAGE_VERSION, &encoded)?;
        let is_large = file.bytes.len() > ORIGINAL_INLINE_MAX_BYTES;
        let original = if is_large {
            // Gets its address when it is staged: written and synced before the commit that names it.
            SealedOriginal::Blob([0; 32])
        } else {
            SealedOriginal::Inline(door.key.seal(id, SealKind::Original, charts::MESSAGE_VERSION, &file.bytes)?)
        };
        let headers = message
            .entries
            .iter()
            .enumerate()
            .map(|(position, entry)| Header {
                id: entry.id,
                position: i32::try_from(position).unwrap_or(i32::MAX),
                kind: entry.kind.code(),
                effective_at: entry.effective.as_ref().and_then(renkei_records::ClinicalTime::at),
                state: entry.state.code(),
            })
            .collect();
        let new = NewMessage {
            id,
            name_hash,
            digest_hash,
            condition,
            occurred: name.occurred.parse().unwrap_or_default(),
            recorded_at: self.now(),
            origin: import.batch,
            size_bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            sealed_entries,
            original,
            headers,
        };
        let large = is_large.then(|| file.bytes.clone());
        Ok(Fate::New { message: Box::new(new), event: events::record_stored(self, id), large })
    }

    #[allow(clippy::too_many_arguments, reason = "one call, all of it one file")]
    fn quarantine(
        &self,
        import: &Import,
        door: &ChartDoor,
        seen: &Seen,
        file: &Arrived,
        cause: &str,
        place: &str,
        name_hash: [u8; 32],
        digest_hash: [u8; 32],
    ) -> Result<Fate, AppError> {
        if seen.is_quarantined(name_hash, digest_hash) {
            return Ok(Fate::Unchanged);
        }
        let id: MessageId = self.ids().next();
        let row = NewQuarantined {
            id,
            name_hash,
            digest_hash,
            cause: cause.to_owned(),
            place: place.to_owned(),
            at: self.now(),
            origin: import.batch,
            sealed_original: door.key.seal(id, SealKind::Original, charts::MESSAGE_VERSION, &file.bytes)?,
        };
        Ok(Fate::Quarantine { row: Box::new(row), event: events::record_quarantined(self, id, cause) })
    }

    fn refuse(
        &self,
        import: &Import,
        cause: &'static str,
        place: &str,
        name_hash: [u8; 32],
        digest_hash: [u8; 32],
    ) -> Fate {
        let event = events::record_refused(self, import.institution, import.batch, cause);
        let row = NewRefusal {
            institution: import.institution,
            name_hash,
            digest_hash,
            cause,
            place: place.to_owned(),
            at: self.now(),
            origin: import.batch,
        };
        Fate::Refuse { row: Box::new(row), event: Some(event) }
    }

    /// A patient who is not at home here: nothing stays but hashes, cause and place. A file refused before for the
    /// same cause is counted and not noted again.
    async fn refuse_all(
        &self,
        import: &Import,
        files: Vec<Arrived>,
        cause: &'static str,
    ) -> Result<Counts, AppError> {
        let mut counts = Counts::default();
        let mut batch: Vec<(NewRefusal, Event)> = Vec::new();
        for file in &files {
            counts.refused += 1;
            let (name_hash, digest_hash) = self.hashes(import.institution, file);
            let noted = messages::refusal_find(self.db().reader(), import.institution, name_hash).await?;
            if noted.is_some_and(|(digest, before)| digest == digest_hash && before == cause) {
                continue;
            }
            if let Fate::Refuse { row, event: Some(event) } = self.refuse(import, cause, "patient", name_hash, digest_hash) {
                batch.push((*row, event));
            }
        }
        if !batch.is_empty() {
            let batch = Arc::new(batch);
            self.db()
                .act(move |tx| {
                    let batch = batch.clone();
                    Box::pin(async move {
                        for (row, event) in batch.iter() {
                            renkei_ledger::record_plain(tx, event).await?;
                            messages::refusal_note(tx, row.clone()).await?;
                        }
                        Ok::<_, AppError>(())
                    })
                })
                .await?;
        }
        Ok(counts)
    }

    /// Keyed hashes of a file: its name without the condition flag (decision 0002), and its bytes.
    fn hashes(&self, institution: InstitutionId, file: &Arrived) -> ([u8; 32], [u8; 32]) {
        let stem = match &file.name {
            Some(_) => file.raw_name.rsplit_once('_').map_or(file.raw_name.as_str(), |(stem, _)| stem),
            None => file.raw_name.as_str(),
        };
        let name = self.sealer().lookup_hash("file.name", &[institution.as_bytes(), stem.as_bytes()]);
        let digest = self.sealer().lookup_hash("file.digest", &[institution.as_bytes(), &file.bytes]);
        (name, digest)
    }
}

fn import_institution(door: &ChartDoor) -> InstitutionId {
    match door.permit.subject() {
        renkei_access::Subject::Chart { institution, .. } => institution,
        _ => InstitutionId(Uuid::nil()),
    }
}

/// A message that states another birth date than the register is of somebody else: a number linked wrongly must not
/// show one patient's values under another's name.
fn contradicts(mapped: &Mapped, identity: Option<&ParticipantIdentity>) -> bool {
    match (mapped.birth_date, identity) {
        (Some(stated), Some(identity)) => stated != identity.birth_date,
        _ => false,
    }
}

fn stored_condition(condition: renkei_ssmix2::Condition) -> Condition {
    match condition {
        renkei_ssmix2::Condition::Valid => Condition::Valid,
        renkei_ssmix2::Condition::Superseded => Condition::Superseded,
        renkei_ssmix2::Condition::Deleted => Condition::Deleted,
    }
}

/// Renames go 1 → 2 → 0 only.
fn finality(condition: Condition) -> u8 {
    match condition {
        Condition::Valid => 0,
        Condition::Superseded => 1,
        Condition::Deleted => 2,
    }
}

/// One commit's worth of a chart.
#[derive(Default)]
struct Batch {
    acts: Vec<(Permit, Event)>,
    messages: Vec<NewMessage>,
    /// For each message, its original on disk where it is a large one.
    staged: Vec<Option<renkei_blobs::Staged>>,
    conditions: Vec<(MessageId, Condition, Event)>,
    quarantine: Vec<(NewQuarantined, Event)>,
    refusals: Vec<(NewRefusal, Event)>,
    /// Names that were refused before and are in now.
    welcome: Vec<[u8; 32]>,
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.messages.is_empty() && self.conditions.is_empty() && self.quarantine.is_empty() && self.refusals.is_empty()
    }
}

/// What of a chart is stored already.
struct Seen {
    messages: HashMap<(Vec<u8>, Vec<u8>), Known>,
    quarantined: HashMap<Vec<u8>, Vec<u8>>,
}

impl Seen {
    async fn load(house: &House, chart: ChartId) -> Result<Self, AppError> {
        let on = house.db().reader();
        let messages = messages::known(on, chart).await?;
        let quarantined = messages::quarantined(on, chart).await?;
        Ok(Self {
            messages: messages.into_iter().map(|k| ((k.name_hash.clone(), k.digest_hash.clone()), k)).collect(),
            quarantined: quarantined.into_iter().collect(),
        })
    }
    fn find(&self, name_hash: [u8; 32], digest_hash: [u8; 32]) -> Option<&Known> {
        self.messages.get(&(name_hash.to_vec(), digest_hash.to_vec()))
    }
    fn is_quarantined(&self, name_hash: [u8; 32], digest_hash: [u8; 32]) -> bool {
        self.quarantined.get(name_hash.as_slice()).is_some_and(|digest| digest.as_slice() == digest_hash)
    }
}
