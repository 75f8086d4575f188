//! `renkei rebuild`: projections made again from originals, compared with the stored ones.

use crate::commands::RebuildArguments;
use crate::console;
use crate::jobs::Job;
use std::process::ExitCode;

pub async fn run(arguments: RebuildArguments) -> ExitCode {
    console::carry_out(&arguments.place.config, Job::Rebuild, arguments.format).await
}
