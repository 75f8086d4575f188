//! The port for monitoring programs of the same machine.

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode};
use axum::routing::get;
use renkei_net::client::Connection;
use renkei_net::{Monitor, NetError, RunningMonitor};
use tokio::net::TcpStream;

async fn open() -> RunningMonitor {
    let router = Router::new().route("/metrics", get(|| async { "numbers" }));
    Monitor::new(crate::scene::LOOPBACK).open(router).await.unwrap()
}

async fn ask(port: &RunningMonitor, host: &str, method: &str, path: &str) -> StatusCode {
    let stream = TcpStream::connect(port.address()).await.unwrap();
    let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
    Connection::over(stream, host).await.unwrap().send(request).await.unwrap().status()
}

/// R-6.5.2-ア: numbers are told to programs of this machine, under its own names, and nothing can be sent there.
#[tokio::test]
async fn monitoring_is_answered_on_this_machine_only() {
    let port = open().await;
    assert_eq!(ask(&port, "127.0.0.1", "GET", "/metrics").await, StatusCode::OK);
    assert_eq!(ask(&port, "localhost", "GET", "/patients").await, StatusCode::NOT_FOUND);
    assert_eq!(ask(&port, "renkei.example.jp", "GET", "/metrics").await, StatusCode::MISDIRECTED_REQUEST);
    assert_eq!(ask(&port, "localhost", "POST", "/metrics").await, StatusCode::METHOD_NOT_ALLOWED);
    for everybody in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let refused = Monitor::new(everybody.parse().unwrap()).open(Router::new()).await;
        assert!(matches!(refused, Err(NetError::NotOfThisEntrance(_))), "{everybody}");
    }
}
