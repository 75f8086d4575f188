//! Sign-in by certificate, and the sessions it opens.

use renkei_app::session::{ENDED_OTHERWISE, NoSession};
use renkei_kernel::Category;
use renkei_testkit::{World, refused, tokyo};
use renkei_testpki::{Level, Profile, RevocationReason};
use std::net::IpAddr;

const MINATO: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 17, 2, 7));

fn doctor(serial: &str, roles: &[&str], level: Level) -> Profile {
    Profile::person("Ichiro Minato", serial, roles, level)
}

/// a valid doctor signs in; expired, revoked and a pharmacist bound as a doctor fail for three reasons.
#[tokio::test]
async fn four_certificates_one_session_three_reasons() {
    let world = World::new().await;
    let valid = world.certificate("dr-minato");
    let expired = world
        .pki
        .issue(
            &doctor("TESTD000021", &["Medical Doctor"], Level::Production)
                .valid(tokyo("2020-01-01T00:00"), tokyo("2024-12-31T23:59:59")),
        )
        .unwrap();
    let pharmacist = world.pki.issue(&doctor("TESTD000021", &["Pharmacist"], Level::Production)).unwrap();
    let revoked = world.pki.issue(&doctor("TESTD000021", &["Medical Doctor"], Level::Production)).unwrap();
    world.pki.revoke(&revoked, RevocationReason::CessationOfOperation);
    world.clock.advance_seconds(1);
    world.pki.write_lists(&world.folder.path().join("trust"), world.house.now()).unwrap();
    let trust = world.house.trust().reload(&world.folder.path().join("trust"), world.house.now()).unwrap();
    world.house.set_trust(trust);
    assert!(world.house.sign_in(&world.caller_with(&valid, MINATO)).await.is_ok());
    let mut codes = Vec::new();
    for certificate in [&expired, &revoked, &pharmacist] {
        let refusal = refused(world.house.sign_in(&world.caller_with(certificate, MINATO)).await);
        assert!(refusal.reference.is_some());
        codes.push(refusal.code);
    }
    assert_eq!(codes, ["expired", "revoked", "role_mismatch"]);
    assert_eq!(world.reasons("auth.failure").await, codes);
    assert_eq!(world.count("auth.success").await, 1);
}

/// a test certificate never opens a doctor's account; a nurse's does, and the session says テスト用.
#[tokio::test]
async fn test_certificates_are_for_those_the_table_names() {
    let world = World::new().await;
    let test_doctor = world.pki.issue(&doctor("TESTD000021", &["Medical Doctor"], Level::Test)).unwrap();
    let refusal = refused(world.house.sign_in(&world.caller_with(&test_doctor, MINATO)).await);
    assert_eq!((refusal.category, refusal.code), (Category::NotAllowed, "test_cert_not_allowed"));
    let nurse = world.sign_in("nurse-tsubaki").await;
    assert!(nurse.test_level);
    assert!(!world.sign_in("dr-minato").await.test_level);
}

/// somebody not in the register, and somebody whose post ended, get the same words.
#[tokio::test]
async fn a_stranger_and_a_leaver_get_one_answer() {
    let world = World::new().await;
    let stranger = world.pki.issue(&doctor("TESTD999999", &["Medical Doctor"], Level::Production)).unwrap();
    let unknown = refused(world.house.sign_in(&world.caller_with(&stranger, MINATO)).await);
    world.load("[[end]]\nof = \"dr-minato@minato\"\n").await;
    let left = refused(world.house.sign_in(&world.caller("dr-minato")).await);
    assert_eq!((unknown.category, unknown.code), (left.category, left.code));
    assert_eq!(world.reasons("auth.failure").await, ["unbound", "affiliation_ended"]);
}

/// R-6.5.2-ア: the right certificate from another institution's line is refused as that.
#[tokio::test]
async fn a_line_of_another_institution_is_refused() {
    let world = World::new().await;
    let certificate = world.certificate("dr-minato");
    let caller = world.caller_with(&certificate, IpAddr::from([10, 17, 1, 7]));
    let refusal = refused(world.house.sign_in(&caller).await);
    assert_eq!((refusal.category, refusal.code), (Category::NotAllowed, "source_mismatch"));
}

