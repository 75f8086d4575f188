//! The kinds of patient permission as data: who opens one, whom it serves, what it allows, how long it lives (8.2(4)).

use crate::decision::Obligation;
use crate::facts::GrantKind;
use crate::operation::Operation;
use renkei_kernel::Timestamp;
use renkei_participation::Role;

/// Whom an open permission serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Serves {
    /// Every professional of the institution, each with own sign-in, role and matrix.
    Institution,
    /// Only who opened it.
    Opener,
}

impl Serves {
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "institution" => Some(Self::Institution),
            "opener" => Some(Self::Opener),
            _ => None,
        }
    }
}

/// Rules of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantRule {
    pub kind: GrantKind,
    pub opens: Vec<Role>,
    pub serves: Serves,
    /// The rights come from the column of the unconscious view instead of the role's own.
    pub emergency_view: bool,
    pub operations: Vec<Operation>,
    /// Life in hours; without it the permission ends with the day.
    pub hours: Option<u32>,
    pub obligations: Vec<Obligation>,
}

impl GrantRule {
    /// Last instant (inclusive) of a permission opened at `at`. A life in hours may pass midnight (a night's duty).
    pub fn until(&self, at: Timestamp) -> Timestamp {
        match self.hours {
            Some(hours) => at.plus_seconds(i64::from(hours) * 3600),
            None => at.end_of_tokyo_day(),
        }
    }
}

/// The rules in force, one per kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GrantRules {
    pub(crate) rules: Vec<GrantRule>,
}

impl GrantRules {
    pub fn rule(&self, kind: GrantKind) -> Option<&GrantRule> {
        self.rules.iter().find(|rule| rule.kind == kind)
    }
}
