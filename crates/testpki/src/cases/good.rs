//! Certificates that are taken.

use super::{Case, Registered, doctor};
use crate::certificate::Issued;
use crate::extension;
use crate::keys::SignatureKind;
use crate::pki::TestPki;
use crate::profile::{Level, Profile};
use crate::{TestPkiError, name::Name};

pub(super) const CASES: &[Case] = &[
    Case::accepted("doctor", "doctor", |pki, serial| pki.issue(&doctor(serial).kanji("湊　一郎"))),
    Case::accepted("doctor-with-eku", "doctor", |pki, serial| {
        pki.issue(&doctor(serial).with(extension::extended_key_usage(&[extension::CLIENT_AUTH])))
    }),
    Case::accepted("doctor-and-director", "doctor", |pki, serial| {
        let roles = ["Medical Doctor", "Director of Hospital"];
        let subject = Name::japan().organisation("Minato Hospital").unit("Director");
        let subject = subject.common_name("Ichiro Minato").serial_number(serial);
        pki.issue(&Profile::person("Ichiro Minato", serial, &roles, Level::Production).subject(subject))
    }),
    Case::accepted("doctor-sha384", "doctor", |pki, serial| {
        let mut profile = doctor(serial);
        profile.signature = SignatureKind::RsaSha384;
        pki.issue(&profile)
    }),
    Case::accepted("doctor-pss", "doctor", |pki, serial| {
        let mut profile = doctor(serial);
        profile.signature = SignatureKind::PssSha256;
        pki.issue(&profile)
    }),
    Case::accepted("pharmacist", "pharmacist", |pki, serial| {
        pki.issue(&Profile::person("Hana Kusuri", serial, &["Pharmacist"], Level::Production))
    }),
    Case::accepted("dentist-test", "dentist", |pki, serial| test_level(pki, serial, "Dentist")),
    Case::accepted("nurse-test", "nurse", |pki, serial| test_level(pki, serial, "General Nurse")),
    Case::accepted("dietitian-test", "dietitian", |pki, serial| {
        test_level(pki, serial, "National Registered Dietitian")
    }),
    Case::accepted("nurse-production", "nurse", |pki, serial| {
        pki.issue(&Profile::person("Aoi Kango", serial, &["General Nurse"], Level::Production))
    }),
    Case::accepted("organisation", "auxiliary", |pki, serial| pki.issue(&Profile::organisation("架空港病院", serial))),
    Case {
        expected: super::Expected { verdict: "accept-sign", reason: "ok", role: Some("doctor") },
        ..Case::accepted("signing-doctor", "doctor", |pki, serial| {
            pki.issue(&Profile::signing("Ichiro Minato", serial, &["Medical Doctor"], Level::Production))
        })
        .for_signature()
    },
    // The certificate is good; that the presenter has not its key shows in the handshake only.
    Case {
        holds_key: false,
        ..Case::accepted("key-mismatch", "doctor", |pki, serial| {
            let mut issued = pki.issue(&doctor(serial))?;
            issued.key = pki.keys().get("somebody else")?;
            issued.key_der.clone_from(&issued.key.pkcs8);
            Ok(issued)
        })
    }
    .registered(Registered::As("doctor")),
];

fn test_level(pki: &TestPki, serial: &str, role: &str) -> Result<Issued, TestPkiError> {
    pki.issue(&Profile::person("Aoi Kango", serial, &[role], Level::Test))
}
