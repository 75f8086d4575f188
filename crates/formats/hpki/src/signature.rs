//! Public keys and signatures: which are strong enough, and whether one is true (hpki.md section 4).

use crate::certificate::whole_octets;
use crate::der_in::{BIT_STRING, INTEGER, NotDer, OID, Reader, SEQUENCE, context, single};
use crate::extensions::small_unsigned;
use crate::reason::{Reason, Reject};
use ring::signature as ring_signature;
use ring::signature::{UnparsedPublicKey, VerificationAlgorithm};

/// Smallest and largest RSA modulus, bits.
pub const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// Smallest RSA exponent.
pub const RSA_EXPONENT_MIN: u64 = 65_537;

const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
const EC_PUBLIC_KEY: &str = "1.2.840.10045.2.1";
const P256: &str = "1.2.840.10045.3.1.7";
const P384: &str = "1.3.132.0.34";
const RSA_PSS: &str = "1.2.840.113549.1.1.10";
const MGF1: &str = "1.2.840.113549.1.1.8";
const NULL: &[u8] = &[0x05, 0x00];

/// A key that is strong enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublicKey<'a> {
    /// RSAPublicKey, DER.
    Rsa(&'a [u8]),
    /// Uncompressed points.
    P256(&'a [u8]),
    P384(&'a [u8]),
}

const WEAK: Reject = Reject::new(Reason::Algorithm, "the public key is too weak or of a kind not taken");
const UNKNOWN: Reject = Reject::new(Reason::Algorithm, "the signature algorithm is not taken");
const FALSE: Reject = Reject::new(Reason::Chain, "the issuer's signature is not true");

impl<'a> PublicKey<'a> {
    /// Reads a SubjectPublicKeyInfo and refuses weak keys.
    pub fn read(spki: &'a [u8]) -> Result<Self, Reject> {
        let mut parts = single(spki, SEQUENCE)?.inside();
        let algorithm = parts.next(SEQUENCE)?.content;
        let bits = parts.next(BIT_STRING)?;
        parts.end()?;
        let key = whole_octets(&bits)?;
        let (kind, parameters) = algorithm_parts(algorithm)?;
        match kind.as_str() {
            RSA_ENCRYPTION if parameters == NULL => rsa(key),
            EC_PUBLIC_KEY => match curve(parameters)?.as_str() {
                P256 if key.len() == 65 => Ok(Self::P256(key)),
                P384 if key.len() == 97 => Ok(Self::P384(key)),
                _ => Err(WEAK),
            },
            _ => Err(WEAK),
        }
    }
}

fn rsa(key: &[u8]) -> Result<PublicKey<'_>, Reject> {
    crate::der_in::check(key)?;
    let mut parts = single(key, SEQUENCE)?.inside();
    let modulus = parts.next(INTEGER)?.content;
    let exponent = parts.next(INTEGER)?.content;
    parts.end()?;
    let magnitude = match modulus {
        [0, rest @ ..] => rest,
        [first, ..] if *first < 0x80 => modulus,
        _ => return Err(WEAK),
    };
    let unused = magnitude.first().map_or(0, |first| first.leading_zeros() as usize);
    let exponent = small_unsigned(exponent).map_err(|_| WEAK)?;
    let strong =
        RSA_BITS.contains(&(magnitude.len() * 8 - unused)) && exponent >= RSA_EXPONENT_MIN && exponent % 2 == 1;
    if strong { Ok(PublicKey::Rsa(key)) } else { Err(WEAK) }
}

fn curve(parameters: &[u8]) -> Result<String, Reject> {
    crate::name::dotted(single(parameters, OID)?.content).ok_or(WEAK)
}

/// OID and whatever stands behind it in the content of an AlgorithmIdentifier.
fn algorithm_parts(content: &[u8]) -> Result<(String, &[u8]), NotDer> {
    let mut parts = Reader::new(content);
    let oid = parts.next(OID)?;
    let parameters = content.get(oid.whole.len()..).unwrap_or_default();
    let kind = crate::name::dotted(oid.content).ok_or(NotDer("an object identifier out of range"))?;
    Ok((kind, parameters))
}

/// Whether `signature` over `message` was made with the key of `spki`. `algorithm`: whole AlgorithmIdentifier.
pub fn verify(algorithm: &[u8], spki: &[u8], message: &[u8], signature: &[u8]) -> Result<(), Reject> {
    let (kind, parameters) = algorithm_parts(single(algorithm, SEQUENCE)?.content)?;
    let key = PublicKey::read(spki).map_err(|_| Reject::new(Reason::Chain, "the issuer's key is not taken"))?;
    let (verification, key): (&'static dyn VerificationAlgorithm, &[u8]) = match (kind.as_str(), key) {
        ("1.2.840.113549.1.1.11", PublicKey::Rsa(key)) if parameters == NULL => {
            (&ring_signature::RSA_PKCS1_2048_8192_SHA256, key)
        }
        ("1.2.840.113549.1.1.12", PublicKey::Rsa(key)) if parameters == NULL => {
            (&ring_signature::RSA_PKCS1_2048_8192_SHA384, key)
        }
        ("1.2.840.113549.1.1.13", PublicKey::Rsa(key)) if parameters == NULL => {
            (&ring_signature::RSA_PKCS1_2048_8192_SHA512, key)
        }
        (RSA_PSS, PublicKey::Rsa(key)) => (pss(parameters)?, key),
        ("1.2.840.10045.4.3.2", PublicKey::P256(key)) if parameters.is_empty() => {
            (&ring_signature::ECDSA_P256_SHA256_ASN1, key)
        }
        ("1.2.840.10045.4.3.3", PublicKey::P256(key)) if parameters.is_empty() => {
            (&ring_signature::ECDSA_P256_SHA384_ASN1, key)
        }
        ("1.2.840.10045.4.3.2", PublicKey::P384(key)) if parameters.is_empty() => {
            (&ring_signature::ECDSA_P384_SHA256_ASN1, key)
        }
        ("1.2.840.10045.4.3.3", PublicKey::P384(key)) if parameters.is_empty() => {
            (&ring_signature::ECDSA_P384_SHA384_ASN1, key)
        }
        _ => return Err(UNKNOWN),
    };
    UnparsedPublicKey::new(verification, key).verify(message, signature).map_err(|_| FALSE)
}

/// PSS with one hash for message and mask, a salt as long as the hash, and the default trailer (RFC 4055, 3.1).
fn pss(parameters: &[u8]) -> Result<&'static dyn VerificationAlgorithm, Reject> {
    let mut parts = single(parameters, SEQUENCE)?.inside();
    let hash = single(parts.next(context(0)).map_err(|_| UNKNOWN)?.content, SEQUENCE)?;
    let mask = single(parts.next(context(1)).map_err(|_| UNKNOWN)?.content, SEQUENCE)?;
    let salt = single(parts.next(context(2)).map_err(|_| UNKNOWN)?.content, INTEGER)?.content;
    parts.end().map_err(|_| UNKNOWN)?;
    let (mask_kind, mask_hash) = algorithm_parts(mask.content)?;
    let (hash_kind, hash_parameters) = algorithm_parts(hash.content)?;
    if mask_kind != MGF1 || mask_hash != hash.whole || !(hash_parameters == NULL || hash_parameters.is_empty()) {
        return Err(UNKNOWN);
    }
    match (hash_kind.as_str(), salt) {
        ("2.16.840.1.101.3.4.2.1", [32]) => Ok(&ring_signature::RSA_PSS_2048_8192_SHA256),
        ("2.16.840.1.101.3.4.2.2", [48]) => Ok(&ring_signature::RSA_PSS_2048_8192_SHA384),
        ("2.16.840.1.101.3.4.2.3", [64]) => Ok(&ring_signature::RSA_PSS_2048_8192_SHA512),
        _ => Err(UNKNOWN),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_testpki::der_out::{bits, null, oid, seq, unsigned};
    use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, ECDSA_P384_SHA384_ASN1_SIGNING, EcdsaKeyPair, KeyPair};

    fn rsa_key(modulus_bits: usize, exponent: &[u8]) -> Vec<u8> {
        let mut modulus = vec![0x55; modulus_bits / 8];
        if let Some(first) = modulus.first_mut() {
            *first = 0xc5;
        }
        let key = seq(&[unsigned(&modulus), unsigned(exponent)]);
        seq(&[seq(&[oid(RSA_ENCRYPTION), null()]), bits(&key)])
    }

    #[test]
    fn rsa_keys_have_two_to_four_thousand_bits_and_a_large_odd_exponent() {
        let usual: &[u8] = &[1, 0, 1];
        for (size, exponent, good) in [
            (2048, usual, true),
            (3072, usual, true),
            (4096, usual, true),
            (1024, usual, false),
            (2040, usual, false),
            (4104, usual, false),
            (2048, &[3], false),
            (2048, &[1, 0, 0], false),
            (2048, &[1, 0, 3], true),
            (2048, &[0xff; 9], false),
        ] {
            assert_eq!(PublicKey::read(&rsa_key(size, exponent)).is_ok(), good, "{size} {exponent:?}");
        }
    }

    #[test]
    fn elliptic_curve_authorities_are_verified() {
        let random = ring::rand::SystemRandom::new();
        for (signing, curve, algorithm) in [
            (&ECDSA_P256_SHA256_ASN1_SIGNING, P256, "1.2.840.10045.4.3.2"),
            (&ECDSA_P384_SHA384_ASN1_SIGNING, P384, "1.2.840.10045.4.3.3"),
        ] {
            let pkcs8 = EcdsaKeyPair::generate_pkcs8(signing, &random).unwrap();
            let pair = EcdsaKeyPair::from_pkcs8(signing, pkcs8.as_ref(), &random).unwrap();
            let spki = seq(&[seq(&[oid(EC_PUBLIC_KEY), oid(curve)]), bits(pair.public_key().as_ref())]);
            let signature = pair.sign(&random, b"message").unwrap();
            let algorithm = seq(&[oid(algorithm)]);
            assert_eq!(verify(&algorithm, &spki, b"message", signature.as_ref()), Ok(()));
            assert_eq!(verify(&algorithm, &spki, b"another", signature.as_ref()), Err(FALSE));
            let sha1 = seq(&[oid("1.2.840.10045.4.1")]);
            assert_eq!(verify(&sha1, &spki, b"message", signature.as_ref()), Err(UNKNOWN));
        }
    }
}
