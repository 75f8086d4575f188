//! Which address leads to which page, for each entrance.

use crate::assets;
use crate::pages::entrance::EntrancePage;
use crate::pages::refusal::RefusalPage;
use crate::pages::{covered, patient, reader_setup, start, waiting};
use crate::security;
use crate::shell::Shell;
use crate::state::{Web, WebSettings};
use crate::visitor::Visitor;
use crate::words::Words;
use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::middleware::from_fn;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::{get, post};
use renkei_app::{House, Refusal};
use renkei_kernel::Category;
use renkei_net::{Fault, FaultPage};
use std::sync::Arc;

/// Addresses that exist at the professional entrance only; asked for elsewhere they do not exist.
pub const PROFESSIONAL_ADDRESSES: [&str; 6] = ["/visits", "/read", "/reader-setup", "/cover", "/idle", "/sign-out"];

/// What is wrong with the tables of words; the program does not start with holes in them.
#[derive(Debug, thiserror::Error)]
#[error("the words of the pages are not complete: {0:?}")]
pub struct WordsIncomplete(pub Vec<String>);

/// All pages of the professional entrance.
pub fn professional(house: House, settings: WebSettings) -> Result<Router, WordsIncomplete> {
    Words::check().map_err(WordsIncomplete)?;
    let web = Web { house, settings: Arc::new(settings) };
    Ok(Router::new()
        .route("/", get(start::handler::show))
        .route("/reader-setup", get(reader_setup::handler::show))
        .route("/read", post(waiting::handler::ask))
        .route("/read/{read}", get(waiting::handler::wait))
        .route("/read/{read}/outcome", get(waiting::handler::done))
        .route("/visits/{grant}", get(patient::handler::show_summary))
        .route("/visits/{grant}/close", post(patient::handler::close))
        .route("/visits/{grant}/paper", get(patient::handler::show_paper))
        .route("/visits/{grant}/{tab}", get(patient::handler::show_tab))
        .route("/visits/{grant}/source/{message}/{entry}/{place}", get(patient::handler::show_source))
        .route("/cover", get(covered::handler::cover))
        .route("/idle", get(covered::handler::cover))
        .route("/sign-out", post(covered::handler::sign_out))
        .route("/language", post(covered::handler::language))
        .route("/assets/{*name}", get(asset))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(web)
        .layer(from_fn(security::headers)))
}

/// The patient entrance while it is empty: a greeting and the style sheets. Everything else is refused by the guard of
/// the entrance with [`patient_not_found`].
pub fn patient(settings: &WebSettings) -> Result<Router, WordsIncomplete> {
    Words::check().map_err(WordsIncomplete)?;
    let shell = Shell { demo: settings.demo, here: "/".to_owned(), ..Shell::default() };
    let greeting = EntrancePage { shell, desk: settings.desk.clone() }.render().unwrap_or_default();
    Ok(Router::new()
        .route("/", get(move || std::future::ready(Html(greeting.clone()))))
        .route("/assets/{*name}", get(asset))
        .layer(from_fn(security::headers)))
}

/// The ordinary "not found" of the patient entrance: the same characters for every address.
pub fn patient_not_found(settings: &WebSettings) -> Response {
    let shell = Shell { demo: settings.demo, here: "/".to_owned(), ..Shell::default() };
    let page = RefusalPage::new(shell, Category::NotFound, "not_found", settings.desk.clone());
    security::protected((StatusCode::NOT_FOUND, Html(page.render().unwrap_or_default())).into_response())
}

/// The pages' own words where a listener stops a request before or inside its route.
pub fn fault_page(settings: &WebSettings) -> FaultPage {
    let settings = settings.clone();
    Arc::new(move |fault, _facts, reference| {
        let category = match fault {
            Fault::Panicked => Category::Unexpected,
            Fault::TimedOut => Category::Stopped,
            Fault::BodyTooLarge | Fault::HeadTooLarge => Category::Malformed,
        };
        let shell = Shell { demo: settings.demo, here: "/".to_owned(), ..Shell::default() };
        let mut page = RefusalPage::new(shell, category, fault.code(), settings.desk.clone());
        page.reference = Some(reference.to_owned());
        security::protected((fault.status(), Html(page.render().unwrap_or_default())).into_response())
    })
}

/// An address that is nobody's.
pub async fn not_found(State(web): State<Web>, visitor: Visitor) -> Response {
    web.refuse(&visitor, None, Refusal { category: Category::NotFound, code: "not_found", reference: None })
}

async fn asset(Path(name): Path<String>) -> Response {
    match assets::content(&name) {
        Some((bytes, media)) => {
            let headers =
                [(header::CONTENT_TYPE, media), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
            (headers, bytes.into_owned()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
