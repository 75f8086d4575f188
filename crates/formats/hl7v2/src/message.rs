//! A message: decoded first, split afterwards (kanji bytes equal delimiters, so the other order destroys names).
//!
//! One pass finds the segments and the start of every field; a field is then one slice of the decoded text. Nothing is
//! copied, and nothing but a missing header makes a message unreadable.

use std::collections::HashMap;

use renkei_kernel::{Category, Finding, Problem, limits};
use renkei_text::{Charset, charset};

use crate::{field::Field, place::Place, report, separators::Separators};

/// Why nothing could be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    #[error("the file is empty")]
    Empty,
    #[error("the file is larger than {} bytes", limits::HL7_FILE_MAX_BYTES)]
    TooLarge,
    #[error("the file does not start with an MSH segment")]
    NoHeader,
}

impl Problem for ReadError {
    fn category(&self) -> Category {
        Category::Malformed
    }
    fn code(&self) -> &'static str {
        match self {
            Self::Empty => "message_empty",
            Self::TooLarge => "message_too_large",
            Self::NoHeader => "message_without_header",
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Span {
    name: [u8; 3],
    occurrence: u32,
    start: u32,
    end: u32,
    /// Index in `Message::starts` of the first field after the name.
    first: u32,
    fields: u32,
}

/// A decoded, split message. Findings of reading stand in `findings`.
#[derive(Debug, Clone)]
pub struct Message {
    text: String,
    charset: Charset,
    separators: Separators,
    spans: Vec<Span>,
    starts: Vec<u32>,
    pub findings: Vec<Finding>,
    /// The file ends in the middle of something.
    pub cut: bool,
}

impl Message {
    /// Reads one message from the bytes of a file.
    pub fn read(bytes: &[u8]) -> Result<Self, ReadError> {
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limits::HL7_FILE_MAX_BYTES {
            return Err(ReadError::TooLarge);
        }
        let body = without_trailer(without_leader(bytes));
        if body.is_empty() {
            return Err(ReadError::Empty);
        }
        let decoded = charset::decode(body);
        let mut text = decoded.text;
        let after_msh = text.strip_prefix("MSH").ok_or(ReadError::NoHeader)?;
        let yen = Separators::has_yen(after_msh);
        if yen {
            text = text.chars().map(crate::separators::plain).collect();
        }
        let (separators, replaced) = Separators::read(text.get(3..).unwrap_or_default());
        let mut message = Self {
            text,
            charset: decoded.charset,
            separators,
            spans: Vec::with_capacity(16),
            starts: Vec::with_capacity(256),
            findings: Vec::new(),
            cut: false,
        };
        let split = message.split();
        if message.spans.first().is_none_or(|span| span.name != *b"MSH") {
            return Err(ReadError::NoHeader);
        }
        report::reading(
            &mut message,
            &report::Observed {
                issues: &decoded.issues,
                separators_replaced: replaced,
                yen,
                trailer: body.len() < bytes.len(),
                split,
            },
        );
        Ok(message)
    }

    /// Finds segments and fields. Lines that are no segment continue the one before them.
    fn split(&mut self) -> SplitOutcome {
        let mut outcome = SplitOutcome::default();
        let text = std::mem::take(&mut self.text);
        let separator = u8::try_from(self.separators.field).unwrap_or(b'|');
        let mut counts = Counts::default();
        let mut at = 0usize;
        for line in text.split_inclusive(['\r', '\n']) {
            let line_start = at;
            at += line.len();
            outcome.line_feeds |= line.ends_with('\n');
            let ended = line.ends_with(['\r', '\n']);
            let content = line.trim_end_matches(['\r', '\n']);
            if content.trim().is_empty() {
                continue;
            }
            outcome.ended = ended;
            let indent = content.len() - content.trim_start_matches([' ', '\u{0B}']).len();
            let name = content.as_bytes().get(indent..indent + 3).and_then(|n| <[u8; 3]>::try_from(n).ok());
            let follows = content.as_bytes().get(indent + 3).copied();
            let is_segment = name.is_some_and(is_segment_name) && follows.is_none_or(|b| b == separator);
            let (scan_from, scan_start) = match (is_segment, name) {
                (true, Some(name)) => {
                    if self.spans.len() >= limits::HL7_SEGMENTS_MAX {
                        outcome.too_many_segments = true;
                        break;
                    }
                    let occurrence = counts.next(name);
                    self.spans.push(Span {
                        name,
                        occurrence,
                        start: offset(line_start + indent),
                        end: offset(line_start + content.len()),
                        first: offset(self.starts.len()),
                        fields: 0,
                    });
                    (indent + 3, line_start)
                }
                _ => {
                    let Some(last) = self.spans.last_mut() else { continue };
                    outcome.continued.push(offset(line_start));
                    outcome.cut_name = !ended && content.len() < 4;
                    last.end = offset(line_start + content.len());
                    (0, line_start)
                }
            };
            let Some(last) = self.spans.last_mut() else { continue };
            for (index, byte) in content.bytes().enumerate().skip(scan_from) {
                if byte == separator {
                    if usize::try_from(last.fields).unwrap_or(usize::MAX) >= limits::HL7_FIELDS_MAX {
                        outcome.too_many_fields = true;
                        break;
                    }
                    self.starts.push(offset(scan_start + index + 1));
                    last.fields += 1;
                }
            }
        }
        self.text = text;
        outcome
    }

    pub fn charset(&self) -> Charset {
        self.charset
    }

    pub fn separators(&self) -> &Separators {
        &self.separators
    }

    /// The decoded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    pub fn segment_count(&self) -> usize {
        self.spans.len()
    }

    /// The segments in their order.
    pub fn segments(&self) -> impl DoubleEndedIterator<Item = Segment<'_>> + ExactSizeIterator {
        (0..self.spans.len()).map(move |index| Segment { message: self, index })
    }

