//! Keys of the test PKI: few, named, made when first asked for.
//!
//! Making a 2,048-bit RSA key is the slow part of every test PKI, so keys have names and are shared: all people use
//! `people` unless a profile names another. One master seed drawn from the injected [`Entropy`] gives every key,
//! whatever the order or the number of threads; a seeded PKI may keep its keys in a folder between runs.
//!
//! The primes are searched by `crypto-primes` and the everyday signatures made by `ring`: each several times quicker
//! than `rsa` alone, which keeps the rest (odd keys, odd signatures, the encodings).

use crate::TestPkiError;
use crate::der_out::{bits, null, oid, seq};
use crypto_bigint::{Integer, RandomBits, RandomMod, U512, U1024};
use crypto_primes::hazmat::{SetBits, SmallPrimesSieveFactory};
use crypto_primes::{is_prime_with_rng, sieve_and_find};
use renkei_kernel::Entropy;
use ring::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use rsa::rand_core::{CryptoRng, RngCore};
use rsa::{BigUint, Pkcs1v15Sign, Pss, RsaPrivateKey};
use sha2::{Digest, Sha256, Sha384, Sha512};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

/// What sort of key. Everything but [`KeyKind::Rsa2048`] exists to be refused or to be a matter of policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeyKind {
    Rsa2048,
    Rsa1024,
    RsaExponent3,
    EcP256,
}

/// How a certificate or a list is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SignatureKind {
    RsaSha256,
    RsaSha384,
    RsaSha512,
    PssSha256,
    RsaSha1,
}

/// One key pair.
pub struct TestKey {
    /// PKCS#8, DER.
    pub pkcs8: Vec<u8>,
    /// SubjectPublicKeyInfo, DER.
    pub spki: Vec<u8>,
    rsa: Option<RsaPrivateKey>,
    /// The same key where it is of a kind that ring signs with.
    quick: Option<RsaKeyPair>,
}

impl TestKey {
    /// A key made elsewhere. `pkcs8`: RSA, DER.
    pub fn from_pkcs8_rsa(pkcs8: &[u8]) -> Result<Self, TestPkiError> {
        Self::rsa(RsaPrivateKey::from_pkcs8_der(pkcs8).map_err(|_| TestPkiError::Encoding)?)
    }

    fn rsa(key: RsaPrivateKey) -> Result<Self, TestPkiError> {
        let public = key.to_public_key().to_pkcs1_der().map_err(|_| TestPkiError::Encoding)?;
        let pkcs8 = key.to_pkcs8_der().map_err(|_| TestPkiError::Encoding)?.as_bytes().to_vec();
        let spki = seq(&[seq(&[oid("1.2.840.113549.1.1.1"), null()]), bits(public.as_bytes())]);
        let quick = RsaKeyPair::from_pkcs8(&pkcs8).ok();
        Ok(Self { pkcs8, spki, rsa: Some(key), quick })
    }

    fn curve() -> Result<Self, TestPkiError> {
        let random = ring::rand::SystemRandom::new();
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(algorithm, &random).map_err(|_| TestPkiError::Curve)?;
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, pkcs8.as_ref(), &random).map_err(|_| TestPkiError::Curve)?;
        let algorithm = seq(&[oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7")]);
        let spki = seq(&[algorithm, bits(pair.public_key().as_ref())]);
        Ok(Self { pkcs8: pkcs8.as_ref().to_vec(), spki, rsa: None, quick: None })
    }

    /// SHA-1 of the SubjectPublicKeyInfo: any stable octets serve as a key identifier (RFC 5280, 4.2.1.2).
    pub fn identifier(&self) -> Vec<u8> {
        ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, &self.spki).as_ref().to_vec()
    }

