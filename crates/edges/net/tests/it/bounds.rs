//! Bounds: slow, silent, large, many, and errors of ours.

use crate::scene::{HOST, Scene, ask, telling};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::{get, post};
use renkei_net::client::body_text;
use renkei_net::{Entrance, Rules};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

fn quick() -> Rules {
    let short = Duration::from_millis(300);
    Rules { handshake: short, request_head: short, request: Duration::from_secs(1), ..Rules::default() }
}

#[tokio::test]
async fn who_never_shakes_hands_is_let_go() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Patient);
    listener.rules = quick();
    let entrance = listener.open(telling()).await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(entrance.address()).await.unwrap();
    let mut left = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut left)).await;
    assert!(ended.is_ok(), "the entrance closes the connection");
    assert_eq!(entrance.counts().handshake_timeout, 1);
}

#[tokio::test]
async fn half_a_request_and_silence_are_cut() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Patient);
    listener.rules = quick();
    let entrance = listener.open(telling()).await.unwrap();
    for half in ["", "GET /who HTTP/1.1\r\nHost: renkei"] {
        let mut stream = scene.client(None).stream(entrance.address(), HOST).await.unwrap();
        stream.write_all(half.as_bytes()).await.unwrap();
        stream.flush().await.unwrap();
        let mut left = Vec::new();
        let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut left)).await;
        assert!(ended.is_ok(), "the entrance closes the connection after {half:?}");
    }
    assert_eq!(entrance.counts().requests, 0);
}

#[tokio::test]
async fn a_silent_http2_caller_is_cut() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Patient);
    listener.rules = Rules { idle: Duration::from_millis(300), request: Duration::from_millis(100), ..quick() };
    let entrance = listener.open(telling()).await.unwrap();
    let nobody = crate::scene::Chooser::with(vec![], crate::scene::signing_key(&scene.pki.doctor("A", "D1").unwrap()));
    let mut config = scene.odd_config(&[&rustls::version::TLS13], nobody);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
    let stream = tokio::net::TcpStream::connect(entrance.address()).await.unwrap();
    let mut stream = connector.connect(HOST.try_into().unwrap(), stream).await.unwrap();
    let mut left = Vec::new();
    let ended = tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut left)).await;
    assert!(ended.is_ok(), "the entrance closes the connection");
    assert_eq!(entrance.counts().stalled, 1);
}

#[tokio::test]
async fn one_connection_too_many_is_refused_and_a_free_place_is_given_again() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Patient);
    listener.rules = Rules { connections: 2, connections_per_source: 1, ..Rules::default() };
    let entrance = listener.open(telling()).await.unwrap();
    let client = scene.client(None);
    let held = client.connect(entrance.address(), HOST).await.unwrap();
    assert!(client.connect(entrance.address(), HOST).await.is_err());
    assert_eq!(entrance.counts().too_many, 1);
    drop(held);
    for _ in 0..100 {
        if client.get(entrance.address(), HOST, "/who").await.is_ok() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the place was never given again");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_with_words() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Professional);
    listener.rules = Rules { body_bytes: 1_000, ..Rules::default() };
    let router = Router::new().route("/take", post(|body: String| async move { body.len().to_string() }));
    let entrance = listener.open(router).await.unwrap();
    let post = |body: Body| Request::post("/take").body(body).unwrap();
    let client = scene.client(None);
    let fits = client.send(entrance.address(), HOST, post("a".repeat(1_000).into())).await.unwrap();
    assert_eq!(body_text(fits).await.unwrap(), "1000");
    let large = client.send(entrance.address(), HOST, post("a".repeat(1_001).into())).await.unwrap();
    assert_eq!(large.status(), StatusCode::PAYLOAD_TOO_LARGE);
    assert!(body_text(large).await.unwrap().starts_with("送られた内容が大きすぎます"));
    // Without a declared length the limit meets the bytes themselves.
    let pieces = futures::stream::iter((0..100).map(|_| Ok::<_, std::io::Error>("a".repeat(100))));
    let streamed = client.send(entrance.address(), HOST, post(Body::from_stream(pieces))).await.unwrap();
    assert!(streamed.status().is_client_error());
}

#[tokio::test]
async fn a_panic_becomes_a_page_that_quotes_nothing() {
    let scene = Scene::new();
    #[allow(unreachable_code)]
    async fn breaks() -> &'static str {
        panic!("佐藤花子")
    }
    let router = telling().route("/breaks", get(breaks));
    let entrance = scene.listener(Entrance::Professional).open(router).await.unwrap();
    let answer = scene.client(None).get(entrance.address(), HOST, "/breaks").await.unwrap();
    assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let text = body_text(answer).await.unwrap();
    assert!(text.contains("受付番号") && !text.contains("佐藤"), "{text}");
    assert_eq!(entrance.counts().panicked, 1);
    assert!(ask(&scene.client(None), entrance.address()).await.starts_with("entrance="), "the entrance still serves");
}

#[tokio::test]
async fn a_route_that_takes_too_long_is_cut() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Professional);
    listener.rules = quick();
    let router = Router::new().route("/slow", get(|| async { tokio::time::sleep(Duration::from_secs(60)).await }));
    let entrance = listener.open(router).await.unwrap();
    let answer = scene.client(None).get(entrance.address(), HOST, "/slow").await.unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(entrance.counts().request_timeout, 1);
}

