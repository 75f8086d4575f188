//! From a written trust folder to a verdict, and on to the re-check of each request.

use renkei_hpki::{Outcome, Profession, Reason, Register, RevocationState, Trust, Use, judge};
use renkei_kernel::Timestamp;
use renkei_testpki::{RevocationReason, TestPki};

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

/// of four certificates only the valid doctor's opens the doctor's account, the others say why not.
#[test]
fn a_doctor_is_accepted_and_three_others_say_why_not() {
    let pki = TestPki::seeded(1, AT);
    let good = pki.doctor("Ichiro Minato", "D10001").unwrap();
    let revoked = pki.doctor("Jiro Minato", "D10002").unwrap();
    pki.revoke(&revoked, RevocationReason::CessationOfOperation);
    let old = renkei_testpki::Profile::person(
        "Saburo Minato",
        "D10003",
        &["Medical Doctor"],
        renkei_testpki::Level::Production,
    )
    .valid(AT.plus_days(-400), AT.plus_seconds(-1));
    let expired = pki.issue(&old).unwrap();
    let other =
        renkei_testpki::Profile::person("Hana Kusuri", "D10004", &["Pharmacist"], renkei_testpki::Level::Production);
    let pharmacist = pki.issue(&other).unwrap();
    let folder = tempfile::tempdir().unwrap();
    pki.write_trust(folder.path()).unwrap();
    let trust = Trust::load(folder.path(), AT).unwrap();
    assert_eq!(trust.findings(), &[]);
    let rows: String = (1..=4).map(|n| format!("D1000{n}\tn\tdoctor\tH1\tactive\n")).collect();
    let register = Register::parse(rows.as_bytes()).unwrap();
    let ask = |issued: &renkei_testpki::Issued| judge(&issued.presented(), Use::Login, AT, &trust, Some(&register));

    let verdict = ask(&good);
    assert_eq!((verdict.outcome, verdict.reason), (Outcome::Accept, Reason::Ok), "{}", verdict.detail);
    assert_eq!(verdict.role, Some(Profession::Doctor));
    assert_eq!(ask(&revoked).reason, Reason::Revoked);
    assert_eq!(ask(&expired).reason, Reason::Expired);
    assert_eq!(ask(&pharmacist).reason, Reason::RoleMismatch);

    let id = verdict.id.unwrap();
    assert_eq!(trust.is_revoked(&id, AT), RevocationState::Good);
    assert_eq!(trust.is_revoked(&id, AT.plus_days(5)), RevocationState::Unknown(Reason::CrlStale));
    pki.revoke(&good, RevocationReason::Hold);
    pki.write_lists(folder.path(), AT.plus_seconds(60)).unwrap();
    let trust = trust.reload(folder.path(), AT.plus_seconds(60)).unwrap();
    assert_eq!(trust.is_revoked(&id, AT.plus_seconds(60)), RevocationState::Revoked);
}
