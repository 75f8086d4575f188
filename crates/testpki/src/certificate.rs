//! One certificate: what goes into it, and its bytes.

use crate::TestPkiError;
use crate::authority::Authority;
use crate::der_out::{bits, explicit, integer, seq, time, unsigned};
use crate::extension::Extension;
use crate::keys::{SignatureKind, TestKey, signature_algorithm};
use crate::name::Name;
use renkei_kernel::Timestamp;
use std::sync::Arc;

/// The fields of a certificate before it is signed.
#[derive(Debug, Clone)]
pub struct Draft {
    pub serial: Vec<u8>,
    pub issuer: Name,
    pub subject: Name,
    pub not_before: Timestamp,
    pub not_after: Timestamp,
    pub spki: Vec<u8>,
    pub extensions: Vec<Extension>,
    pub signature: SignatureKind,
}

impl Draft {
    /// The finished certificate, DER.
    pub fn sign(&self, key: &TestKey) -> Result<Vec<u8>, TestPkiError> {
        let algorithm = signature_algorithm(self.signature);
        let extensions: Vec<_> = self.extensions.iter().map(Extension::der).collect();
        let body = seq(&[
            explicit(0, &integer(2)),
            unsigned(&self.serial),
            algorithm.clone(),
            self.issuer.der(),
            seq(&[time(self.not_before), time(self.not_after)]),
            self.subject.der(),
            self.spki.clone(),
            explicit(3, &seq(&extensions)),
        ]);
        let signature = key.sign(self.signature, &body)?;
        Ok(seq(&[body, algorithm, bits(&signature)]))
    }
}

/// A certificate with its key and the authorities above it.
#[derive(Debug, Clone)]
pub struct Issued {
    /// The certificate, DER.
    pub cert_der: Vec<u8>,
    /// Its private key, PKCS#8 DER.
    pub key_der: Vec<u8>,
    /// Certificates above it, DER, issuer first, the root last.
    pub chain: Vec<Vec<u8>>,
    /// Serial number of the certificate, big-endian.
    pub serial: Vec<u8>,
    pub subject: Name,
    /// Who signed it.
    pub issuer: Authority,
    pub key: Arc<TestKey>,
}

impl Issued {
    /// Certificate and then its issuers without the root: what a client sends in the handshake.
    pub fn presented(&self) -> Vec<Vec<u8>> {
        let above = self.chain.iter().take(self.chain.len().saturating_sub(1));
        std::iter::once(&self.cert_der).chain(above).cloned().collect()
    }
    /// SHA-256 of the certificate, lower-case hex.
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest, Sha256};
        hex::encode(Sha256::digest(&self.cert_der))
    }
}
