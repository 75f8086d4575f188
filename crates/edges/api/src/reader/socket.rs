//! The WebSocket under the hub: one task per agent, from its first message to its farewell.
//!
//! Separate from the hub because everything here is about bytes and patience: sizes, rates, silence. It exists on
//! the machine entrance only; anywhere else the address is not there.

use crate::limits::{CONTROLS_MAX, MESSAGE_MAX_BYTES, MESSAGES_WINDOW};
use crate::reader::hub::{Accepted, Hub, LineId};
use crate::reader::ports::Refusal;
use crate::reader::wire::{Farewell, FromAgent, Nonce, SUBPROTOCOL, ToAgent};
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Extension, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use renkei_net::{ConnectionFacts, Entrance};
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// Address of the protocol on the machine entrance.
pub const PATH: &str = "/readers/1";

/// Time a message may take to leave.
const SEND_WITHIN: Duration = Duration::from_secs(10);

/// The router of the machine entrance for agents.
pub fn router(hub: Arc<Hub>) -> Router {
    Router::new().route(PATH, get(connect)).with_state(hub)
}

async fn connect(
    State(hub): State<Arc<Hub>>,
    facts: Option<Extension<ConnectionFacts>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let at_machine_entrance = facts.as_ref().is_some_and(|facts| facts.entrance == Entrance::Machine);
    let source = facts.and_then(|facts| facts.peer.ip());
    // Browsers send Origin with every WebSocket; agents never do.
    let from_a_page = headers.contains_key(header::ORIGIN);
    match upgrade {
        Ok(upgrade) if at_machine_entrance && !from_a_page => upgrade
            .protocols([SUBPROTOCOL])
            .max_message_size(MESSAGE_MAX_BYTES)
            .max_frame_size(MESSAGE_MAX_BYTES)
            // What waits for an agent that takes nothing: a few messages, then the line is given up.
            .max_write_buffer_size(16 * MESSAGE_MAX_BYTES)
            .write_buffer_size(MESSAGE_MAX_BYTES)
            .on_upgrade(move |socket| attend(hub, socket, source)),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

async fn attend(hub: Arc<Hub>, mut socket: WebSocket, source: Option<IpAddr>) {
    let hello = hub.fresh_nonce();
    let greeting = ToAgent::Hello { server: hub.settings().server_name.clone(), nonce: hello };
    if !send(&mut socket, &greeting).await {
        return;
    }
    let accepted =
        match tokio::time::timeout(hub.settings().timing.identify_within, identify(&hub, &mut socket, &hello, source))
            .await
        {
            Ok(Some(accepted)) => accepted,
            Ok(None) | Err(_) => return farewell(&mut socket, Farewell::NotAccepted).await,
        };
    let line = accepted.line;
    let ended = converse(&hub, &mut socket, accepted).await;
    hub.left(line).await;
    if let Some(reason) = ended {
        farewell(&mut socket, reason).await;
    }
}

/// The first message must say and prove who is there. Unknown and unproved look the same from outside.
async fn identify(hub: &Hub, socket: &mut WebSocket, hello: &Nonce, source: Option<IpAddr>) -> Option<Accepted> {
    let message = socket.recv().await?.ok()?;
    let Ok(FromAgent::Identify { reader, version, signature }) = parse(&message)? else { return None };
    match hub.accept(hello, reader, &version, &signature, source).await {
        Ok(accepted) => Some(accepted),
        Err(reason) => {
            hub.claim_refused(reader, reason, source).await;
            None
        }
    }
}

/// Both directions until one ends; the word to say last, if there is anybody left to hear it.
async fn converse(hub: &Hub, socket: &mut WebSocket, accepted: Accepted) -> Option<Farewell> {
    let Accepted { line, mut outbox } = accepted;
    let timing = hub.settings().timing;
    let mut heartbeat = tokio::time::interval(timing.heartbeat);
    let mut last_sign = Instant::now();
    let mut controls = Controls { since: last_sign, heard: 0 };
    loop {
        tokio::select! {
            waiting = outbox.recv() => match waiting {
                Some(ToAgent::Bye { reason }) => return Some(reason),
                Some(message) => {
                    if !send(socket, &message).await {
                        return None;
                    }
                }
                // Only a newer connection of the same reader takes the outbox away.
                None => return Some(Farewell::Replaced),
            },
            received = socket.recv() => {
                let message = received?.ok()?;
                last_sign = Instant::now();
                hub.alive(line);
                if !controls.may_pass(&message, last_sign) {
                    hub.refuse(line.reader, None, Refusal::TooMany).await;
                    return Some(Farewell::TooMany);
                }
                if let Err(reason) = hear(hub, line, &message).await {
                    return Some(reason);
                }
                if matches!(message, Message::Close(_)) {
                    return None;
                }
            }
            _beat = heartbeat.tick() => {
                if last_sign.elapsed() > timing.silence || !put(socket, Message::Ping(Vec::new().into())).await {
                    return None;
                }
            }
        }
    }
}

/// Counts what the WebSocket says for itself, which the hub never hears of.
struct Controls {
    since: Instant,
    heard: u32,
}

impl Controls {
    fn may_pass(&mut self, message: &Message, now: Instant) -> bool {
        if !matches!(message, Message::Ping(_) | Message::Pong(_)) {
            return true;
        }
        if now.duration_since(self.since) > MESSAGES_WINDOW {
            *self = Self { since: now, heard: 0 };
        }
        self.heard = self.heard.saturating_add(1);
        self.heard <= CONTROLS_MAX
    }
}

async fn hear(hub: &Hub, line: LineId, message: &Message) -> Result<(), Farewell> {
    let Some(parsed) = parse(message) else { return Ok(()) };
    if !hub.may_speak(line.reader) {
        hub.refuse(line.reader, None, Refusal::TooMany).await;
        return Err(Farewell::TooMany);
    }
    match parsed {
        Ok(message) => hub.receive(line, message).await,
        Err(()) => {
            hub.refuse(line.reader, None, Refusal::Malformed).await;
            Err(Farewell::Malformed)
        }
    }
}

/// A message of the protocol; `None` for the WebSocket's own (ping, pong, close).
fn parse(message: &Message) -> Option<Result<FromAgent, ()>> {
    match message {
        Message::Text(text) => Some(serde_json::from_str(text.as_str()).map_err(|_| ())),
        Message::Binary(_) => Some(Err(())),
        Message::Ping(_) | Message::Pong(_) | Message::Close(_) => None,
    }
}

async fn send(socket: &mut WebSocket, message: &ToAgent) -> bool {
    match serde_json::to_string(message) {
        Ok(text) => put(socket, Message::Text(text.into())).await,
        Err(_) => false,
    }
}

async fn put(socket: &mut WebSocket, message: Message) -> bool {
    matches!(tokio::time::timeout(SEND_WITHIN, socket.send(message)).await, Ok(Ok(())))
}

async fn farewell(socket: &mut WebSocket, reason: Farewell) {
    if send(socket, &ToAgent::Bye { reason }).await {
        let _already_closed = put(socket, Message::Close(None)).await;
    }
}
