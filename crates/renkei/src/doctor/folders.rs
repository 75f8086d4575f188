//! Folders: there, ours, closed to others, and apart from one another.

use super::finding::Finding;
use super::ward::Ward;
use renkei_keys::refuse_if_inside;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

pub fn check(ward: &Ward) -> Vec<Finding> {
    let folders = &ward.folders;
    let mut findings = Vec::new();
    // Others may read checkpoints and certificates, which are no secrets; they must not write there.
    for (name, path, forbidden) in [
        ("data", &folders.data, 0o077),
        ("keys", &folders.keys, 0o077),
        ("checkpoints", &folders.checkpoints, 0o022),
        ("trust", &folders.trust, 0o022),
    ] {
        findings.extend(one(name, path, forbidden));
    }
    for (name, path, code) in
        [("keys", &folders.keys, "keys_inside_data"), ("checkpoints", &folders.checkpoints, "checkpoints_inside_data")]
    {
        if refuse_if_inside(path, &folders.data).is_err() {
            findings.push(
                Finding::fault(code, name)
                    .says(
                        format!("{name} が data の中にあります。data の控えと一緒に持ち出されます。"),
                        format!("{name} lies inside data and goes wherever a copy of data goes"),
                    )
                    .asks(
                        format!("serve を止め、{name} を data の外へ移し、renkei.toml を書き換えてください。"),
                        format!("stop serve, move {name} outside data and change renkei.toml"),
                    ),
            );
        }
    }
    let device = |path: &Path| std::fs::metadata(path).ok().map(|metadata| metadata.dev());
    if let (Some(data), Some(kept)) = (device(&folders.data), device(&folders.checkpoints))
        && data == kept
    {
        findings.push(Finding::notice("checkpoints_on_the_same_disk", "checkpoints").says(
            "checkpoints が data と同じディスクにあります。別のディスクか別の機械に置くと、両方を失うことがなくなります。",
            "checkpoints lie on the disk of data; another disk or machine would survive its loss",
        ));
    }
    findings
}

fn one(name: &'static str, path: &Path, forbidden: u32) -> Option<Finding> {
    let metadata = match std::fs::metadata(path) {
        Ok(metadata) if metadata.is_dir() => metadata,
        Ok(_) => return Some(missing(name, path, "フォルダではありません", "is no folder")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Some(missing(name, path, "ありません", "is not there"));
        }
        Err(_) => return Some(missing(name, path, "読めません", "cannot be entered")),
    };
    let mode = metadata.mode() & 0o777;
    if mode & forbidden != 0 {
        let wanted = mode & !forbidden;
        return Some(
            Finding::fault("folder_open", name)
                .says(
                    format!("{name} フォルダに、ほかの利用者も入れます（{mode:o}）。"),
                    format!("the folder {name} is open to other users ({mode:o})"),
                )
                .asks(
                    format!("chmod {wanted:o} {} を行ってください。", path.display()),
                    format!("chmod {wanted:o} {}", path.display()),
                ),
        );
    }
    let me = rustix::process::geteuid().as_raw();
    (metadata.uid() != me && me != 0).then(|| {
        Finding::attention("folder_of_another", name)
            .says(
                format!("{name} フォルダの持ち主が、この利用者ではありません。"),
                format!("the folder {name} belongs to another user"),
            )
            .asks(
                "Renkei の利用者で doctor を行うか、持ち主を直してください。",
                "run doctor as Renkei's user, or chown it",
            )
    })
}

fn missing(name: &'static str, path: &Path, ja: &str, en: &str) -> Finding {
    Finding::fault("folder_missing", name)
        .says(format!("{name} フォルダ（{}）が{ja}。", path.display()), format!("the folder {name} {en}"))
        .asks(
            "renkei.toml の [folders] と、ディスクのつながりを確かめてください。",
            "look at [folders] and at the mounts",
        )
}
