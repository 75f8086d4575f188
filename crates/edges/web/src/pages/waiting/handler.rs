//! Asking for a live card read, waiting for it, and going on to the patient (R-8.2.4-ア).
//!
//! Nothing of a card can be sent here: the form names a reader, the card's id comes from the reader's own connection.

use super::WaitingPage;
use crate::input::{Address, Filled};
use crate::state::Web;
use crate::visitor::{Entered, Visitor};
use axum::extract::State;
use axum::response::Response;
use renkei_app::card::CardReadOutcome;
use renkei_app::{AppError, Refusal};
use renkei_kernel::{CardReadId, Category, ReaderId};
use serde::Deserialize;
use std::time::Duration;

/// How often the outcome is looked for while a browser waits, and how long one request waits: well below the time a
/// request may take, so that the page comes back before the listener cuts it.
const LOOK_EVERY: Duration = Duration::from_millis(120);
const LOOKS_MAX: u32 = 150;

#[derive(Debug, Deserialize)]
pub struct ReadForm {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    reader: String,
}

/// `POST /read`
pub async fn ask(State(web): State<Web>, visitor: Visitor, Filled(form): Filled<ReadForm>) -> Response {
    let entered = match web.enter_to_act(&visitor, &form.csrf).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    let Ok(reader) = form.reader.parse::<ReaderId>() else {
        let refusal = Refusal { category: Category::Malformed, code: "reader_missing", reference: None };
        return web.refuse(&visitor, Some(&entered), refusal);
    };
    match web.house.request_card_read(&entered.session, reader).await {
        Ok(read) => entered.to(&format!("/read/{read}")),
        Err(error) => web.fail(&visitor, Some(&entered), &error),
    }
}

fn not_found() -> AppError {
    Refusal { category: Category::NotFound, code: "not_found", reference: None }.into()
}

/// `GET /read/{read}`: the page that waits.
pub async fn wait(State(web): State<Web>, visitor: Visitor, Address(read): Address<String>) -> Response {
    let entered = match web.enter(&visitor).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    match outcome(&web, &entered, &read).await {
        Ok(CardReadOutcome::Waiting { until }) => {
            let left = until.seconds_since(web.house.now()).max(0);
            let page = WaitingPage {
                shell: crate::shell::Shell { here: "/".to_owned(), leave: None, ..entered.shell(&web, &visitor) },
                outcome: format!("/read/{read}/outcome"),
                seconds_left: usize::try_from(left).unwrap_or(0),
            };
            entered.page(&web, &visitor, &page)
        }
        done => answer(&web, &visitor, &entered, done, &read),
    }
}

/// `GET /read/{read}/outcome`: answers when the card was read, or sends the browser back to wait on.
pub async fn done(State(web): State<Web>, visitor: Visitor, Address(read): Address<String>) -> Response {
    let entered = match web.enter(&visitor).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    for _ in 0..LOOKS_MAX {
        match outcome(&web, &entered, &read).await {
            Ok(CardReadOutcome::Waiting { .. }) => tokio::time::sleep(LOOK_EVERY).await,
            done => return answer(&web, &visitor, &entered, done, &read),
        }
    }
    entered.to(&format!("/read/{read}"))
}

async fn outcome(web: &Web, entered: &Entered, read: &str) -> Result<CardReadOutcome, AppError> {
    let read: CardReadId = read.parse().map_err(|_| not_found())?;
    web.house.card_read_outcome(&entered.session, read).await
}

fn answer(
    web: &Web,
    visitor: &Visitor,
    entered: &Entered,
    outcome: Result<CardReadOutcome, AppError>,
    read: &str,
) -> Response {
    match outcome {
        Ok(CardReadOutcome::Opened(grant)) => entered.to(&format!("/visits/{grant}")),
        Ok(CardReadOutcome::Refused(refusal)) => web.refuse(visitor, Some(entered), refusal),
        Ok(CardReadOutcome::Waiting { .. }) => entered.to(&format!("/read/{read}")),
        Err(error) => web.fail(visitor, Some(entered), &error),
    }
}
