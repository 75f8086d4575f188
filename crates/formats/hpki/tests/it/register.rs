//! Binding to the register: by issuer and subject serial number, by profession, by day.

use renkei_hpki::{ProfessionTable, Reason, Register, Trust, Use, against_register, examine, judge};
use renkei_kernel::Timestamp;
use renkei_testpki::{Authority, Issued, Level, Profile, TestPki};

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

fn scene() -> (TestPki, Trust) {
    let pki = TestPki::seeded(1, AT);
    let folder = tempfile::tempdir().unwrap();
    pki.write_trust(folder.path()).unwrap();
    let trust = Trust::load(folder.path(), AT).unwrap();
    (pki, trust)
}

fn reason(trust: &Trust, issued: &Issued, register: &str) -> Reason {
    let register = Register::parse(register.as_bytes()).unwrap();
    judge(&issued.presented(), Use::Login, AT, trust, Some(&register)).reason
}

/// the binding holds for one issuer; its words may be a digest, a common name or the whole name.
#[test]
fn the_issuer_of_a_row_must_be_the_issuer_of_the_card() {
    use sha2::Digest;
    let (pki, trust) = scene();
    let doctor = pki.doctor("Ichiro Minato", "D10001").unwrap();
    let authority = pki.authority(Authority::PersonAuth).unwrap();
    let common = "TEST-01-AuthCA-forAuthentication-forIndividual";
    let digest: String = sha2::Sha256::digest(&authority.cert_der).iter().map(|byte| format!("{byte:02X}:")).collect();
    for words in [
        "",
        common,
        digest.trim_end_matches(':'),
        &format!("C=JP, O=RENKEI-TEST, OU=RENKEI TEST CA, CN={common}"),
        &format!("CN={common},OU=RENKEI TEST CA,O=RENKEI-TEST,C=JP"),
        &format!("C = JP, O = RENKEI-TEST, OU = RENKEI TEST CA, CN = {common}"),
    ] {
        let row = format!("D10001\tn\tdoctor\tH1\tactive\t{words}\n");
        assert_eq!(reason(&trust, &doctor, &row), Reason::Ok, "{words}");
    }
    assert_eq!(reason(&trust, &doctor, "D10001\tn\tdoctor\tH1\tactive\tAnother CA\n"), Reason::Unbound);
}

#[test]
fn one_of_several_rows_is_enough_and_a_renewed_card_stays_bound() {
    let (pki, trust) = scene();
    let rows = "D10001\tn\tdoctor\tH1\tsuspended\nD10001\tn\tdoctor\tH2\tactive\n";
    for _ in 0..2 {
        // A second card: new certificate serial number, same serial number of the subject.
        assert_eq!(reason(&trust, &pki.doctor("Ichiro Minato", "D10001").unwrap(), rows), Reason::Ok);
    }
    let suspended = "D10001\tn\tdoctor\tH1\tsuspended\n";
    let answer = reason(&trust, &pki.doctor("Ichiro Minato", "D10001").unwrap(), suspended);
    assert_eq!((answer, answer.outward()), (Reason::Suspended, Reason::Unbound));
}

/// a nurse's test certificate is accepted and says so; after the dated switch it is refused.
#[test]
fn the_dated_switch_ends_test_certificates() {
    let (pki, trust) = scene();
    let profile = Profile::person("Aoi Kango", "N20001", &["General Nurse"], Level::Test);
    let nurse = pki.issue(&profile).unwrap();
    let verdict = judge(&nurse.presented(), Use::Login, AT, &trust, None);
    assert_eq!((verdict.reason, verdict.level), (Reason::Ok, Some(renkei_hpki::Level::Test)));

    let table = "[[allow]]\nprofession = \"nurse\"\nlevel = \"test\"\nfrom = \"2014-01-01\"\nuntil = \"2026-11-19\"\n\
                 [[allow]]\nprofession = \"nurse\"\nlevel = \"production\"\nfrom = \"2026-11-19\"\n";
    let switched = trust.with_professions(ProfessionTable::parse(table).unwrap());
    let switch = Timestamp::parse_rfc3339("2026-11-18T15:00:00Z").unwrap();
    let ask = |at| judge(&nurse.presented(), Use::Login, at, &switched, None).reason;
    assert_eq!(ask(switch.plus_seconds(-1)), Reason::Ok);
    assert_eq!(ask(switch), Reason::TestCertNotAllowed);
}

/// a test certificate that states Medical Doctor never opens a doctor's account, in either step.
#[test]
fn a_test_certificate_never_opens_a_doctors_account() {
    let (pki, trust) = scene();
    let doctor = pki.issue(&Profile::person("Ichiro Minato", "D10001", &["Medical Doctor"], Level::Test)).unwrap();
    assert_eq!(reason(&trust, &doctor, "D10001\tn\tdoctor\tH1\tactive\n"), Reason::TestCertNotAllowed);
    let examined = examine(&doctor.presented(), Use::Login, AT, &trust).unwrap();
    let row = renkei_hpki::Row { profession: renkei_hpki::Profession::Doctor, active: true };
    let verdict = against_register(&examined, Use::Login, Some(row), trust.professions(), AT);
    assert_eq!(verdict.reason, Reason::TestCertNotAllowed);
    assert_eq!(verdict.role, None);
}

#[test]
fn staff_and_machines_have_their_own_doors() {
    let (pki, trust) = scene();
    let staff = pki.issue(&Profile::staff("Desk Person", "S1")).unwrap();
    let machine = pki.issue(&Profile::machine("agent-1", "M1")).unwrap();
    let ask = |issued: &Issued, used_for| judge(&issued.presented(), used_for, AT, &trust, None).reason;
    assert_eq!(ask(&staff, Use::Staff), Reason::Ok);
    assert_eq!(ask(&machine, Use::Machine), Reason::Ok);
    assert_eq!(ask(&machine, Use::Staff), Reason::Purpose);
    assert_eq!(ask(&staff, Use::Machine), Reason::Purpose);
    let doctor = pki.doctor("Ichiro Minato", "D10001").unwrap();
    assert_eq!(ask(&doctor, Use::Machine), Reason::Purpose);
}

#[test]
fn a_holder_is_never_shown_by_debug() {
    let (pki, trust) = scene();
    let doctor = pki
        .issue(&Profile::person("Ichiro Minato", "D10001", &["Medical Doctor"], Level::Production).kanji("湊　一郎"))
        .unwrap();
    let examined = examine(&doctor.presented(), Use::Login, AT, &trust).unwrap();
    assert_eq!(examined.holder.display_name_kanji.as_deref(), Some("湊　一郎"));
    assert_eq!(examined.holder.not_after.seconds(), AT.plus_days(4 * 365).seconds());
    let shown = format!("{:?}", judge(&doctor.presented(), Use::Login, AT, &trust, None));
    assert!(!shown.contains("Minato") && !shown.contains("湊") && !shown.contains("D10001"), "{shown}");
}
