//! The regulation over time: which version of each definition is in force at an instant (law 4).
//!
//! Definitions are dated one by one; here they are laid over one another, so that a decision asks once and gets a
//! consistent set with the last instant at which it holds. An open session changes in that very instant.

use crate::grants::GrantRules;
use crate::kinds::RecordKinds;
use crate::load::{self, Enacted, RegulationRefused};
use crate::matrix::Matrix;
use crate::reading::ReadingRules;
use crate::sensitive::SensitiveTable;
use renkei_kernel::{Category, Problem, Timestamp};
use renkei_records::EntryKind;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is in force from `from` to `until` (both inclusive).
#[derive(Debug, Clone, PartialEq)]
pub struct InForce {
    pub from: Timestamp,
    pub until: Timestamp,
    pub matrix: Arc<Matrix>,
    pub reading: Arc<ReadingRules>,
    pub grants: Arc<GrantRules>,
}

/// Enacted versions of every definition, in any order.
#[derive(Debug, Clone, Default)]
pub struct RulebookParts {
    pub matrices: Vec<Matrix>,
    pub kinds: Vec<Enacted<RecordKinds>>,
    pub sensitive: Vec<Enacted<SensitiveTable>>,
    pub laboratory: Vec<Enacted<Vec<String>>>,
    pub grants: Vec<Enacted<GrantRules>>,
}

