//! `renkei certificate check`: the verdict sign-in would give before card ledger and PIN.

use crate::commands::{CertificateArguments, CertificateWhat, Format};
use renkei_hpki::{CheckRequest, Outcome, Use, check_command};
use renkei_kernel::{Clock, SystemClock, Timestamp};
use std::process::ExitCode;

pub fn run(arguments: &CertificateArguments) -> ExitCode {
    let CertificateWhat::Check { trust, register, purpose, at, chain, format, certificate } = &arguments.what;
    let used_for = match purpose.as_str() {
        "login" => Use::Login,
        "signature" => Use::Signature,
        other => return malformed(&format!("--purpose は login か signature です（{other}） / login or signature")),
    };
    let at = match at.as_deref().map(Timestamp::parse_rfc3339) {
        None => SystemClock.now(),
        Some(Some(at)) => at,
        Some(None) => return malformed("--at は 2026-11-21T10:00:00+09:00 の形です / RFC 3339"),
    };
    let request =
        CheckRequest { trust, register: register.as_deref(), used_for, at, chain: chain.as_deref(), certificate };
    match check_command(&request) {
        Ok(report) => {
            if *format == Format::Json {
                println!("{}", serde_json::to_string(&report).unwrap_or_default());
            } else {
                println!("{:?} {} ({})", report.verdict, report.reason, report.detail);
            }
            if report.verdict == Outcome::Reject { ExitCode::from(3) } else { ExitCode::SUCCESS }
        }
        Err(error) => malformed(&error.to_string()),
    }
}

fn malformed(text: &str) -> ExitCode {
    eprintln!("renkei: E400 {text}");
    ExitCode::from(2)
}
