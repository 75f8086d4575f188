//! Three streams of log lines, by reader (`renkei_kernel::logs`). No personal data stands in any of them.
//!
//! Without `[logs] folder` all go to standard error, for a service manager to take. With it, each reader has files of
//! a day, and standard error keeps what the operator must read.

use crate::operation::{Level, Logs, Retention};
use renkei_kernel::logs::{OPERATOR, SECURITY};
use std::path::Path;
use tracing::level_filters::LevelFilter;
use tracing_appender::rolling::{RollingFileAppender, Rotation};
use tracing_subscriber::filter::{EnvFilter, Targets};
use tracing_subscriber::fmt::writer::MakeWriterExt as _;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{Layer, fmt};

fn limit(level: Level) -> LevelFilter {
    match level {
        Level::Error => LevelFilter::ERROR,
        Level::Warn => LevelFilter::WARN,
        Level::Info => LevelFilter::INFO,
        Level::Debug => LevelFilter::DEBUG,
    }
}

/// What developers get: `RENKEI_LOG`, or the setting, or the default when that cannot be read.
fn developer(settings: &Logs) -> EnvFilter {
    EnvFilter::try_from_env("RENKEI_LOG")
        .or_else(|_| EnvFilter::try_new(&settings.developer))
        .unwrap_or_else(|_| EnvFilter::new("warn,renkei=info"))
}

/// Starts logging for this process; a second start is left alone.
pub fn start(settings: &Logs, retention: &Retention) {
    let files = settings.folder.as_deref().map(|folder| Files::open(folder, settings, retention));
    match files {
        Some(Ok(files)) => {
            let operator = Targets::new().with_target(OPERATOR, limit(settings.operator));
            let security = Targets::new().with_target(SECURITY, limit(settings.security));
            let others = Targets::new()
                .with_default(LevelFilter::TRACE)
                .with_target(OPERATOR, LevelFilter::OFF)
                .with_target(SECURITY, LevelFilter::OFF);
            // What the operator must read goes to both: a file to look things up in, and the screen or service manager where it is seen at once.
            let both = std::io::stderr.and(files.operator);
            let _started = tracing_subscriber::registry()
                .with(fmt::layer().with_ansi(false).with_target(false).with_writer(both).with_filter(operator))
                .with(fmt::layer().json().flatten_event(true).with_writer(files.security).with_filter(security))
                .with(
                    fmt::layer()
                        .json()
                        .flatten_event(true)
                        .with_writer(files.developer)
                        .with_filter(others)
                        .with_filter(developer(settings)),
                )
                .try_init();
        }
        other => {
            let _started = fmt().with_env_filter(developer(settings)).with_writer(std::io::stderr).try_init();
            if let Some(Err(reason)) = other {
                tracing::error!(
                    target: OPERATOR,
                    "ログのフォルダに書けないため、標準エラーに出します。 / the folder of logs cannot be used: {reason}"
                );
            }
        }
    }
}

struct Files {
    operator: RollingFileAppender,
    security: RollingFileAppender,
    developer: RollingFileAppender,
}

impl Files {
    fn open(folder: &Path, settings: &Logs, retention: &Retention) -> Result<Self, String> {
        if !folder.is_dir() {
            crate::init::private_folder(folder).map_err(|error| error.to_string())?;
        }
        let open = |name: &str, days: u16| {
            RollingFileAppender::builder()
                .rotation(Rotation::DAILY)
                .filename_prefix(name)
                .filename_suffix("log")
                // Today's file, and as many before it.
                .max_log_files(usize::from(days).saturating_add(1))
                .build(folder)
                .map_err(|error| error.to_string())
        };
        Ok(Self {
            operator: open("operator", settings.keep_days)?,
            security: open("security", retention.network_log_days)?,
            developer: open("developer", settings.keep_days)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHILD: &str = "RENKEI_TEST_LOGS";

    /// R-X-05: each reader has a file of their own and finds no line of another's. In a process of its own: logging
    /// is everybody's.
    #[test]
    fn each_reader_has_a_file() {
        if let Some(folder) = std::env::var_os(CHILD) {
            let settings = Logs { folder: Some(folder.into()), ..Logs::default() };
            start(&settings, &Retention::default());
            tracing::info!(target: OPERATOR, "準備ができました。 / ready");
            tracing::debug!(target: OPERATOR, "too small for anybody");
            tracing::warn!(target: SECURITY, code = "role", "a request was refused");
            tracing::info!("a detail for developers");
            tracing::info!(target: "another_crate", "somebody else's detail");
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let output = std::process::Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "--nocapture", "logs::tests::each_reader_has_a_file"])
            .env(CHILD, folder.path().join("logs"))
            .env_remove("RENKEI_LOG")
            .output()
            .unwrap();
        assert!(output.status.success());
        let mut read = std::collections::BTreeMap::new();
        for entry in std::fs::read_dir(folder.path().join("logs")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().split('.').next().unwrap().to_owned();
            read.insert(name, std::fs::read_to_string(path).unwrap());
        }
        assert_eq!(read.keys().collect::<Vec<_>>(), ["developer", "operator", "security"]);
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(told.contains("準備ができました") && !told.contains("refused") && !told.contains("detail"), "{told}");
        assert!(read["operator"].contains("準備ができました") && read["operator"].lines().count() == 1);
        assert!(read["security"].contains("\"code\":\"role\"") && read["security"].lines().count() == 1);
        assert!(read["developer"].contains("a detail for developers") && read["developer"].lines().count() == 1);
    }
}
