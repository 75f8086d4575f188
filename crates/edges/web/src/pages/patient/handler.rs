//! The patient's pages behind a visit's permission, one tab at a time, and closing the visit.
//!
//! Each request asks the house anew: permission, trail, record. The address holds the permission's own id; it says
//! nothing of the patient, and without a live permission every such address answers the same (law 6).

use super::course::CoursePage;
use super::course::from_records::CourseQuery;
use super::diagnoses::DiagnosesPage;
use super::encounters::EncountersPage;
use super::frame_from::Around;
use super::laboratory::LaboratoryPage;
use super::laboratory::chart_from::{PANELS_MAX, Period};
use super::laboratory::from_records::LaboratoryQuery;
use super::medicines::MedicinesPage;
use super::others::OthersPage;
use super::paper::PaperPage;
use super::reading::Reading;
use super::summary::SummaryPage;
use super::{Frame, Identity, Tab};
use crate::dates;
use crate::input::{Address, Filled, Wish};
use crate::pages::source::SourcePage;
use crate::pages::source::from_records::SourceAddress;
use crate::parts::Palette;
use crate::shell::Shell;
use crate::state::Web;
use crate::visitor::{Entered, Visitor};
use crate::words::Words;
use askama::Template;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use jiff::civil::Date;
use renkei_app::codes::ParticipantIdentity;
use renkei_app::view_patient::OpenedPatient;
use renkei_app::{AppError, Refusal};
use renkei_kernel::{Category, GrantId};
use renkei_participation::{ConsentScope, Item, Sex};
use renkei_records::views::calendar::Zoom;
use renkei_records::views::medicines::Past;
use renkei_records::views::summary::{Summary, summary_with};
use serde::Deserialize;

/// What of a tab is asked for. Anything that cannot be read is as if it were not there.
#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    range: String,
    #[serde(default)]
    before: String,
    #[serde(default)]
    until: String,
    #[serde(default)]
    item: String,
    #[serde(default)]
    span: String,
    #[serde(default)]
    to: String,
}

impl Asked {
    /// The series of a chart, each once.
    fn items(&self) -> Vec<String> {
        let mut items: Vec<String> = Vec::new();
        for item in self.item.split(',').filter(|item| !item.is_empty()) {
            if items.len() < PANELS_MAX && !items.iter().any(|known| known == item) {
                items.push(item.to_owned());
            }
        }
        items
    }

    fn zoom(&self) -> Zoom {
        Zoom::from_name(&self.range).unwrap_or_default()
    }
}

/// One opened patient with what every page of it needs.
struct Opened {
    patient: OpenedPatient,
    visit: String,
    palette: Palette,
    words: Words,
    summary: Summary,
}

impl Opened {
    fn new(patient: OpenedPatient, words: Words, zoom: Zoom, past: Past) -> Self {
        let names = patient.record.contributions().into_iter().filter_map(|contribution| {
            let institution = patient.institutions.get(&contribution.institution)?;
            Some((institution.id, institution.name.as_str(), institution.colour))
        });
        let palette = Palette::new(names);
        let summary = summary_with(&patient.record, zoom, patient.now.tokyo_date(), past);
        Self { visit: format!("/visits/{}", patient.grant), palette, words, summary, patient }
    }

    fn reading(&self) -> Reading<'_> {
        Reading {
            words: self.words,
            visit: &self.visit,
            today: self.patient.now.tokyo_date(),
            palette: &self.palette,
            record: &self.patient.record,
        }
    }

    fn frame(&self, entered: &Entered, tab: Option<Tab>) -> Frame {
        Frame::new(&self.reading(), &self.summary, around(self, entered), self.patient.now, tab)
    }
}

fn identity(words: Words, known: &ParticipantIdentity, today: Date) -> Identity {
    Identity {
        family: known.names.family.clone(),
        given: known.names.given.clone(),
        family_kana: known.names.family_kana.clone(),
        given_kana: known.names.given_kana.clone(),
        sex: words.say(match known.sex {
            Sex::Male => "patient-sex-male",
            Sex::Female => "patient-sex-female",
            Sex::Other => "patient-sex-other",
            Sex::Unknown => "patient-sex-unknown",
        }),
        birth: dates::long(words, known.birth_date),
        age: dates::age(words, known.birth_date, today).unwrap_or_default(),
        own_number: None,
        consent: None,
    }
}

