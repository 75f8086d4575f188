//! Room on the disks of what grows.

use super::finding::{Finding, Grade};
use super::ward::Ward;
use crate::operation::Thresholds;

pub fn check(ward: &Ward) -> Vec<Finding> {
    let logs = ward.settings.as_ref().ok().and_then(|settings| settings.logs.folder.clone());
    let folders = &ward.folders;
    let named =
        [("data", Some(&folders.data)), ("keys", Some(&folders.keys)), ("checkpoints", Some(&folders.checkpoints))];
    let all = named.into_iter().chain([("logs", logs.as_ref())]);
    let mut findings = Vec::new();
    for (name, path) in all.filter_map(|(name, path)| Some((name, path?))) {
        // A folder that is not there is told by the check of folders.
        let Ok(room) = rustix::fs::statvfs(path) else { continue };
        let mib = room.f_bavail.saturating_mul(room.f_frsize) / (1024 * 1024);
        let percent = room.f_bavail.saturating_mul(100).checked_div(room.f_blocks).unwrap_or(100);
        let files_left = room.f_favail.saturating_mul(100).checked_div(room.f_files).unwrap_or(100);
        if let Some(grade) = judge(&ward.thresholds, mib, percent.min(files_left)) {
            findings.push(
                Finding::new(grade, "disk_short", name)
                    .says(
                        format!("{name} のディスクの空きが少なくなっています（{mib} MiB、{percent}%）。"),
                        format!("the disk of {name} has {mib} MiB ({percent} %) left"),
                    )
                    .asks(
                        "空きを増やしてください。なくなると、記録も閲覧も止まります（書けないものは見せません）。",
                        "make room: when none is left, neither records nor looks are possible",
                    ),
            );
        }
    }
    findings
}

/// Below a threshold is worth attention; below a quarter of one it is a fault.
fn judge(limits: &Thresholds, mib: u64, percent: u64) -> Option<Grade> {
    if mib < limits.disk_free_mib / 4 || percent < limits.disk_free_percent / 4 {
        Some(Grade::Fault)
    } else if mib < limits.disk_free_mib || percent < limits.disk_free_percent {
        Some(Grade::Attention)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_room_is_told_before_none_is_left() {
        let limits = Thresholds { disk_free_percent: 10, disk_free_mib: 2_048, ..Thresholds::default() };
        assert_eq!(judge(&limits, 50_000, 40), None);
        assert_eq!(judge(&limits, 50_000, 9), Some(Grade::Attention));
        assert_eq!(judge(&limits, 2_000, 40), Some(Grade::Attention));
        assert_eq!(judge(&limits, 400, 40), Some(Grade::Fault));
        assert_eq!(judge(&limits, 50_000, 1), Some(Grade::Fault));
    }
}
