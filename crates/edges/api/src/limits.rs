//! Bounds of the agents' protocol, each with its reason; the life of a nonce is `kernel::limits::CARD_NONCE_SECONDS`.

use std::time::Duration;

/// Largest message in either direction; the longest real one is below 1 KiB.
pub const MESSAGE_MAX_BYTES: usize = 4 * 1024;
/// Messages an agent may send within [`MESSAGES_WINDOW`]: what the allowed reads cause (a card came, was read, left, and
/// one more for a card that did not lie still) and as much again as an ordinary desk sends beside them.
pub const MESSAGES_MAX: u32 = 4 * REQUESTS_PER_MINUTE_MAX + 60;
pub const MESSAGES_WINDOW: Duration = Duration::from_secs(60);
/// Pings, pongs and other frames of the WebSocket itself within [`MESSAGES_WINDOW`]; an agent answers three heartbeats.
pub const CONTROLS_MAX: u32 = 120;
/// Time an agent has to say who it is.
pub const IDENTIFY_WITHIN: Duration = Duration::from_secs(10);
/// Spacing of the server's heartbeats.
pub const HEARTBEAT: Duration = Duration::from_secs(20);
/// Silence after which a connection counts as lost.
pub const SILENCE_MAX: Duration = Duration::from_secs(50);
/// Messages waiting for one agent; it is cut when they do not drain.
pub const OUTBOX_MAX: usize = 16;
/// Reads asked of one reader within a minute.
pub const REQUESTS_PER_MINUTE_MAX: u32 = 30;
/// Nonces remembered after their end, to tell a replay from a late answer; an unknown nonce is a replay too.
pub const ENDED_NONCES_MAX: usize = 4_096;
/// Ended reads whose end can still be asked for.
pub const ENDED_READS_MAX: usize = 4_096;
/// Longest agent version text that is kept.
pub const VERSION_MAX_CHARS: usize = 40;
/// Longest identifier text a reader may deliver, separators included.
pub const CARD_TEXT_MAX_CHARS: usize = 128;
