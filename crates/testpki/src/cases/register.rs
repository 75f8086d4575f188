//! Good certificates whose holder the register knows otherwise, or not.

use super::{Case, Registered, doctor};
use crate::profile::{Level, Profile};

pub(super) const CASES: &[Case] = &[
    Case::refused("doctor-certificate-of-a-nurse", "role_mismatch", |pki, serial| pki.issue(&doctor(serial)))
        .registered(Registered::As("nurse")),
    Case::refused("pharmacist-certificate-of-a-doctor", "role_mismatch", |pki, serial| {
        pki.issue(&Profile::person("Hana Kusuri", serial, &["Pharmacist"], Level::Production))
    }),
    Case::refused("organisation-certificate-of-a-doctor", "role_mismatch", |pki, serial| {
        pki.issue(&Profile::organisation("Minato Hospital", serial))
    }),
    Case::refused("unregistered", "unbound", |pki, serial| pki.issue(&doctor(serial))).registered(Registered::No),
    Case::refused("registered-for-another-issuer", "unbound", |pki, serial| pki.issue(&doctor(serial)))
        .registered(Registered::OtherIssuer("doctor")),
    Case::refused("suspended", "unbound", |pki, serial| pki.issue(&doctor(serial)))
        .registered(Registered::Suspended("doctor")),
    Case::refused("qualification-without-access", "profession_not_allowed", |pki, serial| {
        pki.issue(&Profile::person("Ken Rigaku", serial, &["Physical Therapist"], Level::Production))
    }),
];
