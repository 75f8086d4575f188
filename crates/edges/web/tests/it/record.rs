//! Pages made of real SS-MIX2 files: decoded, mapped, folded, viewed.

use jiff::civil::{Date, date};
use renkei_kernel::{ChartId, Ids, InstitutionId, SeededEntropy, SettableClock, Timestamp};
use renkei_mapping::Context;
use renkei_records::ChartRecord;
use renkei_records::views::PatientRecord;
use renkei_records::views::calendar::Zoom;
use renkei_records::views::summary::summary;
use renkei_web::pages::patient::course::CoursePage;
use renkei_web::pages::patient::course::from_records::CourseQuery;
use renkei_web::pages::patient::diagnoses::DiagnosesPage;
use renkei_web::pages::patient::encounters::EncountersPage;
use renkei_web::pages::patient::frame_from::Around;
use renkei_web::pages::patient::laboratory::LaboratoryPage;
use renkei_web::pages::patient::laboratory::from_records::LaboratoryQuery;
use renkei_web::pages::patient::medicines::MedicinesPage;
use renkei_web::pages::patient::others::OthersPage;
use renkei_web::pages::patient::reading::Reading;
use renkei_web::pages::patient::summary::SummaryPage;
use renkei_web::pages::patient::{Frame, Tab};
use renkei_web::pages::source::SourcePage;
use renkei_web::pages::source::from_records::SourceAddress;
use renkei_web::parts::Palette;
use renkei_web::shell::Shell;
use renkei_web::words::{Language, Words};
use std::path::Path;
use std::sync::Arc;

const VISIT: &str = "/visits/0194f0a0-0000-7000-8000-000000000001";
const TODAY: Date = date(2026, 4, 20);

fn id<T: std::str::FromStr>(number: u32) -> T
where
    T::Err: std::fmt::Debug,
{
    format!("0194f0a0-0000-7000-8000-{number:012}").parse().unwrap()
}

fn chart(folder: &str, institution: InstitutionId, chart: ChartId, ids: &Ids) -> ChartRecord {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut files = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    let mut record = ChartRecord::new();
    for path in files {
        let name = renkei_ssmix2::FileName::parse(path.file_name().unwrap().to_str().unwrap()).unwrap();
        let context = Context { message: ids.next(), institution, chart, received_at: ids.now(), origin: id(900) };
        let bytes = std::fs::read(&path).unwrap();
        record.fold(renkei_mapping::ssmix2::map_file(&bytes, &name, &context, ids).unwrap().message);
    }
    record
}

/// The record of both storages.
pub fn record() -> PatientRecord {
    let now = Timestamp::from_tokyo(TODAY.at(10, 2, 0, 0));
    let ids = Ids::new(Arc::new(SettableClock::frozen(now)), Arc::new(SeededEntropy::new(11)));
    let charts = [("minato", 1, 11), ("aoba", 2, 12)];
    PatientRecord::new(charts.map(|(folder, i, c)| (id(i), id(c), chart(folder, id(i), id(c), &ids))))
}

fn around(words: Words, now: Timestamp) -> Around {
    Around {
        own_number: Some("0000123".into()),
        consent: Some(words.one("patient-consent-all", "day", "2025-04-01")),
        feeds: vec![(id(1), Some(now.plus_seconds(-720)), false), (id(2), Some(now.plus_days(-5)), true)],
        why: vec![
            words.two("patient-why-card", ("time", "10:02"), ("place", "受付1")),
            words.say("patient-why-consent"),
        ],
        sees_allergies: true,
        ..Around::default()
    }
}

/// Every patient page of a record with its name.
pub fn pages_of(language: Language, record: &PatientRecord, today: Date) -> Vec<(String, String)> {
    let words = Words::new(language);
    let now = Timestamp::from_tokyo(today.at(10, 2, 0, 0));
    let palette = Palette::new([(id(1), "ミナト総合病院", 0), (id(2), "アオバ内科", 1)]);
    let reading = Reading { words, visit: VISIT, today, palette: &palette, record };
    let found = summary(record, Zoom::OneYear, today);
    let shell = || Shell { words, demo: true, csrf: "preview".into(), here: VISIT.into(), ..Shell::default() };
    let frame = |tab| Frame::new(&reading, &found, around(words, now), now, Some(tab));
    let trend = found.latest.iter().find(|value| value.spark.len() > 2).map(|value| reading.trend(&value.key));
    let item = trend.and_then(|href| Some(href.split_once("item=")?.1.split('#').next()?.to_owned()));
    let laboratory = LaboratoryQuery { items: item.into_iter().collect(), ..LaboratoryQuery::default() };
    let course = CourseQuery { zoom: Zoom::ThreeYears, before: None };
    let pages = [
        ("summary", SummaryPage::from_records(shell(), frame(Tab::Summary), &reading, &found).to_string()),
        ("course", CoursePage::from_records(shell(), frame(Tab::Course), &reading, course).to_string()),
        (
            "medicines",
            MedicinesPage::from_records(shell(), frame(Tab::Medicines), &reading, &found.medicines).to_string(),
        ),
        (
            "laboratory",
            LaboratoryPage::from_records(shell(), frame(Tab::Laboratory), &reading, &laboratory).to_string(),
        ),
        (
            "diagnoses",
            DiagnosesPage::from_records(shell(), frame(Tab::Diagnoses), &reading, &found.diagnoses).to_string(),
        ),
        ("encounters", EncountersPage::from_records(shell(), frame(Tab::Encounters), &reading).to_string()),
        ("others", OthersPage::from_records(shell(), frame(Tab::Others), &reading, &found).to_string()),
    ];
    pages.into_iter().map(|(name, html)| (format!("record-{name}"), html)).collect()
}

/// Every page of the fixtures.
pub fn pages(language: Language) -> Vec<(String, String)> {
    pages_of(language, &record(), TODAY)
}

/// Every source that a page links to opens.
pub fn source_of(record: &PatientRecord, href: &str) -> Option<String> {
    let words = Words::default();
    let now = Timestamp::from_tokyo(TODAY.at(10, 2, 0, 0));
    let palette = Palette::new([(id(1), "ミナト総合病院", 0), (id(2), "アオバ内科", 1)]);
    let reading = Reading { words, visit: VISIT, today: TODAY, palette: &palette, record };
    let found = summary(record, Zoom::OneYear, TODAY);
    let frame = Frame::new(&reading, &found, around(words, now), now, None);
    let parts: Vec<&str> = href.strip_prefix(VISIT)?.strip_prefix("/source/")?.split('/').collect();
    let [message, entry, place] = parts.as_slice() else { return None };
    let shell = Shell { words, ..Shell::default() };
    SourcePage::from_records(shell, frame, &reading, SourceAddress::read(message, entry, place)?)
        .map(|page| page.to_string())
}
