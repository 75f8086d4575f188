//! The entrances and what is known of a connection once it stands.
//!
//! Separate so that every edge can read the facts without knowing how they were won. The facts travel as a request
//! extension that only this crate can insert; a route asks for them with `Extension<ConnectionFacts>`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A door of the installation. The listener decides it, nobody else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Entrance {
    /// Closed network; the card's certificate is asked for (R-6.5.2-ア).
    Professional,
    /// Reader agents and institution gateways; own trust.
    Machine,
    /// The internet; never asks for a certificate (R-6.5.2-イ).
    Patient,
    /// The Unix socket on the machine itself.
    Console,
}

impl Entrance {
    /// The word of the trail and of settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Professional => "professional",
            Self::Machine => "machine",
            Self::Patient => "patient",
            Self::Console => "console",
        }
    }
}

impl std::fmt::Display for Entrance {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The protocol version a handshake ended with; older ones never stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TlsVersion {
    Tls12,
    Tls13,
}

/// Who is at the other end, as the operating system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Peer {
    /// A network address.
    Address(SocketAddr),
    /// A process on this machine, with its user id.
    Local { uid: u32 },
}

impl Peer {
    /// The network address without port; `None` for the console.
    pub fn ip(self) -> Option<IpAddr> {
        match self {
            // An IPv4 caller on a dual-stack socket is the same caller as on an IPv4 socket.
            Self::Address(address) => Some(address.ip().to_canonical()),
            Self::Local { .. } => None,
        }
    }
    /// Address and port; `None` for the console.
    pub fn address(self) -> Option<SocketAddr> {
        match self {
            Self::Address(address) => Some(address),
            Self::Local { .. } => None,
        }
    }
}

/// Number of a connection, unique in this process; a new handshake is a new number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ConnectionId(u64);

impl ConnectionId {
    pub(crate) fn next() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed).wrapping_add(1))
    }
    pub fn number(self) -> u64 {
        self.0
    }
}

impl std::fmt::Display for ConnectionId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a request's connection is known to be. Cheap to clone.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ConnectionFacts {
    pub entrance: Entrance,
    pub peer: Peer,
    /// `None` at the console only.
    pub tls_version: Option<TlsVersion>,
    /// DER certificates the caller sent, its own first, whose key it proved to hold in this handshake. Only that is
    /// proved: path, policy, role and revocation are judged afterwards. At most four of at most 16 KiB.
    pub client_chain: Option<Arc<Vec<Vec<u8>>>>,
    pub connection_id: ConnectionId,
    /// The name for which the handshake asked (SNI), if it asked for one.
    pub asked_name: Option<Arc<str>>,
    /// The connection came through the port that speaks TLS 1.2 only, offered to cards with old signatures.
    pub on_tls12_port: bool,
}

impl ConnectionFacts {
    /// DER of the caller's own certificate.
    pub fn client_certificate(&self) -> Option<&[u8]> {
        self.client_chain.as_ref().and_then(|chain| chain.first()).map(Vec::as_slice)
    }

    /// Facts for tests of routers that run without a socket. Not for serving: listeners make their own.
    pub fn for_router_tests(entrance: Entrance, peer: SocketAddr, client_chain: Option<Vec<Vec<u8>>>) -> Self {
        Self {
            entrance,
            peer: Peer::Address(peer),
            tls_version: Some(TlsVersion::Tls13),
            client_chain: client_chain.map(Arc::new),
            connection_id: ConnectionId::next(),
            asked_name: None,
            on_tls12_port: false,
        }
    }
}
