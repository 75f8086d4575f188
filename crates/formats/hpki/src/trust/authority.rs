//! One configured authority: its path from the root, its policies, its revocation lists.
//!
//! The path above people is checked here once, from configured files only. What a client sends beside its own
//! certificate is never part of it, which removes path building and its attacks (hpki.md section 8, step 3).

use super::file::Purpose;
use crate::certificate::Certificate;
use crate::extensions::KEY_CERT_SIGN;
use crate::list::RevocationList;
use crate::professions::Level;
use crate::reason::{Reason, Reject};
use crate::signature;
use renkei_kernel::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// A policy that an authority may use here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Dotted OID.
    pub oid: String,
    pub level: Level,
}

/// A list that was configured but not taken.
#[derive(Debug, Clone)]
pub(super) struct ListFault {
    /// Subject of the authority whose list it would be, when that could be read.
    pub issuer: Option<Vec<u8>>,
    pub reject: Reject,
}

/// One `[[authority]]`.
#[derive(Debug, Clone)]
pub struct Authority {
    pub purpose: Purpose,
    pub policies: Vec<Policy>,
    /// The root first, the issuing authority last; never empty.
    path: Path,
    pub(super) lists: Vec<Arc<RevocationList>>,
    pub(super) list_faults: Vec<ListFault>,
    /// Why nothing below this authority can be believed, if so.
    broken: Option<Reject>,
    issuing_key_sha256: String,
}

#[derive(Debug, Clone)]
struct Path {
    root: Certificate,
    below: Vec<Certificate>,
}

const fn chain(detail: &'static str) -> Reject {
    Reject::new(Reason::Chain, detail)
}

impl Authority {
    pub(super) fn new(purpose: Purpose, policies: Vec<Policy>, root: Certificate, below: Vec<Certificate>) -> Self {
        let issuing_key_sha256 = hex::encode(Sha256::digest(&below.last().unwrap_or(&root).spki));
        let path = Path { root, below };
        let broken = check_path_above(&path).err();
        Self { purpose, policies, path, lists: Vec::new(), list_faults: Vec::new(), broken, issuing_key_sha256 }
    }

    pub fn root(&self) -> &Certificate {
        &self.path.root
    }
    /// The authority that signs end-entity certificates.
    pub fn issuing(&self) -> &Certificate {
        self.path.below.last().unwrap_or(&self.path.root)
    }
    /// From the root down to the issuing authority.
    pub fn path(&self) -> impl Iterator<Item = &Certificate> {
        std::iter::once(&self.path.root).chain(&self.path.below)
    }
    /// SHA-256 of the issuing authority's key, lower-case hex.
    pub fn issuing_key_sha256(&self) -> &str {
        &self.issuing_key_sha256
    }
    /// The lists in use.
    pub fn lists(&self) -> impl Iterator<Item = &RevocationList> {
        self.lists.iter().map(Arc::as_ref)
    }
    /// Why this authority can certify nobody, if so.
    pub fn broken(&self) -> Option<Reject> {
        self.broken
    }

    /// Whether `certificate` was really issued by this authority.
    pub fn check_issued(&self, certificate: &Certificate) -> Result<(), Reject> {
        if let Some(reject) = self.broken {
            return Err(reject);
        }
        check_link(self.issuing(), certificate)
    }

    /// Whether the authorities of the path are themselves valid and not revoked at `at`.
    pub fn check_path(&self, at: Timestamp) -> Result<(), Reject> {
        if let Some(reject) = self.broken {
            return Err(reject);
        }
        for certificate in self.path() {
            if !(certificate.not_before..=certificate.not_after).contains(&at.seconds()) {
                return Err(chain("an authority on the path is outside its own validity"));
            }
        }
        for (issuer, certificate) in self.path().zip(&self.path.below) {
            let points = certificate.extensions.list_points.as_deref();
            self.check_listed(issuer, &certificate.serial, true, points, at)?;
        }
        Ok(())
    }

