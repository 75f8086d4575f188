//! `renkei register load`: participation facts from an operator's file, all or nothing.
//!
//! Adds and changes; ends something only by an explicit `[[end]]`. Loading the same file again changes nothing. A
//! change holds from its start on (without a stated one: from now), and what held before that start stays as it was.
//! One load at a time: what a load read is still so when it writes.

mod plan;
mod standing;
mod wanted;

use crate::codes::{self, AffiliationCodes, ParticipantIdentity, PersonNames};
use crate::error::AppError;
use crate::house::House;
use crate::{events, gate};
use renkei_kernel::{BatchId, Category, ChartId, FactId, Problem, Timestamp};
use renkei_ledger::{Event, EventName};
use renkei_participation::Role;
use renkei_participation::register::{Known, PersonName, RegisterFile, RegisterRefused, Section};
use renkei_store::batches::{self, BatchKind, Counts};
use renkei_store::directory::{seal_personal, seal_public};
use renkei_store::facts::{self, Ending, FactKind, KeptKey, NewFact, RegisterKey};
use renkei_store::search_keys::{self, PersonKeys};
use renkei_store::trail_people::{self, TrailPerson};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

use plan::{ConsentChange, Plan};
use wanted::Wanted;

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
    #[error(
        "{section} {key}: 前に読み込んだ別の行と重なります（カード・患者番号・証明書・施設コード・同意は一つだけです）。何も変更していません。 / It meets another entry of an earlier load; nothing was changed."
    )]
    Taken { section: &'static str, key: String },
    #[error(
        "{section} {key}: この key は別の患者・人・施設のものです。先に [[end]] で終わらせ、新しい key で書いてください。何も変更していません。 / This key belongs to another patient, person or institution; end it and use a new key. Nothing was changed."
    )]
    OtherHolder { section: &'static str, key: String },
    #[error(
        "card {key}: この番号のカードは紛失・返却・期限切れ・停止、または別のカードに替わったものです。再び使うことはできません。新しい番号のカードを登録してください。何も変更していません。 / This card number is over for ever; issue a card with another number. Nothing was changed."
    )]
    CardIsOver { key: String },
    #[error(
        "同時に別の登録が行われました。何も変更していません。もう一度実行してください。 / Another load came in between; nothing was changed, run it again."
    )]
    Meanwhile,
    #[error(transparent)]
    App(#[from] AppError),
}

