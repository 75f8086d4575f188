//! What can be known of readers and reads from outside the hub, in words of their own.
//!
//! Separate from the hub so that pages can be written against these without its inside.

use crate::reader::ports::Unreadable;
use crate::reader::wire::DeviceState;
use renkei_kernel::{CardReadId, Category, Problem, Timestamp};
use std::time::Duration;

/// A read was asked of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Requested {
    /// Last instant at which an answer counts.
    pub expires_at: Timestamp,
    /// The read that waited there before and is over now.
    pub replaced: Option<CardReadId>,
}

/// Why a reader cannot be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestRefused {
    #[error("カードリーダーが接続されていません。/ the reader's agent is not connected")]
    NotConnected,
    #[error("カードリーダーが使えない状態です。/ the reader does not work")]
    NotWorking,
    #[error("読み取りの回数が多すぎます。しばらく待ってからお試しください。/ too many reads at this reader")]
    TooMany { again_in: Duration },
}

impl Problem for RequestRefused {
    fn category(&self) -> Category {
        match self {
            Self::NotConnected | Self::NotWorking => Category::Stopped,
            Self::TooMany { .. } => Category::TooMany,
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::NotConnected => "reader_away",
            Self::NotWorking => "reader_faulty",
            Self::TooMany { .. } => "reader_too_many",
        }
    }
}

/// How a read ended, as far as the reader is concerned. Whose card it was is another question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReadOutcome {
    /// A live read was handed to the use case.
    Answered,
    /// A genuine answer without a usable identifier.
    Unreadable(Unreadable),
    /// No card in time.
    Expired,
    /// A newer request took the reader, or the page gave up.
    GivenUp,
    /// Not asked for at this hub, or too long ago.
    Unknown,
    /// Still waiting when the caller's patience ended.
    StillWaiting,
}

/// What is known of a reader.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReaderState {
    /// Since when its agent is connected; `None` when it is not.
    pub connected_since: Option<Timestamp>,
    /// Last sign of life, also of a connection that is gone.
    pub last_seen: Option<Timestamp>,
    /// The agent's version, while connected.
    pub version: Option<String>,
    /// The device, while connected.
    pub device: Option<DeviceState>,
    /// Server's clock minus agent's clock in seconds at its last answer.
    pub drift_seconds: Option<i64>,
    /// Whether a read waits there.
    pub waiting: bool,
}

impl ReaderState {
    pub fn is_connected(&self) -> bool {
        self.connected_since.is_some()
    }
    /// Connected and able to read.
    pub fn is_ready(&self) -> bool {
        self.device.is_some_and(DeviceState::works)
    }
}
