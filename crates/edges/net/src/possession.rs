//! The client-certificate verifier that proves possession and nothing else.
//!
//! Separate from the verdict on a certificate: HPKI marks `certificatePolicies` critical, which the stock verifier
//! refuses, and a refusal inside the handshake is a browser error nobody understands. So the handshake only proves
//! that the caller holds the private key of the certificate it shows; who it is, and whether that is enough, is
//! judged afterwards and answered with a page in words.

use crate::der;
use crate::identity::RootHints;
use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, verify_tls13_signature_with_raw_key};
use rustls::pki_types::{CertificateDer, SubjectPublicKeyInfoDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, Error, SignatureScheme};
use std::sync::Arc;

/// Certificates of a caller that are looked at; further ones are left aside.
pub(crate) const CHAIN_MAX: usize = 4;
/// Largest certificate that is looked at.
pub(crate) const CERTIFICATE_MAX_BYTES: usize = 16 * 1024;

#[derive(Debug)]
pub(crate) struct PossessionOnly {
    provider: Arc<CryptoProvider>,
    hints: RootHints,
    mandatory: bool,
}

impl PossessionOnly {
    pub(crate) fn new(provider: Arc<CryptoProvider>, hints: RootHints, mandatory: bool) -> Self {
        Self { provider, hints, mandatory }
    }
}

fn public_key(certificate: &CertificateDer<'_>) -> Result<SubjectPublicKeyInfoDer<'static>, Error> {
    der::outline(certificate)
        .map(|outline| SubjectPublicKeyInfoDer::from(outline.public_key.to_vec()))
        .ok_or(Error::InvalidCertificate(CertificateError::BadEncoding))
}

impl ClientCertVerifier for PossessionOnly {
    fn offer_client_auth(&self) -> bool {
        true
    }
    /// Not mandatory at the professional entrance: who comes without a card reads what to do.
    fn client_auth_mandatory(&self) -> bool {
        self.mandatory
    }
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.hints.names()
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, Error> {
        if end_entity.len() > CERTIFICATE_MAX_BYTES {
            return Err(Error::InvalidCertificate(CertificateError::BadEncoding));
        }
        public_key(end_entity).map(|_| ClientCertVerified::assertion())
    }

    /// In TLS 1.2 a scheme does not name the curve, so each algorithm of the scheme is tried.
    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let bad_signature = || Error::InvalidCertificate(CertificateError::BadSignature);
        let spki = public_key(cert)?;
        let key = webpki::RawPublicKeyEntity::try_from(&spki)
            .map_err(|_| Error::InvalidCertificate(CertificateError::BadEncoding))?;
        let offered = self.provider.signature_verification_algorithms.mapping;
        let algorithms = offered.iter().find(|(scheme, _)| *scheme == dss.scheme).map(|(_, algorithms)| *algorithms);
        let holds = |algorithm: &&dyn rustls::pki_types::SignatureVerificationAlgorithm| {
            key.verify_signature(*algorithm, message, dss.signature()).is_ok()
        };
        match algorithms {
            Some(algorithms) if algorithms.iter().any(holds) => Ok(HandshakeSignatureValid::assertion()),
            _ => Err(bad_signature()),
        }
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature_with_raw_key(
            message,
            &public_key(cert)?,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// The chain as later judgement gets it: own certificate first, extra or oversized ones left aside.
pub(crate) fn kept_chain(sent: &[CertificateDer<'_>]) -> Option<Arc<Vec<Vec<u8>>>> {
    if sent.is_empty() {
        return None;
    }
    let kept = sent.iter().take(CHAIN_MAX).filter(|certificate| certificate.len() <= CERTIFICATE_MAX_BYTES);
    Some(Arc::new(kept.map(|certificate| certificate.to_vec()).collect()))
}
