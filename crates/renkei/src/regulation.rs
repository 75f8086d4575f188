//! `renkei regulation check FOLDER` and `apply`.

use crate::commands::{Format, RegulationArguments, RegulationWhat};
use crate::jobs::Job;
use crate::{console, outcome};
use renkei_app::regulation::check_regulation;
use std::path::Path;
use std::process::ExitCode;

pub async fn run(arguments: RegulationArguments) -> ExitCode {
    match arguments.what {
        RegulationWhat::Check { folder } => match definitions(&folder) {
            Ok(files) => {
                outcome::of_problem(check_regulation(&files).map(|()| println!("誤りはありません。 / no fault")))
            }
            Err(error) => unreadable(&folder, &error),
        },
        RegulationWhat::Apply { place, folder } => match definitions(&folder) {
            Ok(files) => console::carry_out(&place.config, Job::RegulationApply { files }, Format::Text).await,
            Err(error) => unreadable(&folder, &error),
        },
    }
}

/// Name and text of every `.toml` of a folder.
fn definitions(folder: &Path) -> std::io::Result<Vec<(String, String)>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "toml") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, std::fs::read_to_string(&path)?));
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable(folder: &Path, error: &std::io::Error) -> ExitCode {
    eprintln!("renkei: E400 {} を読めません / cannot be read: {error}", folder.display());
    ExitCode::from(2)
}
