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
use renkei_kernel::{Clock, Steady, Timestamp, source_of};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Sources remembered within one minute; beyond that, events of new sources are counted together.
const SOURCES_MAX: usize = 1_024;
/// Between two reports of one source.
const REPORTED_EVERY: Duration = Duration::from_secs(60);
/// Layers of percent-encoding that are taken off an address.
const DECODED_TIMES_MAX: usize = 4;

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

/// Lets through one event per source and minute and counts the others into the next. A source is an IPv4 address or an
/// IPv6 network of 64 bits.
#[derive(Debug, Default)]
pub struct EventThrottle {
    sources: HashMap<IpAddr, Seen>,
    /// Of sources that are not remembered, and of those forgotten before they were reported.
    shared: Seen,
}

#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    reported: Option<Steady>,
    unreported: u64,
}

impl Seen {
    fn is_quiet(&self, at: Steady) -> bool {
        self.reported.is_some_and(|reported| at.since(reported) < REPORTED_EVERY)
    }

    /// One more; the number of all since the last report when this one shall be reported.
    fn one_more(&mut self, at: Steady) -> Option<u64> {
        self.unreported = self.unreported.saturating_add(1);
        (!self.is_quiet(at)).then(|| {
            self.reported = Some(at);
            std::mem::take(&mut self.unreported)
        })
    }
}

impl EventThrottle {
    /// `Some` when this attempt shall be reported: the source (`None` when too many are remembered already) and the
    /// number of attempts since its last report. `at` is a steady clock's: set the clock, and no source gets its minute
    /// anew.
    pub fn attempt(&mut self, source: Option<IpAddr>, at: Steady) -> Option<(Option<IpAddr>, u64)> {
        let source = source.map(source_of);
        let known = |sources: &HashMap<IpAddr, Seen>| source.is_some_and(|source| sources.contains_key(&source));
        if self.sources.len() >= SOURCES_MAX && !known(&self.sources) {
            self.forget_before(at);
        }
        let remembered = source.filter(|_| self.sources.len() < SOURCES_MAX || known(&self.sources));
        let seen = match remembered {
            Some(source) => self.sources.entry(source).or_default(),
            None => &mut self.shared,
        };
        seen.one_more(at).map(|attempts| (remembered, attempts))
    }

