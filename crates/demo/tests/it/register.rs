//! The register of the region is a file that the register reader takes without a fault.

use crate::support::{SEED, noon, region};
use participation::register::{Known, RegisterFile, Section};
use renkei_demo::Scale;
use renkei_demo::filling::Part;
use renkei_demo::region::register::{Binding, Device, base_toml, patients_toml, register_toml};
use renkei_demo::region::staff::STAFF;
use renkei_participation as participation;

struct Nothing;

impl Known for Nothing {
    fn has(&self, _: Section, _: &str) -> bool {
        false
    }
    fn has_doctor(&self, _: &str) -> bool {
        false
    }
}

fn file(scale: &Scale) -> RegisterFile {
    let bindings: Vec<_> = STAFF
        .iter()
        .enumerate()
        .map(|(at, s)| Binding {
            person: s.code,
            issuer: "11".repeat(32),
            subject_serial: s.serial_number(at),
            fingerprint: format!("{at:064x}"),
        })
        .collect();
    let region = region(SEED);
    let devices: Vec<_> = region
        .institutions()
        .iter()
        .flat_map(|i| i.readers)
        .enumerate()
        .map(|(at, r)| Device { reader: r.0, public_key: [u8::try_from(at).unwrap(); 32] })
        .collect();
    let text = register_toml(&region, scale, &bindings, &devices, &["127.0.0.0/8", "::1/128"]);
    RegisterFile::parse(&text, noon())
        .unwrap_or_else(|refused| panic!("{:#?}", &refused.faults[..refused.faults.len().min(5)]))
}

#[test]
fn the_register_of_the_demonstration_is_taken_without_a_fault() {
    let file = file(&Scale::DEMO);
    file.check_against(&Nothing).unwrap();
    assert_eq!(file.patients.len(), 300);
    assert_eq!(file.institutions.len(), 12);
    assert!(file.readers.len() >= 12);
    assert_eq!(file.persons.len(), STAFF.len() - 1, "all but the unregistered one");
    assert!(file.charts.len() > 450 && file.cards.len() > 280);
    assert!(file.consents.len() < file.patients.len());
    assert!(!file.limits.is_empty());
}

/// who never consented has no consent row, and who withdrew has one that ended.
#[test]
fn people_without_consent_are_registered_without_one() {
    let file = file(&Scale::DEMO);
    let consent = |patient: &str| file.consents.iter().find(|c| c.row.patient == patient);
    assert!(consent("iwase-shigeru").is_none());
    assert!(consent("oki-haruko").unwrap().valid.to.is_some_and(|end| end < noon()));
    assert!(consent("sakura-hana").unwrap().valid.to.is_none());
}

/// R-X-19: the register in parts says what the whole one says: nobody is missing, nobody stands twice.
#[test]
fn the_parts_of_the_register_together_are_the_whole() {
    let (region, scale) = (region(SEED), Scale::DEMO);
    let rows = |text: &str| {
        let mut rows: Vec<String> = text.split("\n[[").skip(1).map(|row| row.trim_end().to_owned()).collect();
        rows.sort();
        rows
    };
    let mut parts = base_toml(&scale, &[], &[], &["127.0.0.0/8"]);
    for part in Part::in_order(&scale) {
        parts.push_str(&patients_toml(&region, &part));
    }
    assert_eq!(rows(&parts), rows(&register_toml(&region, &scale, &[], &[], &["127.0.0.0/8"])));
}
