//! `renkei register load`: participation facts from an operator's file, all or nothing.
//!
//! Adds and changes; ends something only by an explicit `[[end]]`. Loading the same file again changes nothing. A
//! change without a stated start ends what held so far and begins now; with a stated start it corrects what we knew.

use crate::codes::{
    self, AffiliationCodes, CardCodes, CertificateCodes, ConsentCodes, InstitutionCodes, InstitutionName, NoCodes,
    ParticipantIdentity, PersonNames, ReaderCodes, ReaderPlace, SealedChartNumber, SealedDepartment, SealedFormSerial,
};
use crate::error::AppError;
use crate::house::House;
use crate::{events, gate};
use renkei_kernel::{BatchId, Category, ChartId, FactId, Problem, Timestamp};
use renkei_ledger::Event;
use renkei_participation::register::{Known, LimitWish, PersonName, RegisterFile, RegisterRefused, Section};
use renkei_participation::{Limit, Period, Role};
use renkei_store::batches::{self, BatchKind, Counts};
use renkei_store::directory::{seal_personal, seal_public};
use renkei_store::facts::{self, FactKind, NewFact, RegisterKey};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// What a load did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub struct LoadSummary {
    pub added: usize,
    pub changed: usize,
    pub unchanged: usize,
    pub ended: usize,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadRegisterError {
    #[error(transparent)]
    Refused(#[from] RegisterRefused),
    #[error("{section} {key}: 前に読み込んだ別の行と重なります（カード・患者番号・証明書・施設コード・同意は一つだけです）。何も変更していません。 / It meets another entry of an earlier load; nothing was changed.")]
    Taken { section: &'static str, key: String },
    #[error(transparent)]
    App(#[from] AppError),
}

impl Problem for LoadRegisterError {
    fn category(&self) -> Category {
        match self {
            Self::Refused(refused) => refused.category(),
            Self::Taken { .. } => Category::Conflict,
            Self::App(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Taken { .. } => "register_taken",
            Self::App(error) => error.code(),
        }
    }
}

/// What is known of earlier loads, by section and key.
struct Keys {
    known: HashMap<Vec<u8>, RegisterKey>,
    house: House,
    doctors_at: HashSet<Uuid>,
}

impl Keys {
    fn hash(&self, section: Section, key: &str) -> [u8; 32] {
        self.house.sealer().lookup_hash("register.key", &[section.code().as_bytes(), key.as_bytes()])
    }
    fn find(&self, section: Section, key: &str) -> Option<&RegisterKey> {
        self.known.get(self.hash(section, key).as_slice())
    }
}

impl Known for Keys {
    fn has(&self, section: Section, key: &str) -> bool {
        self.find(section, key).is_some()
    }
    fn has_doctor(&self, institution_key: &str) -> bool {
        self.find(Section::Institution, institution_key).is_some_and(|key| self.doctors_at.contains(&key.id))
    }
}

/// One fact of the file on its way into the store.
struct Wanted {
    section: Section,
    key: String,
    /// The entry the key stands for; where it names a thing (institution, person, reader, chart), the thing's own id.
    id: Uuid,
    kind: FactKind,
    subject: Uuid,
    object: Option<Uuid>,
    lookup: Option<[u8; 32]>,
    codes: String,
    words: Option<Vec<u8>>,
    /// Chart whose key seals the words; otherwise the installation's.
    chart: Option<ChartId>,
    valid: Period,
}

/// The prepared load: everything sealed and hashed, repeatable.
#[derive(Default)]
struct Prepared {
    facts: Vec<NewFact>,
    supersede: Vec<FactId>,
    ends: Vec<(FactId, FactId, Timestamp)>,
    keys: Vec<([u8; 32], Uuid, [u8; 32])>,
    consents: Vec<Event>,
    summary: LoadSummary,
}

impl House {
    /// Loads a register file.
    ///
    /// # Errors
    /// [`LoadRegisterError::Refused`] with every fault of the file; nothing was changed.
    pub async fn load_register(&self, text: &str) -> Result<LoadSummary, LoadRegisterError> {
        let now = self.now();
        let file = RegisterFile::parse(text, now)?;
        let keys = self.register_keys(now).await?;
        file.check_against(&keys)?;
        let batch: BatchId = self.ids().next();
        let prepared = Arc::new(self.prepare(&file, &keys, batch, now).await?);
        let summary = prepared.summary;
        let permit = Arc::new(gate::register_load(self, batch));
        let loaded = Arc::new(events::register_loaded(self, &summary));
        self.db()
            .act(move |tx| {
                let (prepared, permit, loaded) = (prepared.clone(), permit.clone(), loaded.clone());
                Box::pin(async move {
                    let recorded = renkei_ledger::record(tx, &permit, &loaded).await?;
                    batches::start(tx, batch, BatchKind::RegisterLoad, None, now).await?;
                    facts::supersede(&recorded, &prepared.supersede, now).await?;
                    for (old, id, to) in &prepared.ends {
                        facts::end(&recorded, *old, *id, *to, now, batch).await?;
                    }
                    facts::append(&recorded, prepared.facts.clone()).await?;
                    for (hash, id, content) in &prepared.keys {
                        facts::register_key_keep(&recorded, *hash, *id, *content, now).await?;
                    }
                    for consent in &prepared.consents {
                        renkei_ledger::record_plain(tx, consent).await?;
                    }
                    let stored = i64::try_from(prepared.facts.len()).unwrap_or(i64::MAX);
                    batches::finish(tx, batch, Counts { stored, ..Counts::default() }, now).await?;
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(summary)
    }

    async fn register_keys(&self, now: Timestamp) -> Result<Keys, AppError> {
        let on = self.db().reader();
        let known = facts::register_keys(on).await?;
        let posts = facts::holding(on, FactKind::Affiliation, facts::By::All, now).await?;
        let doctors_at = posts
            .into_iter()
            .filter(|post| codes::read::<AffiliationCodes>(&post.codes).is_some_and(|c| c.role == Role::Doctor))
            .filter_map(|post| post.object)
            .collect();
        Ok(Keys { known, house: self.clone(), doctors_at })
    }

    async fn prepare(
        &self,
        file: &RegisterFile,
        keys: &Keys,
        batch: BatchId,
        now: Timestamp,
    ) -> Result<Prepared, LoadRegisterError> {
        let wanted = self.wanted(file, keys).await?;
        self.refuse_taken(&wanted, keys).await?;
        Ok(self.sealed(file, keys, wanted, batch, now).await?)
    }

    /// Tells new from changed from unchanged, and seals what will be written.
    async fn sealed(
        &self,
        file: &RegisterFile,
        keys: &Keys,
        wanted: Vec<Wanted>,
        batch: BatchId,
        now: Timestamp,
    ) -> Result<Prepared, AppError> {
        let charts: Vec<ChartId> = wanted.iter().filter_map(|w| w.chart).collect::<HashSet<_>>().into_iter().collect();
        let chart_keys: HashMap<ChartId, renkei_keys::ChartKey> =
            charts.iter().copied().zip(self.sealer().ensure_many(&charts).await?).collect();
        let mut prepared = Prepared::default();
        for want in wanted {
            let hash = keys.hash(want.section, &want.key);
            let content = self.content_hash(&want, now);
            let before = keys.find(want.section, &want.key);
            if before.is_some_and(|before| before.content_hash == content) {
                prepared.summary.unchanged += 1;
                continue;
            }
            let id: FactId = self.ids().next();
            if before.is_some() {
                prepared.summary.changed += 1;
                self.replace(&want, &mut prepared, now).await?;
            } else {
                prepared.summary.added += 1;
            }
            let sealed = match (&want.words, want.chart) {
                (None, _) => None,
                (Some(words), None) => Some(seal_public(self.sealer(), want.kind, want.subject, words)?),
                (Some(words), Some(chart)) => {
                    let key = chart_keys.get(&chart).ok_or(AppError::Unreadable("chart key"))?;
                    Some(seal_personal(key, want.subject, words)?)
                }
            };
            if want.kind == FactKind::Consent {
                prepared.consents.push(events::consent_recorded(self, want.subject.into(), batch));
            }
            prepared.keys.push((hash, want.id, content));
            prepared.facts.push(NewFact {
                id,
                kind: want.kind,
                entry: want.id,
                subject: want.subject,
                object: want.object,
                lookup: want.lookup,
                codes: want.codes,
                sealed,
                valid_from: want.valid.from,
                valid_to: want.valid.to,
                recorded_at: now,
                origin: batch,
            });
        }
        self.prepare_ends(file, keys, &mut prepared).await?;
        Ok(prepared)
    }

    /// Of cards, patient numbers, certificates, facility codes and consents one holds at a time: an entry that would
    /// meet another one of an earlier load refuses the whole file. A card number is never given out again.
    async fn refuse_taken(&self, wanted: &[Wanted], keys: &Keys) -> Result<(), LoadRegisterError> {
        if keys.known.is_empty() {
            // Nothing was loaded before; the file was checked in itself.
            return Ok(());
        }
        let on = self.db().reader();
        // Entries of this load give way to their own next version.
        let replaced: HashSet<Uuid> =
            wanted.iter().filter(|w| keys.find(w.section, &w.key).is_some()).map(|w| w.id).collect();
        for want in wanted {
            let by = match (want.kind, want.lookup) {
                (FactKind::Consent, _) => facts::By::Subject(want.subject),
                (FactKind::ChartLink, _) => continue,
                (_, Some(lookup)) => facts::By::Lookup(lookup),
                (_, None) => continue,
            };
            let others = facts::history(on, want.kind, by).await.map_err(AppError::from)?;
            let meets = others.iter().any(|fact| {
                let period = Period { from: fact.valid_from, to: fact.valid_to };
                let for_ever = want.kind == FactKind::Card && fact.subject != want.subject;
                fact.entry != want.id && !replaced.contains(&fact.entry) && (for_ever || period.overlaps(want.valid))
            });
            if meets {
                return Err(LoadRegisterError::Taken { section: want.section.code(), key: want.key.clone() });
            }
        }
        Ok(())
    }

    /// What the entry said so far gives way: corrected when the file states a start, ended now otherwise.
    async fn replace(&self, want: &Wanted, prepared: &mut Prepared, now: Timestamp) -> Result<(), AppError> {
        for fact in facts::history(self.db().reader(), want.kind, facts::By::Entry(want.id)).await? {
            let open = fact.valid_to.is_none_or(|to| to > now);
            if want.valid.from == now && fact.valid_from < now && open {
                prepared.ends.push((fact.id, self.ids().next(), now));
            } else if open {
                prepared.supersede.push(fact.id);
            }
        }
        Ok(())
    }

    async fn prepare_ends(&self, file: &RegisterFile, keys: &Keys, prepared: &mut Prepared) -> Result<(), AppError> {
        let on = self.db().reader();
        for end in &file.ends {
            for section in Section::ALL {
                let Some(key) = keys.find(*section, &end.of) else { continue };
                let mut kinds = vec![kind_of(*section)];
                if *section == Section::Chart {
                    kinds.push(FactKind::ChartLink);
                }
                for kind in kinds {
                    for fact in facts::history(on, kind, facts::By::Entry(key.id)).await? {
                        if fact.valid_to.is_none_or(|to| to > end.to) {
                            prepared.ends.push((fact.id, self.ids().next(), end.to));
                            prepared.summary.ended += 1;
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Keyed hash of what an entry says; a start that was not stated is not part of it.
    fn content_hash(&self, want: &Wanted, now: Timestamp) -> [u8; 32] {
        let from = if want.valid.from == now { Vec::new() } else { want.valid.from.micros().to_be_bytes().to_vec() };
        let to = want.valid.to.map(|to| to.micros().to_be_bytes().to_vec()).unwrap_or_default();
        let object = want.object.map(|object| object.as_bytes().to_vec()).unwrap_or_default();
        let lookup = want.lookup.map(|hash| hash.to_vec()).unwrap_or_default();
        let words = want.words.clone().unwrap_or_default();
        self.sealer().lookup_hash(
            "register.content",
            &[want.subject.as_bytes(), &object, &lookup, want.codes.as_bytes(), &words, &from, &to],
        )
    }
}

fn kind_of(section: Section) -> FactKind {
    match section {
        Section::Institution => FactKind::Institution,
        Section::Person => FactKind::Person,
        Section::Patient => FactKind::Participant,
        Section::Affiliation => FactKind::Affiliation,
        Section::Certificate => FactKind::Certificate,
        Section::Reader => FactKind::Reader,
        Section::Chart => FactKind::Chart,
        Section::Consent => FactKind::Consent,
        Section::Card => FactKind::Card,
        Section::Limit => FactKind::Limit,
    }
}

fn names(name: &PersonName) -> PersonNames {
    PersonNames {
        family: name.family.clone(),
        given: name.given.clone(),
        family_kana: name.family_kana.as_str().to_owned(),
        given_kana: name.given_kana.as_str().to_owned(),
    }
}

mod wanted;

impl House {
    /// The id behind a key word of the register: what an operator writes into an agent's settings (`reader`) or asks
    /// for by hand.
    pub async fn register_id(&self, section: Section, key: &str) -> Result<Option<Uuid>, AppError> {
        let hash = self.sealer().lookup_hash("register.key", &[section.code().as_bytes(), key.as_bytes()]);
        Ok(facts::register_keys(self.db().reader()).await?.get(hash.as_slice()).map(|known| known.id))
    }
}