/// Why versions do not make a rulebook.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RulebookError {
    #[error("{definition} の版が一つもありません。 / There is no version of {definition}.")]
    NoVersion { definition: &'static str },
    #[error(
        "{definition} に同じ時刻から有効な版が２つあります。 / Two versions of {definition} begin at the same instant."
    )]
    SameInstant { definition: &'static str },
    #[error("{definition} に同じ版番号が２つあります。 / A version number of {definition} stands twice.")]
    SameVersion { definition: &'static str },
    #[error("記録の種類 {} に項目がありません。 / The record kind {} has no item.", .kind.name(), .kind.name())]
    KindWithoutItem { kind: EntryKind },
    #[error(transparent)]
    File(#[from] RegulationRefused),
}

impl Problem for RulebookError {
    fn category(&self) -> Category {
        Category::Malformed
    }
    fn code(&self) -> &'static str {
        "regulation_invalid"
    }
}

/// All versions laid over one another.
#[derive(Debug, Clone)]
pub struct Rulebook {
    stretches: Vec<Arc<InForce>>,
}

/// The shipped proposals, by file name; the input of a first enactment.
pub const SHIPPED: [(&str, &str); 5] = [
    ("rights-matrix.toml", include_str!("../../../../regulation/rights-matrix.toml")),
    ("record-kinds.toml", include_str!("../../../../regulation/record-kinds.toml")),
    ("sensitive.toml", include_str!("../../../../regulation/sensitive.toml")),
    ("pharmacist-laboratory.toml", include_str!("../../../../regulation/pharmacist-laboratory.toml")),
    ("grant-kinds.toml", include_str!("../../../../regulation/grant-kinds.toml")),
];

impl RulebookParts {
    /// Reads one file into the parts; which definition it is, its name says (`rights-matrix.v1.toml` is a matrix).
    ///
    /// # Errors
    /// What the file's reader refuses. A name of no definition is left alone and gives `Ok(false)`.
    pub fn take_file(&mut self, name: &str, text: &str) -> Result<bool, RegulationRefused> {
        match name.split('.').next().unwrap_or_default() {
            "rights-matrix" => self.matrices.push(load::matrix(name, text)?),
            "record-kinds" => self.kinds.push(load::record_kinds(name, text)?),
            "sensitive" => self.sensitive.push(load::sensitive(name, text)?),
            "pharmacist-laboratory" => self.laboratory.push(load::pharmacist_laboratory(name, text)?),
            "grant-kinds" => self.grants.push(load::grant_rules(name, text)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
    /// The shipped proposals.
    ///
    /// # Errors
    /// Never in a build whose tests passed.
    pub fn shipped() -> Result<Self, RegulationRefused> {
        let mut parts = Self::default();
        for (name, text) in SHIPPED {
            parts.take_file(name, text)?;
        }
        Ok(parts)
    }
}

/// Versions ordered by their first instant, refusing what would leave the order open.
fn ordered<T>(
    definition: &'static str,
    versions: Vec<(u32, Timestamp, T)>,
) -> Result<Vec<(Timestamp, Arc<T>)>, RulebookError> {
    let numbers: BTreeSet<u32> = versions.iter().map(|(version, _, _)| *version).collect();
    let instants: BTreeSet<Timestamp> = versions.iter().map(|(_, from, _)| *from).collect();
    if versions.is_empty() {
        return Err(RulebookError::NoVersion { definition });
    }
    if numbers.len() != versions.len() {
        return Err(RulebookError::SameVersion { definition });
    }
    if instants.len() != versions.len() {
        return Err(RulebookError::SameInstant { definition });
    }
    let mut ordered: Vec<_> = versions.into_iter().map(|(_, from, content)| (from, Arc::new(content))).collect();
    ordered.sort_by_key(|(from, _)| *from);
    Ok(ordered)
}

fn enacted<T>(definition: &'static str, versions: Vec<Enacted<T>>) -> Result<Vec<(Timestamp, Arc<T>)>, RulebookError> {
    ordered(definition, versions.into_iter().map(|v| (v.version, v.valid_from, v.content)).collect())
}

/// The version in force at `at`.
fn current<T>(versions: &[(Timestamp, Arc<T>)], at: Timestamp) -> Option<&Arc<T>> {
    let begun = versions.partition_point(|(from, _)| *from <= at);
    versions.get(begun.checked_sub(1)?).map(|(_, content)| content)
}

impl Rulebook {
    /// Lays the versions over one another.
    ///
    /// # Errors
    /// A definition without any version, two versions of one number or one first instant, a record kind without item.
    pub fn assemble(parts: RulebookParts) -> Result<Self, RulebookError> {
        let matrices = parts.matrices.into_iter().map(|m| (m.version(), m.valid_from(), m)).collect();
        let matrices = ordered("rights-matrix", matrices)?;
        let kinds = enacted("record-kinds", parts.kinds)?;
        let sensitive = enacted("sensitive", parts.sensitive)?;
        let laboratory = enacted("pharmacist-laboratory", parts.laboratory)?;
        let grants = enacted("grant-kinds", parts.grants)?;
        for (_, table) in &kinds {
            if let Some(kind) = table.missing().first() {
                return Err(RulebookError::KindWithoutItem { kind: *kind });
            }
        }
        let mut instants = BTreeSet::new();
        instants.extend(matrices.iter().map(|(from, _)| *from));
        instants.extend(kinds.iter().map(|(from, _)| *from));
        instants.extend(sensitive.iter().map(|(from, _)| *from));
        instants.extend(laboratory.iter().map(|(from, _)| *from));
        instants.extend(grants.iter().map(|(from, _)| *from));
        let instants: Vec<Timestamp> = instants.into_iter().collect();
        let mut stretches = Vec::with_capacity(instants.len());
        for (at, from) in instants.iter().enumerate() {
            let until = instants.get(at + 1).map_or(Timestamp::MAX, |next| Timestamp(next.0.saturating_sub(1)));
            // Before every definition has begun there is no policy, and everything is refused.
            let (Some(matrix), Some(kinds), Some(sensitive), Some(laboratory), Some(grants)) = (
                current(&matrices, *from),
                current(&kinds, *from),
                current(&sensitive, *from),
                current(&laboratory, *from),
                current(&grants, *from),
            ) else {
                continue;
            };
            let reading = ReadingRules {
                kinds: kinds.as_ref().clone(),
                sensitive: sensitive.as_ref().clone(),
                default_laboratory: laboratory.as_ref().clone(),
            };
            stretches.push(Arc::new(InForce {
                from: *from,
                until,
                matrix: matrix.clone(),
                reading: Arc::new(reading),
                grants: grants.clone(),
            }));
        }
        Ok(Self { stretches })
    }

    /// The shipped proposals as a rulebook.
    ///
    /// # Errors
    /// Never in a build whose tests passed.
    pub fn shipped() -> Result<Self, RulebookError> {
        Self::assemble(RulebookParts::shipped()?)
    }

    /// What is in force at an instant; `None` before the first.
    pub fn at(&self, at: Timestamp) -> Option<&Arc<InForce>> {
        let begun = self.stretches.partition_point(|stretch| stretch.from <= at);
        self.stretches.get(begun.checked_sub(1)?).filter(|stretch| at <= stretch.until)
    }
}
