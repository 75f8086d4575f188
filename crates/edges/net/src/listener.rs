//! An entrance on the network: bind, accept, shake hands, serve, close.
//!
//! Separate for each entrance by construction: a listener is given one entrance, one identity, one answer to the
//! question of certificates and one router, and shares none of them.

use crate::answer::Desk;
use crate::connection::{Place, Places, Protocol, serve};
use crate::counters::{Counters, Counts};
use crate::entrance::{ConnectionFacts, ConnectionId, Entrance, Peer, TlsVersion};
use crate::error::NetError;
use crate::hosts::Hosts;
use crate::identity::Identity;
use crate::possession::kept_chain;
use crate::rules::Rules;
use crate::tls::{ClientCertificates, Versions, server_config};
use axum::Router;
use renkei_kernel::logs::OPERATOR;
use rustls::{PeerIncompatible, ServerConfig};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Settings of one entrance on the network.
#[derive(Debug, Clone)]
pub struct Listener {
    pub entrance: Entrance,
    /// Port 0 takes a free one; [`Running::address`] tells which.
    pub address: SocketAddr,
    pub identity: Identity,
    /// The names it answers to; `None` takes those of its certificate.
    pub hosts: Option<Hosts>,
    pub versions: Versions,
    /// A second port of the same entrance that speaks TLS 1.2 only, for cards with old signatures.
    pub tls12_address: Option<SocketAddr>,
    pub client_certificates: ClientCertificates,
    pub rules: Rules,
}

/// An open entrance. Dropping it closes the sockets at once; [`Running::close`] lets running requests end.
#[derive(Debug)]
pub struct Running {
    entrance: Entrance,
    address: SocketAddr,
    tls12_address: Option<SocketAddr>,
    counters: Arc<Counters>,
    closing: watch::Sender<bool>,
    doors: JoinSet<()>,
}

impl Listener {
    /// An entrance with both protocol versions, no certificates asked for and the usual bounds.
    pub fn new(entrance: Entrance, address: SocketAddr, identity: Identity) -> Self {
        Self {
            entrance,
            address,
            identity,
            hosts: None,
            versions: Versions::default(),
            tls12_address: None,
            client_certificates: ClientCertificates::Never,
            rules: Rules::default(),
        }
    }

    /// Binds and starts to serve `router`. Errors: address taken, identity unusable, no name to answer to, a setting
    /// this entrance must not have (a certificate request on the patient entrance).
    pub async fn open(self, router: Router) -> Result<Running, NetError> {
        if self.entrance == Entrance::Console {
            return Err(NetError::NotOfThisEntrance("the console is a Unix socket"));
        }
        let hosts = match self.hosts {
            Some(hosts) => hosts,
            None => Hosts::of_certificate(&self.identity)?,
        };
        let config = |versions| server_config(self.entrance, &self.identity, versions, &self.client_certificates);
        let main = Door::bind(self.address, config(self.versions)?, false).await?;
        let second = match self.tls12_address {
            Some(address) => Some(Door::bind(address, config(Versions::Tls12Only)?, true).await?),
            None => None,
        };
        let counters = Arc::new(Counters::default());
        let (closing, _) = watch::channel(false);
        let places = Arc::new(Places::new(self.rules.connections, self.rules.connections_per_source));
        let desk = Arc::new(Desk { router, rules: self.rules, hosts: Some(hosts), counters: counters.clone() });
        let mut running = Running {
            entrance: self.entrance,
            address: main.address,
            tls12_address: second.as_ref().map(|door| door.address),
            counters,
            closing,
            doors: JoinSet::new(),
        };
        for door in [Some(main), second].into_iter().flatten() {
            let hall = Hall { entrance: self.entrance, desk: desk.clone(), places: places.clone() };
            running.doors.spawn(door.stand(hall, running.closing.subscribe()));
        }
        tracing::info!(
            target: OPERATOR, { net.entrance = running.entrance.as_str(), net.address = %running.address },
            "入口 {0} を {1} で開きました。 / the {0} entrance is open", running.entrance, running.address
        );
        Ok(running)
    }
}

impl Running {
    pub fn entrance(&self) -> Entrance {
        self.entrance
    }
    /// Where the entrance really listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    /// Where its TLS 1.2-only port listens, if there is one.
    pub fn tls12_address(&self) -> Option<SocketAddr> {
        self.tls12_address
    }
    pub fn counts(&self) -> Counts {
        self.counters.read()
    }
    /// The same numbers for a monitoring task that outlives a borrow.
    pub fn counters(&self) -> Arc<Counters> {
        self.counters.clone()
    }

