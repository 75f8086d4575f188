//! The agent's life: connect, prove, wait for orders, read, answer; come back when the connection is lost.
//!
//! Separate from the device so that the reader goes on living while connections come and go.

use crate::agent::device::{CardReader, Order, ReaderChange, Report, operate};
use crate::agent::key::DeviceKey;
use crate::limits::{MESSAGE_MAX_BYTES, OUTBOX_MAX};
use crate::reader::PATH;
use crate::reader::wire::{CardMessage, Farewell, FromAgent, Nonce, SUBPROTOCOL, Signature, ToAgent, identify_bytes};
use futures::{SinkExt, StreamExt};
use renkei_kernel::{CardReadId, Clock, ReaderId};
use renkei_net::client::Client;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::ClientRequestBuilder;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

type Socket = WebSocketStream<tokio_rustls::client::TlsStream<TcpStream>>;

/// What an agent needs to know.
#[derive(Clone)]
pub struct AgentSettings {
    /// The id under which the operator enrolled this reader.
    pub reader: ReaderId,
    pub key: Arc<DeviceKey>,
    /// Name of the server, as in its certificate; part of everything that is signed.
    pub server_name: String,
    /// `host:port` of the machine entrance.
    pub address: String,
    /// Trusts the roots of the machine entrance.
    pub client: Client,
    pub clock: Arc<dyn Clock>,
    /// Version of the agent, shown to the administrator.
    pub version: String,
    pub backoff: Backoff,
}

/// Pauses between attempts to connect: doubled from `first` up to `longest`.
#[derive(Debug, Clone, Copy)]
pub struct Backoff {
    pub first: Duration,
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(60) }
    }
}

/// What the agent is doing, for its own window or log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum AgentState {
    #[default]
    Connecting,
    /// Accepted by the server.
    Connected,
    /// Connected, and a card is asked for.
    Reading,
    /// Not connected; the next attempt follows.
    Waiting(AgentEnd),
}

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentEnd {
    /// The server could not be reached, or its certificate does not fit.
    Unreachable,
    /// What answered is not this protocol, or not the server named in the settings.
    NotOurServer,
    /// The connection was lost.
    Lost,
    /// The server said so.
    Told(Farewell),
    /// Nothing was heard for too long.
    Silent,
    Stopped,
}

/// Runs until `stop` becomes true. `state` tells what happens.
pub async fn run_agent(
    settings: AgentSettings,
    reader: Box<dyn CardReader>,
    state: watch::Sender<AgentState>,
    mut stop: watch::Receiver<bool>,
) {
    let (orders, taken) = mpsc::channel(OUTBOX_MAX);
    let (told, mut reports) = mpsc::channel(OUTBOX_MAX);
    let operating = tokio::spawn(operate(reader, taken, told));
    let mut pause = settings.backoff.first;
    loop {
        state.send_replace(AgentState::Connecting);
        let end = tokio::select! {
            end = connection(&settings, &state, &orders, &mut reports, &mut pause) => end,
            _stopped = stop.wait_for(|stop| *stop) => AgentEnd::Stopped,
        };
        state.send_replace(AgentState::Waiting(end));
        if end == AgentEnd::Stopped {
            break;
        }
        tracing::info!(agent.end = ?end, agent.pause_ms = pause.as_millis() as u64, "the connection ended; trying again after a pause");
        let stopped = tokio::select! {
            () = resting(pause, &mut reports) => false,
            _stopped = stop.wait_for(|stop| *stop) => true,
        };
        if stopped {
            break;
        }
        pause = pause.saturating_mul(2).min(settings.backoff.longest);
    }
    operating.abort();
}

/// A pause between connections. What the device reports meanwhile is old by the next one, which asks anew.
async fn resting(pause: Duration, reports: &mut mpsc::Receiver<Report>) {
    let until = tokio::time::sleep(pause);
    tokio::pin!(until);
    loop {
        tokio::select! {
            () = &mut until => return,
            report = reports.recv() => {
                if report.is_none() {
                    return until.await;
                }
            }
        }
    }
}

async fn connection(
    settings: &AgentSettings,
    state: &watch::Sender<AgentState>,
    orders: &mpsc::Sender<Order>,
    reports: &mut mpsc::Receiver<Report>,
    pause: &mut Duration,
) -> AgentEnd {
    let mut socket = match open(settings).await {
        Ok(socket) => socket,
        Err(end) => return end,
    };
    let silence = match introduce(settings, &mut socket).await {
        Ok(silence) => silence,
        Err(end) => return end,
    };
    *pause = settings.backoff.first;
    state.send_replace(AgentState::Connected);
    if orders.send(Order::Report).await.is_err() {
        return AgentEnd::Stopped;
    }
    let mut asked: Option<(CardReadId, Nonce)> = None;
    loop {
        tokio::select! {
            heard = tokio::time::timeout(silence, hear(&mut socket)) => match heard {
                Err(_elapsed) => return AgentEnd::Silent,
                Ok(Err(end)) => return end,
                Ok(Ok(None)) => {}
                Ok(Ok(Some(message))) => {
                    if let Some(end) = obey(message, &mut asked, orders, state).await {
                        return end;
                    }
                }
            },
            report = reports.recv() => {
                let Some(report) = report else { return AgentEnd::Stopped };
                if let Some(answer) = answer(settings, report, &mut asked)
                    && say(&mut socket, &answer).await.is_err()
                {
                    return AgentEnd::Lost;
                }
                if asked.is_none() {
                    state.send_replace(AgentState::Connected);
                }
            }
        }
    }
}

