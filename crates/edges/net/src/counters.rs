//! Numbers of an entrance for monitoring: connections and refusals, never who.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counts since the entrance was opened.
#[derive(Debug, Default)]
pub struct Counters {
    pub(crate) accepted: AtomicU64,
    pub(crate) too_many: AtomicU64,
    pub(crate) old_protocol: AtomicU64,
    pub(crate) handshake_failed: AtomicU64,
    pub(crate) handshake_timeout: AtomicU64,
    pub(crate) stalled: AtomicU64,
    pub(crate) lingering: AtomicU64,
    pub(crate) requests: AtomicU64,
    pub(crate) misdirected: AtomicU64,
    pub(crate) request_timeout: AtomicU64,
    pub(crate) body_too_large: AtomicU64,
    pub(crate) head_too_large: AtomicU64,
    pub(crate) panicked: AtomicU64,
}

/// One reading of [`Counters`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counts {
    /// Connections taken in.
    pub accepted: u64,
    /// Connections refused because the entrance, or one source's share of it, was full.
    pub too_many: u64,
    /// Handshakes refused because the caller offered nothing we speak (`tls.refused` of R-6.5.2-イ).
    pub old_protocol: u64,
    /// Handshakes that failed for another reason, for example a key that does not fit the certificate.
    pub handshake_failed: u64,
    /// Handshakes that took too long.
    pub handshake_timeout: u64,
    /// Connections cut because nothing moved.
    pub stalled: u64,
    /// Connections cut because bytes trickled and no request came.
    pub lingering: u64,
    pub requests: u64,
    /// Requests for a name that is not this entrance's.
    pub misdirected: u64,
    pub request_timeout: u64,
    pub body_too_large: u64,
    pub head_too_large: u64,
    /// Requests that ended in an error of ours.
    pub panicked: u64,
}

impl Counters {
    pub(crate) fn add(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// The numbers as they stand.
    pub fn read(&self) -> Counts {
        let of = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts {
            accepted: of(&self.accepted),
            too_many: of(&self.too_many),
            old_protocol: of(&self.old_protocol),
            handshake_failed: of(&self.handshake_failed),
            handshake_timeout: of(&self.handshake_timeout),
            stalled: of(&self.stalled),
            lingering: of(&self.lingering),
            requests: of(&self.requests),
            misdirected: of(&self.misdirected),
            request_timeout: of(&self.request_timeout),
            body_too_large: of(&self.body_too_large),
            head_too_large: of(&self.head_too_large),
            panicked: of(&self.panicked),
        }
    }
}
