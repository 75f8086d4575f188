//! `renkei card-agent enrol` and `run`: the reader agent on a PC at a desk (patient-card.md, section 3).
//!
//! Separate from the installation's commands: it opens no house, reads no `renkei.toml`, and knows one server and one
//! key of its own. A reader driver comes behind `CardReader`; this build has none. For training rooms there is a
//! pretend reader whose cards are typed: it says so to the server, so only a reader that the register allows keyboards
//! is believed, and then as unproven (level 0). Else `--pretend` would let a card number be typed from anywhere.

use crate::commands::{CardAgentArguments, CardAgentWhat};
use crate::outcome;
use crate::serve::until_asked_to_stop;
use renkei_api::agent::{
    AgentEnd, AgentFile, AgentFileError, AgentState, CardReader, PretendHandle, PretendReader, run_agent,
};
use renkei_kernel::{Category, Entropy, Problem, SystemClock, SystemEntropy};
use std::io::BufRead;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::sync::watch;

#[derive(Debug, thiserror::Error)]
enum CardAgentError {
    #[error(
        "この版にはカードリーダーの駆動部がありません。研修には run --pretend をお使いください。 / no reader driver is built in; for training there is run --pretend"
    )]
    NoDriver,
    #[error(transparent)]
    File(#[from] AgentFileError),
}

impl Problem for CardAgentError {
    fn category(&self) -> Category {
        match self {
            Self::NoDriver => Category::Stopped,
            Self::File(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NoDriver => "no_reader_driver",
            Self::File(error) => error.code(),
        }
    }
}

pub async fn run(arguments: CardAgentArguments) -> ExitCode {
    outcome::of_problem(match arguments.what {
        CardAgentWhat::Enrol => enrol(&arguments.config, &SystemEntropy).map(|text| print!("{text}")),
        CardAgentWhat::Run { pretend } => work(&arguments.config, pretend).await,
    })
}

/// The line for the register; the key is made when there is none.
fn enrol(config: &Path, entropy: &dyn Entropy) -> Result<String, CardAgentError> {
    let (key, is_new) = AgentFile::load(config)?.device_key(entropy)?;
    let made = if is_new { "端末の鍵を作りました。" } else { "端末の鍵はすでにあります。" };
    Ok(format!("{made}次の1行を運用担当へ送ってください。 / Send this line to the operator:\n{}\n", key.enrolment()))
}

async fn work(config: &Path, pretend: bool) -> Result<(), CardAgentError> {
    let file = AgentFile::load(config)?;
    let (reader, hand) = device(pretend)?;
    let prepared = file.prepare(Arc::new(SystemClock), &SystemEntropy, env!("CARGO_PKG_VERSION"))?;
    if prepared.key_is_new {
        eprint!("{}", prepared.enrolment_note());
    }
    eprintln!("練習用の読み取り機です。 / pretend reader: lay felica:0123456789ABCDEF | remove");
    // A thread of its own: waiting for a line must not keep the connection from breathing.
    std::thread::spawn(move || follow(&hand, std::io::stdin().lock()));
    let (state, mut watched) = watch::channel(AgentState::default());
    let (stop, stopped) = watch::channel(false);
    let agent = tokio::spawn(run_agent(prepared.settings, reader, state, stopped));
    let telling = tokio::spawn(async move {
        let mut told = None;
        while watched.changed().await.is_ok() {
            let now = *watched.borrow_and_update();
            if told.replace(now) != Some(now) {
                eprintln!("{}", sentence(now));
            }
        }
    });
    until_asked_to_stop().await;
    stop.send_replace(true);
    let _ended = agent.await;
    telling.abort();
    Ok(())
}

/// The reader this agent works with: a driver where one is built in, or the pretend one when it is asked for by name.
fn device(pretend: bool) -> Result<(Box<dyn CardReader>, PretendHandle), CardAgentError> {
    if !pretend {
        return Err(CardAgentError::NoDriver);
    }
    let (reader, hand) = PretendReader::new();
    Ok((Box::new(reader), hand))
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

fn sentence(state: AgentState) -> String {
    match state {
        AgentState::Connecting => "つないでいます… / connecting".to_owned(),
        AgentState::Connected => "つながりました。 / connected".to_owned(),
        AgentState::Reading => "カードを待っています。 / a card is asked for".to_owned(),
        AgentState::Waiting(AgentEnd::Unreachable) => {
            "サーバーにつながりません。address・server_name・roots を確かめてください。 / the server cannot be reached"
                .to_owned()
        }
        AgentState::Waiting(AgentEnd::NotOurServer) => {
            "設定の server_name と違うサーバーが答えました。 / another server than server_name answered".to_owned()
        }
        AgentState::Waiting(AgentEnd::Told(why)) => {
            format!(
                "サーバーがお断りしました（{why:?}）。reader の番号と鍵の登録を確かめてください。 / the server refused"
            )
        }
        AgentState::Waiting(AgentEnd::Stopped) => "終了しました。 / stopped".to_owned(),
        AgentState::Waiting(AgentEnd::Lost | AgentEnd::Silent) => {
            "接続が切れました。つなぎ直します。 / the connection was lost and is made again".to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_kernel::SeededEntropy;
    use std::os::unix::fs::PermissionsExt as _;
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
    fn enrolment_makes_a_key_of_its_owner_and_prints_the_line_of_the_register() {
        let (folder, config) = desk();
        let first = enrol(&config, &SeededEntropy::new(1)).unwrap();
        let mode = std::fs::metadata(folder.path().join("device.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let line = first.lines().last().unwrap();
        let table: toml::Table = line.parse().unwrap();
        assert_eq!(table["device_key"].as_str().unwrap().len(), 64);
        let again = enrol(&config, &SeededEntropy::new(2)).unwrap();
        assert_eq!(again.lines().last(), Some(line));
    }

    #[tokio::test]
    async fn without_a_driver_the_agent_says_so() {
        let (_folder, config) = desk();
        let refused = work(&config, false).await.unwrap_err();
        assert_eq!((refused.code(), refused.category().exit_code()), ("no_reader_driver", 6));
    }

    #[tokio::test]
    async fn before_enrolment_nothing_connects() {
        let (_folder, config) = desk();
        assert_eq!(work(&config, true).await.unwrap_err().code(), "reader_not_enrolled");
    }

    /// R-8.2.4-ア: a typed number never passes as a card that a reader saw.
    #[tokio::test]
    async fn cards_of_the_pretend_reader_are_typed_cards() {
        use renkei_api::reader::wire::Means;
        let (mut reader, hand) = device(true).unwrap();
        follow(&hand, "\nlay felica:012E4CE17A3B5C6D\n".as_bytes());
        let seen = reader.read(Duration::from_secs(1)).await.unwrap();
        assert!(seen.means == Means::Keyboard && seen.kind == "felica" && seen.id == "012E4CE17A3B5C6D");
        follow(&hand, "lay 012E4CE17A3B5C6D\nremove\nput felica:012E4CE17A3B5C6D\n".as_bytes());
        assert!(!hand.has_card());
    }
}