async fn open(settings: &AgentSettings) -> Result<Socket, AgentEnd> {
    let unreachable = |_| AgentEnd::Unreachable;
    let mut addresses = tokio::net::lookup_host(&settings.address).await.map_err(unreachable)?;
    let address = addresses.next().ok_or(AgentEnd::Unreachable)?;
    let stream = settings.client.stream(address, &settings.server_name).await.map_err(|_| AgentEnd::Unreachable)?;
    let uri: Uri = format!("wss://{}{PATH}", settings.server_name).parse().map_err(|_| AgentEnd::NotOurServer)?;
    let request = ClientRequestBuilder::new(uri).with_sub_protocol(SUBPROTOCOL);
    let limits =
        WebSocketConfig::default().max_message_size(Some(MESSAGE_MAX_BYTES)).max_frame_size(Some(MESSAGE_MAX_BYTES));
    let shaking = tokio_tungstenite::client_async_with_config(request, stream, Some(limits));
    match tokio::time::timeout(Duration::from_secs(10), shaking).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(_)) => Err(AgentEnd::NotOurServer),
        Err(_elapsed) => Err(AgentEnd::Unreachable),
    }
}

/// Proves the device key against the server's nonce; the silence after which the connection is lost comes back.
async fn introduce(settings: &AgentSettings, socket: &mut Socket) -> Result<Duration, AgentEnd> {
    let introducing = async {
        let (server, nonce) = loop {
            match hear(socket).await? {
                Some(ToAgent::Hello { server, nonce }) => break (server, nonce),
                Some(ToAgent::Bye { reason }) => return Err(AgentEnd::Told(reason)),
                Some(_) => return Err(AgentEnd::NotOurServer),
                None => {}
            }
        };
        // Signing for another name would let that server pass our proof on.
        if server != settings.server_name {
            return Err(AgentEnd::NotOurServer);
        }
        let signed = identify_bytes(&server, &nonce, settings.reader, &settings.version);
        let signature = settings.key.sign(&signed);
        let identify = FromAgent::Identify { reader: settings.reader, version: settings.version.clone(), signature };
        say(socket, &identify).await.map_err(|()| AgentEnd::Lost)?;
        loop {
            match hear(socket).await? {
                Some(ToAgent::Welcome { silence_seconds }) => {
                    return Ok(Duration::from_secs(silence_seconds.clamp(5, 600)));
                }
                Some(ToAgent::Bye { reason }) => return Err(AgentEnd::Told(reason)),
                Some(_) => return Err(AgentEnd::NotOurServer),
                None => {}
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(15), introducing).await.unwrap_or(Err(AgentEnd::Silent))
}

async fn obey(
    message: ToAgent,
    asked: &mut Option<(CardReadId, Nonce)>,
    orders: &mpsc::Sender<Order>,
    state: &watch::Sender<AgentState>,
) -> Option<AgentEnd> {
    let order = match message {
        ToAgent::Read { read, nonce, seconds, .. } => {
            *asked = Some((read, nonce));
            state.send_replace(AgentState::Reading);
            Order::Read { read, within: Duration::from_secs(seconds) }
        }
        ToAgent::Cancel { read } | ToAgent::Done { read } => {
            if asked.is_some_and(|(waiting, _)| waiting == read) {
                *asked = None;
                state.send_replace(AgentState::Connected);
            }
            Order::GiveUp { read }
        }
        ToAgent::Bye { reason } => return Some(AgentEnd::Told(reason)),
        ToAgent::Hello { .. } | ToAgent::Welcome { .. } => return Some(AgentEnd::NotOurServer),
    };
    orders.send(order).await.err().map(|_| AgentEnd::Stopped)
}

/// What to say about a report. A card nobody asks for any more is forgotten here.
fn answer(settings: &AgentSettings, report: Report, asked: &mut Option<(CardReadId, Nonce)>) -> Option<FromAgent> {
    let matches = |read: CardReadId, asked: &Option<(CardReadId, Nonce)>| {
        asked.filter(|(waiting, _)| *waiting == read).map(|(_, nonce)| nonce)
    };
    match report {
        Report::Change(ReaderChange::Removed) => Some(FromAgent::Removed),
        Report::Change(ReaderChange::State(state)) => Some(FromAgent::Device { state }),
        Report::Failed { read, fault } => {
            matches(read, asked)?;
            *asked = None;
            Some(FromAgent::Failed { read, fault })
        }
        Report::Seen { read, card } => {
            let nonce = matches(read, asked)?;
            *asked = None;
            let mut message = CardMessage {
                reader: settings.reader,
                read,
                means: card.means,
                kind: card.kind,
                id: card.id,
                nonce,
                time: settings.clock.now().to_rfc3339(),
                signature: Signature([0; 64]),
            };
            message.signature = settings.key.sign(&message.signed_bytes(&settings.server_name));
            Some(FromAgent::Card(message))
        }
    }
}

/// The next message; `None` for the WebSocket's own, which are signs of life.
async fn hear(socket: &mut Socket) -> Result<Option<ToAgent>, AgentEnd> {
    match socket.next().await {
        None | Some(Err(_)) | Some(Ok(Message::Close(_))) => Err(AgentEnd::Lost),
        Some(Ok(Message::Text(text))) => {
            serde_json::from_str(text.as_str()).map(Some).map_err(|_| AgentEnd::NotOurServer)
        }
        Some(Ok(Message::Binary(_))) => Err(AgentEnd::NotOurServer),
        Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(None),
    }
}

async fn say(socket: &mut Socket, message: &FromAgent) -> Result<(), ()> {
    let text = serde_json::to_string(message).map_err(|_| ())?;
    socket.send(Message::text(text)).await.map_err(|_| ())
}
