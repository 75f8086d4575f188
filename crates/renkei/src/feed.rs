//! `[[feeds]]` of the settings: an institution's storage that is watched while the service runs.

use renkei_intake::watch::Watched;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::Duration;

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

impl Feed {
    /// What cannot be meant.
    pub fn mistake(&self, before: &[Self], data: &Path) -> Option<&'static str> {
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
