//! What a verification answers: faults, warnings, and how far what was looked at reaches.
//!
//! Separate from the verifiers (of a database, of an archive), which say it in the same words.

use crate::NoteError;
use renkei_db::sea_orm::prelude::Uuid;
use serde::Serialize;

/// Faults and warnings listed one by one; the rest is counted.
const LISTED_MAX: usize = 100;

/// Something that cannot be so in a trail nobody touched. Numbers count from 0.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum Fault {
    /// The entry's bytes do not fit its hash: a byte was changed, entries were swapped or put in.
    EntryChanged { number: u64 },
    /// `count` entries from `number` on are gone.
    EntriesMissing { number: u64, count: u64 },
    /// An entry behind the end of the tree.
    EntryBeyondEnd { number: u64 },
    /// Time, name or patient beside the entry differ from the entry itself.
    BesideEntry { number: u64 },
    /// A stored hash of the tree does not follow from those below; the entries it covers begin at `number`.
    Tile { level: u32, position: u64, number: u64 },
    /// The tree at `size` is not the one that was signed; up to `good_until` it was.
    CheckpointContradicted { size: u64, good_until: u64, kept: bool },
    /// A checkpoint in the database or handed in is not a valid note of this log.
    CheckpointInvalid { size: Option<u64>, kept: bool, reason: String },
    /// A checkpoint is signed, rightly, by a key of this log that was not in force at that size: an old key was used
    /// after the hand-over to the next, or a new one before.
    KeyOutOfTurn { size: Option<u64>, key: String, kept: bool },
    /// A hand-over between signing keys is not what the trail says of it, or no chain from a key that is trusted.
    HandOver { size: Option<u64>, reason: String },
    /// Entry `number` announces a new signing key, no hand-over was signed there, and the old key signed on.
    OldKeyWentOn { number: u64 },
    /// A checkpoint covers more entries than there are: the tail was cut off.
    TailCut { signed: u64, available: u64, kept: bool },
    /// A file of an archive is not as its list of digests says, or cannot be read.
    ArchiveFile { file: String, reason: String },
    /// An archive does not begin where the one before it ended.
    ArchivesApart { end: u64, first: u64 },
    /// A record that still waits was changed.
    WaitingChanged { event: Uuid },
}

impl Fault {
    /// The first entry this fault puts in doubt.
    pub fn number(&self) -> Option<u64> {
        match self {
            Self::EntryChanged { number }
            | Self::EntriesMissing { number, .. }
            | Self::EntryBeyondEnd { number }
            | Self::BesideEntry { number }
            | Self::Tile { number, .. } => Some(*number),
            Self::CheckpointContradicted { good_until, .. } => Some(*good_until),
            Self::TailCut { available, .. } => Some(*available),
            Self::OldKeyWentOn { number } => Some(*number),
            Self::ArchivesApart { end, .. } => Some(*end),
            Self::HandOver { .. }
            | Self::ArchiveFile { .. }
            | Self::KeyOutOfTurn { .. }
            | Self::CheckpointInvalid { .. }
            | Self::WaitingChanged { .. } => None,
        }
    }

    /// Of a note that a ring of keys refused.
    pub(crate) fn of_note(error: NoteError, size: Option<u64>, kept: bool) -> Self {
        match error {
            NoteError::OutOfTurn { key } => Self::KeyOutOfTurn { size, key: hex::encode(key), kept },
            other => Self::CheckpointInvalid { size, kept, reason: other.to_string() },
        }
    }

