//! Validity and revocation.

use super::{Case, TrustVariant, doctor};
use crate::list::RevocationReason;

pub(super) const CASES: &[Case] = &[
    Case::refused("expired", "expired", |pki, serial| {
        pki.issue(&doctor(serial).valid(pki.at().plus_days(-400), pki.at().plus_seconds(-1)))
    }),
    Case::refused("not-yet-valid", "not_yet_valid", |pki, serial| {
        pki.issue(&doctor(serial).valid(pki.at().plus_seconds(1), pki.at().plus_days(400)))
    }),
    Case::accepted("valid-since-one-minute", "doctor", |pki, serial| {
        pki.issue(&doctor(serial).valid(pki.at().plus_seconds(-60), pki.at().plus_days(400)))
    }),
    Case::accepted("valid-for-the-last-second", "doctor", |pki, serial| {
        pki.issue(&doctor(serial).valid(pki.at().plus_days(-400), pki.at()))
    }),
    Case::accepted("valid-beyond-2050", "doctor", |pki, serial| {
        pki.issue(&doctor(serial).valid(pki.at().plus_days(-1), pki.at().plus_days(30 * 365)))
    }),
    Case::refused("revoked", "revoked", |pki, serial| {
        let issued = pki.issue(&doctor(serial))?;
        pki.revoke(&issued, RevocationReason::CessationOfOperation);
        Ok(issued)
    }),
    Case::refused("on-hold", "revoked", |pki, serial| {
        let issued = pki.issue(&doctor(serial))?;
        pki.revoke(&issued, RevocationReason::Hold);
        Ok(issued)
    }),
    Case::refused("stale-crl", "crl_stale", |pki, serial| pki.issue(&doctor(serial)))
        .with_trust(TrustVariant::StaleList),
    Case::refused("forged-crl", "crl_forged", |pki, serial| pki.issue(&doctor(serial)))
        .with_trust(TrustVariant::ForgedList),
    Case::refused("truncated-crl", "crl_malformed", |pki, serial| pki.issue(&doctor(serial)))
        .with_trust(TrustVariant::TruncatedList),
    Case::refused("missing-crl", "crl_missing", |pki, serial| pki.issue(&doctor(serial)))
        .with_trust(TrustVariant::MissingList),
    Case::refused("future-crl", "crl_not_yet_valid", |pki, serial| pki.issue(&doctor(serial)))
        .with_trust(TrustVariant::FutureList),
    Case::refused("delta-crl", "crl_unsupported", |pki, serial| pki.issue(&doctor(serial)))
        .with_trust(TrustVariant::DeltaList),
    Case::refused("stale-root-crl", "crl_stale", |pki, serial| pki.issue(&doctor(serial)))
        .with_trust(TrustVariant::StaleRootList),
    Case::refused("revoked-authority", "revoked", |pki, serial| pki.issue(&doctor(serial)))
        .with_trust(TrustVariant::RevokedAuthority),
];
