//! Database, schema, trail and its seals, feeds: read only, beside a running server or without one.

use super::finding::Finding;
use super::ward::Ward;
use crate::settings::Database as Engine;
use crate::wiring::TRAIL_NAME;
use renkei_db::{Database, Settings, migrations_applied};
use renkei_kernel::Timestamp;
use renkei_ledger::{KeyRing, SigningKey, TrailCondition, VerifierKey};
use renkei_store::{batches, migrations};
use std::path::Path;

/// A record may wait this long while a server runs.
const WAITING_SECONDS_MAX: i64 = 5;

/// Opens for reading; `None` when there is nothing to open yet.
pub async fn open(ward: &Ward) -> Result<Option<Database>, renkei_db::Error> {
    let settings = match ward.settings.as_ref().map(|settings| &settings.database) {
        Ok(Engine::Postgresql { url }) => Settings::postgres(url.clone()),
        Ok(Engine::Sqlite) | Err(_) => {
            let file = ward.folders.data.join("renkei.sqlite");
            if !file.exists() {
                return Ok(None);
            }
            Settings::sqlite(file)
        }
    };
    Database::open(settings.reading_only()).await.map(Some)
}

pub async fn check(ward: &Ward) -> Vec<Finding> {
    let database = match open(ward).await {
        Ok(Some(database)) => database,
        Ok(None) => {
            return vec![Finding::notice("database_not_yet", "database").says(
                "データベースはまだありません（最初の serve か取り込みで作られます）。",
                "there is no database yet; the first start makes it",
            )];
        }
        Err(error) => return vec![unusable(&error.to_string())],
    };
    let mut findings = schema(&database).await;
    if findings.is_empty() {
        findings = trail(ward, &database).await;
    }
    let _closed = database.close().await;
    findings
}

fn unusable(reason: &str) -> Finding {
    Finding::fault("database_unusable", "database")
        .says(format!("データベースを読めません（{reason}）。"), "the database cannot be read")
        .asks(
            "ディスクとデータベースを確かめ、だめなら控えから戻してください（手順は first-steps の 10）。",
            "look at the disk and the database server; else put the copy back (first-steps, chapter 10)",
        )
}

async fn schema(database: &Database) -> Vec<Finding> {
    let areas = [(renkei_ledger::AREA, &renkei_ledger::MIGRATIONS[..]), (migrations::AREA, migrations::MIGRATIONS)];
    for (area, known) in areas {
        let applied = match migrations_applied(database, area).await {
            Ok(applied) => applied,
            Err(error) => return vec![unusable(&error.to_string())],
        };
        if let Some(newer) = applied.iter().find(|name| !known.iter().any(|step| step.name == name.as_str())) {
            return vec![
                Finding::fault("schema_newer", area)
                    .says(
                        format!("データベースは、より新しい版の Renkei で使われています（{newer}）。"),
                        format!("the database was used by a newer Renkei ({newer})"),
                    )
                    .asks("新しい版の renkei をお使いください。", "use the newer program"),
            ];
        }
        let missing = known.iter().filter(|step| !applied.iter().any(|name| name == step.name)).count();
        if missing > 0 {
            return vec![Finding::notice("schema_older", area).says(
                format!(
                    "データベースの形が {missing} 段階前です。次の serve が新しくします。その前に控えを取ってください。"
                ),
                format!("the schema is {missing} steps behind; the next start brings it up: copy data before"),
            )];
        }
    }
    Vec::new()
}

