//! The health page: states and counts for monitoring.

use futures::future::BoxFuture;
use renkei_api::health::{Condition, Health, HealthSource, Part, router, router_of};
use renkei_net::Console;
use renkei_net::client::{Connection, body_text};
use std::sync::Arc;

struct Fixed(Condition);

impl HealthSource for Fixed {
    fn health(&self) -> BoxFuture<'_, Health> {
        let trail = Part { name: "trail", condition: self.0, number: Some(3) };
        let readers = Part { name: "readers", condition: Condition::Well, number: None };
        Box::pin(async move { Health::of("0.1.0", vec![readers, trail]) })
    }
}

#[tokio::test]
async fn health_is_as_bad_as_its_worst_part() {
    let folder = tempfile::tempdir().unwrap();
    for (condition, status, word) in
        [(Condition::Well, 200, "well"), (Condition::Strained, 200, "strained"), (Condition::Failed, 503, "failed")]
    {
        let path = folder.path().join(word);
        let console = Console::new(&path).open(router_of(Arc::new(Fixed(condition)))).await.unwrap();
        let request = axum::http::Request::get("/health").body(axum::body::Body::empty()).unwrap();
        let answer = Connection::to_console(&path).await.unwrap().send(request).await.unwrap();
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(
            body_text(answer).await.unwrap(),
            format!(
                r#"{{"condition":"{word}","version":"0.1.0","parts":[{{"name":"readers","condition":"well"}},{{"name":"trail","condition":"{word}","number":3}}]}}"#
            )
        );
        console.close().await;
    }
}

#[tokio::test]
async fn the_plain_health_page_says_only_that_the_program_answers() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain");
    let _console = Console::new(&path).open(router()).await.unwrap();
    let request = axum::http::Request::get("/health").body(axum::body::Body::empty()).unwrap();
    let answer = Connection::to_console(&path).await.unwrap().send(request).await.unwrap();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(body_text(answer).await.unwrap(), format!(r#"{{"condition":"well","version":"{version}","parts":[]}}"#));
}
