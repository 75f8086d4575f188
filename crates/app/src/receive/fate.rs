//! What becomes of one file: unchanged, a more final condition, a new message, quarantine, or refusal. Decided without
//! a question to the database: what a chart has is loaded once and kept up with as files are judged.

use super::{Arrived, Import, whose};
use crate::error::AppError;
use crate::events;
use crate::house::House;
use jiff::civil::Date;
use renkei_access::Permit;
use renkei_kernel::limits::ORIGINAL_INLINE_MAX_BYTES;
use renkei_kernel::{ChartId, InstitutionId, MessageId};
use renkei_keys::{ChartKey, SealKind};
use renkei_ledger::{Event, Prepared};
use renkei_mapping::{Context, Mapped, Unusable};
use renkei_records::{Condition, Message};
use renkei_ssmix2::FileName;
use renkei_store::charts::MESSAGE_VERSION;
use renkei_store::messages::{self, NewMessage, NewQuarantined, NewRefusal, SealedOriginal};
use std::collections::{HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// What tells two files apart: keyed hashes of the name without its condition flag (decision 0002), and of the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Marks {
    pub name: [u8; 32],
    pub digest: [u8; 32],
}

impl Marks {
    pub fn of(house: &House, institution: InstitutionId, file: &Arrived) -> Self {
        let stem = match &file.name {
            Some(_) => file.raw_name.rsplit_once('_').map_or(file.raw_name.as_str(), |(stem, _)| stem),
            None => file.raw_name.as_str(),
        };
        let name = house.sealer().lookup_hash("file.name", &[institution.as_bytes(), stem.as_bytes()]);
        Self { name, digest: house.file_digest_hash(institution, &file.bytes) }
    }
}

impl House {
    /// Keyed digest of an original's bytes.
    pub(crate) fn file_digest_hash(&self, institution: InstitutionId, bytes: &[u8]) -> [u8; 32] {
        self.sealer().lookup_hash("file.digest", &[institution.as_bytes(), bytes])
    }
}

/// What of a chart is stored already, or is about to be: files of this run count as they are judged, so that the same
/// file on a second volume is unchanged wherever it comes.
#[derive(Default)]
pub(super) struct Seen {
    messages: HashMap<Marks, (MessageId, Condition)>,
    quarantined: HashSet<Marks>,
}

impl Seen {
    pub async fn load(house: &House, chart: ChartId) -> Result<Self, AppError> {
        let on = house.db().reader();
        let marks =
            |name: &[u8], digest: &[u8]| Some(Marks { name: name.try_into().ok()?, digest: digest.try_into().ok()? });
        let messages = messages::known(on, chart).await?;
        let quarantined = messages::quarantined(on, chart).await?;
        Ok(Self {
            messages: messages
                .iter()
                .filter_map(|known| {
                    let condition = Condition::from_flag(known.condition)?;
                    Some((marks(&known.name_hash, &known.digest_hash)?, (known.id, condition)))
                })
                .collect(),
            quarantined: quarantined.iter().filter_map(|(name, digest)| marks(name, digest)).collect(),
        })
    }

    /// `false` when such a file lies in quarantine already.
    pub fn quarantine(&mut self, marks: Marks) -> bool {
        self.quarantined.insert(marks)
    }
}

/// One thing to write, with its record.
pub(super) enum Act {
    /// `decoded`: what is sealed in `message`, for the projection. `staged`: the sealed original on disk where it is a
    /// large one.
    New {
        message: Box<NewMessage>,
        decoded: Box<Message>,
        record: Box<Prepared>,
        is_large: bool,
        staged: Option<renkei_blobs::Staged>,
    },
    Condition {
        id: MessageId,
        condition: Condition,
        event: Event,
    },
    Quarantine {
        row: Box<NewQuarantined>,
        event: Event,
    },
    Refuse {
        row: Box<NewRefusal>,
        event: Event,
    },
}

/// Everything one patient's files are judged with.
pub(super) struct Judge {
    pub house: House,
    pub import: Import,
    pub permit: Arc<Permit>,
    pub chart: ChartId,
    pub key: ChartKey,
    /// The registered birth date.
    pub born: Option<Date>,
    /// The folder's patient number.
    pub number: String,
}

