//! The patient entrance as it stands today: empty, and sure of what it must refuse.
//!
//! Separate because this is a rule about zones and not about pages: an address of the professional side gets the
//! same "not found" here as any address that never existed, and each source leaves at most one counted event a
//! minute for the trail, so that a scan cannot flood it (architecture, section 8; R-6.5.2-ア).

use crate::entrance::{ConnectionFacts, Entrance};
use axum::extract::{Extension, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Router, routing::any};
use futures::future::BoxFuture;
use renkei_kernel::{Clock, Timestamp};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Sources remembered within one minute; beyond that, events of new sources are counted together.
const SOURCES_MAX: usize = 1_024;

/// A professional address was asked for at an entrance where it does not exist. Counted, without the address asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneDenied {
    pub entrance: Entrance,
    /// `None` when more sources came in a minute than are remembered.
    pub source: Option<IpAddr>,
    /// When the reported attempt happened.
    pub at: Timestamp,
    /// Attempts since the last report for this source, this one included.
    pub attempts: u64,
}

/// Takes events of denied zones into the trail (`auth.zone_denied`).
pub trait ZoneDenials: Send + Sync {
    fn denied(&self, event: ZoneDenied) -> BoxFuture<'_, ()>;
}

/// Lets through one event per source and minute and counts the others into the next.
#[derive(Debug, Default)]
pub struct EventThrottle {
    sources: HashMap<Option<IpAddr>, Seen>,
}

#[derive(Debug, Clone, Copy)]
struct Seen {
    minute: i64,
    unreported: u64,
}

impl EventThrottle {
    /// `Some` when this attempt shall be reported: the source (`None` when too many are remembered already) and the
    /// number of attempts since its last report.
    pub fn attempt(&mut self, source: Option<IpAddr>, at: Timestamp) -> Option<(Option<IpAddr>, u64)> {
        let minute = at.seconds().div_euclid(60);
        if self.sources.len() >= SOURCES_MAX && !self.sources.contains_key(&source) {
            self.sources.retain(|_, seen| seen.minute == minute || seen.unreported > 0);
        }
        let full = self.sources.len() >= SOURCES_MAX && !self.sources.contains_key(&source);
        let source = if full { None } else { source };
        let seen = self.sources.entry(source).or_insert(Seen { minute: minute - 1, unreported: 0 });
        seen.unreported = seen.unreported.saturating_add(1);
        if seen.minute == minute {
            return None;
        }
        let attempts = std::mem::take(&mut seen.unreported);
        seen.minute = minute;
        Some((source, attempts))
    }
}

struct Guard {
    professional: Vec<String>,
    denials: Arc<dyn ZoneDenials>,
    clock: Arc<dyn Clock>,
    throttle: Mutex<EventThrottle>,
    not_found: NotFoundPage,
}

/// Makes the ordinary "not found" of an entrance; it must be the same for every address.
pub type NotFoundPage = Arc<dyn Fn() -> Response + Send + Sync>;

/// The plain "not found", in words.
pub fn plain_not_found() -> Response {
    let words = "該当するページがありません。\nThere is no such page.\n";
    let headers = [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::NOT_FOUND, headers, words).into_response()
}

/// Makes `router` answer everything it does not know with `not_found`, and notes addresses that begin with one of
/// `professional` (such as `/patients`). With an empty router this is the patient entrance of today.
pub fn guarded(
    router: Router,
    professional: impl IntoIterator<Item = impl Into<String>>,
    not_found: NotFoundPage,
    denials: Arc<dyn ZoneDenials>,
    clock: Arc<dyn Clock>,
) -> Router {
    let professional = professional.into_iter().map(Into::into).collect();
    let guard = Arc::new(Guard { professional, denials, clock, throttle: Mutex::default(), not_found });
    router.fallback_service(any(refuse).layer(Extension(guard)))
}

async fn refuse(
    Extension(guard): Extension<Arc<Guard>>,
    facts: Option<Extension<ConnectionFacts>>,
    request: Request,
) -> Response {
    let path = request.uri().path();
    if let Some(Extension(facts)) = facts
        && guard.professional.iter().any(|prefix| belongs_to(path, prefix))
    {
        note(&guard, &facts);
    }
    (guard.not_found)()
}

/// Whole path segments only: `/patients` owns `/patients/1`, not `/patientswhatever`.
fn belongs_to(path: &str, prefix: &str) -> bool {
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/') || prefix.ends_with('/'))
}

fn note(guard: &Arc<Guard>, facts: &ConnectionFacts) {
    let at = guard.clock.now();
    let attempt = guard.throttle.lock().unwrap_or_else(PoisonError::into_inner).attempt(facts.peer.ip(), at);
    if let Some((source, attempts)) = attempt {
        let event = ZoneDenied { entrance: facts.entrance, source, at, attempts };
        let guard = guard.clone();
        // Not awaited here: the answer must take as long as that for an address that never existed.
        tokio::spawn(async move { guard.denials.denied(event).await });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_reported_once_a_minute_with_its_count() {
        let (a, b): (Option<IpAddr>, Option<IpAddr>) = (Some([192, 0, 2, 1].into()), Some([192, 0, 2, 2].into()));
        let mut throttle = EventThrottle::default();
        let at = Timestamp::from_seconds(1_800_000_000);
        assert_eq!(throttle.attempt(a, at), Some((a, 1)));
        assert_eq!(throttle.attempt(a, at.plus_seconds(20)), None);
        assert_eq!(throttle.attempt(a, at.plus_seconds(59)), None);
        assert_eq!(throttle.attempt(b, at.plus_seconds(59)), Some((b, 1)));
        assert_eq!(throttle.attempt(a, at.plus_seconds(60)), Some((a, 3)));
    }

    #[test]
    fn many_sources_share_one_event() {
        let mut throttle = EventThrottle::default();
        let at = Timestamp::from_seconds(1_800_000_000);
        let source = |n: usize| Some(IpAddr::from([10, 0, (n / 256) as u8, (n % 256) as u8]));
        for n in 0..SOURCES_MAX {
            assert!(throttle.attempt(source(n), at).is_some());
        }
        assert_eq!(throttle.attempt(source(SOURCES_MAX), at), Some((None, 1)));
        assert_eq!(throttle.attempt(source(SOURCES_MAX + 1), at), None);
        assert!(throttle.sources.len() <= SOURCES_MAX + 1);
    }

    #[test]
    fn only_whole_segments_belong_to_a_prefix() {
        assert!(belongs_to("/patients", "/patients"));
        assert!(belongs_to("/patients/1/summary", "/patients"));
        assert!(!belongs_to("/patientsx", "/patients"));
        assert!(belongs_to("/api/x", "/api/"));
    }
}