    /// Sources whose minute is over make room; what was not reported of them is reported with the shared count.
    fn forget_before(&mut self, at: Steady) {
        let shared = &mut self.shared.unreported;
        self.sources.retain(|_, seen| {
            let keeps = seen.is_quiet(at);
            if !keeps {
                *shared = shared.saturating_add(seen.unreported);
            }
            keeps
        });
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
    let path = plain_path(request.uri().path());
    if let Some(Extension(facts)) = facts
        && guard.professional.iter().any(|prefix| belongs_to(&path, prefix))
    {
        note(&guard, &facts);
    }
    (guard.not_found)()
}

/// The path as any program behind would read it: percent-encoding decoded until nothing is left of it, both kinds of
/// slashes one, empty segments and dots away, without large letters. Nothing is opened by it.
fn plain_path(path: &str) -> String {
    let mut bytes = path.as_bytes().to_vec();
    for _ in 0..DECODED_TIMES_MAX {
        let decoded: Vec<u8> = percent_encoding::percent_decode(&bytes).collect();
        if decoded == bytes {
            break;
        }
        bytes = decoded;
    }
    let text = String::from_utf8_lossy(&bytes).to_ascii_lowercase();
    let mut segments: Vec<&str> = Vec::new();
    for segment in text.split(['/', '\\']) {
        match segment.split(';').next().unwrap_or_default() {
            "" | "." => {}
            ".." => drop(segments.pop()),
            named => segments.push(named),
        }
    }
    format!("/{}", segments.join("/"))
}

/// Whole path segments only: `/patients` owns `/patients/1`, not `/patientswhatever`.
fn belongs_to(path: &str, prefix: &str) -> bool {
    let prefix = prefix.trim_end_matches('/');
    path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn note(guard: &Arc<Guard>, facts: &ConnectionFacts) {
    let (at, steady) = (guard.clock.now(), guard.clock.steady());
    let attempt = guard.throttle.lock().unwrap_or_else(PoisonError::into_inner).attempt(facts.peer.ip(), steady);
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
        let at = Steady::default();
        assert_eq!(throttle.attempt(a, at), Some((a, 1)));
        assert_eq!(throttle.attempt(a, at.plus(Duration::from_secs(20))), None);
        assert_eq!(throttle.attempt(a, at.plus(Duration::from_secs(59))), None);
        assert_eq!(throttle.attempt(b, at.plus(Duration::from_secs(59))), Some((b, 1)));
        assert_eq!(throttle.attempt(a, at.plus(Duration::from_secs(60))), Some((a, 3)));
    }

    #[test]
    fn many_sources_share_one_event() {
        let mut throttle = EventThrottle::default();
        let at = Steady::default();
        let source = |n: usize| Some(IpAddr::from([10, 0, (n / 256) as u8, (n % 256) as u8]));
        for n in 0..SOURCES_MAX {
            assert!(throttle.attempt(source(n), at).is_some());
        }
        assert_eq!(throttle.attempt(source(SOURCES_MAX), at), Some((None, 1)));
        assert_eq!(throttle.attempt(source(SOURCES_MAX + 1), at), None);
        assert!(throttle.sources.len() <= SOURCES_MAX);
    }

    /// R-6.5.2-ア: a scan from many sources blinds nobody for longer than its minute, and none of its attempts is lost.
    #[test]
    fn after_a_scan_from_many_sources_a_new_source_is_told_by_itself_again() {
        let mut throttle = EventThrottle::default();
        let at = Steady::default();
        let source = |n: usize| Some(IpAddr::from([10, 0, (n / 256) as u8, (n % 256) as u8]));
        let (mut attempts, mut told) = (0, 0);
        let mut attempt = |source, at| {
            attempts += 1;
            let event = throttle.attempt(source, at);
            told += event.map_or(0, |(_, count)| count);
            event
        };
        for _ in 0..2 {
            for n in 0..SOURCES_MAX {
                attempt(source(n), at);
            }
        }
        let newcomer = Some(IpAddr::from([192, 0, 2, 1]));
        assert_eq!(attempt(newcomer, at.plus(Duration::from_secs(60))), Some((newcomer, 1)));
        // More than are remembered come again: what was not told of those forgotten is told with theirs.
        for n in 0..=SOURCES_MAX {
            attempt(source(n), at.plus(Duration::from_secs(60)));
        }
        assert_eq!(told, attempts - 1, "one of the shared count waits for the next minute");
    }

    /// R-X-19: somebody with a network of addresses is one source.
    #[test]
    fn an_ipv6_network_is_one_source() {
        let mut throttle = EventThrottle::default();
        let at = Steady::default();
        let of = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        assert_eq!(throttle.attempt(of("2001:db8::1"), at), Some((of("2001:db8::"), 1)));
        assert_eq!(throttle.attempt(of("2001:db8::2"), at), None);
    }

    /// R-6.5.2-ア: an address is the professionals' however it is spelt.
    #[test]
    fn spelling_hides_no_address() {
        for spelt in [
            "/visits/1",
            "/%76isits/1",
            "//visits/1",
            "/%2576isits",
            "/./visits",
            "/x/../visits",
            "/%2Fvisits",
            "/Visits",
            "/visits;a=1/2",
            "\\visits",
        ] {
            assert!(belongs_to(&plain_path(spelt), "/visits"), "{spelt}");
        }
        for other in ["/", "/visitsx", "/x/visits", "/%", "/%zz", "/..", "/visits/.."] {
            assert!(!belongs_to(&plain_path(other), "/visits"), "{other}");
        }
    }

    #[test]
    fn only_whole_segments_belong_to_a_prefix() {
        assert!(belongs_to("/patients", "/patients"));
        assert!(belongs_to("/patients/1/summary", "/patients"));
        assert!(!belongs_to("/patientsx", "/patients"));
        assert!(belongs_to("/api/x", "/api/"));
    }
}
