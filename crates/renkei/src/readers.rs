//! Joins the readers' hub (an edge) to the use case of cards (app): each knows the other by a trait only.

use futures::future::BoxFuture;
use renkei_api::reader::wire::DeviceState;
use renkei_api::reader::{
    CardReadSink, Hub, HubSettings, ReadAnswer, ReadRefused, ReadUnreadable, ReaderHub, ReaderKeys, ReaderNotice,
    ReaderSettings, RequestRefused, Timing,
};
use renkei_app::House;
use renkei_app::card::{CardAnswer, CardReaders, NotAsked, ReaderLine, ReaderState};
use renkei_kernel::{CardReadId, Problem, ReaderId, Timestamp, Withheld};
use std::net::IpAddr;
use std::sync::Arc;

/// Makes the hub of a house and connects both.
pub fn connect(house: &House, server_name: &str) -> Arc<Hub> {
    let hub = Hub::new(HubSettings {
        server_name: server_name.to_owned(),
        keys: Arc::new(Keys(house.clone())),
        sink: Arc::new(Sink(house.clone())),
        ids: house.ids().clone(),
        timing: Timing::default(),
    });
    house.connect_readers(Arc::new(Readers(hub.clone())));
    hub
}

struct Readers(Arc<Hub>);

impl CardReaders for Readers {
    fn request(&self, reader: ReaderId, read: CardReadId, expires_at: Timestamp) -> Result<(), NotAsked> {
        self.0.request_read(reader, read, expires_at).map(drop).map_err(|refused| match refused {
            RequestRefused::TooMany { again_in } => NotAsked::TooMany { again_in },
            RequestRefused::NotWorking => NotAsked::Faulty,
            _ => NotAsked::Away,
        })
    }
    fn state(&self, reader: ReaderId) -> ReaderState {
        let state = self.0.reader_state(reader);
        match (state.is_connected(), state.is_ready()) {
            (false, _) => ReaderState::Away,
            (true, true) => ReaderState::Ready,
            (true, false) => ReaderState::Faulty,
        }
    }
    fn line(&self, reader: ReaderId) -> ReaderLine {
        let state = self.0.reader_state(reader);
        ReaderLine {
            last_seen: state.last_seen,
            version: state.version,
            device_there: state.device.map(|device| device != DeviceState::Absent),
            drift_seconds: state.drift_seconds,
        }
    }
}

struct Keys(House);

impl ReaderKeys for Keys {
    fn device_key(&self, reader: ReaderId) -> BoxFuture<'_, Option<[u8; 32]>> {
        Box::pin(async move { logged(self.0.reader_device_key(reader).await).flatten() })
    }
    fn line_fits(&self, reader: ReaderId, source: Option<IpAddr>) -> BoxFuture<'_, bool> {
        Box::pin(async move { logged(self.0.reader_line_fits(reader, source).await).unwrap_or(false) })
    }
    fn settings(&self, reader: ReaderId) -> BoxFuture<'_, ReaderSettings> {
        Box::pin(async move {
            let keyboard_allowed = logged(self.0.reader_keyboard_allowed(reader).await).unwrap_or(false);
            ReaderSettings { keyboard_allowed, ..ReaderSettings::default() }
        })
    }
}

struct Sink(House);

impl CardReadSink for Sink {
    fn answered(&self, answer: ReadAnswer) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            let answer = CardAnswer {
                read: answer.read,
                reader: answer.reader,
                card: Withheld::new(answer.card.normal_form()),
                level: answer.level.number(),
            };
            logged(self.0.card_answered(answer).await);
        })
    }
    fn unreadable(&self, unreadable: ReadUnreadable) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            logged(self.0.card_unreadable(unreadable.reader, unreadable.read, unreadable.reason.code()).await);
        })
    }
    fn refused(&self, refused: ReadRefused) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            logged(self.0.card_refused_at(refused.reader, refused.read, refused.reason.code()).await);
        })
    }
    fn noticed(&self, notice: ReaderNotice) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            if let ReaderNotice::ClaimRefused { reader, reason, .. } = notice {
                logged(self.0.card_refused_at(reader, None, reason.code()).await);
            }
        })
    }
}

/// What failed stays closed: nothing was opened, and the operator reads the code.
fn logged<T>(result: Result<T, renkei_app::AppError>) -> Option<T> {
    result.inspect_err(|error| tracing::error!(code = error.code(), "a card reader's message was not handled")).ok()
}
