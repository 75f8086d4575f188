//! Settings of whoever keeps the installation running: how long logs are kept, where they go, when to warn, and where
//! monitoring is answered. Every value has a default; a file of the first day needs none of them.

use renkei_kernel::{Category, Problem};
use serde::Deserialize;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The access trail is kept at least this long (R-X-05).
const TRAIL_YEARS_MIN: u16 = 5;
/// Logs of the network and of refusals are kept at least this long (R-X-05).
const NETWORK_LOG_DAYS_MIN: u16 = 365;

/// How long things are kept. The trail is never shortened by this program; the number is the promise that whoever
/// archives it must keep, and it is checked here.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Retention {
    /// How long the records themselves are kept.
    pub records_years: u16,
    pub trail_years: u16,
    /// The security log's files; older ones are removed.
    pub network_log_days: u16,
}

impl Default for Retention {
    fn default() -> Self {
        Self { records_years: 5, trail_years: TRAIL_YEARS_MIN, network_log_days: NETWORK_LOG_DAYS_MIN }
    }
}

/// A period shorter than the rule allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "設定 retention.{field} = {given} は短すぎます。{least} 以上にしてください。 / retention.{field} = {given} is too short; {least} at least"
)]
pub struct TooShort {
    pub field: &'static str,
    pub given: u16,
    pub least: u16,
}

impl Problem for TooShort {
    fn category(&self) -> Category {
        Category::AgainstRule
    }
    fn code(&self) -> &'static str {
        "retention_too_short"
    }
}

impl Retention {
    /// R-X-05: five years at least and never shorter than the records; one year for logs of the network.
    pub fn check(&self) -> Result<(), TooShort> {
        let trail_least = self.records_years.max(TRAIL_YEARS_MIN);
        if self.trail_years < trail_least {
            return Err(TooShort { field: "trail_years", given: self.trail_years, least: trail_least });
        }
        if self.network_log_days < NETWORK_LOG_DAYS_MIN {
            let (given, least) = (self.network_log_days, NETWORK_LOG_DAYS_MIN);
            return Err(TooShort { field: "network_log_days", given, least });
        }
        Ok(())
    }
}

/// Where log lines go, by reader. Without a folder all of them go to standard error.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logs {
    /// `operator.<day>.log`, `security.<day>.log`, `developer.<day>.log`; days by UTC.
    pub folder: Option<PathBuf>,
    pub operator: Level,
    pub security: Level,
    /// Levels by module, as `warn,renkei=info`; `RENKEI_LOG` goes before it.
    pub developer: String,
    /// Files of operators and developers older than this are removed; those of security follow `retention`.
    pub keep_days: u16,
}

impl Default for Logs {
    fn default() -> Self {
        Self {
            folder: None,
            operator: Level::Info,
            security: Level::Info,
            developer: "warn,renkei=info".to_owned(),
            keep_days: 30,
        }
    }
}

/// How much a reader is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    Error,
    Warn,
    Info,
    Debug,
}

/// When `renkei doctor` asks for attention.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// Days before a server certificate ends.
    pub certificate_days: i64,
    /// Days before an authority's own certificate ends.
    pub authority_days: i64,
    /// Hours before a revocation list goes stale.
    pub list_hours: i64,
    /// Free space of a folder's disk, in percent and in MiB: below either is too little.
    pub disk_free_percent: u64,
    pub disk_free_mib: u64,
    /// Minutes a running server may leave records without a signature.
    pub checkpoint_minutes: i64,
    /// Days after which the key that signs the trail is called old; 0: never. No rule names a number; two years is
    /// this program's proposal.
    pub trail_key_days: i64,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            certificate_days: 30,
            authority_days: 90,
            list_hours: 24,
            disk_free_percent: 10,
            disk_free_mib: 2_048,
            checkpoint_minutes: 10,
            trail_key_days: 730,
        }
    }
}

/// Numbers for monitoring programs of this machine; none unless an address is named.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Monitoring {
    /// Loopback only, e.g. `127.0.0.1:9464`.
    pub address: Option<SocketAddr>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-05: a shorter setting is against the rule; the least one and longer ones are taken.
    #[test]
    fn no_period_is_shorter_than_the_rule() {
        let usual = Retention::default();
        assert_eq!(usual.check(), Ok(()));
        for (wrong, field, least) in [
            (Retention { trail_years: 3, ..usual }, "trail_years", 5),
            (Retention { records_years: 20, trail_years: 10, ..usual }, "trail_years", 20),
            (Retention { network_log_days: 364, ..usual }, "network_log_days", 365),
        ] {
            let refused = wrong.check().unwrap_err();
            assert_eq!((refused.field, refused.least, refused.category().status()), (field, least, 422));
        }
        assert_eq!(Retention { records_years: 20, trail_years: 20, network_log_days: 1_000 }.check(), Ok(()));
    }
}
