//! The device key of an agent: made once, kept in a file of its owner, shown to the operator for enrolment.
//!
//! Separate because this is the only secret at a desk. It says which reader speaks, nothing about people; losing it
//! means enrolling the reader again. On Windows the folder's own permissions keep others out; the installation sets
//! them (packaging/windows), for a file there has no mode.

use crate::reader::wire::Signature;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use renkei_kernel::{Category, Entropy, Problem};
use ring::signature::{Ed25519KeyPair, KeyPair};
use std::io::{Read, Write};
#[cfg(unix)]
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

const FIRST_LINE: &str = "renkei-device-key-1";

/// Why there is no device key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    #[error("端末の鍵ファイル {path} を読み書きできません: {source} / the device key file cannot be used")]
    File { path: PathBuf, source: std::io::Error },
    #[error(
        "端末の鍵ファイル {path} を他の利用者が読めます。chmod 600 を行ってください。/ the device key is readable by others"
    )]
    ReadableByOthers { path: PathBuf },
    #[error("{path} は端末の鍵ファイルではありません。/ not a device key file")]
    Form { path: PathBuf },
}

impl Problem for KeyError {
    fn category(&self) -> Category {
        Category::Malformed
    }
    fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "device_key_file",
            Self::ReadableByOthers { .. } => "device_key_readable_by_others",
            Self::Form { .. } => "device_key_form",
        }
    }
}

/// An Ed25519 key of one device.
pub struct DeviceKey {
    pair: Ed25519KeyPair,
    public: [u8; 32],
}

impl DeviceKey {
    /// The key of a seed; `None` only if the library refuses the seed's length, which thirty-two bytes never have.
    pub fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).ok()?;
        let public = <[u8; 32]>::try_from(pair.public_key().as_ref()).ok()?;
        Some(Self { pair, public })
    }

    /// Reads the key file, or makes one (mode 0600) when there is none. `true` when it was made now.
    pub fn load_or_create(path: &Path, entropy: &dyn Entropy) -> Result<(Self, bool), KeyError> {
        match Self::load(path) {
            Err(KeyError::File { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
                Self::create(path, entropy).map(|key| (key, true))
            }
            loaded => loaded.map(|key| (key, false)),
        }
    }

    fn load(path: &Path) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let form = || KeyError::Form { path: path.to_owned() };
        let mut file = std::fs::File::open(path).map_err(failed)?;
        #[cfg(unix)]
        if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::ReadableByOthers { path: path.to_owned() });
        }
        let mut text = Zeroizing::new(String::new());
        Read::by_ref(&mut file).take(1_024).read_to_string(&mut text).map_err(failed)?;
        let seed = text.strip_prefix(FIRST_LINE).and_then(|rest| rest.strip_prefix('\n')).ok_or_else(form)?;
        let seed = Zeroizing::new(STANDARD.decode(seed.trim_end()).map_err(|_| form())?);
        let seed = Zeroizing::new(<[u8; 32]>::try_from(seed.as_slice()).map_err(|_| form())?);
        Self::from_seed(&seed).ok_or_else(form)
    }

    fn create(path: &Path, entropy: &dyn Entropy) -> Result<Self, KeyError> {
        let failed = |source| KeyError::File { path: path.to_owned(), source };
        let mut seed = Zeroizing::new([0u8; 32]);
        entropy.fill(seed.as_mut());
        let text = Zeroizing::new(format!("{FIRST_LINE}\n{}\n", STANDARD.encode(seed.as_ref())));
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(path).map_err(failed)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
        Self::from_seed(&seed).ok_or_else(|| KeyError::Form { path: path.to_owned() })
    }

    pub fn public(&self) -> [u8; 32] {
        self.public
    }

    /// What the operator puts into the register: the line `device_key = "…"` of a `[[reader]]`.
    pub fn enrolment(&self) -> String {
        format!("device_key = \"{}\"", hex::encode(self.public))
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Signature {
        let mut signature = [0u8; 64];
        signature.copy_from_slice(self.pair.sign(message).as_ref());
        Signature(signature)
    }
}

impl std::fmt::Debug for DeviceKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DeviceKey({})", hex::encode(self.public))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_kernel::SeededEntropy;

    #[test]
    fn the_key_is_made_once_and_kept_for_its_owner() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("device.key");
        let (made, is_new) = DeviceKey::load_or_create(&path, &SeededEntropy::new(1)).unwrap();
        assert!(is_new);
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let (kept, is_new) = DeviceKey::load_or_create(&path, &SeededEntropy::new(2)).unwrap();
        assert!(!is_new);
        assert_eq!(made.public(), kept.public());
        assert_eq!(made.enrolment().len(), "device_key = \"\"".len() + 64);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(
            DeviceKey::load_or_create(&path, &SeededEntropy::new(2)),
            Err(KeyError::ReadableByOthers { .. })
        ));
    }

    #[test]
    fn another_file_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("letter.txt");
        std::fs::write(&path, "拝啓").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert!(matches!(DeviceKey::load_or_create(&path, &SeededEntropy::new(2)), Err(KeyError::Form { .. })));
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "拝啓");
    }
}
