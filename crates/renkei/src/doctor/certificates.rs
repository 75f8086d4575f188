//! The entrances' own certificates: usable, and for how long.

use super::finding::{Finding, Grade};
use super::ward::Ward;
use der::Decode as _;
use renkei_net::Identity;
use std::path::Path;

pub fn check(ward: &Ward) -> Vec<Finding> {
    let Ok(settings) = &ward.settings else {
        return vec![
            Finding::fault("certificate_unusable", "tls")
                .says(
                    "設定が読めないため、入口の証明書を確かめられません。",
                    "the entrances' certificates cannot be found without settings",
                )
                .asks("先に設定を直してください。", "mend the settings first"),
        ];
    };
    let doors = &settings.entrances;
    [
        ("professional", &doors.professional.certificate, &doors.professional.key),
        ("machine", &doors.machine.certificate, &doors.machine.key),
        ("patient", &doors.patient.certificate, &doors.patient.key),
    ]
    .into_iter()
    .flat_map(|(name, certificate, key)| one(ward, name, certificate, key))
    .collect()
}

fn one(ward: &Ward, entrance: &'static str, certificate: &Path, key: &Path) -> Vec<Finding> {
    let unusable = |text: String| {
        vec![
            Finding::fault("certificate_unusable", entrance)
                .says(
                    format!("入口 {entrance} の証明書か鍵が使えません。{text}"),
                    "certificate or key of the entrance is unusable",
                )
                .asks(
                    "tls フォルダに、証明書（PEM、中間証明書つき）と鍵（chmod 600）を置いてください。",
                    "put the chain as PEM and the key with mode 600 where renkei.toml says",
                ),
        ]
    };
    if let Err(error) = Identity::from_files(certificate, key) {
        return unusable(error.to_string());
    }
    let ends = std::fs::read(certificate).ok().and_then(|pem| renkei_hpki::pem::certificates(&pem)).map(|chain| {
        let validity = |der: &Vec<u8>| {
            let read = x509_cert::Certificate::from_der(der).ok()?;
            let seconds = |time: x509_cert::time::Time| i64::try_from(time.to_unix_duration().as_secs()).ok();
            let validity = read.tbs_certificate.validity;
            Some((seconds(validity.not_before)?, seconds(validity.not_after)?))
        };
        chain.iter().map(validity).collect::<Option<Vec<_>>>()
    });
    // The first certificate of the chain to end ends it.
    let Some(Some(ends)) = ends else { return unusable(String::new()) };
    let begins = ends.iter().map(|(begin, _)| *begin).max().unwrap_or(i64::MAX);
    let Some(end) = ends.iter().map(|(_, end)| *end).min() else { return unusable(String::new()) };
    let now = ward.now.seconds();
    if begins > now {
        return vec![
            Finding::fault("certificate_not_yet", entrance)
                .says(
                    format!("入口 {entrance} の証明書は、まだ有効になっていません。"),
                    format!("the certificate of the {entrance} entrance is not valid yet"),
                )
                .asks("機械の時計と証明書の期間を確かめてください。", "look at the clock and at the certificate"),
        ];
    }
    let days = (end - now).div_euclid(86_400);
    let Some(grade) = judge(end - now, ward.thresholds.certificate_days) else { return Vec::new() };
    let (ja, en) = if end < now {
        (
            format!("入口 {entrance} の証明書は切れています。"),
            format!("the certificate of the {entrance} entrance has ended"),
        )
    } else {
        (
            format!("入口 {entrance} の証明書は、あと {days} 日で切れます。"),
            format!("the certificate of the {entrance} entrance ends in {days} days"),
        )
    };
    vec![
        Finding::new(grade, "certificate_ends", entrance).says(ja, en).asks(
            "新しい証明書を置き、serve を始め直してください。",
            "put a new certificate in place and restart serve",
        ),
    ]
}

/// `left` in seconds.
pub fn judge(left: i64, days: i64) -> Option<Grade> {
    if left < 0 {
        Some(Grade::Fault)
    } else if left < days.saturating_mul(86_400) {
        Some(Grade::Attention)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_thirty_days_before() {
        assert_eq!(judge(31 * 86_400, 30), None);
        assert_eq!(judge(29 * 86_400, 30), Some(Grade::Attention));
        assert_eq!(judge(-1, 30), Some(Grade::Fault));
    }
}
