//! A small client for our own entrances: reader agents, the demonstration's proxy, commands at the console, tests.
//!
//! Separate from the listeners but of the same cryptography. It trusts the roots it is given and no others, speaks
//! HTTP/1.1, and shows a certificate only when it was given one.

use crate::error::NetError;
use crate::identity::{Identity, certificates};
use crate::tls::{Versions, provider};
use axum::body::{Body, Bytes};
use axum::http::{Request, Response};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use renkei_kernel::Clock;
use rustls::client::ResolvesClientCert;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::sign::CertifiedKey;
use rustls::time_provider::{DefaultTimeProvider, TimeProvider};
use rustls::{ClientConfig, RootCertStore, SignatureScheme};
use std::net::SocketAddr;
#[cfg(unix)]
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
#[cfg(unix)]
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// What a client trusts and shows.
#[derive(Clone)]
pub struct ClientSettings {
    /// PEM of the authorities under which the entrance's certificate must lie.
    pub roots_pem: Vec<u8>,
    /// Certificate and key to show when asked.
    pub identity: Option<Identity>,
    pub versions: Versions,
    /// The clock certificates are checked against; `None` is the operating system's.
    pub clock: Option<Arc<dyn Clock>>,
    /// Time for connecting and shaking hands.
    pub connect: Duration,
}

impl ClientSettings {
    pub fn trusting(roots_pem: impl Into<Vec<u8>>) -> Self {
        Self {
            roots_pem: roots_pem.into(),
            identity: None,
            versions: Versions::default(),
            clock: None,
            connect: Duration::from_secs(10),
        }
    }
    pub fn showing(self, identity: Identity) -> Self {
        Self { identity: Some(identity), ..self }
    }
    pub fn speaking(self, versions: Versions) -> Self {
        Self { versions, ..self }
    }
    pub fn living_at(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..self }
    }
}

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    #[error("サーバーの名前が正しくありません。/ not a server name")]
    Name,
    #[error("接続できません: {0} / cannot connect")]
    Connect(std::io::Error),
    #[error("時間内に接続できませんでした。/ connecting took too long")]
    Timeout,
    #[error("通信が途切れました: {0} / the exchange broke off")]
    Http(#[from] hyper::Error),
    #[error("応答が大きすぎるか、途中で切れました。/ the answer is too large or incomplete")]
    Answer,
}

struct GivenTime(Arc<dyn Clock>);

impl std::fmt::Debug for GivenTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("GivenTime")
    }
}

impl TimeProvider for GivenTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().seconds()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// Shows one certificate. The library's own way compares key and certificate first, and cannot read a certificate
/// with critical policies.
#[derive(Debug)]
struct Shown(Arc<CertifiedKey>);

impl ResolvesClientCert for Shown {
    fn resolve(&self, _hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        Some(self.0.clone())
    }
    fn has_certs(&self) -> bool {
        true
    }
}

/// Makes connections with one set of settings. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    config: Arc<ClientConfig>,
    connect: Duration,
}

impl Client {
    pub fn new(settings: ClientSettings) -> Result<Self, NetError> {
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&settings.roots_pem)? {
            roots.add(certificate).map_err(|_| NetError::BadCertificate)?;
        }
        let time: Arc<dyn TimeProvider> = match settings.clock {
            Some(clock) => Arc::new(GivenTime(clock)),
            None => Arc::new(DefaultTimeProvider),
        };
        let builder = ClientConfig::builder_with_details(provider(), time)
            .with_protocol_versions(settings.versions.list())?
            .with_root_certificates(roots);
        let config = match settings.identity {
            Some(identity) => {
                let key = provider().key_provider.load_private_key(identity.key())?;
                builder.with_client_cert_resolver(Arc::new(Shown(Arc::new(CertifiedKey::new(identity.chain(), key)))))
            }
            None => builder.with_no_client_auth(),
        };
        Ok(Self::from_config(config, settings.connect))
    }

    /// A client with TLS settings of one's own, for tests of unusual callers.
    pub fn from_config(mut config: ClientConfig, connect: Duration) -> Self {
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.resumption = rustls::client::Resumption::disabled();
        Self { config: Arc::new(config), connect }
    }

    /// A TLS stream to `address`, whose certificate must bear `server_name`.
    pub async fn stream(&self, address: SocketAddr, server_name: &str) -> Result<TlsStream<TcpStream>, ClientError> {
        let name = ServerName::try_from(server_name.to_owned()).map_err(|_| ClientError::Name)?;
        let connecting = async {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            TlsConnector::from(self.config.clone()).connect(name, stream).await
        };
        match tokio::time::timeout(self.connect, connecting).await {
            Ok(connected) => connected.map_err(ClientError::Connect),
            Err(_elapsed) => Err(ClientError::Timeout),
        }
    }

    /// An HTTP/1.1 connection that can carry many requests, one after the other.
    pub async fn connect(&self, address: SocketAddr, server_name: &str) -> Result<Connection, ClientError> {
        Connection::over(self.stream(address, server_name).await?, server_name).await
    }

    /// One request on a connection of its own.
    pub async fn send(
        &self,
        address: SocketAddr,
        server_name: &str,
        request: Request<Body>,
    ) -> Result<Response<Body>, ClientError> {
        self.connect(address, server_name).await?.send(request).await
    }

    /// `GET path` on a connection of its own.
    pub async fn get(&self, address: SocketAddr, server_name: &str, path: &str) -> Result<Response<Body>, ClientError> {
        let request = Request::get(path).body(Body::empty()).map_err(|_| ClientError::Name)?;
        self.send(address, server_name, request).await
    }
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Client")
    }
}

/// One HTTP/1.1 connection. `Host` is filled in when a request lacks it.
#[derive(Debug)]
pub struct Connection {
    sender: http1::SendRequest<Body>,
    host: String,
}

impl Connection {
    /// Speaks HTTP/1.1 over any stream.
    pub async fn over<S>(stream: S, host: &str) -> Result<Self, ClientError>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            // How it ended is told to whoever waits for an answer.
            let _ended = connection.with_upgrades().await;
        });
        Ok(Self { sender, host: host.to_owned() })
    }

    /// The console of a running server.
    #[cfg(unix)]
    pub async fn to_console(path: &Path) -> Result<Self, ClientError> {
        let stream = UnixStream::connect(path).await.map_err(ClientError::Connect)?;
        Self::over(stream, "console").await
    }

    /// Sends a request in origin form (`/path?query`) and returns the answer, its body still streaming.
    pub async fn send(&mut self, mut request: Request<Body>) -> Result<Response<Body>, ClientError> {
        if !request.headers().contains_key(axum::http::header::HOST) {
            let host = self.host.parse().map_err(|_| ClientError::Name)?;
            request.headers_mut().insert(axum::http::header::HOST, host);
        }
        self.sender.ready().await?;
        Ok(self.sender.send_request(request).await?.map(Body::new))
    }

    /// Whether the other side has closed the connection.
    pub fn is_closed(&self) -> bool {
        self.sender.is_closed()
    }
}

/// The whole body of an answer, at most `max_bytes`.
pub async fn body_bytes(answer: Response<Body>, max_bytes: usize) -> Result<Bytes, ClientError> {
    axum::body::to_bytes(answer.into_body(), max_bytes).await.map_err(|_| ClientError::Answer)
}

/// The body of an answer as text, at most 1 MiB.
pub async fn body_text(answer: Response<Body>) -> Result<String, ClientError> {
    let bytes = body_bytes(answer, 1024 * 1024).await?;
    String::from_utf8(bytes.to_vec()).map_err(|_| ClientError::Answer)
}
