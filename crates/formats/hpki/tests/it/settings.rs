//! `trust.toml` as operators write it, rightly and wrongly.

use renkei_hpki::{Reason, Trust, TrustError, Use, judge};
use renkei_kernel::Timestamp;
use renkei_testpki::TestPki;
use std::path::Path;

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

fn folder() -> (TestPki, tempfile::TempDir) {
    let pki = TestPki::seeded(1, AT);
    let folder = tempfile::tempdir().unwrap();
    pki.write_trust(folder.path()).unwrap();
    (pki, folder)
}

fn edit(folder: &Path, from: &str, to: &str) {
    let path = folder.join("trust.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    std::fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn certificates_may_be_der() {
    let (pki, folder) = folder();
    let der = pki.authority(renkei_testpki::Authority::Root).unwrap().cert_der;
    std::fs::write(folder.path().join("root.pem"), der).unwrap();
    assert!(Trust::load(folder.path(), AT).unwrap().findings().is_empty());
}

#[test]
fn what_makes_no_sense_is_an_error_that_names_the_file() {
    let (_, folder) = folder();
    std::fs::write(folder.path().join("root.pem"), b"no certificate").unwrap();
    assert!(matches!(Trust::load(folder.path(), AT), Err(TrustError::Certificate { file, .. }) if file == "root.pem"));
    std::fs::remove_file(folder.path().join("root.pem")).unwrap();
    assert!(matches!(Trust::load(folder.path(), AT), Err(TrustError::Unreadable { file, .. }) if file == "root.pem"));
    std::fs::write(folder.path().join("trust.toml"), "[[authority]]\npurpose = \"everything\"\nroot = \"r\"\n")
        .unwrap();
    assert!(matches!(Trust::load(folder.path(), AT), Err(TrustError::Settings { .. })));
    std::fs::remove_file(folder.path().join("trust.toml")).unwrap();
    assert!(matches!(Trust::load(folder.path(), AT), Err(TrustError::Unreadable { .. })));
}

#[test]
fn any_policy_is_never_enough() {
    let (_, folder) = folder();
    edit(folder.path(), "1.2.392.100495.1.5.1.2.3.1", "2.5.29.32.0");
    assert!(matches!(Trust::load(folder.path(), AT), Err(TrustError::Authority { position: 1, .. })));
}

#[test]
fn an_unknown_setting_is_told_and_loosens_nothing() {
    let (pki, folder) = folder();
    edit(folder.path(), "crls = [\"auth.crl\", \"root.crl\"]", "crl = [\"auth.crl\", \"root.crl\"]");
    let trust = Trust::load(folder.path(), AT).unwrap();
    assert!(trust.findings().iter().any(|finding| finding.code == "unknown-setting"));
    let doctor = pki.doctor("Ichiro Minato", "D10001").unwrap();
    assert_eq!(judge(&doctor.presented(), Use::Login, AT, &trust, None).reason, Reason::CrlMissing);
}

#[test]
fn the_tables_of_roles_and_professions_may_be_replaced_by_files() {
    let (pki, folder) = folder();
    let roles = "[[role]]\ntext = \"Medical Doctor\"\nja = \"医師\"\nkind = \"national\"\nprofession = \"dentist\"\n";
    std::fs::write(folder.path().join("roles.toml"), roles).unwrap();
    let text = std::fs::read_to_string(folder.path().join("trust.toml")).unwrap();
    std::fs::write(folder.path().join("trust.toml"), format!("roles = \"roles.toml\"\n{text}")).unwrap();
    let trust = Trust::load(folder.path(), AT).unwrap();
    let doctor = pki.doctor("Ichiro Minato", "D10001").unwrap();
    let verdict = judge(&doctor.presented(), Use::Login, AT, &trust, None);
    assert_eq!(verdict.role, Some(renkei_hpki::Profession::Dentist));
}

/// A path of four: root, subordinate, second subordinate, person. Each authority's own list is needed.
#[test]
fn two_subordinates_make_the_longest_path() {
    use renkei_testpki::{Authority, Level, Profile, RevocationReason};
    let (pki, folder) = folder();
    let second = pki.authority(Authority::Second).unwrap();
    std::fs::write(folder.path().join("second.pem"), renkei_testpki::pem("CERTIFICATE", &second.cert_der)).unwrap();
    let text = "[[authority]]\npurpose = \"person-auth\"\nroot = \"root.pem\"\nsubordinate = [\"auth.pem\", \"second.pem\"]\n\
                crls = [\"second.crl\", \"auth.crl\", \"root.crl\"]\n\
                policies = [{ oid = \"1.2.392.100495.1.5.1.2.3.1\", level = \"production\" }]\n";
    std::fs::write(folder.path().join("trust.toml"), text).unwrap();
    let profile = Profile::person("Ichiro Minato", "D10001", &["Medical Doctor"], Level::Production);
    let doctor = pki.issue(&profile.by(Authority::Second)).unwrap();
    let ask = || {
        let list = pki.sign_list(&pki.list(Authority::Second, AT)).unwrap();
        std::fs::write(folder.path().join("second.crl"), list).unwrap();
        let trust = Trust::load(folder.path(), AT).unwrap();
        judge(&doctor.presented(), Use::Login, AT, &trust, None).reason
    };
    assert_eq!(ask(), Reason::Ok);
    pki.revoke(&second, RevocationReason::KeyCompromise);
    pki.write_lists(folder.path(), AT).unwrap();
    assert_eq!(ask(), Reason::Revoked);
    std::fs::remove_file(folder.path().join("auth.crl")).unwrap();
    assert_eq!(ask(), Reason::CrlMissing);
}
