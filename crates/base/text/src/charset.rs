//! Which character set a file is really in, and its text (SS-MIX2 pitfall: the label says ISO IR87, the bytes do not).
//!
//! Decided by the bytes alone; whether that agrees with the label is for the format that has the label.

use encoding_rs::{EUC_JP, SHIFT_JIS};

use crate::iso2022jp::{self, Issue, IssueKind};

/// The sets met under an ISO IR87 label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Charset {
    /// ISO-2022-JP, plain ASCII included.
    Iso2022Jp,
    Utf8,
    /// Windows code page 932 (Shift_JIS with vendor rows).
    Cp932,
    EucJp,
}

impl Charset {
    /// The usual lower-case name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Iso2022Jp => "iso-2022-jp",
            Self::Utf8 => "utf-8",
            Self::Cp932 => "cp932",
            Self::EucJp => "euc-jp",
        }
    }
}

/// Text, the set it was read as, and what was irregular.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    pub text: String,
    pub charset: Charset,
    pub issues: Vec<Issue>,
}

/// Decodes a whole file. Never fails; what could not be read is U+FFFD with an issue.
pub fn decode(bytes: &[u8]) -> Decoded {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let eight_bit = bytes.iter().any(|b| *b >= 0x80);
    let escaped = eight_bit && bytes.windows(2).any(|pair| pair == b"\x1b$");
    if !eight_bit || escaped {
        let (text, issues) = iso2022jp::scan(bytes);
        return Decoded { text, charset: Charset::Iso2022Jp, issues };
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Decoded { text: text.to_owned(), charset: Charset::Utf8, issues: Vec::new() };
    }
    let euc = EUC_JP.decode_without_bom_handling_and_without_replacement(bytes);
    if let Some(text) = euc.filter(|_| looks_like_euc(bytes)) {
        return Decoded { text: text.into_owned(), charset: Charset::EucJp, issues: Vec::new() };
    }
    let (text, lossy) = SHIFT_JIS.decode_without_bom_handling(bytes);
    let issues = if lossy {
        let at = text.find('\u{FFFD}').unwrap_or_default();
        vec![Issue { kind: IssueKind::StrayByte, at: 0, text_at: at }]
    } else {
        Vec::new()
    };
    Decoded { text: text.into_owned(), charset: Charset::Cp932, issues }
}

/// EUC-JP and CP932 overlap in A1–FE. EUC has nothing else, comes in pairs, and its kana rows lead with A4 and A5, where
/// CP932 would show single half-width kana.
fn looks_like_euc(bytes: &[u8]) -> bool {
    let (mut pairs, mut kana_rows, mut beyond_kana) = (0usize, 0usize, false);
    let mut index = 0;
    while let Some(&lead) = bytes.get(index) {
        if lead < 0x80 {
            index += 1;
            continue;
        }
        let Some(&trail) = bytes.get(index + 1) else { return false };
        if !(matches!(lead, 0x8E | 0x8F) || lead >= 0xA1) || trail < 0xA1 {
            return false;
        }
        pairs += 1;
        kana_rows += usize::from(matches!(lead, 0xA4 | 0xA5));
        beyond_kana |= lead > 0xDF || trail > 0xDF;
        index += 2;
    }
    beyond_kana || kana_rows * 2 >= pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, Charset) {
        let decoded = decode(bytes);
        (decoded.text, decoded.charset)
    }

    #[test]
    fn the_bytes_decide_the_set() {
        assert_eq!(read(b"MSH|"), ("MSH|".into(), Charset::Iso2022Jp));
        assert_eq!(read("見本^ミホン".as_bytes()), ("見本^ミホン".into(), Charset::Utf8));
        assert_eq!(read(b"\x8c\xa9\x96{^\x83~"), ("見本^ミ".into(), Charset::Cp932));
        let (euc, _, _) = EUC_JP.encode("見本^ミホン");
        assert_eq!(read(&euc), ("見本^ミホン".into(), Charset::EucJp));
        assert_eq!(read(b"\xd0\xce\xdd^"), ("ﾐﾎﾝ^".into(), Charset::Cp932));
        assert_eq!(read("\u{feff}見".as_bytes()), ("見".into(), Charset::Utf8));
    }

    #[test]
    fn what_no_set_explains_is_reported() {
        let decoded = decode(b"a\xff\xfe");
        assert_eq!(decoded.issues.len(), 1);
    }
}
