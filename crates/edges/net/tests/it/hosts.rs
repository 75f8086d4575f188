//! A request meant for somebody else is misdirected: nothing of the system answers it.

use crate::scene::{Chooser, HOST, LOOPBACK, Scene, identity, signing_key, telling};
use axum::Router;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use axum::routing::any;
use renkei_net::client::{Client, Connection, body_text};
use renkei_net::{Entrance, Hosts, Listener, NetError, Running};
use rustls::pki_types::ServerName;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const OTHER: &str = "other.example.jp";

/// An entrance whose certificate bears more names than the settings, and a count of the requests its routes saw.
struct Met {
    scene: Scene,
    entrance: Running,
    routed: Arc<AtomicUsize>,
}

impl Met {
    async fn with(kind: Entrance, hosts: Option<&[&str]>) -> Self {
        let scene = Scene::new();
        let names = [HOST, OTHER, "localhost"];
        let server = scene.pki.server_certificate(&names, &[Ipv4Addr::LOCALHOST.into()]).unwrap();
        let mut listener = Listener { identity: identity(&server), ..scene.listener(kind) };
        listener.hosts = hosts.map(|hosts| Hosts::named(hosts.iter().copied()).unwrap());
        let routed = Arc::new(AtomicUsize::new(0));
        let counting = routed.clone();
        let router = Router::new().fallback(any(move || {
            counting.fetch_add(1, Ordering::SeqCst);
            async { ([(header::SET_COOKIE, "session=of the system")], "content of the system") }
        }));
        Self { entrance: listener.open(router).await.unwrap(), scene, routed }
    }

    fn routed(&self) -> usize {
        self.routed.load(Ordering::SeqCst)
    }

    async fn stream(&self, server_name: ServerName<'static>, protocol: &[u8]) -> TlsStream<TcpStream> {
        let doctor = self.scene.pki.doctor("Ichiro Minato", "D10001").unwrap();
        let card = Chooser::with(doctor.presented(), signing_key(&doctor));
        let mut config = self.scene.odd_config(&[&rustls::version::TLS13], card);
        config.alpn_protocols = vec![protocol.to_vec()];
        let stream = TcpStream::connect(self.entrance.address()).await.unwrap();
        TlsConnector::from(Arc::new(config)).connect(server_name, stream).await.unwrap()
    }

    /// The answer to a request written by hand, over a connection that named `server_name`, or an address and so nobody.
    async fn told(&self, server_name: ServerName<'static>, head: &str) -> String {
        let mut stream = self.stream(server_name, b"http/1.1").await;
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _closed = stream.read_to_end(&mut answer).await;
        String::from_utf8(answer).unwrap()
    }

    fn client(&self) -> Client {
        self.scene.client(None)
    }
}

fn named(name: &str) -> ServerName<'static> {
    ServerName::try_from(name.to_owned()).unwrap()
}

/// An address in the certificate: the handshake then names nobody (RFC 6066, 3).
fn nobody() -> ServerName<'static> {
    ServerName::from(IpAddr::from(Ipv4Addr::LOCALHOST))
}

fn asking(host: &str) -> Request<Body> {
    Request::get("/").header(header::HOST, host).body(Body::empty()).unwrap()
}

async fn is_misdirected(answer: Response<Body>) {
    assert_eq!(answer.status(), StatusCode::MISDIRECTED_REQUEST);
    let mut fields: Vec<_> = answer.headers().keys().map(|name| name.as_str().to_owned()).collect();
    fields.sort();
    fields.retain(|name| name != "date" && name != "content-length");
    assert_eq!(fields, ["cache-control", "content-type", "x-content-type-options"], "nothing of the system");
    let words = body_text(answer).await.unwrap();
    assert!(words.starts_with("この名前では") && words.contains("This name does not lead here"), "{words}");
    assert!(!words.to_lowercase().contains("renkei") && !words.contains("連携"), "{words}");
}

/// R-6.5.2-ア, R-X-19: whoever asks for another name gets 421 and words that tell nothing; no route sees the request,
/// and it is counted.
#[tokio::test]
async fn a_request_for_another_name_is_misdirected() {
    for kind in [Entrance::Professional, Entrance::Machine, Entrance::Patient] {
        let met = Met::with(kind, Some(&["renkei.example.jp:8443"])).await;
        let address = met.entrance.address();
        let others = [OTHER, "localhost", "127.0.0.1", "", "renkei.example.jp.", "renkei.example.jp.evil.example"];
        for host in others {
            is_misdirected(met.client().send(address, HOST, asking(host)).await.unwrap()).await;
        }
        let counts = met.entrance.counts();
        assert_eq!((met.routed(), counts.misdirected, counts.requests), (0, 6, 6));
        for host in [HOST, "RENKEI.example.JP:8443", "renkei.example.jp:443"] {
            let answer = met.client().send(address, HOST, asking(host)).await.unwrap();
            assert_eq!(answer.status(), StatusCode::OK, "{host}");
            assert!(answer.headers().contains_key(header::SET_COOKIE));
        }
        assert_eq!((met.routed(), met.entrance.counts().misdirected), (3, 6));
    }
}

