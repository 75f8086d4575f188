//! Cards that are what they should be: laid, lying, taken away.

use crate::desk::{Desk, DeviceState};
use crate::virtual_card::{PHONE_ATR, ULTRALIGHT_ATR, VirtualCard};
use renkei_api::reader::{ProofLevel, ReadOutcome};

const IDM: &str = "012E4CE17A3B5C6D";

/// R-8.2.4-ア: the card's ID is read by the system; a real reader's card is no typed number.
#[tokio::test]
async fn a_felica_card_is_read_by_an_enrolled_reader_and_counts_as_seen() {
    let mut desk = Desk::open().await;
    let read = desk.ask();
    let card = desk.lay(VirtualCard::felica(IDM));
    assert_eq!(desk.outcome(read).await, ReadOutcome::Answered);
    let answer = desk.sink.answers.lock().unwrap()[0].clone();
    assert_eq!(answer.card.normal_form(), format!("felica:{IDM}"));
    assert_eq!((answer.reader, answer.level), (desk.reader, ProofLevel::ReaderSaw));
    card.take_away();
    assert!(desk.stop_agent());
    let said = desk.agent_log();
    assert!(said.contains("つながりました") && said.contains("終了しました"), "{said}");
    assert!(!said.contains(&IDM[4..]), "the number stands in the log");
}

/// R-8.2.4-ア: a read is fresh: a card that lies there is read when somebody asks, and anew each time.
#[tokio::test]
async fn a_card_that_lies_there_is_read_when_asked_for_and_not_before() {
    let desk = Desk::open().await;
    let _card = desk.lay(VirtualCard::felica(IDM));
    desk.until_device(DeviceState::CardPresent).await;
    assert!(desk.sink.answers.lock().unwrap().is_empty());
    for asked in 1..=2 {
        let read = desk.ask();
        assert_eq!(desk.outcome(read).await, ReadOutcome::Answered);
        assert_eq!(desk.sink.answers.lock().unwrap().len(), asked);
    }
}

#[tokio::test]
async fn a_card_that_is_taken_away_is_noticed() {
    let desk = Desk::open().await;
    let card = desk.lay(VirtualCard::felica(IDM));
    desk.until_device(DeviceState::CardPresent).await;
    assert_eq!(desk.removals(), 0);
    card.take_away();
    desk.until_device(DeviceState::Ready).await;
    assert_eq!(desk.removals(), 1);
}

#[tokio::test]
async fn iso_14443_cards_are_read_with_and_without_an_operating_system() {
    let desk = Desk::open().await;
    let ultralight = VirtualCard::with_identifier(ULTRALIGHT_ATR, "04A1B2C3D4E580");
    assert_eq!(desk.read(ultralight).await.unwrap(), "mifare:04A1B2C3D4E580");
    let long = VirtualCard::with_identifier(PHONE_ATR, "04A1B2C3D4E5F6071829");
    assert_eq!(desk.read(long).await.unwrap(), "mifare:04A1B2C3D4E5F6071829");
}
