//! The house's own readers take what the generator writes, without a finding.

use crate::support::{SEED, files, noon, region, written};
use renkei_demo::credentials::P12_PASSWORD;
use renkei_demo::region::staff::{Credential, STAFF};
use renkei_demo::{Credentials, Scale, places};
use renkei_hpki::{Outcome, Register, Trust, Use, judge};
use renkei_kernel::SeededEntropy;
use renkei_ssmix2::{FileName, Verdict, read_file};
use renkei_testpki::TestPki;
use std::collections::BTreeMap;

#[test]
fn every_message_is_read_without_a_finding() {
    let (folder, _) = written(SEED, &Scale { patients: 60, ..Scale::TINY });
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    for (path, bytes) in files(folder.path()) {
        let name = FileName::parse(path.file_name().unwrap().to_str().unwrap()).unwrap();
        let reading = read_file(&name, &bytes);
        for finding in &reading.findings {
            let place = format!(
                "{} {} {} {}",
                path.iter().nth(5).unwrap().to_str().unwrap(),
                finding.code,
                finding.place,
                finding.message
            );
            *wrong.entry(place).or_default() += 1;
        }
        if reading.verdict != Verdict::Accepted {
            *wrong.entry(format!("{:?} {:?}", reading.verdict, reading.code)).or_default() += 1;
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_whole_storage_is_accepted_by_inspection() {
    let (folder, summary) = written(SEED, &Scale::TINY);
    for institution in &summary.institutions {
        let mut out = Vec::new();
        let options = renkei_ssmix2::inspect::Options::default();
        let verdict = renkei_ssmix2::inspect::inspect_path(&institution.root, &options, &mut out).unwrap();
        assert_eq!(verdict, Verdict::Accepted, "{} {}", institution.institution, String::from_utf8_lossy(&out));
    }
    drop(folder);
}

/// every certificate of the region gets the verdict its holder stands for.
#[test]
fn every_certificate_gets_the_verdict_its_holder_stands_for() {
    let pki = TestPki::seeded(77, noon());
    let credentials = Credentials::issue(&pki, &SeededEntropy::new(1)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    pki.write_trust(folder.path()).unwrap();
    let trust = Trust::load(folder.path(), noon()).unwrap();
    let mut rows = String::new();
    for binding in credentials.bindings() {
        let person = STAFF.iter().find(|s| s.code == binding.person).unwrap();
        if person.credential != Credential::Unregistered {
            let (serial, word) = (&binding.subject_serial, person.profession.code());
            rows.push_str(&format!("{serial}\t{}\t{word}\tx\tactive\t{}\n", person.family, binding.issuer));
        }
    }
    let register = Register::parse(rows.as_bytes()).unwrap();
    for certificate in &credentials.people {
        let verdict = judge(&certificate.issued.presented(), Use::Login, noon(), &trust, Some(&register));
        let (outcome, reason) = match certificate.person.credential {
            Credential::Production | Credential::Test | Credential::Organisation => (Outcome::Accept, "ok"),
            Credential::TestForDoctor => (Outcome::Reject, "test_cert_not_allowed"),
            Credential::Revoked => (Outcome::Reject, "revoked"),
            Credential::OtherProfession => (Outcome::Reject, "role_mismatch"),
            Credential::Unregistered => (Outcome::Reject, "unbound"),
        };
        let name = certificate.person.code;
        assert_eq!((verdict.outcome, verdict.reason.code()), (outcome, reason), "{name} {}", verdict.detail);
    }
}

#[test]
fn everybody_has_a_file_for_the_browser_and_the_folder_explains_itself() {
    let pki = TestPki::seeded(77, noon());
    let credentials = Credentials::issue(&pki, &SeededEntropy::new(1)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let p12 = folder.path().join(places::P12_FOLDER);
    credentials.write_p12(&pki, &p12).unwrap();
    let readme = std::fs::read_to_string(p12.join("README.md")).unwrap();
    let addresses = places::Addresses {
        chooser: "http://127.0.0.1:1".into(),
        professional: "https://renkei.localhost:2".into(),
        machine: "https://renkei.localhost:3".into(),
        patient: "https://renkei.localhost:4".into(),
    };
    places::write(folder.path(), addresses, &region(SEED), &Scale::TINY).unwrap();
    let text = std::fs::read_to_string(folder.path().join("places.json")).unwrap();
    let told: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (told["password"].as_str(), told["professional"].as_str()),
        (Some(P12_PASSWORD), Some("https://renkei.localhost:2"))
    );
    for person in told["people"].as_array().unwrap() {
        assert!(folder.path().join(person["p12"].as_str().unwrap()).is_file());
        assert!(readme.contains(person["key"].as_str().unwrap()));
    }
    assert_eq!(told["patients"][0]["numbers"][1], serde_json::json!(["minato", "00451190"]));
}

/// R-8.2.4-ア: the cards of the region are of a kind that a live read takes.
#[test]
fn every_card_is_taken_by_a_reader() {
    let form = renkei_api::card::IdForm::default();
    for person in region(SEED).participants(&Scale::DEMO) {
        let Some(card) = person.card else { continue };
        let (kind, id) = card.split_once(':').unwrap();
        assert!(renkei_api::card::normalise(kind, id, &form).is_ok(), "{}", person.code);
    }
}
