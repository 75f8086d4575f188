//! The clock: in Japan's zone, and never behind what the trail has seen.

use super::database;
use super::finding::Finding;
use super::ward::Ward;
use renkei_kernel::Timestamp;

/// A running server writes while we look; less than this is no step back.
const TOLERATED_SECONDS: i64 = 2;
/// Before this program was written: a clock that lost its battery.
const IMPOSSIBLE_BEFORE: i64 = 1_767_225_600;
const TOKYO_OFFSET_SECONDS: i32 = 9 * 3_600;

pub async fn check(ward: &Ward) -> Vec<Finding> {
    let mut findings = zone(ward.now).into_iter().collect::<Vec<_>>();
    if ward.now.seconds() < IMPOSSIBLE_BEFORE {
        findings.push(behind("機械の時計が、あり得ない過去を指しています", "the clock shows an impossible past"));
        return findings;
    }
    // Why it cannot be read is told by the check of the database.
    let Ok(Some(opened)) = database::open(ward).await else { return findings };
    let condition = renkei_ledger::condition(&opened).await;
    let _closed = opened.close().await;
    let Ok(condition) = condition else { return findings };
    findings.extend(judge(ward.now, condition.newest_at, condition.stepped_back));
    findings
}

fn judge(now: Timestamp, newest: Option<Timestamp>, stepped_back: u64) -> Option<Finding> {
    let ahead = newest.map_or(0, |newest| newest.seconds_since(now));
    if ahead > TOLERATED_SECONDS {
        return Some(behind(
            &format!("機械の時計が、監査証跡の最新の時刻より {ahead} 秒遅れています"),
            &format!("the clock stands {ahead} s behind the newest record of the trail"),
        ));
    }
    (stepped_back > 0).then(|| {
        Finding::attention("clock_was_set_back", "clock")
            .says(
                format!("最近の記録のうち {stepped_back} 件は、時計が戻された間のものです（証跡に印があります）。"),
                format!("{stepped_back} of the newest records were made while the clock was set back"),
            )
            .asks(
                "時刻同期（NTP）の設定と、誰が時計を戻したかを確かめてください。",
                "look at time synchronisation and at who set the clock",
            )
    })
}

fn behind(ja: &str, en: &str) -> Finding {
    Finding::fault("clock_behind", "clock").says(format!("{ja}。"), en).asks(
        "時刻同期（NTP）を確かめ、時計を合わせてください。期限の判定（カード・証明書・許可）が狂います。",
        "set the clock by time synchronisation: every limit in time is judged by it",
    )
}

/// Rules are judged in Tokyo whatever the machine says; its own zone matters to people who compare its logs.
fn zone(now: Timestamp) -> Option<Finding> {
    let here = jiff::tz::TimeZone::system();
    let at = jiff::Timestamp::from_microsecond(now.micros()).ok()?;
    (here.to_offset(at).seconds() != TOKYO_OFFSET_SECONDS).then(|| {
        Finding::notice("zone_not_tokyo", "clock").says(
            "機械の時間帯が日本ではありません。Renkei の判定は日本時間ですが、ほかのログと比べるときにご注意ください。",
            "the machine's zone is not Asia/Tokyo; Renkei judges in Tokyo, other logs differ",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-03: a clock behind the trail is a fault, one that was set back is told, a second's difference is neither.
    #[test]
    fn a_clock_that_jumped_back_is_told() {
        let now = Timestamp::from_seconds(1_800_000_000);
        let code = |newest: i64, stepped| judge(now, Some(now.plus_seconds(newest)), stepped).map(|found| found.code);
        assert_eq!(code(3_600, 0), Some("clock_behind"));
        assert_eq!(code(1, 0), None);
        assert_eq!(code(-60, 3), Some("clock_was_set_back"));
        assert_eq!(judge(now, None, 0).map(|found| found.code), None);
    }
}
