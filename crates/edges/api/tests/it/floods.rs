//! WebSocket frames that no agent sends: too large, in pieces without end, pings without end, silence.
//!
//! Beside each of them another reader's connection stands and is asked to read.

use crate::scene::{CARD, HOST, RawAgent, Scene};
use renkei_api::limits::{CONTROLS_MAX, MESSAGE_MAX_BYTES, MESSAGES_MAX};
use renkei_api::reader::hub::Timing;
use renkei_api::reader::{PATH, ReadOutcome, ReaderHub};
use renkei_net::Entrance;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

const LONG: Duration = Duration::from_secs(20);
const TEXT: u8 = 1;
const CONTINUED: u8 = 0;
const PING: u8 = 9;

/// One masked frame (RFC 6455, 5.2) that says it is `length` long and brings `payload`.
fn frame(is_last: bool, kind: u8, length: u64, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![u8::from(is_last) << 7 | kind];
    match length {
        0..126 => bytes.push(0x80 | u8::try_from(length).unwrap()),
        126..0x1_0000 => {
            bytes.push(0x80 | 126);
            bytes.extend(u16::try_from(length).unwrap().to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    // A mask of zeros changes nothing.
    bytes.extend([0; 4]);
    bytes.extend_from_slice(payload);
    bytes
}

/// A connection whose handshake is done and whose bytes are the test's own.
async fn raw(scene: &Scene) -> TlsStream<TcpStream> {
    let mut stream = scene.client.stream(scene.entrance.address(), HOST).await.unwrap();
    let head = format!(
        "GET {PATH} HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Protocol: renkei.reader.1\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        answer.push(stream.read_u8().await.unwrap());
    }
    assert!(answer.starts_with(b"HTTP/1.1 101"));
    stream
}

/// Waits for the end of the connection.
async fn ends(mut stream: TlsStream<TcpStream>) {
    let mut left = Vec::new();
    let ended = tokio::time::timeout(LONG, stream.read_to_end(&mut left)).await;
    assert!(ended.is_ok(), "the server ends the connection");
}

async fn another_reader_reads(scene: &Scene) {
    let reader = scene.enrol(9);
    let agent = scene.agent(reader, 9).await;
    let read = scene.ask(reader);
    agent.hand.lay_card(CARD);
    assert_eq!(scene.hub.wait(read, LONG).await, ReadOutcome::Answered);
}

/// R-X-19: a frame is refused by the length it claims, before any of it is waited for.
#[tokio::test]
async fn a_huge_frame_ends_its_connection() {
    let scene = Scene::new().await;
    for claimed in [MESSAGE_MAX_BYTES as u64 + 1, u64::MAX >> 1] {
        let mut stream = raw(&scene).await;
        stream.write_all(&frame(true, TEXT, claimed, b"{")).await.unwrap();
        ends(stream).await;
    }
    another_reader_reads(&scene).await;
}

/// R-X-19: pieces count together; a message that never ends is none.
#[tokio::test]
async fn fragments_without_end_end_their_connection() {
    let timing = Timing { identify_within: Duration::from_millis(500), ..Timing::default() };
    let scene = Scene::with(Entrance::Machine, timing).await;
    for piece in [vec![b'a'; 100], Vec::new()] {
        let mut stream = raw(&scene).await;
        stream.write_all(&frame(false, TEXT, 1, b"{")).await.unwrap();
        let more = frame(false, CONTINUED, piece.len() as u64, &piece).repeat(100);
        while tokio::time::timeout(LONG, stream.write_all(&more)).await.is_ok_and(|written| written.is_ok()) {}
        ends(stream).await;
    }
    another_reader_reads(&scene).await;
}

/// R-X-19: an agent that only pings is told to leave.
#[tokio::test]
async fn a_ping_flood_ends_its_connection() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    for _ in 0..=CONTROLS_MAX {
        agent.ping().await;
    }
    while agent.next().await.is_some() {}
    scene.until(|| !scene.hub.reader_state(reader).is_connected()).await;
    assert_eq!(scene.sink.reasons(), ["too_many"]);
    // One that has not said who it is pings once and is out.
    let mut stream = raw(&scene).await;
    stream.write_all(&frame(true, PING, 0, b"").repeat(10)).await.unwrap();
    ends(stream).await;
    another_reader_reads(&scene).await;
}

/// R-X-19: so is one that says true things without end.
#[tokio::test]
async fn a_flood_of_good_messages_ends_its_connection() {
    let scene = Scene::new().await;
    let reader = scene.enrol(1);
    let mut agent = RawAgent::accepted(&scene, reader, 1).await;
    for _ in 0..=MESSAGES_MAX {
        agent.send_text(r#"{"type":"removed"}"#).await;
    }
    while agent.next().await.is_some() {}
    scene.until(|| !scene.hub.reader_state(reader).is_connected()).await;
    assert_eq!(scene.sink.reasons(), ["too_many"]);
    another_reader_reads(&scene).await;
}

/// R-X-19: who connects and never says who it is holds no place.
#[tokio::test]
async fn silence_before_the_first_message_ends_the_connection() {
    let timing = Timing { identify_within: Duration::from_millis(300), ..Timing::default() };
    let scene = Scene::with(Entrance::Machine, timing).await;
    let (nothing, mut half) = (raw(&scene).await, raw(&scene).await);
    half.write_all(&frame(true, TEXT, 100, b"{\"type\":")).await.unwrap();
    ends(nothing).await;
    ends(half).await;
    another_reader_reads(&scene).await;
}
