//! Headers of every answer, and where a form may come from (login-and-sessions.md section 5).
//!
//! Client certificates make forged requests worse, since browsers always send them: so a form needs the same site, the
//! origin of this very host, and the session's own token.

use axum::extract::Request;
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Method, Uri};
use axum::middleware::Next;
use axum::response::Response;

/// Nothing inline, nothing from elsewhere, nobody may frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
     form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

const FIXED: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    // Not `no-referrer`: forms would then say that they come from nowhere.
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=(), usb=(), hid=()"),
];

/// Adds what every answer carries. Whatever does not say otherwise is not kept by anybody.
pub async fn headers(request: Request, next: Next) -> Response {
    protected(next.run(request).await)
}

/// The same for answers that are made outside the router.
pub fn protected(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    answer
}

/// Whether a request is a page that somebody opens in a window of its own. Browsers send the certificate with whatever
/// any page of theirs names, a picture or a frame too; only a page opened may begin a session. Who says nothing about it
/// is no browser of today, and no page of another site sits in it.
pub fn is_page_opened(method: &Method, headers: &HeaderMap) -> bool {
    const SAYS: [&str; 3] = ["sec-fetch-site", "sec-fetch-mode", "sec-fetch-dest"];
    let is = |name: &str, wanted: &str| headers.get(name).is_some_and(|value| value == wanted);
    let says_nothing = SAYS.iter().all(|name| !headers.contains_key(*name));
    method == Method::GET && (says_nothing || is("sec-fetch-mode", "navigate") && is("sec-fetch-dest", "document"))
}

/// Whether an unsafe request comes from a page of this host. The host is the one the request names itself: what counts
/// is that the browser's own statement of origin agrees with it.
pub fn is_of_this_host(headers: &HeaderMap, uri: &Uri) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text(HeaderName::from_static("sec-fetch-site"))
        && !matches!(site, "same-origin" | "none")
    {
        return false;
    }
    let host = uri.authority().map(|a| a.as_str()).or_else(|| text(header::HOST));
    match (text(header::ORIGIN), host) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from.eq_ignore_ascii_case(host)),
        (Some(_), None) => false,
        // Older browsers name no origin for forms of the same site; the token still has to fit.
        (None, _) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(host: &str, origin: Option<&str>, site: Option<&str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_str(host).unwrap());
        if let Some(origin) = origin {
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
        }
        if let Some(site) = site {
            headers.insert("sec-fetch-site", HeaderValue::from_str(site).unwrap());
        }
        is_of_this_host(&headers, &Uri::from_static("/read"))
    }

    #[test]
    fn a_form_of_another_site_is_not_taken() {
        assert!(judged("renkei.example:8443", Some("https://renkei.example:8443"), Some("same-origin")));
        assert!(judged("renkei.example", None, None));
        assert!(!judged("renkei.example", Some("https://evil.example"), None));
        assert!(!judged("renkei.example", Some("null"), None));
        assert!(!judged("renkei.example", None, Some("cross-site")));
        assert!(!judged("renkei.example", Some("https://renkei.example.evil"), None));
    }
}
