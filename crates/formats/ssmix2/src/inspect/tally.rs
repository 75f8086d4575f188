//! Findings of an inspection: the first thousand as they are, all of them counted by code, in bounded memory.

use std::collections::BTreeMap;

use renkei_kernel::{Finding, Severity, limits};
use serde_json::{Value, json};

use crate::message::Verdict;

/// Collects findings of many files.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    listed: Vec<Finding>,
    /// What was not listed any more, by severity and code.
    further: BTreeMap<(Severity, String), u64>,
}

impl Tally {
    /// Adds a finding whose place is below `at` (a path, a record number; may be empty).
    pub(crate) fn add(&mut self, at: &str, mut finding: Finding) {
        if self.listed.len() >= limits::FINDINGS_LISTED_MAX {
            *self.further.entry((finding.severity, finding.code)).or_default() += 1;
            return;
        }
        if !at.is_empty() {
            finding.place = if finding.place.is_empty() { at.to_owned() } else { format!("{at} {}", finding.place) };
        }
        self.listed.push(finding);
    }

    pub(crate) fn extend(&mut self, at: &str, findings: impl IntoIterator<Item = Finding>) {
        for finding in findings {
            self.add(at, finding);
        }
    }

    pub(crate) fn error(&mut self, code: &str, at: &str, text: &str) {
        self.add("", Finding::error(code, at, text));
    }

    /// The verdict of a storage or a file of many records: broken parts do not reject the rest.
    pub(crate) fn verdict(&self) -> Verdict {
        if self.listed.is_empty() { Verdict::Accepted } else { Verdict::AcceptedWithFindings }
    }

    /// The listed findings, then one object for each code that had more.
    pub(crate) fn json(&self) -> Value {
        let listed = self.listed.iter().map(
            |f| json!({ "code": f.code, "severity": severity(f.severity), "place": f.place, "message": f.message }),
        );
        let further = self.further.iter().map(|((level, code), count)| {
            json!({
                "code": code,
                "severity": severity(*level),
                "place": "",
                "message": format!("このほかに{count}件あります。"),
                "count": count,
            })
        });
        Value::Array(listed.chain(further).collect())
    }
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Note => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beyond_the_first_thousand_findings_are_counted_by_code() {
        let mut tally = Tally::default();
        for number in 0..1_500 {
            tally.add("file", Finding::note(if number % 2 == 0 { "a" } else { "b" }, "PID-5", "x"));
        }
        let all = tally.json();
        let all = all.as_array().unwrap();
        assert_eq!(all.len(), 1_002);
        assert_eq!(all[0]["place"], "file PID-5");
        assert_eq!((&all[1_000]["code"], &all[1_000]["count"]), (&json!("a"), &json!(250)));
    }
}
