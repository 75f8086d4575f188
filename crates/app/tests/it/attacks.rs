//! What somebody with a valid account of low rank, a stolen device or a lost card would try; each is a line of
//! `docs/security/attacks.md`.

use renkei_app::card::{CardAnswer, CardReadOutcome};
use renkei_app::session::NoSession;
use renkei_kernel::limits::SIGN_IN_REFUSALS_PER_MINUTE_MAX;
use renkei_kernel::{CardReadId, Category, GrantId, Problem, Withheld};
use renkei_testkit::{World, refused, tokyo};
use renkei_testpki::{Level, Profile, RevocationReason};
use std::net::IpAddr;

const NEW_CARD: &str = "felica:012E4CE17A3B5C99";
const SHARED: &str = "[[institution]]\nkey = \"minato\"\ncode = \"1710000002\"\nname = \"ミナト総合病院\"\n\
    kinds = [\"hospital\"]\nregion = \"noto-chubu\"\ncolour = 0\nsources = [\"10.17.2.0/24\"]\n\
    shared_terminals = [\"10.17.2.7\"]\nfrom = 2014-04-01\n";

async fn lay(world: &World, session: &renkei_app::session::Session, card: &str) -> CardReadOutcome {
    let reader = world.reader("minato-reception").await;
    let read = world.house.request_card_read(session, reader).await.unwrap();
    answer(world, read, card).await;
    world.house.card_read_outcome(session, read).await.unwrap()
}

async fn answer(world: &World, read: CardReadId, card: &str) {
    let reader = world.reader("minato-reception").await;
    let card = Withheld::new(card.to_owned());
    world.house.card_answered(CardAnswer { read, reader, card, level: 1 }).await.unwrap();
}

async fn refused_load(world: &World, text: &str) -> &'static str {
    match world.house.load_register(text).await {
        Ok(summary) => panic!("was not refused: {summary:?}"),
        Err(error) => error.code(),
    }
}

/// R-F1-3.3B-2: fifteen idle minutes end a session, five at a terminal that several people use; what comes next is
/// E401 and begins with a new sign-in.
#[tokio::test]
async fn a_shared_terminal_ends_a_session_after_five_idle_minutes() {
    let world = World::new().await;
    let caller = world.caller("dr-minato");
    let (token, session) = world.sign_in_with_token("dr-minato").await;
    assert_eq!(session.idle_seconds, 900);
    world.clock.advance_seconds(6 * 60);
    assert!(world.house.session(token.reveal(), &caller).await.unwrap().is_ok(), "an own terminal waits on");

    world.load(SHARED).await;
    world.clock.advance_seconds(60);
    let live = world.house.session(token.reveal(), &caller).await.unwrap().expect("not idle for long");
    assert_eq!(live.idle_seconds, 300, "the register's word holds from the next request on");
    world.clock.advance_seconds(4 * 60 + 59);
    assert!(world.house.session(token.reveal(), &caller).await.unwrap().is_ok());
    world.clock.advance_seconds(5 * 60);
    assert_eq!(world.house.session(token.reveal(), &caller).await.unwrap().unwrap_err(), NoSession::Ended("idle"));
    assert_eq!(world.sign_in("dr-minato").await.idle_seconds, 300, "and again only by signing in");

    // The neighbour's terminal is nobody else's.
    let certificate = world.certificate("dr-minato");
    let beside = world.caller_with(&certificate, IpAddr::from([10, 17, 2, 8]));
    let (_, session) = world.house.sign_in(&beside).await.unwrap();
    assert_eq!(session.idle_seconds, 900);
}

