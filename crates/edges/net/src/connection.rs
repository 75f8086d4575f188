//! One connection: its share of the entrance, its stream watched for stalls, its requests served.
//!
//! Separate from the listener since the same serving works for TLS and for the console's socket. The protocol is
//! what the handshake agreed on (ALPN), not what the first bytes look like, so a silent caller meets the time limit
//! for request heads at once.

use crate::answer::Desk;
use crate::counters::Counters;
use crate::entrance::ConnectionFacts;
use axum::extract::Request;
use axum::response::Response;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use renkei_kernel::limits::{HEAD_BYTES_MAX, HEAD_FIELDS_MAX};
use renkei_kernel::source_of;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::Instant;

/// Places of an entrance: all of them, and those that one source may hold.
#[derive(Debug)]
pub(crate) struct Places {
    all: Arc<Semaphore>,
    by_source: Arc<Mutex<HashMap<IpAddr, usize>>>,
    per_source: usize,
}

/// A place held; given back when dropped.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    source: Option<IpAddr>,
    by_source: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

impl Places {
    pub(crate) fn new(all: usize, per_source: usize) -> Self {
        let all = Arc::new(Semaphore::new(all.min(Semaphore::MAX_PERMITS)));
        Self { all, by_source: Arc::default(), per_source }
    }

    /// A place for a caller from `source`, or `None` when there is none left.
    pub(crate) fn take(&self, source: Option<IpAddr>) -> Option<Place> {
        let permit = self.all.clone().try_acquire_owned().ok()?;
        let source = source.map(source_of);
        if let Some(source) = source {
            let mut held = self.by_source.lock().unwrap_or_else(PoisonError::into_inner);
            let count = held.entry(source).or_insert(0);
            if *count >= self.per_source {
                return None;
            }
            *count += 1;
        }
        Some(Place { _permit: permit, source, by_source: self.by_source.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some(source) = self.source else { return };
        let mut held = self.by_source.lock().unwrap_or_else(PoisonError::into_inner);
        if let Entry::Occupied(mut entry) = held.entry(source) {
            match entry.get().checked_sub(1) {
                Some(left) if left > 0 => *entry.get_mut() = left,
                _ => drop(entry.remove()),
            }
        }
    }
}

/// When something last happened, in milliseconds since the connection stood.
#[derive(Debug, Clone)]
struct Pulse {
    start: Instant,
    last_ms: Arc<AtomicU64>,
}

impl Pulse {
    fn new() -> Self {
        Self { start: Instant::now(), last_ms: Arc::default() }
    }
    fn beat(&self) {
        let now = u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.last_ms.store(now, Ordering::Relaxed);
    }
    /// Returns when nothing has happened for `idle`.
    async fn stopped(&self, idle: Duration) {
        loop {
            let last = self.start + Duration::from_millis(self.last_ms.load(Ordering::Relaxed));
            let due = last + idle;
            if Instant::now() >= due {
                return;
            }
            tokio::time::sleep_until(due).await;
        }
    }
}

/// A stream that holds its place for as long as it lives, upgraded or not, and tells its pulse.
struct Watched<S> {
    stream: S,
    pulse: Pulse,
    _place: Place,
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        if buf.filled().len() > before {
            self.pulse.beat();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        if written > 0 {
            self.pulse.beat();
        }
        Poll::Ready(Ok(written))
    }
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }
    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// What a handshake agreed to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    Http1,
    Http2,
}

/// Serves a connection until it ends, stalls, or the entrance closes.
pub(crate) async fn serve<S>(
    stream: S,
    protocol: Protocol,
    facts: ConnectionFacts,
    desk: Arc<Desk>,
    place: Place,
    closing: watch::Receiver<bool>,
) where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    // Two pulses: bytes that moved, and requests that began.
    let (pulse, asked) = (Pulse::new(), Pulse::new());
    let rules = &desk.rules;
    let service = {
        let (desk, asked) = (desk.clone(), asked.clone());
        service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
            asked.beat();
            let (desk, facts) = (desk.clone(), facts.clone());
            async move {
                let request: Request = request.map(axum::body::Body::new);
                Ok::<Response, Infallible>(desk.answer(request, facts).await)
            }
        })
    };
    let watched = TokioIo::new(Watched { stream, pulse: pulse.clone(), _place: place });
    match protocol {
        Protocol::Http1 => {
            let mut builder = http1::Builder::new();
            builder
                .timer(TokioTimer::new())
                .header_read_timeout(rules.request_head)
                .max_headers(HEAD_FIELDS_MAX)
                // The library may read up to twice of this before it looks; the exact bound is the desk's.
                .max_buf_size(2 * HEAD_BYTES_MAX);
            let connection = builder.serve_connection(watched, service).with_upgrades();
            attend(connection, |connection| connection.graceful_shutdown(), [pulse, asked], &desk, closing).await;
        }
        Protocol::Http2 => {
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                .max_concurrent_streams(rules.streams)
                .max_header_list_size(u32::try_from(HEAD_BYTES_MAX).unwrap_or(u32::MAX))
                .max_pending_accept_reset_streams(20)
                .max_local_error_reset_streams(64)
                // What a caller may send before anybody read it, on one stream and on the whole connection.
                .initial_stream_window_size(64 * 1024)
                .initial_connection_window_size(256 * 1024)
                .max_send_buf_size(64 * 1024);
            let connection = builder.serve_connection(watched, service);
            attend(connection, |connection| connection.graceful_shutdown(), [pulse, asked], &desk, closing).await;
        }
    }
}

