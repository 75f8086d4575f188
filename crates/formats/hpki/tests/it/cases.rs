//! Every case of hpki.md section 10, through the files that an operator would give to the command.

use renkei_hpki::{CheckRequest, Use, check_command};
use renkei_kernel::Timestamp;
use renkei_testpki::{Case, TestPki};
use std::path::Path;

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

fn ask(folder: &Path, case: &Case) -> (String, String, String) {
    let report = check_command(&CheckRequest {
        trust: &folder.join(case.trust.folder()),
        register: Some(&folder.join("register.tsv")),
        used_for: if case.purpose == "login" { Use::Login } else { Use::Signature },
        at: AT,
        chain: Some(&folder.join(format!("cases/{}.chain.pem", case.name))),
        certificate: &folder.join(format!("cases/{}.pem", case.name)),
    })
    .unwrap();
    let verdict = serde_json::to_value(report.verdict).unwrap().as_str().unwrap().to_owned();
    (verdict, report.reason.to_owned(), report.role.unwrap_or_default().to_owned())
}

/// R-A1-5.2: each case gets its documented verdict with its documented reason.
#[test]
fn every_case_gets_its_verdict_and_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    TestPki::seeded(1, AT).write_cases(folder.path()).unwrap();
    let mut wrong = Vec::new();
    let cases = Case::all();
    assert!(cases.len() > 100, "{}", cases.len());
    for case in &cases {
        let expected = case.expected;
        let expected =
            (expected.verdict.to_owned(), expected.reason.to_owned(), expected.role.unwrap_or_default().to_owned());
        let answer = ask(folder.path(), case);
        if answer != expected {
            wrong.push(format!("{}: {answer:?} instead of {expected:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whoever will be refused must still get through the handshake to the page that says so.
#[test]
fn the_key_of_every_case_can_be_taken_for_the_handshake() {
    let pki = TestPki::seeded(1, AT);
    for (case, issued) in pki.issue_cases().unwrap() {
        let unreadable = ["trailing-bytes", "too-large"].contains(&case.name);
        assert_eq!(renkei_hpki::spki_der(&issued.cert_der).is_ok(), !unreadable, "{}", case.name);
    }
}
