//! The names of an entrance: a request meant for anybody else is misdirected (421; RFC 9110, 15.5.20).
//!
//! Separate because it is asked before everything else, of the handshake's name (SNI) and of every place in which a
//! request can name a host. A page of another site whose name leads to this address (DNS rebinding), a forgotten name,
//! a bare address found by a scan: none of them learns anything of the system. Ports are not compared: which port a
//! connection came to is known from the socket, and what a caller writes behind the colon opens nothing.

use crate::error::NetError;
use crate::identity::Identity;
use axum::body::Body;
use axum::http::uri::Authority;
use axum::http::{HeaderValue, Request, Response, StatusCode, header};
use std::net::IpAddr;

/// Characters of a DNS name.
const NAME_CHARS_MAX: usize = 253;

/// One name under which an entrance is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    /// A DNS name in small letters.
    Name(String),
    /// Whatever stands in place of the star of a certificate's `*.example.jp`, kept as `.example.jp`.
    AnyUnder(String),
    /// An address, in whichever spelling; counts only where the settings name it.
    Address(IpAddr),
}

/// All names of an entrance; never none.
#[derive(Debug, Clone)]
pub struct Hosts(Vec<Host>);

impl Hosts {
    /// From entries of the settings: `renkei.example.jp`, `renkei.example.jp:8443`, `10.8.0.1`, `[2001:db8::1]:8443`.
    /// Errors: no entry; one that is neither a name nor an address (with its text, which is the operator's own).
    pub fn named<'a>(entries: impl IntoIterator<Item = &'a str>) -> Result<Self, NetError> {
        let hosts: Result<Vec<_>, _> = entries
            .into_iter()
            .map(|entry| host_of(entry).ok_or_else(|| NetError::BadHost(entry.to_owned())))
            .collect();
        Self::some(hosts?)
    }

    /// The DNS names that an entrance's own certificate bears. Addresses in it do not count: who wants to be asked for
    /// by an address says so in the settings.
    pub fn of_certificate(identity: &Identity) -> Result<Self, NetError> {
        let chain = identity.chain();
        let own = chain.first().ok_or(NetError::NoCertificate)?;
        let own = webpki::EndEntityCert::try_from(own).map_err(|_| NetError::BadCertificate)?;
        let host = |name: &str| match name.strip_prefix('*') {
            Some(rest) => rest.strip_prefix('.').and_then(name_of).map(|rest| Host::AnyUnder(format!(".{rest}"))),
            None => name_of(name).map(Host::Name),
        };
        Self::some(own.valid_dns_names().filter_map(host).collect())
    }

    fn some(hosts: Vec<Host>) -> Result<Self, NetError> {
        if hosts.is_empty() { Err(NetError::NoHosts) } else { Ok(Self(hosts)) }
    }

    /// Whether this is one of ours, as a browser writes it: a name or an address, with or without a port.
    pub fn know(&self, asked: &str) -> bool {
        host_of(asked).is_some_and(|asked| self.0.iter().any(|ours| ours.covers(&asked)))
    }

    /// Whether a request names this entrance and nobody else: at least one host, and each one ours, wherever it stands
    /// (`:authority`, an absolute address, every `Host` field).
    pub(crate) fn are_asked_by<B>(&self, request: &Request<B>) -> bool {
        let in_address = request.uri().authority().map(Authority::as_str);
        let mut named = false;
        let fields = request.headers().get_all(header::HOST).iter().map(|value| value.to_str().ok());
        for host in fields.chain(in_address.map(Some)) {
            if !host.is_some_and(|host| self.know(host)) {
                return false;
            }
            named = true;
        }
        named
    }
}

impl Host {
    fn covers(&self, asked: &Self) -> bool {
        match (self, asked) {
            (Self::AnyUnder(under), Self::Name(asked)) => {
                asked.strip_suffix(under).is_some_and(|label| !label.is_empty() && !label.contains('.'))
            }
            _ => self == asked,
        }
    }
}

