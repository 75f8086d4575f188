//! `renkei card-agent`: the reader agent on a PC at a desk (patient-card.md, section 3).
//!
//! Separate from the installation's commands: it opens no house, reads no `renkei.toml`, and knows one server and one
//! key of its own. The driver of real readers is a program of its own beside this one (`renkei-card-agent`, decision
//! 0007), so that a server needs no smart-card library; `run`, `readers` and `check` hand over to it. What is built in
//! is the pretend reader of training rooms, whose cards are typed: it says so to the server, so only a reader that the
//! register allows keyboards is believed, and then as unproven (level 0). Else `--pretend` would let a card number be
//! typed from anywhere.

use crate::commands::{CardAgentArguments, CardAgentWhat};
use crate::outcome;
use crate::stop::AskedToStop;
use renkei_api::agent::{AgentFile, AgentFileError, CardReader, PretendHandle, PretendReader, desk};
use renkei_kernel::{Category, Problem, SystemEntropy};
use std::io::BufRead;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The program with the reader's driver, beside this one.
const DRIVER: &str = "renkei-card-agent";

#[derive(Debug, thiserror::Error)]
enum CardAgentError {
    #[error(
        "カードリーダーの駆動部（{DRIVER}）が見つかりません。このプログラムと同じフォルダーに入れてください。研修には run --pretend をお使いください。 / the reader's driver is not beside this program; for training there is run --pretend"
    )]
    NoDriver,
    #[error("カードリーダーの駆動部 {program} を起動できません: {source} / the reader's driver cannot be started")]
    Driver { program: PathBuf, source: std::io::Error },
    #[error(transparent)]
    File(#[from] AgentFileError),
    #[error("停止の合図を受け取れません: {0} / signals cannot be heard")]
    Signals(#[source] std::io::Error),
}

impl Problem for CardAgentError {
    fn category(&self) -> Category {
        match self {
            Self::NoDriver | Self::Driver { .. } | Self::Signals(_) => Category::Stopped,
            Self::File(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NoDriver => "no_reader_driver",
            Self::Driver { .. } => "reader_driver",
            Self::File(error) => error.code(),
            Self::Signals(_) => "signals_unheard",
        }
    }
}

pub async fn run(arguments: CardAgentArguments) -> ExitCode {
    let config = &arguments.config;
    outcome::of_problem(match arguments.what {
        CardAgentWhat::Enrol => {
            desk::enrol(config, &SystemEntropy).map(|text| print!("{text}")).map_err(CardAgentError::from)
        }
        CardAgentWhat::Run { pretend: true } => work(config).await,
        CardAgentWhat::Run { pretend: false } => hand_over(&beside(), config, "run"),
        CardAgentWhat::Readers => hand_over(&beside(), config, "readers"),
        CardAgentWhat::Check => hand_over(&beside(), config, "check"),
    })
}

/// Where the driver's program is expected.
fn beside() -> PathBuf {
    std::env::current_exe().map_or_else(|_| PathBuf::from(DRIVER), |program| program.with_file_name(DRIVER))
}

/// Becomes the driver's program; comes back only when that is impossible.
fn hand_over(program: &Path, config: &Path, what: &str) -> Result<(), CardAgentError> {
    if !program.is_file() {
        return Err(CardAgentError::NoDriver);
    }
    let source = std::process::Command::new(program).arg("--config").arg(config).arg(what).exec();
    Err(CardAgentError::Driver { program: program.to_owned(), source })
}

/// Runs the agent with the pretend reader.
async fn work(config: &Path) -> Result<(), CardAgentError> {
    let file = AgentFile::load(config)?;
    if file.reader.is_none() {
        return Err(AgentFileError::NotEnrolled.into());
    }
    let (reader, hand) = device();
    let stop = AskedToStop::listen().map_err(CardAgentError::Signals)?;
    eprintln!("練習用の読み取り機です。 / pretend reader: lay felica:0123456789ABCDEF | remove");
    // A thread of its own: waiting for a line must not keep the connection from breathing.
    std::thread::spawn(move || follow(&hand, std::io::stdin().lock()));
    let tell = |text: &str| eprintln!("{text}");
    desk::work(file, env!("CARGO_PKG_VERSION"), &SystemEntropy, reader, tell, stop.come()).await?;
    Ok(())
}

fn device() -> (Box<dyn CardReader>, PretendHandle) {
    let (reader, hand) = PretendReader::new();
    (Box::new(reader), hand)
}

/// Does what the lines say until they end.
fn follow(hand: &PretendHandle, lines: impl BufRead) {
    for line in lines.lines().map_while(Result::ok) {
        match line.split_whitespace().collect::<Vec<_>>().as_slice() {
            [] => {}
            ["remove"] => hand.remove(),
            ["lay", card] => match card.split_once(':') {
                Some((kind, id)) => hand.type_in(kind, id),
                None => eprintln!("lay felica:… の形です / lay KIND:ID"),
            },
            // What was typed may be a card's number: it is not repeated.
            _ => eprintln!("lay felica:… か remove です / lay KIND:ID or remove"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    const BEFORE_ENROLMENT: &str =
        "server_name = \"renkei.example.jp\"\naddress = \"127.0.0.1:1\"\nroots = \"root.pem\"\nkey = \"device.key\"\n";

    fn desk() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("card-agent.toml");
        std::fs::write(&config, BEFORE_ENROLMENT).unwrap();
        (folder, config)
    }

    #[test]
    fn without_the_driver_beside_it_the_program_says_so() {
        let (folder, config) = desk();
        let refused = hand_over(&folder.path().join(DRIVER), &config, "run").unwrap_err();
        assert_eq!((refused.code(), refused.category().exit_code()), ("no_reader_driver", 6));
    }

    #[test]
    fn a_driver_that_is_no_program_is_reported() {
        let (folder, config) = desk();
        let program = folder.path().join(DRIVER);
        std::fs::write(&program, "text").unwrap();
        assert_eq!(hand_over(&program, &config, "run").unwrap_err().code(), "reader_driver");
    }

    #[tokio::test]
    async fn before_enrolment_nothing_connects() {
        let (_folder, config) = desk();
        assert_eq!(work(&config).await.unwrap_err().code(), "reader_not_enrolled");
    }

    /// R-8.2.4-ア: a typed number never passes as a card that a reader saw.
    #[tokio::test]
    async fn cards_of_the_pretend_reader_are_typed_cards() {
        use renkei_api::reader::wire::Means;
        let (mut reader, hand) = device();
        follow(&hand, "\nlay felica:012E4CE17A3B5C6D\n".as_bytes());
        let seen = reader.read(Duration::from_secs(1)).await.unwrap();
        assert!(seen.means == Means::Keyboard && seen.kind == "felica" && seen.id == "012E4CE17A3B5C6D");
        follow(&hand, "lay 012E4CE17A3B5C6D\nremove\nput felica:012E4CE17A3B5C6D\n".as_bytes());
        assert!(!hand.has_card());
    }
}
