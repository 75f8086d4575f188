//! TLS settings of a listener: versions, suites, whether a certificate is asked for, resumption.
//!
//! Separate because these few lines are what R-6.5.2-イ is about: TLS 1.2 and 1.3 only, forward secrecy and
//! authenticated encryption only. Nothing older exists in the library that is linked.

use crate::entrance::Entrance;
use crate::error::NetError;
use crate::identity::{Identity, RootHints};
use crate::possession::PossessionOnly;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::NoServerSessionStorage;
use rustls::{CipherSuite, ServerConfig, SupportedProtocolVersion};
use std::sync::Arc;

/// Which protocol versions an entrance speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Versions {
    /// TLS 1.3 preferred, 1.2 for cards and readers that need it.
    #[default]
    Tls12And13,
    /// TLS 1.2 only: a card limited to RSA PKCS#1 v1.5 sends no certificate in 1.3 (hpki.md, section 1).
    Tls12Only,
}

static BOTH: [&SupportedProtocolVersion; 2] = [&rustls::version::TLS13, &rustls::version::TLS12];
static TLS12: [&SupportedProtocolVersion; 1] = [&rustls::version::TLS12];

impl Versions {
    pub(crate) fn list(self) -> &'static [&'static SupportedProtocolVersion] {
        match self {
            Self::Tls12And13 => &BOTH,
            Self::Tls12Only => &TLS12,
        }
    }
}

/// Whether callers are asked for a certificate in the handshake.
#[derive(Debug, Clone, Default)]
pub enum ClientCertificates {
    /// Never asked for: phones and home computers show no prompt.
    #[default]
    Never,
    /// Asked for, not required; possession of the key is proved when one is shown.
    Requested(RootHints),
}

/// ECDHE with AES-GCM or ChaCha20-Poly1305, by name, so that a changed default of the library changes nothing here.
const SUITES: [CipherSuite; 9] = [
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
];

/// The cryptography of every listener and client of the house.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    let mut provider = ring::default_provider();
    provider.cipher_suites.retain(|suite| SUITES.contains(&suite.suite()));
    Arc::new(provider)
}

pub(crate) fn server_config(
    entrance: Entrance,
    identity: &Identity,
    versions: Versions,
    certificates: &ClientCertificates,
) -> Result<Arc<ServerConfig>, NetError> {
    let provider = provider();
    let builder = ServerConfig::builder_with_provider(provider.clone()).with_protocol_versions(versions.list())?;
    let builder = match certificates {
        ClientCertificates::Never => builder.with_no_client_auth(),
        ClientCertificates::Requested(_) if entrance == Entrance::Patient => {
            return Err(NetError::NotOfThisEntrance("the patient entrance never asks for a certificate"));
        }
        ClientCertificates::Requested(hints) => {
            builder.with_client_cert_verifier(Arc::new(PossessionOnly::new(provider, hints.clone(), false)))
        }
    };
    let mut config = builder.with_single_cert(identity.chain(), identity.key())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    if entrance != Entrance::Patient {
        // A resumed session skips the certificate: each connection proves possession itself.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
    }
    config.max_early_data_size = 0;
    Ok(Arc::new(config))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-6.5.2-イ: only suites with forward secrecy and authenticated encryption are spoken.
    #[test]
    fn the_suites_are_the_nine_of_the_list() {
        let provider = provider();
        let offered: Vec<_> = provider.cipher_suites.iter().map(|suite| suite.suite()).collect();
        assert_eq!(offered.len(), SUITES.len());
        assert!(offered.iter().all(|suite| SUITES.contains(suite)));
    }

    #[test]
    fn one_two_only_means_one_two_only() {
        assert_eq!(Versions::Tls12Only.list().len(), 1);
        assert_eq!(Versions::Tls12Only.list()[0].version, rustls::ProtocolVersion::TLSv1_2);
    }
}
