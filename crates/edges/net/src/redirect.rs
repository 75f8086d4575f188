//! The plain port beside a TLS entrance: it knows one sentence, "come in by TLS".
//!
//! Separate from the entrances since it is none: no router, no facts, no cookies read, no body taken. It answers every
//! request with a redirect to the configured name, so a caller cannot choose where another one is sent (R-6.5.2-イ).

use crate::connection::Places;
use crate::error::NetError;
use crate::rules::Rules;
use axum::http::uri::PathAndQuery;
use axum::http::{HeaderValue, Request, Response, StatusCode, Uri, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Settings of a plain port.
#[derive(Debug, Clone)]
pub struct Redirect {
    pub address: SocketAddr,
    /// `name` or `name:port` of the TLS entrance.
    pub to: String,
    pub rules: Rules,
}

/// An open plain port; closes when dropped.
#[derive(Debug)]
pub struct RunningRedirect {
    address: SocketAddr,
    _door: JoinSet<()>,
}

impl Redirect {
    pub fn new(address: SocketAddr, to: impl Into<String>) -> Self {
        Self { address, to: to.into(), rules: Rules::default() }
    }

    pub async fn open(self) -> Result<RunningRedirect, NetError> {
        let failed = |source| NetError::Bind { address: self.address.to_string(), source };
        let socket = TcpListener::bind(self.address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let mut door = JoinSet::new();
        door.spawn(stand(socket, Arc::from(self.to), self.rules));
        Ok(RunningRedirect { address, _door: door })
    }
}

impl RunningRedirect {
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn stand(socket: TcpListener, to: Arc<str>, rules: Rules) {
    let places = Places::new(rules.connections, rules.connections_per_source);
    let mut callers = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            Some(_left) = callers.join_next() => continue,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Some(place) = places.take(Some(peer.ip().to_canonical())) else { continue };
        let (to, head) = (to.clone(), rules.request_head);
        callers.spawn(async move {
            let _place = place;
            let service = service_fn(move |request: Request<Incoming>| {
                let answer = away(&to, request.uri());
                async move { Ok::<_, Infallible>(answer) }
            });
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(head).keep_alive(false).max_buf_size(16 * 1024);
            let serving = builder.serve_connection(TokioIo::new(stream), service);
            // One answer and goodbye; whoever does not take it within the time of a request is left.
            let _ended_or_late = tokio::time::timeout(head.saturating_mul(2), serving).await;
        });
    }
}

/// Where a request at the plain port is sent: the configured name with the path asked for, whatever host the request
/// names. `None` when the path fits into no header.
pub fn redirect_to(to: &str, asked: &Uri) -> Option<HeaderValue> {
    let path = asked.path_and_query().map_or("/", PathAndQuery::as_str);
    format!("https://{to}{}", if path.starts_with('/') { path } else { "/" }).parse().ok()
}

/// 308 keeps the method; the body that came with it was never read.
fn away(to: &str, asked: &Uri) -> Response<axum::body::Body> {
    let mut answer = Response::new(axum::body::Body::empty());
    *answer.status_mut() = StatusCode::PERMANENT_REDIRECT;
    match redirect_to(to, asked) {
        Some(place) => drop(answer.headers_mut().insert(header::LOCATION, place)),
        None => *answer.status_mut() = StatusCode::BAD_REQUEST,
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location(asked: &str) -> String {
        let answer = away("patient.example.jp", &asked.parse().unwrap());
        answer.headers()[header::LOCATION].to_str().unwrap().to_owned()
    }

    /// R-6.5.2-イ: whatever was asked for, the way leads to the configured name.
    #[test]
    fn the_caller_chooses_the_path_and_not_the_place() {
        assert_eq!(location("/a?b=c"), "https://patient.example.jp/a?b=c");
        assert_eq!(location("http://elsewhere.example.jp/a"), "https://patient.example.jp/a");
        assert_eq!(location("//elsewhere.example.jp/a"), "https://patient.example.jp//elsewhere.example.jp/a");
        assert_eq!(location("*"), "https://patient.example.jp/");
    }
}
