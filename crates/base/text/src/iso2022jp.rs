//! Our own ISO-2022-JP scanner (ISO/IEC 2022, JIS X 0202; SS-MIX2 guideline, character rules).
//!
//! Separate from the stock decoders because they differ from each other (look-alikes, `ESC ( J`, `ESC ( I`, JIS X 0212,
//! runs nobody closed) and because they hide where something went wrong. This one yields text that may be split at its
//! delimiters, and a list of what was irregular with its place.

use renkei_kernel::limits;

use crate::jis;

/// What was irregular about a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum IssueKind {
    /// Half-width kana designated with `ESC ( I`.
    HalfWidthKana,
    /// Half-width kana as bytes A1–DF.
    EightBitKana,
    /// Half-width kana between SO and SI.
    ShiftedKana,
    /// JIS X 0201 Roman: 5C and 7E were read as backslash and tilde.
    JisRoman,
    /// The 1978 kanji set.
    OldKanji,
    /// JIS X 0212, which SS-MIX2 does not allow.
    SupplementaryKanji,
    /// A vendor character (NEC row 13, IBM extension).
    VendorCharacter,
    /// A code nobody defines, now U+FFFD.
    Undefined,
    /// A run that did not return to ASCII; ended here.
    UnclosedRun,
    /// An escape sequence of another standard; dropped as U+FFFD.
    UnknownEscape,
    /// A byte that belongs to no set, now U+FFFD.
    StrayByte,
    /// UTF-8 characters among ISO-2022-JP.
    MixedUtf8,
}

/// One irregularity: offset of its byte in the input and of its character in the decoded text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Issue {
    pub kind: IssueKind,
    pub at: usize,
    pub text_at: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Set {
    Ascii,
    Roman,
    Kana,
    ShiftedKana,
    Kanji,
    Supplementary,
}

const ESC: u8 = 0x1B;
const SHIFT_OUT: u8 = 0x0E;
const SHIFT_IN: u8 = 0x0F;

/// Decodes without ever failing. CR, LF and `|` are safe points: a run left open ends there.
pub fn scan(bytes: &[u8]) -> (String, Vec<Issue>) {
    let mut scanner =
        Scanner { bytes, at: 0, set: Set::Ascii, out: String::with_capacity(bytes.len() + 64), issues: Vec::new() };
    while scanner.at < bytes.len() {
        match scanner.set {
            Set::Ascii | Set::Roman => scanner.single(),
            Set::Kana | Set::ShiftedKana => scanner.kana(),
            Set::Kanji | Set::Supplementary => scanner.pairs(),
        }
    }
    (scanner.out, scanner.issues)
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    set: Set,
    out: String,
    issues: Vec<Issue>,
}