/// R-F1-3.3B-4: ten refusals of one user within five minutes: each is recorded, one alarm is given, and not ten.
#[tokio::test]
async fn ten_refusals_of_one_user_raise_one_alarm() {
    let world = World::new().await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let doctor = world.sign_in("dr-minato").await;
    for number in 1..=9u128 {
        let grant = GrantId(uuid::Uuid::from_u128(number));
        assert_eq!(refused(world.house.view_patient(&nurse, grant, "summary").await).category, Category::NotAllowed);
        world.clock.advance_seconds(20);
    }
    refused(world.house.view_patient(&doctor, GrantId(uuid::Uuid::nil()), "summary").await);
    assert_eq!(world.count("misuse.suspected").await, 0, "nine of one and one of another");
    for number in 10..=20u128 {
        refused(world.house.view_patient(&nurse, GrantId(uuid::Uuid::from_u128(number)), "summary").await);
    }
    let trail = world.trail().await;
    let alarms: Vec<_> = trail.iter().filter(|entry| entry["event"] == "misuse.suspected").collect();
    assert_eq!((alarms.len(), world.house.misuse_alarms()), (1, 1));
    assert_eq!(alarms[0]["actor"]["id"], nurse.person.to_string().as_str());
    assert_eq!(alarms[0]["detail"]["refusals"], 10);
    assert_eq!(world.count("access.denied").await, 21, "the tenth and every other one is recorded");
    assert!(world.verify().await.is_ok());
}

/// R-F1-3.3B-4: refused cards and things of other institutions count as well, whatever the page said.
#[tokio::test]
async fn refusals_of_every_kind_add_up() {
    let world = World::new().await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let doctor = world.sign_in("dr-aoba").await;
    let theirs = world.open(&doctor, "hana").await;
    let their_reader = world.reader("aoba-reception").await;
    for _ in 0..3 {
        assert!(matches!(lay(&world, &nurse, World::card("stranger")).await, CardReadOutcome::Refused(_)));
        assert_eq!(refused(world.house.request_card_read(&nurse, their_reader).await).code, "reader_unknown");
        world.house.close_visit(&nurse, theirs).await.unwrap();
    }
    assert_eq!(world.house.misuse_alarms(), 0);
    refused(world.house.view_patient(&nurse, theirs, "summary").await);
    assert_eq!(world.house.misuse_alarms(), 1);
    let foreign = world.reasons("access.denied").await.iter().filter(|reason| *reason == "foreign").count();
    assert_eq!(foreign, 6, "the trail knows who reached for another institution's things");
}

/// R-F1-3.3B-4: cards that slip from the reader are no refusals of anybody.
#[tokio::test]
async fn unreadable_cards_alarm_nobody() {
    let world = World::new().await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let reader = world.reader("minato-reception").await;
    for _ in 0..10 {
        let read = world.house.request_card_read(&nurse, reader).await.unwrap();
        world.house.card_unreadable(reader, read, "removed").await.unwrap();
    }
    assert_eq!((world.count("card.refused").await, world.house.misuse_alarms()), (10, 0));
}

/// a certificate that is revoked between the request and the card opens nothing.
#[tokio::test]
async fn a_certificate_revoked_after_the_request_opens_nothing() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let reader = world.reader("minato-reception").await;
    let read = world.house.request_card_read(&doctor, reader).await.unwrap();
    world.pki.revoke(&world.certificate("dr-minato"), RevocationReason::KeyCompromise);
    world.clock.advance_seconds(1);
    let trust = world.folder.path().join("trust");
    world.pki.write_lists(&trust, world.house.now()).unwrap();
    world.house.set_trust(world.house.trust().reload(&trust, world.house.now()).unwrap());
    answer(&world, read, World::card("hana")).await;
    assert!(matches!(world.house.card_read_outcome(&doctor, read).await.unwrap(), CardReadOutcome::Refused(_)));
    assert_eq!(world.reasons("card.refused").await, ["revoked"]);
    assert_eq!(world.count("grant.opened").await, 0);
}

/// R-6.5.2-ア: the same for a line that is the institution's no longer.
#[tokio::test]
async fn a_line_withdrawn_after_the_request_opens_nothing() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let read = world.house.request_card_read(&doctor, world.reader("minato-reception").await).await.unwrap();
    world.load(&SHARED.replace("10.17.2.0/24", "10.99.0.0/24").replace("10.17.2.7", "10.99.0.7")).await;
    answer(&world, read, World::card("hana")).await;
    assert_eq!(world.reasons("card.refused").await, ["source_mismatch"]);
}

