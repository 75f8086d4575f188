//! Who we are on an entrance: the certificate chain and key a listener or a client shows, and the names it hints at.
//!
//! Separate since the same files serve listeners, agents and the demonstration's proxy, and since the file of a
//! private key is checked here for who else may read it.

use crate::der;
use crate::error::NetError;
use renkei_kernel::Withheld;
use rustls::DistinguishedName;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;

/// A certificate chain (own certificate first) with its private key.
#[derive(Debug, Clone)]
pub struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: Withheld<Arc<PrivateKeyDer<'static>>>,
}

impl Identity {
    /// From PEM texts. `key_pem` may hold PKCS#8, PKCS#1 or SEC1; both texts may be the same one.
    pub fn from_pem(chain_pem: &[u8], key_pem: &[u8]) -> Result<Self, NetError> {
        let chain = certificates(chain_pem)?;
        let key = PrivateKeyDer::from_pem_slice(key_pem).map_err(|_| NetError::NoPrivateKey)?;
        Ok(Self { chain, key: Withheld::new(Arc::new(key)) })
    }

    /// From DER: the chain, own certificate first, and the key as PKCS#8, PKCS#1 or SEC1.
    pub fn from_der(chain: Vec<Vec<u8>>, key: Vec<u8>) -> Result<Self, NetError> {
        if chain.is_empty() {
            return Err(NetError::NoCertificate);
        }
        let key = PrivateKeyDer::try_from(key).map_err(|_| NetError::NoPrivateKey)?;
        Ok(Self { chain: chain.into_iter().map(CertificateDer::from).collect(), key: Withheld::new(Arc::new(key)) })
    }

    /// From PEM files. The key's file must not be readable by group or others.
    pub fn from_files(chain: &Path, key: &Path) -> Result<Self, NetError> {
        let read = |path: &Path| std::fs::read(path).map_err(|source| NetError::Read { path: path.to_owned(), source });
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let facts = std::fs::metadata(key).map_err(|source| NetError::Read { path: key.to_owned(), source })?;
            if facts.permissions().mode() & 0o077 != 0 {
                return Err(NetError::KeyReadableByOthers { path: key.to_owned() });
            }
        }
        Self::from_pem(&read(chain)?, &read(key)?)
    }

    pub(crate) fn chain(&self) -> Vec<CertificateDer<'static>> {
        self.chain.clone()
    }
    pub(crate) fn key(&self) -> PrivateKeyDer<'static> {
        self.key.reveal().clone_key()
    }
}

/// Every certificate of a PEM text; an empty text is an error, since it is always a mistake.
pub(crate) fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, NetError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    match found {
        Ok(list) if !list.is_empty() => Ok(list),
        Ok(_) => Err(NetError::NoCertificate),
        Err(_) => Err(NetError::BadCertificate),
    }
}

/// Names of authorities told to the caller's browser, so that it offers the card and not some other certificate.
/// Hints only: nothing is trusted because of them.
#[derive(Debug, Clone, Default)]
pub struct RootHints(Vec<DistinguishedName>);

impl RootHints {
    /// No hints: the browser offers whatever it holds.
    pub fn none() -> Self {
        Self::default()
    }

    /// These names (DER), as they stand.
    pub fn from_names(names: impl IntoIterator<Item = Vec<u8>>) -> Self {
        Self(names.into_iter().map(DistinguishedName::from).collect())
    }

    /// The subjects of these certificates (DER), once each.
    pub fn from_certificates<'a>(certificates: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, NetError> {
        let mut names: Vec<DistinguishedName> = Vec::new();
        for certificate in certificates {
            let outline = der::outline(certificate).ok_or(NetError::BadCertificate)?;
            if !names.iter().any(|name| name.as_ref() == outline.subject) {
                names.push(DistinguishedName::from(outline.subject.to_vec()));
            }
        }
        Ok(Self(names))
    }

    /// The subjects of all certificates of these PEM texts.
    pub fn from_pem<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Result<Self, NetError> {
        let mut all = Vec::new();
        for text in texts {
            all.extend(certificates(text)?);
        }
        Self::from_certificates(all.iter().map(AsRef::as_ref))
    }

    pub(crate) fn names(&self) -> &[DistinguishedName] {
        &self.0
    }
}
