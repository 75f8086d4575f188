//! Setting the stage: everything of the demonstration that lies in files, made in one go or found again.
//!
//! One folder holds it: `storages/`, `register.toml`, `trust/`, `p12/`, and a small `demonstration` file with the seed
//! and the instant from which all of it follows. A second start with the same folder finds the same people with the
//! same certificates. The folder is private to its owner, since whoever reads it has the fictional keys.

use crate::courses::Scale;
use crate::credentials::{CredentialError, Credentials};
use crate::places::P12_FOLDER;
use crate::region::register::register_toml;
use crate::region::{DEMO_SEED, Region};
use crate::storage::{Summary, WriteError};
use renkei_kernel::{Entropy, SeededEntropy, Timestamp};
use renkei_net::Identity;
use renkei_testpki::{Authority, KeyPool, TestPki, TestPkiError, pem};
use std::io;
use std::path::{Path, PathBuf};

/// Name that the entrances' certificate bears and that people and agents call.
pub const SERVER_NAME: &str = "renkei.localhost";

const ORIGIN_FILE: &str = "demonstration";
/// Stands while a folder is being made; a folder that has it broke off in the middle.
const UNFINISHED_FILE: &str = "demonstration.unfinished";
/// What is made anew in an unfinished folder.
const OURS: [&str; 5] = ["storages", "trust", "keys", P12_FOLDER, "register.toml"];

/// Why the stage could not be set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StageError {
    #[error("体験版のフォルダに書けません。/ the demonstration's folder cannot be written")]
    Io(#[from] io::Error),
    #[error("体験版のデータを作れません。/ the fictional storages cannot be written")]
    Storages(#[from] WriteError),
    #[error("体験版の証明書を作れません。/ the fictional certificates cannot be made")]
    Credentials(#[from] CredentialError),
    #[error("体験版の認証局を作れません。/ the fictional authorities cannot be made")]
    Pki(#[from] TestPkiError),
    #[error(
        "このフォルダは体験版のものではありません。空のフォルダを指定してください。/ this folder is not a demonstration's; give an empty one"
    )]
    NotOurs,
    #[error("体験版の準備が途中で止まりました。/ preparing the demonstration broke off")]
    Thread,
}

/// The demonstration's files and keys.
pub struct Stage {
    pub folder: PathBuf,
    pub region: Region,
    pub scale: Scale,
    pub pki: TestPki,
    pub credentials: Credentials,
    /// What was written now; `None` when the folder was found as it is.
    pub written: Option<Summary>,
}

/// Seed and instant from which a folder follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Origin {
    seed: u64,
    made_at: Timestamp,
}

impl Origin {
    fn read(folder: &Path) -> Result<Option<Self>, StageError> {
        let text = match std::fs::read_to_string(folder.join(ORIGIN_FILE)) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if folder.join(UNFINISHED_FILE).exists() {
                    clear(folder)?;
                    return Ok(None);
                }
                let empty = !folder.exists() || std::fs::read_dir(folder)?.next().is_none();
                return if empty { Ok(None) } else { Err(StageError::NotOurs) };
            }
            Err(error) => return Err(error.into()),
        };
        let mut lines = text.lines();
        let mut number = || lines.next().and_then(|l| l.parse::<i64>().ok());
        match (number(), number()) {
            (Some(seed), Some(made_at)) => Ok(Some(Self { seed: seed.cast_unsigned(), made_at: Timestamp(made_at) })),
            _ => Err(StageError::NotOurs),
        }
    }
    fn write(&self, folder: &Path) -> io::Result<()> {
        std::fs::write(folder.join(ORIGIN_FILE), format!("{}\n{}\n", self.seed.cast_signed(), self.made_at.micros()))
    }
}

