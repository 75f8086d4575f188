//! The port for monitoring programs of the same machine: plain HTTP on loopback, a few `GET`s, nothing else.
//!
//! Separate from the entrances since it is none: no zone, no certificate, no session, and an address that is not
//! loopback is refused. A page of a browser on this machine cannot reach it under another name (the host asked for is
//! compared), and what it serves names nobody.

use crate::connection::Places;
use crate::error::NetError;
use crate::rules::Rules;
use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tower::ServiceExt;

/// Monitoring programs of one machine; more connections wait outside.
const CONNECTIONS_MAX: usize = 16;

/// Settings of the port.
#[derive(Debug, Clone)]
pub struct Monitor {
    /// Loopback; port 0 takes a free one.
    pub address: SocketAddr,
    pub rules: Rules,
}

/// The open port; closes when dropped.
#[derive(Debug)]
pub struct RunningMonitor {
    address: SocketAddr,
    _door: JoinSet<()>,
}

impl Monitor {
    pub fn new(address: SocketAddr) -> Self {
        Self { address, rules: Rules { connections: CONNECTIONS_MAX, ..Rules::default() } }
    }

    /// Binds and serves `router`. Errors: an address that is not loopback, or is taken.
    pub async fn open(self, router: Router) -> Result<RunningMonitor, NetError> {
        if !self.address.ip().to_canonical().is_loopback() {
            return Err(NetError::NotOfThisEntrance("the port of monitoring is on loopback only"));
        }
        let failed = |source| NetError::Bind { address: self.address.to_string(), source };
        let socket = TcpListener::bind(self.address).await.map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        let mut door = JoinSet::new();
        door.spawn(stand(socket, router, self.rules));
        Ok(RunningMonitor { address, _door: door })
    }
}

impl RunningMonitor {
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn stand(socket: TcpListener, router: Router, rules: Rules) {
    let places = Places::new(rules.connections, rules.connections);
    let mut callers = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            Some(_left) = callers.join_next() => continue,
        };
        let Ok((stream, _)) = accepted else {
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let Some(place) = places.take(None) else { continue };
        let (router, head, time) = (router.clone(), rules.request_head, rules.request);
        callers.spawn(async move {
            let _place = place;
            let service = service_fn(move |request: Request<Incoming>| {
                let router = router.clone();
                async move { Ok::<_, Infallible>(answer(router, request).await) }
            });
            let mut builder = http1::Builder::new();
            builder.timer(TokioTimer::new()).header_read_timeout(head).keep_alive(false).max_buf_size(16 * 1024);
            let serving = builder.serve_connection(TokioIo::new(stream), service);
            let _ended_or_late = tokio::time::timeout(head.saturating_add(time), serving).await;
        });
    }
}

async fn answer(router: Router, request: Request<Incoming>) -> Response<Body> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    if !host.is_some_and(names_this_machine) {
        return plain(StatusCode::MISDIRECTED_REQUEST);
    }
    if request.method() != Method::GET {
        return plain(StatusCode::METHOD_NOT_ALLOWED);
    }
    // Bodies are not read here.
    let request = request.map(|_| Body::empty());
    match router.oneshot(request).await {
        Ok(answer) => answer,
        Err(never) => match never {},
    }
}

fn plain(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer
}

/// `localhost` or a loopback address, with or without a port.
fn names_this_machine(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || name.parse::<IpAddr>().is_ok_and(|ip| ip.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for ours in ["localhost", "localhost:9464", "127.0.0.1:9464", "[::1]:9464", "LocalHost:1"] {
            assert!(names_this_machine(ours), "{ours}");
        }
        for other in ["renkei.example.jp", "localhost.example.jp:9464", "10.0.0.1:9464", "", "127.0.0.1.example.jp"] {
            assert!(!names_this_machine(other), "{other}");
        }
    }
}
