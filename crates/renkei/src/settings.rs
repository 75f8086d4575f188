//! The installation's settings: `renkei.toml`, read strictly (an unknown key is refused, so that a typing mistake
//! cannot switch a protection off unnoticed). Relative paths start at the file's own folder.

use renkei_intake::watch::Watched;
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub database: Database,
    pub folders: Folders,
    pub desk: Desk,
    pub entrances: Entrances,
    #[serde(default)]
    pub pages: Pages,
    /// Storages that are watched while the service runs.
    #[serde(default)]
    pub feeds: Vec<Feed>,
}

/// One institution's storage.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feed {
    /// Facility code, as the register has it.
    pub institution: String,
    /// Roots of the SS-MIX2 standard storage; several volumes are one storage.
    pub volumes: Vec<PathBuf>,
    /// Root of the transaction storage, where the gateway writes one: between two whole looks only the folders it names
    /// are looked at.
    pub transactions: Option<PathBuf>,
    /// Between two looks.
    #[serde(default = "period_seconds")]
    pub period_seconds: u64,
    /// A file that did not change for so long is finished.
    #[serde(default = "quiet_seconds")]
    pub quiet_seconds: u64,
    /// A file that is not finished after so long is told as a fault.
    #[serde(default = "unfinished_minutes")]
    pub unfinished_minutes: u64,
    /// With transactions: between two looks over everything.
    #[serde(default = "whole_look_minutes")]
    pub whole_look_minutes: u64,
}

fn period_seconds() -> u64 {
    30
}
fn quiet_seconds() -> u64 {
    10
}
fn unfinished_minutes() -> u64 {
    30
}
fn whole_look_minutes() -> u64 {
    60
}

/// Shares keep times of writing by two seconds: a shorter quiet time could take a file for finished between two
/// writes of the same size.
const QUIET_SECONDS_MIN: u64 = 3;

