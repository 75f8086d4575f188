//! The installation's settings: `renkei.toml`, read strictly (an unknown key is refused, so that a typing mistake
//! cannot switch a protection off unnoticed). Relative paths start at the file's own folder.

use crate::feed::Feed;
use crate::operation::{Logs, Monitoring, Retention, Thresholds, TooShort};
use renkei_kernel::{Category, Problem};
use renkei_net::{Hosts, NetError};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    pub database: Database,
    pub folders: Folders,
    pub desk: Desk,
    pub entrances: Entrances,
    #[serde(default)]
    pub pages: Pages,
    #[serde(default)]
    pub retention: Retention,
    #[serde(default)]
    pub logs: Logs,
    #[serde(default)]
    pub doctor: Thresholds,
    #[serde(default)]
    pub monitoring: Monitoring,
    /// Storages that are watched while the service runs.
    #[serde(default)]
    pub feeds: Vec<Feed>,
}

#[derive(Clone, Deserialize)]
#[serde(tag = "engine", rename_all = "lowercase", deny_unknown_fields)]
pub enum Database {
    Sqlite,
    /// `url` may hold a password; `sslmode=verify-full&sslrootcert=FILE` in it asks for TLS to the database server.
    Postgresql {
        url: String,
    },
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Sqlite => "Sqlite",
            Self::Postgresql { .. } => "Postgresql",
        })
    }
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

