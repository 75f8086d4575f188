//! What the checks share: the settings as far as they can be read, the folders, the time, and whether a server runs.

use super::finding::Finding;
use crate::operation::Thresholds;
use crate::settings::{Settings, SettingsError};
use axum::body::Body;
use axum::http::Request;
use renkei_kernel::{Clock, Problem, Timestamp};
use renkei_net::client::{Connection, body_text};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Time a running server gets to answer.
const SERVER_SECONDS_MAX: u64 = 5;

/// What answered at the console's socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    Absent,
    /// The socket is there, and nobody behind it.
    LeftBehind,
    /// Somebody holds the socket and gives no answer in time.
    Silent,
    Ready(serde_json::Value),
    NotReady(serde_json::Value),
}

impl Server {
    pub fn runs(&self) -> bool {
        matches!(self, Self::Silent | Self::Ready(_) | Self::NotReady(_))
    }
}

/// The folders of an installation, from its settings or where `init` puts them.
#[derive(Debug, Clone)]
pub struct Folders {
    pub data: PathBuf,
    pub keys: PathBuf,
    pub checkpoints: PathBuf,
    pub trust: PathBuf,
}

/// See the module's text.
pub struct Ward {
    pub now: Timestamp,
    pub settings: Result<Settings, SettingsError>,
    pub folders: Folders,
    pub thresholds: Thresholds,
    pub server: Server,
}

impl Ward {
    pub async fn enter(config: &Path, clock: &dyn Clock) -> Self {
        let settings = Settings::load(config);
        let home = config.parent().unwrap_or(Path::new(".")).to_path_buf();
        let folders = match &settings {
            Ok(settings) => Folders {
                data: settings.folders.data.clone(),
                keys: settings.folders.keys.clone(),
                checkpoints: settings.folders.checkpoints.clone(),
                trust: settings.folders.trust.clone(),
            },
            Err(_) => guessed(config, &home),
        };
        let thresholds = settings.as_ref().map_or_else(|_| Thresholds::default(), |settings| settings.doctor);
        let console = match &settings {
            Ok(settings) => settings.entrances.console.clone(),
            Err(_) => folders.data.join("console.sock"),
        };
        let server = ask(&console).await;
        Self { now: clock.now(), settings, folders, thresholds, server }
    }

    pub fn settings_findings(&self) -> Vec<Finding> {
        let Err(error) = &self.settings else { return Vec::new() };
        vec![
            Finding::fault(error.code(), "renkei.toml")
                .says(format!("設定に誤りがあります。{error}"), "the settings cannot be used; serve will not start")
                .asks("示された所を直してください。", "mend what is named above"),
        ]
    }
}

/// Of a file that is refused as a whole the folders may still be read; else those of `init`.
fn guessed(config: &Path, home: &Path) -> Folders {
    let table: toml::Table =
        std::fs::read_to_string(config).ok().and_then(|text| text.parse().ok()).unwrap_or_default();
    let named = |name: &str| {
        let named = table.get("folders").and_then(|folders| folders.get(name)).and_then(toml::Value::as_str);
        home.join(named.unwrap_or(name))
    };
    Folders { data: named("data"), keys: named("keys"), checkpoints: named("checkpoints"), trust: named("trust") }
}

async fn ask(console: &Path) -> Server {
    if !console.exists() {
        return Server::Absent;
    }
    let Ok(mut connection) = Connection::to_console(console).await else { return Server::LeftBehind };
    let asking = async {
        let request = Request::get("/health").body(Body::empty()).ok()?;
        let answer = connection.send(request).await.ok()?;
        let well = answer.status().is_success();
        let told = serde_json::from_str(&body_text(answer).await.ok()?).ok()?;
        Some(if well { Server::Ready(told) } else { Server::NotReady(told) })
    };
    let answered = tokio::time::timeout(Duration::from_secs(SERVER_SECONDS_MAX), asking).await;
    answered.ok().flatten().unwrap_or(Server::Silent)
}