/// Reads `name`, `name:port`, `1.2.3.4`, `1.2.3.4:port`, `[v6]`, `[v6]:port`.
fn host_of(text: &str) -> Option<Host> {
    if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        let address: std::net::Ipv6Addr = address.parse().ok()?;
        let ported = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return ported.then(|| Host::Address(IpAddr::V6(address).to_canonical()));
    }
    let name = match text.split_once(':') {
        Some((name, port)) if is_port(port) => name,
        Some(_) => return None,
        None => text,
    };
    match name.parse::<std::net::Ipv4Addr>() {
        Ok(address) => Some(Host::Address(IpAddr::V4(address))),
        Err(_) => name_of(name).map(Host::Name),
    }
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok()
}

/// A DNS name in small letters. A last label of digits only is another spelling of an address, and no name.
fn name_of(text: &str) -> Option<String> {
    let is_label = |label: &str| {
        !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    let last = text.rsplit('.').next()?;
    let is_name = text.len() <= NAME_CHARS_MAX
        && text.split('.').all(is_label)
        && !last.bytes().all(|byte| byte.is_ascii_digit())
        && !last.to_ascii_lowercase().starts_with("0x");
    is_name.then(|| text.to_ascii_lowercase())
}

/// The answer to whoever asked for somebody else: words that say nothing of what stands here.
pub(crate) fn misdirected() -> Response<Body> {
    let words = "この名前では、こちらをお使いになれません。案内された住所（アドレス）をもう一度お確かめください。\n\
                 This name does not lead here. Please check the address you were given.\n";
    let mut answer = Response::new(Body::from(words));
    *answer.status_mut() = StatusCode::MISDIRECTED_REQUEST;
    for (name, value) in [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_whatever_their_letters_and_ports() {
        let hosts = Hosts::named(["Renkei.example.jp:8443", "localhost", "[2001:db8::1]", "192.0.2.7"]).unwrap();
        for ours in [
            "renkei.example.jp",
            "RENKEI.EXAMPLE.JP:8443",
            "renkei.example.jp:443",
            "localhost:1",
            "[2001:DB8:0::1]:9",
            "192.0.2.7:8443",
            "[::ffff:192.0.2.7]",
        ] {
            assert!(hosts.know(ours), "{ours}");
        }
        for other in [
            "",
            "example.jp",
            "renkei.example.jp.",
            "renkei.example.jp.evil.example",
            "evilrenkei.example.jp",
            "localhost@evil.example",
            "evil.example@localhost",
            "localhost:8443:1",
            "localhost:evil",
            "localhost:99999",
            "localhost evil.example",
            "localhost,evil.example",
            "192.0.2.8",
            "3221225991",
            "0xC0000207",
            "192.0.519",
            "127.0.0.1",
            "[2001:db8::1",
            "[2001:db8::1]x",
            "2001:db8::1",
        ] {
            assert!(!hosts.know(other), "{other}");
        }
    }

    #[test]
    fn settings_with_no_or_unusable_names_are_refused() {
        assert!(matches!(Hosts::named([]), Err(NetError::NoHosts)));
        for mistake in ["https://renkei.example.jp", "renkei.example.jp/", "*.example.jp", "a b", "連携.jp", ":8443"]
        {
            assert!(matches!(Hosts::named(["localhost", mistake]), Err(NetError::BadHost(_))), "{mistake}");
        }
    }

    #[test]
    fn the_star_of_a_certificate_is_one_label() {
        let hosts = Hosts(vec![Host::AnyUnder(".example.jp".to_owned())]);
        assert!(hosts.know("renkei.example.jp:8443"));
        for other in ["example.jp", "a.b.example.jp", ".example.jp", "evil.example"] {
            assert!(!hosts.know(other), "{other}");
        }
    }

    #[test]
    fn every_place_that_names_a_host_must_name_ours() {
        let hosts = Hosts::named(["localhost"]).unwrap();
        let asked = |address: &str, fields: &[&str]| {
            let mut request = Request::get(address);
            for field in fields {
                request = request.header(header::HOST, *field);
            }
            hosts.are_asked_by(&request.body(()).unwrap())
        };
        assert!(asked("/", &["localhost"]) && asked("https://localhost:8443/", &[]));
        assert!(asked("https://localhost/", &["localhost"]));
        assert!(!asked("/", &[]), "nobody is named");
        assert!(!asked("/", &["localhost", "evil.example"]) && !asked("/", &["evil.example", "localhost"]));
        assert!(!asked("https://localhost/", &["evil.example"]) && !asked("https://evil.example/", &["localhost"]));
    }
}
