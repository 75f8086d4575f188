//! `renkei doctor`: what is wrong, or soon will be, in plain words, with what to do (R-X-19).
//!
//! Separate from starting: it opens nothing for writing, works beside a running server and in a house that cannot
//! start, and one check that fails takes no other with it. Exit 0: nothing to do; 5: something needs attention; 6:
//! something stands still.

mod certificates;
mod clock;
mod database;
mod disk;
mod finding;
mod folders;
mod keys;
mod server;
mod trust;
mod ward;

use crate::commands::{DoctorArguments, Format};
use finding::{Finding, Grade, Report};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use renkei_kernel::{Clock, SystemClock};
use std::panic::AssertUnwindSafe;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use ward::Ward;

/// A check that takes longer is given up: a database that does not answer must not silence the others.
const CHECK_SECONDS_MAX: u64 = 20;

type Check = for<'w> fn(&'w Ward) -> BoxFuture<'w, Vec<Finding>>;

/// All checks, in the order of the report.
const CHECKS: [(&str, Check); 10] = [
    ("settings", |ward| Box::pin(async { ward.settings_findings() })),
    ("folders", |ward| Box::pin(async { folders::check(ward) })),
    ("disk", |ward| Box::pin(async { disk::check(ward) })),
    ("keys", |ward| Box::pin(keys::check(ward))),
    ("certificates", |ward| Box::pin(async { certificates::check(ward) })),
    ("trust", |ward| Box::pin(async { trust::check(ward) })),
    ("server", |ward| Box::pin(async { server::check(ward) })),
    ("clock", |ward| Box::pin(clock::check(ward))),
    ("database", |ward| Box::pin(database::check(ward))),
    ("feeds", |ward| Box::pin(database::feeds(ward))),
];

pub async fn run(arguments: DoctorArguments) -> ExitCode {
    let report = examine(&arguments.place.config, &SystemClock).await;
    match arguments.format {
        Format::Json => println!("{}", serde_json::to_string(&report).unwrap_or_default()),
        Format::Text => print!("{}", report.text()),
    }
    ExitCode::from(report.verdict.exit_code())
}

async fn examine(config: &Path, clock: &dyn Clock) -> Report {
    let ward = Ward::enter(config, clock).await;
    let mut report = Report::new(ward.now);
    for (name, check) in CHECKS {
        let running = AssertUnwindSafe(check(&ward)).catch_unwind();
        let findings = match tokio::time::timeout(Duration::from_secs(CHECK_SECONDS_MAX), running).await {
            Ok(Ok(findings)) => findings,
            Ok(Err(_panicked)) => vec![unfinished(name, "途中で誤りが起きました", "ended in an error of the program")],
            Err(_elapsed) => vec![unfinished(name, "時間内に終わりませんでした", "did not end in time")],
        };
        report.take(name, findings);
    }
    report
}

fn unfinished(check: &'static str, ja: &str, en: &str) -> Finding {
    Finding::new(Grade::Fault, "check_unfinished", check)
        .says(format!("点検「{check}」が{ja}。"), format!("the check {check} {en}"))
        .asks("もう一度行い、続くときは開発者へお知らせください。", "run it again; tell the developers when it stays")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init;
    use renkei_kernel::{SettableClock, Timestamp};
    use std::os::unix::fs::PermissionsExt as _;

    fn at(text: &str) -> SettableClock {
        SettableClock::frozen(Timestamp::parse_rfc3339(text).unwrap())
    }

    async fn codes(config: &Path) -> Vec<&'static str> {
        let report = examine(config, &at("2026-11-21T10:00:00+09:00")).await;
        assert_eq!(report.checks.len(), CHECKS.len(), "no check is skipped");
        assert!(!report.text().is_empty());
        report.findings.iter().map(|finding| finding.code).collect()
    }

    /// R-X-19: where nothing is, the doctor says so and still looks at everything.
    #[tokio::test]
    async fn nothing_at_all_is_a_finding_and_no_crash() {
        let folder = tempfile::tempdir().unwrap();
        let found = codes(&folder.path().join("renkei.toml")).await;
        for code in ["settings", "folder_missing", "key_missing", "trust_unusable", "certificate_unusable"] {
            assert!(found.contains(&code), "{code}: {found:?}");
        }
    }

    /// R-X-19: a broken house is told piece by piece, in plain words, with what to do.
    #[tokio::test]
    async fn a_broken_house_is_told_piece_by_piece() {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path();
        init::run(home).unwrap();
        std::fs::write(home.join("renkei.toml"), "[folders]\ndata = \"data\"\nkeys = \"data/keys\"\n[mistake").unwrap();
        std::fs::create_dir(home.join("data/keys")).unwrap();
        std::fs::write(home.join("data/keys/installation.key"), [1; 32]).unwrap();
        std::fs::write(home.join("data/renkei.sqlite"), "this is no database").unwrap();
        std::fs::write(home.join("data/list-marks.json"), "{").unwrap();
        std::fs::write(home.join("checkpoints/latest.checkpoint"), "not one").unwrap();
        std::fs::set_permissions(home.join("checkpoints"), std::fs::Permissions::from_mode(0o777)).unwrap();
        let found = codes(&home.join("renkei.toml")).await;
        for code in ["settings", "folder_open", "database_unusable"] {
            assert!(found.contains(&code), "{code}: {found:?}");
        }
        // Read by a table that can be read, the folders named in a broken file are still looked at.
        let text = init::SETTINGS_TEMPLATE.replace("keys = \"keys\"", "keys = \"data/keys\"");
        std::fs::write(home.join("renkei.toml"), text).unwrap();
        let report = examine(&home.join("renkei.toml"), &at("2026-11-21T10:00:00+09:00")).await;
        let found: Vec<_> = report.findings.iter().map(|finding| finding.code).collect();
        for code in ["settings", "keys_inside_data", "key_open"] {
            assert!(found.contains(&code), "{code}: {found:?}");
        }
        for finding in report.findings.iter().filter(|finding| finding.grade >= Grade::Attention) {
            assert!(!finding.ja.is_empty() && !finding.en.is_empty(), "{}", finding.code);
            assert!(!finding.todo_ja.is_empty() && !finding.todo_en.is_empty(), "{}", finding.code);
        }
        assert_eq!(report.verdict.exit_code(), 6);
    }

    /// R-X-05: a setting shorter than the rule is told by the doctor too.
    #[tokio::test]
    async fn a_retention_below_the_rule_is_told() {
        let folder = tempfile::tempdir().unwrap();
        init::run(folder.path()).unwrap();
        let config = folder.path().join("renkei.toml");
        let text = init::SETTINGS_TEMPLATE.replace("trail_years = 5", "trail_years = 3");
        std::fs::write(&config, text).unwrap();
        assert!(codes(&config).await.contains(&"retention_too_short"));
    }
}
