//! The handle that stamps events: id, time, and how far the time can be trusted.

use crate::canonical::Value;
use crate::name::{EventName, Outcome};
use crate::tally::Tally;
use renkei_kernel::limits::CLOCK_BACK_ALARM_SECONDS;
use renkei_kernel::{EventId, Ids, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use tokio::sync::Notify;

/// One per program; clones share the clock watch and the sequencer's bell.
#[derive(Debug, Clone)]
pub struct Ledger {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    ids: Ids,
    source: Arc<str>,
    newest: AtomicI64,
    /// The present step back of the clock was told already.
    alarmed: AtomicBool,
    bell: Arc<Notify>,
    tally: Arc<Tally>,
}

/// What an event gets when it is made.
#[derive(Debug, Clone)]
pub(crate) struct Stamp {
    pub(crate) id: EventId,
    pub(crate) at: Timestamp,
    /// Microseconds the clock stands behind an earlier event of this program; 0 normally.
    pub(crate) behind_micros: i64,
    pub(crate) source: Arc<str>,
    pub(crate) bell: Arc<Notify>,
    pub(crate) tally: Arc<Tally>,
}

impl Stamp {
    /// `t_quality` (case 15: a clock set back is marked and the trail goes on).
    pub(crate) fn quality_value(&self) -> Value {
        if self.behind_micros > 0 {
            Value::Object(vec![
                ("source", Value::text("system")),
                ("state", Value::text("stepped_back")),
                ("offset_us", Value::number(-self.behind_micros)),
            ])
        } else {
            Value::Object(vec![("source", Value::text("system")), ("state", Value::text("steady"))])
        }
    }
}

impl Ledger {
    /// `source` names the node, e.g. `"renkei/main"`.
    pub fn new(ids: Ids, source: &str) -> Self {
        Self {
            inner: Arc::new(Inner {
                ids,
                source: Arc::from(source),
                newest: AtomicI64::new(i64::MIN),
                alarmed: AtomicBool::new(false),
                bell: Arc::new(Notify::new()),
                tally: Arc::new(Tally::new()),
            }),
        }
    }

    pub(crate) fn stamp(&self) -> Stamp {
        let at = self.inner.ids.now();
        let newest = self.inner.newest.fetch_max(at.micros(), Ordering::SeqCst);
        self.watch_the_clock(newest.saturating_sub(at.micros()) / 1_000_000);
        Stamp {
            id: self.inner.ids.next(),
            at,
            behind_micros: newest.saturating_sub(at.micros()).max(0),
            source: self.inner.source.clone(),
            bell: self.inner.bell.clone(),
            tally: self.inner.tally.clone(),
        }
    }

    /// Once for each step back, not once for each event.
    fn watch_the_clock(&self, behind_seconds: i64) {
        if behind_seconds < CLOCK_BACK_ALARM_SECONDS {
            self.inner.alarmed.store(false, Ordering::Relaxed);
        } else if !self.inner.alarmed.swap(true, Ordering::Relaxed) {
            tracing::error!(
                clock.behind_seconds = behind_seconds,
                "the clock stands {behind_seconds} s before the newest record of the trail: it was set back"
            );
        }
    }

    /// Whole seconds by which the clock stands before the newest record of the trail; 0 normally. From
    /// `limits::CLOCK_BACK_ALARM_SECONDS` on it is an alarm: the clock was set back, or had been ahead.
    pub fn clock_behind_seconds(&self) -> i64 {
        let newest = self.inner.newest.load(Ordering::SeqCst);
        (newest.saturating_sub(self.inner.ids.now().micros()) / 1_000_000).max(0)
    }

    /// Records of each kind that this program left since it began, for monitoring.
    pub fn tally(&self) -> Vec<(EventName, Outcome, u64)> {
        self.inner.tally.read()
    }

    /// After a restart the clock may have been set back while nobody looked: the newest time of the trail counts.
    pub(crate) fn seen(&self, at: Timestamp) {
        self.inner.newest.fetch_max(at.micros(), Ordering::SeqCst);
    }

    pub(crate) fn bell(&self) -> Arc<Notify> {
        self.inner.bell.clone()
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.inner.ids
    }
}