    /// For the person who reads the result.
    pub fn text_ja(&self) -> String {
        match self {
            Self::EntryChanged { number } => format!("{number} 番の記録が書き換えられています。"),
            Self::EntriesMissing { number, count } => format!("{number} 番から {count} 件の記録がありません。"),
            Self::EntryBeyondEnd { number } => format!("台帳の終わりより後に {number} 番の記録があります。"),
            Self::BesideEntry { number } => format!("{number} 番の検索用の項目が記録の内容と違います。"),
            Self::Tile { number, .. } => format!("{number} 番から始まる区間のハッシュが合いません。"),
            Self::CheckpointContradicted { size, good_until, .. } => {
                format!("{size} 件時点の署名と合いません。{good_until} 件までは合っています。")
            }
            Self::CheckpointInvalid { kept: true, .. } => "渡された署名ファイルが正しくありません。".to_owned(),
            Self::CheckpointInvalid { .. } => "保存された署名に正しくないものがあります。".to_owned(),
            Self::KeyOutOfTurn { size, key, .. } => {
                let at = size.map_or(String::new(), |size| format!("{size} 件時点の"));
                format!("{at}署名が、その時点で有効でない署名鍵（{key}）で行われています。")
            }
            Self::HandOver { size, .. } => {
                let at = size.map_or(String::new(), |size| format!("{size} 件時点の"));
                format!("{at}署名鍵の引き継ぎが、記録または信頼する鍵とつながりません。")
            }
            Self::OldKeyWentOn { number } => {
                format!("{number} 番で署名鍵の交換が告げられましたが、古い鍵の署名が続いています。")
            }
            Self::TailCut { signed, available, .. } => {
                format!("署名では {signed} 件ありますが、{available} 件しかありません。末尾が切り取られています。")
            }
            Self::ArchiveFile { file, .. } => format!("書庫のファイル {file} が、要約の一覧と合わないか、読めません。"),
            Self::ArchivesApart { end, first } => {
                format!("書庫がつながっていません。{end} 件で終わり、次は {first} 件から始まっています。")
            }
            Self::WaitingChanged { event } => format!("採番を待つ記録 {event} が書き換えられています。"),
        }
    }
}

/// Worth a look, but possible in an honest trail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "warning", rename_all = "snake_case")]
pub enum Warning {
    /// The time stands before that of an earlier entry and the entry does not say that the clock was set back.
    TimeBackwards { number: u64 },
    /// No checkpoint from outside was handed in, so a cut tail could not be found.
    NoKeptCheckpoint,
    /// A new signing key is announced and its hand-over not signed yet; the next start finishes it.
    HandOverUnfinished { number: u64 },
    /// Archives only: the span ends under a key that is known by later hand-overs alone. Who holds a copy of that key
    /// could have written it; it is to be verified together with the archive that reaches `until`, or by that key's own
    /// public half as it was kept at the time.
    SignedByAnEarlierKey { end: u64, until: u64 },
}

impl Warning {
    /// For the person who reads the result.
    pub fn text_ja(&self) -> String {
        match self {
            Self::TimeBackwards { number } => format!("{number} 番の時刻が、前の記録より古くなっています。"),
            Self::NoKeptCheckpoint => {
                "外に保管した署名ファイルが渡されていないため、末尾の切り取りは確かめられません。".to_owned()
            }
            Self::HandOverUnfinished { number } => {
                format!("{number} 番で署名鍵の交換が告げられ、まだ終わっていません。次の起動で終わります。")
            }
            Self::SignedByAnEarlierKey { end, until } => format!(
                "{end} 件までの署名は、後の鍵からさかのぼって知った古い鍵のものです。古い鍵の写しがあれば作れるため、\
                 {until} 件までを含む次の書庫と一緒に、または当時保管した古い公開鍵で確かめてください。"
            ),
        }
    }
}

/// The verifier's answer.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Report {
    /// Entries of the tree.
    pub entries: u64,
    /// Records without a number yet.
    pub waiting: u64,
    /// Root over all entries as read, in hexadecimal.
    pub root: String,
    /// Signed checkpoints in the database.
    pub checkpoints: u64,
    /// Entries covered by a checkpoint with a good signature (database or kept).
    pub covered: u64,
    /// The lowest entry that any fault puts in doubt.
    pub first_broken: Option<u64>,
    /// The first hundred; `faults_total` counts all.
    pub faults: Vec<Fault>,
    pub faults_total: u64,
    pub warnings: Vec<Warning>,
    pub warnings_total: u64,
}

impl Report {
    pub fn is_ok(&self) -> bool {
        self.faults_total == 0
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        self.faults_total += 1;
        if let Some(number) = fault.number() {
            self.first_broken = Some(self.first_broken.map_or(number, |first| first.min(number)));
        }
        if self.faults.len() < LISTED_MAX {
            self.faults.push(fault);
        }
    }

    pub(crate) fn warn(&mut self, warning: Warning) {
        self.warnings_total += 1;
        if self.warnings.len() < LISTED_MAX {
            self.warnings.push(warning);
        }
    }
}
