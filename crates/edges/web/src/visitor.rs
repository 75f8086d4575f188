//! Whoever asks for a page: connection, language, session. From here every handler gets a live session or an answer.
//!
//! The session's token travels in a `__Host-` cookie, strict, secure and invisible to scripts. A first visit signs in by
//! the certificate of the connection; a session that has ended says so on a page of its own and does not begin again by
//! itself, so that an unattended screen stays closed.

use crate::dates;
use crate::pages::ended::{EndedPage, Ending};
use crate::pages::refusal::RefusalPage;
use crate::security::{is_of_this_host, is_page_opened};
use crate::shell::{SessionBar, Shell};
use crate::state::Web;
use crate::words::{Language, Words};
use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use renkei_app::session::{Caller, ENDED_OTHERWISE, NoSession, PROFESSIONAL_ENTRANCE, Session};
use renkei_app::start_page::WhoView;
use renkei_app::{AppError, House, Refusal, reference_number};
use renkei_kernel::limits::SESSION_ABSOLUTE_SECONDS;
use renkei_kernel::logs::SECURITY;
use renkei_kernel::{Category, EventId};
use renkei_net::ConnectionFacts;
use std::time::Duration;

const SESSION_COOKIE: &str = "__Host-renkei";
const LANGUAGE_COOKIE: &str = "__Host-renkei-language";
/// A page that nobody touches leaves this long after the session's idle end.
const LEAVE_AFTER_SECONDS: i64 = 5;

/// The request as far as pages care.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub caller: Caller,
    pub words: Words,
    /// Path and query asked for; local by construction.
    pub here: String,
    token: Option<String>,
    is_safe: bool,
    /// A page that somebody opens: the only request that may begin a session.
    opened: bool,
    same_host: bool,
}

/// A visitor with a live session.
#[derive(Debug, Clone)]
pub struct Entered {
    pub session: Session,
    pub who: WhoView,
    fresh_token: Option<String>,
}

/// The first cookie of exactly this name, over all `Cookie` lines of a request.
pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value)
}

impl FromRequestParts<Web> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _web: &Web) -> Result<Self, Response> {
        // Inserted by the listener; without it nobody knows where the request came from.
        let Some(facts) = parts.extensions.get::<ConnectionFacts>() else {
            return Err(StatusCode::INTERNAL_SERVER_ERROR.into_response());
        };
        let language = cookie(&parts.headers, LANGUAGE_COOKIE).and_then(Language::from_code).unwrap_or_default();
        Ok(Self {
            caller: Caller {
                entrance: PROFESSIONAL_ENTRANCE,
                source: facts.peer.ip(),
                chain: facts.client_chain.clone(),
            },
            words: Words::new(language),
            here: parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
            token: cookie(&parts.headers, SESSION_COOKIE).map(str::to_owned),
            is_safe: parts.method.is_safe(),
            opened: is_page_opened(&parts.method, &parts.headers),
            same_host: is_of_this_host(&parts.headers, &parts.uri),
        })
    }
}

impl Visitor {
    /// Surroundings without a session.
    pub fn shell(&self, web: &Web) -> Shell {
        Shell { words: self.words, demo: web.settings.demo, here: self.here.clone(), ..Shell::default() }
    }
}

/// `Set-Cookie` for a token or a choice; strict, so that no other site's link carries it.
fn set_cookie(name: &str, value: &str, seconds: i64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={seconds}; Secure; HttpOnly; SameSite=Strict")).ok()
}

fn seconds(wait: Duration) -> i64 {
    i64::try_from(wait.as_secs()).unwrap_or(i64::MAX)
}

/// The language a reader chose, kept for a year.
pub fn language_cookie(language: Language) -> Option<HeaderValue> {
    set_cookie(LANGUAGE_COOKIE, language.code(), 31_536_000)
}

/// Takes away a token that is good for nothing. Who showed none keeps what he has: another site's link carries no
/// cookie, and must not take it away.
fn without_session(visitor: &Visitor, mut answer: Response) -> Response {
    if visitor.token.is_some()
        && let Some(value) = set_cookie(SESSION_COOKIE, "", 0)
    {
        answer.headers_mut().append(header::SET_COOKIE, value);
    }
    answer
}

