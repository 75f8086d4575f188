//! The console on both sides: a writing command asks the running server over its socket, or, when none runs, opens the
//! house itself and holds the database's lease meanwhile (architecture, section 4).

use crate::commands::Format;
use crate::jobs::{self, Answer, Job, Line};
use crate::outcome;
use crate::settings::Settings;
use crate::wiring::{self, Place};
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{Request, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Json, Router};
use futures::StreamExt as _;
use indicatif::{ProgressBar, ProgressStyle};
use renkei_app::House;
use renkei_intake::Progress;
use renkei_kernel::{Category, Ids, Problem, SystemClock, SystemEntropy};
use renkei_net::client::Connection;
use renkei_net::{Console, Rules};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;

/// Largest job: a register of a whole region.
const JOB_BYTES_MAX: usize = 256 * 1024 * 1024;

/// Rules of the console: long jobs with large bodies, from the machine's own operator.
pub fn rules(console: Console) -> Console {
    let rules = Rules { body_bytes: JOB_BYTES_MAX, ..console.rules.clone() };
    Console { rules, ..console }
}

/// The console's router.
pub fn router(house: House) -> Router {
    Router::new().route("/jobs", post(carry_out_here)).layer(DefaultBodyLimit::max(JOB_BYTES_MAX)).with_state(house)
}

/// Runs a job and streams its lines. The job goes on when the command that asked for it goes away.
async fn carry_out_here(State(house): State<House>, Json(job): Json<Job>) -> Response {
    let (lines, mut inbox) = mpsc::channel::<Line>(64);
    tokio::spawn(async move {
        let progress = lines.clone();
        let say = move |at: Progress| {
            // A slow reader misses steps, never the answer.
            let _missed = progress.try_send(Line::Progress { done: at.files, total: 0 });
        };
        let answer = jobs::run(&house, job, &say).await;
        let _nobody_waits = lines.send(Line::Answer(answer)).await;
    });
    let stream = futures::stream::poll_fn(move |context| inbox.poll_recv(context)).map(|line| {
        let mut text = serde_json::to_vec(&line).unwrap_or_default();
        text.push(b'\n');
        Ok::<_, std::convert::Infallible>(text)
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(stream)).into_response()
}

/// Carries a job out, by the running server or here, and prints its answer.
pub async fn carry_out(config: &Path, job: Job, format: Format) -> ExitCode {
    let settings = match Settings::load(config) {
        Ok(settings) => settings,
        Err(error) => {
            return outcome::refused(error.category(), error.code(), &error);
        }
    };
    let bar = progress_bar(format);
    let answer = match Connection::to_console(&settings.entrances.console).await {
        Ok(connection) => ask(connection, &job, &bar).await,
        Err(_) => here(&settings, job, &bar).await,
    };
    bar.finish_and_clear();
    print(&answer, format);
    ExitCode::from(answer.exit)
}

fn print(answer: &Answer, format: Format) {
    if format == Format::Json {
        println!("{}", serde_json::to_string(answer).unwrap_or_default());
        return;
    }
    for line in &answer.lines {
        if answer.exit == 0 {
            println!("{line}");
        } else {
            eprintln!("renkei: E{} {line}", answer.status);
        }
    }
}

fn progress_bar(format: Format) -> ProgressBar {
    if format == Format::Json {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} ファイル  {per_sec}  {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

async fn ask(mut connection: Connection, job: &Job, bar: &ProgressBar) -> Answer {
    let broken = || {
        let text =
            "運転中の Renkei との接続が切れました。作業は続いています。 / the connection to the running server ended";
        Answer::refused(Category::Unexpected, "console_lost", vec![text.to_owned()])
    };
    let body = serde_json::to_vec(job).unwrap_or_default();
    let request = Request::post("/jobs").header(header::CONTENT_TYPE, "application/json").body(Body::from(body));
    let Ok(request) = request else { return broken() };
    let Ok(response) = connection.send(request).await else { return broken() };
    if !response.status().is_success() {
        let text = format!(
            "運転中の Renkei が受け取りませんでした（{0}）。何も変更していません。 / the running server did not take the job ({0})",
            response.status()
        );
        return Answer::refused(Category::Unexpected, "console_refused", vec![text]);
    }
    let mut stream = response.into_body().into_data_stream();
    let mut text = Vec::new();
    while let Some(Ok(part)) = stream.next().await {
        text.extend_from_slice(&part);
        while let Some(end) = text.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = text.drain(..=end).collect();
            match serde_json::from_slice::<Line>(&line) {
                Ok(Line::Progress { done, .. }) => bar.set_position(done),
                Ok(Line::Answer(answer)) => return answer,
                Err(_) => return broken(),
            }
        }
    }
    broken()
}

async fn here(settings: &Settings, job: Job, bar: &ProgressBar) -> Answer {
    let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
    let opened = match wiring::open(Place::of(settings), ids).await {
        Ok(opened) => opened,
        Err(error) => return Answer::refused(error.category(), error.code(), vec![error.to_string()]),
    };
    let shown = bar.clone();
    let answer = jobs::run(&opened.house, job, &move |at: Progress| shown.set_position(at.files)).await;
    match opened.close().await {
        Ok(()) => answer,
        Err(error) => Answer::refused(error.category(), error.code(), vec![error.to_string()]),
    }
}
