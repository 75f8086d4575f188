//! Lives beside the PC/SC service: which reader is there, whether a card lies on it, and what changed.
//!
//! Separate from reading because it never touches a card. The service may start after the agent, be restarted, or stop
//! when the last reader is pulled out (Windows does); readers are unplugged and come back under another number.

use super::choose::{NoReader, choose};
use pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, Scope, State};
use renkei_api::agent::ReaderChange;
use renkei_api::reader::wire::DeviceState;
use std::ffi::{CStr, CString};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::{mpsc, watch};

/// Longest wait for news of the service, so that the thread notices when it is no longer needed.
const NEWS_WITHIN: Duration = Duration::from_millis(500);
/// PC/SC counts comings and goings in the upper half of a state.
const COUNT_BITS: u32 = 16;
/// Pause before the service is tried again.
const SERVICE_AGAIN: Duration = Duration::from_millis(500);

/// What is known of the reader at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plate {
    pub(super) state: DeviceState,
    /// Its name, when one could be chosen.
    pub(super) reader: Option<CString>,
}

impl Plate {
    fn without(why: NoReader) -> Self {
        let state = match why {
            NoReader::None | NoReader::NotThere => DeviceState::Absent,
            // Somebody has to decide: plugging in more helps nothing.
            NoReader::Several => DeviceState::Faulty,
        };
        Self { state, reader: None }
    }
}

/// A reader of this PC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub name: String,
    pub has_card: bool,
}

/// The readers of this PC now; an error when there is no service.
pub fn list() -> Result<Vec<Found>, Error> {
    let context = Context::establish(Scope::User)?;
    let names = names(&context)?;
    let mut states: Vec<_> = names.iter().map(|name| ReaderState::new(name.clone(), State::UNAWARE)).collect();
    if !states.is_empty() {
        context.get_status_change(Duration::ZERO, &mut states)?;
    }
    let found = |state: &ReaderState| Found {
        name: state.name().to_string_lossy().into_owned(),
        has_card: state.event_state().contains(State::PRESENT),
    };
    Ok(states.iter().map(found).collect())
}

/// The watching thread's own.
pub(super) struct Watcher {
    pub(super) wanted: Option<String>,
    pub(super) plate: watch::Sender<Plate>,
    pub(super) changes: mpsc::UnboundedSender<ReaderChange>,
    pub(super) ended: Arc<AtomicBool>,
}

impl Watcher {
    /// Watches until nobody needs it any more.
    pub(super) fn run(mut self) {
        let mut told = None;
        while !self.has_ended() {
            let why = match Context::establish(Scope::User) {
                Ok(context) => self.with_service(&context),
                Err(error) => error,
            };
            if self.has_ended() {
                return;
            }
            self.show(Plate::without(NoReader::None));
            if told.replace(why) != Some(why) {
                tracing::info!(reader.error = %why, "the smart card service is away or changing; trying again: {why}");
            }
            std::thread::sleep(SERVICE_AGAIN);
        }
    }

    /// Watches with one connection to the service, until that ends.
    fn with_service(&mut self, context: &Context) -> Error {
        let mut at_hand = Vec::new();
        let mut hints_given = None;
        loop {
            if self.has_ended() {
                return Error::Cancelled;
            }
            let names = match names(context) {
                Ok(names) => names,
                Err(error) => return error,
            };
            let texts: Vec<_> = names.iter().map(|name| name.to_string_lossy().into_owned()).collect();
            let chosen = choose(&texts, self.wanted.as_deref());
            if hints_given.as_ref() != Some(&texts) {
                hint(&chosen, &texts);
                hints_given = Some(texts.clone());
            }
            let chosen = match chosen {
                Ok(chosen) => names.iter().find(|name| name.to_string_lossy() == chosen.as_str()),
                Err(why) => {
                    self.show(Plate::without(why));
                    None
                }
            };
            prepare(&mut at_hand, chosen);
            match context.get_status_change(NEWS_WITHIN, &mut at_hand) {
                Ok(()) => {}
                Err(Error::Timeout) => continue,
                // Pulled out between two questions: the list is asked for again.
                Err(Error::UnknownReader | Error::ReaderUnavailable) => at_hand.clear(),
                Err(error) => return error,
            }
            for state in &mut at_hand {
                if state.name() != PNP_NOTIFICATION() {
                    self.heard(state);
                }
                state.sync_current_state();
            }
        }
    }