fn around(opened: &Opened, entered: &Entered) -> Around {
    let (words, patient) = (opened.words, &opened.patient);
    let role = entered.session.role;
    let profession = if words.is_japanese() { role.label_ja() } else { role.label_en() };
    let place = patient.why.place.as_deref().unwrap_or_default();
    let opened_at = dates::clock(patient.why.grant_opened_at);
    Around {
        identity: patient.identity.as_ref().map(|known| identity(words, known, patient.now.tokyo_date())),
        own_number: (!patient.own_numbers.is_empty()).then(|| patient.own_numbers.join(" ")),
        consent: patient.consent.as_ref().map(|consent| {
            let key = match consent.scope {
                ConsentScope::AllRegions => "patient-consent-all",
                ConsentScope::OwnRegion => "patient-consent-own",
            };
            words.one(key, "day", dates::short(consent.valid.from.tokyo_date()))
        }),
        feeds: patient.feeds.iter().map(|feed| (feed.institution, feed.last_import_at, feed.late)).collect(),
        held: patient.feeds.iter().filter(|feed| feed.held).map(|feed| feed.institution).collect(),
        why: vec![
            words.two("patient-why-card", ("time", &opened_at), ("place", place)),
            words.say("patient-why-consent"),
            words.two(
                "patient-why-matrix",
                ("profession", profession),
                ("version", &patient.why.matrix_version.to_string()),
            ),
        ],
        withheld: false,
        sees_allergies: patient.items.contains(Item::Allergies),
    }
}

/// The word of the trail for a tab.
fn section(tab: Tab) -> &'static str {
    match tab {
        Tab::Summary => "summary",
        other => other.slug(),
    }
}

async fn open(
    web: &Web,
    visitor: &Visitor,
    entered: &Entered,
    grant: &str,
    section: &'static str,
    zoom: Zoom,
    past: Past,
) -> Result<Opened, AppError> {
    // What is no id at all is answered as an id that names nothing.
    let grant: GrantId = grant.parse().unwrap_or(GrantId(uuid::Uuid::nil()));
    let patient = web.house.view_patient(&entered.session, grant, section).await?;
    Ok(Opened::new(patient, visitor.words, zoom, past))
}

fn shell_of(web: &Web, visitor: &Visitor, entered: &Entered, opened: &Opened) -> Shell {
    let mut shell = entered.shell(web, visitor);
    // The permission ends with the day at the latest, whatever the session does.
    let until = opened.patient.why.grant_until;
    if let Some(bar) = &mut shell.session {
        bar.until = Some(opened.words.one("common-view-until", "time", dates::clock(until)));
    }
    shell
}

/// `GET /visits/{grant}`
pub async fn show_summary(
    State(web): State<Web>,
    visitor: Visitor,
    Address(grant): Address<String>,
    Wish(asked): Wish<Asked>,
) -> Response {
    show(web, visitor, grant, Tab::Summary, asked).await
}

/// `GET /visits/{grant}/{tab}`
pub async fn show_tab(
    State(web): State<Web>,
    visitor: Visitor,
    Address((grant, slug)): Address<(String, String)>,
    Wish(asked): Wish<Asked>,
) -> Response {
    match Tab::from_slug(&slug).filter(|tab| *tab != Tab::Summary) {
        Some(tab) => show(web, visitor, grant, tab, asked).await,
        None => crate::router::not_found(State(web), visitor).await,
    }
}

async fn show(web: Web, visitor: Visitor, grant: String, tab: Tab, asked: Asked) -> Response {
    let entered = match web.enter(&visitor).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    // Only their own tab lists what no longer runs.
    let past = if tab == Tab::Medicines { Past::Listed } else { Past::Counted };
    match open(&web, &visitor, &entered, &grant, section(tab), asked.zoom(), past).await {
        Ok(opened) => {
            let shell = shell_of(&web, &visitor, &entered, &opened);
            let frame = opened.frame(&entered, Some(tab));
            let page = page(&opened, tab, &asked, shell, frame);
            give_away(opened);
            match page {
                Ok(html) => entered.with_cookie(Html(html).into_response()),
                Err(error) => {
                    tracing::error!(%error, "a patient page could not be written");
                    let refusal = Refusal { category: Category::Unexpected, code: "unexpected", reference: None };
                    web.refuse(&visitor, Some(&entered), refusal)
                }
            }
        }
        Err(error) => web.fail(&visitor, Some(&entered), &error),
    }
}

