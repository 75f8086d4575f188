//! Revocation lists over time: newer ones come, old, forged and cut ones never replace what is held.

use renkei_hpki::{CertificateId, Reason, RevocationState, Trust, Use, judge};
use renkei_kernel::Timestamp;
use renkei_testpki::{Authority, Issued, List, RevocationReason, TestPki, TrustVariant};
use std::path::Path;

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

struct Scene {
    pki: TestPki,
    folder: tempfile::TempDir,
    doctor: Issued,
    other: Issued,
    trust: Trust,
}

/// A good trust folder; `other` is already revoked in its list.
fn scene() -> Scene {
    let pki = TestPki::seeded(1, AT);
    let doctor = pki.doctor("Ichiro Minato", "D10001").unwrap();
    let other = pki.doctor("Jiro Minato", "D10002").unwrap();
    pki.revoke(&other, RevocationReason::CessationOfOperation);
    let folder = tempfile::tempdir().unwrap();
    pki.write_trust(folder.path()).unwrap();
    let trust = Trust::load(folder.path(), AT).unwrap();
    Scene { pki, folder, doctor, other, trust }
}

impl Scene {
    fn path(&self) -> &Path {
        self.folder.path()
    }
    fn list(&self) -> List {
        self.pki.list(Authority::PersonAuth, AT)
    }
    fn put(&self, list: &List) {
        std::fs::write(self.path().join("auth.crl"), self.pki.sign_list(list).unwrap()).unwrap();
    }
    fn reason(&self, trust: &Trust, issued: &Issued, at: Timestamp) -> Reason {
        judge(&issued.presented(), Use::Login, at, trust, None).reason
    }
    fn id(&self, issued: &Issued) -> CertificateId {
        judge(&issued.presented(), Use::Login, AT, &self.trust, None).id.unwrap()
    }
}

/// a list that ends stops sign-in by itself, with its own reason, and was an alarm a day before.
#[test]
fn a_held_list_goes_stale_by_itself() {
    let scene = scene();
    let end = AT.plus_seconds(95 * 3_600);
    assert_eq!(scene.reason(&scene.trust, &scene.doctor, end), Reason::Ok);
    assert_eq!(scene.reason(&scene.trust, &scene.doctor, end.plus_seconds(1)), Reason::CrlStale);
    let alarms = |at: Timestamp| scene.trust.list_states(at).iter().filter(|state| state.alarm).count();
    assert_eq!(alarms(AT), 0);
    assert_eq!(alarms(end.plus_seconds(-23 * 3_600)), 6);
}

#[test]
fn a_lower_number_never_comes_back() {
    let scene = scene();
    let mut old = scene.list();
    old.number -= 1;
    old.revoked.clear();
    scene.put(&old);
    let trust = scene.trust.reload(scene.path(), AT).unwrap();
    assert_eq!(scene.reason(&trust, &scene.other, AT), Reason::Revoked);
    assert_eq!(scene.reason(&trust, &scene.doctor, AT), Reason::Ok);
    assert!(trust.findings().iter().any(|finding| finding.code == "crl-stale"));

    // After a restart only the marks are left: the old list is not taken, so the door stays closed.
    let restarted = Trust::load_after(scene.path(), AT, scene.trust.marks()).unwrap();
    assert_eq!(scene.reason(&restarted, &scene.doctor, AT), Reason::CrlStale);
    // Nor at the next look, nor after one more restart: what was refused does not fade from memory.
    let looked_again = restarted.reload(scene.path(), AT).unwrap();
    assert_eq!(scene.reason(&looked_again, &scene.doctor, AT), Reason::CrlStale);
    let restarted_again = Trust::load_after(scene.path(), AT, looked_again.marks()).unwrap();
    assert_eq!(scene.reason(&restarted_again, &scene.doctor, AT), Reason::CrlStale);
}

#[test]
fn a_list_cannot_lose_entries_under_the_same_number() {
    let scene = scene();
    let mut shrunk = scene.list();
    shrunk.revoked.clear();
    scene.put(&shrunk);
    let trust = scene.trust.reload(scene.path(), AT).unwrap();
    assert_eq!(scene.reason(&trust, &scene.other, AT), Reason::Revoked);

    shrunk.number += 1;
    scene.put(&shrunk);
    let trust = scene.trust.reload(scene.path(), AT).unwrap();
    assert_eq!(scene.reason(&trust, &scene.other, AT), Reason::Ok);
}

