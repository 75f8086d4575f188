//! One believable scene for the preview and the snapshots: a woman with several diseases, four institutions, one year.
//! Every person and number is invented.

mod charts;
mod laboratory;
mod medicines;
mod record;

use charts::*;
use jiff::civil::{Date, date};
use laboratory::*;
use medicines::*;
use record::*;
use renkei_kernel::Category;
use renkei_records::EntryKind;
use renkei_web::dates;
use renkei_web::pages::covered::CoveredPage;
use renkei_web::pages::ended::{EndedPage, Ending};
use renkei_web::pages::entrance::EntrancePage;
use renkei_web::pages::patient::course::{CourseLine, CourseMonth, CoursePage};
use renkei_web::pages::patient::diagnoses::{DiagnosesPage, DiagnosisLine};
use renkei_web::pages::patient::encounters::{EncountersPage, StayLine, VisitLine};
use renkei_web::pages::patient::laboratory::*;
use renkei_web::pages::patient::medicines::{MedicineGroup, MedicineLine, MedicinesPage};
use renkei_web::pages::patient::others::{OtherEntry, OtherGroup, OthersPage};
use renkei_web::pages::patient::paper::PaperPage;
use renkei_web::pages::patient::summary::{NotableValue, SummaryPage};
use renkei_web::pages::patient::{Feed, Frame, Identity, Tab, TabLink, Warning};
use renkei_web::pages::refusal::RefusalPage;
use renkei_web::pages::source::{SourceField, SourcePage};
use renkei_web::pages::start::{Notice, OpenVisit, ReaderChoice, ReaderState, StartPage};
use renkei_web::pages::waiting::WaitingPage;
use renkei_web::parts::trend::Span;
use renkei_web::parts::{
    Bar, BarTold, Bars, BarsRow, Calendar, CalendarRow, Cell, Chart, ChartPanel, ChartRange, Chip, ClassLine, Column,
    Mark, OverlapBar, RangeLink, Sparkline, Stay, Tone, Trend, TrendLine, TrendPoint,
};
use renkei_web::shell::{Desk, SessionBar, Shell};
use renkei_web::words::{Language, Words};

const VISIT: &str = "/visits/0194f0a0-0000-7000-8000-000000000001";

fn mark(n: usize) -> Mark {
    let (colour, letter, name) =
        [(0, "ミ", "ミナト総合病院"), (1, "ア", "アオバ内科"), (2, "ツ", "ツバメ薬局"), (3, "シ", "シラサギ歯科")][n];
    Mark { colour, letter: letter.into(), name: name.into() }
}

fn shell(language: Language, here: &str, signed_in: bool) -> Shell {
    let words = Words::new(language);
    Shell {
        words,
        demo: true,
        session: signed_in.then(|| SessionBar {
            institution: "ミナト総合病院".into(),
            person: "湊 一郎".into(),
            profession: profession(words).into(),
            test_certificate: false,
            until: Some(words.one("common-view-until", "time", "23:59")),
        }),
        csrf: "preview".into(),
        here: here.into(),
        leave: None,
    }
}

fn profession(words: Words) -> &'static str {
    if words.is_japanese() { "医師" } else { "Doctor" }
}

fn desk() -> Option<Desk> {
    Some(Desk {
        name: "サポートセンター".into(), phone: "000-0000-0000".into(), hours: "平日 9:00–17:00".into()
    })
}

fn source(n: usize) -> String {
    format!("{VISIT}/source/{n}")
}

fn frame(words: Words, on: Option<Tab>) -> Frame {
    Frame {
        visit: VISIT.into(),
        identity: Identity {
            family: "佐倉".into(),
            given: "ハナ".into(),
            family_kana: "サクラ".into(),
            given_kana: "ハナ".into(),
            sex: words.say("patient-sex-female"),
            birth: renkei_web::dates::long(words, date(1954, 3, 12)),
            age: words.count("common-age-years", 72),
            own_number: Some("00451190".into()),
            consent: Some(words.one("patient-consent-all", "day", "2025-04-01")),
        },
        warnings: vec![
            Warning {
                tone: Tone::Danger,
                kind: words.say("warning-allergy"),
                text: "ペニシリン系（発疹）".into(),
                source: Some(source(1)),
                marks: vec![mark(1)],
            },
            Warning {
                tone: Tone::Look,
                kind: words.say("warning-kidney"),
                text: "eGFR 41（2026-11-14）".into(),
                source: Some(source(2)),
                marks: vec![mark(0)],
            },
            Warning {
                tone: Tone::Look,
                kind: words.say("warning-blood-thinner"),
                text: "エドキサバン錠 30mg".into(),
                source: Some(source(3)),
                marks: vec![mark(0)],
            },
            Warning {
                tone: Tone::Plain,
                kind: words.say("warning-blood-type"),
                text: "A型 Rh(+)".into(),
                source: Some(source(4)),
                marks: vec![mark(0)],
            },
        ],
        no_allergy_recorded: false,
        feeds: vec![
            Feed { mark: mark(0), fresh: words.count("common-ago-minutes", 12), late: false },
            Feed { mark: mark(1), fresh: words.one("common-ago-today", "time", "6:10"), late: false },
            Feed { mark: mark(2), fresh: words.one("common-ago-yesterday", "time", "19:02"), late: false },
            Feed { mark: mark(3), fresh: words.count("common-ago-days", 5), late: true },
        ],
        why: vec![
            words.two("patient-why-card", ("time", "10:02"), ("place", "受付1")),
            words.say("patient-why-consent"),
            words.two("patient-why-matrix", ("profession", profession(words)), ("version", "3")),
        ],
        withheld: false,
        tabs: TabLink::row(words, VISIT, &Tab::ALL, on, &[(Tab::Medicines, 1)]),
    }
}

