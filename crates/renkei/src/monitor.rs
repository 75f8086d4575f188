//! How the house is, for programs that watch it: on the console's socket, and on loopback when the settings say so.
//!
//! `/health/live` says that the process answers, `/health/ready` whether the house can work (503 when not), `/health`
//! the same with its parts, `/metrics` the numbers. No entrance of people serves the numbers.

use crate::observe::Metrics;
use crate::operation::Monitoring;
use crate::serve::ServeError;
use axum::Router;
use axum::http::header;
use axum::routing::get;
use futures::future::BoxFuture;
use renkei_api::health::{Condition, Health, HealthSource, Part};
use renkei_app::House;
use renkei_kernel::logs::SECURITY;
use renkei_net::{Counters, Counts, Monitor, RunningMonitor};
use std::sync::Arc;
use std::time::Duration;

/// A record that waits longer for its number is worth a look.
const TRAIL_LATE_SECONDS: i64 = 5;
/// How often refused connections are told to the security log.
const REFUSALS_TOLD_EVERY: Duration = Duration::from_secs(60);

/// Entrances by name, with their counters.
pub type Counted = Vec<(&'static str, Arc<Counters>)>;

/// The addresses of monitoring.
pub fn router(house: &House, metrics: &Arc<Metrics>, doors: &Counted) -> Router {
    let (ready, numbers) = (house.clone(), (house.clone(), metrics.clone(), doors.clone()));
    let ready = move || {
        let house = ready.clone();
        async move {
            use axum::http::StatusCode;
            match HouseHealth(house).health().await.condition {
                Condition::Well | Condition::Strained => (StatusCode::OK, "ready\n"),
                Condition::Failed => (StatusCode::SERVICE_UNAVAILABLE, "not ready\n"),
            }
        }
    };
    let numbers = move || {
        let (house, metrics, doors) = numbers.clone();
        async move {
            let form = "application/openmetrics-text; version=1.0.0; charset=utf-8";
            ([(header::CONTENT_TYPE, form)], metrics.text(&house, &doors).await)
        }
    };
    Router::new()
        .route("/health/live", get(|| async { "alive\n" }))
        .route("/health/ready", get(ready))
        .route("/metrics", get(numbers))
        .merge(renkei_api::health::router_of(Arc::new(HouseHealth(house.clone()))))
}

/// Opens the port on loopback when the settings name one.
pub async fn open(settings: Monitoring, router: Router) -> Result<Option<RunningMonitor>, ServeError> {
    match settings.address {
        Some(address) => Ok(Some(Monitor::new(address).open(router).await?)),
        None => Ok(None),
    }
}

/// Tells the security log each minute how many connections and misdirected requests were refused meanwhile, entrance by entrance.
pub async fn tell_refusals(doors: Counted) {
    let mut before: Vec<Counts> = doors.iter().map(|(_, counters)| counters.read()).collect();
    loop {
        tokio::time::sleep(REFUSALS_TOLD_EVERY).await;
        for ((entrance, counters), before) in doors.iter().zip(&mut before) {
            let now = counters.read();
            if let Some(line) = refusals(before, &now) {
                tracing::warn!(target: SECURITY, { net.entrance = entrance }, "connections and requests refused within a minute: {line}");
            }
            *before = now;
        }
    }
}

fn refusals(before: &Counts, now: &Counts) -> Option<String> {
    let grown = [
        ("too_many", now.too_many - before.too_many),
        ("old_protocol", now.old_protocol - before.old_protocol),
        ("handshake_failed", now.handshake_failed - before.handshake_failed),
        ("handshake_timeout", now.handshake_timeout - before.handshake_timeout),
        ("stalled", now.stalled - before.stalled),
        ("misdirected", now.misdirected - before.misdirected),
    ];
    let told: Vec<String> =
        grown.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{what} {count}")).collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// How the house is, without personal data: the trail's waiting records, the rules, the revocation lists.
pub struct HouseHealth(pub House);

impl HealthSource for HouseHealth {
    fn health(&self) -> BoxFuture<'_, Health> {
        Box::pin(async move {
            let now = self.0.now();
            let trail = match renkei_ledger::waiting(self.0.db()).await {
                Err(_) => Part { name: "trail", condition: Condition::Failed, number: None },
                Ok(waiting) => {
                    let seconds = waiting.oldest_at.map_or(0, |oldest| now.seconds_since(oldest));
                    let late = seconds > TRAIL_LATE_SECONDS;
                    let condition = if late { Condition::Strained } else { Condition::Well };
                    Part { name: "trail", condition, number: Some(seconds) }
                }
            };
            let policy = match self.0.regulation().at(now) {
                Some(_) => Condition::Well,
                None => Condition::Failed,
            };
            let policy = Part { name: "policy", condition: policy, number: None };
            // Without a list in date nobody signs in; the rest of the house works.
            let lists = self.0.trust().list_states(now);
            let alarm = lists.is_empty() || lists.iter().any(|list| list.alarm);
            let lists = Part {
                name: "lists",
                condition: if alarm { Condition::Strained } else { Condition::Well },
                number: lists.iter().map(|list| list.next_update.seconds_since(now)).min(),
            };
            let behind = self.0.ledger().clock_behind_seconds();
            let set_back = behind >= renkei_kernel::limits::CLOCK_BACK_ALARM_SECONDS;
            let condition = if set_back { Condition::Strained } else { Condition::Well };
            let clock = Part { name: "clock", condition, number: Some(behind) };
            Health::of(env!("CARGO_PKG_VERSION"), vec![trail, policy, lists, clock])
        })
    }
}
