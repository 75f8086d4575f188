//! Time: stored in UTC as microseconds, ruled and shown in Asia/Tokyo (R-X-03); and elapsed time, which no clock that is
//! set can change.

use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// An instant: microseconds since 1970-01-01T00:00:00Z. The form in which every time is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Japan has had no daylight saving time since 1952 and has none in law: a fixed offset is exact.
fn tokyo() -> TimeZone {
    TimeZone::fixed(Offset::constant(9))
}

impl Timestamp {
    pub const MIN: Self = Self(i64::MIN);
    pub const MAX: Self = Self(i64::MAX);

    pub fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000))
    }
    pub fn micros(self) -> i64 {
        self.0
    }
    pub fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }
    pub fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }
    pub fn plus_days(self, days: i64) -> Self {
        self.plus_seconds(days.saturating_mul(86_400))
    }
    /// Whole seconds from `earlier` to `self`; negative when `self` is the earlier one.
    pub fn seconds_since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0).div_euclid(1_000_000)
    }
    fn instant(self) -> jiff::Timestamp {
        jiff::Timestamp::from_microsecond(self.0).unwrap_or(if self.0 < 0 {
            jiff::Timestamp::MIN
        } else {
            jiff::Timestamp::MAX
        })
    }
    /// The wall clock in Tokyo at this instant.
    pub fn tokyo(self) -> DateTime {
        tokyo().to_datetime(self.instant())
    }
    /// The calendar day in Tokyo at this instant.
    pub fn tokyo_date(self) -> Date {
        self.tokyo().date()
    }
    /// The instant at which a Tokyo wall clock shows `local`; saturates outside years -9999..=9999.
    pub fn from_tokyo(local: DateTime) -> Self {
        match tokyo().to_timestamp(local) {
            Ok(instant) => Self(instant.as_microsecond()),
            Err(_) if local.year() < 1970 => Self::MIN,
            Err(_) => Self::MAX,
        }
    }
    /// Last instant that still belongs to this Tokyo day: 23:59:59.999999. Grants end here at the latest.
    pub fn end_of_tokyo_day(self) -> Self {
        let next = self.tokyo_date().tomorrow().map(|d| d.at(0, 0, 0, 0));
        next.map_or(Self::MAX, |next| Self(Self::from_tokyo(next).0 - 1))
    }
    /// RFC 3339 in UTC with six decimals, the form of the trail.
    pub fn to_rfc3339(self) -> String {
        format!("{:.6}", self.instant())
    }
    /// Reads RFC 3339 with any offset.
    pub fn parse_rfc3339(text: &str) -> Option<Self> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Self(t.as_microsecond()))
    }
}

/// A moment of a steady clock: how long some beginning of its own is past. It only goes forward and says nothing of
/// dates, so that a clock set back or forth neither frees nor jails anybody. For throttles and windows within one run
/// of the program; what must outlive a restart is a [`Timestamp`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Steady(Duration);

impl Steady {
    /// This long after the clock's beginning.
    pub fn after(beginning: Duration) -> Self {
        Self(beginning)
    }
    /// Time passed since `earlier`; none when `self` is the earlier one.
    pub fn since(self, earlier: Self) -> Duration {
        self.0.saturating_sub(earlier.0)
    }
    pub fn plus(self, time: Duration) -> Self {
        Self(self.0.saturating_add(time))
    }
    /// As long before; at the earliest the clock's beginning.
    pub fn minus(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(time))
    }
}

/// Whoever needs the time asks one of these; nobody asks the operating system directly.
pub trait Clock: Send + Sync {
    /// What calendar and clock on the wall say; whoever administers the machine can set it.
    fn now(&self) -> Timestamp;
    /// What a stopwatch says.
    fn steady(&self) -> Steady;
}

/// The steady clock's beginning: when this process first asked for it, an hour earlier, so that what happened shortly
/// before the start has a moment too.
static BEGINNING: LazyLock<Instant> = LazyLock::new(Instant::now);
const BEFORE_BEGINNING: Duration = Duration::from_secs(3_600);

/// The operating system's clock.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place where the system's clock is read")]
    fn now(&self) -> Timestamp {
        Timestamp(jiff::Timestamp::now().as_microsecond())
    }
    fn steady(&self) -> Steady {
        Steady(BEGINNING.elapsed().saturating_add(BEFORE_BEGINNING))
    }
}

