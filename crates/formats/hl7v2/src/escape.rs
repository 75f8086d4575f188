//! HL7 escape sequences (HL7 v2.5 section 2.7). Unknown and unterminated ones stay literally; nothing here can fail.

use std::borrow::Cow;

use crate::separators::Separators;

/// What an escape sequence stands for.
#[derive(Debug, PartialEq, Eq)]
enum Meaning {
    Character(char),
    Text(String),
    Nothing,
    Unknown,
}

/// Sequences longer than this are text with a stray backslash, not escapes.
const SEQUENCE_MAX_CHARS: usize = 64;

/// The text with its escapes replaced. Borrowed when there was nothing to replace.
pub fn unescape<'t>(text: &'t str, separators: &Separators) -> Cow<'t, str> {
    if !text.contains(separators.escape) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    walk(text, separators, &mut out, |_| {});
    Cow::Owned(out)
}

/// Offsets of the escape characters that open an unknown sequence or none at all.
pub fn irregular(text: &str, separators: &Separators) -> Vec<usize> {
    let mut found = Vec::new();
    if text.contains(separators.escape) {
        walk(text, separators, &mut String::new(), |at| found.push(at));
    }
    found
}

fn walk(text: &str, separators: &Separators, out: &mut String, mut irregular: impl FnMut(usize)) {
    let width = separators.escape.len_utf8();
    let mut rest = text;
    while let Some(at) = rest.find(separators.escape) {
        let (before, from_escape) = rest.split_at(at);
        out.push_str(before);
        let after = from_escape.get(width..).unwrap_or_default();
        let offset = text.len() - from_escape.len();
        match after.find(separators.escape).and_then(|end| after.get(..end)) {
            Some(sequence) if looks_like_sequence(sequence) => {
                match meaning(sequence, separators) {
                    Meaning::Character(c) => out.push(c),
                    Meaning::Text(text) => out.push_str(&text),
                    Meaning::Nothing => {}
                    Meaning::Unknown => {
                        irregular(offset);
                        out.push(separators.escape);
                        out.push_str(sequence);
                        out.push(separators.escape);
                    }
                }
                rest = after.get(sequence.len() + width..).unwrap_or_default();
            }
            _ => {
                irregular(offset);
                out.push(separators.escape);
                rest = after;
            }
        }
    }
    out.push_str(rest);
}

fn looks_like_sequence(sequence: &str) -> bool {
    let mut chars = sequence.chars();
    let opens = chars.next().is_some_and(|c| c == '.' || c.is_ascii_uppercase());
    opens
        && sequence.len() <= SEQUENCE_MAX_CHARS
        && chars.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

fn meaning(sequence: &str, separators: &Separators) -> Meaning {
    match sequence {
        "F" => Meaning::Character(separators.field),
        "S" => Meaning::Character(separators.component),
        "T" => Meaning::Character(separators.subcomponent),
        "R" => Meaning::Character(separators.repetition),
        "E" => Meaning::Character(separators.escape),
        // Highlighting has no characters of its own.
        "H" | "N" => Meaning::Nothing,
        ".br" | ".ce" => Meaning::Character('\n'),
        ".fi" | ".nf" => Meaning::Nothing,
        _ => match sequence.strip_prefix('X') {
            Some(hex) => hexadecimal(hex).map_or(Meaning::Unknown, Meaning::Text),
            None => formatted(sequence),
        },
    }
}

/// `.sp<n>`, `.sk<n>`, `.in<n>`, `.ti<n>`: vertical and horizontal space.
fn formatted(sequence: &str) -> Meaning {
    let number = |tail: &str| if tail.is_empty() { Some(1) } else { tail.parse::<usize>().ok().filter(|n| *n <= 200) };
    if let Some(lines) = sequence.strip_prefix(".sp").and_then(number) {
        return Meaning::Text("\n".repeat(lines));
    }
    if let Some(spaces) = sequence.strip_prefix(".sk").and_then(number) {
        return Meaning::Text(" ".repeat(spaces));
    }
    let indent = sequence.strip_prefix(".in").or_else(|| sequence.strip_prefix(".ti"));
    if indent.is_some_and(|tail| tail.parse::<i32>().is_ok()) { Meaning::Nothing } else { Meaning::Unknown }
}

fn hexadecimal(hex: &str) -> Option<String> {
    if hex.is_empty() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let bytes: Option<Vec<u8>> = (0..hex.len())
        .step_by(2)
        .map(|at| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect();
    let decoded = renkei_text::decode(&bytes?);
    let usable = decoded.text.chars().all(|c| c != '\u{FFFD}' && (!c.is_control() || matches!(c, '\r' | '\n' | '\t')));
    usable.then_some(decoded.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        unescape(text, &Separators::default()).into_owned()
    }

    #[test]
    fn every_known_escape_is_replaced() {
        assert_eq!(plain(r"a\F\b\S\c\T\d\R\e\E\f"), r"a|b^c&d~e\f");
        assert_eq!(plain(r"\X41\g\.br\h\H\i\N\j"), "Ag\nhij");
        assert_eq!(plain(r"\.sp2\x\.sk3\y"), "\n\nx   y");
    }

    #[test]
    fn unknown_and_unterminated_escapes_stay_and_are_counted() {
        assert_eq!(plain(r"j\Zxx\k"), r"j\Zxx\k");
        assert_eq!(plain(r"100\%"), r"100\%");
        assert_eq!(plain(r"c:\tmp\F\x"), r"c:\tmp|x");
        assert_eq!(plain(r"\X4\"), r"\X4\");
        assert_eq!(irregular(r"j\Zxx\k 100\%", &Separators::default()), vec![1, 11]);
        assert!(irregular(r"a\F\b", &Separators::default()).is_empty());
    }
}
