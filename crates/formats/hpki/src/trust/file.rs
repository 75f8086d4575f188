//! `trust.toml`: what an operator writes.
//!
//! ```toml
//! [[authority]]
//! purpose = "person-auth"     # person-auth · organisation-auth · signing · staff · machine
//! root = "root.pem"
//! subordinate = "auth.pem"    # a list of files from the root downwards when there are two; absent: the root issues
//! crls = ["auth.crl", "root.crl"]
//! policies = [{ oid = "…", level = "production" }, { oid = "…", level = "test" }]
//! ```
//!
//! Beside the authorities `roles` and `professions` may name files that replace the tables of the program.

use super::authority::Policy;
use serde::{Deserialize, Serialize};

/// What an authority certifies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    PersonAuth,
    OrganisationAuth,
    Signing,
    /// The operating body's own people.
    Staff,
    /// Systems, gateways and reader agents.
    Machine,
}

/// Settings that are not known. They are findings and not errors: whatever they were meant to loosen stays tight.
pub(super) type Unknown = std::collections::BTreeMap<String, toml::Value>;

#[derive(Debug, Default, Deserialize)]
pub(super) struct TrustFile {
    #[serde(default)]
    pub authority: Vec<AuthorityEntry>,
    pub roles: Option<String>,
    pub professions: Option<String>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Debug, Deserialize)]
pub(super) struct AuthorityEntry {
    pub purpose: Purpose,
    pub root: String,
    #[serde(default)]
    pub subordinate: OneOrMore,
    #[serde(default)]
    pub crls: Vec<String>,
    #[serde(default)]
    pub policies: Vec<Policy>,
    #[serde(flatten)]
    pub unknown: Unknown,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum OneOrMore {
    One(String),
    More(Vec<String>),
}

impl Default for OneOrMore {
    fn default() -> Self {
        Self::More(Vec::new())
    }
}

impl OneOrMore {
    pub fn files(&self) -> &[String] {
        match self {
            Self::One(file) => std::slice::from_ref(file),
            Self::More(files) => files,
        }
    }
}