/// Removes what an earlier start left unfinished, and nothing else.
fn clear(folder: &Path) -> io::Result<()> {
    for name in OURS {
        let path = folder.join(name);
        if path.is_dir() {
            std::fs::remove_dir_all(&path)?;
        } else if path.exists() {
            std::fs::remove_file(&path)?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn private(_folder: &Path) -> io::Result<()> {
    Ok(())
}

impl Stage {
    /// Sets the stage in `folder`, which is empty, missing, or a demonstration's of before. `sources` are the address
    /// ranges the institutions come from. Storages and keys are made side by side.
    ///
    /// # Errors
    /// When the folder holds something else or cannot be written.
    pub fn open(
        folder: &Path,
        scale: Scale,
        now: Timestamp,
        entropy: &dyn Entropy,
        sources: &[&str],
    ) -> Result<Self, StageError> {
        let found = Origin::read(folder)?;
        let fresh = found.is_none();
        let origin = found.unwrap_or_else(|| {
            let mut seed = [0; 8];
            entropy.fill(&mut seed);
            Origin { seed: u64::from_le_bytes(seed), made_at: now }
        });
        std::fs::create_dir_all(folder)?;
        private(folder)?;
        if fresh {
            std::fs::write(folder.join(UNFINISHED_FILE), "")?;
        }
        let region = Region::new(DEMO_SEED, origin.made_at);
        let storages = folder.join("storages");
        let (written, keys) = std::thread::scope(|scope| {
            let writing = fresh.then(|| scope.spawn(|| region.write_storages(&storages, &scale)));
            let keys = authorities_and_people(folder, origin);
            (writing.map(|w| w.join()), keys)
        });
        let (pki, credentials) = keys?;
        let written = match written {
            Some(joined) => Some(joined.map_err(|_| StageError::Thread)??),
            None => None,
        };
        let stage = Self { folder: folder.to_owned(), region, scale, pki, credentials, written };
        stage.pki.write_trust(&stage.trust())?;
        stage.refresh_lists(now)?;
        if fresh {
            stage.credentials.write_p12(&stage.pki, &folder.join(P12_FOLDER))?;
            let (bindings, devices) = (stage.credentials.bindings(), stage.credentials.devices());
            std::fs::write(stage.register(), register_toml(&region, &scale, bindings, &devices, sources))?;
            // last: a folder that broke off in the middle is no demonstration
            origin.write(folder)?;
            std::fs::remove_file(folder.join(UNFINISHED_FILE))?;
        }
        Ok(stage)
    }

    /// Folder of the trust files and revocation lists.
    pub fn trust(&self) -> PathBuf {
        self.folder.join("trust")
    }
    /// The register as a file of `renkei register load`.
    pub fn register(&self) -> PathBuf {
        self.folder.join("register.toml")
    }
    /// Roots of the storages: facility code of the institution, folder.
    pub fn storages(&self) -> impl Iterator<Item = (&'static str, PathBuf)> + '_ {
        self.region.institutions().iter().filter_map(|i| {
            let root = self.folder.join("storages").join(i.facility);
            root.is_dir().then_some((i.facility, root))
        })
    }
    /// Makes the revocation lists as new as `at`; called whenever the clock was turned.
    ///
    /// # Errors
    /// When a list cannot be signed or written.
    pub fn refresh_lists(&self, at: Timestamp) -> Result<(), StageError> {
        Ok(self.pki.write_lists(&self.trust(), at)?)
    }
    /// Certificate and key of the entrances.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn server(&self) -> Result<Identity, StageError> {
        let issued =
            self.pki.server_certificate(&[SERVER_NAME, "localhost"], &[std::net::Ipv4Addr::LOCALHOST.into()])?;
        Ok(Identity::from_der(issued.presented(), issued.key_der.clone()).map_err(CredentialError::from)?)
    }
    /// PEM of the root under which the entrances' certificate lies.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn roots_pem(&self) -> Result<Vec<u8>, StageError> {
        Ok(pem("CERTIFICATE", &self.pki.authority(Authority::Root)?.cert_der).into_bytes())
    }
}

fn authorities_and_people(folder: &Path, origin: Origin) -> Result<(TestPki, Credentials), StageError> {
    let keys = KeyPool::new(&SeededEntropy::new(origin.seed), Some(folder.join("keys")));
    let pki = TestPki::with_keys(keys, origin.made_at);
    pki.prepare()?;
    let credentials = Credentials::issue(&pki, &SeededEntropy::new(origin.seed.rotate_left(17)))?;
    Ok((pki, credentials))
}

impl std::fmt::Debug for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stage").field("folder", &self.folder).field("written", &self.written.is_some()).finish()
    }
}
