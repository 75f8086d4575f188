//! The certificates of the real national authorities: they read, they chain, and nobody trusts them unasked.

use renkei_hpki::{Certificate, Purpose, Trust, Use, examine};
use renkei_kernel::Timestamp;
use std::path::{Path, PathBuf};

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(folder().join(name)).unwrap()
}
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A trust folder that names the real authorities, as a real installation would; tests only read with it.
fn real_trust() -> Trust {
    let folder = tempfile::tempdir().unwrap();
    for name in ["mhlw_hpki_root_ca_v2.cer", "medis_auth_ca.cer", "medis_sign_ca.cer"] {
        std::fs::write(folder.path().join(name), fixture(name)).unwrap();
    }
    let entry = |purpose: &str, file: &str, policy: &str| {
        format!(
            "[[authority]]\npurpose = \"{purpose}\"\nroot = \"mhlw_hpki_root_ca_v2.cer\"\nsubordinate = \"{file}\"\n\
             policies = [{{ oid = \"{policy}\", level = \"production\" }}]\n"
        )
    };
    let text = entry("person-auth", "medis_auth_ca.cer", "1.2.392.100495.1.5.1.2.3.1")
        + &entry("signing", "medis_sign_ca.cer", "1.2.392.100495.1.5.1.1.3.1");
    std::fs::write(folder.path().join("trust.toml"), text).unwrap();
    Trust::load(folder.path(), AT).unwrap()
}

/// real certificates with critical policies are read and chain to the ministry's root.
#[test]
fn real_authorities_read_and_chain() {
    let trust = real_trust();
    assert_eq!(trust.authorities().len(), 2);
    for authority in trust.authorities() {
        assert_eq!(authority.broken(), None);
        assert_eq!(authority.issuing().extensions.policies.as_ref().map(Vec::len), Some(1));
    }
    let fingerprint = hex(&Certificate::read(&fixture("mhlw_hpki_root_ca_v2.cer")).unwrap().fingerprint());
    assert_eq!(fingerprint, "6ed2796b1b101736d952185787cb36da9ce80522cc8cb7b5ce728b61be1b674c");
    assert_eq!(trust.subject_names(&[Purpose::PersonAuth, Purpose::Signing]).len(), 3);
}

#[test]
fn a_swapped_root_breaks_the_path() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("root.cer"), fixture("medis_sign_ca.cer")).unwrap();
    std::fs::write(folder.path().join("auth.cer"), fixture("medis_auth_ca.cer")).unwrap();
    let text = "[[authority]]\npurpose = \"person-auth\"\nroot = \"root.cer\"\nsubordinate = \"auth.cer\"\n";
    std::fs::write(folder.path().join("trust.toml"), text).unwrap();
    let trust = Trust::load(folder.path(), AT).unwrap();
    assert!(trust.authorities()[0].broken().is_some());
}

#[test]
fn nobody_is_trusted_by_default() {
    let trust = Trust::nobody().unwrap();
    for name in ["mhlw_hpki_root_ca_v2.cer", "medis_auth_ca.cer", "medis_sign_ca.cer"] {
        let reject = examine(&[fixture(name)], Use::Login, AT, &trust).unwrap_err();
        assert_eq!(reject.reason.code(), "chain");
    }
}

/// A real authority's own certificate is not a card, even where its root is trusted.
#[test]
fn an_authority_cannot_sign_in() {
    let trust = real_trust();
    for name in ["mhlw_hpki_root_ca_v2.cer", "medis_auth_ca.cer"] {
        assert!(examine(&[fixture(name)], Use::Login, AT, &trust).is_err());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
