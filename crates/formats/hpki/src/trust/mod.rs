//! Who is believed, for what, and what they revoked: a snapshot that is replaced as a whole.
//!
//! Built from a folder with `trust.toml`, certificates and lists (`load`). Nothing is compiled in: without a folder
//! nobody is trusted. A snapshot does not age by itself; every question names the instant it is asked for, so a list
//! that goes stale stops sign-in by itself.

mod authority;
mod file;
mod held;
mod load;

pub use authority::{Authority, Policy};
pub use file::Purpose;
pub use held::ListMark;
pub use load::TrustError;
pub(crate) use load::read_limited;

use crate::professions::ProfessionTable;
use crate::reason::{Reason, Reject};
use crate::roles::RoleTable;
use renkei_kernel::{Finding, Timestamp};
use std::collections::HashMap;

/// Trust of an installation at one moment.
#[derive(Debug, Clone)]
pub struct Trust {
    authorities: Vec<Authority>,
    roles: RoleTable,
    professions: ProfessionTable,
    findings: Vec<Finding>,
    /// The newest list ever seen of each authority and scope, in use or not.
    marks: Vec<ListMark>,
}

/// What is known of one certificate now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevocationState {
    Good,
    Revoked,
    /// It cannot be said, which counts as a refusal: the reason is one of the lists', or `chain`.
    Unknown(Reason),
}

/// Which certificate, without its bytes: kept in sessions and asked for again at each request.
#[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct CertificateId {
    /// SHA-256 of the issuing authority's SubjectPublicKeyInfo, lower-case hex.
    pub issuer_key_sha256: String,
    /// Content octets of the certificate's serial number, lower-case hex.
    pub serial: String,
}

/// State of one authority's list, for operators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListState {
    /// Name of the authority, readable.
    pub issuer: String,
    /// Hex of cRLNumber, if the list has one.
    pub number: Option<String>,
    pub this_update: Timestamp,
    pub next_update: Timestamp,
    pub entries: usize,
    /// Less than a day is left, or it is over.
    pub alarm: bool,
}

impl Trust {
    /// Nobody is trusted.
    pub fn nobody() -> Result<Self, TrustError> {
        load::without_authorities()
    }

    pub fn authorities(&self) -> &[Authority] {
        &self.authorities
    }
    pub fn roles(&self) -> &RoleTable {
        &self.roles
    }
    pub fn professions(&self) -> &ProfessionTable {
        &self.professions
    }
    /// What loading noticed: lists that were not taken, authorities that cannot certify. Names no person.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The same trust with another table of professions (kept in a database and switched by date).
    pub fn with_professions(mut self, professions: ProfessionTable) -> Self {
        self.professions = professions;
        self
    }

    /// DER names of subordinates and roots that certify for `purposes`, for the list a server sends so that browsers
    /// offer the right card.
    pub fn subject_names(&self, purposes: &[Purpose]) -> Vec<Vec<u8>> {
        let mut names: Vec<Vec<u8>> = Vec::new();
        for authority in self.authorities.iter().filter(|authority| purposes.contains(&authority.purpose)) {
            for certificate in authority.path() {
                if !names.contains(&certificate.subject) {
                    names.push(certificate.subject.clone());
                }
            }
        }
        names
    }

    /// DER of the root certificates that stand over authorities of `purposes` (for clients of our own servers).
    pub fn roots(&self, purposes: &[Purpose]) -> Vec<Vec<u8>> {
        let mut roots: Vec<Vec<u8>> = Vec::new();
        for authority in self.authorities.iter().filter(|authority| purposes.contains(&authority.purpose)) {
            if !roots.contains(&authority.root().der) {
                roots.push(authority.root().der.clone());
            }
        }
        roots
    }

    /// The quick question of each request: is this certificate still not revoked, with every list on its path in date?
    pub fn is_revoked(&self, id: &CertificateId, at: Timestamp) -> RevocationState {
        let mut answer = RevocationState::Unknown(Reason::Chain);
        let Ok(serial) = hex::decode(&id.serial) else { return answer };
        for authority in
            self.authorities.iter().filter(|authority| authority.issuing_key_sha256() == id.issuer_key_sha256)
        {
            // A person's lists carry no distribution point; asking without one takes every list that may apply.
            let checked = authority.check_path(at).and_then(|()| authority.check_revocation(&serial, None, at));
            answer = match checked {
                Ok(()) => return RevocationState::Good,
                Err(Reject { reason: Reason::Revoked, .. }) => return RevocationState::Revoked,
                Err(reject) => RevocationState::Unknown(reject.reason),
            };
        }
        answer
    }

    /// The lists in use, for the operator's page and the alarm a day before one ends.
    pub fn list_states(&self, at: Timestamp) -> Vec<ListState> {
        let mut seen = HashMap::new();
        for list in self.authorities.iter().flat_map(Authority::lists) {
            seen.entry(list.digest).or_insert_with(|| ListState {
                issuer: crate::name::display(&list.issuer),
                number: list.number.as_ref().map(hex::encode),
                this_update: Timestamp::from_seconds(list.this_update),
                next_update: Timestamp::from_seconds(list.next_update),
                entries: list.entries(),
                alarm: at.seconds() > list.next_update - crate::list::ALARM_SECONDS,
            });
        }
        let mut states: Vec<_> = seen.into_values().collect();
        states.sort_by(|a, b| (&a.issuer, a.next_update).cmp(&(&b.issuer, b.next_update)));
        states
    }
}
