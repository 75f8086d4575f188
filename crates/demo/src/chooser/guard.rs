//! Who may speak to the chooser: browsers on this machine, from its own pages only.
//!
//! It needs no password, so three walls stand instead: it listens on loopback only, it answers to its own names only
//! (another site's name pointed at loopback gets nothing), and it takes forms from its own pages only.

use axum::http::{HeaderMap, HeaderValue, Method, header};
use std::net::SocketAddr;

/// Which of the chooser's names a request came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// The page *choose who you are*.
    Chooser,
    /// `code.localhost`: the pages of the entrance, seen as that person.
    Person(String),
}

/// Reads the `Host` header; `None` for names that are not ours.
pub fn host(headers: &HeaderMap, port: u16) -> Option<Host> {
    let value = headers.get(header::HOST)?.to_str().ok()?;
    let (name, given) = value.rsplit_once(':')?;
    if given.parse() != Ok(port) {
        return None;
    }
    match name {
        "127.0.0.1" | "localhost" | "[::1]" => Some(Host::Chooser),
        _ => {
            let person = name.strip_suffix(".localhost")?;
            let plain =
                !person.is_empty() && person.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            plain.then(|| Host::Person(person.to_owned()))
        }
    }
}

/// Whether a request that changes something comes from a page of the very name it is sent to.
pub fn from_own_page(method: &Method, headers: &HeaderMap) -> bool {
    if method.is_safe() {
        return true;
    }
    let own = headers.get(header::HOST).and_then(|h| h.to_str().ok()).map(|host| format!("http://{host}"));
    match headers.get(header::ORIGIN).and_then(|o| o.to_str().ok()) {
        // a page that tells no referrer sends no origin either; then the browser's own word counts
        None | Some("null") => headers.get("sec-fetch-site").is_some_and(|site| site == "same-origin"),
        Some(origin) => own.as_deref() == Some(origin),
    }
}

/// Whether the caller sits at this machine.
pub fn is_loopback(peer: SocketAddr) -> bool {
    peer.ip().to_canonical().is_loopback()
}

/// Headers of every page the chooser itself makes.
pub fn headers(target: &mut HeaderMap) {
    let fixed = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http://*.localhost:*; frame-ancestors 'none'; base-uri 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_FRAME_OPTIONS, "DENY"),
    ];
    for (name, value) in fixed {
        target.insert(name, HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(header::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (n.clone(), HeaderValue::from_str(v).unwrap())).collect()
    }

    #[test]
    fn only_its_own_names_and_port_are_answered() {
        let of = |value: &str| host(&with(&[(header::HOST, value)]), 8400);
        assert_eq!(of("127.0.0.1:8400"), Some(Host::Chooser));
        assert_eq!(of("localhost:8400"), Some(Host::Chooser));
        assert_eq!(of("aoba-makoto.localhost:8400"), Some(Host::Person("aoba-makoto".into())));
        for foreign in [
            "evil.example:8400",
            "127.0.0.1:8401",
            "localhost",
            "a.b.localhost:8400",
            ".localhost:8400",
            "127.0.0.1.nip.io:8400",
        ] {
            assert_eq!(of(foreign), None, "{foreign}");
        }
        assert_eq!(host(&HeaderMap::new(), 8400), None);
    }

    #[test]
    fn forms_of_other_pages_are_not_taken() {
        let post = |origin: Option<&str>| {
            let mut headers = with(&[(header::HOST, "localhost:8400")]);
            if let Some(origin) = origin {
                headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
            }
            from_own_page(&Method::POST, &headers)
        };
        assert!(post(Some("http://localhost:8400")));
        for foreign in [
            None,
            Some("null"),
            Some("http://127.0.0.1:8400"),
            Some("https://localhost:8400"),
            Some("http://evil.example"),
        ] {
            assert!(!post(foreign), "{foreign:?}");
        }
        assert!(from_own_page(&Method::GET, &HeaderMap::new()));
    }

    #[test]
    fn only_loopback_is_this_machine() {
        assert!(is_loopback("127.0.0.5:1".parse().unwrap()) && is_loopback("[::ffff:127.0.0.1]:1".parse().unwrap()));
        assert!(!is_loopback("10.0.0.1:1".parse().unwrap()));
    }
}