#[derive(Debug, Clone, Deserialize)]
#[serde(tag = "engine", rename_all = "lowercase", deny_unknown_fields)]
pub enum Database {
    Sqlite,
    Postgresql { url: String },
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Folders {
    /// Database and large originals.
    pub data: PathBuf,
    /// Installation key, wrapped chart keys, trail signing key: never in the data folder or its backup.
    pub keys: PathBuf,
    /// Copies of the trail's checkpoints: another disk or machine.
    pub checkpoints: PathBuf,
    /// trust.toml with its certificates and revocation lists.
    pub trust: PathBuf,
}

/// Whom people call, shown on every refusal.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Desk {
    pub name: String,
    pub phone: String,
    pub hours: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entrances {
    pub professional: Professional,
    pub machine: Plain,
    pub patient: Plain,
    /// Unix socket of the console: running commands speak to the server through it.
    pub console: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Professional {
    pub address: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// For cards limited to PKCS#1 v1.5 signatures (hpki.md, fact 9): only TLS 1.2 at this entrance.
    #[serde(default)]
    pub tls12_only: bool,
    /// A second, 1.2-only port offered from the page *no certificate*.
    pub tls12_address: Option<SocketAddr>,
    /// Host names a browser may have asked for; the `Origin` of a form must be one of them.
    pub hosts: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    pub address: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Pages {
    /// A feed older than this many hours is shown as late.
    pub feed_late_hours: i64,
}

impl Default for Pages {
    fn default() -> Self {
        Self { feed_late_hours: 36 }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("設定ファイル {0} を読めません / cannot read the settings file: {1}")]
    Unreadable(PathBuf, std::io::Error),
    #[error("設定ファイル {0} に誤りがあります / mistake in the settings file:\n{1}")]
    Mistake(PathBuf, toml::de::Error),
    #[error("{0} は data フォルダの外に置いてください / must lie outside the data folder")]
    InsideData(&'static str),
    #[error("feeds の施設 {0} の設定に誤りがあります: {1}")]
    Feed(String, &'static str),
}

impl Feed {
    /// What cannot be meant.
    fn mistake(&self, before: &[Self], data: &Path) -> Option<&'static str> {
        let doubled = |volume: &PathBuf| before.iter().any(|other| other.volumes.contains(volume));
        if before.iter().any(|other| other.institution == self.institution) {
            Some("同じ施設が二度あります。volumes にまとめてください / stands twice; name all volumes in one [[feeds]]")
        } else if self.volumes.is_empty() {
            Some("volumes がありません / no volumes")
        } else if self.volumes.iter().any(doubled) {
            Some("別の施設と同じ volumes です / a volume of another institution")
        } else if self.volumes.iter().any(|volume| volume.starts_with(data)) {
            Some("volumes は data フォルダの外に置いてください / a volume must lie outside the data folder")
        } else if self.quiet_seconds < QUIET_SECONDS_MIN {
            Some("quiet_seconds は3以上にしてください / quiet_seconds must be 3 or more")
        } else if self.period_seconds == 0 {
            Some("period_seconds は1以上にしてください / period_seconds must be 1 or more")
        } else {
            None
        }
    }

    /// As the watch takes it.
    pub fn watched(&self) -> Watched {
        Watched {
            facility_code: self.institution.clone(),
            volumes: self.volumes.clone(),
            transactions: self.transactions.clone(),
            period: Duration::from_secs(self.period_seconds),
            quiet: Duration::from_secs(self.quiet_seconds),
            unfinished: Duration::from_secs(self.unfinished_minutes.saturating_mul(60)),
            whole_look: Duration::from_secs(self.whole_look_minutes.saturating_mul(60)),
        }
    }
}

impl Settings {
    /// Reads `file` and makes its paths absolute.
    pub fn load(file: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(file).map_err(|e| SettingsError::Unreadable(file.to_path_buf(), e))?;
        let mut settings: Self = toml::from_str(&text).map_err(|e| SettingsError::Mistake(file.to_path_buf(), e))?;
        let home = file.parent().unwrap_or(Path::new("."));
        let home = home.canonicalize().unwrap_or_else(|_| home.to_path_buf());
        settings.each_path(|path| {
            if path.is_relative() {
                *path = home.join(&*path);
            }
        });
        if settings.folders.keys.starts_with(&settings.folders.data) {
            return Err(SettingsError::InsideData("folders.keys"));
        }
        if settings.folders.checkpoints.starts_with(&settings.folders.data) {
            return Err(SettingsError::InsideData("folders.checkpoints"));
        }
        for (index, feed) in settings.feeds.iter().enumerate() {
            let before = settings.feeds.get(..index).unwrap_or_default();
            if let Some(mistake) = feed.mistake(before, &settings.folders.data) {
                return Err(SettingsError::Feed(feed.institution.clone(), mistake));
            }
        }
        Ok(settings)
    }

    fn each_path(&mut self, mut change: impl FnMut(&mut PathBuf)) {
        for feed in &mut self.feeds {
            feed.volumes.iter_mut().chain(&mut feed.transactions).for_each(&mut change);
        }
        let (folders, doors) = (&mut self.folders, &mut self.entrances);
        for path in [
            &mut folders.data,
            &mut folders.keys,
            &mut folders.checkpoints,
            &mut folders.trust,
            &mut doors.professional.certificate,
            &mut doors.professional.key,
            &mut doors.machine.certificate,
            &mut doors.machine.key,
            &mut doors.patient.certificate,
            &mut doors.patient.key,
            &mut doors.console,
        ] {
            change(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Result<Settings, SettingsError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("renkei.toml");
        std::fs::write(&file, text).unwrap();
        Settings::load(&file)
    }

    #[test]
    fn the_file_that_init_writes_is_read() {
        let settings = written(crate::init::SETTINGS_TEMPLATE).unwrap();
        assert!(settings.folders.keys.is_absolute());
        assert!(matches!(settings.database, Database::Sqlite));
    }

    #[test]
    fn a_misspelt_key_is_refused() {
        let text = crate::init::SETTINGS_TEMPLATE.replace("tls12_only", "tls12only");
        assert!(matches!(written(&text), Err(SettingsError::Mistake(..))));
    }

    /// R-X-16: keys never lie in the data folder, whose copy is the backup.
    #[test]
    fn keys_inside_the_data_folder_are_refused() {
        let text = crate::init::SETTINGS_TEMPLATE.replace("keys = \"keys\"", "keys = \"data/keys\"");
        assert!(matches!(written(&text), Err(SettingsError::InsideData("folders.keys"))));
    }

    /// a storage belongs to one institution; a quiet time a share cannot tell is refused.
    #[test]
    fn watched_storages_are_read_and_mistakes_in_them_refused() {
        let feed = |more: &str| {
            format!("{}\n[[feeds]]\ninstitution = \"1\"\nvolumes = [\"a\"]\n{more}", crate::init::SETTINGS_TEMPLATE)
        };
        let settings = written(&feed("")).unwrap();
        let watched = settings.feeds[0].watched();
        assert!(watched.volumes[0].is_absolute() && watched.transactions.is_none());
        assert_eq!((watched.period.as_secs(), watched.quiet.as_secs()), (30, 10));
        for mistake in [
            "quiet_seconds = 1",
            "period_seconds = 0",
            "[[feeds]]\ninstitution = \"1\"\nvolumes = [\"b\"]",
            "[[feeds]]\ninstitution = \"2\"\nvolumes = [\"a\"]",
            "[[feeds]]\ninstitution = \"2\"\nvolumes = []",
            "[[feeds]]\ninstitution = \"2\"\nvolumes = [\"data/in\"]",
        ] {
            assert!(matches!(written(&feed(mistake)), Err(SettingsError::Feed(..))), "{mistake}");
        }
        assert!(matches!(written(&feed("quiet = 5")), Err(SettingsError::Mistake(..))));
    }
}
