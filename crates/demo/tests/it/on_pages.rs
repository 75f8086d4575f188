//! What a doctor would see of the patient of the scenarios: her files through the ordinary mapping and the pure views.

use crate::support::{SEED, noon, region};
use renkei_demo::Scale;
use renkei_demo::courses::plan::course;
use renkei_demo::region::institutions::{INSTITUTIONS, MINATO};
use renkei_demo::storage::{Encoder, relative_path};
use renkei_kernel::{BatchId, ChartId, Ids, InstitutionId, MessageId, SeededEntropy, SettableClock};
use renkei_mapping::{Context, ssmix2::map_file};
use renkei_records::views::calendar::Zoom;
use renkei_records::views::warnings::WarningKind;
use renkei_records::views::{PatientRecord, cultures, summary};
use renkei_records::{ChartRecord, EntryKind};
use renkei_ssmix2::FileName;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The record of a generated person with the institution ids in the region's order.
fn record(index: usize) -> (PatientRecord, Vec<InstitutionId>) {
    let region = region(SEED);
    let patient = region.patient(index);
    let ids = Ids::new(Arc::new(SettableClock::frozen(noon())), Arc::new(SeededEntropy::new(1)));
    let institutions: Vec<InstitutionId> = INSTITUTIONS.iter().map(|_| ids.next()).collect();
    let mut charts: BTreeMap<usize, (ChartId, ChartRecord)> = BTreeMap::new();
    let mut encoder = Encoder::default();
    for draft in course(SEED, &patient, &Scale::DEMO, region.today()) {
        let (chart, record) = charts.entry(draft.institution).or_insert_with(|| (ids.next(), ChartRecord::new()));
        let context = Context {
            message: ids.next::<MessageId>(),
            institution: institutions[draft.institution],
            chart: *chart,
            received_at: noon(),
            origin: ids.next::<BatchId>(),
        };
        let name = FileName::parse(&relative_path(&draft).1).unwrap();
        let mapped = map_file(&encoder.encode(&draft.text).unwrap(), &name, &context, &ids).unwrap();
        assert!(mapped.message.findings.is_empty(), "{:?} {:?}", name.data_type, mapped.message.findings);
        assert!(mapped.message.entries.iter().all(|e| e.kind != EntryKind::Other), "{:?}", name.data_type);
        record.fold(mapped.message);
    }
    let charts = charts.into_iter().map(|(at, (chart, record))| (institutions[at], chart, record));
    (PatientRecord::new(charts), institutions)
}

#[test]
fn the_summary_of_the_scenarios_patient_shows_what_matters() {
    let (record, institutions) = record(0);
    let today = region(SEED).today();
    let seen = summary::summary(&record, Zoom::OneYear, today);
    let band = seen.identity.unwrap();
    assert_eq!((band.name.family.as_str(), band.age), ("佐倉", Some(72)));

    let warnings: Vec<_> = seen.warnings.iter().map(|w| (w.kind, w.detail.as_str())).collect();
    assert!(warnings.iter().any(|w| w.0 == WarningKind::Allergy && w.1.contains("ペニシリン系")), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.0 == WarningKind::Kidney && w.1.contains("41")), "{warnings:?}");
    assert!(warnings.iter().any(|w| w.0 == WarningKind::Anticoagulant), "{warnings:?}");

    let medicines: Vec<_> =
        seen.medicines.current.iter().map(|m| (m.name.clone(), m.prescribed_now_by.len())).collect();
    for wanted in ["アムロジピン", "エドキサバン", "リナグリプチン", "ロキソプロフェン", "アレンドロン酸"]
    {
        assert!(medicines.iter().any(|m| m.0.contains(wanted)), "{wanted}: {medicines:?}");
    }

    let amlodipine: Vec<_> = seen.medicines.current.iter().filter(|m| m.name.contains("アムロジピン")).collect();
    assert_eq!(amlodipine.len(), 1, "clinic, hospital and pharmacy are one drug by the first seven characters");
    assert!(amlodipine[0].courses.iter().any(|c| c.is_dispensing));
    let gap = seen.medicines.current.iter().find(|m| m.name.contains("リナグリプチン")).unwrap();
    assert!(gap.stretches.len() >= 2, "it ran out for some weeks");

    let current: Vec<_> = seen.diagnoses.current.iter().map(|d| d.name.clone()).collect();
    for wanted in ["２型糖尿病", "高血圧症", "慢性腎臓病", "心房細動", "骨粗鬆症"] {
        assert!(current.iter().any(|d| d.contains(wanted)), "{wanted}: {current:?}");
    }

    let value = |name: &str| seen.latest.iter().find(|v| v.name.contains(name)).unwrap();
    assert_eq!((value("ＨｂＡ１ｃ").value.as_str(), value("ｅＧＦＲ").value.as_str()), ("7.8", "41"));
    assert_eq!(value("ＨｂＡ１ｃ").difference.as_deref(), Some("+0.4"));
    assert!(value("ＨｂＡ１ｃ").spark.len() >= 8, "one series over clinic and hospital");
    assert!(record.of(&[EntryKind::Admission]).any(|e| e.institution == institutions[MINATO]));
    assert!(seen.contributions.len() >= 5);
    let cultures = cultures::cultures(&record);
    let organism = &cultures.iter().find(|c| !c.organisms.is_empty()).unwrap().organisms[0];
    assert_eq!(
        (organism.name.as_str(), organism.amounts.len(), organism.susceptibilities.len()),
        ("S.pneumoniae", 1, 4)
    );
}

#[test]
fn people_of_the_region_are_mapped_without_a_finding() {
    for index in 1..40 {
        let (record, _) = record(index);
        assert!(!record.is_empty(), "{index}");
    }
}