/// R-8.2.4-ア: who goes from reader to reader guesses no more often than at one.
#[tokio::test]
async fn guessing_over_several_readers_is_counted_for_the_person() {
    let world = World::new().await;
    let ward = "[[reader]]\nkey = \"minato-ward\"\ninstitution = \"minato\"\nplace = \"病棟\"\n\
        device_key = \"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f7075110\"\nfrom = 2014-04-01\n";
    world.load(ward).await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let doctor = world.sign_in("dr-minato").await;
    let readers = [world.reader("minato-reception").await, world.reader("minato-ward").await];
    for number in 0..10 {
        let reader = readers[number % 2];
        let read = world.house.request_card_read(&nurse, reader).await.unwrap();
        let card = Withheld::new(World::card("stranger").to_owned());
        world.house.card_answered(CardAnswer { read, reader, card, level: 1 }).await.unwrap();
    }
    for reader in readers {
        let closed = refused(world.house.request_card_read(&nurse, reader).await);
        assert_eq!((closed.category, closed.code), (Category::TooMany, "reader_closed"));
        assert!(world.house.request_card_read(&doctor, reader).await.is_ok(), "others go on");
    }
    world.clock.advance_seconds(601);
    assert!(world.house.request_card_read(&nurse, readers[0]).await.is_ok());
}

/// R-8.2.4-ア: a lost card opens nothing from the instant of the load; re-issue gives another number, and the old one
/// never opens anything again, whatever a later file says.
#[tokio::test]
async fn a_lost_card_is_dead_for_ever() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let old = |key: &str, state: &str| {
        format!(
            "[[card]]\nkey = \"{key}\"\npatient = \"hana\"\nid = \"{}\"\nstate = \"{state}\"\nfrom = 2025-04-01\n",
            World::card("hana")
        )
    };
    world.load(&old("hana-card", "lost")).await;
    assert!(matches!(lay(&world, &doctor, World::card("hana")).await, CardReadOutcome::Refused(_)));
    assert_eq!(world.reasons("card.refused").await, ["lost"], "the same page as ever, the cause in the trail");

    let new = format!("[[card]]\nkey = \"hana-card-2\"\npatient = \"hana\"\nid = \"{NEW_CARD}\"\n");
    world.load(&new).await;
    world.clock.advance_seconds(1);
    assert!(matches!(lay(&world, &doctor, NEW_CARD).await, CardReadOutcome::Opened(_)));
    assert!(matches!(lay(&world, &doctor, World::card("hana")).await, CardReadOutcome::Refused(_)));

    // Found again, stated again under its key or another one: no.
    assert_eq!(refused_load(&world, &old("hana-card", "active")).await, "register_card_is_over");
    assert_eq!(refused_load(&world, &old("hana-card-3", "issued")).await, "register_card_is_over");
    world.load(&old("hana-card", "returned")).await;
    world.clock.advance_seconds(3600);
    assert_eq!(refused_load(&world, &old("hana-card", "active")).await, "register_card_is_over");
    assert!(matches!(lay(&world, &doctor, World::card("hana")).await, CardReadOutcome::Refused(_)));
}

/// R-8.2.4-ア: the same for a card that was ended, and for one whose entry got another number.
#[tokio::test]
async fn an_ended_or_replaced_card_never_comes_back() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let card = |key: &str, id: &str, from: &str| {
        format!("[[card]]\nkey = \"{key}\"\npatient = \"hana\"\nid = \"{id}\"\n{from}")
    };
    world.load(&card("hana-card", NEW_CARD, "from = 2026-11-20\n")).await;
    world.clock.advance_seconds(1);
    assert!(matches!(lay(&world, &doctor, NEW_CARD).await, CardReadOutcome::Opened(_)));
    assert!(matches!(lay(&world, &doctor, World::card("hana")).await, CardReadOutcome::Refused(_)));
    for key in ["hana-card", "hana-card-3"] {
        let again = format!("[[end]]\nof = \"hana-card\"\n{}", card(key, World::card("hana"), ""));
        let again = if key == "hana-card" { card(key, World::card("hana"), "") } else { again };
        assert_eq!(refused_load(&world, &again).await, "register_card_is_over", "{key}");
    }
    world.load("[[end]]\nof = \"hana-card\"\n").await;
    world.clock.advance_seconds(60);
    assert!(matches!(lay(&world, &doctor, NEW_CARD).await, CardReadOutcome::Refused(_)));
    assert_eq!(refused_load(&world, &card("hana-card", NEW_CARD, "")).await, "register_card_is_over");
    // Reading the same file of a card that holds again changes nothing and is no fault.
    world.load(&card("hana-card-4", "felica:012E4CE17A3B5C98", "from = 2025-04-01\n")).await;
    world.load(&card("hana-card-4", "felica:012E4CE17A3B5C98", "from = 2025-04-01\n")).await;
}

