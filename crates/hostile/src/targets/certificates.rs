//! Certificates, lists and the operator's trust folder.

use renkei_hpki::list::RevocationList;
use renkei_hpki::{
    Certificate, ProfessionTable, Register, RoleTable, Trust, Use, against_register, examine, extensions, hcrole,
    judge, name, pem, signature, spki_der,
};
use renkei_kernel::Timestamp;
use renkei_testpki::{Authority, Issued, RevocationReason, TestPki};
use std::path::Path;
use std::sync::LazyLock;
use tempfile::TempDir;

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

/// A trust folder of the fictional authorities and what lies under them; made once a process.
pub struct Scene {
    pub pki: TestPki,
    /// Good and bad cards; the last one is good.
    pub issued: Vec<Issued>,
    pub lists: Vec<Vec<u8>>,
    folder: TempDir,
    trust: Trust,
    register: Register,
    authority: Certificate,
}

/// Whoever these are, they are fictional.
pub static SCENE: LazyLock<Scene> = LazyLock::new(|| {
    let pki = TestPki::seeded(1, AT);
    let revoked = pki.doctor("Jiro Minato", "D10002").unwrap();
    pki.revoke(&revoked, RevocationReason::KeyCompromise);
    // Cases of revocation mark themselves, so all are made before the lists are written.
    let mut issued: Vec<Issued> = pki.issue_cases().unwrap().into_iter().map(|(_, issued)| issued).collect();
    issued.push(pki.doctor("Ichiro Minato", "D10001").unwrap());
    let folder = tempfile::tempdir().unwrap();
    pki.write_trust(folder.path()).unwrap();
    let trust = Trust::load(folder.path(), AT).unwrap();
    let register = Register::parse(renkei_testpki::cases::register_tsv().as_bytes()).unwrap();
    let issuing = [Authority::PersonAuth].map(|authority| pki.sign_list(&pki.list(authority, AT)).unwrap());
    let authority = Certificate::read(&pki.authority(Authority::PersonAuth).unwrap().cert_der).unwrap();
    Scene { pki, issued, lists: issuing.to_vec(), folder, trust, register, authority }
});

/// One certificate and its pieces. Only what an authority signed is ever accepted.
pub fn certificate(bytes: &[u8]) {
    if let Ok(read) = Certificate::read(bytes) {
        assert_eq!(read.der, bytes);
        let _ = (name::display(&read.subject), read.fingerprint(), read.is_self_issued());
        let _ = signature::verify(&read.signature_algorithm, &read.spki, &read.signed, &read.signature);
    }
    let _ = (spki_der(bytes), extensions::split(bytes), extensions::Extensions::read(bytes));
    let _ = (extensions::authority_key(bytes), extensions::full_names(bytes), extensions::small_unsigned(bytes));
    let _ = (name::attributes(bytes).map(|all| name::all_clean(&all)), name::directory_names(bytes));
    let _ = hcrole::read(bytes, SCENE.trust.roles());
    if let Some(found) = pem::certificates(bytes) {
        assert!(found.iter().map(Vec::len).sum::<usize>() <= bytes.len());
    }
}

/// A chain as a caller sends it, each certificate behind its length in two bytes: judged for every use. Who is
/// accepted holds, byte for byte, a certificate that an authority made.
pub fn certificate_chain(bytes: &[u8]) {
    let chain = pieces(bytes);
    for used_for in [Use::Login, Use::Signature, Use::Staff, Use::Machine] {
        let verdict = judge(&chain, used_for, AT, &SCENE.trust, Some(&SCENE.register));
        let known = |own: &Vec<u8>| SCENE.issued.iter().any(|issued| issued.cert_der == *own);
        assert!(!verdict.is_accepted() || chain.first().is_some_and(known), "a forged certificate was accepted");
        if let Ok(examined) = examine(&chain, used_for, AT, &SCENE.trust) {
            for row in SCENE.register.rows(&examined).into_iter().map(Some).chain([None]) {
                let _ = against_register(&examined, used_for, row, SCENE.trust.professions(), AT);
            }
        }
    }
}

/// Certificates behind their lengths.
fn pieces(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (piece, rest) = rest.split_at(rest.len().min(usize::from(u16::from_be_bytes(*length))));
        found.push(piece.to_vec());
        bytes = rest;
    }
    found
}

/// A list. Only what the authority signed is ever believed.
pub fn revocation_list(bytes: &[u8]) {
    let Ok(list) = RevocationList::read(bytes) else { return };
    let _ = (list.check_time(AT), list.covers(true, None), list.revoked_at(&[1]), list.entries(), list.order());
    let believed = list.verify(&SCENE.authority).is_ok();
    assert!(!believed || SCENE.lists.iter().any(|known| known == bytes), "a forged list was believed");
}

/// `trust.toml` beside real certificates and lists.
pub fn trust_settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Certificates are taken from the scene's folder and from nowhere else, whatever the text says.
    if text.contains("/") || text.contains("..") || text.contains("\\") {
        return;
    }
    static FOLDER: LazyLock<TempDir> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        copy(SCENE.folder.path(), folder.path());
        folder
    });
    std::fs::write(FOLDER.path().join("trust.toml"), text).unwrap();
    if let Ok(trust) = Trust::load(FOLDER.path(), AT) {
        let _ = (trust.list_states(AT), trust.findings().len());
        let _ = judge(&SCENE.issued[SCENE.issued.len() - 1].presented(), Use::Login, AT, &trust, None);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Tables of roles and professions, and the register of `renkei certificate check`.
pub fn trust_tables(bytes: &[u8]) {
    let _ = Register::parse(bytes);
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let _ = (RoleTable::parse(text), ProfessionTable::parse(text));
}

/// The trust file the scene was loaded from.
pub fn trust_toml() -> String {
    std::fs::read_to_string(SCENE.folder.path().join("trust.toml")).unwrap()
}
