//! `renkei feeds`: how far each institution's data has come, and with `--findings` what was refused, kept apart or is
//! to be confirmed. Counts, codes and places only: nothing of it is about one patient.

use crate::commands::FeedsArguments;
use crate::console;
use crate::jobs::{Answer, Job};
use renkei_app::House;
use renkei_app::feeds::{FeedLag, WatchState};
use renkei_kernel::Timestamp;
use std::process::ExitCode;

pub async fn run(arguments: FeedsArguments) -> ExitCode {
    let FeedsArguments { place, findings, format } = arguments;
    console::carry_out(&place.config, Job::Feeds { findings }, format).await
}

/// Answers the job.
pub async fn tell(house: &House, findings: bool) -> Answer {
    if findings {
        return match house.intake_findings().await {
            Ok(found) if found.is_empty() => {
                Answer::done(vec!["確認が必要なものはありません。 / no findings".to_owned()], found)
            }
            Ok(found) => {
                let lines = found.iter().map(|finding| {
                    let (name, code, place) = (&finding.name, &finding.code, &finding.place);
                    format!("{name}　{}　{code}　{place}　{}件", what(finding.what), finding.count)
                });
                Answer::done(lines.collect(), &found)
            }
            Err(error) => Answer::problem(&error),
        };
    }
    match house.feed_lags().await {
        Ok(lags) if lags.is_empty() => {
            Answer::done(vec!["まだ何も届いていません。 / nothing has come yet".to_owned()], lags)
        }
        Ok(lags) => Answer::done(lags.iter().flat_map(lines_of).collect(), &lags),
        Err(error) => Answer::problem(&error),
    }
}

fn what(what: &str) -> &'static str {
    match what {
        "refused" => "お断り",
        "quarantined" => "隔離",
        _ => "確認",
    }
}

fn lines_of(lag: &FeedLag) -> Vec<String> {
    let until = lag.reached.map_or_else(|| "まだありません".to_owned(), |at| format!("{}まで", time(at)));
    let late = if lag.late { "（遅れ）" } else { "" };
    let mut lines = vec![format!("{} {}　データは{until}{late}", lag.code, lag.name)];
    match &lag.watch {
        None => lines.push("　　見張りは動いていません / not watched now".to_owned()),
        Some(watch) => lines.extend(watch_lines(watch)),
    }
    lines
}

fn watch_lines(watch: &WatchState) -> Vec<String> {
    let mut lines = Vec::new();
    let looked = watch.looked_at.map_or_else(|| "—".to_owned(), time);
    lines.push(format!("　　最後の確認 {looked}　取り込み {} 件（起動から）", watch.taken));
    if watch.waiting > 0 {
        let since = watch.oldest_waiting_at.map_or_else(String::new, |at| format!("、最も古いもの {}", time(at)));
        lines.push(format!("　　書き終わりを待っているファイル {} 件{since}", watch.waiting));
    }
    for volume in &watch.unreachable {
        let of = watch.volumes;
        lines.push(format!("　　{of} 巻のうち第 {volume} 巻に届きません / volume {volume} of {of} cannot be reached"));
    }
    for fault in watch.faults.iter().filter(|fault| fault.code != "volume_unreachable") {
        lines.push(format!("　　{}: {} 件", fault.code, fault.count));
    }
    lines
}

fn time(at: Timestamp) -> String {
    at.tokyo().strftime("%Y-%m-%d %H:%M").to_string()
}
