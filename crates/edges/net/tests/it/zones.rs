//! Zones: what an entrance is follows from the listener, whatever a caller says.

use crate::scene::{Chooser, HOST, Scene, ask, signing_key, telling};
use axum::body::Body;
use axum::http::{Request, StatusCode};
use futures::future::BoxFuture;
use renkei_kernel::SettableClock;
use renkei_net::client::body_text;
use renkei_net::zone::{ZoneDenials, ZoneDenied, guarded, plain_not_found};
use renkei_net::{ClientCertificates, Entrance, NetError, Redirect, RootHints, Rules};
use rustls::version::{TLS12, TLS13};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

#[derive(Default)]
struct Noted(Mutex<Vec<ZoneDenied>>);

impl ZoneDenials for Noted {
    fn denied(&self, event: ZoneDenied) -> BoxFuture<'_, ()> {
        self.0.lock().unwrap().push(event);
        Box::pin(async {})
    }
}

/// R-6.5.2-イ: the patient entrance never asks for a certificate, and takes none.
#[tokio::test]
async fn the_patient_entrance_never_asks_for_a_certificate() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let entrance = scene.open(Entrance::Patient).await;
    for version in [&TLS12, &TLS13] {
        let card = Chooser::with(doctor.presented(), signing_key(&doctor));
        let told = ask(&scene.odd_client(&[version], card.clone()), entrance.address()).await;
        assert!(told.starts_with("entrance=patient"), "{told}");
        assert!(told.contains("certificates=0"), "{told}");
        assert_eq!(card.asked.load(Ordering::SeqCst), 0, "{version:?}");
    }
    let mut listener = scene.listener(Entrance::Patient);
    listener.client_certificates = ClientCertificates::Requested(RootHints::none());
    assert!(matches!(listener.open(telling()).await, Err(NetError::NotOfThisEntrance(_))));
}

/// R-6.5.2-ア: no header changes the zone, and none of them reaches a route.
#[tokio::test]
async fn a_header_cannot_change_the_entrance() {
    let scene = Scene::new();
    let entrance = scene.open(Entrance::Patient).await;
    let request = Request::get("/who")
        .header("Forwarded", "for=10.1.0.5;proto=https;host=professional")
        .header("X-Forwarded-For", "10.1.0.5")
        .header("X-Forwarded-Client-Cert", "Hash=00")
        .header("X-SSL-Client-Verify", "SUCCESS")
        .header("Client-Cert", ":MIIB:")
        .header("X-Real-IP", "10.1.0.5")
        .header("X-Renkei-Entrance", "professional")
        .body(Body::empty())
        .unwrap();
    let told = body_text(scene.client(None).send(entrance.address(), HOST, request).await.unwrap()).await.unwrap();
    assert!(told.starts_with("entrance=patient"), "{told}");
    assert!(told.ends_with("claims=0"), "{told}");
}

/// R-6.5.2-ア: a professional address is an ordinary 404 at the patient entrance, noted once per source and minute.
#[tokio::test]
async fn a_professional_address_does_not_exist_for_patients() {
    let scene = Scene::new();
    let doctor = scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
    let noted = Arc::new(Noted::default());
    let clock = Arc::new(SettableClock::frozen(crate::scene::day()));
    let router = guarded(
        axum::Router::new(),
        ["/patients", "/sign-in"],
        Arc::new(plain_not_found),
        noted.clone(),
        clock.clone(),
    );
    let entrance = scene.listener(Entrance::Patient).open(router).await.unwrap();
    let client = scene.client(Some(&doctor));
    let mut answers = Vec::new();
    for path in ["/patients/0190", "/sign-in", "/nowhere", "/patients"] {
        let answer = client.get(entrance.address(), HOST, path).await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        let mut headers: Vec<_> = answer.headers().keys().map(ToString::to_string).collect();
        headers.sort();
        answers.push((headers, body_text(answer).await.unwrap()));
    }
    assert!(answers.iter().all(|answer| answer == &answers[0]), "hidden looks like absent");
    clock.advance_seconds(60);
    client.get(entrance.address(), HOST, "/patients").await.unwrap();
    entrance.close().await;
    let noted = noted.0.lock().unwrap();
    assert_eq!(noted.iter().map(|event| event.attempts).collect::<Vec<_>>(), [1, 3]);
    assert!(noted.iter().all(|event| event.entrance == Entrance::Patient && event.source.is_some()));
}

