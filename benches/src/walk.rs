//! People at three desks of the demonstration, through its own chooser: a card is laid, read, the pages are read one
//! after another at the pace at which a person reads, and the visit is closed.
//!
//! What a desk does not get counts as a failure and is told: a walk that is turned away measures nothing.

use crate::Outcome;
use crate::process::Running;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use renkei_demo::region::DEMO_SEED;
use renkei_demo::region::patients::Consent;
use renkei_demo::{Region, Scale};
use renkei_kernel::{Clock, SystemClock};
use renkei_net::client::{Connection, body_bytes};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;

/// Somebody at a reader, with the tabs that person's role shows.
struct Desk {
    person: &'static str,
    reader: &'static str,
    tabs: &'static [&'static str],
}

const DESKS: [Desk; 3] = [
    Desk {
        person: "minato-ichiro",
        reader: "minato-1",
        tabs: &["", "/course", "/medicines", "/laboratory", "/diagnoses"],
    },
    Desk { person: "aoba-makoto", reader: "aoba-1", tabs: &["", "/course", "/medicines", "/laboratory", "/diagnoses"] },
    Desk { person: "tsubame-chihiro", reader: "tsubame-1", tabs: &["", "/medicines"] },
];
/// How long a page is read, and the pause between two patients at one desk. A desk that touches cards as a machine
/// would is sent away by the readers' hub: it takes sixty messages and thirty reads of an agent in a minute.
const READING: Duration = Duration::from_secs(2);
const BETWEEN_PATIENTS: Duration = Duration::from_secs(3);
/// Longest wait for the page after a touch: the entrance holds the question for up to eighteen seconds itself.
const ANSWERED_WITHIN: Duration = Duration::from_secs(40);

/// What the walk saw.
#[derive(Debug, Default)]
pub struct Seen {
    pub visits: usize,
    pub pages: usize,
    /// What went wrong, in words without people, and how often.
    pub failures: BTreeMap<String, usize>,
    /// Minutes since the walk began, resident memory and its peak in MiB.
    pub memory: Vec<(u64, f64, f64)>,
}

impl Seen {
    pub fn failed(&self) -> usize {
        self.failures.values().sum()
    }
}

/// One person's browser at the demonstration.
struct Visitor {
    authority: String,
    host: String,
}

struct Page {
    status: StatusCode,
    location: Option<String>,
    body: String,
}

impl Page {
    /// The value of a hidden field or a button behind `after`.
    fn value(&self, after: &str, name: &str) -> Option<&str> {
        let rest = self.body.split_once(after)?.1.split_once(&format!("name=\"{name}\" value=\""))?.1;
        rest.split('"').next()
    }
}

impl Visitor {
    async fn ask(&self, path: &str, form: Option<String>) -> Outcome<Page> {
        let stream = TcpStream::connect(&self.authority).await?;
        let mut connection = Connection::over(stream, &self.host).await?;
        let method = if form.is_some() { Method::POST } else { Method::GET };
        let mut request = Request::builder().method(method).uri(path).header(header::HOST, &self.host);
        if form.is_some() {
            request = request
                .header(header::ORIGIN, format!("http://{}", self.host))
                .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        }
        let answer = connection.send(request.body(Body::from(form.unwrap_or_default()))?).await?;
        let status = answer.status();
        let location = answer.headers().get(header::LOCATION).and_then(|l| l.to_str().ok()).map(str::to_owned);
        let body = body_bytes(answer, 8 << 20).await.map_err(|error| error.to_string())?;
        Ok(Page { status, location, body: String::from_utf8_lossy(&body).into_owned() })
    }