fn refusal(language: Language, category: Category, code: &str, signed_in: bool) -> String {
    let mut page = RefusalPage::new(shell(language, "/", signed_in), category, code, desk());
    page.reference = Some("7K2M9-QXD41".into());
    page.at = Some("2026-11-21 10:02".into());
    page.to_string()
}

/// Every page of the house with its name.
pub fn pages(language: Language) -> Vec<(&'static str, String)> {
    let words = Words::new(language);
    let mut start = StartPage {
        shell: Shell {
            session: shell(language, "/", true).session.map(|s| SessionBar { until: None, ..s }),
            ..shell(language, "/", true)
        },
        readers: vec![
            ReaderChoice { id: "r1".into(), place: "受付1".into(), state: ReaderState::Ready },
            ReaderChoice { id: "r2".into(), place: "診察室2".into(), state: ReaderState::Ready },
            ReaderChoice { id: "r3".into(), place: "救急外来".into(), state: ReaderState::Away },
        ],
        visits: vec![
            OpenVisit {
                href: VISIT.into(),
                name: "磯部 キヨ".into(),
                kana: "イソベ キヨ".into(),
                age: words.count("common-age-years", 78),
                opened: words.two("start-visits-opened", ("time", "9:20"), ("place", "受付1")),
            },
            OpenVisit {
                href: VISIT.into(),
                name: "浜 ヨシエ".into(),
                kana: "ハマ ヨシエ".into(),
                age: words.count("common-age-years", 66),
                opened: words.two("start-visits-opened", ("time", "8:05"), ("place", "診察室2")),
            },
        ],
        notices: vec![Notice {
            text: words.one("start-notice-certificate-ends", "day", renkei_web::dates::long(words, date(2026, 12, 8))),
            look: true,
        }],
        done: Some(words.say("start-closed")),
    };
    let full_start = start.to_string();
    start.readers.clear();
    start.visits.clear();
    start.notices.clear();
    start.done = None;
    vec![
        ("start", full_start),
        ("start-empty", start.to_string()),
        (
            "waiting",
            WaitingPage { shell: shell(language, "/read/x", true), outcome: "outcome.html".into(), seconds_left: 58 }
                .to_string(),
        ),
        ("summary", summary(language).to_string()),
        ("course", course(language).to_string()),
        (
            "medicines",
            MedicinesPage {
                shell: shell(language, VISIT, true),
                frame: frame(words, Some(Tab::Medicines)),
                current: medicines(words),
                bars: Some(bars(words)),
                injections: vec![medicine(0, "生理食塩液 500mL ＋ セファゾリン 1g", "点滴 1日2回", "2026-07-05")],
                past: vec![medicine(
                    0,
                    "セフカペンピボキシル錠 100mg",
                    "1日3回 毎食後 1錠",
                    &words.one("medicine-ended", "day", "2026-07-18"),
                )],
                past_total: 34,
            }
            .to_string(),
        ),
        ("laboratory", laboratory(language).to_string()),
        (
            "diagnoses",
            DiagnosesPage {
                shell: shell(language, VISIT, true),
                frame: frame(words, Some(Tab::Diagnoses)),
                current: diagnoses(false),
                ended: vec![DiagnosisLine {
                    end: Some("2026-07-11".into()),
                    outcome: Some("治癒".into()),
                    ..diagnosis(0, "急性腎盂腎炎", "N10", "2026-07-03")
                }],
            }
            .to_string(),
        ),
        (
            "encounters",
            EncountersPage {
                shell: shell(language, VISIT, true),
                frame: frame(words, Some(Tab::Encounters)),
                planned: Vec::new(),
                changes: Vec::new(),
                stays: vec![StayLine {
                    mark: mark(0),
                    period: "2026-07-03 〜 2026-07-11（9日間）".into(),
                    state: words.say("encounter-state-ended"),
                    current: false,
                    department: "内科".into(),
                    place: "4階西病棟 401-2".into(),
                    doctor: "汐見 直".into(),
                    outcome: Some("軽快".into()),
                    steps: vec!["2026-07-05 4階西病棟 → 3階東病棟".into(), "2026-07-08 外泊　2026-07-09 帰院".into()],
                    source: source(70),
                }],
                visits: (1..=9)
                    .map(|n| VisitLine {
                        mark: mark(n % 2),
                        time: format!("2026-0{n}-14 09:02"),
                        kind: None,
                        department: "循環器内科".into(),
                        doctor: "湊 一郎".into(),
                        source: source(71),
                    })
                    .collect(),
                visits_total: 26,
            }
            .to_string(),
        ),
        ("others", others(language).to_string()),
        ("source", source_page(language).to_string()),
        ("paper", paper(language).to_string()),
        ("refusal-no-certificate", refusal(language, Category::NotSignedIn, "no_certificate", false)),
        ("refusal-card", refusal(language, Category::NotAllowed, "card_refused", true)),
        ("covered", CoveredPage { shell: shell(language, "/cover", true), back: VISIT.into() }.to_string()),
        ("ended", EndedPage { shell: shell(language, "/", false), ending: Ending::Idle }.to_string()),
        ("entrance", EntrancePage { shell: shell(language, "/", false), desk: desk() }.to_string()),
    ]
}
