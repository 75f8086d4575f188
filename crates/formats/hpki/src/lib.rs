//! Certificates of the national healthcare PKI (HPKI): reading, path, revocation, role, verdict (R-8.1.1, R-8.1.2).
//!
//! Own and strict because the national profile marks certificatePolicies critical, which stock verifiers refuse, and
//! because a plain path check accepts most of what is wrong with a card. Knows nothing of this program's people or
//! pages; who is registered is handed in.
//!
//! ```no_run
//! use renkei_hpki::{Trust, Use, examine, judge};
//! # fn demo(at: renkei_kernel::Timestamp, chain: &[Vec<u8>]) -> Result<(), Box<dyn std::error::Error>> {
//! let trust = Trust::load(std::path::Path::new("trust"), at)?;
//! let verdict = judge(chain, Use::Login, at, &trust, None);
//! println!("{} {:?}", verdict.reason.code(), verdict.role);
//! // In two steps, with a register of one's own:
//! let examined = examine(chain, Use::Login, at, &trust)?;
//! let row = None; // look up (examined.holder.issuer_sha256, examined.holder.subject_serial)
//! let verdict = renkei_hpki::against_register(&examined, Use::Login, row, trust.professions(), at);
//! # drop(verdict); Ok(()) }
//! ```

pub mod certificate;
pub mod check;
pub mod der_in;
pub mod examine;
pub mod extensions;
pub mod hcrole;
pub mod judge;
pub mod list;
pub mod name;
pub mod pem;
pub mod professions;
pub mod reason;
pub mod register;
pub mod roles;
pub mod signature;
pub mod trust;

pub use certificate::{Certificate, spki_der};
pub use check::{CheckError, CheckReport, CheckRequest, check_command};
pub use examine::{Examined, Holder, Use, examine};
pub use judge::{Outcome, Verdict, against_register, judge};
pub use professions::{AllowRow, Level, ProfessionTable};
pub use reason::{Reason, Reject};
pub use register::{Register, RegisterError, Row};
pub use roles::{Profession, Role, RoleKind, RoleTable};
pub use trust::{Authority, CertificateId, ListMark, ListState, Policy, Purpose, RevocationState, Trust, TrustError};
