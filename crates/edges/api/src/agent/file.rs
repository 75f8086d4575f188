//! The agent's settings file, as it lies on a PC at a desk.
//!
//! Separate from the running agent: reading files, making the device key and telling the operator what to enrol are
//! done once, before anything connects. Unknown keys are refused, so that a typing mistake is noticed.

use crate::agent::key::{DeviceKey, KeyError};
use crate::agent::run::{AgentSettings, Backoff};
use renkei_kernel::{Category, Clock, Entropy, Problem, ReaderId};
use renkei_net::NetError;
use renkei_net::client::{Client, ClientSettings};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// `card-agent.toml`. Relative paths start at the file's own folder.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgentFile {
    /// The id under which the operator enrolled this reader; known only after enrolment.
    pub reader: Option<ReaderId>,
    /// Name of the server, as in its certificate.
    pub server_name: String,
    /// `host:port` of the machine entrance.
    pub address: String,
    /// PEM of the authority under which the server's certificate lies.
    pub roots: PathBuf,
    /// The device key; made at the first start.
    pub key: PathBuf,
    /// Which card reader, where the PC has several: its name as `card-agent readers` lists it, or the beginning.
    pub device: Option<String>,
}

/// Why the agent cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AgentFileError {
    #[error("{path} を読めません: {source} / cannot be read")]
    Read { path: PathBuf, source: std::io::Error },
    #[error("設定ファイルに誤りがあります: {0} / mistake in the settings file")]
    Mistake(#[from] toml::de::Error),
    #[error(
        "設定ファイルに reader がありません。登録した運用担当から番号を受け取り、書き加えてください。 / the settings file names no reader: the operator who enrolled it knows the id"
    )]
    NotEnrolled,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Net(#[from] NetError),
}

impl Problem for AgentFileError {
    fn category(&self) -> Category {
        match self {
            Self::Read { .. } => Category::NotFound,
            Self::NotEnrolled => Category::EvidenceMissing,
            Self::Mistake(_) | Self::Key(_) | Self::Net(_) => Category::Malformed,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Read { .. } => "file_unreadable",
            Self::Mistake(_) => "agent_settings",
            Self::NotEnrolled => "reader_not_enrolled",
            Self::Key(error) => error.code(),
            Self::Net(error) => error.code(),
        }
    }
}

/// What came out of a settings file.
pub struct Prepared {
    pub settings: AgentSettings,
    /// The device key was made just now: the operator has to enrol it before the server lets the agent in.
    pub key_is_new: bool,
}

impl Prepared {
    /// What to tell the person at the desk, with the line for the register.
    pub fn enrolment_note(&self) -> String {
        format!(
            "この端末の鍵を登録してください（運用担当へ次の1行を送ります）。\nSend this line to the operator, who enrols the reader:\n{}\n",
            self.settings.key.enrolment()
        )
    }
}

impl AgentFile {
    pub fn load(file: &Path) -> Result<Self, AgentFileError> {
        let text =
            std::fs::read_to_string(file).map_err(|source| AgentFileError::Read { path: file.to_owned(), source })?;
        let mut settings: Self = toml::from_str(&text)?;
        let home = file.parent().unwrap_or(Path::new("."));
        settings.roots = home.join(&settings.roots);
        settings.key = home.join(&settings.key);
        Ok(settings)
    }

    /// Reads the device key, or makes it: all that enrolment needs, before the reader has an id. `true` when it was
    /// made now.
    pub fn device_key(&self, entropy: &dyn Entropy) -> Result<(DeviceKey, bool), AgentFileError> {
        Ok(DeviceKey::load_or_create(&self.key, entropy)?)
    }

    /// Reads the roots, reads or makes the device key.
    pub fn prepare(
        self,
        clock: Arc<dyn Clock>,
        entropy: &dyn Entropy,
        version: &str,
    ) -> Result<Prepared, AgentFileError> {
        let reader = self.reader.ok_or(AgentFileError::NotEnrolled)?;
        let roots =
            std::fs::read(&self.roots).map_err(|source| AgentFileError::Read { path: self.roots.clone(), source })?;
        let client = Client::new(ClientSettings::trusting(roots))?;
        let (key, key_is_new) = self.device_key(entropy)?;
        let settings = AgentSettings {
            reader,
            key: Arc::new(key),
            server_name: self.server_name,
            address: self.address,
            client,
            clock,
            version: version.to_owned(),
            backoff: Backoff::default(),
        };
        Ok(Prepared { settings, key_is_new })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_kernel::{SeededEntropy, SystemClock};

    const TEXT: &str = r#"
reader = "0190d6a0-0000-7000-8000-000000000001"
server_name = "machine.example.jp"
address = "10.8.0.1:7443"
roots = "root.pem"
key = "device.key"
"#;

    fn written(text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("card-agent.toml");
        std::fs::write(&path, text).unwrap();
        let pki = renkei_testpki::TestPki::seeded(20, renkei_kernel::Timestamp::from_seconds(1_771_000_000));
        let root = pki.authority(renkei_testpki::Authority::Root).unwrap().cert_der;
        std::fs::write(folder.path().join("root.pem"), renkei_testpki::pem("CERTIFICATE", &root)).unwrap();
        (folder, path)
    }

    #[test]
    fn the_first_start_makes_a_key_and_says_how_to_enrol_it() {
        let (folder, path) = written(TEXT);
        let prepare =
            || AgentFile::load(&path).unwrap().prepare(Arc::new(SystemClock), &SeededEntropy::new(1), "0.1.0").unwrap();
        let first = prepare();
        assert!(first.key_is_new && folder.path().join("device.key").exists());
        assert!(first.enrolment_note().contains(&first.settings.key.enrolment()));
        let second = prepare();
        assert!(!second.key_is_new);
        assert_eq!(first.settings.key.public(), second.settings.key.public());
    }

    #[test]
    fn before_enrolment_there_is_a_key_and_no_connection() {
        let (_folder, path) =
            written(&TEXT.lines().filter(|line| !line.starts_with("reader")).collect::<Vec<_>>().join("\n"));
        let file = AgentFile::load(&path).unwrap();
        assert!(file.device_key(&SeededEntropy::new(1)).unwrap().1);
        let refused = file.prepare(Arc::new(SystemClock), &SeededEntropy::new(1), "0.1.0").err().unwrap();
        assert_eq!(refused.code(), "reader_not_enrolled");
    }

    #[test]
    fn a_key_the_file_does_not_know_is_refused() {
        let (_folder, path) = written(&format!("{TEXT}keyboard = true\n"));
        assert!(matches!(AgentFile::load(&path), Err(AgentFileError::Mistake(_))));
    }
}