impl Entered {
    /// Surroundings of a page for this session; the page leaves by itself when the session has been idle too long.
    pub fn shell(&self, web: &Web, visitor: &Visitor) -> Shell {
        let words = visitor.words;
        let role = self.session.role;
        Shell {
            session: Some(SessionBar {
                institution: self.who.institution.name.clone(),
                person: self.who.names.full(),
                profession: (if words.is_japanese() { role.label_ja() } else { role.label_en() }).to_owned(),
                test_certificate: self.session.test_level,
                until: None,
            }),
            csrf: self.session.form_token.reveal().clone(),
            leave: u32::try_from(self.session.idle_seconds + LEAVE_AFTER_SECONDS)
                .ok()
                .map(|seconds| (seconds, format!("/idle?back={}", encoded(&visitor.here)))),
            ..visitor.shell(web)
        }
    }

    /// Puts a fresh session's token into the answer.
    pub fn with_cookie(&self, mut answer: Response) -> Response {
        let cookie =
            self.fresh_token.as_ref().and_then(|token| set_cookie(SESSION_COOKIE, token, SESSION_ABSOLUTE_SECONDS));
        if let Some(cookie) = cookie {
            answer.headers_mut().append(header::SET_COOKIE, cookie);
        }
        answer
    }

    pub fn page(&self, web: &Web, visitor: &Visitor, page: &impl Template) -> Response {
        self.with_cookie(web.render(visitor, StatusCode::OK, page))
    }

    pub fn to(&self, address: &str) -> Response {
        self.with_cookie(Redirect::to(address).into_response())
    }
}

