//! Faults of the healthcare role attribute.

use super::{Case, doctor};
use crate::certificate::Issued;
use crate::der_out::{explicit, ia5, oid, seq, set, tlv, utf8};
use crate::extension;
use crate::hcrole::{self, NATIONAL_SCHEME, actor, actor_with, attribute};
use crate::pki::TestPki;
use crate::{TestPkiError, profile::Level, profile::Profile};

/// A doctor's certificate with this role extension.
fn with(pki: &TestPki, serial: &str, value: Vec<u8>) -> Result<Issued, TestPkiError> {
    pki.issue(&doctor(serial).replace(extension::directory_attributes(value)))
}

/// One whose single actor has this text element.
fn with_text(pki: &TestPki, serial: &str, text: Vec<u8>) -> Result<Issued, TestPkiError> {
    with(pki, serial, hcrole::directory_attributes(&[actor_with(NATIONAL_SCHEME, text)]))
}

fn correct() -> Vec<u8> {
    hcrole::roles(&["Medical Doctor"])
}

/// The correct value with its first `find` replaced; lengths must stay the same.
fn replaced(find: &[u8], by: &[u8]) -> Vec<u8> {
    let mut value = correct();
    let place = value.windows(find.len()).position(|window| window == find).unwrap_or_default();
    value.splice(place..place + find.len(), by.iter().copied());
    value
}

pub(super) const CASES: &[Case] = &[
    Case::refused("role-missing", "role", |pki, serial| {
        pki.issue(&doctor(serial).without(extension::DIRECTORY_ATTRIBUTES))
    }),
    Case::refused("role-unknown", "role", |pki, serial| with_text(pki, serial, utf8("Wizard"))),
    Case::refused("role-letter-case", "role", |pki, serial| with_text(pki, serial, utf8("medical doctor"))),
    Case::refused("role-no-break-space", "role", |pki, serial| with_text(pki, serial, utf8("Medical\u{a0}Doctor"))),
    Case::refused("role-trailing-space", "role", |pki, serial| with_text(pki, serial, utf8("Medical Doctor "))),
    // U+041C is a Cyrillic letter that looks like M.
    Case::refused("role-homoglyph", "role", |pki, serial| with_text(pki, serial, utf8("\u{41c}edical Doctor"))),
    Case::refused("role-nul", "role", |pki, serial| with_text(pki, serial, utf8("Medical Doctor\0"))),
    Case::refused("role-ia5", "role", |pki, serial| with_text(pki, serial, ia5("Medical Doctor"))),
    Case::accepted("role-printable-string", "doctor", |pki, serial| {
        with_text(pki, serial, crate::der_out::printable("Medical Doctor"))
    }),
    Case::refused("role-bad-utf8", "role", |pki, serial| with_text(pki, serial, tlv(0x0c, b"Medical Doctor\xff"))),
    Case::refused("role-foreign-scheme", "role", |pki, serial| {
        with(pki, serial, hcrole::directory_attributes(&[actor_with("1.2.840.99999.1", utf8("Medical Doctor"))]))
    }),
    Case::refused("role-foreign-beside-national", "role", |pki, serial| {
        let foreign = actor_with("1.2.392.100495.1.6.1.2", utf8("Director"));
        with(pki, serial, hcrole::directory_attributes(&[foreign, actor("Medical Doctor")]))
    }),
    Case::refused("role-truncated", "role", |pki, serial| {
        let mut value = correct();
        value.truncate(40);
        with(pki, serial, value)
    }),
    Case::refused("role-trailing-bytes", "role", |pki, serial| with(pki, serial, [correct(), vec![0, 0]].concat())),
    Case::refused("role-trailing-bytes-inside", "role", |pki, serial| {
        let values = set(&[set(&[actor("Medical Doctor")])]);
        let inner = seq(&[oid(hcrole::HC_ROLE), values, vec![5, 0]]);
        with(pki, serial, seq(&[inner]))
    }),
    Case::refused("role-indefinite-length", "role", |pki, serial| {
        let inner = correct().split_off(2);
        with(pki, serial, [vec![0x30, 0x80], inner, vec![0, 0]].concat())
    }),
    Case::refused("role-long-form-length", "role", |pki, serial| {
        let inner = correct().split_off(2);
        with(pki, serial, [vec![0x30, 0x81, inner.len() as u8], inner].concat())
    }),
    Case::refused("role-empty-set", "role", |pki, serial| with(pki, serial, seq(&[attribute(set(&[set(&[])]))]))),
    Case::refused("role-no-values", "role", |pki, serial| with(pki, serial, seq(&[attribute(set(&[]))]))),
    Case::refused("role-two-data", "role", |pki, serial| {
        let data = [set(&[actor("Pharmacist")]), set(&[actor("Medical Doctor")])];
        with(pki, serial, seq(&[attribute(set(&data))]))
    }),
    Case::refused("role-forty-levels", "role", |pki, serial| {
        let deep = (0..40).fold(utf8("Medical Doctor"), |inner, _| explicit(2, &inner));
        with_text(pki, serial, deep)
    }),
    Case::refused("role-duplicate-extension", "malformed", |pki, serial| {
        pki.issue(&doctor(serial).with(extension::directory_attributes(correct())))
    }),
    Case::refused("role-duplicate-attribute", "role", |pki, serial| {
        let one = attribute(set(&[set(&[actor("Medical Doctor")])]));
        with(pki, serial, seq(&[one.clone(), one]))
    }),
    // 1.0 is 0x28; written with a padding octet it must not be read.
    Case::refused("role-padded-oid", "role", |pki, serial| {
        let padded = tlv(0x06, &[0x28, 0x80, 0x81, 0x85, 0x42, 0x00, 0x01]);
        with(pki, serial, seq(&[seq(&[padded, set(&[set(&[actor("Medical Doctor")])])])]))
    }),
    Case::refused("role-padded-scheme", "role", |pki, serial| {
        let padded = tlv(0x06, &[0x2a, 0x80, 0x83, 0x08, 0x86, 0x91, 0x0f, 0x01, 0x06, 0x01, 0x01]);
        let coded = set(&[explicit(0, &padded), explicit(2, &utf8("Medical Doctor"))]);
        with(pki, serial, hcrole::directory_attributes(&[seq(&[explicit(0, &coded)])]))
    }),
    Case::refused("role-two-qualifications", "role", |pki, serial| {
        let roles = ["Pharmacist", "Medical Doctor"];
        pki.issue(&Profile::person("Ichiro Minato", serial, &roles, Level::Production))
    }),
    Case::refused("role-manager-alone", "role", |pki, serial| {
        pki.issue(&Profile::person("Ichiro Minato", serial, &["Director of Hospital"], Level::Production))
    }),
    Case::refused("role-three-actors", "role", |pki, serial| {
        let roles = ["Director", "Medical Doctor", "Director of Hospital"];
        pki.issue(&Profile::person("Ichiro Minato", serial, &roles, Level::Production))
    }),
    Case::refused("role-set-out-of-order", "role", |pki, serial| {
        let roles = ["Director of Hospital", "Medical Doctor"];
        pki.issue(&Profile::person("Ichiro Minato", serial, &roles, Level::Production))
    }),
    Case::refused("role-wrong-attribute", "role", |pki, serial| {
        with(pki, serial, replaced(&[0x28, 0x81, 0x85, 0x42, 0x00, 0x01], &[0x28, 0x81, 0x85, 0x42, 0x00, 0x02]))
    }),
];
