//! `renkei import ssmix2 --institution CODE PATH…`: resumable and idempotent; a second run changes nothing.

use crate::commands::{ImportArguments, ImportWhat};
use crate::console;
use crate::jobs::Job;
use std::process::ExitCode;

pub async fn run(arguments: ImportArguments) -> ExitCode {
    let ImportWhat::Ssmix2 { place, institution, format, paths } = arguments.what;
    let mut roots = Vec::with_capacity(paths.len());
    for path in paths {
        // A running server has another working folder.
        match path.canonicalize() {
            Ok(root) => roots.push(root),
            Err(error) => {
                eprintln!("renkei: E400 {} を開けません / cannot be opened: {error}", path.display());
                return ExitCode::from(2);
            }
        }
    }
    console::carry_out(&place.config, Job::ImportSsmix2 { institution, paths: roots }, format).await
}
