//! What pages say of real files.

use crate::record::{pages, record, source_of};
use renkei_web::words::Language;
use std::collections::BTreeSet;

fn page(name: &str) -> String {
    pages(Language::Japanese).into_iter().find(|(found, _)| found == name).unwrap().1
}

/// Law 7: the characters of a message stay what they are.
#[test]
fn values_stand_as_they_were_sent() {
    let laboratory = page("record-laboratory");
    for sent in ["1.31", "&#60; 0.02", "6800"] {
        assert!(laboratory.contains(&format!(">{sent}</a>")) || laboratory.contains(sent), "{sent}");
    }
    assert!(laboratory.contains("検体に溶血あり"));
}

#[test]
fn a_deleted_order_and_a_cancelled_admission_are_nowhere() {
    let encounters = page("record-encounters");
    assert!(encounters.contains("2026-04-10"));
    assert!(!encounters.contains("2026-04-09"), "the admission of the ninth was cancelled");
}

#[test]
fn the_band_names_the_patient_warns_and_says_why() {
    for (name, html) in pages(Language::Japanese) {
        assert!(html.contains("アレルギー"), "{name}");
        assert!(html.contains("見られる理由") && html.contains("患者カードの提示 10:02"), "{name}");
        assert!(html.contains("施設により違います"), "{name}: the two storages name different people");
        assert!(html.contains("ミナト総合病院") && html.contains("（遅れ）"), "{name}");
    }
}

/// Law 3: every value points back to file, segment and field.
#[test]
fn every_source_link_of_every_page_opens() {
    let record = record();
    let mut seen = BTreeSet::new();
    for (name, html) in pages(Language::Japanese) {
        for link in html.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap_or_default()) {
            if link.contains("/source/") && seen.insert(link.to_owned()) {
                let opened = source_of(&record, link);
                assert!(opened.is_some_and(|page| page.contains("（患者番号）_")), "{name}: {link}");
            }
        }
    }
    assert!(seen.len() > 60, "{}", seen.len());
}

#[test]
fn a_source_that_is_not_visible_is_not_there() {
    let mut record = record();
    let link = pages(Language::Japanese)
        .iter()
        .find_map(|(_, html)| {
            Some(html.split("href=\"").find(|r| r.contains("/source/"))?.split('"').next()?.to_owned())
        })
        .unwrap();
    assert!(source_of(&record, &link).is_some());
    record.retain(|_| false);
    assert!(source_of(&record, &link).is_none());
}

#[test]
fn tabs_without_anything_behind_them_are_absent() {
    let mut record = record();
    record.retain(|facts| {
        facts.kind == renkei_records::EntryKind::Diagnosis || facts.kind == renkei_records::EntryKind::Identity
    });
    let pages = crate::record::pages_of(Language::Japanese, &record, jiff::civil::date(2026, 4, 20));
    let summary = &pages.iter().find(|(name, _)| name == "record-summary").unwrap().1;
    assert!(summary.contains("/diagnoses\""));
    for absent in ["/laboratory\"", "/medicines\"", "/encounters\""] {
        assert!(!summary.contains(absent), "{absent}");
    }
}

#[test]
fn pages_of_files_keep_the_rules_of_every_page() {
    for language in [Language::Japanese, Language::English] {
        for (name, html) in pages(language) {
            assert_eq!(crate::rules::offences(&html), Vec::<String>::new(), "{name}");
            assert!(!html.contains('〔'), "{name}");
        }
    }
}
