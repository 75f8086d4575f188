//! One reading of one card: connect, ask, reset, ask again, let go.
//!
//! Separate because it blocks for as long as a card likes; it runs on a thread of its own with a context of its own.
//! It asks twice, with the card switched off and on between: two cards in the field take turns, and a phone makes a
//! new number, so only a number that stays is one card's identifier.

use super::cards::{identifier, technology};
use pcsc::{Context, Disposition, Error, Protocols, ReaderState, Scope, ShareMode, State, Transaction};
use renkei_api::agent::CardSeen;
use renkei_api::reader::wire::{Means, ReadFault};
use std::ffi::CStr;
use std::time::Duration;

/// How long a service may take to notice that a card left.
const LEAVING_WITHIN: Duration = Duration::from_millis(1_000);

/// Reads the identifier of the card on `reader`. Blocks.
pub(super) fn read(reader: &CStr) -> Result<CardSeen, ReadFault> {
    let context = Context::establish(Scope::User).map_err(fault)?;
    match converse(&context, reader) {
        // A card that leaves in the middle of a word looks like one that cannot speak, until the service has noticed.
        Err(ReadFault::Unsupported | ReadFault::Device) if has_left(&context, reader) => Err(ReadFault::Removed),
        conversed => conversed,
    }
}

fn converse(context: &Context, reader: &CStr) -> Result<CardSeen, ReadFault> {
    let mut card = context.connect(reader, ShareMode::Shared, Protocols::ANY).map_err(fault)?;
    // Nobody else's command may come between ours.
    let mut alone = card.transaction().map_err(fault)?;
    let status = alone.status2_owned().map_err(fault)?;
    let technology = technology(status.atr()).ok_or(ReadFault::Unsupported)?;
    let id = identifier(technology, &mut |command| transmit(&alone, command))?;
    alone.reconnect(ShareMode::Shared, Protocols::ANY, Disposition::ResetCard).map_err(fault)?;
    let again = identifier(technology, &mut |command| transmit(&alone, command))?;
    if id != again {
        return Err(ReadFault::TwoCards);
    }
    Ok(CardSeen { means: Means::Contactless, kind: technology.code().to_owned(), id })
}

fn has_left(context: &Context, reader: &CStr) -> bool {
    let mut state = [ReaderState::new(reader, State::UNAWARE)];
    let is_here = |state: &ReaderState| state.event_state().contains(State::PRESENT);
    if context.get_status_change(Duration::ZERO, &mut state).is_err() {
        return false;
    }
    if state.iter().all(is_here) {
        state.iter_mut().for_each(ReaderState::sync_current_state);
        let _no_news = context.get_status_change(LEAVING_WITHIN, &mut state);
    }
    !state.iter().all(is_here)
}

fn transmit(card: &Transaction<'_>, command: &[u8]) -> Result<Vec<u8>, ReadFault> {
    let mut answer = [0u8; pcsc::MAX_BUFFER_SIZE];
    match card.transmit(command, &mut answer) {
        Ok(answer) => Ok(answer.to_vec()),
        // Longer than any short answer may be.
        Err(Error::InsufficientBuffer) => Err(ReadFault::Unsupported),
        Err(error) => Err(fault(error)),
    }
}

/// The word for what went wrong.
fn fault(error: Error) -> ReadFault {
    match error {
        Error::RemovedCard | Error::NoSmartcard => ReadFault::Removed,
        // A card that shows no sign of life, or whose way of speaking the reader does not know.
        Error::UnresponsiveCard
        | Error::UnpoweredCard
        | Error::UnsupportedCard
        | Error::CardUnsupported
        | Error::InvalidAtr
        | Error::ProtoMismatch
        | Error::NotTransacted => ReadFault::Unsupported,
        error => {
            tracing::warn!(reader.error = %error, "the card reader could not be used: {error}");
            ReadFault::Device
        }
    }
}