#[tokio::test]
async fn no_certificate_is_not_signed_in() {
    let world = World::new().await;
    let mut caller = world.caller("dr-minato");
    caller.chain = None;
    let refusal = refused(world.house.sign_in(&caller).await);
    assert_eq!((refusal.category, refusal.code), (Category::NotSignedIn, "no_certificate"));
}

/// a session ends at fifteen idle minutes, at a revocation, with another certificate, and at sign-out.
#[tokio::test]
async fn a_session_ends_when_what_it_rests_on_ends() {
    let world = World::new().await;
    let caller = world.caller("dr-minato");
    let (token, _) = world.sign_in_with_token("dr-minato").await;
    world.clock.advance_seconds(14 * 60);
    world.house.session(token.reveal(), &caller).await.unwrap().expect("a live session");
    world.clock.advance_seconds(14 * 60);
    assert!(world.house.session(token.reveal(), &caller).await.unwrap().is_ok(), "use moves the idle limit on");
    world.clock.advance_seconds(15 * 60);
    assert_eq!(world.house.session(token.reveal(), &caller).await.unwrap().unwrap_err(), NoSession::Ended("idle"));
    let again = world.house.session(token.reveal(), &caller).await.unwrap().unwrap_err();
    assert_eq!(again, NoSession::Ended("idle"), "a second window stays closed too, and reads the same");

    let (token, _) = world.sign_in_with_token("dr-minato").await;
    let other = world.caller("nurse-tsubaki");
    assert_eq!(
        world.house.session(token.reveal(), &other).await.unwrap().unwrap_err(),
        NoSession::Ended("bound_elsewhere")
    );
    let again = world.house.session(token.reveal(), &caller).await.unwrap().unwrap_err();
    assert_eq!(again, NoSession::Ended(ENDED_OTHERWISE), "nobody signed out");

    let (token, session) = world.sign_in_with_token("dr-minato").await;
    world.house.sign_out(&session, &caller).await.unwrap();
    let ended = world.house.session(token.reveal(), &caller).await.unwrap().unwrap_err();
    assert_eq!(ended, NoSession::Ended("signed_out"));

    let (token, _) = world.sign_in_with_token("dr-minato").await;
    world.load("[[end]]\nof = \"dr-minato@minato\"\n").await;
    assert_eq!(
        world.house.session(token.reveal(), &caller).await.unwrap().unwrap_err(),
        NoSession::Ended("affiliation_ended")
    );
}

#[tokio::test]
async fn a_third_session_ends_the_first() {
    let world = World::new().await;
    let caller = world.caller("dr-minato");
    let (first, _) = world.sign_in_with_token("dr-minato").await;
    let (second, _) = world.sign_in_with_token("dr-minato").await;
    let (third, _) = world.sign_in_with_token("dr-minato").await;
    let pushed_out = world.house.session(first.reveal(), &caller).await.unwrap().unwrap_err();
    assert_eq!(pushed_out, NoSession::Ended("newer_session"));
    assert_eq!(world.count("auth.ended").await, 1, "and the trail knows");
    assert!(world.house.session(second.reveal(), &caller).await.unwrap().is_ok());
    assert!(world.house.session(third.reveal(), &caller).await.unwrap().is_ok());
}

/// a doctor who is the clinic's contractor too signs in as the doctor that the certificate proves.
#[tokio::test]
async fn a_second_post_does_not_lock_a_doctor_out() {
    let world = World::new().await;
    world
        .load("[[affiliation]]\nkey = \"c\"\nperson = \"dr-aoba\"\ninstitution = \"aoba\"\nrole = \"contractor\"\nfrom = 2020-04-01\n")
        .await;
    assert_eq!(world.sign_in("dr-aoba").await.role, renkei_participation::Role::Doctor);
}
