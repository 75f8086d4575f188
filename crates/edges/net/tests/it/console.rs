//! The console: a socket for the owner of the installation only.

use crate::scene::telling;
use axum::body::Body;
use axum::http::Request;
use renkei_net::client::{Connection, body_text};
use renkei_net::{Console, NetError};
use std::os::unix::fs::PermissionsExt;

async fn ask_console(path: &std::path::Path) -> String {
    let request = Request::get("/who").header("X-Forwarded-For", "10.1.0.5").body(Body::empty()).unwrap();
    let answer = Connection::to_console(path).await.unwrap().send(request).await.unwrap();
    assert!(!answer.headers().contains_key("strict-transport-security"));
    body_text(answer).await.unwrap()
}

#[tokio::test]
async fn the_owner_is_answered_and_nobody_else_may_open_the_socket() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("console.sock");
    let console = Console::new(&path).open(telling()).await.unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    let told = ask_console(&path).await;
    assert!(told.starts_with("entrance=console version=None certificates=0"), "{told}");
    assert!(told.ends_with("claims=0"), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no folder is left beside the socket");
    console.close().await;
    assert!(!path.exists());
}

#[tokio::test]
async fn a_console_that_answers_is_not_replaced_and_one_left_behind_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("console.sock");
    let left_behind = std::os::unix::net::UnixListener::bind(&path).unwrap();
    drop(left_behind);
    assert!(path.exists());
    let console = Console::new(&path).open(telling()).await.unwrap();
    assert!(matches!(Console::new(&path).open(telling()).await, Err(NetError::ConsoleInUse { .. })));
    assert!(ask_console(&path).await.starts_with("entrance=console"));
    drop(console);
}
