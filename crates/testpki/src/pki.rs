//! The whole test PKI in one value: authorities on demand, certificates, what was revoked.

use crate::TestPkiError;
use crate::authority::Authority;
use crate::certificate::{Draft, Issued};
use crate::encode;
use crate::extension;
use crate::keys::{KeyPool, SignatureKind};
use crate::list::{RevocationReason, Revoked};
use crate::profile::{Level, Profile};
use renkei_kernel::{Entropy, SeededEntropy, Timestamp};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// A fictional PKI. Its certificates are trusted only where a folder written by it is configured.
pub struct TestPki {
    at: Timestamp,
    keys: KeyPool,
    authorities: Mutex<BTreeMap<Authority, Issued>>,
    revoked: Mutex<BTreeMap<Authority, Vec<Revoked>>>,
    next_serial: AtomicU64,
}

impl TestPki {
    /// A PKI whose day is `at`. Keys follow from `entropy`: give the system's for a demonstration.
    pub fn new(entropy: &dyn Entropy, at: Timestamp) -> Self {
        Self::with_keys(KeyPool::new(entropy, None), at)
    }

    /// The same PKI for the same seed, with its keys kept in the system's temporary folder so that each test
    /// process need not make them again. For tests only: the keys follow from the seed.
    pub fn seeded(seed: u64, at: Timestamp) -> Self {
        let folder = std::env::temp_dir().join("renkei-testpki-keys");
        Self::with_keys(KeyPool::new(&SeededEntropy::new(seed), Some(folder)), at)
    }

    /// A PKI over keys made elsewhere (see [`KeyPool::insert`]; authorities use their labels).
    pub fn with_keys(keys: KeyPool, at: Timestamp) -> Self {
        Self {
            at,
            keys,
            authorities: Mutex::new(BTreeMap::new()),
            revoked: Mutex::new(BTreeMap::new()),
            next_serial: AtomicU64::new(30_001),
        }
    }

    /// The day of the PKI.
    pub fn at(&self) -> Timestamp {
        self.at
    }
    pub fn keys(&self) -> &KeyPool {
        &self.keys
    }

    /// Makes the keys of all trusted authorities, people and servers at once, on all processors.
    pub fn prepare(&self) -> Result<(), TestPkiError> {
        let mut names: Vec<_> = Authority::TRUSTED.iter().map(|authority| authority.label()).collect();
        names.extend(["people", "servers", "machines"]);
        self.keys.prepare(&names)
    }

    /// An authority with its key, made when first asked for.
    pub fn authority(&self, authority: Authority) -> Result<Issued, TestPkiError> {
        if let Some(made) = self.authorities.lock().unwrap_or_else(PoisonError::into_inner).get(&authority) {
            return Ok(made.clone());
        }
        let made = self.make_authority(authority)?;
        let mut held = self.authorities.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(held.entry(authority).or_insert(made).clone())
    }

    fn make_authority(&self, authority: Authority) -> Result<Issued, TestPkiError> {
        let key = self.keys.get(authority.label())?;
        let above = authority.issuer();
        let (signer, chain, issuer_serial) = if above == authority {
            (key.clone(), Vec::new(), vec![authority.serial()])
        } else {
            let issuer = self.authority(above)?;
            let chain = std::iter::once(issuer.cert_der).chain(issuer.chain).collect();
            (issuer.key, chain, issuer.serial)
        };
        let mut extensions =
            vec![extension::authority_key(&signer.identifier(), &above.issuer().name(), &issuer_serial)];
        extensions.push(extension::subject_key(&key.identifier()));
        extensions.extend(authority.extensions());
        let draft = Draft {
            serial: vec![authority.serial()],
            issuer: above.name(),
            subject: authority.name(),
            not_before: self.at.plus_days(-5 * 365),
            not_after: self.at.plus_days(15 * 365),
            spki: key.spki.clone(),
            extensions,
            signature: SignatureKind::RsaSha256,
        };
        let cert_der = draft.sign(&signer)?;
        let (key_der, subject) = (key.pkcs8.clone(), draft.subject);
        Ok(Issued { cert_der, key_der, chain, serial: draft.serial, subject, issuer: above, key })
    }

