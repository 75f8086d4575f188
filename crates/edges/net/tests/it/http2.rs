//! HTTP/2 frames written by hand, by a caller that follows none of its rules. Another caller is served meanwhile.

use crate::scene::{Chooser, HOST, Scene, ask, signing_key};
use axum::Router;
use axum::routing::get;
use renkei_net::{Entrance, Rules, Running};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

/// One frame (RFC 9113, 4.1).
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// `GET` of a path shorter than 127 bytes, with indexed and literal fields (RFC 7541, 6).
fn get_request(path: &str) -> Vec<u8> {
    let text = |text: &str| [&[u8::try_from(text.len()).unwrap()], text.as_bytes()].concat();
    [vec![0x82, 0x87, 0x04], text(path), vec![0x01], text(HOST)].concat()
}

fn asking(stream: u32, path: &str) -> Vec<u8> {
    frame(HEADERS, END_STREAM | END_HEADERS, stream, &get_request(path))
}

/// Stream numbers of a caller.
fn streams(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|number| number * 2 + 1)
}

struct Raw {
    read: ReadHalf<TlsStream<TcpStream>>,
    write: WriteHalf<TlsStream<TcpStream>>,
}

impl Raw {
    async fn connect(scene: &Scene, entrance: &Running, settings: &[u8]) -> Self {
        let nobody = Chooser::with(vec![], signing_key(&scene.pki.doctor("A", "D1").unwrap()));
        let mut config = scene.odd_config(&[&rustls::version::TLS13], nobody);
        config.alpn_protocols = vec![b"h2".to_vec()];
        let connector = tokio_rustls::TlsConnector::from(Arc::new(config));
        let stream = TcpStream::connect(entrance.address()).await.unwrap();
        let stream = connector.connect(HOST.try_into().unwrap(), stream).await.unwrap();
        let (read, write) = tokio::io::split(stream);
        let mut raw = Self { read, write };
        let preface = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &frame(SETTINGS, 0, 0, settings)].concat();
        assert!(raw.send(&preface).await);
        raw
    }

    /// Whether the other side still takes bytes. A sender that waits for long is one that is not read any more.
    async fn send(&mut self, bytes: &[u8]) -> bool {
        let sent = async {
            self.write.write_all(bytes).await?;
            self.write.flush().await
        };
        matches!(tokio::time::timeout(Duration::from_secs(20), sent).await, Ok(Ok(())))
    }

    /// Error code of the GOAWAY with which the connection ends; `None` when it ends without.
    async fn farewell(&mut self) -> Option<u32> {
        let mut code = None;
        loop {
            let mut head = [0; 9];
            let read = tokio::time::timeout(Duration::from_secs(20), self.read.read_exact(&mut head)).await;
            if read.expect("the entrance closes the connection").is_err() {
                return code;
            }
            let length = usize::try_from(u32::from_be_bytes([0, head[0], head[1], head[2]])).unwrap();
            let mut payload = vec![0; length];
            if self.read.read_exact(&mut payload).await.is_err() {
                return code;
            }
            if head[3] == GOAWAY {
                code = payload.get(4..8).map(|code| u32::from_be_bytes(code.try_into().unwrap()));
            }
        }
    }
}

/// Requests that are being answered, and the most there ever were.
#[derive(Default)]
struct Busy {
    now: AtomicUsize,
    most: AtomicUsize,
}

