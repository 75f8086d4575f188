//! A fictional certificate infrastructure for tests and the demonstration.
//!
//! It makes authorities, people's cards, organisation and device certificates, server certificates, revocation lists
//! and every wrong case of hpki.md section 10, with an own DER writer because most of the wrong ones cannot be
//! expressed by an honest encoder. Nothing made here is trusted anywhere but where its trust folder is configured.
//!
//! ```no_run
//! # use renkei_testpki::{TestPki, TestPkiError};
//! # fn demo(at: renkei_kernel::Timestamp, folder: &std::path::Path) -> Result<(), TestPkiError> {
//! let pki = TestPki::new(&renkei_kernel::SystemEntropy, at);
//! let doctor = pki.doctor("Ichiro Minato", "D10001")?;
//! let file_for_the_browser = pki.p12(&doctor, "renkei")?;
//! pki.write_trust(folder)?;
//! # drop(file_for_the_browser); Ok(()) }
//! ```

pub mod authority;
pub mod cases;
pub mod certificate;
pub mod der_out;
pub mod encode;
pub mod error;
pub mod extension;
pub mod hcrole;
pub mod keys;
pub mod list;
pub mod name;
pub mod pki;
pub mod profile;
pub mod trust_files;

pub use authority::Authority;
pub use cases::{Case, TrustVariant};
pub use certificate::Issued;
pub use encode::{chain_pem, pem, pkcs12};
pub use error::TestPkiError;
pub use keys::{KeyKind, KeyPool, SignatureKind, TestKey};
pub use list::{List, RevocationReason, Revoked};
pub use name::Name;
pub use pki::TestPki;
pub use profile::{Level, Profile};
