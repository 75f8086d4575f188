//! A card is touched: who opens whom, for how long, and what everybody else gets.

use crate::on_both;
use renkei_app::card::{CardAnswer, CardReadOutcome};
use renkei_kernel::{Category, GrantId, Withheld};
use renkei_testkit::{Lab, World, refused, tokyo};

async fn imported(world: &World) {
    let import = world.house.import_begin("1710000001").await.unwrap().expect("アオバ内科");
    let files = vec![Lab::hba1c("0000123", "20261001", 1, "7.8").arrived()];
    let counts = world.house.receive_patient(&import, "0000123", files).await.unwrap();
    assert_eq!(counts.stored, 1);
    world.house.import_end(&import, counts).await.unwrap();
}

async fn a_doctor_of_the_other_area_sees_the_record_after_the_card_was_read(world: World) {
    imported(&world).await;
    let doctor = world.sign_in("dr-minato").await;
    let stranger = GrantId(uuid::Uuid::nil());
    let before = refused(world.house.view_patient(&doctor, stranger, "summary").await);
    assert_eq!((before.category, before.code), (Category::NotAllowed, "no_permission"));
    let grant = world.open(&doctor, "hana").await;
    let opened = world.house.view_patient(&doctor, grant, "summary").await.unwrap();
    assert_eq!(opened.identity.as_ref().unwrap().names.full(), "佐倉 ハナ");
    assert_eq!(opened.record.each().count(), 1, "the clinic's laboratory report");
    assert_eq!(opened.own_numbers, ["00451190"]);
    assert_eq!(opened.feeds.len(), 1, "only the institution that contributes something visible");
    assert_eq!(opened.why.grant_until, tokyo("2026-11-21T10:00:00").end_of_tokyo_day());
    assert_eq!(opened.why.place.as_deref(), Some("受付1"));
    // The next day the same address is as good as none.
    world.clock.set(tokyo("2026-11-22T00:00:00"));
    let rested = world.sign_in("dr-minato").await;
    let next_day = refused(world.house.view_patient(&rested, grant, "summary").await);
    assert_eq!((next_day.category, next_day.code), (before.category, before.code));
    assert_eq!(world.reasons("access.denied").await, ["no_permission", "grant_expired"]);
    assert!(world.verify().await.is_ok());
}
on_both!(
    /// R-8.2.4-ア: no grant E403; after the card read the record; the next day E403 again.
    the_card_opens_until_the_end_of_the_day => super::a_doctor_of_the_other_area_sees_the_record_after_the_card_was_read
);

/// the grant lives exactly to 23:59:59 of its day.
#[tokio::test]
async fn the_last_second_of_the_day_still_counts() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    world.clock.set(tokyo("2026-11-21T23:50:00"));
    let doctor = {
        drop(doctor);
        world.sign_in("dr-minato").await
    };
    let grant = world.open(&doctor, "hana").await;
    world.clock.set(tokyo("2026-11-21T23:59:59"));
    assert!(world.house.view_patient(&doctor, grant, "summary").await.is_ok());
    world.clock.set(tokyo("2026-11-22T00:00:00"));
    assert_eq!(refused(world.house.view_patient(&doctor, grant, "summary").await).code, "no_permission");
}

/// a visit ends for everybody when it is closed.
#[tokio::test]
async fn a_closed_visit_opens_nothing() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let nurse = world.sign_in("nurse-tsubaki").await;
    let grant = world.open(&doctor, "hana").await;
    assert!(world.house.view_patient(&nurse, grant, "summary").await.is_ok(), "the visit serves the institution");
    assert_eq!(world.house.start_page(&nurse).await.unwrap().visits.len(), 1);
    world.house.close_visit(&nurse, grant).await.unwrap();
    assert_eq!(refused(world.house.view_patient(&doctor, grant, "summary").await).code, "no_permission");
    assert!(world.house.start_page(&doctor).await.unwrap().visits.is_empty());
    // A new read is a new visit; the old address stays closed.
    let again = world.open(&doctor, "hana").await;
    assert_ne!(again, grant);
    assert_eq!(refused(world.house.view_patient(&doctor, grant, "summary").await).code, "no_permission");
    assert!(world.house.view_patient(&doctor, again, "summary").await.is_ok());
}

/// another institution's grant is as good as none.
#[tokio::test]
async fn another_institutions_visit_opens_nothing_here() {
    let world = World::new().await;
    let minato = world.sign_in("dr-minato").await;
    let aoba = world.sign_in("dr-aoba").await;
    let grant = world.open(&minato, "hana").await;
    assert_eq!(refused(world.house.view_patient(&aoba, grant, "summary").await).code, "no_permission");
    world.house.close_visit(&aoba, grant).await.unwrap();
    assert!(world.house.view_patient(&minato, grant, "summary").await.is_ok(), "nor can it be closed from there");
}

