//! Loads and refreshes a trust folder.
//!
//! A file that cannot be believed never stops the others: a bad list leaves its authority without one, which refuses
//! sign-in with the list's own reason; a subordinate that is none certifies nobody. Only a folder that makes no sense
//! (no `trust.toml`, no certificate in a certificate's file) is an error.

use super::Trust;
use super::authority::{Authority, ListFault, Policy};
use super::file::{AuthorityEntry, TrustFile, Unknown};
use super::held::{ListMark, keep_newest};
use crate::certificate::Certificate;
use crate::list::{LIST_MAX_BYTES, RevocationList};
use crate::pem;
use crate::professions::ProfessionTable;
use crate::reason::{Reason, Reject};
use crate::roles::RoleTable;
use renkei_kernel::{Category, Finding, Problem, Timestamp};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

/// Subordinates below a root.
const SUBORDINATES_MAX: usize = 2;
/// Largest certificate file, PEM included.
const CERTIFICATE_FILE_MAX_BYTES: u64 = 256 * 1024;
const ANY_POLICY: &str = "2.5.29.32.0";

/// Why a trust folder cannot be used at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrustError {
    #[error("{file} cannot be read")]
    Unreadable { file: String, source: std::io::Error },
    #[error("{file} is not understood: {message}")]
    Settings { file: String, message: String },
    #[error("{file} holds no certificate that can be read: {detail}")]
    Certificate { file: String, detail: &'static str },
    #[error("authority {position} of trust.toml: {detail}")]
    Authority { position: usize, detail: &'static str },
}

impl Problem for TrustError {
    fn category(&self) -> Category {
        Category::Malformed
    }
    fn code(&self) -> &'static str {
        "trust_unusable"
    }
}

type ReadLists = HashMap<String, Result<Arc<RevocationList>, ListFault>>;

pub(super) fn without_authorities() -> Result<Trust, TrustError> {
    Ok(Trust {
        authorities: Vec::new(),
        roles: table(None, Path::new(""), RoleTable::EMBEDDED, RoleTable::parse)?,
        professions: table(None, Path::new(""), ProfessionTable::EMBEDDED, ProfessionTable::parse)?,
        findings: Vec::new(),
        marks: Vec::new(),
    })
}

impl Trust {
    /// Loads `folder` as of `at`.
    pub fn load(folder: &Path, at: Timestamp) -> Result<Self, TrustError> {
        Self::load_after(folder, at, &[])
    }

    /// Loads after a restart: lists older than the remembered ones are not taken.
    pub fn load_after(folder: &Path, at: Timestamp, marks: &[ListMark]) -> Result<Self, TrustError> {
        Self::load_with(folder, at, &[], marks)
    }

    /// Loads again beside what is held: a newer list replaces the held one, a bad, older or missing one does not.
    /// The answer is a new snapshot; on an error the held one stays in use.
    pub fn reload(&self, folder: &Path, at: Timestamp) -> Result<Self, TrustError> {
        let held: Vec<_> = self.authorities.iter().flat_map(|authority| authority.lists.iter().cloned()).collect();
        Self::load_with(folder, at, &held, &self.marks)
    }

    fn load_with(
        folder: &Path,
        at: Timestamp,
        held: &[Arc<RevocationList>],
        marks: &[ListMark],
    ) -> Result<Self, TrustError> {
        let settings = read_text(folder, "trust.toml")?;
        let file: TrustFile = toml::from_str(&settings)
            .map_err(|error| TrustError::Settings { file: "trust.toml".to_owned(), message: error.to_string() })?;
        let mut trust = Self {
            authorities: Vec::new(),
            roles: table(file.roles.as_deref(), folder, RoleTable::EMBEDDED, RoleTable::parse)?,
            professions: table(file.professions.as_deref(), folder, ProfessionTable::EMBEDDED, ProfessionTable::parse)?,
            findings: Vec::new(),
            marks: marks.to_vec(),
        };
        note_unknown(&mut trust.findings, "trust.toml", &file.unknown);
        let mut lists = ReadLists::new();
        for (index, entry) in file.authority.iter().enumerate() {
            let mut authority = authority(folder, index + 1, entry)?;
            take_lists(&mut authority, folder, &entry.crls, &mut lists, at);
            keep_newest(&mut authority, held, marks);
            note(&mut trust.findings, index + 1, &authority);
            note_unknown(&mut trust.findings, &format!("authority {}", index + 1), &entry.unknown);
            trust.authorities.push(authority);
        }
        trust.remember();
        Ok(trust)
    }
}

fn authority(folder: &Path, position: usize, entry: &AuthorityEntry) -> Result<Authority, TrustError> {
    let below = entry.subordinate.files();
    if below.len() > SUBORDINATES_MAX {
        return Err(TrustError::Authority { position, detail: "too many subordinates" });
    }
    for Policy { oid, .. } in &entry.policies {
        if oid == ANY_POLICY || !oid.contains('.') || !oid.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return Err(TrustError::Authority { position, detail: "a policy is a dotted OID other than anyPolicy" });
        }
    }
    let root = certificate(folder, &entry.root)?;
    let below = below.iter().map(|file| certificate(folder, file)).collect::<Result<Vec<_>, _>>()?;
    Ok(Authority::new(entry.purpose, entry.policies.clone(), root, below))
}

