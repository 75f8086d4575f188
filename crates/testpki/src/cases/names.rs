//! Faults of the subject's name.

use super::{Case, doctor};
use crate::certificate::Issued;
use crate::name::{COMMON_NAME, Name, SERIAL_NUMBER};
use crate::pki::TestPki;
use crate::{TestPkiError, der_out, extension};

fn named(pki: &TestPki, subject: Name) -> Result<Issued, TestPkiError> {
    pki.issue(&doctor("unused").subject(subject))
}

/// A doctor whose common name is these bytes in a UTF8String.
fn common(pki: &TestPki, serial: &str, bytes: &[u8]) -> Result<Issued, TestPkiError> {
    named(pki, Name::japan().utf8_bytes(COMMON_NAME, bytes).serial_number(serial))
}

pub(super) const CASES: &[Case] = &[
    Case::refused("name-nul", "subject", |pki, serial| common(pki, serial, b"Ichiro Minato\0Evil")),
    Case::refused("name-line-feed", "subject", |pki, serial| common(pki, serial, b"Ichiro\nMinato")),
    Case::refused("name-overlong-utf8", "malformed", |pki, serial| common(pki, serial, b"Ichiro\xc0\xafMinato")),
    Case::refused("name-bidi-override", "subject", |pki, serial| {
        common(pki, serial, "Ichiro\u{202e}Minato".as_bytes())
    }),
    Case::refused("name-markup", "subject", |pki, serial| common(pki, serial, b"<b>Ichiro</b> Minato")),
    Case::refused("name-empty", "subject", |pki, serial| common(pki, serial, b"")),
    Case::refused("name-too-long", "subject", |pki, serial| common(pki, serial, &[b'a'; 65])),
    Case::refused("name-teletex", "subject", |pki, serial| {
        let teletex = der_out::tlv(0x14, b"Ichiro Minato");
        named(pki, Name::japan().raw(COMMON_NAME, teletex).serial_number(serial))
    }),
    Case::refused("name-two-common-names", "subject", |pki, serial| {
        named(pki, Name::japan().common_name("Ichiro Minato").common_name("Jiro Minato").serial_number(serial))
    }),
    Case::refused("name-no-common-name", "subject", |pki, serial| named(pki, Name::japan().serial_number(serial))),
    Case::refused("name-no-serial-number", "subject", |pki, _| named(pki, Name::japan().common_name("Ichiro Minato"))),
    Case::refused("name-two-serial-numbers", "subject", |pki, serial| {
        named(pki, Name::japan().common_name("Ichiro Minato").serial_number(serial).serial_number("D1"))
    }),
    Case::refused("name-serial-number-with-nul", "subject", |pki, serial| {
        let bytes = [serial.as_bytes(), b"\0x"].concat();
        named(pki, Name::japan().common_name("Ichiro Minato").utf8_bytes(SERIAL_NUMBER, &bytes))
    }),
    Case::refused("name-serial-number-printable-with-nul", "malformed", |pki, serial| {
        let bytes = [serial.as_bytes(), b"\0x"].concat();
        let value = der_out::tlv(0x13, &bytes);
        named(pki, Name::japan().common_name("Ichiro Minato").raw(SERIAL_NUMBER, value))
    }),
    Case::refused("name-other-country", "subject", |pki, serial| {
        let subject = doctor(serial).subject.without(crate::name::COUNTRY);
        named(pki, subject.raw(crate::name::COUNTRY, der_out::printable("US")))
    }),
    Case::refused("name-kanji-with-bidi", "subject", |pki, serial| {
        let directory = Name::japan().common_name("湊\u{202e}一郎");
        pki.issue(&doctor(serial).with(extension::directory_name(&directory)))
    }),
];
