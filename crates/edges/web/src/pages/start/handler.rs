//! `GET /`: who may be seen now, and the readers of this place.

use super::{Notice, OpenVisit, ReaderChoice, ReaderState, StartPage};
use crate::dates;
use crate::input::Wish;
use crate::state::Web;
use crate::visitor::{Entered, Visitor};
use crate::words::Words;
use axum::extract::State;
use axum::response::Response;
use renkei_app::card;
use renkei_app::feeds::LateSource;
use renkei_app::start_page::{OpenVisit as Open, StartPage as Start};
use renkei_kernel::Timestamp;
use serde::Deserialize;

/// A certificate that ends within this many days is spoken of.
const CERTIFICATE_NOTICE_DAYS: i32 = 30;

#[derive(Debug, Default, Deserialize)]
pub struct Said {
    /// What has just happened; one known word.
    #[serde(default)]
    done: String,
}

pub async fn show(State(web): State<Web>, visitor: Visitor, Wish(said): Wish<Said>) -> Response {
    let entered = match web.enter(&visitor).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    let start = match web.house.start_page(&entered.session).await {
        Ok(start) => start,
        Err(error) => return web.fail(&visitor, Some(&entered), &error),
    };
    let words = visitor.words;
    let mut shell = entered.shell(&web, &visitor);
    shell.here = "/".to_owned();
    let page = StartPage {
        readers: start.readers.iter().map(reader).collect(),
        visits: start.visits.iter().map(|visit| open_visit(words, visit, start.now)).collect(),
        notices: notices(words, &entered, &start),
        done: (said.done == "closed").then(|| words.say("start-closed")),
        shell,
    };
    entered.page(&web, &visitor, &page)
}

fn reader(reader: &card::ReaderView) -> ReaderChoice {
    ReaderChoice {
        id: reader.id.to_string(),
        place: reader.place.clone(),
        state: match reader.state {
            card::ReaderState::Ready => ReaderState::Ready,
            card::ReaderState::Faulty => ReaderState::Faulty,
            card::ReaderState::Away => ReaderState::Away,
        },
    }
}

fn open_visit(words: Words, visit: &Open, now: Timestamp) -> OpenVisit {
    let place = visit.place.as_deref().unwrap_or_default();
    let (mut name, mut kana, mut age) = (words.say("start-visits-unnamed"), String::new(), String::new());
    if let Some(identity) = &visit.identity {
        name = identity.names.full();
        kana = format!("{} {}", identity.names.family_kana, identity.names.given_kana).trim().to_owned();
        age = dates::age(words, identity.birth_date, now.tokyo_date()).unwrap_or_default();
    }
    OpenVisit {
        href: format!("/visits/{}", visit.grant),
        name,
        kana,
        age,
        opened: words.two("start-visits-opened", ("time", &dates::clock(visit.opened_at)), ("place", place)),
    }
}

fn notices(words: Words, entered: &Entered, start: &Start) -> Vec<Notice> {
    let ends = entered.session.credential_not_after.tokyo_date();
    let is_near = dates::days_between(start.now.tokyo_date(), ends) <= CERTIFICATE_NOTICE_DAYS;
    let certificate = is_near.then(|| Notice {
        text: words.one("start-notice-certificate-ends", "day", dates::long(words, ends)),
        look: true,
    });
    // Quiet: nobody here can hurry a storage, but whoever decides on a record should know that it stops short.
    let late = start.late.iter().map(|source| Notice { text: late(words, source), look: false });
    certificate.into_iter().chain(late).collect()
}

fn late(words: Words, source: &LateSource) -> String {
    match source.reached {
        Some(reached) => {
            words.two("start-notice-source-late", ("name", &source.name), ("time", &dates::stamp(reached)))
        }
        None => words.one("start-notice-source-never", "name", &source.name),
    }
}