impl Judge {
    /// What is to be written of a file; nothing when all of it is known.
    pub fn fate(&self, file: &Arrived, seen: &mut Seen) -> Result<Option<Act>, AppError> {
        let marks = Marks::of(&self.house, self.import.institution, file);
        let Some(name) = &file.name else { return self.unusable(file, marks, "file_name", "name", seen) };
        if name.patient_id != self.number {
            return Ok(self.refused(marks, "folder_contradiction", "name"));
        }
        let flag = flag(name);
        if let Some((id, before)) = seen.messages.get_mut(&marks) {
            if flag <= *before {
                return Ok(None);
            }
            *before = flag;
            let event = events::record_condition(&self.house, *id, flag == Condition::Deleted);
            return Ok(Some(Act::Condition { id: *id, condition: flag, event }));
        }
        let mut mapped = match self.mapped(file, name) {
            Ok(mapped) => mapped,
            Err(Unusable::AnotherPatient { place }) => return Ok(self.refused(marks, "folder_contradiction", &place)),
            Err(Unusable::Unreadable { code, place }) => return self.unusable(file, marks, &code, &place, seen),
        };
        if let Err((cause, place)) = whose::birth_agrees(mapped.birth_date, self.born) {
            return Ok(self.refused(marks, cause, place));
        }
        // A withdrawal that was written as valid deletes all the same.
        mapped.message.condition = mapped.message.condition.max(flag);
        match mapped.message.encode() {
            Ok(encoded) => {
                seen.messages.insert(marks, (mapped.message.id, mapped.message.condition));
                self.new_message(file, name, marks, mapped.message, &encoded)
            }
            Err(_) => self.unusable(file, marks, "message_not_encodable", "message", seen),
        }
    }

    /// A reader that fails in an unforeseen way fails for this file only.
    fn mapped(&self, file: &Arrived, name: &FileName) -> Result<Mapped, Unusable> {
        let context = Context {
            message: self.house.ids().next(),
            institution: self.import.institution,
            chart: self.chart,
            received_at: self.house.now(),
            origin: self.import.batch,
        };
        let read = || renkei_mapping::ssmix2::map_file(&file.bytes, name, &context, self.house.ids());
        catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
            Err(Unusable::Unreadable { code: "reader_failed".to_owned(), place: "message".to_owned() })
        })
    }

    fn new_message(
        &self,
        file: &Arrived,
        name: &FileName,
        marks: Marks,
        message: Message,
        encoded: &[u8],
    ) -> Result<Option<Act>, AppError> {
        let id = message.id;
        let is_large = file.bytes.len() > ORIGINAL_INLINE_MAX_BYTES;
        let original = if is_large {
            // Gets its address when it is staged: written and synced before the commit that names it.
            SealedOriginal::Blob([0; 32])
        } else {
            SealedOriginal::Inline(self.key.seal(id, SealKind::Original, MESSAGE_VERSION, &file.bytes)?)
        };
        let new = NewMessage {
            id,
            name_hash: marks.name,
            digest_hash: marks.digest,
            condition: message.condition,
            occurred: name.occurred.parse().unwrap_or_default(),
            recorded_at: message.received_at,
            origin: message.origin,
            size_bytes: i64::try_from(file.bytes.len()).unwrap_or(i64::MAX),
            sealed_entries: self.key.seal(id, SealKind::Decoded, MESSAGE_VERSION, encoded)?,
            original,
            headers: messages::headers_of(&message),
        };
        let record = Prepared::of(&self.permit, &events::record_stored(&self.house, id))?;
        Ok(Some(Act::New {
            message: Box::new(new),
            decoded: Box::new(message),
            record: Box::new(record),
            is_large,
            staged: None,
        }))
    }

    /// An unusable file is kept apart when it is known to be this patient's, and refused when it is not.
    fn unusable(
        &self,
        file: &Arrived,
        marks: Marks,
        cause: &str,
        place: &str,
        seen: &mut Seen,
    ) -> Result<Option<Act>, AppError> {
        if let Err((cause, place)) = whose::is_of(file, &self.number, self.born) {
            return Ok(self.refused(marks, cause, place));
        }
        if !seen.quarantine(marks) {
            return Ok(None);
        }
        Ok(Some(self.quarantine(file, marks, cause, place)?))
    }

    pub fn quarantine(&self, file: &Arrived, marks: Marks, cause: &str, place: &str) -> Result<Act, AppError> {
        let id: MessageId = self.house.ids().next();
        let row = NewQuarantined {
            id,
            name_hash: marks.name,
            digest_hash: marks.digest,
            cause: cause.to_owned(),
            place: place.to_owned(),
            at: self.house.now(),
            origin: self.import.batch,
            sealed_original: self.key.seal(id, SealKind::Original, MESSAGE_VERSION, &file.bytes)?,
        };
        Ok(Act::Quarantine { row: Box::new(row), event: events::record_quarantined(&self.house, id, cause) })
    }

    fn refused(&self, marks: Marks, cause: &'static str, place: &str) -> Option<Act> {
        Some(refusal(&self.house, &self.import, marks, cause, place))
    }
}

pub(super) fn refusal(house: &House, import: &Import, marks: Marks, cause: &'static str, place: &str) -> Act {
    let row = NewRefusal {
        institution: import.institution,
        name_hash: marks.name,
        digest_hash: marks.digest,
        cause,
        place: place.to_owned(),
        at: house.now(),
        origin: import.batch,
    };
    let event = events::record_refused(house, import.institution, import.batch, cause);
    Act::Refuse { row: Box::new(row), event }
}

fn flag(name: &FileName) -> Condition {
    match name.condition {
        renkei_ssmix2::Condition::Valid => Condition::Valid,
        renkei_ssmix2::Condition::Superseded => Condition::Superseded,
        renkei_ssmix2::Condition::Deleted => Condition::Deleted,
    }
}
