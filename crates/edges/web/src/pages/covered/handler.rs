//! Covering the screen, leaving it after idleness, signing out, choosing the language.

use super::{CoveredPage, local_path};
use crate::input::{Filled, Wish};
use crate::pages::ended::Ending;
use crate::shell::Shell;
use crate::state::Web;
use crate::visitor::{Visitor, language_cookie};
use crate::words::Language;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use renkei_app::Refusal;
use renkei_kernel::Category;
use serde::Deserialize;

#[derive(Debug, Default, Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// `GET /cover` (F9) and `GET /idle`, where a page goes that nobody touched: a session that has ended says so, one that
/// lives on in another window leaves the record covered here.
pub async fn cover(State(web): State<Web>, visitor: Visitor, Wish(back): Wish<Back>) -> Response {
    let entered = match web.enter_untouched(&visitor).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    let back = local_path(&back.back).to_owned();
    let shell = Shell { here: "/".to_owned(), leave: None, ..entered.shell(&web, &visitor) };
    entered.page(&web, &visitor, &CoveredPage { shell, back })
}

#[derive(Debug, Deserialize)]
pub struct SignOutForm {
    #[serde(default)]
    csrf: String,
}

/// `POST /sign-out`
pub async fn sign_out(State(web): State<Web>, visitor: Visitor, Filled(form): Filled<SignOutForm>) -> Response {
    let entered = match web.enter_to_act(&visitor, &form.csrf).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    if let Err(error) = web.house.sign_out(&entered.session, &visitor.caller).await {
        return web.fail(&visitor, Some(&entered), &error);
    }
    let mut answer = web.ended_page(&visitor, Ending::SignedOut, StatusCode::OK);
    answer.headers_mut().insert("clear-site-data", HeaderValue::from_static("\"cache\", \"storage\""));
    answer
}

#[derive(Debug, Deserialize)]
pub struct LanguageForm {
    #[serde(default)]
    language: String,
    #[serde(default)]
    back: String,
}

/// `POST /language`: a reader's own choice; it needs no session, since refusals speak both languages too.
pub async fn language(State(web): State<Web>, visitor: Visitor, Filled(form): Filled<LanguageForm>) -> Response {
    let Some(language) = Language::from_code(&form.language).filter(|_| web.is_own_form(&visitor)) else {
        let refusal = Refusal { category: Category::Malformed, code: "malformed", reference: None };
        return web.refuse(&visitor, None, refusal);
    };
    let mut answer = Redirect::to(local_path(&form.back)).into_response();
    if let Some(cookie) = language_cookie(language) {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}