fn page(opened: &Opened, tab: Tab, asked: &Asked, shell: Shell, frame: Frame) -> askama::Result<String> {
    let reading = &opened.reading();
    let summary = &opened.summary;
    match tab {
        Tab::Summary => SummaryPage::from_records(shell, frame, reading, summary).render(),
        Tab::Course => {
            let query = CourseQuery { zoom: asked.zoom(), before: asked.before.parse().ok() };
            CoursePage::from_records(shell, frame, reading, query).render()
        }
        Tab::Medicines => MedicinesPage::from_records(shell, frame, reading, &summary.medicines).render(),
        Tab::Laboratory => {
            let query = LaboratoryQuery {
                items: asked.items(),
                until: asked.until.parse().ok(),
                period: Period::from_name(&asked.span).unwrap_or_default(),
                to: asked.to.parse().ok(),
            };
            LaboratoryPage::from_records(shell, frame, reading, &query).render()
        }
        Tab::Diagnoses => DiagnosesPage::from_records(shell, frame, reading, &summary.diagnoses).render(),
        Tab::Encounters => EncountersPage::from_records(shell, frame, reading).render(),
        Tab::Others => OthersPage::from_records(shell, frame, reading, summary).render(),
    }
}

fn not_found() -> Refusal {
    Refusal { category: Category::NotFound, code: "not_found", reference: None }
}

/// `GET /visits/{grant}/source/{message}/{entry}/{place}`
pub async fn show_source(
    State(web): State<Web>,
    visitor: Visitor,
    Address((grant, message, entry, place)): Address<(String, String, String, String)>,
) -> Response {
    let entered = match web.enter(&visitor).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    let opened = match open(&web, &visitor, &entered, &grant, "source", Zoom::default(), Past::Counted).await {
        Ok(opened) => opened,
        Err(error) => return web.fail(&visitor, Some(&entered), &error),
    };
    let shell = shell_of(&web, &visitor, &entered, &opened);
    let frame = opened.frame(&entered, None);
    let asked = SourceAddress::read(&message, &entry, &place);
    match asked.and_then(|asked| SourcePage::from_records(shell, frame, &opened.reading(), asked)) {
        Some(page) => entered.page(&web, &visitor, &page),
        None => web.refuse(&visitor, Some(&entered), not_found()),
    }
}

/// `GET /visits/{grant}/paper`: what may be taken out, set for paper.
pub async fn show_paper(State(web): State<Web>, visitor: Visitor, Address(grant): Address<String>) -> Response {
    let entered = match web.enter(&visitor).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    let grant: GrantId = grant.parse().unwrap_or(GrantId(uuid::Uuid::nil()));
    match web.house.patient_for_paper(&entered.session, grant).await {
        Ok(patient) => {
            let opened = Opened::new(patient, visitor.words, Zoom::default(), Past::Counted);
            let shell = shell_of(&web, &visitor, &entered, &opened);
            let frame = opened.frame(&entered, None);
            let (now, feeds) = (opened.patient.now, &opened.patient.feeds);
            let feeds = feeds.iter().map(|feed| (feed.institution, feed.last_import_at));
            let page = PaperPage::from_records(shell, frame, &opened.reading(), &opened.summary, now, feeds);
            let answer = entered.page(&web, &visitor, &page);
            give_away(opened);
            answer
        }
        Err(error) => web.fail(&visitor, Some(&entered), &error),
    }
}

/// A large record takes milliseconds to be forgotten; nobody waits for that.
fn give_away(opened: Opened) {
    tokio::task::spawn_blocking(move || drop(opened));
}

#[derive(Debug, Deserialize)]
pub struct CloseForm {
    #[serde(default)]
    csrf: String,
}

/// `POST /visits/{grant}/close`
pub async fn close(
    State(web): State<Web>,
    visitor: Visitor,
    Address(grant): Address<String>,
    Filled(form): Filled<CloseForm>,
) -> Response {
    let entered = match web.enter_to_act(&visitor, &form.csrf).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    let grant: GrantId = grant.parse().unwrap_or(GrantId(uuid::Uuid::nil()));
    match web.house.close_visit(&entered.session, grant).await {
        Ok(()) => entered.to("/?done=closed"),
        Err(error) => web.fail(&visitor, Some(&entered), &error),
    }
}
