//! The proxy: a request of the browser becomes a request of the chosen person at the real entrance, over TLS with that
//! person's certificate, and the answer comes back as a page of this machine.
//!
//! Nothing is decided here. Cookies stay in the person's jar; addresses of the entrance become paths; headers that bind a
//! browser to TLS are dropped, since the way from here to the browser is loopback only.

use super::bar::into_page;
use super::html::message;
use super::{Chooser, Door, guard};
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode, header};
use axum::response::{Html, IntoResponse};
use renkei_kernel::limits;
use renkei_net::client::ClientError;

/// Largest page the bar is put into; larger ones pass as they are.
const PAGE_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Headers that belong to one connection, or that the proxy sets itself.
const NOT_PASSED_ON: [HeaderName; 10] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::TE,
    header::TRAILER,
    header::UPGRADE,
    header::PROXY_AUTHORIZATION,
    header::HOST,
    header::COOKIE,
    header::ORIGIN,
    header::REFERER,
];

const NOT_PASSED_BACK: [HeaderName; 7] = [
    header::CONNECTION,
    header::TRANSFER_ENCODING,
    header::TRAILER,
    header::UPGRADE,
    header::SET_COOKIE,
    header::STRICT_TRANSPORT_SECURITY,
    header::ALT_SVC,
];

fn outgoing(chooser: &Chooser, door: &Door, from: &HeaderMap, unsafe_method: bool) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for (name, value) in from {
        let hop = NOT_PASSED_ON.contains(name) || name == "keep-alive" || name.as_str().starts_with("x-forwarded");
        if !hop {
            headers.append(name.clone(), value.clone());
        }
    }
    // the bar can only be put into what is not compressed
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    let authority = chooser.authority();
    let mut set = |name: HeaderName, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    set(header::HOST, authority.clone());
    if unsafe_method {
        // checked by the guard: it came from this person's own page, which is the entrance's page
        set(header::ORIGIN, format!("https://{authority}"));
    }
    if let Some(path) = from.get(header::REFERER).and_then(|r| r.to_str().ok()).and_then(path_of) {
        set(header::REFERER, format!("https://{authority}{path}"));
    }
    if let Some(cookies) = door.jar.header() {
        set(header::COOKIE, cookies);
    }
    headers
}

/// Path and query of an absolute address.
pub(super) fn path_of(address: &str) -> Option<&str> {
    let rest = address.split_once("://")?.1;
    Some(rest.find('/').map_or("/", |at| rest.get(at..).unwrap_or("/")))
}

/// An address the entrance answers with, as the browser must follow it: paths stay, the entrance's own name goes.
fn location(value: &str, authority: &str) -> String {
    match value.strip_prefix("https://").and_then(|rest| rest.strip_prefix(authority)) {
        Some("") => "/".into(),
        Some(path) if path.starts_with('/') => path.into(),
        _ => value.into(),
    }
}

impl Chooser {
    /// Relays one request of that person.
    pub(super) async fn relay(&self, door: &Door, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let Ok(bytes) = to_bytes(body, limits::REQUEST_BODY_MAX_BYTES).await else {
            let page = message("大きすぎます", "送られた内容が大きすぎます。短くしてもう一度お送りください。");
            return (StatusCode::PAYLOAD_TOO_LARGE, Html(page)).into_response();
        };
        let path = parts.uri.path_and_query().map_or("/", |p| p.as_str());
        let mut outgoing_request = Request::new(Body::from(bytes));
        *outgoing_request.method_mut() = parts.method.clone();
        if let Ok(uri) = path.parse() {
            *outgoing_request.uri_mut() = uri;
        }
        *outgoing_request.headers_mut() = outgoing(self, door, &parts.headers, !parts.method.is_safe());
        match door.client.send(self.entrance, &self.server_name, outgoing_request).await {
            Ok(answer) => self.answer(door, answer).await,
            Err(error) => unreachable_page(&error),
        }
    }

    async fn answer(&self, door: &Door, answer: Response<Body>) -> Response<Body> {
        let (mut parts, body) = answer.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            if let Ok(cookie) = cookie.to_str() {
                door.jar.take(cookie);
            }
        }
        for name in NOT_PASSED_BACK {
            parts.headers.remove(name);
        }
        // a page without referrer sends forms without origin, and the guard could not know them
        parts.headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
        let moved =
            parts.headers.get(header::LOCATION).and_then(|l| l.to_str().ok()).map(|l| location(l, &self.authority()));
        if let Some(moved) = moved.and_then(|m| HeaderValue::from_str(&m).ok()) {
            parts.headers.insert(header::LOCATION, moved);
        }
        let page = parts.headers.get(header::CONTENT_TYPE).is_some_and(|t| t.as_bytes().starts_with(b"text/html"));
        if !page {
            return Response::from_parts(parts, body);
        }
        let Ok(bytes) = to_bytes(body, PAGE_MAX_BYTES).await else {
            return (
                StatusCode::BAD_GATEWAY,
                Html(message("届きませんでした", "画面が途中で切れました。もう一度開いてください。")),
            )
                .into_response();
        };
        parts.headers.remove(header::CONTENT_LENGTH);
        let whole = match std::str::from_utf8(&bytes) {
            Ok(text) => Body::from(into_page(text, &self.bar(door.person))),
            Err(_) => Body::from(bytes),
        };
        Response::from_parts(parts, whole)
    }
}

fn unreachable_page(error: &ClientError) -> Response<Body> {
    // what the entrance did not answer is told in words; which handshake failed belongs in the log
    tracing::warn!(error = %error, "the demonstration's proxy could not reach the entrance");
    let page =
        message("入口につながりません", "体験版の入口が答えませんでした。しばらく待ってから、もう一度お試しください。");
    let mut answer = (StatusCode::BAD_GATEWAY, Html(page)).into_response();
    guard::headers(answer.headers_mut());
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_the_entrance_become_paths() {
        let authority = "renkei.localhost:8443";
        assert_eq!(location("https://renkei.localhost:8443/start", authority), "/start");
        assert_eq!(location("https://renkei.localhost:8443", authority), "/");
        assert_eq!(location("/patient?tab=x", authority), "/patient?tab=x");
        assert_eq!(location("https://renkei.localhost:84433/x", authority), "https://renkei.localhost:84433/x");
        assert_eq!(path_of("http://a.localhost:1/x?y=z"), Some("/x?y=z"));
        assert_eq!(path_of("http://a.localhost:1"), Some("/"));
    }
}