impl Entrances {
    /// A name that nobody could ask for is a mistake of the settings, told before anything is opened.
    fn check_hosts(&self) -> Result<(), SettingsError> {
        let of = |entrance, hosts: &[String]| match Hosts::named(hosts.iter().map(String::as_str)) {
            Ok(_) => Ok(()),
            Err(error) => Err(SettingsError::Hosts(entrance, error)),
        };
        of("entrances.professional", &self.professional.hosts)?;
        for (entrance, plain) in [("entrances.machine", &self.machine), ("entrances.patient", &self.patient)] {
            plain.hosts.as_ref().map_or(Ok(()), |hosts| of(entrance, hosts))?;
        }
        Ok(())
    }
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
    /// Names (or addresses) under which browsers ask for this entrance; a request for any other is misdirected (421).
    /// The first, without its port, is also the server's name for reader agents.
    pub hosts: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plain {
    pub address: SocketAddr,
    pub certificate: PathBuf,
    pub key: PathBuf,
    /// As at the professional entrance; without it, the DNS names of the certificate.
    pub hosts: Option<Vec<String>>,
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
    Mistake(PathBuf, Mistake),
    #[error("{0} は data フォルダの外に置いてください / must lie outside the data folder")]
    InsideData(&'static str),
    #[error("{0} の hosts: {1}")]
    Hosts(&'static str, NetError),
    #[error(transparent)]
    TooShort(#[from] TooShort),
    #[error("feeds の施設 {0} の設定に誤りがあります: {1}")]
    Feed(String, &'static str),
}

impl Problem for SettingsError {
    fn category(&self) -> Category {
        match self {
            Self::TooShort(error) => error.category(),
            _ => Category::Malformed,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::TooShort(error) => error.code(),
            _ => "settings",
        }
    }
}

/// Where and what, without the line itself: it may be the one with the database's password.
#[derive(Debug)]
pub struct Mistake {
    line: usize,
    message: String,
}

impl Mistake {
    fn of(error: &toml::de::Error, text: &str) -> Self {
        let start = error.span().map_or(0, |span| span.start);
        let line = text.get(..start).map_or(0, |before| before.matches('\n').count()) + 1;
        // A value in the wrong place is quoted by the reader; an address never is.
        let message = if error.message().contains("://") { "a value in the wrong place" } else { error.message() };
        Self { line, message: message.to_owned() }
    }
}

impl std::fmt::Display for Mistake {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{0}行目 / line {0}: {1}", self.line, self.message)
    }
}

impl Settings {
    /// Reads `file` and makes its paths absolute.
    pub fn load(file: &Path) -> Result<Self, SettingsError> {
        let text = std::fs::read_to_string(file).map_err(|e| SettingsError::Unreadable(file.to_path_buf(), e))?;
        let mut settings: Self =
            toml::from_str(&text).map_err(|e| SettingsError::Mistake(file.to_path_buf(), Mistake::of(&e, &text)))?;
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
        settings.entrances.check_hosts()?;
        settings.retention.check()?;
        for (index, feed) in settings.feeds.iter().enumerate() {
            let before = settings.feeds.get(..index).unwrap_or_default();
            if let Some(mistake) = feed.mistake(before, &settings.folders.data) {
                return Err(SettingsError::Feed(feed.institution.clone(), mistake));
            }
        }
        Ok(settings)
    }

    /// Only the `[database]` of a file that holds nothing else: for a demonstration on PostgreSQL.
    #[cfg(feature = "demo")]
    pub fn database_alone(file: &Path) -> Result<Database, SettingsError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Alone {
            database: Database,
        }
        let text = std::fs::read_to_string(file).map_err(|e| SettingsError::Unreadable(file.to_path_buf(), e))?;
        let read: Result<Alone, _> = toml::from_str(&text);
        match read {
            Ok(alone) => Ok(alone.database),
            Err(error) => Err(SettingsError::Mistake(file.to_path_buf(), Mistake::of(&error, &text))),
        }
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
        if let Some(folder) = &mut self.logs.folder {
            change(folder);
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

    /// R-X-16: a password in the database's address is in no message, however the file is mistaken.
    #[test]
    fn the_password_of_the_database_is_never_quoted() {
        let url = "postgres://renkei:himitsu@db.example/renkei?sslmode=verify-full";
        let with = |table: &str| crate::init::SETTINGS_TEMPLATE.replace("engine = \"sqlite\"", table);
        let settings = written(&with(&format!("engine = \"postgresql\"\nurl = \"{url}\""))).unwrap();
        assert!(matches!(&settings.database, Database::Postgresql { url: read } if read == url));
        assert!(!format!("{settings:?}").contains("himitsu"));
        for table in [
            format!("engine = \"postgresql\"\nurl = \"{url}\"\nport = 1"),
            format!("engine = \"postgresql\"\nurl = \"{url}\" x"),
            format!("engine = \"postgresql\"\nurl = [\"{url}\"]"),
            format!("engine = \"{url}\""),
        ] {
            let error = written(&with(&table)).unwrap_err();
            assert!(matches!(error, SettingsError::Mistake(..)));
            assert!(!format!("{error} {error:?}").contains("himitsu"), "{error}");
        }
    }

    /// R-X-19: an entrance without a name, or with one that no browser can ask for, is told before anything opens.
    #[test]
    fn names_that_nobody_can_ask_for_are_refused() {
        let with = |hosts: &str| {
            crate::init::SETTINGS_TEMPLATE.replace("hosts = [\"localhost:8443\"]", &format!("hosts = {hosts}"))
        };
        assert!(written(&with("[\"renkei.example.jp\", \"10.8.0.1:8443\"]")).is_ok());
        for mistake in ["[]", "[\"https://renkei.example.jp\"]", "[\"\"]"] {
            assert!(matches!(written(&with(mistake)), Err(SettingsError::Hosts("entrances.professional", _))));
        }
        let machine =
            crate::init::SETTINGS_TEMPLATE.replace("[entrances.machine] ", "[entrances.machine]\nhosts = []\n#");
        assert!(matches!(written(&machine), Err(SettingsError::Hosts("entrances.machine", _))));
    }

    /// R-X-05: a retention of three years is refused when the settings are read.
    #[test]
    fn a_trail_kept_for_three_years_is_refused() {
        let text = crate::init::SETTINGS_TEMPLATE.replace("trail_years = 5", "trail_years = 3");
        let refused = written(&text).unwrap_err();
        assert!(matches!(refused, SettingsError::TooShort(_)));
        assert_eq!((refused.category().status(), refused.category().exit_code()), (422, 2));
        assert!(refused.to_string().contains("5 以上"), "{refused}");
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
