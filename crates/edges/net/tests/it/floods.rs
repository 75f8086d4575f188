//! Many callers, slow callers and oversized ones, over HTTP/1 and in the handshake. Others are served meanwhile.

use crate::scene::{Chooser, HOST, Scene, ask, signing_key, telling};
use axum::Router;
use axum::routing::{get, post};
use renkei_kernel::limits::HEAD_BYTES_MAX;
use renkei_net::{Entrance, Redirect, Rules, Running};
use renkei_testpki::{Name, Profile};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

fn quick() -> Rules {
    let short = Duration::from_millis(300);
    Rules { handshake: short, request_head: short, request: Duration::from_secs(1), ..Rules::default() }
}

async fn open(scene: &Scene, entrance: Entrance, rules: Rules, router: Router) -> Running {
    let mut listener = scene.listener(entrance);
    listener.rules = rules;
    listener.open(router).await.unwrap()
}

async fn others_are_served(scene: &Scene, entrance: &Running) {
    assert!(ask(&scene.client(None), entrance.address()).await.starts_with("entrance="));
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

/// A connection from another address of this machine.
async fn from(source: [u8; 4], to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::from(source), 0).into()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Writes one piece after the other, forever slower than anybody likes, until the other side closes.
async fn drip(mut stream: impl AsyncWrite + Unpin, piece: &[u8]) {
    while stream.write_all(piece).await.is_ok() && stream.flush().await.is_ok() {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// R-X-19: one source takes its share and no more, all together take what there is, and nobody else loses his place.
#[tokio::test]
async fn a_flood_of_connections_takes_its_share_and_no_more() {
    let scene = Scene::new();
    let rules = Rules { connections: 40, connections_per_source: 10, ..Rules::default() };
    let entrance = open(&scene, Entrance::Patient, rules, telling()).await;
    let mut held = Vec::new();
    for _ in 0..50 {
        held.push(from([127, 0, 0, 2], entrance.address()).await);
    }
    until("the source's share is taken", || entrance.counts().accepted + entrance.counts().too_many == 50).await;
    assert_eq!((entrance.counts().accepted, entrance.counts().too_many), (10, 40));
    others_are_served(&scene, &entrance).await;
    let seen = entrance.counts().accepted;
    for source in 3..10 {
        for _ in 0..10 {
            held.push(from([127, 0, 0, source], entrance.address()).await);
        }
    }
    until("the entrance is full", || entrance.counts().accepted + entrance.counts().too_many == seen + 40 + 70).await;
    assert!(entrance.counts().accepted <= seen + 30 + 1, "{:?}", entrance.counts());
    drop(held);
    for _ in 0..100 {
        if scene.client(None).get(entrance.address(), HOST, "/who").await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the places were never given again");
}

/// R-X-19: a head, a handshake and a body that come one byte at a time meet the time of the whole.
#[tokio::test]
async fn dripping_heads_bodies_and_handshakes_are_cut() {
    let scene = Scene::new();
    let router = telling().route("/take", post(|body: String| async move { body.len().to_string() }));
    let entrance = open(&scene, Entrance::Patient, quick(), router).await;
    let handshake = TcpStream::connect(entrance.address()).await.unwrap();
    // A record of the handshake that says it is long.
    let (mut head, mut body) = (
        scene.client(None).stream(entrance.address(), HOST).await.unwrap(),
        scene.client(None).stream(entrance.address(), HOST).await.unwrap(),
    );
    head.write_all(b"GET /who HTTP/1.1\r\n").await.unwrap();
    body.write_all(b"POST /take HTTP/1.1\r\nHost: renkei.example.jp\r\nContent-Length: 60000\r\n\r\n").await.unwrap();
    let all = async {
        let mut hello = handshake;
        hello.write_all(&[22, 3, 1, 0x3f, 0xff]).await.unwrap();
        tokio::join!(drip(hello, &[1]), drip(head, b"X-A: b\r\n"), drip(body, b"a"));
    };
    let serving = async {
        for _ in 0..5 {
            others_are_served(&scene, &entrance).await;
        }
    };
    let ended = tokio::time::timeout(Duration::from_secs(60), futures::future::join(all, serving)).await;
    assert!(ended.is_ok(), "the entrance closes all three");
    let counts = entrance.counts();
    assert_eq!((counts.handshake_timeout, counts.request_timeout), (1, 1), "{counts:?}");
    assert_eq!(counts.requests, 5 + 1, "the dripping head was no request");
}

/// R-X-19: an answer taken one byte at a time holds its place for a bounded time.
#[tokio::test]
async fn who_takes_an_answer_byte_by_byte_is_cut() {
    let scene = Scene::new();
    // Bytes keep moving, so only the time without a request can end this.
    let rules = Rules { request: Duration::from_secs(1), without_request: Duration::from_secs(2), ..quick() };
    let router = telling().route("/large", get(|| async { vec![b'a'; 32 * 1024 * 1024] }));
    let entrance = open(&scene, Entrance::Patient, rules, router).await;
    let mut stream = scene.client(None).stream(entrance.address(), HOST).await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: renkei.example.jp\r\n\r\n").await.unwrap();
    let slow = tokio::spawn(async move {
        let mut some = vec![0; 16 * 1024];
        while stream.read(&mut some).await.is_ok_and(|read| read > 0) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    until("the caller is cut", || entrance.counts().lingering == 1).await;
    others_are_served(&scene, &entrance).await;
    slow.abort();
}

/// R-X-19: heads with too much in them are refused and reach no route.
#[tokio::test]
async fn oversized_heads_reach_no_route() {
    let scene = Scene::new();
    let asked = Arc::new(AtomicUsize::new(0));
    let count = asked.clone();
    let router = telling().layer(axum::middleware::from_fn(move |request, next: axum::middleware::Next| {
        count.fetch_add(1, Ordering::SeqCst);
        next.run(request)
    }));
    let entrance = open(&scene, Entrance::Patient, quick(), router).await;
    let long = "a".repeat(80_000);
    for head in [
        format!("GET /who HTTP/1.1\r\nHost: renkei.example.jp\r\nX-A: {long}\r\n\r\n"),
        format!("GET /who HTTP/1.1\r\nHost: renkei.example.jp\r\nX-A: {}\r\n\r\n", "a".repeat(HEAD_BYTES_MAX)),
        format!("GET /who?{} HTTP/1.1\r\nHost: renkei.example.jp\r\n\r\n", "a".repeat(HEAD_BYTES_MAX)),
        format!("GET /{long} HTTP/1.1\r\nHost: renkei.example.jp\r\n\r\n"),
        format!("GET /who HTTP/1.1\r\nHost: renkei.example.jp\r\n{}\r\n", "X-A: b\r\n".repeat(101)),
        format!("GET /who HTTP/1.1\r\nHost: renkei.example.jp\r\n{long}\r\n\r\n"),
    ] {
        let mut stream = scene.client(None).stream(entrance.address(), HOST).await.unwrap();
        // The refusal may come before all of it was sent.
        let _cut_short = stream.write_all(head.as_bytes()).await;
        let mut answer = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut answer)).await;
        assert!(ended.is_ok(), "the entrance closes the connection");
        let line = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
        assert!(answer.is_empty() || line.starts_with("HTTP/1.1 4"), "{line}: {}", head.len());
    }
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    others_are_served(&scene, &entrance).await;
}

/// R-X-19: requests sent ahead of their answers are worked on one after the other.
#[tokio::test]
async fn pipelined_requests_wait_for_one_another() {
    let scene = Scene::new();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let route = {
        let (now, most) = (now.clone(), most.clone());
        move || async move {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            now.fetch_sub(1, Ordering::SeqCst);
            "a".repeat(1_000)
        }
    };
    let rules = Rules { idle: Duration::from_millis(300), request: Duration::from_millis(100), ..quick() };
    let entrance = open(&scene, Entrance::Patient, rules, telling().route("/one", get(route))).await;
    let mut stream = scene.client(None).stream(entrance.address(), HOST).await.unwrap();
    let many = "GET /one HTTP/1.1\r\nHost: renkei.example.jp\r\n\r\n".repeat(1_000);
    // Nobody takes the answers, so before long nobody takes the requests.
    let flood = tokio::spawn(async move { while stream.write_all(many.as_bytes()).await.is_ok() {} });
    others_are_served(&scene, &entrance).await;
    until("the caller is cut", || entrance.counts().stalled == 1).await;
    assert_eq!(most.load(Ordering::SeqCst), 1);
    let _ended = flood.await;
    others_are_served(&scene, &entrance).await;
}

/// R-X-19: of a long chain four certificates are kept; one that is too large proves nothing.
#[tokio::test]
async fn oversized_certificates_and_chains_are_left_aside() {
    let scene = Scene::new();
    let entrance = scene.open(Entrance::Professional).await;
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let huge = |name: &str, size: usize| {
        let subject = Name::japan().common_name(&"長".repeat(size / 3)).serial_number(name);
        let profile = Profile::person("Ichiro Minato", name, &["Medical Doctor"], renkei_testpki::Level::Production);
        scene.pki.issue(&profile.subject(subject)).unwrap()
    };
    let told = async |chain: Vec<Vec<u8>>, key| {
        let client = scene.odd_client(&[&rustls::version::TLS13], Chooser::with(chain, key));
        match client.get(entrance.address(), HOST, "/who").await {
            Ok(answer) => renkei_net::client::body_text(answer).await.unwrap(),
            Err(_) => "refused".to_owned(),
        }
    };
    // Twenty-five certificates between it and its root.
    let mut chain = doctor.presented();
    let between = chain.last().unwrap().clone();
    chain.extend(std::iter::repeat_n(between, 25));
    assert!(told(chain, signing_key(&doctor)).await.contains("certificates=4"));
    // A name of four thousand bytes is a name; the judgement comes later.
    let long = huge("D10002", 4_000);
    assert!(told(vec![long.cert_der.clone()], signing_key(&long)).await.contains("certificates=1"));
    // A certificate beyond 16 KiB is none.
    let larger = huge("D10003", 20_000);
    assert_eq!(told(vec![larger.cert_der.clone()], signing_key(&larger)).await, "refused");
    // The same behind a good one is left aside.
    let beside = vec![doctor.cert_der.clone(), larger.cert_der.clone()];
    assert!(told(beside, signing_key(&doctor)).await.contains("certificates=1"));
    // A chain beyond what a handshake may hold.
    let mut endless = doctor.presented();
    endless.extend(std::iter::repeat_n(larger.cert_der.clone(), 40));
    assert_eq!(told(endless, signing_key(&doctor)).await, "refused");
    until("both refusals are counted", || entrance.counts().handshake_failed == 2).await;
    others_are_served(&scene, &entrance).await;
}

/// R-X-19: the plain port has bounds of its own.
#[tokio::test]
async fn the_plain_port_cuts_slow_and_many_callers() {
    let rules = Rules { connections_per_source: 5, ..quick() };
    let port = Redirect { rules, ..Redirect::new(crate::scene::LOOPBACK, "renkei.example.jp") }.open().await.unwrap();
    let mut held = Vec::new();
    for _ in 0..5 {
        held.push(from([127, 0, 0, 2], port.address()).await);
    }
    // One more is closed at once; its source has no place left.
    let mut left = Vec::new();
    let mut more = from([127, 0, 0, 2], port.address()).await;
    let closed = tokio::time::timeout(Duration::from_secs(20), more.read_to_end(&mut left)).await;
    assert!(closed.is_ok() && left.is_empty());
    // Another source is served, and a dripping one is cut.
    let mut other = from([127, 0, 0, 3], port.address()).await;
    other.write_all(b"GET /a HTTP/1.1\r\nHost: renkei.example.jp\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    other.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 308"));
    let slow = from([127, 0, 0, 4], port.address()).await;
    let cut = tokio::time::timeout(Duration::from_secs(60), drip(slow, b"GET")).await;
    assert!(cut.is_ok(), "the plain port closes the connection");
}
