//! `GET /reader-setup`: the institution's own readers; nothing of cards or patients.

use super::{ReaderCard, ReaderSetupPage};
use crate::dates;
use crate::state::Web;
use crate::visitor::Visitor;
use crate::words::Words;
use axum::extract::State;
use axum::response::Response;
use renkei_app::card::{ReaderLine, ReaderState, ReaderView};
use renkei_kernel::Timestamp;

/// A clock that is further off than this is spoken of. Nothing depends on it: the server's own clock counts.
const DRIFT_SPOKEN_OF_SECONDS: u64 = 60;

pub async fn show(State(web): State<Web>, visitor: Visitor) -> Response {
    let entered = match web.enter(&visitor).await {
        Ok(entered) => entered,
        Err(answer) => return *answer,
    };
    let readers = match web.house.reader_lines(&entered.session).await {
        Ok(readers) => readers,
        Err(error) => return web.fail(&visitor, Some(&entered), &error),
    };
    let (words, now) = (visitor.words, web.house.now());
    let mut shell = entered.shell(&web, &visitor);
    shell.here = "/reader-setup".to_owned();
    let page = ReaderSetupPage {
        readers: readers.iter().map(|(view, line)| card(words, view, line, now)).collect(),
        checked: words.one("reader-setup-checked", "time", dates::clock(now)),
        shell,
    };
    entered.page(&web, &visitor, &page)
}

fn card(words: Words, view: &ReaderView, line: &ReaderLine, now: Timestamp) -> ReaderCard {
    let (tag, state, advice) = match (view.state, line.device_there, line.last_seen) {
        (ReaderState::Ready, ..) => ("good", "start-reader-connected", "reader-setup-do-ready"),
        (ReaderState::Faulty, Some(false), _) => ("danger", "start-reader-faulty", "reader-setup-do-device"),
        (ReaderState::Faulty, ..) => ("danger", "start-reader-faulty", "reader-setup-do-faulty"),
        (ReaderState::Away, _, None) => ("look", "start-reader-away", "reader-setup-do-never"),
        (ReaderState::Away, ..) => ("look", "start-reader-away", "reader-setup-do-away"),
    };
    let seen = line.last_seen.map_or_else(
        || words.say("reader-setup-never"),
        |at| format!("{}（{}）", dates::stamp(at), dates::ago(words, at, now)),
    );
    let mut facts = vec![(words.say("reader-setup-last-seen"), seen)];
    facts.extend(line.version.clone().map(|version| (words.say("reader-setup-version"), version)));
    let mut advice = vec![words.say(advice)];
    if let Some(drift) = line.drift_seconds.filter(|drift| drift.unsigned_abs() > DRIFT_SPOKEN_OF_SECONDS) {
        let seconds = words.one("reader-setup-drift-seconds", "n", drift);
        facts.push((words.say("reader-setup-drift"), seconds));
        advice.push(words.say("reader-setup-do-drift"));
    }
    ReaderCard { place: view.place.clone(), tag, state: words.say(state), facts, advice }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use renkei_kernel::ReaderId;

    fn shown(state: ReaderState, line: ReaderLine) -> ReaderCard {
        let id: ReaderId = "0190d6a0-0000-7000-8000-000000000001".parse().unwrap();
        let view = ReaderView { id, place: "受付1".to_owned(), state };
        card(Words::new(Language::Japanese), &view, &line, Timestamp::from_seconds(1_771_000_000))
    }

    /// R-8.2.4-ア: the desk is told how to bring its own reader to work.
    #[test]
    fn each_state_of_a_reader_has_its_own_advice() {
        let seen = Some(Timestamp::from_seconds(1_770_999_940));
        let line = |device_there| ReaderLine { last_seen: seen, device_there, ..ReaderLine::default() };
        let advice = [
            shown(ReaderState::Ready, line(Some(true))),
            shown(ReaderState::Faulty, line(Some(false))),
            shown(ReaderState::Faulty, line(Some(true))),
            shown(ReaderState::Away, line(None)),
            shown(ReaderState::Away, ReaderLine::default()),
        ]
        .map(|card| card.advice);
        for (at, one) in advice.iter().enumerate() {
            assert!(!advice[at + 1..].contains(one), "{one:?}");
        }
        assert!(advice[2][0].contains("device") && advice[4][0].contains("3と4"), "{advice:?}");
    }

    #[test]
    fn a_clock_that_is_far_off_is_spoken_of_and_a_near_one_is_not() {
        let line = |drift_seconds| ReaderLine { drift_seconds: Some(drift_seconds), ..ReaderLine::default() };
        assert_eq!(shown(ReaderState::Ready, line(-59)).advice.len(), 1);
        let off = shown(ReaderState::Ready, line(-3_600));
        assert_eq!(off.advice.len(), 2);
        assert!(off.facts.iter().any(|(_, value)| value.contains("3600") || value.contains("3,600")), "{off:?}");
    }
}
