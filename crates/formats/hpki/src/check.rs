//! `renkei certificate check`: the verdict that sign-in would give before card ledger and PIN, from files.

use crate::certificate::CERTIFICATE_MAX_BYTES;
use crate::examine::Use;
use crate::judge::{Outcome, judge};
use crate::pem;
use crate::register::{Register, RegisterError};
use crate::trust::{Trust, TrustError};
use renkei_kernel::{Category, Problem, Timestamp};
use serde::Serialize;
use std::path::Path;

/// Largest register file.
const REGISTER_MAX_BYTES: u64 = 64 * 1024 * 1024;
/// Certificates of a chain that are looked at (hpki.md section 8).
const CHAIN_MAX: usize = 4;

/// What to check.
#[derive(Debug, Clone, Copy)]
pub struct CheckRequest<'a> {
    /// Folder with `trust.toml`.
    pub trust: &'a Path,
    /// Register, tab-separated. Without one the certificate is judged by itself.
    pub register: Option<&'a Path>,
    /// [`Use::Login`] or [`Use::Signature`].
    pub used_for: Use,
    pub at: Timestamp,
    /// Further certificates presented with it.
    pub chain: Option<&'a Path>,
    /// The certificate, PEM or DER.
    pub certificate: &'a Path,
}

/// The answer, in the order in which it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckReport {
    pub verdict: Outcome,
    /// Word of the reason; one who is suspended answers like one who is unknown.
    pub reason: &'static str,
    /// Word of the profession.
    pub role: Option<&'static str>,
    /// Dotted OID.
    pub policy: Option<String>,
    /// Which rule it was, for the operator's eyes.
    #[serde(skip)]
    pub detail: &'static str,
}

/// Why no verdict could be given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    #[error("the trust folder cannot be used: {0}")]
    Trust(#[from] TrustError),
    #[error("the register cannot be used: {0}")]
    Register(#[from] RegisterError),
    #[error("the file of the {what} cannot be read")]
    File { what: &'static str, source: std::io::Error },
    #[error("the file of the {what} is too large")]
    TooLarge { what: &'static str },
}

impl Problem for CheckError {
    fn category(&self) -> Category {
        match self {
            Self::Trust(error) => error.category(),
            Self::Register(error) => error.category(),
            Self::File { .. } | Self::TooLarge { .. } => Category::Malformed,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Trust(error) => error.code(),
            Self::Register(error) => error.code(),
            Self::File { .. } => "file_unreadable",
            Self::TooLarge { .. } => "file_too_large",
        }
    }
}

/// Gives the verdict. A certificate that cannot be read is a verdict (`malformed`), not an error.
pub fn check_command(request: &CheckRequest<'_>) -> Result<CheckReport, CheckError> {
    let trust = Trust::load(request.trust, request.at)?;
    let register = match request.register {
        Some(path) => Some(Register::parse(&read("register", path, REGISTER_MAX_BYTES)?)?),
        None => None,
    };
    let mut chain = certificates("certificate", request.certificate)?;
    if let Some(path) = request.chain {
        chain.extend(certificates("chain", path)?);
    }
    chain.truncate(CHAIN_MAX);
    let verdict = judge(&chain, request.used_for, request.at, &trust, register.as_ref());
    Ok(CheckReport {
        verdict: verdict.outcome,
        reason: verdict.reason.outward().code(),
        role: verdict.role.map(crate::roles::Profession::word),
        policy: verdict.policy,
        detail: verdict.detail,
    })
}

/// The certificates of a file; a file that is neither PEM nor DER is handed on whole, to be judged malformed.
fn certificates(what: &'static str, path: &Path) -> Result<Vec<Vec<u8>>, CheckError> {
    let limit = u64::try_from(CERTIFICATE_MAX_BYTES * CHAIN_MAX * 2).unwrap_or(u64::MAX);
    let bytes = read(what, path, limit)?;
    Ok(match pem::certificates(&bytes) {
        Some(found) if !found.is_empty() => found,
        _ => vec![bytes],
    })
}

fn read(what: &'static str, path: &Path, limit: u64) -> Result<Vec<u8>, CheckError> {
    let bytes = crate::trust::read_limited(path, limit).map_err(|source| CheckError::File { what, source })?;
    bytes.ok_or(CheckError::TooLarge { what })
}