/// R-6.5.2-ア: a reader's device key serves on a line of its institution only.
#[tokio::test]
async fn a_device_key_on_another_line_is_not_the_reader() {
    let world = World::new().await;
    let reader = world.reader("minato-reception").await;
    for (line, fits) in [([10, 17, 2, 200], true), ([10, 17, 1, 7], false), ([203, 0, 113, 9], false)] {
        let source = Some(IpAddr::from(line));
        assert_eq!(world.house.reader_line_fits(reader, source).await.unwrap(), fits, "{line:?}");
    }
    assert!(!world.house.reader_line_fits(reader, None).await.unwrap(), "a line nobody knows is none");
    world.load("[[end]]\nof = \"minato-reception\"\n").await;
    assert!(!world.house.reader_line_fits(reader, Some(IpAddr::from([10, 17, 2, 200]))).await.unwrap());
}

/// R-X-04: a flood of refused sign-ins is in the trail with its beginning and its being too many, and fills no disk;
/// who has a right signs in meanwhile.
#[tokio::test]
async fn a_flood_of_refused_sign_ins_is_counted_and_locks_nobody_out() {
    let world = World::new().await;
    let mut nobody = world.caller("dr-minato");
    nobody.chain = None;
    let limit = usize::try_from(SIGN_IN_REFUSALS_PER_MINUTE_MAX).unwrap();
    let mut last = None;
    for _ in 0..limit + 40 {
        last = Some(refused(world.house.sign_in(&nobody).await));
    }
    let last = last.unwrap();
    assert_eq!((last.category, last.reference), (Category::TooMany, None));
    let reasons = world.reasons("auth.failure").await;
    assert_eq!((reasons.len(), reasons.last().map(String::as_str)), (limit, Some("too_many")));
    world.sign_in("dr-minato").await;
    let elsewhere = world.caller_with(&world.certificate("dr-minato"), IpAddr::from([10, 17, 1, 9]));
    assert_eq!(refused(world.house.sign_in(&elsewhere).await).code, "source_mismatch", "another source is not held up");
    world.clock.advance_seconds(60);
    assert_eq!(refused(world.house.sign_in(&nobody).await).code, "no_certificate", "a minute later it is noted again");
}

/// a cookie taken to another certificate, another line or another entrance ends the session, and the trail
/// says that this is no ordinary end.
#[tokio::test]
async fn a_stolen_cookie_serves_nowhere_and_is_noticed() {
    let world = World::new().await;
    let own = world.caller("dr-minato");
    let nurse = world.caller("nurse-tsubaki");
    let elsewhere = world.caller_with(&world.certificate("dr-minato"), IpAddr::from([10, 17, 1, 7]));
    let mut without = own.clone();
    without.chain = None;
    let mut entrance = own.clone();
    entrance.entrance = 2;
    for (thief, reason) in [
        (nurse, "bound_elsewhere"),
        (elsewhere, "source_mismatch"),
        (without, "no_certificate"),
        (entrance, "bound_elsewhere"),
    ] {
        let (token, _) = world.sign_in_with_token("dr-minato").await;
        let ended = world.house.session(token.reveal(), &thief).await.unwrap().unwrap_err();
        assert_eq!(ended, NoSession::Ended(reason));
        assert!(world.house.session(token.reveal(), &own).await.unwrap().is_err(), "nor does it serve its owner again");
    }
    let trail = world.trail().await;
    let serious = trail.iter().filter(|entry| entry["event"] == "auth.ended" && entry["outcome"] == 8).count();
    assert_eq!(serious, 2);
}

