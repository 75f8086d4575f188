//! The installation's key: thirty-two bytes in a file, from which the key that wraps all others is derived.

use crate::secret_file::{create_secret_file, read_secret_file};
use crate::{Error, Secret};
use renkei_kernel::Entropy;
use std::path::{Path, PathBuf};

const FILE: &str = "installation.key";
const FILE_NEXT: &str = "installation.key.next";

/// The loaded key. Its fingerprint names it in the key store and tells nothing of it.
#[derive(Debug, Clone)]
pub struct InstallationKey {
    wrapping: Secret,
    fingerprint: [u8; 8],
}

impl InstallationKey {
    pub(crate) fn file(folder: &Path) -> PathBuf {
        folder.join(FILE)
    }
    pub(crate) fn file_next(folder: &Path) -> PathBuf {
        folder.join(FILE_NEXT)
    }

    /// Makes a new key file below `folder` (made with mode 0700 when absent). Never overwrites one.
    pub fn create(folder: &Path, entropy: &dyn Entropy) -> Result<Self, Error> {
        Self::create_file(&Self::file(folder), entropy)
    }

    pub(crate) fn create_file(path: &Path, entropy: &dyn Entropy) -> Result<Self, Error> {
        let secret = Secret::random(entropy);
        create_secret_file(path, secret.reveal())?;
        Ok(Self::from_secret(&secret))
    }

    /// Loads `installation.key`; refuses one that others may read.
    pub fn load(folder: &Path) -> Result<Self, Error> {
        Self::load_file(&Self::file(folder))
    }

    pub(crate) fn load_file(path: &Path) -> Result<Self, Error> {
        let content = read_secret_file(path)?;
        let secret = Secret::from_slice(&content).ok_or_else(|| Error::KeyFileDamaged { path: path.to_owned() })?;
        Ok(Self::from_secret(&secret))
    }

    fn from_secret(secret: &Secret) -> Self {
        let mut fingerprint = [0; 8];
        let digest = secret.mac(&[b"renkei.installation.fingerprint"]);
        fingerprint.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        Self { wrapping: secret.derive("wrap"), fingerprint }
    }

    pub(crate) fn wrapping(&self) -> &Secret {
        &self.wrapping
    }

    /// Eight bytes that name this key.
    pub fn fingerprint(&self) -> [u8; 8] {
        self.fingerprint
    }
}
