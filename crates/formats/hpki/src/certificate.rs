//! One certificate, read strictly.
//!
//! Two readers must agree before anything is believed: the strict walk of `der_in` with the fields taken here, and the
//! library's decoder, whose re-encoding must give back the same bytes (hpki.md section 8, step 1).

use crate::der_in::{self, BIT_STRING, Element, INTEGER, NotDer, Reader, SEQUENCE, context, single};
use crate::extensions::Extensions;
use der::{Decode, Encode};
use sha2::{Digest, Sha256};

/// Largest certificate that is read.
pub const CERTIFICATE_MAX_BYTES: usize = 16 * 1024;

/// The fields of a certificate. Names, key and algorithms are whole DER elements.
#[derive(Debug, Clone)]
pub struct Certificate {
    pub der: Vec<u8>,
    /// What was signed.
    pub signed: Vec<u8>,
    pub signature_algorithm: Vec<u8>,
    pub signature: Vec<u8>,
    /// Content of the serial number: 1 to 20 octets, positive.
    pub serial: Vec<u8>,
    pub issuer: Vec<u8>,
    pub subject: Vec<u8>,
    /// Seconds since 1970, both ends included.
    pub not_before: i64,
    pub not_after: i64,
    pub spki: Vec<u8>,
    pub extensions: Extensions,
}

impl Certificate {
    /// Reads one DER certificate.
    pub fn read(der: &[u8]) -> Result<Self, NotDer> {
        if der.len() > CERTIFICATE_MAX_BYTES {
            return Err(NotDer("larger than a certificate may be"));
        }
        der_in::check(der)?;
        let certificate = Self::fields(der)?;
        let second = x509_cert::Certificate::from_der(der).map_err(|_| NotDer("not an X.509 certificate"))?;
        if second.to_der().is_ok_and(|again| again == der) {
            Ok(certificate)
        } else {
            Err(NotDer("not in its only permitted form"))
        }
    }

    fn fields(der: &[u8]) -> Result<Self, NotDer> {
        let mut outer = single(der, SEQUENCE)?.inside();
        let signed = outer.next(SEQUENCE)?;
        let signature_algorithm = outer.next(SEQUENCE)?;
        let signature = whole_octets(&outer.next(BIT_STRING)?)?;
        outer.end()?;

        let mut body = signed.inside();
        if single(body.next(context(0))?.content, INTEGER)?.content != [2] {
            return Err(NotDer("not version 3"));
        }
        let serial = body.next(INTEGER)?.content;
        if serial.len() > 20 || serial == [0] || serial.first().is_none_or(|first| *first >= 0x80) {
            return Err(NotDer("serial number outside its range"));
        }
        if body.next(SEQUENCE)?.whole != signature_algorithm.whole {
            return Err(NotDer("two different signature algorithms"));
        }
        let issuer = body.next(SEQUENCE)?.whole;
        let (not_before, not_after) = validity(&mut body.next(SEQUENCE)?.inside())?;
        let subject = body.next(SEQUENCE)?.whole;
        let spki = body.next(SEQUENCE)?.whole;
        let extensions = match body.optional(context(3))? {
            Some(wrapped) => Extensions::read(wrapped.content)?,
            None => Extensions::default(),
        };
        body.end()?;
        crate::name::attributes(issuer)?;
        crate::name::attributes(subject)?;
        Ok(Self {
            der: der.to_vec(),
            signed: signed.whole.to_vec(),
            signature_algorithm: signature_algorithm.whole.to_vec(),
            signature: signature.to_vec(),
            serial: serial.to_vec(),
            issuer: issuer.to_vec(),
            subject: subject.to_vec(),
            not_before,
            not_after,
            spki: spki.to_vec(),
            extensions,
        })
    }

    /// SHA-256 of the certificate.
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(&self.der).into()
    }

    pub fn is_self_issued(&self) -> bool {
        self.issuer == self.subject
    }
}

fn validity(times: &mut Reader<'_>) -> Result<(i64, i64), NotDer> {
    let not_before = der_in::seconds(&times.any()?)?;
    let not_after = der_in::seconds(&times.any()?)?;
    times.end()?;
    Ok((not_before, not_after))
}

/// Content of a BIT STRING that holds whole octets.
pub fn whole_octets<'a>(bits: &Element<'a>) -> Result<&'a [u8], NotDer> {
    match bits.content.split_first() {
        Some((0, octets)) => Ok(octets),
        _ => Err(NotDer("a bit string that is not whole octets")),
    }
}

/// The SubjectPublicKeyInfo (DER) of a certificate, for the proof of possession in the handshake.
///
/// Judges nothing and walks only as far as the key, so that the holder of a certificate that will be refused still
/// gets through the handshake to the page that says so.
pub fn spki_der(certificate: &[u8]) -> Result<Vec<u8>, NotDer> {
    if certificate.len() > CERTIFICATE_MAX_BYTES {
        return Err(NotDer("larger than a certificate may be"));
    }
    let mut body = single(certificate, SEQUENCE)?.inside().next(SEQUENCE)?.inside();
    body.optional(context(0))?;
    body.next(INTEGER)?;
    // Signature algorithm, issuer, validity, subject.
    for _ in 0..4 {
        body.next(SEQUENCE)?;
    }
    Ok(body.next(SEQUENCE)?.whole.to_vec())
}
