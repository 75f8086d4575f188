//! Every bound with a name: queues, pages, uploads, retries, depths. One place to read what the house can be made to do.

/// Largest original kept as a sealed row; larger ones go to the blob store (architecture, section 4).
pub const ORIGINAL_INLINE_MAX_BYTES: usize = 64 * 1024;
/// Largest original the blob store takes in one piece.
pub const BLOB_MAX_BYTES: usize = 64 * 1024 * 1024;
/// Largest single HL7 file an import opens.
pub const HL7_FILE_MAX_BYTES: u64 = 16 * 1024 * 1024;
/// Names in one folder of a storage; a folder with more is told and not read.
pub const FOLDER_NAMES_MAX: usize = 1_000_000;
/// Segments in one message.
pub const HL7_SEGMENTS_MAX: usize = 20_000;
/// Fields in one segment.
pub const HL7_FIELDS_MAX: usize = 1_000;
/// Repetitions in one field.
pub const HL7_REPETITIONS_MAX: usize = 10_000;
/// Findings reported one by one; the rest is counted by code (architecture, section 9).
pub const FINDINGS_LISTED_MAX: usize = 1_000;
/// Acts that share one commit on SQLite.
pub const ACTS_PER_COMMIT_MAX: usize = 100;
/// Messages an import prepares for one multi-row insert.
pub const IMPORT_BATCH_MESSAGES_MAX: usize = 100;
/// Milliseconds after which acts that share a commit are committed, however many still wait.
pub const COMMIT_AFTER_MS: u64 = 50;
/// Seconds one act may occupy the writer before it is taken away.
pub const ACT_SECONDS_MAX: u64 = 60;
/// Seconds a read waits for a connection to PostgreSQL, be it that all are taken or that the server is away.
pub const DATABASE_WAIT_SECONDS_MAX: u64 = 10;
/// Times an act that met another is run on PostgreSQL before it is given up.
pub const ACT_REPETITIONS_MAX: u32 = 16;
/// Acts that may wait for the writer before callers are told to come back.
pub const WRITER_QUEUE_MAX: usize = 4_096;
/// Canonical trail entry (audit-log.md section 3: tile bundles use a 16-bit length).
pub const TRAIL_ENTRY_MAX_BYTES: usize = 60_000;
/// Entries after which a checkpoint is signed at the latest.
pub const CHECKPOINT_EVERY_ENTRIES: u64 = 256;
/// Seconds after which a checkpoint is signed at the latest when entries wait.
pub const CHECKPOINT_EVERY_SECONDS: i64 = 10;
/// Seconds a trail record may wait for its number before it is an alarm.
pub const TRAIL_WAIT_MAX_SECONDS: i64 = 1;
/// Life of the nonce of one card read (patient-card.md section 3).
pub const CARD_NONCE_SECONDS: i64 = 60;
/// Unknown cards at one reader within the window, after which the function closes there (R-8.2.4-ア).
pub const CARD_UNKNOWN_MAX: u32 = 10;
pub const CARD_UNKNOWN_WINDOW_SECONDS: i64 = 600;
/// Refused cards remembered for it at once; a closed reader refuses no more, so that this is never met.
pub const CARD_REFUSALS_REMEMBERED_MAX: usize = 65_536;
/// Professional sessions (login-and-sessions.md section 5).
pub const SESSION_IDLE_SECONDS: i64 = 15 * 60;
/// The same at a terminal that several people use, as the register says of its address (R-F1-3.3B-2).
pub const SESSION_IDLE_SHARED_SECONDS: i64 = 5 * 60;
pub const SESSION_ABSOLUTE_SECONDS: i64 = 12 * 60 * 60;
pub const SESSIONS_PER_PERSON_MAX: usize = 2;
/// Refusals of one person within the window at which somebody is alarmed, once for a window (R-F1-3.3B-4).
pub const DENIALS_MAX: usize = 10;
pub const DENIALS_WINDOW_SECONDS: i64 = 300;
/// Persons whose refusals are remembered at once.
pub const DENIALS_PERSONS_MAX: usize = 4_096;
/// Refused sign-ins of one source that the trail takes one by one in a minute; the rest is counted.
pub const SIGN_IN_REFUSALS_PER_MINUTE_MAX: u64 = 30;
/// Sources whose refused sign-ins are counted apart within a minute.
pub const SIGN_IN_SOURCES_MAX: usize = 1_024;
/// Visits of sessions beside which the shown sources are remembered, for the start page's word about late ones.
pub const SHOWN_SOURCES_MAX: usize = 4_096;
/// Seconds the clock may stand before a session's last use; beyond that it was set back and the session ends, since its
/// limits can no longer be measured.
pub const SESSION_CLOCK_BACK_SECONDS: i64 = 60;
/// The same for a card read that waits: before its own beginning no answer counts.
pub const CARD_CLOCK_BACK_SECONDS: i64 = 5;
/// Seconds the clock may stand before the trail's newest record before it is an alarm.
pub const CLOCK_BACK_ALARM_SECONDS: i64 = 1;
/// Unwrapped chart keys kept in memory, zeroised when they leave.
pub const KEY_CACHE_MAX: usize = 4_096;
/// Head of a request: address, names and values of its fields together.
pub const HEAD_BYTES_MAX: usize = 16 * 1024;
/// Fields in the head of a request.
pub const HEAD_FIELDS_MAX: usize = 100;
/// Body of an ordinary request at a page.
pub const REQUEST_BODY_MAX_BYTES: usize = 64 * 1024;
/// Seconds a request may take before it is cut.
pub const REQUEST_SECONDS_MAX: u64 = 30;
/// Seconds a TLS handshake may take.
pub const HANDSHAKE_SECONDS_MAX: u64 = 10;
/// Connections one listener holds at once.
pub const CONNECTIONS_MAX: usize = 2_000;
