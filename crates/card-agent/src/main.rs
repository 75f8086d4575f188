//! `renkei-card-agent`: the program on a PC at a desk whose card reader is a real one (patient-card.md, section 3).
//!
//! A program of its own so that only the desk needs a smart-card library (decision 0007): the server, the demonstration
//! and training rooms start without one. Whoever types `renkei card-agent run` gets here too, when both lie side by side.

mod check;
mod pcsc;
mod readers;
#[cfg(windows)]
mod service;
mod stop;

use clap::{Parser, Subcommand};
use pcsc::PcscReader;
use renkei_api::agent::{AgentFile, AgentFileError, desk};
use renkei_kernel::{Category, Problem, SystemEntropy};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// 連携: カードリーダーの端末プログラム / card reader agent
#[derive(Debug, Parser)]
#[command(name = "renkei-card-agent", version)]
struct Arguments {
    /// Settings of the agent
    #[arg(long, global = true, default_value = "card-agent.toml")]
    config: PathBuf,
    /// Write messages to this file instead of standard error (a service has nobody who reads along)
    #[arg(long, global = true)]
    log: Option<PathBuf>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Clone, Copy, Subcommand)]
enum What {
    /// Make the device key when there is none; print the line for the register
    Enrol,
    /// Connect to the machine entrance and read cards
    Run,
    /// List the card readers of this PC and which of them is used
    Readers,
    /// Wait for a card and say whether it can be used; nothing is sent
    Check,
    /// As `run`, started by the service manager of Windows
    #[cfg(windows)]
    Service,
}

/// Size at which a log file is put aside.
const LOG_MAX_BYTES: u64 = 1024 * 1024;

#[derive(Debug, thiserror::Error)]
enum AgentError {
    #[error(transparent)]
    File(#[from] AgentFileError),
    #[error(
        "スマートカードサービスが動いていません（Linux: pcscd、Windows: Smart Card）: {0} / the smart card service does not run"
    )]
    NoService(::pcsc::Error),
    #[error("カードを読めませんでした（{0}）。 / the card could not be read")]
    Unreadable(&'static str),
    #[error("プログラムを始められません: {0} / cannot start")]
    Start(#[from] std::io::Error),
    #[cfg(windows)]
    #[error("Windows のサービスとして始められません: {0} / cannot start as a service")]
    Service(#[from] windows_service::Error),
}

impl Problem for AgentError {
    fn category(&self) -> Category {
        match self {
            Self::File(error) => error.category(),
            Self::NoService(_) => Category::Stopped,
            Self::Unreadable(_) => Category::AgainstRule,
            Self::Start(_) => Category::Unexpected,
            #[cfg(windows)]
            Self::Service(_) => Category::Unexpected,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::File(error) => error.code(),
            Self::NoService(_) => "no_smart_card_service",
            Self::Unreadable(why) => why,
            Self::Start(_) => "start",
            #[cfg(windows)]
            Self::Service(_) => "windows_service",
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if let Err(error) = start_logging(arguments.log.as_deref()) {
        eprintln!("renkei-card-agent: {error}");
        return ExitCode::FAILURE;
    }
    match carry_out(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("renkei-card-agent: E{} {}: {problem}", problem.category().status(), problem.code());
            ExitCode::from(problem.category().exit_code())
        }
    }
}

/// Messages for the operator; `RENKEI_LOG` chooses how much. No card's number stands in them. A file that has grown is
/// put aside once at the start.
fn start_logging(file: Option<&Path>) -> std::io::Result<()> {
    let filter = tracing_subscriber::EnvFilter::try_from_env("RENKEI_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,renkei=info"));
    let lines = tracing_subscriber::fmt().with_env_filter(filter);
    let Some(path) = file else {
        lines.with_writer(std::io::stderr).init();
        return Ok(());
    };
    if std::fs::metadata(path).is_ok_and(|facts| facts.len() > LOG_MAX_BYTES) {
        std::fs::rename(path, path.with_extension("old.log"))?;
    }
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path)?;
    lines.with_ansi(false).with_writer(std::sync::Mutex::new(file)).init();
    Ok(())
}

fn carry_out(arguments: &Arguments) -> Result<(), AgentError> {
    match arguments.what {
        What::Enrol => print!("{}", desk::enrol(&arguments.config, &SystemEntropy)?),
        What::Run => run(&arguments.config, arguments.log.is_some(), stop::when_asked())?,
        What::Readers => print!("{}", readers::report(&arguments.config)?),
        What::Check => println!("{}", check::check(&arguments.config)?),
        #[cfg(windows)]
        What::Service => service::run(&arguments.config)?,
    }
    Ok(())
}

/// Runs the agent until `stop`. `to_log`: nobody reads along, so what a person would be told goes to the log.
fn run(config: &Path, to_log: bool, stop: impl Future<Output = ()>) -> Result<(), AgentError> {
    let file = AgentFile::load(config)?;
    let reader = Box::new(PcscReader::open(file.device.clone())?);
    let version = env!("CARGO_PKG_VERSION");
    let tell = move |text: &str| if to_log { tracing::info!("{text}") } else { eprintln!("{text}") };
    runtime()?.block_on(desk::work(file, version, &SystemEntropy, reader, tell, stop))?;
    Ok(())
}

/// The agent has one connection and one reader: one thread is enough.
fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
