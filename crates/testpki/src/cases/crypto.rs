//! Weak or false cryptography.

use super::{Case, doctor};
use crate::extension;
use crate::keys::{KeyKind, SignatureKind};

pub(super) const CASES: &[Case] = &[
    Case::refused("sha1", "algorithm", |pki, serial| {
        let mut profile = doctor(serial);
        profile.signature = SignatureKind::RsaSha1;
        pki.issue(&profile)
    }),
    Case::refused("rsa-1024", "algorithm", |pki, serial| {
        let mut profile = doctor(serial);
        profile.key_kind = KeyKind::Rsa1024;
        pki.issue(&profile)
    }),
    Case::refused("exponent-3", "algorithm", |pki, serial| {
        let mut profile = doctor(serial);
        profile.key_kind = KeyKind::RsaExponent3;
        pki.issue(&profile)
    }),
    // The national profile knows RSA keys only.
    Case::refused("ec-p256", "algorithm", |pki, serial| {
        let mut profile = doctor(serial);
        profile.key_kind = KeyKind::EcP256;
        pki.issue(&profile)
    }),
    Case::refused("tampered-name", "chain", |pki, serial| {
        let mut issued = pki.issue(&doctor(serial))?;
        let place = issued.cert_der.windows(6).position(|window| window == b"Ichiro").unwrap_or_default();
        if let Some(byte) = issued.cert_der.get_mut(place) {
            *byte = b'J';
        }
        Ok(issued)
    }),
    Case::refused("tampered-signature", "chain", |pki, serial| {
        let mut issued = pki.issue(&doctor(serial))?;
        if let Some(byte) = issued.cert_der.last_mut() {
            *byte ^= 1;
        }
        Ok(issued)
    }),
    Case::refused("other-key-identifier", "chain", |pki, serial| {
        let mut profile = doctor(serial);
        profile.bare = true;
        let root = crate::name::Name::japan();
        pki.issue(&profile.with(extension::authority_key(&[7; 20], &root, &[1])))
    }),
    Case::refused("trailing-bytes", "malformed", |pki, serial| {
        let mut issued = pki.issue(&doctor(serial))?;
        issued.cert_der.extend([0, 0]);
        Ok(issued)
    }),
    Case::refused("too-large", "malformed", |pki, serial| {
        let filler = crate::der_out::octets(&[0x55; 17_000]);
        pki.issue(&doctor(serial).with(extension::Extension::new("1.3.6.1.4.1.99999.2", false, filler)))
    }),
];