async fn trail(ward: &Ward, database: &Database) -> Vec<Finding> {
    let condition = match renkei_ledger::condition(database).await {
        Ok(condition) => condition,
        Err(error) => return vec![unusable(&error.to_string())],
    };
    let mut findings = Vec::new();
    if let Some(oldest) = condition.waiting.oldest_at.filter(|_| ward.server.runs()) {
        let seconds = ward.now.seconds_since(oldest);
        if seconds > WAITING_SECONDS_MAX {
            findings.push(
                Finding::fault("trail_waits", "trail")
                    .says(
                        format!("監査証跡の記録 {} 件が番号を待っています（最長 {seconds} 秒）。", condition.waiting.count),
                        format!("{} records of the trail wait for their number, up to {seconds} s", condition.waiting.count),
                    )
                    .asks(
                        "operator のログとディスクを確かめ、続くときは serve を始め直してください。記録は失われていません。",
                        "look at the operator's log and the disk; restart serve when it stays. Nothing is lost",
                    ),
            );
        }
    }
    // Without the key no signature can be judged; the check of keys tells that.
    let Ok(own) = SigningKey::load(&ward.folders.keys, TRAIL_NAME).map(|key| key.verifier()) else {
        findings.extend(seals(ward, &condition, None));
        return findings;
    };
    match renkei_ledger::signing_keys(database, std::slice::from_ref(&own)).await {
        Ok((ring, _, since)) => {
            findings.extend(seals(ward, &condition, Some(&ring)));
            let since = match since {
                Some(since) => Some(since),
                None => renkei_ledger::first_signed_at(database).await.unwrap_or_default(),
            };
            findings.extend(signing_key(ward, &own, &ring, since));
        }
        Err(error) => findings.push(unusable(&error.to_string())),
    }
    findings
}

/// The key that signs: whether the trail handed over to another one, and how long it has been in force.
fn signing_key(ward: &Ward, own: &VerifierKey, ring: &KeyRing, since: Option<Timestamp>) -> Option<Finding> {
    let in_force = ring.spans().last().is_some_and(|span| span.key == *own);
    if !in_force && !renkei_ledger::key_rotation_begun(&ward.folders.keys) {
        return Some(
            Finding::fault("trail_key_old", "trail-signing.key")
                .says(
                    "監査証跡の署名の鍵が、すでに引き継ぎを終えた古い鍵です。このままでは serve を始められません。",
                    "the trail's signing key is an old one that handed over to another; serve will not start",
                )
                .asks(
                    "交換の後にとった keys の控えから戻してください。",
                    "put back a copy of keys that was made after the rotation",
                ),
        );
    }
    aged(ward.now.seconds_since(since?).div_euclid(86_400), ward.thresholds.trail_key_days)
}

fn aged(days: i64, limit: i64) -> Option<Finding> {
    (limit > 0 && days >= limit).then(|| {
        Finding::attention("trail_key_aged", "trail-signing.key")
            .says(
                format!("監査証跡の署名の鍵を {days} 日使っています（目安 {limit} 日）。"),
                format!("the trail's signing key has been in force for {days} days ({limit} by the settings)"),
            )
            .asks(
                "renkei keys rotate --trail を行い、keys の控えをとり直してください。",
                "run renkei keys rotate --trail and copy keys again",
            )
    })
}

