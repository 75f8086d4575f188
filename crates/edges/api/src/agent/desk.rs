//! The agent as the person at the desk meets it: enrolling, running, and one sentence for each thing that happens.
//!
//! Separate from the connection because two programs offer it: `renkei card-agent` with the pretend reader and
//! `renkei-card-agent` with a real one. What they say must be the same.

use crate::agent::device::CardReader;
use crate::agent::file::{AgentFile, AgentFileError};
use crate::agent::run::{AgentEnd, AgentState, run_agent};
use crate::reader::wire::Farewell;
use renkei_kernel::{Entropy, SystemClock};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;

/// Makes the device key when there is none; the text with the line for the register.
pub fn enrol(config: &Path, entropy: &dyn Entropy) -> Result<String, AgentFileError> {
    let (key, is_new) = AgentFile::load(config)?.device_key(entropy)?;
    let made = if is_new { "端末の鍵を作りました。" } else { "端末の鍵はすでにあります。" };
    Ok(format!("{made}次の1行を運用担当へ送ってください。 / Send this line to the operator:\n{}\n", key.enrolment()))
}

/// Runs the agent of a settings file with `reader` until `stop` ends. `tell` gets what a person at the desk should
/// know, once for each change.
pub async fn work(
    file: AgentFile,
    version: &str,
    entropy: &dyn Entropy,
    reader: Box<dyn CardReader>,
    tell: impl Fn(&str) + Send + 'static,
    stop: impl Future<Output = ()>,
) -> Result<(), AgentFileError> {
    let prepared = file.prepare(Arc::new(SystemClock), entropy, version)?;
    if prepared.key_is_new {
        tell(prepared.enrolment_note().trim_end());
    }
    let (state, mut watched) = watch::channel(AgentState::default());
    let (stopping, stopped) = watch::channel(false);
    let agent = tokio::spawn(run_agent(prepared.settings, reader, state, stopped));
    let telling = tokio::spawn(async move {
        let mut told = None;
        while watched.changed().await.is_ok() {
            let now = *watched.borrow_and_update();
            if told.replace(now) != Some(now) {
                tell(sentence(now));
            }
        }
    });
    stop.await;
    stopping.send_replace(true);
    let _ended = agent.await;
    // The agent is gone and with it the sender: what it said last is still told, then the loop ends by itself.
    let _told = telling.await;
    Ok(())
}

/// What a person at the desk is told about a state.
pub fn sentence(state: AgentState) -> &'static str {
    match state {
        AgentState::Connecting => "つないでいます… / connecting",
        AgentState::Connected => "つながりました。 / connected",
        AgentState::Reading => "カードを待っています。 / a card is asked for",
        AgentState::Waiting(AgentEnd::Unreachable) => {
            "サーバーにつながりません。address・server_name・roots を確かめてください。 / the server cannot be reached: check address, server_name, roots"
        }
        AgentState::Waiting(AgentEnd::NotOurServer) => {
            "設定の server_name と違うサーバーが答えました。 / another server than server_name answered"
        }
        AgentState::Waiting(AgentEnd::Told(Farewell::NotAccepted)) => {
            "サーバーがこの端末を認めません。reader の番号と、鍵が登録されたかを運用担当に確かめてください。 / the server does not accept this device: ask the operator about the reader's id and its key"
        }
        AgentState::Waiting(AgentEnd::Told(Farewell::Replaced)) => {
            "同じ reader の番号でほかの端末がつながりました。番号の重なりを運用担当に確かめてください。 / another PC connected under the same reader id"
        }
        AgentState::Waiting(AgentEnd::Told(Farewell::Malformed | Farewell::TooMany)) => {
            "サーバーが接続を断りました。プログラムの版を運用担当に確かめてください。 / the server refused; ask the operator about the program's version"
        }
        AgentState::Waiting(AgentEnd::Told(Farewell::Closing)) => {
            "サーバーが終了しました。つなぎ直します。 / the server is closing; connecting again"
        }
        AgentState::Waiting(AgentEnd::Stopped) => "終了しました。 / stopped",
        AgentState::Waiting(AgentEnd::Lost | AgentEnd::Silent) => {
            "接続が切れました。つなぎ直します。 / the connection was lost and is made again"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_kernel::SeededEntropy;

    #[test]
    fn enrolment_makes_a_key_and_prints_the_line_of_the_register() {
        let folder = tempfile::tempdir().unwrap();
        let config = folder.path().join("card-agent.toml");
        let settings =
            "server_name = \"renkei.example.jp\"\naddress = \"127.0.0.1:1\"\nroots = \"r.pem\"\nkey = \"device.key\"\n";
        std::fs::write(&config, settings).unwrap();
        let first = enrol(&config, &SeededEntropy::new(1)).unwrap();
        let line = first.lines().last().unwrap();
        let table: toml::Table = line.parse().unwrap();
        assert_eq!(table["device_key"].as_str().unwrap().len(), 64);
        let again = enrol(&config, &SeededEntropy::new(2)).unwrap();
        assert_eq!(again.lines().last(), Some(line), "the key is made once");
    }
}