impl Problem for LoadRegisterError {
    fn category(&self) -> Category {
        match self {
            Self::Refused(refused) => refused.category(),
            Self::Taken { .. } | Self::CardIsOver { .. } | Self::OtherHolder { .. } | Self::Meanwhile => {
                Category::Conflict
            }
            Self::App(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Refused(refused) => refused.code(),
            Self::Taken { .. } => "register_taken",
            Self::CardIsOver { .. } => "register_card_is_over",
            Self::OtherHolder { .. } => "register_other_holder",
            Self::Meanwhile => "register_meanwhile",
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

/// The prepared load: everything sealed and hashed, repeatable.
struct Prepared {
    facts: Vec<NewFact>,
    supersede: Vec<FactId>,
    ends: Vec<Ending>,
    keys: Vec<KeptKey>,
    consents: Vec<Event>,
    /// Names for the map of ids that stand in the trail.
    people: Vec<TrailPerson>,
    /// By what participants are found without a card.
    search: Vec<PersonKeys>,
}

impl House {
    /// Loads a register file.
    ///
    /// # Errors
    /// [`LoadRegisterError::Refused`] with every fault of the file; an entry that would go over to somebody else or
    /// meet another one; another process that loaded at the same time. Nothing was changed then.
    pub async fn load_register(&self, text: &str) -> Result<LoadSummary, LoadRegisterError> {
        let _alone = self.loading().await;
        let now = self.now();
        let file = RegisterFile::parse(text, now)?;
        // Counted before anything is read: whoever loads from now on is noticed in the act.
        let loads = batches::count(self.db().reader(), BatchKind::RegisterLoad).await.map_err(AppError::from)?;
        let keys = self.register_keys(now).await?;
        file.check_against(&keys)?;
        let batch: BatchId = self.ids().next();
        let wanted = self.wanted(&file, &keys)?;
        let standing = self.register_standing(&file, &keys, &wanted).await?;
        let wanted = wanted.into_iter().map(|want| {
            let content = self.content_hash(&want, now);
            (want, content)
        });
        let plan = Plan::make(&file, &keys, &standing, wanted.collect(), now)?;
        let summary = plan.summary;
        let prepared = Arc::new(self.sealed(plan, batch, now).await?);
        let permit = Arc::new(gate::register_load(self, batch));
        let loaded = Arc::new(events::register_loaded(self, &summary));
        let alone = self
            .db()
            .act(move |tx| {
                let (prepared, permit, loaded) = (prepared.clone(), permit.clone(), loaded.clone());
                Box::pin(async move {
                    if batches::count(tx.connection(), BatchKind::RegisterLoad).await? != loads {
                        return Ok(false);
                    }
                    let recorded = renkei_ledger::record(tx, &permit, &loaded).await?;
                    batches::start(tx, batch, BatchKind::RegisterLoad, None, now).await?;
                    facts::supersede(&recorded, &prepared.supersede, now).await?;
                    facts::end(&recorded, &prepared.ends, now, batch).await?;
                    facts::append(&recorded, prepared.facts.clone()).await?;
                    trail_people::keep(&recorded, &prepared.people).await?;
                    search_keys::replace(&recorded, &prepared.search, Self::search_keys_version(), now).await?;
                    facts::register_keys_keep(&recorded, &prepared.keys, now).await?;
                    for consent in &prepared.consents {
                        renkei_ledger::record_plain(tx, consent).await?;
                    }
                    let stored = i64::try_from(prepared.facts.len()).unwrap_or(i64::MAX);
                    batches::finish(tx, batch, Counts { stored, ..Counts::default() }, now).await?;
                    Ok::<_, AppError>(true)
                })
            })
            .await?;
        if !alone {
            return Err(LoadRegisterError::Meanwhile);
        }
        // The table of what is sensitive names institutions by code; a new one is hidden from its first day.
        self.load_regulation().await?;
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

    /// Seals what will be written.
    async fn sealed(&self, plan: Plan, batch: BatchId, now: Timestamp) -> Result<Prepared, AppError> {
        let charts: HashSet<ChartId> = plan.write.iter().filter_map(|want| want.chart).collect();
        let charts: Vec<ChartId> = charts.into_iter().collect();
        let chart_keys: HashMap<ChartId, renkei_keys::ChartKey> =
            charts.iter().copied().zip(self.sealer().ensure_many(&charts).await?).collect();
        let mut facts = Vec::with_capacity(plan.write.len());
        let (mut people, mut search) = (Vec::new(), Vec::new());
        for want in plan.write {
            let sealed = match (&want.words, want.chart) {
                (None, _) => None,
                (Some(words), None) => Some(seal_public(self.sealer(), want.kind, want.subject, words)?),
                (Some(words), Some(chart)) => {
                    let key = chart_keys.get(&chart).ok_or(AppError::Unreadable("chart key"))?;
                    Some(seal_personal(key, want.subject, words)?)
                }
            };
            if let (FactKind::Participant, Some(words)) = (want.kind, &want.words) {
                people.push(trail_people::seal(self.sealer(), want.subject.into(), now, words)?);
                let identity = codes::from_bytes::<ParticipantIdentity>(words);
                search.extend(identity.map(|identity| self.search_keys_of(want.subject.into(), &identity)));
            }
            facts.push(NewFact {
                id: self.ids().next(),
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
        let endings = plan.ends.into_iter().map(|(old, valid_to)| Ending { old, id: self.ids().next(), valid_to });
        let consents = plan.consents.into_iter().map(|(patient, change)| {
            let name = match change {
                ConsentChange::Given => EventName::ConsentGiven,
                ConsentChange::Changed => EventName::ConsentChanged,
                ConsentChange::Withdrawn => EventName::ConsentWithdrawn,
            };
            events::consent_recorded(self, name, patient.into(), batch)
        });
        Ok(Prepared {
            facts,
            people,
            search,
            supersede: plan.supersede,
            ends: endings.collect(),
            keys: plan.keys,
            consents: consents.collect(),
        })
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

impl House {
    /// The id behind a key word of the register: what an operator writes into an agent's settings (`reader`) or asks
    /// for by hand.
    pub async fn register_id(&self, section: Section, key: &str) -> Result<Option<Uuid>, AppError> {
        let hash = self.sealer().lookup_hash("register.key", &[section.code().as_bytes(), key.as_bytes()]);
        Ok(facts::register_id(self.db().reader(), hash).await?)
    }
}
