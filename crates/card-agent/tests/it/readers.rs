//! Readers and the service: away, back, several, plugged in later; and what a person at the desk is told.

use crate::desk::{Desk, DeviceState};
use crate::service::{FIRST, SECOND};
use crate::virtual_card::{PHONE_ATR, VirtualCard};
use renkei_api::reader::ReadOutcome;

const IDM: &str = "012E4CE17A3B5C6D";
const OTHER: &str = "012E4CE17A3B5C6E";

#[tokio::test]
async fn the_service_restarts_under_a_lying_card_and_the_agent_finds_both_again() {
    let mut desk = Desk::open().await;
    let _card = desk.lay(VirtualCard::felica(IDM));
    desk.until_device(DeviceState::CardPresent).await;
    desk.service.stop();
    desk.until_device(DeviceState::Absent).await;
    assert!(!desk.can_be_asked(), "a reader that is away is not asked");
    desk.service.start();
    desk.until_device(DeviceState::CardPresent).await;
    let read = desk.ask();
    assert_eq!(desk.outcome(read).await, ReadOutcome::Answered);
}

#[tokio::test]
async fn a_reader_that_is_unplugged_and_comes_back_reads_again() {
    let mut desk = Desk::open().await;
    desk.service.start_without_reader();
    desk.until_device(DeviceState::Absent).await;
    desk.service.start();
    desk.until_device(DeviceState::Ready).await;
    assert_eq!(desk.read(VirtualCard::felica(IDM)).await, Ok(format!("felica:{IDM}")));
}

#[tokio::test]
async fn an_agent_that_starts_before_the_service_waits_for_it() {
    let mut desk = Desk::prepared(Some(FIRST)).await;
    desk.start_agent();
    desk.until_device(DeviceState::Absent).await;
    desk.service.start();
    desk.until_device(DeviceState::Ready).await;
    assert_eq!(desk.read(VirtualCard::felica(IDM)).await, Ok(format!("felica:{IDM}")));
}

/// R-8.2.4-ア: with two readers the settings say which one is the desk's; the other one's card opens nothing.
#[tokio::test]
async fn only_the_reader_of_the_settings_is_read() {
    let desk = Desk::open().await;
    let _beside = desk.lay_beside(VirtualCard::felica(OTHER));
    let read = desk.ask();
    let _card = desk.lay(VirtualCard::felica(IDM));
    assert_eq!(desk.outcome(read).await, ReadOutcome::Answered);
    let cards: Vec<_> = desk.sink.answers.lock().unwrap().iter().map(|answer| answer.card.normal_form()).collect();
    assert_eq!(cards, [format!("felica:{IDM}")]);
}

#[tokio::test]
async fn with_two_readers_and_no_setting_none_is_used_and_the_desk_is_told_why() {
    let mut desk = Desk::prepared(None).await;
    desk.service.start();
    desk.start_agent();
    desk.until_device(DeviceState::Faulty).await;
    assert!(!desk.can_be_asked());
    let said = desk.agent_log();
    assert!(said.contains("device に書いてください") && said.contains(FIRST) && said.contains(SECOND), "{said}");
}

#[tokio::test]
async fn the_list_of_readers_marks_the_one_in_use() {
    let mut desk = Desk::prepared(Some(SECOND)).await;
    let away = desk.command("readers");
    assert_eq!(away.status.code(), Some(6));
    assert!(String::from_utf8_lossy(&away.stderr).contains("no_smart_card_service"));
    desk.service.start();
    let _card = desk.lay(VirtualCard::felica(IDM));
    let listed = || String::from_utf8(desk.command("readers").stdout).unwrap();
    desk.until(|_| listed().contains(&format!("{FIRST}（カードあり")), "the card is listed").await;
    assert!(listed().contains(&format!("→ {SECOND}（カードなし")), "{}", listed());
}

#[tokio::test]
async fn a_card_can_be_tried_at_the_desk_and_its_number_stays_there() {
    let mut desk = Desk::prepared(Some(FIRST)).await;
    desk.service.start();
    let good = desk.begin("check");
    let card = desk.lay(VirtualCard::felica(IDM));
    let tried = good.wait_with_output().unwrap();
    card.take_away();
    let said = [tried.stdout, tried.stderr].concat();
    let said = String::from_utf8(said).unwrap();
    assert!(tried.status.success() && said.contains("…5C6D"), "{said}");
    assert!(!said.contains("7A3B"), "{said}");
    let listed = || String::from_utf8(desk.command("readers").stdout).unwrap();
    desk.until(|_| listed().contains(&format!("{FIRST}（カードなし")), "the card is gone").await;
    let phone = desk.begin("check");
    let _card = desk.lay(VirtualCard::with_identifier(PHONE_ATR, "08A1B2C3"));
    let refused = phone.wait_with_output().unwrap();
    let said = String::from_utf8(refused.stderr).unwrap();
    assert!(!refused.status.success() && said.contains("card_random") && !said.contains("A1B2C3"), "{said}");
}