/// tokens are guessed in vain: wrong lengths, wrong digits, another's, one bit away.
#[tokio::test]
async fn a_guessed_token_is_no_session() {
    let world = World::new().await;
    let caller = world.caller("dr-minato");
    let (token, _) = world.sign_in_with_token("dr-minato").await;
    let right = token.reveal().clone();
    let mut near = hex::decode(&right).unwrap();
    near[31] ^= 1;
    let near = hex::encode(near);
    for guess in ["", "0", "zz", &right[..62], &format!("{right}00"), &format!(" {right}"), &"0".repeat(64), &near] {
        let found = world.house.session(guess, &caller).await.unwrap();
        assert_eq!(found.unwrap_err(), NoSession::Unknown, "{} characters", guess.len());
    }
    assert!(world.house.session(&right, &caller).await.unwrap().is_ok());
}

/// the certificate of a colleague, and one's own card of another profession, open no other account.
#[tokio::test]
async fn nobody_signs_in_as_somebody_else() {
    let world = World::new().await;
    let line = IpAddr::from([10, 17, 2, 7]);
    // Her own number with another qualification; the doctor's number with her qualification, at test level, of an
    // authority for organisations and of the one for staff.
    for (profile, code) in [
        (Profile::person("Aki Tsubaki", "TESTN000031", &["Medical Doctor"], Level::Test), "test_cert_not_allowed"),
        (Profile::person("Aki Tsubaki", "TESTN000031", &["Medical Doctor"], Level::Production), "role_mismatch"),
        (Profile::person("Aki Tsubaki", "TESTD000021", &["General Nurse"], Level::Test), "role_mismatch"),
        (Profile::person("Aki Tsubaki", "TESTD000021", &["Medical Doctor"], Level::Test), "test_cert_not_allowed"),
        (Profile::organisation("MINATO", "TESTD000021"), "unbound"),
        (Profile::staff("Aki Tsubaki", "TESTD000021"), "purpose"),
    ] {
        let certificate = world.pki.issue(&profile).unwrap();
        let refusal = refused(world.house.sign_in(&world.caller_with(&certificate, line)).await);
        assert_eq!(refusal.code, code, "{:?}", profile.subject);
    }
    assert_eq!(world.count("auth.success").await, 0);
}

/// R-X-02: what is written about a caller or a session while somebody looks for a fault names neither person nor token.
#[tokio::test]
async fn debug_texts_of_sessions_hold_no_certificate_and_no_token() {
    let world = World::new().await;
    let (token, session) = world.sign_in_with_token("dr-minato").await;
    let written = format!("{:?} {session:?} {token:?}", world.caller("dr-minato"));
    let name: Vec<String> = b"Ichiro Minato".iter().map(u8::to_string).collect();
    for secret in [token.reveal().as_str(), "Ichiro", &name.join(", "), "TESTD000021"] {
        assert!(!written.contains(secret));
    }
    assert!(written.contains("certificates: 2"), "{written}");
}

/// clocks that differ by a second do not lengthen a visit: the last second of the day counts, the next does not,
/// and a clock set back opens no visit of yesterday that was closed.
#[tokio::test]
async fn a_clock_set_back_opens_no_closed_visit() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let grant = world.open(&doctor, "hana").await;
    world.clock.advance_seconds(30);
    world.house.close_visit(&doctor, grant).await.unwrap();
    assert_eq!(refused(world.house.view_patient(&doctor, grant, "summary").await).code, "no_permission");
    for earlier in ["2026-11-21T10:00:15", "2026-11-21T10:00:00", "2026-11-21T09:59:00"] {
        world.clock.set(tokyo(earlier));
        let early = world.sign_in("dr-minato").await;
        let closed = refused(world.house.view_patient(&early, grant, "summary").await);
        assert_eq!(closed.code, "no_permission", "{earlier}");
        assert!(world.house.start_page(&early).await.unwrap().visits.is_empty(), "{earlier}");
    }
}
