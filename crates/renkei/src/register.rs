//! `renkei register load FILE`.

use crate::commands::{RegisterArguments, RegisterWhat};
use crate::console;
use crate::jobs::Job;
use std::process::ExitCode;

pub async fn run(arguments: RegisterArguments) -> ExitCode {
    let RegisterWhat::Load { place, format, file } = arguments.what;
    match std::fs::read_to_string(&file) {
        Ok(text) => console::carry_out(&place.config, Job::RegisterLoad { text }, format).await,
        Err(error) => {
            eprintln!("renkei: E400 {} を読めません / cannot be read: {error}", file.display());
            ExitCode::from(2)
        }
    }
}
