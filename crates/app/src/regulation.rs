//! Enacted definitions in force over time, and how a new version is enacted (law 4, R-8.2.1).

use crate::error::AppError;
use crate::house::House;
use crate::{events, gate};
use renkei_access::rulebook::{InForce, Rulebook, RulebookError, RulebookParts, SHIPPED};
use renkei_access::{GrantKind, load::RegulationRefused};
use renkei_db::Engine;
use renkei_kernel::{BatchId, Category, InstitutionId, Problem, Timestamp};
use renkei_ledger::Event;
use renkei_participation::InstitutionCode;
use renkei_store::batches::{self, BatchKind, Counts};
use renkei_store::definitions::{self, Definition};
use renkei_store::facts::{self, Among, FactKind};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The definitions a decision needs, by the name of their file and rows.
pub const KINDS: [&str; 5] = ["rights-matrix", "record-kinds", "sensitive", "pharmacist-laboratory", "grant-kinds"];

/// All enacted versions laid over one another.
#[derive(Debug, Clone)]
pub struct Regulation {
    rulebook: Option<Rulebook>,
}

impl Regulation {
    pub(crate) fn none() -> Self {
        Self { rulebook: None }
    }
    pub fn is_empty(&self) -> bool {
        self.rulebook.is_none()
    }
    /// What is in force at an instant.
    pub fn at(&self, at: Timestamp) -> Option<Arc<InForce>> {
        self.rulebook.as_ref().and_then(|book| book.at(at)).cloned()
    }
}

/// Last instant (inclusive) of a visit that a card read opens at `at`.
pub(crate) fn card_visit_ends(in_force: &InForce, at: Timestamp) -> Option<Timestamp> {
    in_force.grants.rule(GrantKind::Card).map(|rule| rule.until(at))
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplyRegulationError {
    #[error(transparent)]
    File(#[from] RegulationRefused),
    #[error(transparent)]
    Book(#[from] RulebookError),
    #[error(
        "{name}: 有効になる時刻が過ぎています。これからの時刻にしてください。 / It would begin in the past; give a coming instant."
    )]
    InThePast { name: String },
    #[error("{name}: この名前の定義はありません。 / There is no definition of this name.")]
    UnknownName { name: String },
    #[error(
        "{name}: 同じ版番号で内容の違うものが施行されています。版番号を上げてください。 / This version is enacted with another text; raise the number."
    )]
    VersionTaken { name: String },
    #[error(transparent)]
    App(#[from] AppError),
}

impl Problem for ApplyRegulationError {
    fn category(&self) -> Category {
        match self {
            Self::App(error) => error.category(),
            Self::VersionTaken { .. } => Category::Conflict,
            Self::InThePast { .. } => Category::AgainstRule,
            _ => Category::Malformed,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::App(error) => error.code(),
            Self::VersionTaken { .. } => "version_taken",
            Self::InThePast { .. } => "regulation_in_the_past",
            _ => "regulation_invalid",
        }
    }
}

/// Checks files without enacting them: each by itself, and laid over the shipped ones.
pub fn check_regulation(files: &[(String, String)]) -> Result<(), ApplyRegulationError> {
    let mut parts = RulebookParts::default();
    for (name, text) in files {
        if !parts.take_file(name, text)? {
            return Err(ApplyRegulationError::UnknownName { name: name.clone() });
        }
    }
    let missing = SHIPPED.iter().filter(|(name, _)| !files.iter().any(|(given, _)| kind_of(given) == kind_of(name)));
    for (name, text) in missing {
        parts.take_file(name, text)?;
    }
    Rulebook::assemble(parts)?;
    Ok(())
}

fn kind_of(file: &str) -> &str {
    file.split('.').next().unwrap_or_default()
}

/// Version and first instant of a definition's text, through its own reader.
fn header(name: &str, text: &str) -> Result<Option<(&'static str, u32, Timestamp)>, RegulationRefused> {
    let mut parts = RulebookParts::default();
    if !parts.take_file(name, text)? {
        return Ok(None);
    }
    let kind = KINDS.into_iter().find(|kind| *kind == kind_of(name)).unwrap_or_default();
    let dated = [
        parts.matrices.first().map(|m| (m.version(), m.valid_from())),
        parts.kinds.first().map(|d| (d.version, d.valid_from)),
        parts.sensitive.first().map(|d| (d.version, d.valid_from)),
        parts.laboratory.first().map(|d| (d.version, d.valid_from)),
        parts.grants.first().map(|d| (d.version, d.valid_from)),
    ];
    Ok(dated.into_iter().flatten().next().map(|(version, from)| (kind, version, from)))
}

impl House {
    /// Reads the regulation again when another process enacted one or loaded a register (which may bring an institution
    /// that is sensitive by its code). On SQLite there is no other process. Asked before each decision; a question that
    /// cannot be answered denies.
    pub(crate) async fn regulation_of_now(&self) -> Result<(), AppError> {
        if self.db().engine() == Engine::Sqlite {
            return Ok(());
        }
        let loads = batches::loads_counted(self.db().reader()).await?;
        if loads != self.loads_seen().load(Ordering::SeqCst) {
            self.load_regulation().await?;
        }
        Ok(())
    }