    /// The first segment of a name.
    pub fn segment(&self, name: &str) -> Option<Segment<'_>> {
        self.all(name).next()
    }

    /// All segments of a name.
    pub fn all<'m>(&'m self, name: &str) -> impl Iterator<Item = Segment<'m>> + use<'m> {
        let wanted = <[u8; 3]>::try_from(name.as_bytes()).unwrap_or_default();
        self.segments().filter(move |s| s.span().is_some_and(|span| span.name == wanted))
    }

    /// The header. Every message that was read has one.
    pub fn header(&self) -> Segment<'_> {
        Segment { message: self, index: 0 }
    }

    /// The place of a byte offset of the decoded text, for findings.
    pub fn place_at(&self, text_at: usize) -> Place {
        let at = offset(text_at);
        let index = self.spans.partition_point(|span| span.start <= at).saturating_sub(1);
        let Some(span) = self.spans.get(index) else { return Place::new("MSH", 1, 0) };
        let starts = self.starts_of(span);
        let field = starts.partition_point(|start| *start <= at);
        let shift = usize::from(span.name == *b"MSH" && field > 0);
        Place::new(name_of(&span.name), span.occurrence, u16::try_from(field + shift).unwrap_or(u16::MAX))
    }

    fn starts_of(&self, span: &Span) -> &[u32] {
        let first = usize::try_from(span.first).unwrap_or_default();
        let count = usize::try_from(span.fields).unwrap_or_default();
        self.starts.get(first..first + count).unwrap_or_default()
    }
}

/// What splitting noticed, for the report.
#[derive(Debug, Default)]
pub(crate) struct SplitOutcome {
    pub line_feeds: bool,
    pub ended: bool,
    pub cut_name: bool,
    pub continued: Vec<u32>,
    pub too_many_segments: bool,
    pub too_many_fields: bool,
}

/// One segment of a message.
#[derive(Debug, Clone, Copy)]
pub struct Segment<'m> {
    message: &'m Message,
    index: usize,
}

impl<'m> Segment<'m> {
    fn span(&self) -> Option<&'m Span> {
        self.message.spans.get(self.index)
    }

    pub fn name(&self) -> &'m str {
        self.span().map_or("", |span| name_of(&span.name))
    }

    pub fn is(&self, name: &str) -> bool {
        self.name() == name
    }

    /// Position in the message, from 0.
    pub fn index(&self) -> usize {
        self.index
    }

    pub fn message(&self) -> &'m Message {
        self.message
    }

    /// The decoded characters of the whole segment.
    pub fn raw(&self) -> &'m str {
        let range = self.span().map(|span| slice(span.start)..slice(span.end));
        range.and_then(|range| self.message.text.get(range)).unwrap_or_default()
    }

    /// Field `number` as HL7 counts (MSH-1 is the field separator itself). An absent field is an empty one.
    pub fn field(&self, number: u16) -> Field<'m> {
        Field::new(self.raw_field(number), &self.message.separators)
    }

    fn raw_field(&self, number: u16) -> &'m str {
        let Some(span) = self.span() else { return "" };
        let mut position = usize::from(number);
        if span.name == *b"MSH" {
            if number == 1 {
                let start = slice(span.start) + 3;
                return self.message.text.get(start..start + 1).unwrap_or_default();
            }
            position = position.saturating_sub(1);
        }
        let starts = self.message.starts_of(span);
        let Some(start) = position.checked_sub(1).and_then(|index| starts.get(index)) else { return "" };
        let end = starts.get(position).map_or(span.end, |next| next - 1);
        self.message.text.get(slice(*start)..slice(end)).unwrap_or_default()
    }

    /// Number of the last field the sender wrote.
    pub fn field_count(&self) -> u16 {
        let Some(span) = self.span() else { return 0 };
        let shift = u32::from(span.name == *b"MSH");
        u16::try_from(span.fields + shift).unwrap_or(u16::MAX)
    }

    /// The place of the segment (field 0) or of one of its fields.
    pub fn place(&self, field: u16) -> Place {
        Place::new(self.name(), self.span().map_or(1, |span| span.occurrence), field)
    }
}

fn name_of(name: &[u8; 3]) -> &str {
    std::str::from_utf8(name).unwrap_or("???")
}

