//! `renkei register load FILE` and `reader KEY`.

use crate::commands::{Format, RegisterArguments, RegisterWhat};
use crate::console;
use crate::jobs::Job;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub async fn run(arguments: RegisterArguments) -> ExitCode {
    match arguments.what {
        RegisterWhat::Load { place, format, file } => load(&place.config, file, format).await,
        RegisterWhat::Reader { place, key } => {
            console::carry_out(&place.config, Job::RegisterReader { key }, Format::Text).await
        }
    }
}

async fn load(config: &Path, file: PathBuf, format: Format) -> ExitCode {
    match std::fs::read_to_string(&file) {
        Ok(text) => console::carry_out(config, Job::RegisterLoad { text }, format).await,
        Err(error) => {
            eprintln!("renkei: E400 {} を読めません / cannot be read: {error}", file.display());
            ExitCode::from(2)
        }
    }
}
