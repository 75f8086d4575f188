//! Who may be here: institutions, people, affiliations, certificates, readers, patients, consents, cards, limits.
//!
//! Pure types and rules: no I/O, no clock of their own. Every fact is dated twice (when it holds in the world, when it
//! was known here) and names its origin (law 4). The words that participation and access share (roles, items,
//! regions) are defined here because arrows run from access to participation.

pub mod card;
pub mod consent;
pub mod dated;
pub mod identity;
pub mod institution;
pub mod item;
pub mod limit;
pub mod person;
pub mod register;
pub mod role;
pub mod strict;

pub use card::{CardId, CardKind, CardRefusal, CardState, CardTransition};
pub use consent::{Consent, ConsentScope, ConsentState, ConsentTransition};
pub use dated::{Dated, Origin, Period};
pub use identity::{ChartNumber, ChartNumberError, Kana, KanaError};
pub use institution::{Institution, InstitutionCode, InstitutionKind, InstitutionState, RegionCode, SourceRange};
pub use item::{Item, ItemSet};
pub use limit::{Limit, LimitDirection};
pub use person::{Affiliation, AffiliationState, CertificateBinding, CertificateFingerprint, Reader, Sex};
pub use register::{RegisterFile, RegisterRefused};
pub use role::{Profession, Role};
