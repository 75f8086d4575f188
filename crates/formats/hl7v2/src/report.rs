//! Findings of reading a message: text, separators, line ends, escapes, with stable codes.
//!
//! Separate from reading so that the fast path stays short: a regular message passes here without one allocation.

use renkei_kernel::{Finding, Severity, limits};
use renkei_text::{Charset, Issue, IssueKind, code};

use crate::{escape, message::Message, message::SplitOutcome};

/// What reading observed before the report.
pub(crate) struct Observed<'a> {
    pub issues: &'a [Issue],
    pub separators_replaced: bool,
    pub yen: bool,
    pub trailer: bool,
    pub split: SplitOutcome,
}

pub(crate) fn reading(message: &mut Message, observed: &Observed<'_>) {
    let mut findings = Vec::new();
    text_issues(message, observed.issues, &mut findings);
    label(message, &mut findings);
    let split = &observed.split;
    if observed.separators_replaced {
        findings.push(Finding::warning(
            "separators-unusual",
            "MSH-2",
            "区切り文字の指定が不完全です。標準の区切り文字で読みました。",
        ));
    }
    if observed.yen {
        findings.push(Finding::note(
            "separators-yen",
            "MSH-2",
            "円記号または上線を、逆斜線または波線として読みました。",
        ));
    }
    if observed.trailer {
        findings.push(Finding::note("trailing-bytes", "MSH", "電文の前後にある制御文字を取り除きました。"));
    }
    if split.line_feeds {
        findings.push(Finding::note("line-ends", "MSH", "セグメントの終わりがCRではありません。"));
    }
    if !split.ended {
        // Senders that write LF leave the last one out; one that writes CR does not, and the file may have been cut.
        let severity = if split.line_feeds { Severity::Note } else { Severity::Warning };
        let text = "最後のセグメントに終わりの文字がありません。";
        findings.push(Finding::new("final-terminator-missing", severity, "MSH", text));
    }
    for at in &split.continued {
        let place = message.place_at(usize::try_from(*at).unwrap_or_default());
        let text = "セグメント名で始まらない行を、前のセグメントの続きとして読みました。";
        push(&mut findings, Finding::warning("segment-continued", place.to_string(), text));
    }
    if split.too_many_segments {
        findings.push(Finding::error("too-many-segments", "MSH", "セグメントが多すぎます。上限より後は読みません。"));
    }
    if split.too_many_fields {
        findings.push(Finding::error(
            "too-many-fields",
            "MSH",
            "フィールドが多すぎるセグメントがあります。上限より後は読みません。",
        ));
    }
    escapes(message, &mut findings);
    let open_at_end = !split.ended
        && observed
            .issues
            .last()
            .is_some_and(|i| i.kind == IssueKind::UnclosedRun && i.text_at >= message.text().len());
    message.cut = open_at_end || split.cut_name || split.too_many_segments;
    if message.cut {
        findings.push(Finding::error(
            "message-cut",
            "MSH",
            "電文が途中で終わっています。送信元で書き直してから、もう一度読み込んでください。",
        ));
    }
    message.findings = findings;
}

fn push(findings: &mut Vec<Finding>, finding: Finding) {
    if findings.len() < limits::FINDINGS_LISTED_MAX {
        findings.push(finding);
    }
}

fn text_issues(message: &Message, issues: &[Issue], findings: &mut Vec<Finding>) {
    let mut last = None;
    for issue in issues {
        let place = message.place_at(issue.text_at);
        // One finding for each kind and field is enough to find the spot.
        if last == Some((issue.kind, place)) {
            continue;
        }
        last = Some((issue.kind, place));
        let (code, severity, text) = describe(issue.kind);
        push(findings, Finding::new(code, severity, place.to_string(), text));
    }
}

fn describe(kind: IssueKind) -> (&'static str, Severity, &'static str) {
    use IssueKind as K;
    use Severity::{Note, Warning};
    match kind {
        K::HalfWidthKana => ("text-half-width-kana", Note, "半角カタカナがあります。"),
        K::EightBitKana => ("text-eight-bit-kana", Warning, "8ビットの半角カタカナがあります。"),
        K::ShiftedKana => ("text-shifted-kana", Warning, "SO/SIで切り替えた半角カタカナがあります。"),
        K::JisRoman => ("text-jis-roman", Note, "JISローマ字の指示があります。円記号の位置は逆斜線として読みました。"),
        K::OldKanji => ("text-old-kanji-set", Note, "1978年版の漢字の指示があります。"),
        K::SupplementaryKanji => ("text-supplementary-kanji", Warning, "補助漢字（JIS X 0212）があります。"),
        K::VendorCharacter => ("text-vendor-character", Warning, "JIS第1・第2水準にない機種依存文字があります。"),
        K::Undefined => ("text-undefined-character", Warning, "どの文字か分からないコードがあります（外字の可能性）。"),
        K::UnclosedRun => {
            ("text-run-not-closed", Warning, "漢字の指示が閉じられていません。区切りの位置で閉じて読みました。")
        }
        K::UnknownEscape => ("text-unknown-designation", Warning, "知らない文字集合の指示があります。"),
        K::StrayByte => ("text-stray-byte", Warning, "文字として読めないバイトがあります。"),
        K::MixedUtf8 => ("text-mixed-utf8", Warning, "ISO-2022-JPの中にUTF-8の文字があります。"),
    }
}

/// MSH-18 against the bytes; spellings are compared without spaces.
fn label(message: &Message, findings: &mut Vec<Finding>) {
    let field = message.header().field(18);
    let labels: Vec<String> = field.filled().map(|r| code::without_spaces(&r.text()).to_ascii_uppercase()).collect();
    let named = |names: &[&str]| labels.iter().any(|l| names.contains(&l.as_str()));
    let agrees = match message.charset() {
        Charset::Iso2022Jp => message.text().is_ascii() || !named(&["UNICODE", "UNICODEUTF-8", "UTF-8", "UTF8"]),
        Charset::Utf8 => named(&["UNICODE", "UNICODEUTF-8", "UTF-8", "UTF8"]),
        Charset::Cp932 => named(&["SHIFT_JIS", "SJIS", "CP932", "WINDOWS-31J", "MS932"]),
        Charset::EucJp => named(&["EUC-JP", "EUCJP"]),
    };
    if !agrees {
        let text = format!(
            "文字集合の表示（MSH-18）と実際のバイトが合いません。{}として読みました。",
            message.charset().name()
        );
        findings.push(Finding::warning("charset-label-mismatch", "MSH-18", text));
    } else if field.raw().contains("ISOIR") {
        findings.push(Finding::note("charset-label-spelling", "MSH-18", "文字集合名に空白がありません。"));
    }
}

fn escapes(message: &Message, findings: &mut Vec<Finding>) {
    let escape = message.separators().escape;
    let text = message.text();
    // MSH-2 itself holds the escape character once.
    let body = text.find(['\r', '\n']).unwrap_or(text.len());
    if !text.get(body..).unwrap_or_default().contains(escape) {
        return;
    }
    for segment in message.segments().skip(1) {
        if !segment.raw().contains(escape) {
            continue;
        }
        for number in 1..=segment.field_count() {
            let irregular = escape::irregular(segment.field(number).raw(), message.separators());
            if !irregular.is_empty() {
                let text = "知らない、または閉じられていないエスケープを文字のまま残しました。";
                push(findings, Finding::warning("escape-unknown", segment.place(number).to_string(), text));
            }
        }
    }
}
