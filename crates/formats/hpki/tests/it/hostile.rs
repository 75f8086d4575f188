//! Bytes from strangers: nothing panics, and nothing that differs from what an authority signed is accepted.

use proptest::prelude::*;
use renkei_hpki::list::RevocationList;
use renkei_hpki::{Certificate, Reason, Register, RoleTable, Trust, Use, hcrole, judge, pem, spki_der};
use renkei_kernel::Timestamp;
use renkei_testpki::{Authority, Issued, RevocationReason, TestPki};
use std::sync::OnceLock;

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

struct Scene {
    trust: Trust,
    doctor: Issued,
    authority: Vec<u8>,
    list: Vec<u8>,
}

fn scene() -> &'static Scene {
    static SCENE: OnceLock<Scene> = OnceLock::new();
    SCENE.get_or_init(|| {
        let pki = TestPki::seeded(1, AT);
        let doctor = pki.doctor("Ichiro Minato", "D10001").unwrap();
        let revoked = pki.doctor("Jiro Minato", "D10002").unwrap();
        pki.revoke(&revoked, RevocationReason::KeyCompromise);
        let folder = tempfile::tempdir().unwrap();
        pki.write_trust(folder.path()).unwrap();
        Scene {
            trust: Trust::load(folder.path(), AT).unwrap(),
            doctor,
            authority: pki.authority(Authority::PersonAuth).unwrap().cert_der,
            list: pki.sign_list(&pki.list(Authority::PersonAuth, AT)).unwrap(),
        }
    })
}

fn accepted(certificate: &[u8]) -> bool {
    judge(&[certificate], Use::Login, AT, &scene().trust, None).is_accepted()
}

/// whatever single byte of a good card changes, it is refused.
#[test]
fn no_changed_byte_of_a_good_certificate_is_accepted() {
    let good = &scene().doctor.cert_der;
    assert!(accepted(good));
    for place in 0..good.len() {
        for flip in [0x01, 0x80, 0xff] {
            let mut changed = good.clone();
            changed[place] ^= flip;
            assert!(!accepted(&changed), "byte {place} by {flip:#x}");
        }
    }
}

#[test]
fn no_shortened_or_lengthened_certificate_is_accepted() {
    let good = &scene().doctor.cert_der;
    for length in 0..good.len() {
        assert!(!accepted(&good[..length]));
    }
    assert!(!accepted(&[good.as_slice(), &[0]].concat()));
}

#[test]
fn no_changed_byte_of_a_list_is_believed() {
    let authority = Certificate::read(&scene().authority).unwrap();
    let good = &scene().list;
    let believed = |bytes: &[u8]| RevocationList::read(bytes).is_ok_and(|list| list.verify(&authority).is_ok());
    assert!(believed(good));
    for place in 0..good.len() {
        for flip in [0x01, 0x80] {
            let mut changed = good.clone();
            changed[place] ^= flip;
            assert!(!believed(&changed), "byte {place} by {flip:#x}");
        }
        assert!(!believed(&good[..place]));
    }
}

/// The same on the way of an operator: a truncated list of any length leaves sign-in closed.
#[test]
fn no_chain_at_all_is_malformed() {
    let verdict = judge::<Vec<u8>>(&[], Use::Login, AT, &scene().trust, None);
    assert_eq!(verdict.reason, Reason::Malformed);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        let table = RoleTable::parse(RoleTable::EMBEDDED).unwrap();
        prop_assert!(!accepted(&bytes));
        prop_assert!(Certificate::read(&bytes).is_err());
        prop_assert!(RevocationList::read(&bytes).is_err());
        prop_assert!(spki_der(&bytes).is_err());
        let _ = hcrole::read(&bytes, &table);
        let _ = pem::certificates(&bytes);
        let _ = Register::parse(&bytes);
    }

    /// Splices of good pieces reach deeper than noise does.
    #[test]
    fn spliced_certificates_never_panic_and_are_refused(
        from in 0usize..1200, length in 0usize..400, to in 0usize..1200, noise in proptest::collection::vec(any::<u8>(), 0..8),
    ) {
        let good = &scene().doctor.cert_der;
        let piece: Vec<u8> = good.iter().skip(from).take(length).copied().chain(noise).collect();
        let mut changed = good.clone();
        let to = to.min(changed.len());
        let end = (to + piece.len()).min(changed.len());
        changed.splice(to..end, piece);
        prop_assert!(changed == *good || !accepted(&changed));
    }

    #[test]
    fn spliced_lists_never_panic(place in 0usize..800, noise in proptest::collection::vec(any::<u8>(), 1..12)) {
        let mut changed = scene().list.clone();
        let place = place.min(changed.len());
        let end = (place + noise.len()).min(changed.len());
        changed.splice(place..end, noise);
        let authority = Certificate::read(&scene().authority).unwrap();
        let believed = RevocationList::read(&changed).is_ok_and(|list| list.verify(&authority).is_ok());
        prop_assert!(changed == scene().list || !believed);
    }

    #[test]
    fn role_values_of_any_shape_never_panic(place in 0usize..60, noise in proptest::collection::vec(any::<u8>(), 1..6)) {
        let table = RoleTable::parse(RoleTable::EMBEDDED).unwrap();
        let good = renkei_testpki::hcrole::roles(&["Medical Doctor"]);
        let mut changed = good.clone();
        let place = place.min(changed.len());
        let end = (place + noise.len()).min(changed.len());
        changed.splice(place..end, noise);
        let doctor = hcrole::read(&changed, &table).is_ok_and(|roles| roles.iter().any(|role| role.text == "Medical Doctor"));
        prop_assert!(changed == good || !doctor);
    }
}