    /// Signs `message`; only RSA keys sign here.
    pub fn sign(&self, kind: SignatureKind, message: &[u8]) -> Result<Vec<u8>, TestPkiError> {
        if let (Some(key), SignatureKind::RsaSha256) = (&self.quick, kind) {
            let mut signed = vec![0; key.public().modulus_len()];
            let random = ring::rand::SystemRandom::new();
            key.sign(&RSA_PKCS1_SHA256, &random, message, &mut signed).map_err(|_| TestPkiError::Encoding)?;
            return Ok(signed);
        }
        let key = self.rsa.as_ref().ok_or(TestPkiError::Curve)?;
        let signed = match kind {
            SignatureKind::RsaSha256 => key.sign(Pkcs1v15Sign::new::<Sha256>(), &Sha256::digest(message)),
            SignatureKind::RsaSha384 => key.sign(Pkcs1v15Sign::new::<Sha384>(), &Sha384::digest(message)),
            SignatureKind::RsaSha512 => key.sign(Pkcs1v15Sign::new::<Sha512>(), &Sha512::digest(message)),
            SignatureKind::PssSha256 => {
                let mut salt = Stream::new(&self.spki, "salt");
                key.sign_with_rng(&mut salt, Pss::new::<Sha256>(), &Sha256::digest(message))
            }
            SignatureKind::RsaSha1 => {
                let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, message);
                let prefix = seq(&[seq(&[oid("1.3.14.3.2.26"), null()]), crate::der_out::octets(digest.as_ref())]);
                key.sign(Pkcs1v15Sign::new_unprefixed(), &prefix)
            }
        };
        Ok(signed?)
    }
}

impl std::fmt::Debug for TestKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestKey")
    }
}

/// AlgorithmIdentifier of a signature, DER.
pub fn signature_algorithm(kind: SignatureKind) -> Vec<u8> {
    let with_null = |dotted: &str| seq(&[oid(dotted), null()]);
    match kind {
        SignatureKind::RsaSha256 => with_null("1.2.840.113549.1.1.11"),
        SignatureKind::RsaSha384 => with_null("1.2.840.113549.1.1.12"),
        SignatureKind::RsaSha512 => with_null("1.2.840.113549.1.1.13"),
        SignatureKind::RsaSha1 => with_null("1.2.840.113549.1.1.5"),
        SignatureKind::PssSha256 => {
            let hash = with_null("2.16.840.1.101.3.4.2.1");
            let mask = seq(&[oid("1.2.840.113549.1.1.8"), hash.clone()]);
            let salt = crate::der_out::integer(32);
            let parameters = seq(&[
                crate::der_out::explicit(0, &hash),
                crate::der_out::explicit(1, &mask),
                crate::der_out::explicit(2, &salt),
            ]);
            seq(&[oid("1.2.840.113549.1.1.10"), parameters])
        }
    }
}

/// A repeatable stream from a seed and a name (SHA-256 in counter mode).
struct Stream {
    seed: Vec<u8>,
    counter: u64,
    rest: Vec<u8>,
}

impl Stream {
    fn new(seed: &[u8], name: &str) -> Self {
        let seed = Sha256::new().chain_update(seed).chain_update(name.as_bytes()).finalize().to_vec();
        Self { seed, counter: 0, rest: Vec::new() }
    }
}

impl RngCore for Stream {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.fill_bytes(&mut bytes);
        u32::from_be_bytes(bytes)
    }
    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.fill_bytes(&mut bytes);
        u64::from_be_bytes(bytes)
    }
    fn fill_bytes(&mut self, dest: &mut [u8]) {
        for byte in dest {
            if self.rest.is_empty() {
                let block = Sha256::new().chain_update(&self.seed).chain_update(self.counter.to_be_bytes()).finalize();
                self.rest = block.to_vec();
                self.counter += 1;
            }
            *byte = self.rest.pop().unwrap_or_default();
        }
    }
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), rsa::rand_core::Error> {
        self.fill_bytes(dest);
        Ok(())
    }
}
impl CryptoRng for Stream {}

/// The named keys of one test PKI.
pub struct KeyPool {
    master: [u8; 32],
    kept_in: Option<PathBuf>,
    keys: Mutex<HashMap<String, Arc<TestKey>>>,
}

impl KeyPool {
    /// Keys that follow from `entropy`. `kept_in`: a folder where keys are kept between runs; give it for seeded
    /// entropy only, since whoever reads the folder has the keys.
    pub fn new(entropy: &dyn Entropy, kept_in: Option<PathBuf>) -> Self {
        let mut master = [0; 32];
        entropy.fill(&mut master);
        Self { master, kept_in, keys: Mutex::new(HashMap::new()) }
    }

