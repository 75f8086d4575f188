//! What the tests of this crate share: a PKI, an entrance with a route that says what it knows, and odd callers.

use axum::extract::{Extension, Request};
use axum::{Router, routing::get};
use renkei_kernel::{SettableClock, Timestamp};
use renkei_net::client::{Client, ClientSettings, body_text};
use renkei_net::{ClientCertificates, ConnectionFacts, Entrance, Identity, Listener, RootHints, Running};
use renkei_testpki::{Authority, Issued, TestPki, chain_pem, pem};
use rustls::client::ResolvesClientCert;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::{CertifiedKey, Signer, SigningKey};
use rustls::{ClientConfig, RootCertStore, SignatureAlgorithm, SignatureScheme, SupportedProtocolVersion};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

pub const HOST: &str = "renkei.example.jp";
pub const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// A day on which everything issued is valid.
pub fn day() -> Timestamp {
    Timestamp::from_seconds(1_771_000_000)
}

pub struct Scene {
    pub pki: TestPki,
}

impl Scene {
    pub fn new() -> Self {
        Self { pki: TestPki::seeded(20, day()) }
    }

    pub fn server(&self) -> Identity {
        identity(&self.pki.server_certificate(&[HOST], &[Ipv4Addr::LOCALHOST.into()]).unwrap())
    }

    /// The listener of an entrance with the question about certificates it usually asks.
    pub fn listener(&self, entrance: Entrance) -> Listener {
        let mut listener = Listener::new(entrance, LOOPBACK, self.server());
        if entrance == Entrance::Professional {
            let authorities = [Authority::Root, Authority::PersonAuth].map(|a| self.pki.authority(a).unwrap().cert_der);
            let hints = RootHints::from_certificates(authorities.iter().map(Vec::as_slice)).unwrap();
            listener.client_certificates = ClientCertificates::Requested(hints);
        }
        listener
    }

    pub async fn open(&self, entrance: Entrance) -> Running {
        self.listener(entrance).open(telling()).await.unwrap()
    }

    pub fn settings(&self) -> ClientSettings {
        let root = pem("CERTIFICATE", &self.pki.authority(Authority::Root).unwrap().cert_der);
        ClientSettings::trusting(root).living_at(Arc::new(SettableClock::frozen(day())))
    }

    pub fn client(&self, shown: Option<&Issued>) -> Client {
        let settings = self.settings();
        Client::new(match shown {
            Some(issued) => settings.showing(identity(issued)),
            None => settings,
        })
        .unwrap()
    }

    /// A client whose certificate choice is in the test's hands.
    pub fn odd_client(&self, versions: &[&'static SupportedProtocolVersion], chooser: Arc<Chooser>) -> Client {
        Client::from_config(self.odd_config(versions, chooser), Duration::from_secs(10))
    }

    pub fn odd_config(&self, versions: &[&'static SupportedProtocolVersion], chooser: Arc<Chooser>) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        let root = self.pki.authority(Authority::Root).unwrap().cert_der;
        roots.add(CertificateDer::from(root)).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ClientConfig::builder_with_details(provider, Arc::new(TheDay))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_client_cert_resolver(chooser)
    }
}

#[derive(Debug)]
struct TheDay;

impl rustls::time_provider::TimeProvider for TheDay {
    fn current_time(&self) -> Option<rustls::pki_types::UnixTime> {
        let seconds = u64::try_from(day().seconds()).ok()?;
        Some(rustls::pki_types::UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

pub fn identity(issued: &Issued) -> Identity {
    Identity::from_pem(chain_pem(issued).as_bytes(), pem("PRIVATE KEY", &issued.key_der).as_bytes()).unwrap()
}

/// A router that answers with what it was told of the connection.
pub fn telling() -> Router {
    Router::new().route("/who", get(who))
}

async fn who(Extension(facts): Extension<ConnectionFacts>, request: Request) -> String {
    let chain = facts.client_chain.as_ref().map_or(0, |chain| chain.len());
    let own = facts.client_certificate().map_or(0, <[u8]>::len);
    let claims = request.headers().keys().filter(|name| name.as_str().starts_with("x-")).count();
    format!(
        "entrance={} version={:?} certificates={chain} own={own} connection={} claims={claims}",
        facts.entrance, facts.tls_version, facts.connection_id
    )
}

/// The answer of `/who`.
pub async fn ask(client: &Client, at: SocketAddr) -> String {
    body_text(client.get(at, HOST, "/who").await.unwrap()).await.unwrap()
}

/// A caller's choice of certificate and key, and a count of how often it was asked.
#[derive(Debug)]
pub struct Chooser {
    shown: Option<Arc<CertifiedKey>>,
    pub asked: AtomicUsize,
    pub hints: Mutex<Vec<Vec<u8>>>,
}

impl Chooser {
    pub fn with(chain: Vec<Vec<u8>>, key: Arc<dyn SigningKey>) -> Arc<Self> {
        let chain = chain.into_iter().map(CertificateDer::from).collect();
        let shown = Some(Arc::new(CertifiedKey::new(chain, key)));
        Arc::new(Self { shown, asked: AtomicUsize::new(0), hints: Mutex::default() })
    }
}

impl ResolvesClientCert for Chooser {
    fn resolve(&self, hints: &[&[u8]], _schemes: &[SignatureScheme]) -> Option<Arc<CertifiedKey>> {
        self.asked.fetch_add(1, Ordering::SeqCst);
        *self.hints.lock().unwrap() = hints.iter().map(|hint| hint.to_vec()).collect();
        self.shown.clone()
    }
    fn has_certs(&self) -> bool {
        self.shown.is_some()
    }
}

pub fn signing_key(issued: &Issued) -> Arc<dyn SigningKey> {
    let key = PrivateKeyDer::try_from(issued.key_der.clone()).unwrap();
    rustls::crypto::ring::sign::any_supported_type(&key).unwrap()
}

/// An old card: it can make RSA PKCS#1 v1.5 signatures with SHA-256 and nothing else.
#[derive(Debug)]
pub struct OldCard(pub Arc<dyn SigningKey>);

impl SigningKey for OldCard {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        let only = SignatureScheme::RSA_PKCS1_SHA256;
        if offered.contains(&only) { self.0.choose_scheme(&[only]) } else { None }
    }
    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::RSA
    }
}
