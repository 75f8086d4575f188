//! A health page in JSON for monitoring, on the machine entrance and at the console.
//!
//! Separate because it must stay boring: states and counts, never a name, an address or an id of anybody.

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use futures::future::BoxFuture;
use serde::Serialize;
use std::sync::Arc;

/// How a part of the installation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    Well,
    /// Works, with something an administrator should look at.
    Strained,
    /// Does not work.
    Failed,
}

/// One part, by a fixed name, with at most one number that says more (a wait in seconds, a count).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Part {
    pub name: &'static str,
    pub condition: Condition,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<i64>,
}

/// The whole, as bad as its worst part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Health {
    pub condition: Condition,
    pub version: &'static str,
    pub parts: Vec<Part>,
}

impl Health {
    pub fn of(version: &'static str, parts: Vec<Part>) -> Self {
        let condition = parts.iter().map(|part| part.condition).max().unwrap_or(Condition::Well);
        Self { condition, version, parts }
    }
}

/// Whoever knows how the installation is.
pub trait HealthSource: Send + Sync {
    fn health(&self) -> BoxFuture<'_, Health>;
}

/// `GET /health` that says only that this process answers, and its version: for entrances whose callers need no more.
pub fn router() -> Router {
    Router::new().route("/health", get(|| async { answer(&Health::of(env!("CARGO_PKG_VERSION"), Vec::new())) }))
}

/// `GET /health`: 200 while the installation works, 503 when a part failed; the body is the same JSON.
pub fn router_of(source: Arc<dyn HealthSource>) -> Router {
    Router::new().route("/health", get(health)).with_state(source)
}

async fn health(State(source): State<Arc<dyn HealthSource>>) -> Response {
    answer(&source.health().await)
}

fn answer(health: &Health) -> Response {
    let status = match health.condition {
        Condition::Well | Condition::Strained => StatusCode::OK,
        Condition::Failed => StatusCode::SERVICE_UNAVAILABLE,
    };
    (status, [(header::CACHE_CONTROL, "no-store")], Json(health)).into_response()
}