    /// Puts a key made elsewhere under `name`.
    pub fn insert(&self, name: &str, key: TestKey) {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), Arc::new(key));
    }

    /// The RSA key called `name`, made now if it is not there yet.
    pub fn get(&self, name: &str) -> Result<Arc<TestKey>, TestPkiError> {
        self.get_kind(name, KeyKind::Rsa2048)
    }

    /// As [`KeyPool::get`] for a kind; name and kind together identify the key.
    pub fn get_kind(&self, name: &str, kind: KeyKind) -> Result<Arc<TestKey>, TestPkiError> {
        let name = if kind == KeyKind::Rsa2048 { name.to_owned() } else { format!("{name}/{kind:?}") };
        if let Some(key) = self.keys.lock().unwrap_or_else(PoisonError::into_inner).get(&name) {
            return Ok(key.clone());
        }
        let key = Arc::new(self.make(&name, kind)?);
        let mut keys = self.keys.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(keys.entry(name).or_insert(key).clone())
    }

    /// Makes several keys at once, on as many threads as names.
    pub fn prepare(&self, names: &[&str]) -> Result<(), TestPkiError> {
        std::thread::scope(|scope| {
            let threads: Vec<_> = names.iter().map(|name| scope.spawn(|| self.get(name).map(drop))).collect();
            threads.into_iter().try_for_each(|thread| thread.join().unwrap_or(Err(TestPkiError::Encoding)))
        })
    }

    fn make(&self, name: &str, kind: KeyKind) -> Result<TestKey, TestPkiError> {
        if kind == KeyKind::EcP256 {
            return TestKey::curve();
        }
        let path = self.kept_in.as_ref().map(|folder| {
            let digest = Sha256::new().chain_update(self.master).chain_update(name.as_bytes()).finalize();
            folder.join(format!("{}.der", hex::encode(digest)))
        });
        if let Some(kept) = path.as_ref().and_then(|path| std::fs::read(path).ok())
            && let Ok(key) = TestKey::from_pkcs8_rsa(&kept)
        {
            return Ok(key);
        }
        let mut stream = Stream::new(&self.master, name);
        let key = TestKey::rsa(match kind {
            KeyKind::Rsa1024 => rsa_key::<U512>(&mut stream, 65_537),
            KeyKind::RsaExponent3 => rsa_key::<U1024>(&mut stream, 3),
            KeyKind::Rsa2048 | KeyKind::EcP256 => rsa_key::<U1024>(&mut stream, 65_537),
        }?)?;
        if let Some(path) = path {
            keep(&path, &key.pkcs8);
        }
        Ok(key)
    }
}

/// A key of two primes as wide as `P`, so that its modulus is exactly twice as wide.
fn rsa_key<P: Integer + RandomBits + RandomMod + crypto_bigint::Encoding>(
    stream: &mut Stream,
    exponent: u32,
) -> Result<RsaPrivateKey, TestPkiError> {
    let exponent = BigUint::from(exponent);
    loop {
        let (p, q) = (prime::<P>(stream)?, prime::<P>(stream)?);
        // Now and then the exponent divides one less than a prime: such a pair makes no key.
        if let Ok(key) = RsaPrivateKey::from_p_q(p, q, exponent.clone()) {
            return Ok(key);
        }
    }
}

/// A prime with its two highest bits set.
fn prime<P: Integer + RandomBits + RandomMod + crypto_bigint::Encoding>(
    stream: &mut Stream,
) -> Result<BigUint, TestPkiError> {
    let bits = u32::try_from(8 * std::mem::size_of::<P>()).map_err(|_| TestPkiError::Encoding)?;
    let candidates = SmallPrimesSieveFactory::<P>::new(bits, SetBits::TwoMsb);
    let prime = sieve_and_find(stream, candidates, |stream, number| is_prime_with_rng(stream, number));
    Ok(BigUint::from_bytes_be(prime.ok_or(TestPkiError::Encoding)?.to_be_bytes().as_ref()))
}

/// Keeping a key is a convenience; when it fails the key is simply made again next time.
fn keep(path: &std::path::Path, pkcs8: &[u8]) {
    let folder_exists = path.parent().is_some_and(|folder| std::fs::create_dir_all(folder).is_ok());
    let partial = path.with_extension(format!("{}.part", std::process::id()));
    if folder_exists && std::fs::write(&partial, pkcs8).is_ok() && std::fs::rename(&partial, path).is_err() {
        std::fs::remove_file(&partial).unwrap_or_default();
    }
}