/// Checkpoints: new enough, kept outside, and not newer than the trail.
fn seals(ward: &Ward, condition: &TrailCondition, ring: Option<&KeyRing>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let signed = condition.signed.map_or(0, |(size, _)| size);
    let age = condition.signed.map(|(_, at)| ward.now.seconds_since(at));
    let limit = ward.thresholds.checkpoint_minutes.saturating_mul(60);
    if condition.size > signed && ward.server.runs() && age.is_none_or(|age| age > limit) {
        let minutes = age.unwrap_or_default() / 60;
        findings.push(
            Finding::fault("checkpoint_old", "checkpoints")
                .says(
                    format!("新しい記録に封印がありません（最後の封印は {minutes} 分前）。"),
                    format!("new records are not signed; the newest checkpoint is {minutes} minutes old"),
                )
                .asks(
                    "checkpoints フォルダに書けるか、ディスクがつながっているかを確かめてください。",
                    "see whether the folder of checkpoints can be written",
                ),
        );
    }
    match kept(&ward.folders.checkpoints, ring) {
        Kept::None if signed > 0 => findings.push(
            Finding::fault("checkpoint_missing", "checkpoints")
                .says("checkpoints に封印がありません。", "the folder of checkpoints holds none")
                .asks(
                    "renkei.toml の checkpoints と、ディスクのつながりを確かめてください。serve を始めると書き直されます。",
                    "look at the setting and the mount; the next start writes them again",
                ),
        ),
        Kept::Newest(size) if size > condition.size => findings.push(
            Finding::fault("trail_older_than_checkpoint", "trail")
                .says(
                    format!("監査証跡（{} 件）が、控えた封印（{size} 件）より短くなっています。", condition.size),
                    format!("the trail has {} records, a kept checkpoint {size}", condition.size),
                )
                .asks(
                    "古い data を戻していませんか。新しい控えを戻してください。checkpoints は消さないでください。",
                    "an older copy of data was put back? put back the newer one; do not remove checkpoints",
                ),
        ),
        Kept::Newest(size) if size < signed => findings.push(
            Finding::attention("checkpoint_behind", "checkpoints")
                .says(
                    format!("checkpoints の封印（{size} 件）が、データベースの封印（{signed} 件）に追いついていません。"),
                    format!("the kept checkpoint ({size}) is behind the signed one ({signed})"),
                )
                .asks("checkpoints に書けるかを確かめてください。", "see whether the folder can be written"),
        ),
        Kept::Unreadable => findings.push(
            Finding::fault("checkpoint_unreadable", "checkpoints")
                .says("最新の封印が読めないか、署名が合いません。", "the newest checkpoint cannot be read or its signature is wrong")
                .asks(
                    "手元の控えと renkei ledger verify --checkpoint で比べ、運用管理責任者へ知らせてください。",
                    "compare with a copy kept elsewhere by ledger verify --checkpoint, and tell whoever is responsible",
                ),
        ),
        Kept::None | Kept::Newest(_) => {}
    }
    findings
}

enum Kept {
    None,
    Newest(u64),
    Unreadable,
}

fn kept(folder: &Path, ring: Option<&KeyRing>) -> Kept {
    let note = match std::fs::read(folder.join("latest.checkpoint")) {
        Ok(note) => note,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Kept::None,
        Err(_) => return Kept::Unreadable,
    };
    match ring.map(|ring| ring.read(&note)) {
        None => Kept::None,
        Some(Ok(checkpoint)) => Kept::Newest(checkpoint.size()),
        Some(Err(_)) => Kept::Unreadable,
    }
}

/// Institutions that have not been heard of for longer than the setting allows.
pub async fn feeds(ward: &Ward) -> Vec<Finding> {
    // Why it cannot be opened or read is told by the check of the database.
    let Ok(Some(database)) = open(ward).await else { return Vec::new() };
    let read = batches::feeds(database.reader()).await;
    let _closed = database.close().await;
    let hours_max = ward.settings.as_ref().map_or(36, |settings| settings.pages.feed_late_hours);
    let mut findings = Vec::new();
    for feed in read.unwrap_or_default() {
        let hours = ward.now.seconds_since(feed.last_import_at).div_euclid(3_600);
        if hours >= hours_max {
            findings.push(
                Finding::attention("feed_silent", feed.institution.to_string())
                    .says(
                        format!("施設 {} のデータが {hours} 時間届いていません。", feed.institution),
                        format!("nothing was read of institution {} for {hours} hours", feed.institution),
                    )
                    .asks(
                        "その施設の送り出しと回線、取り込みの仕組みを確かめてください。",
                        "look at its storage, its line and the import",
                    ),
            );
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-16: the age at which a signing key is called old is a setting; 0 is never.
    #[test]
    fn a_signing_key_grows_old_by_the_setting() {
        for (days, limit, told) in [(729, 730, false), (730, 730, true), (9_999, 0, false), (-3, 1, false)] {
            assert_eq!(aged(days, limit).is_some(), told, "{days} {limit}");
        }
    }
}
