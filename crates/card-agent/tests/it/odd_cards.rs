//! The test cards of patient-card.md, section 7: every one of them ends its read with a word, and the desk goes on.

use crate::desk::Desk;
use crate::virtual_card::{CONTACT_ATR, FELICA_ATR, PHONE_ATR, Reply, ULTRALIGHT_ATR, VirtualCard, bytes};
use renkei_api::reader::ReadOutcome;

const IDM: &str = "012E4CE17A3B5C6D";

async fn reads_the_next_card(desk: &Desk) {
    assert_eq!(desk.read(VirtualCard::felica(IDM)).await, Ok(format!("felica:{IDM}")));
}

/// R-8.2.4-ア: numbers that change or that many cards share identify nobody.
#[tokio::test]
async fn random_and_short_numbers_are_refused_with_their_cause() {
    let desk = Desk::open().await;
    let read = |atr, id| desk.read(VirtualCard::with_identifier(atr, id));
    assert_eq!(read(PHONE_ATR, "08A1B2C3").await, Err("card_random".to_owned()));
    assert_eq!(read(ULTRALIGHT_ATR, "04A1B2C3").await, Err("card_not_unique".to_owned()));
    assert_eq!(read(FELICA_ATR, "01FE112233445566").await, Err("card_random".to_owned()));
    assert_eq!(read(FELICA_ATR, "0000000000000000").await, Err("card_blank".to_owned()));
    reads_the_next_card(&desk).await;
}

#[tokio::test]
async fn cards_that_give_no_identifier_are_reported_as_unsupported() {
    let desk = Desk::open().await;
    let too_long = format!("{}9000", "A1".repeat(300));
    for answer in ["6300", "6A81", "9000", &too_long] {
        let card = VirtualCard::answers_to_get_data(FELICA_ATR, answer);
        assert_eq!(desk.read(card).await, Err("unsupported".to_owned()), "{answer:.8}");
    }
    reads_the_next_card(&desk).await;
}

/// A professional's own card may lie in the same reader: it is no patient's card, and nothing is asked of it.
#[tokio::test]
async fn a_card_with_contacts_is_not_asked_for_a_number() {
    let desk = Desk::open().await;
    let (asked, commands) = std::sync::mpsc::channel();
    let card = VirtualCard::new(CONTACT_ATR, move |command, _| {
        asked.send(command.to_vec()).unwrap();
        Reply::Answer(bytes("012E4CE17A3B5C6D9000"))
    });
    assert_eq!(desk.read(card).await, Err("unsupported".to_owned()));
    assert_eq!(commands.try_iter().count(), 0);
}

#[tokio::test]
async fn a_mute_card_is_reported_and_the_next_one_is_read() {
    let desk = Desk::open().await;
    assert_eq!(desk.read(VirtualCard::mute()).await, Err("unsupported".to_owned()));
    // The service sees a mute card come and go, and its leaving up to a second late: whoever lays the next card in that
    // moment is told that it could not be read, and lays it again.
    for _ in 0..5 {
        match desk.read(VirtualCard::felica(IDM)).await {
            Err(word) => assert!(word == "unsupported" || word == "removed", "{word}"),
            read => return assert_eq!(read, Ok(format!("felica:{IDM}"))),
        }
    }
    panic!("the card was never read");
}

/// Two cards in the field take turns when the reader switches the field off and on.
#[tokio::test]
async fn two_cards_at_once_open_nothing() {
    let desk = Desk::open().await;
    let mut seen = Vec::new();
    let two = VirtualCard::new(FELICA_ATR, move |_, woken| {
        if !seen.contains(&woken) {
            seen.push(woken);
        }
        Reply::Answer(bytes(if seen.len() % 2 == 1 { "012E4CE17A3B5C6D9000" } else { "012E4CE17A3B5C6E9000" }))
    });
    assert_eq!(desk.read(two).await, Err("two_cards".to_owned()));
    reads_the_next_card(&desk).await;
}

#[tokio::test]
async fn a_card_that_leaves_before_its_number_was_read_twice_is_not_accepted() {
    let desk = Desk::open().await;
    let at_once = VirtualCard::new(FELICA_ATR, |_, _| Reply::Leave);
    assert_eq!(desk.read(at_once).await, Err("removed".to_owned()));
    let mut asked = 0;
    let between = VirtualCard::new(FELICA_ATR, move |_, _| {
        asked += 1;
        if asked == 1 { Reply::Answer(bytes("012E4CE17A3B5C6D9000")) } else { Reply::Leave }
    });
    assert_eq!(desk.read(between).await, Err("removed".to_owned()));
    assert!(desk.sink.answers.lock().unwrap().is_empty());
    reads_the_next_card(&desk).await;
}

/// A card that takes longer than anybody waits neither answers a later request nor stops the desk.
#[tokio::test]
async fn a_slow_card_answers_nobodys_request_and_stops_nothing() {
    let desk = Desk::open().await;
    let (release, released) = std::sync::mpsc::channel::<()>();
    let slow = desk.lay(VirtualCard::new(FELICA_ATR, move |_, _| {
        let _let_go = released.recv();
        Reply::Answer(bytes("012E4CE17A3B5C6D9000"))
    }));
    let read = desk.ask_for(2);
    assert!(!matches!(desk.outcome(read).await, ReadOutcome::Answered | ReadOutcome::StillWaiting));
    drop(release);
    slow.take_away();
    desk.until_gone(0).await;
    assert!(desk.sink.answers.lock().unwrap().is_empty());
    reads_the_next_card(&desk).await;
}