#[tokio::test]
async fn half_a_body_and_silence_are_cut() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Professional);
    listener.rules = quick();
    let router = Router::new().route("/take", post(|body: String| async move { body.len().to_string() }));
    let entrance = listener.open(router).await.unwrap();
    let mut stream = scene.client(None).stream(entrance.address(), HOST).await.unwrap();
    stream
        .write_all(b"POST /take HTTP/1.1\r\nHost: renkei.example.jp\r\nContent-Length: 100\r\n\r\nhalf")
        .await
        .unwrap();
    stream.flush().await.unwrap();
    let mut answer = [0u8; 12];
    tokio::time::timeout(Duration::from_secs(20), stream.read_exact(&mut answer)).await.unwrap().unwrap();
    assert_eq!(&answer, b"HTTP/1.1 503");
    assert_eq!(entrance.counts().request_timeout, 1);
}

#[tokio::test]
async fn who_takes_no_answer_is_cut() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Patient);
    let short = Duration::from_millis(100);
    listener.rules = Rules { idle: short, request: short, ..Rules::default() };
    let router = Router::new().route("/large", get(|| async { vec![b'a'; 32 * 1024 * 1024] }));
    let entrance = listener.open(router).await.unwrap();
    let mut stream = scene.client(None).stream(entrance.address(), HOST).await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: renkei.example.jp\r\n\r\n").await.unwrap();
    stream.flush().await.unwrap();
    for _ in 0..1_000 {
        if entrance.counts().stalled == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the connection was held for ever");
}

#[tokio::test]
async fn closing_lets_a_running_request_end_and_takes_no_new_one() {
    let scene = Scene::new();
    let router = Router::new().route(
        "/slow",
        get(|| async {
            tokio::time::sleep(Duration::from_millis(500)).await;
            "done"
        }),
    );
    let entrance = scene.listener(Entrance::Professional).open(router).await.unwrap();
    let address = entrance.address();
    let client = scene.client(None);
    let running = tokio::spawn({
        let client = client.clone();
        async move { body_text(client.get(address, HOST, "/slow").await.unwrap()).await.unwrap() }
    });
    while entrance.counts().requests == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    entrance.close().await;
    assert_eq!(running.await.unwrap(), "done");
    assert!(client.get(address, HOST, "/slow").await.is_err());
}

#[tokio::test]
async fn two_requests_of_one_http2_connection_share_its_facts() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let entrance = scene.open(Entrance::Professional).await;
    let card = crate::scene::Chooser::with(doctor.presented(), crate::scene::signing_key(&doctor));
    let mut config = scene.odd_config(&[&rustls::version::TLS13], card);
    config.alpn_protocols = vec![b"h2".to_vec()];
    let connector = tokio_rustls::TlsConnector::from(std::sync::Arc::new(config));
    let stream = tokio::net::TcpStream::connect(entrance.address()).await.unwrap();
    let stream = connector.connect(HOST.try_into().unwrap(), stream).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(
        hyper_util::rt::TokioExecutor::new(),
        hyper_util::rt::TokioIo::new(stream),
    )
    .await
    .unwrap();
    tokio::spawn(connection);
    let mut told = Vec::new();
    for _ in 0..2 {
        let request = Request::get(format!("https://{HOST}/who")).body(Body::empty()).unwrap();
        let answer = sender.send_request(request).await.unwrap().map(Body::new);
        told.push(body_text(answer).await.unwrap());
    }
    assert_eq!(told[0], told[1]);
    assert!(told[0].contains("certificates=2"), "{}", told[0]);
}

/// R-X-19: a connection that was upgraded, a reader agent's, keeps its own time: it is neither silent too long nor
/// without a request, however short these limits are. (A sleep of several limits; only a cut would end it earlier.)
#[tokio::test]
async fn an_upgraded_connection_outlives_the_limits_of_requests() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Machine);
    let short = Duration::from_millis(100);
    listener.rules = Rules { request: short, idle: short, without_request: short, ..quick() };
    let upgraded = |mut request: Request<Body>| async move {
        let on = hyper::upgrade::on(&mut request);
        tokio::spawn(async move {
            let mut stream = hyper_util::rt::TokioIo::new(on.await.unwrap());
            let mut letter = [0; 1];
            while stream.read_exact(&mut letter).await.is_ok() {
                stream.write_all(&letter).await.unwrap();
                stream.flush().await.unwrap();
            }
        });
        (StatusCode::SWITCHING_PROTOCOLS, [("connection", "upgrade"), ("upgrade", "echo")])
    };
    let entrance = listener.open(Router::new().route("/echo", get(upgraded))).await.unwrap();
    let mut stream = scene.client(None).stream(entrance.address(), HOST).await.unwrap();
    stream
        .write_all(b"GET /echo HTTP/1.1\r\nHost: renkei.example.jp\r\nConnection: upgrade\r\nUpgrade: echo\r\n\r\n")
        .await
        .unwrap();
    stream.flush().await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.unwrap());
    }
    assert!(head.starts_with(b"HTTP/1.1 101"));
    // `attend` keeps to one second more than a request may take; this is twice the longest of the limits.
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    stream.write_all(b"x").await.unwrap();
    stream.flush().await.unwrap();
    assert_eq!(stream.read_u8().await.unwrap(), b'x', "the connection lives on");
    let counts = entrance.counts();
    assert_eq!((counts.stalled, counts.lingering), (0, 0));
}