/// R-6.5.2-ア: one name of ours does not carry another one in: two `Host` fields, an absolute address beside a field,
/// no host at all, and a connection that asked for another name are misdirected.
#[tokio::test]
async fn a_second_name_is_not_carried_in_by_the_first() {
    let met = Met::with(Entrance::Professional, Some(&[HOST])).await;
    let heads = [
        format!("GET / HTTP/1.1\r\nHost: {HOST}\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: evil.example\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"),
        format!("GET https://{HOST}/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"),
        format!("GET https://evil.example/ HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"),
        format!("GET / HTTP/1.1\r\nHost: {HOST}@evil.example\r\nConnection: close\r\n\r\n"),
        "GET / HTTP/1.0\r\n\r\n".to_owned(),
    ];
    for head in &heads {
        let answer = met.told(named(HOST), head).await;
        assert!(answer.contains(" 421 "), "{head}\n{answer}");
    }
    let good = format!("GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n");
    assert!(met.told(named(OTHER), &good).await.starts_with("HTTP/1.1 421 "), "the handshake named somebody else");
    assert_eq!(met.routed(), 0);
    assert!(met.told(named(HOST), &good).await.starts_with("HTTP/1.1 200 "));
    assert!(met.told(nobody(), &good).await.starts_with("HTTP/1.1 200 "), "a handshake may name nobody");
    assert_eq!(met.routed(), 2);
}

/// R-6.5.2-ア: the same over HTTP/2, where the name is `:authority`.
#[tokio::test]
async fn the_authority_of_http2_is_compared_too() {
    let met = Met::with(Entrance::Professional, Some(&[HOST])).await;
    let stream = met.stream(named(HOST), b"h2").await;
    let (runtime, stream) = (hyper_util::rt::TokioExecutor::new(), hyper_util::rt::TokioIo::new(stream));
    let (mut sender, connection) = hyper::client::conn::http2::handshake(runtime, stream).await.unwrap();
    tokio::spawn(connection);
    let mut ask = async |authority: &str, host: Option<&str>| {
        let mut request = Request::get(format!("https://{authority}/"));
        if let Some(host) = host {
            request = request.header(header::HOST, host);
        }
        sender.send_request(request.body(Body::empty()).unwrap()).await.unwrap().map(Body::new)
    };
    for (authority, host) in [(OTHER, None), ("127.0.0.1", None), (HOST, Some(OTHER)), (OTHER, Some(HOST))] {
        is_misdirected(ask(authority, host).await).await;
    }
    assert_eq!(met.routed(), 0);
    assert_eq!(ask("renkei.example.jp:8443", None).await.status(), StatusCode::OK);
}

/// R-6.5.2-ア: an address counts where the settings name it, and not because the certificate bears it; without settings
/// the certificate's names count.
#[tokio::test]
async fn an_address_counts_only_where_the_settings_name_it() {
    let by_certificate = Met::with(Entrance::Machine, None).await;
    let by_settings = Met::with(Entrance::Machine, Some(&["127.0.0.1"])).await;
    let good = |host: &str| format!("GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    for (met, host, status) in [
        (&by_certificate, HOST, "200"),
        (&by_certificate, OTHER, "200"),
        (&by_certificate, "127.0.0.1", "421"),
        (&by_settings, "127.0.0.1:8444", "200"),
        (&by_settings, "127.1", "421"),
        (&by_settings, HOST, "421"),
    ] {
        let answer = met.told(nobody(), &good(host)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{host}: {answer}");
    }
}

/// R-X-19: an entrance that nobody could ask for is not opened.
#[tokio::test]
async fn an_entrance_without_a_name_is_not_opened() {
    let scene = Scene::new();
    let server = scene.pki.server_certificate(&[], &[Ipv4Addr::LOCALHOST.into()]).unwrap();
    let listener = Listener::new(Entrance::Machine, LOOPBACK, identity(&server));
    assert!(matches!(listener.open(telling()).await, Err(NetError::NoHosts)));
}

/// R-6.5.2-ア: the console has no name to ask for: whatever its caller writes, the file's permission decides.
#[tokio::test]
async fn the_console_is_asked_under_any_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("console.sock");
    let _console = renkei_net::Console::new(&path).open(telling()).await.unwrap();
    let mut connection = Connection::to_console(&path).await.unwrap();
    let request = Request::get("/who").header(header::HOST, "evil.example").body(Body::empty()).unwrap();
    assert_eq!(connection.send(request).await.unwrap().status(), StatusCode::OK);
}