/// R-8.2.4-ア: an answer serves once, only for its reader, and only within sixty seconds.
#[tokio::test]
async fn a_captured_answer_is_refused() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let reader = world.reader("minato-reception").await;
    let answer =
        |read, reader| CardAnswer { read, reader, card: Withheld::new(World::card("hana").to_owned()), level: 1 };
    let read = world.house.request_card_read(&doctor, reader).await.unwrap();
    let other = world.reader("aoba-reception").await;
    world.house.card_answered(answer(read, other)).await.unwrap();
    assert!(matches!(world.house.card_read_outcome(&doctor, read).await.unwrap(), CardReadOutcome::Waiting { .. }));
    world.clock.advance_seconds(61);
    world.house.card_answered(answer(read, reader)).await.unwrap();
    let CardReadOutcome::Refused(late) = world.house.card_read_outcome(&doctor, read).await.unwrap() else {
        panic!("a late answer opened something");
    };
    assert_eq!(late.category, Category::NotAllowed);
    let fresh = world.house.request_card_read(&doctor, reader).await.unwrap();
    world.house.card_answered(answer(fresh, reader)).await.unwrap();
    let CardReadOutcome::Opened(grant) = world.house.card_read_outcome(&doctor, fresh).await.unwrap() else {
        panic!("the true answer opened nothing");
    };
    world.house.close_visit(&doctor, grant).await.unwrap();
    world.house.card_answered(answer(fresh, reader)).await.unwrap();
    assert!(world.house.start_page(&doctor).await.unwrap().visits.is_empty(), "a replay opens no second visit");
    assert_eq!(world.reasons("card.refused").await, ["foreign", "replay", "replay"]);
}

/// R-8.2.4-ア, R-X-21: unknown, not consenting, out of scope: one answer outside, the true cause in the trail.
#[tokio::test]
async fn every_failed_read_looks_the_same() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let mut answers = Vec::new();
    for patient in ["stranger", "taro", "kiyo"] {
        let CardReadOutcome::Refused(refusal) = world.touch(&doctor, patient).await else {
            panic!("{patient} was opened");
        };
        assert!(refusal.reference.is_some(), "a number for the desk");
        answers.push((refusal.category, refusal.code));
    }
    assert!(answers.iter().all(|answer| *answer == (Category::NotAllowed, "card_refused")), "{answers:?}");
    assert_eq!(world.reasons("card.refused").await, ["unknown", "consent_absent", "consent_scope"]);
}

/// R-8.2.4-ア: ten unknown cards in ten minutes close the function at that reader.
#[tokio::test]
async fn guessing_closes_the_reader() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let reader = world.reader("minato-reception").await;
    for _ in 0..10 {
        assert!(matches!(world.touch(&doctor, "stranger").await, CardReadOutcome::Refused(_)));
    }
    let closed = refused(world.house.request_card_read(&doctor, reader).await);
    assert_eq!((closed.category, closed.code), (Category::TooMany, "reader_closed"));
    world.clock.advance_seconds(601);
    assert!(world.house.request_card_read(&doctor, reader).await.is_ok());
}

/// R-8.2.4-ア: the closing of a reader does not tell unknown cards from known ones.
#[tokio::test]
async fn refused_cards_close_a_reader_alike() {
    for card in ["stranger", "kiyo", "taro"] {
        let world = World::new().await;
        let doctor = world.sign_in("dr-minato").await;
        let reader = world.reader("minato-reception").await;
        for _ in 0..10 {
            assert!(matches!(world.touch(&doctor, card).await, CardReadOutcome::Refused(_)));
        }
        assert_eq!(refused(world.house.request_card_read(&doctor, reader).await).code, "reader_closed", "{card}");
        assert_eq!(world.count("card.reader_closed").await, 1);
    }
}

/// two reads at once meet in one visit, so that closing it closes it.
#[tokio::test]
async fn two_answers_at_once_open_one_visit() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let reader = world.reader("minato-reception").await;
    let mut answers = Vec::new();
    for _ in 0..2 {
        let read = world.house.request_card_read(&doctor, reader).await.unwrap();
        let card = Withheld::new(World::card("hana").to_owned());
        answers.push(CardAnswer { read, reader, card, level: 1 });
    }
    let (first, second) = (answers[0].clone(), answers[1].clone());
    let (a, b) = tokio::join!(world.house.card_answered(first), world.house.card_answered(second));
    a.unwrap();
    b.unwrap();
    let one = world.house.card_read_outcome(&doctor, answers[0].read).await.unwrap();
    let other = world.house.card_read_outcome(&doctor, answers[1].read).await.unwrap();
    assert_eq!(one, other);
    assert_eq!(world.count("grant.opened").await, 1);
}

/// a card read by somebody whose session has ended opens nothing.
#[tokio::test]
async fn a_read_of_an_idle_session_opens_nothing() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let reader = world.reader("minato-reception").await;
    world.clock.advance_seconds(14 * 60 + 30);
    let read = world.house.request_card_read(&doctor, reader).await.unwrap();
    world.clock.advance_seconds(50);
    let card = Withheld::new(World::card("hana").to_owned());
    world.house.card_answered(CardAnswer { read, reader, card, level: 1 }).await.unwrap();
    assert!(matches!(world.house.card_read_outcome(&doctor, read).await.unwrap(), CardReadOutcome::Refused(_)));
    assert_eq!(world.reasons("card.refused").await, ["session_ended"]);
}

/// a clock that steps back a little does not make a second visit shut the first one's page.
#[tokio::test]
async fn an_address_is_judged_by_its_own_permission() {
    let world = World::new().await;
    let doctor = world.sign_in("dr-minato").await;
    let first = world.open(&doctor, "hana").await;
    world.clock.advance_seconds(-5);
    let doctor = world.sign_in("dr-minato").await;
    let second = world.open(&doctor, "hana").await;
    assert_ne!(first, second);
    world.clock.advance_seconds(10);
    for grant in [first, second] {
        assert!(world.house.view_patient(&doctor, grant, "summary").await.is_ok());
    }
    world.house.close_visit(&doctor, first).await.unwrap();
    assert_eq!(refused(world.house.view_patient(&doctor, first, "summary").await).code, "no_permission");
    assert!(world.house.view_patient(&doctor, second, "summary").await.is_ok());
}
