//! PEM and PKCS#12: the forms in which browsers, OpenSSL and NSS take keys and certificates.

use crate::TestPkiError;
use crate::certificate::Issued;
use base64::Engine;
use p12_keystore::{Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKeyChain};

/// Rounds of the key derivation. Files of the test PKI protect nothing, so this stays low and quick.
const ROUNDS: u64 = 2_048;

/// One PEM block. `label`: `CERTIFICATE`, `PRIVATE KEY`, `X509 CRL`.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let mut out = format!("-----BEGIN {label}-----\n");
    for (at, character) in text.chars().enumerate() {
        if at > 0 && at % 64 == 0 {
            out.push('\n');
        }
        out.push(character);
    }
    out.push_str(&format!("\n-----END {label}-----\n"));
    out
}

/// Certificate and issuers below the root, PEM, as servers and clients present them.
pub fn chain_pem(issued: &Issued) -> String {
    issued.presented().iter().map(|der| pem("CERTIFICATE", der)).collect()
}

/// A PKCS#12 file (AES-256, HMAC-SHA-256) with key, certificate and issuers, for `alias`.
pub fn pkcs12(issued: &Issued, alias: &str, password: &str) -> Result<Vec<u8>, TestPkiError> {
    let problem = |error: p12_keystore::error::Error| TestPkiError::Pkcs12(error.to_string());
    let certificates = std::iter::once(&issued.cert_der)
        .chain(&issued.chain)
        .map(|der| Certificate::from_der(der).map_err(problem))
        .collect::<Result<Vec<_>, _>>()?;
    let local_key_id = issued.serial.as_slice();
    let mut store = KeyStore::new();
    let entry = PrivateKeyChain::new(issued.key_der.as_slice(), local_key_id, certificates);
    store.add_entry(alias, KeyStoreEntry::PrivateKeyChain(entry));
    store
        .writer(password)
        .encryption_algorithm(EncryptionAlgorithm::PbeWithHmacSha256AndAes256)
        .encryption_iterations(ROUNDS)
        .mac_algorithm(MacAlgorithm::HmacSha256)
        .mac_iterations(ROUNDS)
        .write()
        .map_err(problem)
}
