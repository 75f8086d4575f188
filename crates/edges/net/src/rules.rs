//! The bounds of an entrance, and the page shown when one of them is met.
//!
//! Separate so that the same bounds serve the network listeners and the console, and so that the pages' crate can
//! put its own words in place of the plain ones here.

use crate::entrance::ConnectionFacts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use renkei_kernel::limits;
use std::sync::Arc;
use std::time::Duration;

/// What stopped a request before or inside its route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// An error of ours (E500).
    Panicked,
    /// The route took longer than it may (E503).
    TimedOut,
    /// The body is larger than this entrance takes (413; E400).
    BodyTooLarge,
    /// Address and header fields are more than a request needs (431; E400).
    HeadTooLarge,
}

impl Fault {
    pub fn status(self) -> StatusCode {
        match self {
            Self::Panicked => StatusCode::INTERNAL_SERVER_ERROR,
            Self::TimedOut => StatusCode::SERVICE_UNAVAILABLE,
            Self::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::HeadTooLarge => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
        }
    }
    pub fn code(self) -> &'static str {
        match self {
            Self::Panicked => "unexpected",
            Self::TimedOut => "too_slow",
            Self::BodyTooLarge => "body_too_large",
            Self::HeadTooLarge => "head_too_large",
        }
    }
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Panicked => (
                "システムの内部でエラーが起きました。操作は行われていません。もう一度お試しになり、続くときは受付番号を支援窓口へお知らせください。",
                "Something went wrong on our side. Please try again; if it happens again, tell the support desk the number.",
            ),
            Self::TimedOut => (
                "時間内に処理が終わりませんでした。しばらく待ってから、もう一度お試しください。",
                "This took too long. Please wait a little and try again.",
            ),
            Self::BodyTooLarge => (
                "送られた内容が大きすぎます。内容を分けてお送りください。",
                "What was sent is too large. Please send it in parts.",
            ),
            Self::HeadTooLarge => (
                "要求の見出しが大きすぎます。ブラウザーのCookieを消してから、もう一度お試しください。",
                "The head of the request is too large. Please clear the browser's cookies and try again.",
            ),
        }
    }
}

/// Makes the answer for a fault; `reference` is the number under which the log has it.
pub type FaultPage = Arc<dyn Fn(Fault, &ConnectionFacts, &str) -> Response + Send + Sync>;

fn plain_page(fault: Fault, _facts: &ConnectionFacts, reference: &str) -> Response {
    let (japanese, english) = fault.words();
    let text = format!("{japanese}\n{english}\n\n受付番号 / reference: {reference}\ncode: {}\n", fault.code());
    let mut answer = (fault.status(), text).into_response();
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

/// Bounds of one entrance. The defaults come from `kernel::limits`.
#[derive(Clone)]
pub struct Rules {
    /// Time for TCP accepted → TLS established.
    pub handshake: Duration,
    /// Time for the head of an HTTP/1 request, counted from the end of the one before.
    pub request_head: Duration,
    /// Time until a route has answered, reading the body included.
    pub request: Duration,
    /// A connection on which no byte moved for this long is cut (upgraded ones keep their own time).
    pub idle: Duration,
    /// A connection on which no request began for this long is cut, whatever bytes trickle: answers taken one byte at
    /// a time and heartbeats hold no place for ever (upgraded ones keep their own time).
    pub without_request: Duration,
    /// Connections held at once.
    pub connections: usize,
    /// Connections of one source held at once: an IPv4 address, or the network of 64 bits around an IPv6 address.
    pub connections_per_source: usize,
    /// Largest request body in bytes.
    pub body_bytes: usize,
    /// Requests at once on one HTTP/2 connection.
    pub streams: u32,
    /// Time that running requests get when the entrance closes.
    pub closing: Duration,
    /// Tells browsers to use TLS only for a year (HSTS). Off for a demonstration on `localhost`, where the browser
    /// would take the word for every other program on that machine too.
    pub strict_transport: bool,
    pub fault_page: FaultPage,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(limits::HANDSHAKE_SECONDS_MAX),
            request_head: Duration::from_secs(limits::REQUEST_SECONDS_MAX),
            request: Duration::from_secs(limits::REQUEST_SECONDS_MAX),
            idle: Duration::from_secs(limits::REQUEST_SECONDS_MAX * 3),
            without_request: Duration::from_secs(limits::REQUEST_SECONDS_MAX * 10),
            connections: limits::CONNECTIONS_MAX,
            connections_per_source: limits::CONNECTIONS_MAX / 4,
            body_bytes: limits::REQUEST_BODY_MAX_BYTES,
            streams: 64,
            closing: Duration::from_secs(10),
            strict_transport: true,
            fault_page: Arc::new(plain_page),
        }
    }
}

impl std::fmt::Debug for Rules {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Rules")
            .field("handshake", &self.handshake)
            .field("request_head", &self.request_head)
            .field("request", &self.request)
            .field("idle", &self.idle)
            .field("without_request", &self.without_request)
            .field("connections", &self.connections)
            .field("connections_per_source", &self.connections_per_source)
            .field("body_bytes", &self.body_bytes)
            .finish_non_exhaustive()
    }
}