/// Drives a connection; cuts it when it stalls, asks it to finish when the entrance closes.
async fn attend<C: Future>(
    connection: C,
    finish: impl FnOnce(Pin<&mut C>),
    [pulse, asked]: [Pulse; 2],
    desk: &Desk,
    mut closing: watch::Receiver<bool>,
) {
    let rules = &desk.rules;
    // A route that is still within its time must not be cut as a stall.
    let at_least = rules.request.saturating_add(Duration::from_secs(1));
    let (idle, without_request) = (rules.idle.max(at_least), rules.without_request.max(at_least));
    let mut connection = pin!(connection);
    tokio::select! {
        // A caller that went away or broke the protocol is everyday life: nothing to report.
        _ended = connection.as_mut() => return,
        () = pulse.stopped(idle) => return Counters::add(&desk.counters.stalled),
        () = asked.stopped(without_request) => return Counters::add(&desk.counters.lingering),
        _closing = closing.wait_for(|closing| *closing) => {}
    }
    finish(connection.as_mut());
    let _ended_or_late = tokio::time::timeout(rules.closing, connection).await;
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-19: somebody with a network of addresses is one source.
    #[test]
    fn an_ipv6_network_has_one_share() {
        let places = Places::new(10, 1);
        let of = |text: &str| Some(text.parse::<IpAddr>().unwrap());
        let held = places.take(of("2001:db8::1")).unwrap();
        assert!(places.take(of("2001:db8::ffff:1:2:3")).is_none(), "the same network");
        assert!(places.take(of("2001:db8:0:1::1")).is_some(), "another one");
        let _v4 = places.take(of("192.0.2.1")).unwrap();
        assert!(places.take(of("::ffff:192.0.2.1")).is_none(), "the same address in the other spelling");
        drop(held);
        assert!(places.take(of("2001:db8::2")).is_some());
    }

    #[test]
    fn a_place_is_given_back_when_its_holder_leaves() {
        let places = Places::new(2, 1);
        let (a, b): (IpAddr, IpAddr) = ([10, 0, 0, 1].into(), [10, 0, 0, 2].into());
        let first = places.take(Some(a)).unwrap();
        assert!(places.take(Some(a)).is_none(), "one source holds one place");
        let second = places.take(Some(b)).unwrap();
        assert!(places.take(None).is_none(), "the entrance is full");
        drop(first);
        assert!(places.take(Some(a)).is_some());
        drop(second);
        assert!(places.by_source.lock().unwrap().is_empty());
    }
}
