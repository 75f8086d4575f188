//! `renkei inspect`: decode without storing anything, one JSON object for each input.

use crate::commands::InspectArguments;
use std::io::Write as _;
use std::process::ExitCode;

pub fn run(arguments: &InspectArguments) -> ExitCode {
    let stdout = std::io::stdout();
    let mut out = std::io::BufWriter::new(stdout.lock());
    let options = renkei_ssmix2::inspect::Options {
        as_format: arguments.as_format.clone(),
        pretty: arguments.format == crate::commands::Format::Text,
    };
    let worst = if arguments.join {
        renkei_ssmix2::inspect::inspect_joined(&arguments.paths, &options, &mut out)
    } else {
        renkei_ssmix2::inspect::inspect_each(&arguments.paths, &options, &mut out)
    };
    let flushed = out.flush();
    match (worst, flushed) {
        (Ok(verdict), Ok(())) => ExitCode::from(verdict.exit_code()),
        (Err(error), _) | (_, Err(error)) => {
            eprintln!("renkei: {error}");
            ExitCode::from(1)
        }
    }
}