    /// Takes no more connections and waits until running requests ended, at most `Rules::closing`.
    pub async fn close(mut self) {
        let _nobody_left = self.closing.send(true);
        while self.doors.join_next().await.is_some() {}
        tracing::info!(
            target: OPERATOR, { net.entrance = self.entrance.as_str() },
            "入口 {0} を閉じました。 / the {0} entrance is closed", self.entrance
        );
    }
}

/// What stands behind the doors of an entrance.
#[derive(Clone)]
struct Hall {
    entrance: Entrance,
    desk: Arc<Desk>,
    places: Arc<Places>,
}

/// One bound port with its TLS settings.
struct Door {
    socket: TcpListener,
    address: SocketAddr,
    acceptor: TlsAcceptor,
    tls12_only: bool,
}

impl Door {
    async fn bind(address: SocketAddr, config: Arc<ServerConfig>, tls12_only: bool) -> Result<Self, NetError> {
        let failed = |source| NetError::Bind { address: address.to_string(), source };
        let socket = TcpListener::bind(address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address, acceptor: TlsAcceptor::from(config), tls12_only })
    }

    async fn stand(self, hall: Hall, mut closing: watch::Receiver<bool>) {
        let mut callers = JoinSet::new();
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                Some(_left) = callers.join_next() => continue,
                _closing = closing.wait_for(|closing| *closing) => break,
            };
            let (stream, peer) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file handles or a caller that left already; a short pause keeps this from spinning.
                    tracing::warn!(
                        target: OPERATOR, error = %error,
                        "入口 {0} で接続を受け取れませんでした。開けるファイルの数などを確かめてください。 / a connection at the {0} entrance was not taken",
                        hall.entrance
                    );
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            };
            let peer = Peer::Address(peer);
            let Some(place) = hall.places.take(peer.ip()) else {
                Counters::add(&hall.desk.counters.too_many);
                continue;
            };
            Counters::add(&hall.desk.counters.accepted);
            let acceptor = self.acceptor.clone();
            callers.spawn(welcome(stream, peer, place, acceptor, self.tls12_only, hall.clone(), closing.clone()));
        }
        drop(self.socket);
        while callers.join_next().await.is_some() {}
    }
}

async fn welcome(
    stream: TcpStream,
    peer: Peer,
    place: Place,
    acceptor: TlsAcceptor,
    on_tls12_port: bool,
    hall: Hall,
    mut closing: watch::Receiver<bool>,
) {
    let _without_delay_is_only_faster = stream.set_nodelay(true);
    let counters = &hall.desk.counters;
    let shaken = tokio::select! {
        shaken = tokio::time::timeout(hall.desk.rules.handshake, acceptor.accept(stream)) => shaken,
        _closing = closing.wait_for(|closing| *closing) => return,
    };
    let stream = match shaken {
        Err(_elapsed) => return Counters::add(&counters.handshake_timeout),
        Ok(Err(error)) => return count_refusal(counters, &error),
        Ok(Ok(stream)) => stream,
    };
    let (_, session) = stream.get_ref();
    let facts = ConnectionFacts {
        entrance: hall.entrance,
        peer,
        tls_version: session.protocol_version().and_then(spoken),
        client_chain: session.peer_certificates().and_then(kept_chain),
        connection_id: ConnectionId::next(),
        asked_name: session.server_name().map(Arc::from),
        on_tls12_port,
    };
    let protocol = if session.alpn_protocol() == Some(b"h2") { Protocol::Http2 } else { Protocol::Http1 };
    serve(stream, protocol, facts, hall.desk, place, closing).await;
}

fn spoken(version: rustls::ProtocolVersion) -> Option<TlsVersion> {
    match version {
        rustls::ProtocolVersion::TLSv1_3 => Some(TlsVersion::Tls13),
        rustls::ProtocolVersion::TLSv1_2 => Some(TlsVersion::Tls12),
        _ => None,
    }
}

fn count_refusal(counters: &Counters, error: &std::io::Error) {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    let nothing_in_common = matches!(
        cause,
        Some(rustls::Error::PeerIncompatible(
            PeerIncompatible::Tls12NotOffered
                | PeerIncompatible::Tls12NotOfferedOrEnabled
                | PeerIncompatible::SupportedVersionsExtensionRequired
                | PeerIncompatible::SignatureAlgorithmsExtensionRequired
                | PeerIncompatible::NoCipherSuitesInCommon
                | PeerIncompatible::NoKxGroupsInCommon
                | PeerIncompatible::NamedGroupsExtensionRequired
        ))
    );
    Counters::add(if nothing_in_common { &counters.old_protocol } else { &counters.handshake_failed });
}