    /// Asks for a card read and waits until the visit is open; its address.
    async fn touch(&self, reader: usize) -> Outcome<String> {
        let start = self.ask("/", None).await?;
        // The demonstration's own bar has forms too, and a place may have several readers.
        let form = "action=\"/read\"";
        let csrf = start.value(form, "csrf").ok_or_else(|| format!("no form to read a card: {}", start.status))?;
        let buttons = start.body.split_once(form).ok_or("no form")?.1.split("</form>").next().unwrap_or_default();
        let readers = buttons.split("name=\"reader\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let reader = readers.into_iter().nth(reader).ok_or("the reader is not offered")?;
        let asked = self.ask("/read", Some(format!("csrf={csrf}&reader={reader}"))).await?;
        let mut next = asked.location.ok_or_else(|| format!("the read was not accepted: {}", asked.status))?;
        let began = Instant::now();
        while began.elapsed() < ANSWERED_WITHIN {
            if let Some(at) = next.find("/visits/") {
                return Ok(next.split_off(at));
            }
            let page = self.ask(&format!("{}/outcome", next.trim_end_matches("/outcome")), None).await?;
            next = page.location.ok_or_else(|| format!("the card opened no record: {}", page.status))?;
        }
        Err("the card opened nothing in time".into())
    }

    /// One patient from the touch to the closed visit; answers the pages read.
    async fn serve(&self, desk: &Desk) -> Outcome<usize> {
        let visit = self.touch(0).await?;
        let (mut pages, mut last) = (0, None);
        for tab in desk.tabs {
            let page = self.ask(&format!("{visit}{tab}"), None).await?;
            if page.status != StatusCode::OK || !page.body.contains("</html>") {
                return Err(format!("a page of the record did not come: {}", page.status).into());
            }
            pages += 1;
            last = Some(page);
            tokio::time::sleep(READING).await;
        }
        let close = format!("action=\"{visit}/close\"");
        let csrf = last.as_ref().and_then(|page| page.value(&close, "csrf")).ok_or("no form to close the visit")?;
        let closed = self.ask(&format!("{visit}/close"), Some(format!("csrf={csrf}"))).await?;
        match closed.status.is_redirection() {
            true => Ok(pages),
            false => Err(format!("the visit was not closed: {}", closed.status).into()),
        }
    }
}

/// Walks for `lasting` at the chooser at `authority`, reading the program's memory every `look` meanwhile.
///
/// # Errors
/// When the chooser itself cannot be reached, or the program's memory not be read. What a desk does not get is counted.
pub async fn walk(authority: &str, demo: &Running, lasting: Duration, look: Duration) -> Outcome<Seen> {
    let port = authority.rsplit_once(':').ok_or("the chooser's port")?.1.to_owned();
    let region = Region::new(DEMO_SEED, SystemClock.now());
    let holders: Vec<String> = region
        .participants(&Scale::DEMO)
        .filter(|p| p.card.is_some() && matches!(p.consent, Consent::AllRegions { .. }))
        .map(|p| p.code)
        .collect();
    let (began, seen) = (Instant::now(), Arc::new(Mutex::new(Seen::default())));
    let mut desks = tokio::task::JoinSet::new();
    for (nth, desk) in DESKS.iter().enumerate() {
        let chooser = Visitor { authority: authority.to_owned(), host: authority.to_owned() };
        let person = Visitor { authority: authority.to_owned(), host: format!("{}.localhost:{port}", desk.person) };
        // A card is one thing: each desk has its own patients.
        let own: Vec<String> = holders.iter().skip(nth).step_by(DESKS.len()).cloned().collect();
        let seen = seen.clone();
        desks.spawn(async move {
            for holder in own.iter().cycle() {
                if began.elapsed() > lasting {
                    return;
                }
                let served = match chooser.ask("/card", Some(format!("reader={}&patient={holder}", desk.reader))).await
                {
                    Ok(laid) if laid.status.is_redirection() => person.serve(desk).await,
                    Ok(laid) => Err(format!("the card was not laid: {}", laid.status).into()),
                    Err(error) => Err(error),
                };
                {
                    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
                    match served {
                        Ok(pages) => (seen.visits, seen.pages) = (seen.visits + 1, seen.pages + pages),
                        Err(error) => *seen.failures.entry(error.to_string()).or_default() += 1,
                    }
                }
                tokio::time::sleep(BETWEEN_PATIENTS).await;
            }
        });
    }
    let mut memory = Vec::new();
    while began.elapsed() < lasting {
        tokio::time::sleep(look.min(lasting.saturating_sub(began.elapsed()))).await;
        let (now, peak) = demo.memory()?;
        let minutes = began.elapsed().as_secs() / 60;
        let (visits, pages, failed) = {
            let seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
            (seen.visits, seen.pages, seen.failed())
        };
        println!(
            "  {minutes:>3} min: {now:.1} MiB, peak {peak:.1} MiB; {visits} visits, {pages} pages, {failed} failures"
        );
        memory.push((minutes, now, peak));
    }
    while desks.join_next().await.is_some() {}
    let mut seen = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
    seen.memory = memory;
    Ok(seen)
}
