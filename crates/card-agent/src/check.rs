//! `check`: reads one card at the desk and says whether it could be a patient's card, without sending anything.
//!
//! The rule is the server's own. The identifier is shown by its last four digits only: the screen may be seen.

use crate::AgentError;
use crate::pcsc::PcscReader;
use renkei_api::agent::{AgentFile, CardReader, CardSeen};
use renkei_api::card::{IdForm, normalise};
use renkei_api::reader::wire::ReadFault;
use renkei_participation::CardRefusal;
use std::path::Path;
use std::time::Duration;

/// Time to lay a card on the reader.
const WITHIN: Duration = Duration::from_secs(30);
/// Time a reader may take to be noticed.
const NOTICED_WITHIN: Duration = Duration::from_secs(3);

pub fn check(config: &Path) -> Result<String, AgentError> {
    let wanted = if config.exists() { AgentFile::load(config)?.device } else { None };
    let mut reader = PcscReader::open(wanted)?;
    eprintln!("カードを置いてください（30秒）。 / lay a card on the reader");
    let seen = crate::runtime()?.block_on(async {
        // The first news is that a reader is there; without any, reading says so.
        let noticed = async { while !reader.state().works() && reader_changes(&mut reader).await {} };
        let _not_noticed = tokio::time::timeout(NOTICED_WITHIN, noticed).await;
        reader.read(WITHIN).await
    });
    told(seen)
}

async fn reader_changes(reader: &mut PcscReader) -> bool {
    reader.next_change().await;
    true
}

fn told(seen: Result<CardSeen, ReadFault>) -> Result<String, AgentError> {
    let seen = seen.map_err(|fault| AgentError::Unreadable(fault.code()))?;
    match normalise(&seen.kind, &seen.id, &IdForm::default()) {
        Ok(card) => {
            let (kind, last) = (card.kind().code(), card.last_four());
            Ok(format!("読めました。{kind} …{last} は患者カードに使えます。 / read; can be a patient's card"))
        }
        Err(refusal) => {
            let why = match refusal {
                CardRefusal::Random => "番号が毎回変わるカード（スマートフォンなど）です",
                CardRefusal::NotUnique => "4バイトの番号は他のカードと重なることがあります",
                CardRefusal::Blank => "番号が書かれていないカードです",
                CardRefusal::Form | CardRefusal::Digits | CardRefusal::Length => "番号の形が決まりに合いません",
            };
            eprintln!("{why}。患者カードには使えません。 / cannot be a patient's card");
            Err(AgentError::Unreadable(refusal.code()))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use renkei_api::reader::wire::Means;

    fn card(kind: &str, id: &str) -> Result<CardSeen, ReadFault> {
        Ok(CardSeen { means: Means::Contactless, kind: kind.to_owned(), id: id.to_owned() })
    }

    #[test]
    fn only_the_last_four_digits_are_shown() {
        let text = told(card("felica", "012E4CE17A3B5C6D")).unwrap();
        assert!(text.contains("…5C6D") && !text.contains("7A3B"), "{text}");
    }

    #[test]
    fn a_card_that_the_server_would_refuse_is_refused_at_the_desk() {
        for (kind, id, why) in [
            ("mifare", "08A1B2C3", "card_random"),
            ("mifare", "04A1B2C3", "card_not_unique"),
            ("felica", "01FE112233445566", "card_random"),
        ] {
            assert!(matches!(told(card(kind, id)), Err(AgentError::Unreadable(code)) if code == why), "{id}");
        }
        assert!(matches!(told(Err(ReadFault::TwoCards)), Err(AgentError::Unreadable("two_cards"))));
    }
}
