//! `renkei`: the program. Reads the command line and hands over; every command is a file of its own.

mod archive;
mod card_agent;
mod certificate;
mod commands;
mod console;
#[cfg(feature = "demo")]
mod demo;
mod doctor;
mod feed;
mod feeds;
mod import;
mod init;
mod inspect;
mod jobs;
mod keys;
mod ledger;
mod list_marks;
mod logs;
mod migrate;
mod monitor;
mod moved;
mod observe;
mod operation;
mod outcome;
mod panics;
mod production;
mod readers;
mod rebuild;
mod register;
mod regulation;
mod serve;
mod settings;
mod stop;
mod wiring;

use clap::Parser;
use commands::{Cli, Command};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = Cli::parse();
    start_logging(&cli.command);
    panics::tell_the_place_only();
    match cli.command {
        Command::Init { folder } => in_runtime(async move { init::command(&folder).await }),
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Certificate(arguments) => certificate::run(&arguments),
        Command::Serve(arguments) => in_runtime(serve::run(arguments)),
        Command::Import(arguments) => in_runtime(import::run(arguments)),
        Command::Feeds(arguments) => in_runtime(feeds::run(arguments)),
        Command::Register(arguments) => in_runtime(register::run(arguments)),
        Command::Regulation(arguments) => in_runtime(regulation::run(arguments)),
        Command::Ledger(arguments) => in_runtime(ledger::run(arguments)),
        Command::Doctor(arguments) => in_runtime(doctor::run(arguments)),
        Command::Keys(arguments) => in_runtime(keys::run(arguments)),
        Command::Rebuild(arguments) => in_runtime(rebuild::run(arguments)),
        Command::Migrate(arguments) => in_runtime(migrate::run(arguments)),
        Command::CardAgent(arguments) => in_runtime(card_agent::run(arguments)),
        #[cfg(feature = "demo")]
        Command::Demo(arguments) => in_runtime(demo::run(arguments)),
    }
}

fn in_runtime(command: impl Future<Output = ExitCode>) -> ExitCode {
    match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => {
            let code = runtime.block_on(command);
            // A network share that hangs keeps the thread that reads it; nothing waits for it for ever.
            runtime.shutdown_timeout(std::time::Duration::from_secs(5));
            code
        }
        Err(error) => outcome::of::<(), _>(Err(error)),
    }
}

/// A server's logs follow its settings; those of a command go to standard error. A settings file that cannot be read is
/// told by the server itself.
fn start_logging(command: &Command) {
    let settings = match command {
        Command::Serve(arguments) => settings::Settings::load(&arguments.place.config).ok(),
        _ => None,
    };
    match settings {
        Some(settings) => logs::start(&settings.logs, &settings.retention),
        None => logs::start(&operation::Logs::default(), &operation::Retention::default()),
    }
}
