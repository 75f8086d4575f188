//! What the doctor found, and the whole of it as text and as JSON.

use renkei_kernel::Timestamp;
use serde::Serialize;
use std::fmt::Write as _;

/// How bad it is; the whole is as bad as its worst finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Well,
    /// Good to know; nothing to do.
    Notice,
    /// Works, and will not for ever.
    Attention,
    /// Does not work, or must not go on like this.
    Fault,
}

impl Grade {
    /// 5 and 6 are *evidence missing* and *stopped* of the catalogue's exit codes.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Well | Self::Notice => 0,
            Self::Attention => 5,
            Self::Fault => 6,
        }
    }
    fn word(self) -> &'static str {
        match self {
            Self::Well => "良好",
            Self::Notice => "お知らせ",
            Self::Attention => "要対応",
            Self::Fault => "故障",
        }
    }
}

/// One thing worth saying. Names no person.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    pub grade: Grade,
    /// Stable word.
    pub code: &'static str,
    /// What it is about: a folder's role, an entrance, a list's issuer, an institution's id.
    pub subject: String,
    pub ja: String,
    pub en: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub todo_ja: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub todo_en: String,
}

impl Finding {
    pub fn new(grade: Grade, code: &'static str, subject: impl Into<String>) -> Self {
        let empty = String::new;
        Self { grade, code, subject: subject.into(), ja: empty(), en: empty(), todo_ja: empty(), todo_en: empty() }
    }
    pub fn fault(code: &'static str, subject: impl Into<String>) -> Self {
        Self::new(Grade::Fault, code, subject)
    }
    pub fn attention(code: &'static str, subject: impl Into<String>) -> Self {
        Self::new(Grade::Attention, code, subject)
    }
    pub fn notice(code: &'static str, subject: impl Into<String>) -> Self {
        Self::new(Grade::Notice, code, subject)
    }
    pub fn says(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        (self.ja, self.en) = (ja.into(), en.into());
        self
    }
    pub fn asks(mut self, ja: impl Into<String>, en: impl Into<String>) -> Self {
        (self.todo_ja, self.todo_en) = (ja.into(), en.into());
        self
    }
}

/// One check and how it ended.
#[derive(Debug, Clone, Serialize)]
pub struct Checked {
    pub name: &'static str,
    pub grade: Grade,
}

/// The whole examination.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub verdict: Grade,
    pub version: &'static str,
    pub checked_at: String,
    pub checks: Vec<Checked>,
    pub findings: Vec<Finding>,
}

impl Report {
    pub fn new(at: Timestamp) -> Self {
        Self {
            verdict: Grade::Well,
            version: env!("CARGO_PKG_VERSION"),
            checked_at: at.to_rfc3339(),
            checks: Vec::new(),
            findings: Vec::new(),
        }
    }

    pub fn take(&mut self, name: &'static str, findings: Vec<Finding>) {
        let grade = findings.iter().map(|finding| finding.grade).max().unwrap_or(Grade::Well);
        self.verdict = self.verdict.max(grade);
        self.checks.push(Checked { name, grade });
        self.findings.extend(findings);
    }

    /// Worst first, Japanese before English, then what was looked at.
    pub fn text(&self) -> String {
        let mut sorted: Vec<&Finding> = self.findings.iter().collect();
        sorted.sort_by_key(|finding| std::cmp::Reverse(finding.grade));
        let mut text = String::new();
        // Writing into a String cannot fail.
        for finding in sorted {
            let _ = writeln!(text, "【{}】{}（{}）", finding.grade.word(), finding.ja, finding.code);
            if !finding.todo_ja.is_empty() {
                let _ = writeln!(text, "  すること: {}", finding.todo_ja);
            }
            let _ = write!(text, "  {}", finding.en);
            if !finding.todo_en.is_empty() {
                let _ = write!(text, " — to do: {}", finding.todo_en);
            }
            text.push_str("\n\n");
        }
        let names: Vec<String> =
            self.checks.iter().map(|check| format!("{} {}", check.name, check.grade.word())).collect();
        let count = |grade| self.findings.iter().filter(|finding| finding.grade == grade).count();
        let (faults, attention) = (count(Grade::Fault), count(Grade::Attention));
        let _ = writeln!(text, "点検: {}", names.join("、"));
        let _ = writeln!(
            text,
            "結果: {}（故障 {faults} 件・要対応 {attention} 件） / faults {faults}, to look at {attention}",
            self.verdict.word()
        );
        text
    }
}