/// R-6.5.2-イ: a caller that speaks nothing newer than TLS 1.1 is refused in the handshake.
#[tokio::test]
async fn tls_one_one_is_refused() {
    let scene = Scene::new();
    for kind in [Entrance::Patient, Entrance::Professional] {
        let entrance = scene.open(kind).await;
        let mut stream = tokio::net::TcpStream::connect(entrance.address()).await.unwrap();
        stream.write_all(&client_hello_of_tls11()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        assert_eq!(answer.first(), Some(&21), "an alert and nothing else: {answer:?}");
        assert_eq!(answer.get(5), Some(&2), "a fatal one");
        assert_eq!(entrance.counts().old_protocol, 1);
    }
}

/// ClientHello of TLS 1.1 (RFC 4346, 7.4.1.2) with curves, so that only the version is to blame.
fn client_hello_of_tls11() -> Vec<u8> {
    let mut hello = vec![3, 2];
    hello.extend([7u8; 32]);
    hello.push(0);
    hello.extend([0, 4, 0xC0, 0x13, 0x00, 0x2F]);
    hello.extend([1, 0]);
    let groups = [0u8, 10, 0, 4, 0, 2, 0, 23];
    let formats = [0u8, 11, 0, 2, 1, 0];
    hello.extend(u16::try_from(groups.len() + formats.len()).unwrap().to_be_bytes());
    hello.extend(groups);
    hello.extend(formats);
    let mut handshake = vec![1, 0];
    handshake.extend(u16::try_from(hello.len()).unwrap().to_be_bytes());
    handshake.extend(hello);
    let mut record = vec![22, 3, 1];
    record.extend(u16::try_from(handshake.len()).unwrap().to_be_bytes());
    record.extend(handshake);
    record
}

#[tokio::test]
async fn plain_http_at_a_tls_port_gets_no_answer_of_ours() {
    let scene = Scene::new();
    let mut listener = scene.listener(Entrance::Professional);
    listener.rules = Rules { handshake: std::time::Duration::from_secs(2), ..Rules::default() };
    let entrance = listener.open(telling()).await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(entrance.address()).await.unwrap();
    stream.write_all(b"GET /who HTTP/1.1\r\nHost: renkei.example.jp\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _closed = stream.read_to_end(&mut answer).await;
    assert!(!answer.windows(8).any(|window| window == b"entrance"));
    assert_eq!(entrance.counts().requests, 0);
}

/// R-6.5.2-イ: the plain port sends callers to TLS and reads nothing they bring.
#[tokio::test]
async fn plain_http_only_redirects() {
    let port = Redirect::new(crate::scene::LOOPBACK, "patient.example.jp").open().await.unwrap();
    let mut stream = tokio::net::TcpStream::connect(port.address()).await.unwrap();
    let asked = b"POST /sign-in HTTP/1.1\r\nHost: elsewhere\r\nCookie: a=b\r\nContent-Length: 9\r\n\r\npassword=";
    stream.write_all(asked).await.unwrap();
    let mut answer = Vec::new();
    let _closed = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8(answer).unwrap().to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 308"), "{answer}");
    assert!(answer.contains("location: https://patient.example.jp/sign-in\r\n"), "{answer}");
    assert!(!answer.contains("set-cookie"));
}

/// R-6.5.2-イ: answers over TLS tell browsers to stay with TLS.
#[tokio::test]
async fn strict_transport_security_is_on_every_answer() {
    let scene = Scene::new();
    let entrance = scene.open(Entrance::Patient).await;
    for path in ["/who", "/nowhere"] {
        let answer = scene.client(None).get(entrance.address(), HOST, path).await.unwrap();
        assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
    }
}
