//! What a watcher of numbers is told: how long decisions took and how they ended, never about whom.

use std::time::Duration;

/// How a decision ended. *Hidden* counts as refused: not even a number tells them apart (law 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decided {
    Permitted,
    Refused,
}

impl Decided {
    pub fn code(self) -> &'static str {
        match self {
            Self::Permitted => "permitted",
            Self::Refused => "refused",
        }
    }
}

/// Whoever counts.
pub trait Watcher: Send + Sync {
    /// A professional's access to a patient was decided; `took` includes loading the facts.
    fn decided(&self, decided: Decided, took: Duration);
}