impl Scanner<'_> {
    fn issue(&mut self, kind: IssueKind, at: usize) {
        if self.issues.len() < limits::FINDINGS_LISTED_MAX {
            self.issues.push(Issue { kind, at, text_at: self.out.len() });
        }
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// ASCII (or Roman, which differs in two characters that HL7 needs as delimiters and that are read as such).
    fn single(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let plain =
            rest.iter().position(|b| *b >= 0x80 || matches!(*b, ESC | SHIFT_OUT | SHIFT_IN)).unwrap_or(rest.len());
        if let Some(text) = rest.get(..plain).and_then(|ascii| std::str::from_utf8(ascii).ok()) {
            self.out.push_str(text);
        }
        self.at += plain;
        match self.bytes.get(self.at) {
            None => {}
            Some(&ESC) => self.escape(),
            Some(&SHIFT_OUT) => {
                self.issue(IssueKind::ShiftedKana, self.at);
                self.set = Set::ShiftedKana;
                self.at += 1;
            }
            Some(&SHIFT_IN) => self.at += 1,
            Some(_) => self.high(),
        }
    }

    /// A run of bytes from 80 up among 7-bit text: UTF-8 if it is that, else 8-bit kana, else lost.
    fn high(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|b| *b < 0x80).unwrap_or(rest.len());
        let run = rest.get(..length).unwrap_or_default();
        if let Ok(text) = std::str::from_utf8(run) {
            self.issue(IssueKind::MixedUtf8, self.at);
            self.out.push_str(text);
        } else {
            let mut reported = false;
            for (index, byte) in run.iter().enumerate() {
                match byte.checked_sub(0x80).and_then(jis::kana) {
                    Some(kana) => {
                        if !reported {
                            self.issue(IssueKind::EightBitKana, self.at + index);
                            reported = true;
                        }
                        self.out.push(kana);
                    }
                    None => {
                        self.issue(IssueKind::StrayByte, self.at + index);
                        self.out.push('\u{FFFD}');
                    }
                }
            }
        }
        self.at += length;
    }

    fn kana(&mut self) {
        let start = self.at;
        while let Some(&byte) = self.bytes.get(self.at) {
            if byte == ESC {
                self.escape();
                return;
            }
            if byte == SHIFT_IN {
                self.set = Set::Ascii;
                self.at += 1;
                return;
            }
            if matches!(byte, b'\r' | b'\n' | b'|') {
                self.issue(IssueKind::UnclosedRun, start);
                self.set = Set::Ascii;
                return;
            }
            match jis::kana(byte & 0x7F) {
                Some(kana) => self.out.push(kana),
                None if byte == b' ' => self.out.push(' '),
                None => {
                    self.issue(IssueKind::Undefined, self.at);
                    self.out.push('\u{FFFD}');
                }
            }
            self.at += 1;
        }
        self.issue(IssueKind::UnclosedRun, start);
        self.set = Set::Ascii;
    }

    /// A two-byte run up to the next escape or line end.
    fn pairs(&mut self) {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|b| matches!(*b, ESC | b'\r' | b'\n')).unwrap_or(rest.len());
        let run = rest.get(..length).unwrap_or_default();
        let closed = rest.get(length) == Some(&ESC);
        let start = self.at;
        // Whether the run is whole decides what a lead byte `|` in it means: an IBM character (`髙` is 7C62) or a
        // delimiter nobody switched back for.
        let odd = run.iter().filter(|b| **b > b' ').count() % 2 == 1;
        let mut index = 0;
        while let Some(&lead) = run.get(index) {
            if lead <= b' ' {
                self.out.push(char::from(lead));
                index += 1;
                continue;
            }
            let trail = run.get(index + 1).copied();
            let character = trail.and_then(|trail| self.look_up(lead, trail));
            let delimiter = lead == b'|' && (!closed || odd || character.is_none() || trail == Some(b'|'));
            if delimiter || trail.is_none() {
                self.issue(IssueKind::UnclosedRun, start);
                if !delimiter {
                    // The odd last byte: most often the delimiter before the next run.
                    self.out.push(if lead < 0x7F { char::from(lead) } else { '\u{FFFD}' });
                    index += 1;
                }
                self.at = start + index;
                self.set = Set::Ascii;
                return;
            }
            match character {
                Some(c) => {
                    if self.set == Set::Kanji && !jis::is_standard_row(lead) {
                        self.issue(IssueKind::VendorCharacter, start + index);
                    }
                    self.out.push(c);
                }
                None => {
                    self.issue(IssueKind::Undefined, start + index);
                    self.out.push('\u{FFFD}');
                }
            }
            index += 2;
        }
        self.at = start + length;
        if closed {
            self.escape();
        } else {
            self.issue(IssueKind::UnclosedRun, start);
            self.set = Set::Ascii;
        }
    }

    fn look_up(&self, lead: u8, trail: u8) -> Option<char> {
        if self.set == Set::Supplementary { jis::x0212(lead, trail) } else { jis::x0208(lead, trail) }
    }

    /// At an ESC: takes the designation and its set.
    fn escape(&mut self) {
        let at = self.at;
        let (length, set, issue) = match self.rest() {
            [ESC, b'(', b'B', ..] => (3, Set::Ascii, None),
            [ESC, b'(', b'J' | b'H', ..] => (3, Set::Roman, Some(IssueKind::JisRoman)),
            [ESC, b'(', b'I', ..] => (3, Set::Kana, Some(IssueKind::HalfWidthKana)),
            [ESC, b'$', b'B', ..] => (3, Set::Kanji, None),
            [ESC, b'$', b'@', ..] => (3, Set::Kanji, Some(IssueKind::OldKanji)),
            [ESC, b'$', b'(', b'B' | b'@', ..] => (4, Set::Kanji, None),
            [ESC, b'$', b'(', b'D', ..] => (4, Set::Supplementary, Some(IssueKind::SupplementaryKanji)),
            // Announces the 1990 revision; the designation itself follows.
            [ESC, b'&', b'@', ..] => (3, self.set, None),
            _ => {
                self.issue(IssueKind::UnknownEscape, at);
                self.out.push('\u{FFFD}');
                self.at += 1;
                self.set = Set::Ascii;
                return;
            }
        };
        if let Some(kind) = issue {
            self.issue(kind, at);
        }
        self.set = set;
        self.at += length;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(bytes: &[u8]) -> (String, Vec<IssueKind>) {
        let (text, issues) = scan(bytes);
        (text, issues.into_iter().map(|i| i.kind).collect())
    }

    #[test]
    fn kanji_bytes_that_equal_delimiters_are_kanji() {
        assert_eq!(kinds(b"\x1b$BF|K\\\x1b(B^\x1b$B%^%\\%&5^5~\x1b(B"), ("日本^マボウ急京".into(), vec![]));
    }

    #[test]
    fn every_designation_is_read() {
        assert_eq!(kinds(b"\x1b(IPN]\x1b(B^"), ("ﾐﾎﾝ^".into(), vec![IssueKind::HalfWidthKana]));
        assert_eq!(kinds(b"\x1b(JMSH|^~\\&\r\x1b(BPID"), ("MSH|^~\\&\rPID".into(), vec![IssueKind::JisRoman]));
        assert_eq!(kinds(b"\x1b$@8+K\\\x1b(B"), ("見本".into(), vec![IssueKind::OldKanji]));
        assert_eq!(kinds(b"\x1b$(D0!\x1b(B|"), ("丂|".into(), vec![IssueKind::SupplementaryKanji]));
        assert_eq!(kinds(b"\x0ePN]\x0f|"), ("ﾐﾎﾝ|".into(), vec![IssueKind::ShiftedKana]));
        assert_eq!(kinds(b"\x1b&@\x1b$B8+\x1b(B"), ("見".into(), vec![]));
        assert_eq!(kinds(b"\xd0\xce\xdd|\x1b$B8+\x1b(B"), ("ﾐﾎﾝ|見".into(), vec![IssueKind::EightBitKana]));
    }

    #[test]
    fn vendor_characters_are_kept_and_reported() {
        assert_eq!(kinds(b"\x1b$B-!\x1b(B"), ("①".into(), vec![IssueKind::VendorCharacter]));
        assert_eq!(kinds(b"\x1b$B|b66\x1b(B|"), ("髙橋|".into(), vec![IssueKind::VendorCharacter]));
        assert_eq!(kinds(b"\x1b$Bu!:j\x1b(B"), ("\u{fffd}崎".into(), vec![IssueKind::Undefined]));
    }

    #[test]
    fn a_run_nobody_closed_ends_at_the_delimiter_or_the_line() {
        assert_eq!(kinds(b"\x1b$B8+K\\|M\rPV1|1"), ("見本|M\rPV1|1".into(), vec![IssueKind::UnclosedRun]));
        assert_eq!(kinds(b"\x1b$B8+K\\\rPV1|"), ("見本\rPV1|".into(), vec![IssueKind::UnclosedRun]));
        assert_eq!(kinds(b"\x1b$B8+K\\^\x1b$BB@O:\x1b(B|"), ("見本^太郎|".into(), vec![IssueKind::UnclosedRun]));
        assert_eq!(kinds(b"\x1b(IPN]|M"), ("ﾐﾎﾝ|M".into(), vec![IssueKind::HalfWidthKana, IssueKind::UnclosedRun]));
        assert_eq!(kinds(b"\x1b$B8+"), ("見".into(), vec![IssueKind::UnclosedRun]));
    }

    #[test]
    fn nothing_makes_it_fail() {
        assert_eq!(kinds(b"\x1b").1, vec![IssueKind::UnknownEscape]);
        assert_eq!(kinds(b"a\x1b%G\xff").1, vec![IssueKind::UnknownEscape, IssueKind::StrayByte]);
    }
}