/// For a query inside our own addresses.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl Web {
    /// A live session for a page that shows something; a first visit of the start page signs in by the connection's
    /// certificate, when it is opened as a page. No other address does: a window that asks by itself, or that was left open when another one signed
    /// out, stays closed until somebody begins again.
    ///
    /// # Errors
    /// The finished answer: a refusal in words, or the page that says that the session has ended.
    pub async fn enter(&self, visitor: &Visitor) -> Result<Entered, Box<Response>> {
        let found = match &visitor.token {
            Some(token) => self.house.session(token, &visitor.caller).await,
            None => Ok(Err(NoSession::Unknown)),
        };
        self.enter_by(visitor, found).await
    }

    /// As [`Self::enter`], for pages that a window asks for by itself: it does not count as use.
    pub async fn enter_untouched(&self, visitor: &Visitor) -> Result<Entered, Box<Response>> {
        let found = match &visitor.token {
            Some(token) => self.house.session_untouched(token, &visitor.caller).await,
            None => Ok(Err(NoSession::Unknown)),
        };
        self.enter_by(visitor, found).await
    }

    async fn enter_by(
        &self,
        visitor: &Visitor,
        found: Result<Result<Session, NoSession>, AppError>,
    ) -> Result<Entered, Box<Response>> {
        match found {
            Ok(Ok(session)) => self.entered(visitor, session, None).await,
            Ok(Err(NoSession::Ended(reason))) => Err(Box::new(self.ended(visitor, reason))),
            Ok(Err(NoSession::Unknown)) if visitor.opened && visitor.here == "/" => {
                match self.house.sign_in(&visitor.caller).await {
                    Ok((token, session)) => self.entered(visitor, session, Some(token.into_inner())).await,
                    Err(error) => Err(Box::new(without_session(visitor, self.fail(visitor, None, &error)))),
                }
            }
            Ok(Err(NoSession::Unknown)) if visitor.is_safe => {
                Err(Box::new(self.ended_page(visitor, Ending::SignedOut, StatusCode::UNAUTHORIZED)))
            }
            Ok(Err(NoSession::Unknown)) => {
                let refusal = Refusal { category: Category::NotSignedIn, code: "not_signed_in", reference: None };
                Err(Box::new(without_session(visitor, self.refuse(visitor, None, refusal))))
            }
            Err(error) => Err(Box::new(self.fail(visitor, None, &error))),
        }
    }

    /// A live session for a form: it must come from a page of this host and carry the session's token.
    pub async fn enter_to_act(&self, visitor: &Visitor, form_token: &str) -> Result<Entered, Box<Response>> {
        let entered = self.enter(visitor).await?;
        let genuine = House::form_is_genuine(&entered.session, form_token);
        match genuine {
            Ok(()) if visitor.same_host => Ok(entered),
            _ => {
                let refusal = Refusal { category: Category::NotAllowed, code: "form_token", reference: None };
                Err(Box::new(self.refuse(visitor, Some(&entered), refusal)))
            }
        }
    }

    /// A form that changes nothing but a reader's own choice.
    pub fn is_own_form(&self, visitor: &Visitor) -> bool {
        visitor.same_host
    }

    async fn entered(
        &self,
        visitor: &Visitor,
        session: Session,
        fresh_token: Option<String>,
    ) -> Result<Entered, Box<Response>> {
        match self.house.who(&session).await {
            Ok(who) => Ok(Entered { session, who, fresh_token }),
            Err(error) => Err(Box::new(self.fail(visitor, None, &error))),
        }
    }

    fn ended(&self, visitor: &Visitor, reason: &'static str) -> Response {
        let ending = match reason {
            "idle" => Ending::Idle,
            "absolute" => Ending::Absolute,
            "signed_out" => Ending::SignedOut,
            "newer_session" => Ending::Newer,
            ENDED_OTHERWISE => Ending::Otherwise,
            other => {
                let refusal = Refusal { category: Category::NotSignedIn, code: other, reference: None };
                return without_session(visitor, self.refuse(visitor, None, refusal));
            }
        };
        self.ended_page(visitor, ending, StatusCode::UNAUTHORIZED)
    }

    pub fn ended_page(&self, visitor: &Visitor, ending: Ending, status: StatusCode) -> Response {
        let shell = Shell { here: "/".to_owned(), ..visitor.shell(self) };
        without_session(visitor, self.render(visitor, status, &EndedPage { shell, ending }))
    }

    /// The page of a failed use case.
    pub fn fail(&self, visitor: &Visitor, entered: Option<&Entered>, error: &AppError) -> Response {
        let refusal = error.as_refusal();
        if refusal.category == Category::Stopped && refusal.reference.is_none() {
            tracing::error!(code = refusal.code, "a page could not be answered: {error}");
        }
        self.refused(visitor, entered, refusal, error.again_in())
    }

    /// A refusal in words. Where the trail holds no event, the log holds the number.
    pub fn refuse(&self, visitor: &Visitor, entered: Option<&Entered>, refusal: Refusal) -> Response {
        self.refused(visitor, entered, refusal, None)
    }

    fn refused(
        &self,
        visitor: &Visitor,
        entered: Option<&Entered>,
        refusal: Refusal,
        again_in: Option<Duration>,
    ) -> Response {
        let event = refusal.reference.unwrap_or_else(|| {
            let event: EventId = self.house.ids().next();
            tracing::info!(target: SECURITY, reference = %reference_number(event), code = refusal.code, "a request was refused");
            event
        });
        let mut shell = entered.map_or_else(|| visitor.shell(self), |entered| entered.shell(self, visitor));
        if !visitor.is_safe {
            shell.here = "/".to_owned();
        }
        let mut page = RefusalPage::new(shell, refusal.category, refusal.code, self.settings.desk.clone());
        page.reference = Some(reference_number(event));
        let now = self.house.now();
        page.at = Some(dates::stamp(now));
        page.again = again_in.map(|wait| dates::clock(dates::next_minute(now.plus_seconds(seconds(wait)))));
        if refusal.code == "no_certificate" {
            page.older_cards.clone_from(&self.settings.older_cards);
        }
        let status = StatusCode::from_u16(refusal.category.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let answer = self.render(visitor, status, &page);
        match entered {
            Some(entered) => entered.with_cookie(answer),
            None => answer,
        }
    }

    pub fn render(&self, visitor: &Visitor, status: StatusCode, page: &impl Template) -> Response {
        match page.render() {
            Ok(html) => (status, Html(html)).into_response(),
            Err(error) => {
                tracing::error!(%error, "a page could not be written");
                let words = visitor.words.say("refusal-unexpected-title");
                (StatusCode::INTERNAL_SERVER_ERROR, words).into_response()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_are_found_by_their_whole_name() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("x__Host-renkei=1; __Host-renkei=2; a=b"));
        headers.append(header::COOKIE, HeaderValue::from_static("__Host-renkei-language=en"));
        assert_eq!(cookie(&headers, SESSION_COOKIE), Some("2"));
        assert_eq!(cookie(&headers, LANGUAGE_COOKIE), Some("en"));
        assert_eq!(cookie(&headers, "nothing"), None);
    }

    #[test]
    fn the_sessions_cookie_is_bound_to_this_host_and_hidden_from_scripts() {
        let value = set_cookie(SESSION_COOKIE, "abc", 60).unwrap();
        let text = value.to_str().unwrap();
        for part in ["__Host-", "Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
            assert!(text.contains(part), "{text}");
        }
        assert!(!text.contains("Domain"));
    }
}