struct Held(Arc<Busy>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// `/who`, `/hold` that answers late, `/large` that answers with 4 MiB.
fn router(busy: &Arc<Busy>) -> Router {
    let hold = {
        let busy = busy.clone();
        move || async move {
            let now = busy.now.fetch_add(1, Ordering::SeqCst) + 1;
            busy.most.fetch_max(now, Ordering::SeqCst);
            let _held = Held(busy);
            tokio::time::sleep(Duration::from_secs(60)).await;
        }
    };
    crate::scene::telling().route("/hold", get(hold)).route("/large", get(|| async { vec![b'a'; 4 * 1024 * 1024] }))
}

async fn open(scene: &Scene, rules: Rules, busy: &Arc<Busy>) -> Running {
    let mut listener = scene.listener(Entrance::Patient);
    listener.rules = rules;
    listener.open(router(busy)).await.unwrap()
}

fn usual() -> Rules {
    Rules { request: Duration::from_secs(2), idle: Duration::from_millis(300), ..Rules::default() }
}

async fn until(what: &str, mut true_yet: impl FnMut() -> bool) {
    for _ in 0..1_000 {
        if true_yet() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("it never became true: {what}");
}

async fn others_are_served(scene: &Scene, entrance: &Running) {
    assert!(ask(&scene.client(None), entrance.address()).await.starts_with("entrance="));
}

const ENHANCE_YOUR_CALM: Option<u32> = Some(11);

/// R-X-19, CVE-2023-44487: requests that are taken back at once end the connection, not the house.
#[tokio::test]
async fn a_rapid_reset_is_answered_with_goodbye() {
    let (scene, busy) = (Scene::new(), Arc::default());
    let entrance = open(&scene, usual(), &busy).await;
    let mut raw = Raw::connect(&scene, &entrance, &[]).await;
    let mut sent = 0;
    for part in streams(20_000).collect::<Vec<_>>().chunks(500) {
        let frames: Vec<u8> = part
            .iter()
            .flat_map(|stream| [asking(*stream, "/hold"), frame(RST_STREAM, 0, *stream, &[0, 0, 0, 8])].concat())
            .collect();
        sent += part.len();
        if !raw.send(&frames).await {
            break;
        }
    }
    assert_eq!(raw.farewell().await, ENHANCE_YOUR_CALM, "after {sent}");
    assert!(busy.most.load(Ordering::SeqCst) <= 64);
    until("every request taken back has left", || busy.now.load(Ordering::SeqCst) == 0).await;
    others_are_served(&scene, &entrance).await;
}

/// R-X-19, CVE-2024-27316: a head that never ends ends the connection.
#[tokio::test]
async fn a_head_that_is_continued_without_end_is_cut() {
    let (scene, busy) = (Scene::new(), Arc::default());
    let entrance = open(&scene, usual(), &busy).await;
    let mut raw = Raw::connect(&scene, &entrance, &[]).await;
    let field = [[0x00, 0x01, b'x', 0x7f, 0x81, 0x07].as_slice(), &[b'a'; 256]].concat();
    assert!(raw.send(&frame(HEADERS, END_STREAM, 1, &get_request("/who"))).await);
    for _ in 0..5_000 {
        if !raw.send(&frame(CONTINUATION, 0, 1, &field)).await {
            break;
        }
    }
    assert!(raw.farewell().await.is_some_and(|code| code != 0));
    assert_eq!(entrance.counts().requests, 0);
    others_are_served(&scene, &entrance).await;
}

/// R-X-19: a head of more than 16 KiB reaches no route.
#[tokio::test]
async fn a_head_beyond_the_limit_reaches_no_route() {
    let (scene, busy) = (Scene::new(), Arc::default());
    let entrance = open(&scene, usual(), &busy).await;
    let mut raw = Raw::connect(&scene, &entrance, &[]).await;
    // Indexed once, then repeated by one byte a field: 900 fields of 4 KiB out of 1 KiB.
    let indexed = [[0x40, 0x01, b'x', 0x7f, 0x81, 0x1e].as_slice(), &[b'a'; 4_000]].concat();
    let bomb = [get_request("/who"), indexed, vec![0xBE; 900]].concat();
    assert!(raw.send(&frame(HEADERS, END_STREAM | END_HEADERS, 1, &bomb)).await);
    let _refused_or_cut = raw.farewell().await;
    assert_eq!(entrance.counts().requests, 0);
    others_are_served(&scene, &entrance).await;
}

/// R-X-19: settings and pings without end that nobody takes the answers of.
#[tokio::test]
async fn settings_and_pings_without_end_hold_nothing() {
    for (kind, payload) in [(SETTINGS, [0, 4, 0, 0, 0xff, 0xff].as_slice()), (PING, &[7; 8])] {
        let (scene, busy) = (Scene::new(), Arc::default());
        let rules = Rules { without_request: Duration::from_secs(3), ..usual() };
        let entrance = open(&scene, rules, &busy).await;
        let mut raw = Raw::connect(&scene, &entrance, &[]).await;
        let many = frame(kind, 0, 0, payload).repeat(1_000);
        let flood = tokio::spawn(async move { while raw.send(&many).await {} });
        others_are_served(&scene, &entrance).await;
        until("the caller is cut", || {
            entrance.counts().stalled + entrance.counts().lingering == 1 || flood.is_finished()
        })
        .await;
        others_are_served(&scene, &entrance).await;
    }
}

/// R-X-19: of a thousand requests at once sixty-four are worked on.
#[tokio::test]
async fn no_more_streams_than_allowed_are_worked_on() {
    let (scene, busy) = (Scene::new(), Arc::default());
    let entrance = open(&scene, usual(), &busy).await;
    let mut raw = Raw::connect(&scene, &entrance, &[]).await;
    let frames: Vec<u8> = streams(1_000).flat_map(|stream| asking(stream, "/hold")).collect();
    let _taken_or_cut = raw.send(&frames).await;
    others_are_served(&scene, &entrance).await;
    let _end = raw.farewell().await;
    assert!(busy.most.load(Ordering::SeqCst) <= 64, "{}", busy.most.load(Ordering::SeqCst));
    assert!(entrance.counts().requests <= 64 + 1);
}

/// R-X-19: who asks for large answers and opens no window for them is cut, also when heartbeats go on.
#[tokio::test]
async fn a_closed_window_is_no_place_to_stay() {
    let closed_window = [0, 4, 0, 0, 0, 0];
    for heartbeats in [false, true] {
        let (scene, busy) = (Scene::new(), Arc::default());
        // Each of the two bounds alone.
        let (short, long) = (Duration::from_secs(2), Duration::from_secs(600));
        let (idle, without_request) = if heartbeats { (long, short) } else { (short, long) };
        let rules = Rules { request: Duration::from_secs(1), idle, without_request, ..usual() };
        let entrance = open(&scene, rules, &busy).await;
        let mut raw = Raw::connect(&scene, &entrance, &closed_window).await;
        let frames: Vec<u8> = streams(32).flat_map(|stream| asking(stream, "/large")).collect();
        assert!(raw.send(&frames).await);
        let asleep = tokio::spawn(async move {
            while heartbeats && raw.send(&frame(PING, 0, 0, &[0; 8])).await {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            tokio::time::sleep(Duration::from_secs(60)).await;
            drop(raw);
        });
        let cut = || if heartbeats { entrance.counts().lingering } else { entrance.counts().stalled };
        until("the caller is cut", || cut() == 1).await;
        others_are_served(&scene, &entrance).await;
        asleep.abort();
    }
}