    /// Issues what the profile says.
    pub fn issue(&self, profile: &Profile) -> Result<Issued, TestPkiError> {
        let issuer = self.authority(profile.issuer)?;
        let key = self.keys.get_kind(&profile.key, profile.key_kind)?;
        let serial = profile.serial.clone().unwrap_or_else(|| self.draw_serial());
        let mut extensions = Vec::new();
        if !profile.bare {
            let above = profile.issuer.issuer().name();
            extensions.push(extension::authority_key(&issuer.key.identifier(), &above, &issuer.serial));
            let address = format!("http://pki.example.jp/lists/{}.crl", profile.issuer.label());
            extensions.push(extension::distribution_points(None, &address));
        }
        extensions.extend(profile.extensions.iter().cloned());
        let draft = Draft {
            serial,
            issuer: issuer.subject.clone(),
            subject: profile.subject.clone(),
            not_before: profile.not_before.unwrap_or_else(|| self.at.plus_days(-30)),
            not_after: profile.not_after.unwrap_or_else(|| self.at.plus_days(4 * 365)),
            spki: key.spki.clone(),
            extensions,
            signature: profile.signature,
        };
        Ok(Issued {
            cert_der: draft.sign(&issuer.key)?,
            key_der: key.pkcs8.clone(),
            chain: std::iter::once(issuer.cert_der).chain(issuer.chain).collect(),
            serial: draft.serial,
            subject: draft.subject,
            issuer: profile.issuer,
            key,
        })
    }

    /// A certificate that signs for itself.
    pub fn self_signed(&self, profile: &Profile) -> Result<Issued, TestPkiError> {
        let key = self.keys.get_kind(&profile.key, profile.key_kind)?;
        let draft = Draft {
            serial: profile.serial.clone().unwrap_or_else(|| self.draw_serial()),
            issuer: profile.subject.clone(),
            subject: profile.subject.clone(),
            not_before: profile.not_before.unwrap_or_else(|| self.at.plus_days(-30)),
            not_after: profile.not_after.unwrap_or_else(|| self.at.plus_days(4 * 365)),
            spki: key.spki.clone(),
            extensions: profile.extensions.clone(),
            signature: profile.signature,
        };
        Ok(Issued {
            cert_der: draft.sign(&key)?,
            key_der: key.pkcs8.clone(),
            chain: Vec::new(),
            serial: draft.serial,
            subject: draft.subject,
            issuer: profile.issuer,
            key,
        })
    }

    fn draw_serial(&self) -> Vec<u8> {
        let number = self.next_serial.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        number.into_iter().skip_while(|byte| *byte == 0).collect()
    }

    /// A doctor with a production card. `name` in romaji; `serial_number` of the subject, e.g. `D10001`.
    pub fn doctor(&self, name: &str, serial_number: &str) -> Result<Issued, TestPkiError> {
        self.issue(&Profile::person(name, serial_number, &["Medical Doctor"], Level::Production))
    }

    /// A TLS server certificate of the machine authority, valid for these names and addresses.
    pub fn server_certificate(&self, dns: &[&str], addresses: &[IpAddr]) -> Result<Issued, TestPkiError> {
        self.issue(&Profile::server(dns, addresses))
    }

    /// Marks a certificate as revoked; lists made afterwards name it.
    pub fn revoke(&self, issued: &Issued, reason: RevocationReason) {
        let entry = Revoked { serial: issued.serial.clone(), at: self.at.plus_seconds(-7_200), reason };
        let mut revoked = self.revoked.lock().unwrap_or_else(PoisonError::into_inner);
        revoked.entry(issued.issuer).or_default().push(entry);
    }

    pub(crate) fn revoked(&self, authority: Authority) -> Vec<Revoked> {
        self.revoked.lock().unwrap_or_else(PoisonError::into_inner).get(&authority).cloned().unwrap_or_default()
    }

    /// PKCS#12 for a browser's own store; see [`encode::pkcs12`].
    pub fn p12(&self, issued: &Issued, password: &str) -> Result<Vec<u8>, TestPkiError> {
        encode::pkcs12(issued, "renkei", password)
    }
}

impl std::fmt::Debug for TestPki {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TestPki")
    }
}
