//! One request: the facts put in, forged ones taken out, the bounds kept, a panic turned into a page.
//!
//! Separate from the connection since this is the place where law 5 meets law 6 of the house: whatever a caller
//! writes into headers about who it is or where it comes from is removed before a route can read it.

use crate::counters::Counters;
use crate::entrance::{ConnectionFacts, Entrance};
use crate::hosts::{Hosts, misdirected};
use crate::rules::{Fault, Rules};
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::Response;
use futures::FutureExt;
use http_body_util::Limited;
use renkei_kernel::limits::HEAD_BYTES_MAX;
use renkei_kernel::logs::{OPERATOR, SECURITY};
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tower::ServiceExt;

/// What all requests of an entrance share.
pub(crate) struct Desk {
    pub router: Router,
    pub rules: Rules,
    /// The names this entrance answers to; the console, a file of this machine, has none.
    pub hosts: Option<Hosts>,
    pub counters: Arc<Counters>,
}

/// Headers with which proxies speak of the caller. No proxy stands before our entrances, so each is somebody's claim.
const CLAIMS: [&str; 12] = [
    "forwarded",
    "via",
    "x-real-ip",
    "x-client-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-cluster-client-ip",
    "client-cert",
    "client-cert-chain",
    "x-original-url",
    "x-rewrite-url",
    "x-http-method-override",
];
const CLAIM_PREFIXES: [&str; 5] = ["x-forwarded-", "x-client-cert", "x-ssl-", "ssl-client-", "x-renkei-"];

fn is_claim(name: &HeaderName) -> bool {
    CLAIMS.contains(&name.as_str()) || CLAIM_PREFIXES.iter().any(|prefix| name.as_str().starts_with(prefix))
}

/// Takes out every header in which a caller, or a proxy that is not ours, says who or where the caller is.
pub fn without_claims(headers: &mut HeaderMap) {
    let claims: Vec<HeaderName> = headers.keys().filter(|name| is_claim(name)).cloned().collect();
    for name in claims {
        headers.remove(name);
    }
}

impl Desk {
    /// Answers one request; never fails and never takes longer than the rules allow.
    pub(crate) async fn answer(&self, request: Request, facts: ConnectionFacts) -> Response {
        Counters::add(&self.counters.requests);
        if self.is_misdirected(&request, &facts) {
            // Counted, and told once a minute with the other refusals: who asks in vain must not fill a log. No word
            // of ours binds a name that is not ours, so none about transport either.
            Counters::add(&self.counters.misdirected);
            return misdirected();
        }
        let entrance = facts.entrance;
        let mut answer = match self.route(request, &facts).await {
            Ok(answer) => answer,
            Err(fault) => self.fault(fault, &facts),
        };
        if entrance != Entrance::Console && self.rules.strict_transport {
            let one_year = HeaderValue::from_static("max-age=31536000");
            answer.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, one_year);
        }
        answer
    }

    fn is_misdirected(&self, request: &Request, facts: &ConnectionFacts) -> bool {
        self.hosts.as_ref().is_some_and(|hosts| {
            let in_handshake = facts.asked_name.as_deref().is_none_or(|name| hosts.know(name));
            !in_handshake || !hosts.are_asked_by(request)
        })
    }

    async fn route(&self, mut request: Request, facts: &ConnectionFacts) -> Result<Response, Fault> {
        if head_bytes(&request) > HEAD_BYTES_MAX {
            return Err(Fault::HeadTooLarge);
        }
        let declared = request.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok());
        if declared.and_then(|length| length.parse::<u64>().ok()).is_some_and(|length| self.is_too_large(length)) {
            return Err(Fault::BodyTooLarge);
        }
        without_claims(request.headers_mut());
        request.extensions_mut().insert(facts.clone());
        let request = request.map(|body| Body::new(Limited::new(body, self.rules.body_bytes)));
        let running = AssertUnwindSafe(self.router.clone().oneshot(request)).catch_unwind();
        match tokio::time::timeout(self.rules.request, running).await {
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(never))) => match never {},
            // The panic's text may quote what it was working on; it is not written anywhere.
            Ok(Err(_panic)) => Err(Fault::Panicked),
            Err(_elapsed) => Err(Fault::TimedOut),
        }
    }

    fn is_too_large(&self, length: u64) -> bool {
        usize::try_from(length).map_or(true, |length| length > self.rules.body_bytes)
    }

    fn fault(&self, fault: Fault, facts: &ConnectionFacts) -> Response {
        let counter = match fault {
            Fault::Panicked => &self.counters.panicked,
            Fault::TimedOut => &self.counters.request_timeout,
            Fault::BodyTooLarge => &self.counters.body_too_large,
            Fault::HeadTooLarge => &self.counters.head_too_large,
        };
        let reference = reference(counter, facts);
        match fault {
            Fault::Panicked => tracing::error!(
                target: OPERATOR, { net.entrance = facts.entrance.as_str(), net.reference = %reference },
                "入口 {0} で内部の誤りが起きました（{reference}）。開発者の記録とあわせてお知らせください。 / a request at the {0} entrance ended in an error of ours",
                facts.entrance
            ),
            Fault::TimedOut | Fault::BodyTooLarge | Fault::HeadTooLarge => tracing::warn!(
                target: SECURITY, { net.entrance = facts.entrance.as_str(), net.reference = %reference, net.fault = fault.code() },
                "a request at the {} entrance was cut: {} ({reference})", facts.entrance, fault.code()
            ),
        }
        (self.rules.fault_page)(fault, facts, &reference)
    }
}

/// Bytes of address and fields, as they are without the protocol's own signs.
fn head_bytes(request: &Request) -> usize {
    let uri = request.uri();
    let address = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let fields = request.headers().iter().map(|(name, value)| name.as_str().len().saturating_add(value.len()));
    fields.fold(address, usize::saturating_add)
}

/// Counts the fault and names it: entrance letter, connection, running number.
fn reference(counter: &AtomicU64, facts: &ConnectionFacts) -> String {
    let number = counter.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
    let letter = match facts.entrance {
        Entrance::Professional => 'P',
        Entrance::Machine => 'M',
        Entrance::Patient => 'T',
        Entrance::Console => 'C',
    };
    format!("{letter}-{}-{number}", facts.connection_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-6.5.2-ア: what a caller says about itself in headers reaches no route.
    #[test]
    fn claims_are_removed_and_the_rest_stays() {
        let mut headers = HeaderMap::new();
        for name in ["forwarded", "x-forwarded-for", "x-forwarded-client-cert", "x-ssl-client-verify", "client-cert"] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static("a"));
            headers.append(HeaderName::from_static(name), HeaderValue::from_static("b"));
        }
        headers.insert(header::COOKIE, HeaderValue::from_static("kept"));
        without_claims(&mut headers);
        assert_eq!(headers.len(), 1);
        assert_eq!(headers[header::COOKIE], "kept");
    }
}