    /// Reads the enacted definitions and puts them in force; each begins at its own instant, also in open sessions.
    pub async fn load_regulation(&self) -> Result<(), AppError> {
        // Counted before it is read: what comes in between is read once more and never missed.
        let loads = batches::loads_counted(self.db().reader()).await?;
        let mut parts = RulebookParts::default();
        let mut any = false;
        for kind in KINDS {
            for definition in definitions::all(self.db().reader(), kind).await? {
                any = true;
                parts
                    .take_file(&format!("{kind}.toml"), &definition.body)
                    .map_err(|_| AppError::Unreadable("an enacted definition"))?;
            }
        }
        if any {
            self.resolve_institutions(&mut parts).await?;
            let rulebook = Rulebook::assemble(parts).map_err(|_| AppError::Unreadable("the enacted regulation"))?;
            self.set_regulation(Regulation { rulebook: Some(rulebook) });
        }
        self.loads_seen().store(loads, Ordering::SeqCst);
        Ok(())
    }

    /// Puts ids in the place of the facility codes that the table of what is sensitive names: of every institution that
    /// ever had the code, since what one wrote stays hidden when it takes part no more.
    async fn resolve_institutions(&self, parts: &mut RulebookParts) -> Result<(), AppError> {
        let named = parts.sensitive.iter().flat_map(|table| table.content.institution_codes());
        let hashes: HashMap<[u8; 32], InstitutionCode> =
            named.map(|code| (self.institution_code_hash(code.as_str()), code.clone())).collect();
        let lookups: Vec<[u8; 32]> = hashes.keys().copied().collect();
        let mut found: HashMap<InstitutionCode, BTreeSet<InstitutionId>> = HashMap::new();
        for row in facts::ever(self.db().reader(), FactKind::Institution, Among::Lookups(&lookups)).await? {
            let code = row.lookup.as_deref().and_then(|hash| <[u8; 32]>::try_from(hash).ok());
            // A code that was corrected was never this institution's.
            if let Some(code) = code.and_then(|hash| hashes.get(&hash)).filter(|_| !row.superseded) {
                found.entry(code.clone()).or_default().insert(row.fact.subject.into());
            }
        }
        for table in &mut parts.sensitive {
            let content = std::mem::take(&mut table.content);
            table.content = content.resolved(|code| found.get(code).into_iter().flatten().copied().collect());
        }
        Ok(())
    }

    /// Enacts the shipped proposals, version 0 [提案], so that a new installation decides by something written down.
    pub(crate) async fn enact_shipped(&self) -> Result<(), AppError> {
        let files: Vec<_> = SHIPPED.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
        match self.enact(files, true).await {
            Ok(_) => Ok(()),
            Err(ApplyRegulationError::App(error)) => Err(error),
            Err(_) => Err(AppError::Unreadable("the shipped regulation")),
        }
    }

    /// Enacts the definitions of files: all or none. Answers how many were new.
    ///
    /// # Errors
    /// A file its reader refuses; a first instant that has passed; a version number taken by another text.
    pub async fn apply_regulation(&self, files: Vec<(String, String)>) -> Result<usize, ApplyRegulationError> {
        let _alone = self.loading().await;
        self.enact(files, false).await
    }

    async fn enact(&self, files: Vec<(String, String)>, first: bool) -> Result<usize, ApplyRegulationError> {
        let now = self.now();
        let batch: BatchId = self.ids().next();
        let mut parts = RulebookParts::default();
        let mut standing = Vec::new();
        for kind in KINDS {
            for definition in definitions::all(self.db().reader(), kind).await.map_err(AppError::from)? {
                parts.take_file(&format!("{kind}.toml"), &definition.body)?;
                standing.push(definition);
            }
        }
        let mut fresh: Vec<(Definition, Event)> = Vec::new();
        for (name, text) in files {
            let Some((kind, version, valid_from)) = header(&name, &text)? else {
                return Err(ApplyRegulationError::UnknownName { name });
            };
            let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
            let number = i32::try_from(version).unwrap_or(i32::MAX);
            if let Some(same) = standing.iter().find(|d| d.kind == kind && d.version == number) {
                if same.hash == hash {
                    continue;
                }
                return Err(ApplyRegulationError::VersionTaken { name });
            }
            if !first && valid_from < now {
                return Err(ApplyRegulationError::InThePast { name });
            }
            parts.take_file(&name, &text)?;
            let definition = Definition {
                id: self.ids().next(),
                kind: kind.to_owned(),
                version: number,
                valid_from,
                recorded_at: now,
                origin: batch,
                hash: hash.to_vec(),
                body: text,
            };
            fresh.push((definition, events::regulation_enacted(self, kind, i64::from(version), hash)));
        }
        self.resolve_institutions(&mut parts).await?;
        let rulebook = Rulebook::assemble(parts)?;
        let count = fresh.len();
        if count > 0 {
            let (fresh, permit) = (Arc::new(fresh), Arc::new(gate::regulation(self, batch)));
            self.db()
                .act(move |tx| {
                    let (fresh, permit) = (fresh.clone(), permit.clone());
                    Box::pin(async move {
                        batches::start(tx, batch, BatchKind::RegulationApply, None, now).await?;
                        for (definition, event) in fresh.iter() {
                            let recorded = renkei_ledger::record(tx, &permit, event).await?;
                            definitions::enact(&recorded, definition.clone()).await?;
                        }
                        let stored = i64::try_from(fresh.len()).unwrap_or(i64::MAX);
                        batches::finish(tx, batch, Counts { stored, ..Counts::default() }, now).await?;
                        Ok::<_, AppError>(())
                    })
                })
                .await?;
        }
        self.set_regulation(Regulation { rulebook: Some(rulebook) });
        Ok(count)
    }
}
