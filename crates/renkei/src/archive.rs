//! `renkei ledger archive` and `renkei ledger verify --archive` (R-X-05): closed spans of the trail outside, and their
//! verification by somebody who has only them and a public key.

use crate::commands::{Format, Place as PlaceArgument};
use crate::console;
use crate::jobs::{Answer, Job};
use crate::outcome;
use crate::settings::Settings;
use jiff::civil::Date;
use renkei_app::House;
use renkei_kernel::{Category, Problem as _, Timestamp};
use renkei_ledger::{ArchiveReport, VerifierKey};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// What the command line asks for.
pub struct Wanted {
    pub to: PathBuf,
    pub before: Option<Date>,
    pub from: Option<u64>,
    pub format: Format,
}

pub async fn archive(place: &PlaceArgument, wanted: Wanted) -> ExitCode {
    let settings = match Settings::load(&place.config) {
        Ok(settings) => settings,
        Err(error) => return outcome::refused(error.category(), error.code(), &error),
    };
    let folder = std::path::absolute(&wanted.to).unwrap_or(wanted.to);
    let folders = &settings.folders;
    if [&folders.data, &folders.keys, &folders.checkpoints].iter().any(|inner| lies_in(&folder, inner)) {
        let text = "書庫は、data・keys・checkpoints の外に置いてください。 / an archive belongs outside data, keys and checkpoints";
        return outcome::refused(Category::AgainstRule, "archive_inside", &text);
    }
    let before = wanted.before.map(|day| Timestamp::from_tokyo(day.at(0, 0, 0, 0)).micros());
    let job = Job::TrailArchive { folder, before, first: wanted.from };
    console::carry_out(&place.config, job, wanted.format).await
}

/// Also when the folder is not there yet and some part of its path is a link.
fn lies_in(folder: &Path, outer: &Path) -> bool {
    let outer = outer.canonicalize().unwrap_or_else(|_| outer.to_owned());
    folder.ancestors().any(|above| above.canonicalize().is_ok_and(|real| real == outer) || above == outer)
}

/// The job, by the running server or by the command itself.
pub async fn write(house: &House, folder: &Path, before: Option<i64>, first: Option<u64>) -> Answer {
    match house.archive_trail(folder, before.map(Timestamp), first).await {
        Ok(Some(archived)) => {
            let (span, digest) = (archived.span, archived.digest_text());
            let lines = vec![
                format!(
                    "監査証跡の {} 番から {} 番までを書庫に写しました: {}（要約 {digest}）。データベースからは何も消していません。",
                    span.first,
                    span.end - 1,
                    archived.folder.display()
                ),
                format!(
                    "{} entries archived and verified; nothing was deleted from the database",
                    span.end - span.first
                ),
            ];
            Answer::done(lines, archived)
        }
        Ok(None) => {
            let line = "前の書庫の後に、封印された記録はまだありません。 / nothing was signed since the last archive";
            Answer::done(vec![line.to_owned()], serde_json::Value::Null)
        }
        Err(error) => Answer::problem(&error),
    }
}

pub fn verify(folder: &Path, keys: &[VerifierKey], format: Format) -> ExitCode {
    match renkei_ledger::verify_archive(folder, keys) {
        Ok(verified) => {
            print(&verified, format);
            if verified.report.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(5) }
        }
        Err(error) => outcome::of_problem::<(), _>(Err(error)),
    }
}

fn print(verified: &ArchiveReport, format: Format) {
    if format == Format::Text {
        let span =
            verified.span.map_or("-".to_owned(), |span| format!("{}–{}", span.first, span.end.saturating_sub(1)));
        println!("書庫 {0} 個、{span} 番 / archives {0}, entries {span}", verified.archives);
        return crate::ledger::print(&verified.report, format);
    }
    println!("{}", serde_json::to_string(verified).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_inside_is_found_through_links_and_before_it_is_made() {
        let place = tempfile::tempdir().unwrap();
        let (data, outside) = (place.path().join("data"), place.path().join("outside"));
        std::fs::create_dir_all(&data).unwrap();
        std::fs::create_dir_all(&outside).unwrap();
        std::os::unix::fs::symlink(&data, outside.join("link")).unwrap();
        for inside in [data.clone(), data.join("new/archives"), outside.join("link/new")] {
            assert!(lies_in(&inside, &data), "{inside:?}");
        }
        assert!(!lies_in(&outside.join("archives"), &data));
    }
}
