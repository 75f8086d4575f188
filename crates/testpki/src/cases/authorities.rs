//! Wrong authorities above a card that would be good below a right one.

use super::{Case, TrustVariant, doctor};
use crate::authority::Authority;
use crate::encode::pem;
use crate::pki::TestPki;
use crate::{TestPkiError, authority};
use std::path::Path;

pub(super) const CASES: &[Case] = &[
    Case::refused("unrelated-root", "chain", |pki, serial| pki.issue(&doctor(serial).by(Authority::UnrelatedRoot))),
    Case::refused("copy-cat-authority", "chain", |pki, serial| {
        pki.issue(&doctor(serial).by(Authority::CopyCatPersonAuth))
    }),
    Case::refused("issued-by-the-root", "chain", |pki, serial| pki.issue(&doctor(serial).by(Authority::Root))),
    Case::refused("not-an-authority", "chain", |pki, serial| pki.issue(&doctor(serial).by(Authority::NotAnAuthority))),
    Case::refused("configured-not-an-authority", "chain", |pki, serial| {
        pki.issue(&doctor(serial).by(Authority::NotAnAuthority))
    })
    .with_trust(TrustVariant::WrongAuthorities),
    Case::refused("path-length", "chain", |pki, serial| pki.issue(&doctor(serial).by(Authority::BelowLimited))),
    Case::refused("configured-path-length", "chain", |pki, serial| {
        pki.issue(&doctor(serial).by(Authority::BelowLimited))
    })
    .with_trust(TrustVariant::WrongAuthorities),
    Case::refused("self-signed", "chain", |pki, serial| pki.self_signed(&doctor(serial))),
];

/// Adds the wrong authorities to a good trust folder, with lists of their own.
pub(super) fn write_wrong(pki: &TestPki, folder: &Path) -> Result<(), TestPkiError> {
    let mut text = pki.trust_toml();
    let wrong = [Authority::NotAnAuthority, Authority::Limited, Authority::BelowLimited];
    for authority in wrong {
        let label = authority.label();
        let certificate = pem("CERTIFICATE", &pki.authority(authority)?.cert_der);
        std::fs::write(folder.join(format!("{label}.pem")), certificate)?;
        let list = pki.sign_list(&pki.list(authority, pki.at()))?;
        std::fs::write(folder.join(format!("{label}.crl")), list)?;
    }
    let policy = authority::PERSON_PRODUCTION;
    for (subordinates, lists) in [
        ("\"not-an-authority.pem\"", "\"not-an-authority.crl\""),
        ("[\"limited.pem\", \"below-limited.pem\"]", "\"limited.crl\", \"below-limited.crl\""),
    ] {
        text.push_str(&format!(
            "\n[[authority]]\npurpose = \"person-auth\"\nroot = \"root.pem\"\nsubordinate = {subordinates}\n\
             crls = [{lists}, \"root.crl\"]\npolicies = [{{ oid = \"{policy}\", level = \"production\" }}]\n"
        ));
    }
    std::fs::write(folder.join("trust.toml"), text)?;
    Ok(())
}