    /// Takes in what the service says of the chosen reader. `state` still holds what was known before.
    fn heard(&mut self, state: &ReaderState) {
        let (before, now) = (state.current_state(), state.event_state());
        if now.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
            return self.show(Plate::without(NoReader::None));
        }
        let here = now.contains(State::PRESENT);
        let shown = Plate {
            state: if here { DeviceState::CardPresent } else { DeviceState::Ready },
            reader: Some(state.name().to_owned()),
        };
        // Present before and now, but the count of comings and goings moved on: another card, or the same once more.
        let swapped =
            here && before.contains(State::PRESENT) && before.bits() >> COUNT_BITS != now.bits() >> COUNT_BITS;
        if swapped {
            self.show(Plate { state: DeviceState::Ready, ..shown.clone() });
        }
        self.show(shown);
    }

    /// Shows a state and tells what changed; the same state again is no news.
    fn show(&mut self, plate: Plate) {
        let before = self.plate.send_replace(plate.clone());
        if before.state == plate.state {
            return;
        }
        let change = match (before.state, plate.state) {
            (DeviceState::CardPresent, DeviceState::Ready) => ReaderChange::Removed,
            (_, state) => ReaderChange::State(state),
        };
        // Without an agent there is nobody to tell.
        let _nobody_listens = self.changes.send(change);
    }

    fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }
}

/// Keeps what is known of the chosen reader, and begins anew when it is another one.
fn prepare(at_hand: &mut Vec<ReaderState>, chosen: Option<&CString>) {
    let known: Option<&CStr> = at_hand.get(1).map(ReaderState::name);
    if at_hand.is_empty() || known != chosen.map(CString::as_c_str) {
        at_hand.clear();
        at_hand.push(ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE));
        at_hand.extend(chosen.map(|name| ReaderState::new(name.clone(), State::UNAWARE)));
    }
}

/// Names of all readers; none is no error.
fn names(context: &Context) -> Result<Vec<CString>, Error> {
    match context.list_readers_owned() {
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        listed => listed,
    }
}

/// Tells the person at the desk which reader is used, or what to do. Names of devices are no secret.
fn hint(chosen: &Result<&String, NoReader>, names: &[String]) {
    match chosen {
        Ok(name) => {
            tracing::info!(reader.device = %name, "カードリーダー「{name}」を使います。 / using this card reader")
        }
        Err(NoReader::None) => {
            tracing::warn!("カードリーダーがつながっていません。つないでください。 / no card reader is plugged in")
        }
        Err(NoReader::NotThere) => tracing::warn!(
            "設定の device に合うカードリーダーがありません。あるのは: {names:?} / no reader of that name; these are there"
        ),
        Err(NoReader::Several) => tracing::warn!(
            "カードリーダーが複数あります。使う方の名前を設定の device に書いてください: {names:?} / several readers: write the name of one as device"
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn watcher() -> (Watcher, mpsc::UnboundedReceiver<ReaderChange>) {
        let (plate, _) = watch::channel(Plate::without(NoReader::None));
        let (changes, heard) = mpsc::unbounded_channel();
        (Watcher { wanted: None, plate, changes, ended: Arc::default() }, heard)
    }

    fn with(state: DeviceState) -> Plate {
        Plate { state, reader: Some(c"Reader 00 00".to_owned()) }
    }

    #[test]
    fn a_card_that_leaves_is_told_as_removed_and_a_reader_that_leaves_as_absent() {
        let (mut watcher, mut heard) = watcher();
        use DeviceState::{Absent, CardPresent, Ready};
        for plate in [with(Ready), with(Ready), with(CardPresent), with(Ready), with(CardPresent)] {
            watcher.show(plate);
        }
        watcher.show(Plate::without(NoReader::None));
        watcher.show(Plate::without(NoReader::NotThere));
        watcher.show(with(Ready));
        let told: Vec<_> = std::iter::from_fn(|| heard.try_recv().ok()).collect();
        let state = ReaderChange::State;
        assert_eq!(
            told,
            [state(Ready), state(CardPresent), ReaderChange::Removed, state(CardPresent), state(Absent), state(Ready)]
        );
    }

    #[test]
    fn several_readers_without_a_setting_are_a_fault_that_a_person_mends() {
        assert_eq!(Plate::without(NoReader::Several).state, DeviceState::Faulty);
        assert_eq!(Plate::without(NoReader::NotThere).state, DeviceState::Absent);
    }

    #[test]
    fn another_reader_begins_with_nothing_known() {
        let mut at_hand = Vec::new();
        prepare(&mut at_hand, Some(&c"A".to_owned()));
        assert_eq!(at_hand.len(), 2);
        prepare(&mut at_hand, Some(&c"B".to_owned()));
        assert_eq!((at_hand.len(), at_hand[1].name()), (2, c"B"));
        prepare(&mut at_hand, None);
        assert_eq!(at_hand.len(), 1);
    }
}
