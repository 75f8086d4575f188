//! The permit: one decision, carried to the store.
//!
//! Its fields are private and one module mints it, the gate (law 1; a test finds every caller). Whatever touches a
//! patient's data reads patient, items and operation from the permit and from nowhere else. Imports, rebuilds,
//! searches, exports and jobs have permits of their own kinds; there is no other loader.

use crate::decision::Obligation;
use crate::entry::EntryFacts;
use crate::facts::GrantKind;
use crate::operation::{Operation, Purpose, Zone};
use crate::reason::Reason;
use crate::scope::{ItemScopes, Shown};
use renkei_kernel::{BatchId, ChartId, DecisionId, GrantId, InstitutionId, PersonId, ReaderId, SessionId, Timestamp};
use renkei_participation::{ItemSet, Role};
use renkei_records::EntryKind;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Whose data the permit opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// One patient, over all linked charts.
    Patient(PersonId),
    /// What one institution hands in.
    Institution(InstitutionId),
    /// One chart of a participating patient: what an import writes and a rebuild makes again.
    Chart { chart: ChartId, institution: InstitutionId, patient: PersonId },
    /// The installation as a whole.
    Installation,
}

/// Who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Actor {
    /// A signed-in person in a role.
    Person { person: PersonId, role: Role, institution: Option<InstitutionId>, session: Option<SessionId> },
    /// An institution's system.
    Machine { institution: InstitutionId },
    /// An enrolled reader.
    Reader { reader: ReaderId, institution: InstitutionId },
    /// Somebody who did not get as far as having a name (a refused sign-in).
    Unknown,
    /// The installation itself: jobs, commands at the console.
    Installation,
}

/// What kind of work the permit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PermitKind {
    /// Care: one patient's items by decision.
    Care,
    /// A card read and the permission it opens or fails to open.
    CardRead,
    /// Sign-in, sign-out and their refusals.
    Session,
    /// An institution's storage or message is taken in.
    Import,
    /// Participation facts are loaded.
    RegisterLoad,
    /// A regulation is enacted.
    Regulation,
    /// Projections are made again from rows.
    Rebuild,
    /// The identity index is filled.
    IdentityIndex,
    /// A person is looked for by name.
    IdentitySearch,
    Export,
    /// The trail itself is read or exported.
    Trail,
    /// Housekeeping: sweeping, checkpoints, backups.
    Job,
    Benchmark,
}

impl PermitKind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Care => "care",
            Self::CardRead => "card_read",
            Self::Session => "session",
            Self::Import => "import",
            Self::RegisterLoad => "register_load",
            Self::Regulation => "regulation",
            Self::Rebuild => "rebuild",
            Self::IdentityIndex => "identity_index",
            Self::IdentitySearch => "identity_search",
            Self::Export => "export",
            Self::Trail => "trail",
            Self::Job => "job",
            Self::Benchmark => "benchmark",
        }
    }
}

/// The permission that carried a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct GrantUse {
    pub grant: GrantId,
    pub kind: GrantKind,
    pub opened_at: Timestamp,
    pub until: Timestamp,
}

/// What the gate puts into a permit. Having these parts opens nothing; only the minted permit does.
#[derive(Debug, Clone)]
pub struct PermitParts {
    pub decision_id: DecisionId,
    pub kind: PermitKind,
    pub subject: Subject,
    pub actor: Actor,
    pub operation: Operation,
    pub zone: Zone,
    pub purpose: Purpose,
    pub at: Timestamp,
    /// Last instant (inclusive).
    pub until: Timestamp,
    pub scope: Arc<ItemScopes>,
    pub because: Vec<Reason>,
    pub obligations: Vec<Obligation>,
    pub grant: Option<GrantUse>,
    /// Version of the rights matrix the decision was made by; `None` where no matrix was asked.
    pub matrix_version: Option<u32>,
    /// The import or load this belongs to.
    pub batch: Option<BatchId>,
}

/// One decision in force. Cannot be made, changed or widened outside the gate.
#[derive(Debug, Clone)]
pub struct Permit {
    parts: PermitParts,
}

impl Permit {
    /// Makes a permit of a decision. **Only the gate (`app::gate`) may call this**; a test reads the sources of the
    /// whole workspace and fails on any other caller.
    pub fn minted_by_gate(parts: PermitParts) -> Self {
        Self { parts }
    }
    pub fn decision_id(&self) -> DecisionId {
        self.parts.decision_id
    }
    pub fn kind(&self) -> PermitKind {
        self.parts.kind
    }
    pub fn subject(&self) -> Subject {
        self.parts.subject
    }
    /// The patient, when the subject is one.
    pub fn patient(&self) -> Option<PersonId> {
        match self.parts.subject {
            Subject::Patient(patient) | Subject::Chart { patient, .. } => Some(patient),
            Subject::Institution(_) | Subject::Installation => None,
        }
    }
    /// The chart, when the subject is one.
    pub fn chart(&self) -> Option<ChartId> {
        match self.parts.subject {
            Subject::Chart { chart, .. } => Some(chart),
            Subject::Patient(_) | Subject::Institution(_) | Subject::Installation => None,
        }
    }
    pub fn actor(&self) -> Actor {
        self.parts.actor
    }
    pub fn operation(&self) -> Operation {
        self.parts.operation
    }
    pub fn zone(&self) -> Zone {
        self.parts.zone
    }
    pub fn purpose(&self) -> Purpose {
        self.parts.purpose
    }
    /// When it was decided.
    pub fn at(&self) -> Timestamp {
        self.parts.at
    }
    /// Last instant (inclusive).
    pub fn until(&self) -> Timestamp {
        self.parts.until
    }
    pub fn is_live(&self, at: Timestamp) -> bool {
        self.parts.at <= at && at <= self.parts.until
    }
    pub fn items(&self) -> ItemSet {
        self.parts.scope.items()
    }
    pub fn scope(&self) -> &ItemScopes {
        &self.parts.scope
    }
    pub fn because(&self) -> &[Reason] {
        &self.parts.because
    }
    pub fn obligations(&self) -> &[Obligation] {
        &self.parts.obligations
    }
    pub fn is_obliged(&self, obligation: Obligation) -> bool {
        self.parts.obligations.contains(&obligation)
    }
    pub fn grant(&self) -> Option<GrantUse> {
        self.parts.grant
    }
    pub fn matrix_version(&self) -> Option<u32> {
        self.parts.matrix_version
    }
    pub fn batch(&self) -> Option<BatchId> {
        self.parts.batch
    }
    /// Whether an entry may be shown; what may not must look absent.
    pub fn shows(&self, entry: &EntryFacts<'_>) -> bool {
        self.parts.scope.judge(entry) == Shown::Shown
    }
    /// As [`Self::shows`], telling *withheld* apart where this reader may be told so.
    pub fn judge(&self, entry: &EntryFacts<'_>) -> Shown {
        self.parts.scope.judge(entry)
    }
    /// Whether a whole record kind can be left out unopened.
    pub fn covers(&self, kind: EntryKind) -> bool {
        self.parts.scope.covers(kind)
    }
    /// Whether reasons of a prescription may be shown (*5).
    pub fn shows_reasons(&self, kind: EntryKind) -> bool {
        self.parts.scope.shows_reasons(kind)
    }
}