fn take_lists(authority: &mut Authority, folder: &Path, files: &[String], read: &mut ReadLists, at: Timestamp) {
    for file in files {
        let list = read.entry(file.clone()).or_insert_with(|| read_list(&folder.join(file))).clone();
        let believed = list.and_then(|list| {
            let verified = authority.path().map(|certificate| list.verify(certificate));
            // Of several refusals the one by the authority of that name tells most.
            let answer = verified.fold(Err(Reject::new(Reason::CrlMissing, "a list of another authority")), better);
            match answer.and_then(|()| list.check_time(at)) {
                Ok(()) => Ok(list),
                Err(reject) => Err(ListFault { issuer: Some(list.issuer.clone()), reject }),
            }
        });
        match believed {
            Ok(list) => authority.lists.push(list),
            Err(fault) => authority.list_faults.push(fault),
        }
    }
}

fn better(so_far: Result<(), Reject>, next: Result<(), Reject>) -> Result<(), Reject> {
    match (so_far, next) {
        (Ok(()), _) | (_, Ok(())) => Ok(()),
        (Err(_), Err(next)) if next.reason == Reason::CrlForged => Err(next),
        (so_far, _) => so_far,
    }
}

fn read_list(path: &Path) -> Result<Arc<RevocationList>, ListFault> {
    let unreadable = |reject| ListFault { issuer: None, reject };
    let malformed = |detail| unreadable(Reject::new(Reason::CrlMalformed, detail));
    let bytes = match read_limited(path, LIST_MAX_BYTES.saturating_mul(2)) {
        Ok(Some(bytes)) => bytes,
        Ok(None) => return Err(malformed("the list is too large")),
        Err(_) => return Err(unreadable(Reject::new(Reason::CrlMissing, "a configured list cannot be read"))),
    };
    let blocks = pem::blocks(&bytes, &["X509 CRL"]).ok_or(malformed("the file is cut off or no list"))?;
    let [der] = blocks.as_slice() else { return Err(malformed("the file does not hold exactly one list")) };
    RevocationList::read(der).map(Arc::new).map_err(unreadable)
}

fn certificate(folder: &Path, file: &str) -> Result<Certificate, TrustError> {
    let bad = |detail| TrustError::Certificate { file: file.to_owned(), detail };
    let bytes = read_limited(&folder.join(file), CERTIFICATE_FILE_MAX_BYTES)
        .map_err(|source| TrustError::Unreadable { file: file.to_owned(), source })?
        .ok_or(bad("the file is too large"))?;
    let blocks = pem::certificates(&bytes).ok_or(bad("neither PEM nor DER"))?;
    let [der] = blocks.as_slice() else { return Err(bad("it must hold exactly one")) };
    Certificate::read(der).map_err(|problem| bad(problem.0))
}

fn table<T>(
    file: Option<&str>,
    folder: &Path,
    embedded: &str,
    parse: fn(&str) -> Result<T, String>,
) -> Result<T, TrustError> {
    let (name, text) = match file {
        Some(file) => (file, read_text(folder, file)?),
        None => ("the built-in table", embedded.to_owned()),
    };
    parse(&text).map_err(|message| TrustError::Settings { file: name.to_owned(), message })
}

fn read_text(folder: &Path, file: &str) -> Result<String, TrustError> {
    let unreadable = |source| TrustError::Unreadable { file: file.to_owned(), source };
    std::fs::read_to_string(folder.join(file)).map_err(unreadable)
}

/// The bytes of a file; `None` when it is larger than `limit`.
pub(crate) fn read_limited(path: &Path, limit: u64) -> std::io::Result<Option<Vec<u8>>> {
    use std::io::Read;
    let mut bytes = Vec::new();
    let read = std::fs::File::open(path)?.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok(if u64::try_from(read).is_ok_and(|read| read <= limit) { Some(bytes) } else { None })
}

fn note(findings: &mut Vec<Finding>, position: usize, authority: &Authority) {
    let place = format!("authority {position}");
    if let Some(reject) = authority.broken() {
        findings.push(Finding::error("authority-unusable", place.clone(), reject.detail));
    }
    for fault in &authority.list_faults {
        let code = fault.reject.reason.code().replace('_', "-");
        let issuer = fault.issuer.as_deref().map(crate::name::display).unwrap_or_default();
        findings.push(Finding::error(&code, place.clone(), format!("{} ({issuer})", fault.reject.detail)));
    }
}

fn note_unknown(findings: &mut Vec<Finding>, place: &str, unknown: &Unknown) {
    for name in unknown.keys() {
        findings.push(Finding::warning("unknown-setting", place, format!("{name} is no setting of trust.toml")));
    }
}