/// A clock that a test or the demonstration turns by hand. `running` adds the real time passed since it was set. To
/// turn it changes what it shows; only [`SettableClock::advance_seconds`] lets time pass, for the steady clock too.
#[derive(Debug)]
pub struct SettableClock {
    offset_micros: AtomicI64,
    frozen_micros: AtomicI64,
    passed_micros: AtomicU64,
}

const NOT_FROZEN: i64 = i64::MIN;

impl SettableClock {
    /// A clock that stands still at `at`.
    pub fn frozen(at: Timestamp) -> Self {
        Self { offset_micros: AtomicI64::new(0), frozen_micros: AtomicI64::new(at.0), passed_micros: AtomicU64::new(0) }
    }
    /// A clock that shows `at` now and goes on with the real one.
    pub fn running(at: Timestamp) -> Self {
        let clock = Self::frozen(Timestamp(NOT_FROZEN));
        clock.set(at);
        clock
    }
    /// Turns the clock to `at`; a frozen clock stays frozen, a running one goes on from there. No time passes by it.
    pub fn set(&self, at: Timestamp) {
        if self.frozen_micros.load(Ordering::SeqCst) == NOT_FROZEN {
            self.offset_micros.store(at.0.saturating_sub(SystemClock.now().0), Ordering::SeqCst);
        } else {
            self.frozen_micros.store(at.0, Ordering::SeqCst);
        }
    }
    /// Lets so many seconds pass. Backwards goes the clock on the wall only.
    pub fn advance_seconds(&self, seconds: i64) {
        self.set(self.now().plus_seconds(seconds));
        let passed = u64::try_from(seconds).unwrap_or(0).saturating_mul(1_000_000);
        self.passed_micros.fetch_add(passed, Ordering::SeqCst);
    }
}

impl Clock for SettableClock {
    fn now(&self) -> Timestamp {
        match self.frozen_micros.load(Ordering::SeqCst) {
            NOT_FROZEN => Timestamp(SystemClock.now().0.saturating_add(self.offset_micros.load(Ordering::SeqCst))),
            frozen => Timestamp(frozen),
        }
    }
    fn steady(&self) -> Steady {
        let real = match self.frozen_micros.load(Ordering::SeqCst) {
            NOT_FROZEN => SystemClock.steady(),
            _ => Steady(BEFORE_BEGINNING),
        };
        real.plus(Duration::from_micros(self.passed_micros.load(Ordering::SeqCst)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-03: day-bound rules change exactly when the Tokyo day does.
    #[test]
    fn the_day_ends_at_midnight_in_tokyo() {
        let clock = SettableClock::frozen(Timestamp::from_tokyo(jiff::civil::date(2015, 2, 28).at(23, 59, 59, 0)));
        let end = clock.now().end_of_tokyo_day();
        assert!(clock.now() <= end);
        assert_eq!(clock.now().tokyo_date(), jiff::civil::date(2015, 2, 28));
        clock.advance_seconds(1);
        assert!(clock.now() > end);
        assert_eq!(clock.now().tokyo_date(), jiff::civil::date(2015, 3, 1));
        assert_eq!(end.to_rfc3339(), "2015-02-28T14:59:59.999999Z");
    }

    /// R-X-19: a clock that is set lets no time pass and takes none back.
    #[test]
    fn the_steady_clock_counts_what_passes_and_not_what_is_set() {
        let clock = SettableClock::frozen(Timestamp::from_seconds(1_800_000_000));
        let began = clock.steady();
        clock.set(clock.now().plus_days(1));
        clock.set(clock.now().plus_days(-400));
        clock.advance_seconds(-3_600);
        assert_eq!(clock.steady(), began);
        clock.advance_seconds(61);
        assert_eq!(clock.steady().since(began), Duration::from_secs(61));
        assert_eq!(began.since(clock.steady()), Duration::ZERO);
        let running = SettableClock::running(clock.now());
        let before = running.steady();
        running.set(running.now().plus_days(-1));
        assert!(running.steady() >= before);
        running.advance_seconds(60);
        assert!(running.steady().since(before) >= Duration::from_secs(60));
    }

    #[test]
    fn rfc3339_goes_there_and_back() {
        let t = Timestamp(1_767_225_600_123_456);
        assert_eq!(Timestamp::parse_rfc3339(&t.to_rfc3339()), Some(t));
    }
}
