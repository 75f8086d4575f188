//! Authorities and their revocation lists: readable, and for how long.

use super::certificates::judge;
use super::finding::{Finding, Grade};
use super::ward::Ward;
use crate::list_marks;
use renkei_hpki::Trust;
use renkei_kernel::{Problem, Timestamp};

pub fn check(ward: &Ward) -> Vec<Finding> {
    let mut findings = Vec::new();
    let marks = list_marks::remembered(&ward.folders.data).unwrap_or_else(|error| {
        findings.push(
            Finding::fault(error.code(), "list-marks.json")
                .says(error.to_string(), "the memory of revocation lists is unusable; serve will not start")
                .asks("上の説明に従ってください。", "as said above"),
        );
        Vec::new()
    });
    let trust = match Trust::load_after(&ward.folders.trust, ward.now, &marks) {
        Ok(trust) => trust,
        Err(error) => {
            findings.push(
                Finding::fault("trust_unusable", "trust")
                    .says(
                        format!("信頼フォルダが使えません。{error}"),
                        "the trust folder is unusable; serve will not start",
                    )
                    .asks(
                        "trust.toml と、そこに書いたファイルを確かめてください。",
                        "look at trust.toml and its files",
                    ),
            );
            return findings;
        }
    };
    if trust.authorities().is_empty() {
        findings.push(
            Finding::attention("trust_empty", "trust")
                .says(
                    "信頼する認証局がありません。誰もサインインできません。",
                    "no authority is trusted: nobody can sign in",
                )
                .asks("trust.toml に [[authority]] を書いてください。", "write [[authority]] into trust.toml"),
        );
    }
    // What was not taken: a stale or forged list shuts the door for its people.
    for finding in trust.findings() {
        findings.push(
            Finding::fault("trust_not_taken", finding.place.clone())
                .says(
                    format!(
                        "信頼フォルダに使えないものがあります（{}）。その認証局の人はサインインできません。",
                        finding.code
                    ),
                    format!("{}: {}", finding.code, finding.message),
                )
                .asks("認証局から新しいものを取り、置き換えてください。", "fetch a new one from the authority"),
        );
    }
    for list in trust.list_states(ward.now) {
        let left = list.next_update.seconds_since(ward.now);
        if left < ward.thresholds.list_hours.saturating_mul(3_600) {
            let hours = left.div_euclid(3_600);
            findings.push(
                Finding::attention("list_ends", list.issuer.clone())
                    .says(
                        format!(
                            "失効リスト（{}）は、あと {hours} 時間で期限が切れます。切れると誰もサインインできません。",
                            list.issuer
                        ),
                        format!(
                            "the revocation list of {} goes stale in {hours} hours; then nobody signs in",
                            list.issuer
                        ),
                    )
                    .asks(
                        "新しいリストを取り、置き換えてください。取得の自動化も確かめてください。",
                        "fetch the new list, and look at what fetches it",
                    ),
            );
        }
    }
    let mut told = Vec::new();
    for certificate in trust.authorities().iter().flat_map(|authority| authority.path()) {
        let name = renkei_hpki::name::display(&certificate.subject);
        let left = Timestamp::from_seconds(certificate.not_after).seconds_since(ward.now);
        let Some(grade) = judge(left, ward.thresholds.authority_days) else { continue };
        if told.contains(&name) {
            continue;
        }
        let days = left.div_euclid(86_400);
        let text = if grade == Grade::Fault {
            "切れています".to_owned()
        } else {
            format!("あと {days} 日で切れます")
        };
        findings.push(
            Finding::new(grade, "authority_ends", name.clone())
                .says(
                    format!("認証局の証明書（{name}）は{text}。"),
                    format!("the authority {name} ends in {days} days"),
                )
                .asks(
                    "認証局の案内に従い、新しい証明書を trust に加えてください。",
                    "add the authority's new certificate",
                ),
        );
        told.push(name);
    }
    findings
}
