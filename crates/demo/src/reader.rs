//! The region's card readers: for each an agent of the ordinary kind with a pretended device, on which the cards of the
//! [`CardTable`] are laid.
//!
//! Everything above the device is real: the agents keep their connections to the machine entrance, prove their device
//! keys, and answer the server's nonces with signed messages.

use crate::cards::CardTable;
use crate::credentials::ReaderKey;
use api::agent::{AgentSettings, AgentState, Backoff, DeviceKey, PretendHandle, PretendReader, run_agent};
use renkei_api as api;
use renkei_kernel::{Clock, ReaderId};
use renkei_net::client::Client;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How the agents reach the house.
#[derive(Clone)]
pub struct Way {
    /// `host:port` of the machine entrance, and the name its certificate bears.
    pub address: String,
    pub server_name: String,
    /// Trusts the authority of the machine entrance.
    pub client: Client,
    pub clock: Arc<dyn Clock>,
}

/// The running agents. Dropping it ends them at once.
#[derive(Debug)]
pub struct Agents {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    states: Vec<(&'static str, watch::Receiver<AgentState>)>,
}

/// Why an agent could not start.
#[derive(Debug, thiserror::Error)]
#[error("体験版の読取機の鍵を使えません。/ the key of a fictional reader cannot be used")]
pub struct BadReaderKey;

impl Agents {
    /// Starts an agent for every reader; `readers` pairs each with the id under which the register enrolled it.
    ///
    /// # Errors
    /// When a reader's key cannot be used. No agent runs then.
    pub fn start(
        way: &Way,
        table: &CardTable,
        readers: impl IntoIterator<Item = (ReaderId, ReaderKey)>,
    ) -> Result<Self, BadReaderKey> {
        let (stop, stopped) = watch::channel(false);
        let mut agents = Self { stop, tasks: JoinSet::new(), states: Vec::new() };
        for (id, reader) in readers {
            let key = DeviceKey::from_seed(reader.secret.reveal()).ok_or(BadReaderKey)?;
            let settings = AgentSettings {
                reader: id,
                key: Arc::new(key),
                server_name: way.server_name.clone(),
                address: way.address.clone(),
                client: way.client.clone(),
                clock: way.clock.clone(),
                version: concat!("demo ", env!("CARGO_PKG_VERSION")).to_owned(),
                // the house stands on the same machine: it is there at once or not at all
                backoff: Backoff { first: Duration::from_millis(200), longest: Duration::from_secs(5) },
            };
            let (device, hand) = PretendReader::new();
            let (state, seen) = watch::channel(AgentState::default());
            agents.states.push((reader.reader, seen));
            agents.tasks.spawn(run_agent(settings, Box::new(device), state, stopped.clone()));
            agents.tasks.spawn(move_cards(table.clone(), reader.reader, hand));
        }
        Ok(agents)
    }

    /// Waits until the agent of that reader is accepted, at most `within`. False when it is not, or there is none.
    pub async fn connected(&self, reader: &str, within: Duration) -> bool {
        let Some((_, state)) = self.states.iter().find(|s| s.0 == reader) else { return false };
        let mut state = state.clone();
        let connected = state.wait_for(|s| matches!(s, AgentState::Connected | AgentState::Reading));
        matches!(tokio::time::timeout(within, connected).await, Ok(Ok(_)))
    }

    /// Waits until all are accepted, at most `within` in all.
    pub async fn all_connected(&self, within: Duration) -> bool {
        let everybody = async {
            for (reader, _) in &self.states {
                if !self.connected(reader, within).await {
                    return false;
                }
            }
            true
        };
        tokio::time::timeout(within, everybody).await.unwrap_or(false)
    }

    /// Lets the agents say goodbye and ends.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        self.states.clear();
        let goodbye = async { while self.tasks.join_next().await.is_some() {} };
        // the hands over the readers never end by themselves
        let _ended_or_not = tokio::time::timeout(Duration::from_millis(500), goodbye).await;
        self.tasks.abort_all();
    }
}

/// Keeps the pretended device as the table says.
async fn move_cards(table: CardTable, reader: &'static str, hand: PretendHandle) {
    let mut lying: Option<String> = None;
    let mut changes = table.changes();
    loop {
        let now = table.on(reader).map(|card| card.id);
        if now != lying {
            hand.remove();
            if let Some(id) = &now {
                hand.lay_card(id);
            }
            lying = now;
        }
        if changes.changed().await.is_err() {
            return;
        }
    }
}
