//! What Renkei costs, each number beside a peer or a floor measured in the same call.
//!
//! `cargo run --release -p renkei-bench -- all`, or one room by its name. A plain harness: the numbers are for people
//! and go into `docs/performance/`; no test depends on them. Everything is fed by the seeded fictional region.
#![allow(clippy::print_stdout, reason = "a harness tells its numbers")]

mod decide;
mod decode;
mod grow;
mod home;
mod import;
mod load;
mod pages;
mod postgres;
mod process;
mod report;
mod start;
mod trail;
mod views;
mod walk;

use clap::{Parser, Subcommand};
use report::Report;
use std::path::PathBuf;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[derive(Debug, Parser)]
#[command(name = "renkei-bench", about = "Measurements of Renkei / 性能の測定")]
struct Cli {
    #[command(subcommand)]
    what: What,
    /// Also write the numbers as JSON
    #[arg(long, global = true)]
    json: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Decode and parse SS-MIX2 on one core, beside two other HL7 readers
    Decode,
    /// Import with every safeguard on, beside a raw insert of the same rows; on PostgreSQL too
    Import {
        /// Patients of the generated region
        #[arg(long, default_value_t = 100)]
        patients: usize,
    },
    /// Pages of a running `renkei serve` at an open-loop rate
    Pages {
        /// Patients of the small region; the large one has ten times as many
        #[arg(long, default_value_t = 2_500)]
        patients: usize,
        /// Entries of an ordinary patient
        #[arg(long, default_value_t = 200)]
        entries: usize,
        /// Pages a second
        #[arg(long, default_value_t = 100)]
        rate: u32,
        /// Seconds of each run
        #[arg(long, default_value_t = 30)]
        seconds: u32,
        /// Folder of the two homes; kept and used again when it is there
        #[arg(long)]
        homes: PathBuf,
        /// The `renkei` program
        #[arg(long)]
        program: Option<PathBuf>,
        /// Only the small region
        #[arg(long)]
        small_only: bool,
    },
    /// One decision over all items of a patient
    Decide,
    /// Folding, decoding and the views of 5,000 entries
    Views,
    /// Records a second, and the verifier
    Trail {
        #[arg(long, default_value_t = 1_000_000)]
        records: usize,
    },
    /// Time until ready and memory, of `serve` and `demo`
    Start {
        /// The `renkei` program
        #[arg(long)]
        program: Option<PathBuf>,
        /// Minutes of walks before the demonstration's memory is read
        #[arg(long, default_value_t = 1)]
        minutes: u64,
    },
}

#[tokio::main]
async fn main() -> Outcome<()> {
    let cli = Cli::parse();
    let mut report = Report::begin();
    match cli.what {
        What::Decode => decode::measure(&mut report)?,
        What::Import { patients } => import::measure(&mut report, patients).await?,
        What::Pages { patients, entries, rate, seconds, homes, program, small_only } => {
            let plan = pages::Plan { patients, entries, rate, seconds, homes, small_only };
            pages::measure(&mut report, &plan, &process::program(program)?).await?;
        }
        What::Decide => decide::measure(&mut report),
        What::Views => views::measure(&mut report)?,
        What::Trail { records } => trail::measure(&mut report, records).await?,
        What::Start { program, minutes } => {
            start::measure(&mut report, &process::program(program)?, minutes).await?;
        }
    }
    report.end(cli.json.as_deref())
}