fn is_segment_name(name: [u8; 3]) -> bool {
    let [first, second, third] = name;
    first.is_ascii_uppercase() && [second, third].iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
}

/// How often each segment name was seen. A message has a dozen names, which a short list finds fastest; one made to
/// harm has thousands, which a list would search again and again.
#[derive(Default)]
struct Counts {
    few: Vec<([u8; 3], u32)>,
    more: HashMap<[u8; 3], u32>,
}

/// Names kept in the list.
const FEW_NAMES: usize = 32;

impl Counts {
    /// Counts one more of `name` and tells which it is, from 1.
    fn next(&mut self, name: [u8; 3]) -> u32 {
        let has_place = self.few.len() < FEW_NAMES;
        let number = match self.few.iter_mut().find(|(known, _)| *known == name) {
            Some((_, number)) => number,
            None if has_place => {
                self.few.push((name, 1));
                return 1;
            }
            None => self.more.entry(name).or_default(),
        };
        *number += 1;
        *number
    }
}

/// Files are smaller than 4 GiB (`HL7_FILE_MAX_BYTES`), and a decoded byte needs at most three.
fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn slice(at: u32) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}

/// A vertical tab of MLLP and blank lines before the header.
fn without_leader(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        if matches!(first, 0x0B | b'\r' | b'\n' | b' ') { rest = after } else { break }
    }
    rest
}

/// FS of MLLP (with or without its CR), the end-of-file byte of DOS, filling zeros.
fn without_trailer(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    loop {
        rest = match rest {
            [before @ .., 0x1C, b'\r'] | [before @ .., 0x1C | 0x1A | 0x00] => before,
            _ => return rest,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "MSH|^~\\&|HIS|SEND|GW|RCV|20260401||ADT^A08^ADT_A01|1|P|2.5||||||~ISO IR87";

    fn read(text: &str) -> Message {
        Message::read(&renkei_text::encode_iso2022jp(text).unwrap()).unwrap()
    }

    #[test]
    fn segments_and_fields_are_numbered_as_hl7_counts() {
        let message = read(&format!("{HEADER}\rPID|1||0000123|\rOBX|1\rOBX|2|NM\r"));
        assert_eq!(message.segment_count(), 4);
        assert_eq!(message.header().field(1).raw(), "|");
        assert_eq!(message.header().field(2).raw(), "^~\\&");
        assert_eq!(message.header().field(9).component(2).text(), "A08");
        assert_eq!(message.header().field(18).raw(), "~ISO IR87");
        assert_eq!(message.header().field_count(), 18);
        let pid = message.segment("PID").unwrap();
        assert_eq!(
            (pid.field(3).raw(), pid.field(4).raw(), pid.field(99).raw(), pid.field_count()),
            ("0000123", "", "", 4)
        );
        assert_eq!(message.all("OBX").nth(1).unwrap().place(2).to_string(), "OBX[2]-2");
        assert!(message.findings.is_empty(), "{:?}", message.findings);
    }

    #[test]
    fn any_line_end_and_trailer_is_read() {
        for body in ["\rPID|1\r", "\r\nPID|1\r\n", "\nPID|1", "\rPID|1\r\x1c", "\rPID|1\r\x1c\r", "\rPID|1\r\x00\x1a"] {
            let message = Message::read(format!("{HEADER}{body}").as_bytes()).unwrap();
            assert_eq!(message.segment_count(), 2, "{body:?}");
            assert_eq!(message.segment("PID").unwrap().field(1).raw(), "1");
        }
    }

    #[test]
    fn a_line_that_is_no_segment_continues_the_text_before_it() {
        let message = read(&format!("{HEADER}\rNTE|1||first\nsecond|more\rPID|1\r"));
        assert_eq!(message.segment("NTE").unwrap().field(3).text(), "first\nsecond");
        assert_eq!(message.segment("NTE").unwrap().field(4).text(), "more");
        assert!(message.findings.iter().any(|f| f.code == "segment-continued"));
    }

    #[test]
    fn a_yen_sign_as_escape_character_works_as_a_backslash() {
        let bytes = format!("{}\rOBX|1|ST|||a¥F¥b\r", HEADER.replace('\\', "¥"));
        let message = Message::read(bytes.as_bytes()).unwrap();
        assert_eq!(message.separators().escape, '\\');
        assert_eq!(message.segment("OBX").unwrap().field(5).text(), "a|b");
    }

    #[test]
    fn what_is_no_message_is_refused() {
        assert_eq!(Message::read(b"").unwrap_err(), ReadError::Empty);
        assert_eq!(Message::read(b"\x00\x00").unwrap_err(), ReadError::Empty);
        assert_eq!(Message::read(b"PID|1").unwrap_err(), ReadError::NoHeader);
    }

    #[test]
    fn offsets_of_the_text_have_places() {
        let message = read(&format!("{HEADER}\rPID|1||見本\r"));
        let at = message.text().find('見').unwrap();
        assert_eq!(message.place_at(at).to_string(), "PID-3");
        assert_eq!(message.place_at(10).to_string(), "MSH-3");
    }
}
