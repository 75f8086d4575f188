//! Certificates for another purpose, and policies that do not fit.

use super::{Case, Registered, doctor};
use crate::authority::{self, Authority};
use crate::extension::{self, Extension};
use crate::profile::{Level, Profile};

pub(super) const CASES: &[Case] = &[
    // Purpose.
    Case::refused("signing-at-login", "purpose", |pki, serial| {
        pki.issue(&Profile::signing("Ichiro Minato", serial, &["Medical Doctor"], Level::Production))
    }),
    Case::refused("auth-for-signature", "purpose", |pki, serial| pki.issue(&doctor(serial))).for_signature(),
    Case::refused("signing-policy-from-auth-ca", "policy", |pki, serial| {
        pki.issue(&doctor(serial).replace(extension::policies(&[authority::SIGNING_PRODUCTION])))
    }),
    Case::refused("non-repudiation-only", "purpose", |pki, serial| {
        pki.issue(&doctor(serial).replace(extension::key_usage(&[extension::NON_REPUDIATION])))
    }),
    Case::refused("key-usage-without-digital-signature", "key_usage", |pki, serial| {
        pki.issue(&doctor(serial).replace(extension::key_usage(&[extension::KEY_ENCIPHERMENT])))
    }),
    Case::refused("no-key-usage", "key_usage", |pki, serial| pki.issue(&doctor(serial).without(extension::KEY_USAGE))),
    Case::refused("key-usage-not-critical", "key_usage", |pki, serial| {
        let mut usage = extension::key_usage(&[extension::DIGITAL_SIGNATURE]);
        usage.critical = false;
        pki.issue(&doctor(serial).replace(usage))
    }),
    Case::refused("key-usage-cert-sign", "key_usage", |pki, serial| {
        let bits = [extension::DIGITAL_SIGNATURE, extension::KEY_CERT_SIGN];
        pki.issue(&doctor(serial).replace(extension::key_usage(&bits)))
    }),
    Case::refused("eku-server-auth", "key_usage", |pki, serial| {
        pki.issue(&doctor(serial).with(extension::extended_key_usage(&[extension::SERVER_AUTH])))
    }),
    Case::refused("end-entity-with-ca-flag", "key_usage", |pki, serial| {
        pki.issue(&doctor(serial).with(extension::authority(None)))
    }),
    Case::refused("unknown-critical-extension", "extension", |pki, serial| {
        let unknown = Extension::new("1.3.6.1.4.1.99999.1", true, crate::der_out::null());
        pki.issue(&doctor(serial).with(unknown))
    }),
    Case::refused("staff-at-login", "purpose", |pki, serial| pki.issue(&Profile::staff("Desk Person", serial))),
    Case::refused("machine-at-login", "purpose", |pki, serial| pki.issue(&Profile::machine("agent-1", serial))),
    Case::refused("server-at-login", "purpose", |pki, _| pki.server_certificate(&["localhost"], &[])),
    // Policy.
    Case::refused("no-policy", "policy", |pki, serial| {
        pki.issue(&doctor(serial).without(extension::CERTIFICATE_POLICIES))
    }),
    Case::refused("any-policy", "policy", |pki, serial| {
        pki.issue(&doctor(serial).replace(extension::policies(&[authority::ANY_POLICY])))
    }),
    Case::refused("foreign-policy", "policy", |pki, serial| {
        pki.issue(&doctor(serial).replace(extension::policies(&[authority::FOREIGN_POLICY])))
    }),
    Case::refused("two-policies", "policy", |pki, serial| {
        let both = [authority::PERSON_PRODUCTION, authority::PERSON_TEST];
        pki.issue(&doctor(serial).replace(extension::policies(&both)))
    }),
    Case::refused("policy-mappings", "extension", |pki, serial| {
        let pair = [crate::der_out::oid(authority::FOREIGN_POLICY), crate::der_out::oid(authority::PERSON_PRODUCTION)];
        let mapping = crate::der_out::seq(&[crate::der_out::seq(&pair)]);
        pki.issue(&doctor(serial).with(Extension::new("2.5.29.33", true, mapping)))
    }),
    Case::refused("test-level-doctor", "test_cert_not_allowed", |pki, serial| {
        pki.issue(&Profile::person("Ichiro Minato", serial, &["Medical Doctor"], Level::Test))
    }),
    Case::refused("test-level-pharmacist", "test_cert_not_allowed", |pki, serial| {
        pki.issue(&Profile::person("Hana Kusuri", serial, &["Pharmacist"], Level::Test))
    })
    .registered(Registered::As("pharmacist")),
    Case::refused("organisation-ca-with-person-policy", "policy", |pki, serial| {
        let policy = extension::policies(&[authority::PERSON_PRODUCTION]);
        pki.issue(&Profile::organisation("Minato Hospital", serial).replace(policy))
    })
    .registered(Registered::As("auxiliary")),
    Case::refused("person-ca-with-organisation-policy", "policy", |pki, serial| {
        pki.issue(&doctor(serial).replace(extension::policies(&[authority::ORGANISATION_PRODUCTION])))
    }),
    Case::refused("person-profile-from-organisation-ca", "policy", |pki, serial| {
        pki.issue(&doctor(serial).by(Authority::OrganisationAuth))
    }),
];