#[test]
fn a_bad_file_beside_a_held_list_changes_nothing_until_the_held_one_ends() {
    for variant in
        [TrustVariant::ForgedList, TrustVariant::TruncatedList, TrustVariant::MissingList, TrustVariant::StaleList]
    {
        let scene = scene();
        scene.pki.write_variant(scene.path(), variant).unwrap();
        let trust = scene.trust.reload(scene.path(), AT).unwrap();
        assert_eq!(scene.reason(&trust, &scene.doctor, AT), Reason::Ok, "{variant:?}");
        assert_eq!(scene.reason(&trust, &scene.other, AT), Reason::Revoked, "{variant:?}");
        assert!(!trust.findings().is_empty(), "{variant:?}");
        assert_eq!(scene.reason(&trust, &scene.doctor, AT.plus_days(5)), Reason::CrlStale, "{variant:?}");
    }
}

/// the check of each request sees a new list at once.
#[test]
fn the_recheck_follows_the_newest_list() {
    let scene = scene();
    let id = scene.id(&scene.doctor);
    assert_eq!(scene.trust.is_revoked(&id, AT), RevocationState::Good);
    assert_eq!(scene.trust.is_revoked(&scene.id(&scene.other_by_certificate()), AT), RevocationState::Good);
    scene.pki.revoke(&scene.doctor, RevocationReason::Hold);
    scene.pki.write_lists(scene.path(), AT.plus_seconds(30)).unwrap();
    let trust = scene.trust.reload(scene.path(), AT.plus_seconds(30)).unwrap();
    assert_eq!(trust.is_revoked(&id, AT.plus_seconds(30)), RevocationState::Revoked);
    let stranger = CertificateId { issuer_key_sha256: "00".repeat(32), serial: "01".to_owned() };
    assert_eq!(trust.is_revoked(&stranger, AT), RevocationState::Unknown(Reason::Chain));
}

impl Scene {
    fn other_by_certificate(&self) -> Issued {
        self.pki.doctor("Shiro Minato", "D10004").unwrap()
    }
}

#[test]
fn the_list_about_the_root_itself_says_nothing_of_subordinates() {
    let scene = scene();
    let mut list = scene.pki.list(Authority::Root, AT);
    let point = renkei_testpki::Name::japan().organisation("Fictional Ministry of Health").unit("Test Policy Bureau");
    let point = point.unit("Renkei Test Root CA").common_name("RARL");
    list.extensions = vec![renkei_testpki::extension::authority_list_point(&point)];
    std::fs::write(scene.path().join("root.crl"), scene.pki.sign_list(&list).unwrap()).unwrap();
    let trust = Trust::load(scene.path(), AT).unwrap();
    assert_eq!(scene.reason(&trust, &scene.doctor, AT), Reason::CrlMissing);
}

#[test]
fn a_plain_full_list_of_the_root_is_enough() {
    let scene = scene();
    let mut list = scene.pki.list(Authority::Root, AT);
    list.extensions.clear();
    std::fs::write(scene.path().join("root.crl"), scene.pki.sign_list(&list).unwrap()).unwrap();
    let trust = Trust::load(scene.path(), AT).unwrap();
    assert_eq!(scene.reason(&trust, &scene.doctor, AT), Reason::Ok);
}

#[test]
fn a_list_without_an_end_counts_for_a_day() {
    let scene = scene();
    let mut list = scene.list();
    list.next_update = None;
    scene.put(&list);
    let trust = Trust::load(scene.path(), AT).unwrap();
    let published = list.this_update;
    assert_eq!(scene.reason(&trust, &scene.doctor, published.plus_days(1)), Reason::Ok);
    assert_eq!(scene.reason(&trust, &scene.doctor, published.plus_days(1).plus_seconds(1)), Reason::CrlStale);
}

#[test]
fn a_list_in_pem_is_read_like_one_in_der() {
    let scene = scene();
    let text = renkei_testpki::pem("X509 CRL", &scene.pki.sign_list(&scene.list()).unwrap());
    std::fs::write(scene.path().join("auth.crl"), text).unwrap();
    let trust = Trust::load(scene.path(), AT).unwrap();
    assert_eq!(trust.findings(), &[]);
    assert_eq!(scene.reason(&trust, &scene.other, AT), Reason::Revoked);
}
