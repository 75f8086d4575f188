//! Keys: there, readable by their owner alone, and the right ones.

use super::finding::Finding;
use super::ward::Ward;
use crate::wiring::TRAIL_NAME;
use renkei_keys::Error;
use renkei_ledger::SigningKey;

pub async fn check(ward: &Ward) -> Vec<Finding> {
    let folder = &ward.folders.keys;
    let mut findings = Vec::new();
    match renkei_keys::survey(folder) {
        Err(error) => findings.push(unusable("installation.key", &error)),
        Ok(survey) => {
            if survey.rotation_begun {
                findings.push(Finding::notice("key_rotation_begun", "installation.key").says(
                    "鍵の交換が途中です。次に serve を始めると仕上がります。",
                    "a rotation of the key was begun; the next start finishes it",
                ));
            }
            if !survey.store {
                findings.push(
                    Finding::fault("key_store_missing", "keys.db")
                        .says(
                            "keys.db がありません。診療録の鍵を失うと、記録は二度と開けません。",
                            "keys.db is not there; without the charts' keys no record opens again",
                        )
                        .asks("keys の控えから戻してください。", "put it back from the copy of keys"),
                );
            } else if !ward.server.runs() {
                // A running server has opened the store and holds it.
                match renkei_keys::fits(folder).await {
                    Ok(Some(())) => {}
                    Ok(None) => findings.push(Finding::notice("key_store_cut_short", "keys.db").says(
                        "keys.db への書き込みが途中で切れています。次に serve を始めると片付きます。",
                        "a write of keys.db was cut off; the next start settles it",
                    )),
                    Err(error) => findings.push(unusable("keys.db", &error)),
                }
            }
        }
    }
    if renkei_ledger::key_rotation_begun(folder) && !ward.server.runs() {
        findings.push(Finding::notice("trail_key_rotation_begun", "trail-signing.key").says(
            "監査証跡の署名の鍵の交換が途中です。次に serve を始めると片付きます。",
            "a rotation of the trail's signing key was begun; the next start settles it",
        ));
    }
    if let Err(renkei_ledger::Error::Key(error)) = SigningKey::load(folder, TRAIL_NAME) {
        findings.push(unusable("trail-signing.key", &error));
    }
    findings
}

fn unusable(file: &'static str, error: &Error) -> Finding {
    let (code, ja, en, todo_ja, todo_en) = match error {
        Error::KeyFileMissing { .. } => (
            "key_missing",
            "ありません",
            "is not there",
            "keys の控えから戻してください。新しい鍵では、これまでの記録は開けません。",
            "put it back from the copy of keys; a new one opens nothing that is stored",
        ),
        Error::TooOpen { .. } => (
            "key_open",
            "ほかの利用者にも読めます",
            "can be read by others",
            "keys フォルダを chmod 700、ファイルを chmod 600 にし、漏れたおそれがあれば renkei keys rotate を行ってください。",
            "chmod 700 the folder and 600 the files; rotate the key when somebody may have read it",
        ),
        Error::WrongInstallationKey => (
            "key_of_another",
            "鍵と keys.db の組が合いません",
            "and keys.db do not belong together",
            "同じときに控えた installation.key と keys.db を、組で戻してください。",
            "put back installation.key and keys.db from one and the same copy",
        ),
        _ => (
            "key_unusable",
            "使えません",
            "cannot be used",
            "ディスクを確かめ、keys の控えから戻してください。",
            "look at the disk and put it back from the copy of keys",
        ),
    };
    Finding::fault(code, file).says(format!("{file} が{ja}。"), format!("{file} {en}")).asks(todo_ja, todo_en)
}
