//! Numbers of a running house in the text form of Prometheus: how much, how long, how late. Never who or whose.
//!
//! Labels are closed lists or route templates of this program (`/visits/{grant}`), never what a caller sent, so that
//! neither a person nor an institution can be told from a number, and their count stays bounded.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::{Router, http::StatusCode};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;
use renkei_app::House;
use renkei_app::watch::{Decided, Watcher};
use renkei_net::Counters;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Seconds; the bar of a patient page is 0.05.
const PAGE_SECONDS: [f64; 11] = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// Seconds; the facts of a decision are a few rows.
const DECISION_SECONDS: [f64; 9] = [0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25];

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct PageLabels {
    entrance: &'static str,
    route: String,
    status: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct DecisionLabels {
    outcome: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct RecordLabels {
    event: &'static str,
    outcome: &'static str,
}

#[derive(Debug, Clone, Hash, PartialEq, Eq, EncodeLabelSet)]
struct ConnectionLabels {
    entrance: &'static str,
    what: &'static str,
}

/// All numbers; one per running program.
pub struct Metrics {
    registry: Registry,
    pages: Family<PageLabels, Histogram, fn() -> Histogram>,
    decisions: Family<DecisionLabels, Histogram, fn() -> Histogram>,
    records: Family<RecordLabels, Counter>,
    connections: Family<ConnectionLabels, Counter>,
    gauges: Gauges,
}

#[derive(Default)]
struct Gauges {
    database_up: Gauge,
    trail_entries: Gauge,
    trail_waiting: Gauge,
    trail_waiting_seconds: Gauge,
    checkpoint_age_seconds: Gauge,
    feeds: Gauge,
    feeds_late: Gauge,
    import_lag_seconds: Gauge,
    lists: Gauge,
    list_seconds_left: Gauge,
    rules_in_force: Gauge,
    started_at: Gauge,
}

impl Metrics {
    /// `started` is shown as the time the program began.
    pub fn new(started: renkei_kernel::Timestamp) -> Self {
        let mut registry = Registry::with_prefix("renkei");
        let pages: Family<PageLabels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(PAGE_SECONDS));
        let decisions: Family<DecisionLabels, Histogram, fn() -> Histogram> =
            Family::new_with_constructor(|| Histogram::new(DECISION_SECONDS));
        let (records, connections) = (Family::default(), Family::default());
        registry.register("request_seconds", "Time to answer a request, by route", pages.clone());
        registry.register("decision_seconds", "Time of one access decision with its facts", decisions.clone());
        registry.register("trail_records", "Committed records of the trail since the start", records.clone());
        registry.register("connections", "What became of connections and requests at an entrance", connections.clone());
        let gauges = Gauges::default();
        let g = &gauges;
        for (name, help, gauge) in [
            ("database_up", "1 while the database answers", &g.database_up),
            ("trail_entries", "Numbered records of the trail", &g.trail_entries),
            ("trail_waiting", "Records without a number yet", &g.trail_waiting),
            ("trail_waiting_seconds", "Age of the oldest record without a number", &g.trail_waiting_seconds),
            ("checkpoint_age_seconds", "Age of the newest signature over the trail", &g.checkpoint_age_seconds),
            ("feeds", "Institutions whose storage was read at least once", &g.feeds),
            ("feeds_late", "Of these, silent for longer than the setting allows", &g.feeds_late),
            ("import_lag_seconds", "Age of the oldest of their last imports", &g.import_lag_seconds),
            ("revocation_lists", "Revocation lists in use", &g.lists),
            ("revocation_list_seconds_left", "Until the first of them goes stale", &g.list_seconds_left),
            ("rules_in_force", "1 while a regulation is in force", &g.rules_in_force),
            ("started_at_seconds", "When the program began, seconds since 1970", &g.started_at),
        ] {
            registry.register(name, help, gauge.clone());
        }
        gauges.started_at.set(started.seconds());
        Self { registry, pages, decisions, records, connections, gauges }
    }

    /// Measures every route of an entrance's router.
    pub fn measured(self: &Arc<Self>, entrance: &'static str, router: Router) -> Router {
        router.layer(middleware::from_fn_with_state((self.clone(), entrance), measure))
    }

    /// Takes the readings of this moment and writes everything.
    pub async fn text(&self, house: &House, doors: &[(&'static str, Arc<Counters>)]) -> String {
        self.read_house(house).await;
        for (name, outcome, count) in house.ledger().tally() {
            let labels = RecordLabels { event: name.code(), outcome: outcome_word(outcome.number()) };
            self.records.get_or_create(&labels).inner().store(count, Ordering::Relaxed);
        }
        for (entrance, counters) in doors {
            let counts = counters.read();
            for (what, count) in [
                ("accepted", counts.accepted),
                ("too_many", counts.too_many),
                ("old_protocol", counts.old_protocol),
                ("handshake_failed", counts.handshake_failed),
                ("handshake_timeout", counts.handshake_timeout),
                ("stalled", counts.stalled),
                ("misdirected", counts.misdirected),
                ("request_timeout", counts.request_timeout),
                ("body_too_large", counts.body_too_large),
                ("panicked", counts.panicked),
            ] {
                let labels = ConnectionLabels { entrance, what };
                self.connections.get_or_create(&labels).inner().store(count, Ordering::Relaxed);
            }
        }
        let mut text = String::new();
        match encode(&mut text, &self.registry) {
            Ok(()) => text,
            Err(_) => String::new(),
        }
    }

    /// A database that does not answer leaves the other numbers as they were, and says so.
    async fn read_house(&self, house: &House) {
        let (now, g) = (house.now(), &self.gauges);
        let numbers = async {
            let (entries, signed_at) = renkei_ledger::numbered(house.db()).await.ok()?;
            let waiting = renkei_ledger::waiting(house.db()).await.ok()?;
            let feeds = renkei_store::batches::feeds(house.db().reader()).await.ok()?;
            Some((entries, signed_at, waiting, feeds))
        };
        let numbers = tokio::time::timeout(Duration::from_secs(5), numbers).await.ok().flatten();
        g.database_up.set(i64::from(numbers.is_some()));
        if let Some((entries, signed_at, waiting, feeds)) = numbers {
            g.trail_entries.set(i64::try_from(entries).unwrap_or(i64::MAX));
            g.trail_waiting.set(i64::try_from(waiting.count).unwrap_or(i64::MAX));
            g.trail_waiting_seconds.set(waiting.oldest_at.map_or(0, |at| now.seconds_since(at)));
            g.checkpoint_age_seconds.set(signed_at.map_or(0, |at| now.seconds_since(at)));
            let lags: Vec<i64> = feeds.iter().map(|feed| now.seconds_since(feed.last_import_at)).collect();
            let late = house.settings().feed_late_hours.saturating_mul(3_600);
            g.feeds.set(i64::try_from(lags.len()).unwrap_or(i64::MAX));
            g.feeds_late.set(i64::try_from(lags.iter().filter(|lag| **lag > late).count()).unwrap_or(i64::MAX));
            g.import_lag_seconds.set(lags.into_iter().max().unwrap_or(0));
        }
        let lists = house.trust().list_states(now);
        g.lists.set(i64::try_from(lists.len()).unwrap_or(i64::MAX));
        g.list_seconds_left.set(lists.iter().map(|list| list.next_update.seconds_since(now)).min().unwrap_or(0));
        g.rules_in_force.set(i64::from(house.regulation().at(now).is_some()));
    }
}

fn outcome_word(number: i64) -> &'static str {
    match number {
        0 => "success",
        4 => "minor",
        8 => "serious",
        _ => "major",
    }
}

fn class_of(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

impl Watcher for Metrics {
    fn decided(&self, decided: Decided, took: Duration) {
        self.decisions.get_or_create(&DecisionLabels { outcome: decided.code() }).observe(took.as_secs_f64());
    }
}

async fn measure(
    State((metrics, entrance)): State<(Arc<Metrics>, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    // The template of the route, never the address that was asked for: that names a visit.
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let began = Instant::now();
    let answer = next.run(request).await;
    let labels = PageLabels { entrance, route, status: class_of(answer.status()) };
    metrics.pages.get_or_create(&labels).observe(began.elapsed().as_secs_f64());
    answer
}