    /// Whether a certificate of this authority is revoked at `at`. `serial`: content octets; `points`: directory
    /// names in its cRLDistributionPoints.
    pub fn check_revocation(&self, serial: &[u8], points: Option<&[Vec<u8>]>, at: Timestamp) -> Result<(), Reject> {
        self.check_listed(self.issuing(), serial, false, points, at)
    }

    fn check_listed(
        &self,
        issuer: &Certificate,
        serial: &[u8],
        for_authority: bool,
        points: Option<&[Vec<u8>]>,
        at: Timestamp,
    ) -> Result<(), Reject> {
        let mut newest: Vec<&RevocationList> = Vec::new();
        for list in self.lists().filter(|list| list.issuer == issuer.subject && list.covers(for_authority, points)) {
            match newest.iter_mut().find(|earlier| earlier.scope == list.scope) {
                Some(earlier) if earlier.order() < list.order() => *earlier = list,
                Some(_) => {}
                None => newest.push(list),
            }
        }
        if newest.is_empty() {
            return Err(self.why_no_list(issuer));
        }
        // An entry counts whatever its date: a list in force names what is revoked now.
        if newest.iter().any(|list| list.revoked_at(serial).is_some()) {
            let detail = if for_authority { "an authority on the path was revoked" } else { "the list names it" };
            return Err(Reject::new(Reason::Revoked, detail));
        }
        newest.into_iter().try_for_each(|list| list.check_time(at))
    }

    /// The most telling reason why there is no list: one of this very issuer first, then an unreadable one.
    fn why_no_list(&self, issuer: &Certificate) -> Reject {
        let own = self.list_faults.iter().find(|fault| fault.issuer.as_ref() == Some(&issuer.subject));
        let unreadable = || self.list_faults.iter().find(|fault| fault.issuer.is_none());
        own.or_else(unreadable).map_or(
            Reject::new(Reason::CrlMissing, "there is no revocation list of an authority on the path"),
            |fault| fault.reject,
        )
    }
}

/// Name, key identifier and signature between an issuer and what it issued.
fn check_link(issuer: &Certificate, certificate: &Certificate) -> Result<(), Reject> {
    if certificate.issuer != issuer.subject {
        return Err(chain("the issuer is not a configured authority"));
    }
    if let (Some(named), Some(held)) = (&certificate.extensions.authority_key, &issuer.extensions.subject_key)
        && named != held
    {
        return Err(chain("the certificate names another key of its issuer"));
    }
    signature::verify(&certificate.signature_algorithm, &issuer.spki, &certificate.signed, &certificate.signature)
}

fn check_authority(certificate: &Certificate, authorities_below: usize) -> Result<(), Reject> {
    let extensions = &certificate.extensions;
    if extensions.unacceptable.is_some() {
        return Err(chain("an authority's certificate has an extension that is not taken"));
    }
    let Some(constraints) = extensions.basic_constraints.filter(|constraints| constraints.authority) else {
        return Err(chain("a certificate on the path is not of an authority"));
    };
    if constraints.path_length.is_some_and(|length| u64::try_from(authorities_below).is_ok_and(|below| below > length))
    {
        return Err(chain("more authorities stand below one than it allows"));
    }
    if !extensions.key_usage.is_some_and(|usage| usage.has(KEY_CERT_SIGN)) {
        return Err(chain("a certificate on the path may not sign certificates"));
    }
    Ok(())
}

fn check_path_above(path: &Path) -> Result<(), Reject> {
    check_authority(&path.root, path.below.len())?;
    if !path.root.is_self_issued() {
        return Err(chain("the root is not self-issued"));
    }
    check_link(&path.root, &path.root)?;
    let mut issuer = &path.root;
    for (at, certificate) in path.below.iter().enumerate() {
        check_authority(certificate, path.below.len() - at - 1)?;
        check_link(issuer, certificate)?;
        issuer = certificate;
    }
    Ok(())
}
