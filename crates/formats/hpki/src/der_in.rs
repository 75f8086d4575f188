//! Strict DER: one reading for one set of bytes, or none.
//!
//! Separate from the library decoder because what the library lets pass (explicit defaults, unsorted sets, padded
//! arcs, text that is not what its tag says) is exactly what a forger uses to make two programs read two
//! certificates. Every input passes [`check`] before anything is taken from it (X.690 chapters 8 to 11).

/// Nesting allowed anywhere (hpki.md section 5).
pub const DEPTH_MAX: usize = 16;

/// The input is not DER. The text says which rule, never what stood there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotDer(pub &'static str);

pub const BOOLEAN: u8 = 0x01;
pub const INTEGER: u8 = 0x02;
pub const BIT_STRING: u8 = 0x03;
pub const OCTET_STRING: u8 = 0x04;
pub const OID: u8 = 0x06;
pub const ENUMERATED: u8 = 0x0a;
pub const UTF8_STRING: u8 = 0x0c;
pub const NUMERIC_STRING: u8 = 0x12;
pub const PRINTABLE_STRING: u8 = 0x13;
pub const IA5_STRING: u8 = 0x16;
pub const UTC_TIME: u8 = 0x17;
pub const GENERALIZED_TIME: u8 = 0x18;
pub const SEQUENCE: u8 = 0x30;
pub const SET: u8 = 0x31;

/// Explicit or constructed context tag.
pub const fn context(number: u8) -> u8 {
    0xa0 | number
}

/// One element of the input.
#[derive(Debug, Clone, Copy)]
pub struct Element<'a> {
    pub tag: u8,
    pub content: &'a [u8],
    /// Tag, length and content as they stand in the input.
    pub whole: &'a [u8],
}

impl<'a> Element<'a> {
    /// A reader over the content.
    pub fn inside(&self) -> Reader<'a> {
        Reader::new(self.content)
    }
    fn expect(self, tag: u8) -> Result<Self, NotDer> {
        if self.tag == tag { Ok(self) } else { Err(NotDer("another element was expected here")) }
    }
}

/// Reads elements one after the other.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
    /// The tag of the next element, if there is one.
    pub fn peek(&self) -> Option<u8> {
        self.rest.first().copied()
    }
    /// The next element of whatever tag.
    pub fn any(&mut self) -> Result<Element<'a>, NotDer> {
        const ENDS: NotDer = NotDer("the input ends inside an element");
        let (&tag, after_tag) = self.rest.split_first().ok_or(ENDS)?;
        if tag & 0x1f == 0x1f {
            return Err(NotDer("tag numbers above 30 are not used"));
        }
        let (&first, after_length) = after_tag.split_first().ok_or(ENDS)?;
        let (length, body) = match first {
            0..=0x7f => (usize::from(first), after_length),
            0x80 => return Err(NotDer("indefinite length")),
            0x81..=0x84 => {
                let (digits, body) = after_length.split_at_checked(usize::from(first & 0x7f)).ok_or(ENDS)?;
                let length = digits.iter().fold(0usize, |sum, digit| sum << 8 | usize::from(*digit));
                if digits.first() == Some(&0) || length < 0x80 {
                    return Err(NotDer("length is not minimal"));
                }
                (length, body)
            }
            _ => return Err(NotDer("length of more than four octets")),
        };
        let (content, rest) = body.split_at_checked(length).ok_or(ENDS)?;
        let whole_length = self.rest.len() - rest.len();
        let whole = self.rest.get(..whole_length).ok_or(ENDS)?;
        self.rest = rest;
        Ok(Element { tag, content, whole })
    }
    /// The next element, which must have this tag.
    pub fn next(&mut self, tag: u8) -> Result<Element<'a>, NotDer> {
        self.any()?.expect(tag)
    }
    /// The next element if it has this tag.
    pub fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, NotDer> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }
    /// Nothing may be left.
    pub fn end(&self) -> Result<(), NotDer> {
        if self.rest.is_empty() { Ok(()) } else { Err(NotDer("bytes after the last element")) }
    }
}

/// The only element of `bytes`, with this tag and nothing behind it.
pub fn single(bytes: &[u8], tag: u8) -> Result<Element<'_>, NotDer> {
    let mut reader = Reader::new(bytes);
    let element = reader.next(tag)?;
    reader.end()?;
    Ok(element)
}

/// Checks that `bytes` is exactly one element and strict DER all the way down.
pub fn check(bytes: &[u8]) -> Result<(), NotDer> {
    let mut reader = Reader::new(bytes);
    let element = reader.any()?;
    reader.end()?;
    check_element(&element, DEPTH_MAX)
}

fn check_element(element: &Element<'_>, depth: usize) -> Result<(), NotDer> {
    let Some(depth) = depth.checked_sub(1) else { return Err(NotDer("nested too deeply")) };
    match element.tag {
        SEQUENCE => check_inside(element, depth, false),
        SET => check_inside(element, depth, true),
        tag if tag & 0xe0 == 0xa0 => check_inside(element, depth, false),
        tag if tag & 0xe0 == 0x80 => Ok(()),
        _ => check_primitive(element),
    }
}

fn check_inside(element: &Element<'_>, depth: usize, sorted: bool) -> Result<(), NotDer> {
    let mut reader = element.inside();
    let mut before: Option<&[u8]> = None;
    while !reader.is_empty() {
        let inner = reader.any()?;
        check_element(&inner, depth)?;
        if sorted && before.is_some_and(|before| before > inner.whole) {
            return Err(NotDer("set out of order"));
        }
        before = Some(inner.whole);
    }
    Ok(())
}

fn check_primitive(element: &Element<'_>) -> Result<(), NotDer> {
    let content = element.content;
    let good = match element.tag {
        BOOLEAN => matches!(content, [0] | [0xff]),
        INTEGER | ENUMERATED => is_minimal_integer(content),
        BIT_STRING => is_bit_string(content),
        OCTET_STRING => true,
        0x05 => content.is_empty(),
        OID => is_object_identifier(content),
        UTF8_STRING => std::str::from_utf8(content).is_ok(),
        NUMERIC_STRING => content.iter().all(|byte| byte.is_ascii_digit() || *byte == b' '),
        PRINTABLE_STRING => content.iter().all(|byte| is_printable(*byte)),
        IA5_STRING => content.is_ascii(),
        UTC_TIME => content.len() == 13 && is_zulu(content),
        GENERALIZED_TIME => content.len() == 15 && is_zulu(content),
        // Teletex, visible, general, universal and BMP strings: lawful DER, but no name may use them (see `name`).
        0x14 | 0x1a | 0x1b | 0x1c | 0x1e => true,
        _ => return Err(NotDer("a type that certificates do not use")),
    };
    if good { Ok(()) } else { Err(NotDer("a value is not in its only permitted form")) }
}

fn is_minimal_integer(content: &[u8]) -> bool {
    match content {
        [] => false,
        [0, second, ..] => *second >= 0x80,
        [0xff, second, ..] => *second < 0x80,
        _ => true,
    }
}

fn is_bit_string(content: &[u8]) -> bool {
    match content {
        [] => false,
        [0] => true,
        [_] => false,
        [unused @ 0..=7, .., last] => last & !(0xffu8 << unused) == 0,
        _ => false,
    }
}

fn is_object_identifier(content: &[u8]) -> bool {
    let mut arc_begins = true;
    for byte in content {
        if arc_begins && *byte == 0x80 {
            return false;
        }
        arc_begins = byte & 0x80 == 0;
    }
    arc_begins && !content.is_empty()
}

fn is_printable(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b" '()+,-./:=?".contains(&byte)
}

fn is_zulu(content: &[u8]) -> bool {
    content.split_last().is_some_and(|(last, digits)| *last == b'Z' && digits.iter().all(u8::is_ascii_digit))
}

/// Seconds since 1970 of a UTCTime or GeneralizedTime element (RFC 5280, 4.1.2.5).
pub fn seconds(element: &Element<'_>) -> Result<i64, NotDer> {
    const BAD: NotDer = NotDer("a time that is no time");
    let text = std::str::from_utf8(element.content).map_err(|_| BAD)?;
    let text = match element.tag {
        UTC_TIME => {
            let year: u32 = text.get(..2).and_then(|year| year.parse().ok()).ok_or(BAD)?;
            format!("{}{text}", if year < 50 { "20" } else { "19" })
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return Err(BAD),
    };
    let part = |range: std::ops::Range<usize>| text.get(range).ok_or(BAD);
    let rfc3339 = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0..4)?,
        part(4..6)?,
        part(6..8)?,
        part(8..10)?,
        part(10..12)?,
        part(12..14)?
    );
    // A leap second would be read as the second before; certificates have none (RFC 5280 asks for plain UTC).
    if part(12..14)? == "60" {
        return Err(BAD);
    }
    renkei_kernel::Timestamp::parse_rfc3339(&rfc3339).map(renkei_kernel::Timestamp::seconds).ok_or(BAD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_loose_form_is_refused() {
        let loose: [(&str, &[u8]); 14] = [
            ("indefinite length", &[0x30, 0x80, 0, 0]),
            ("long length below 128", &[0x04, 0x81, 0x01, 0]),
            ("leading zero in the length", &[0x04, 0x82, 0x00, 0x80]),
            ("true that is not FF", &[0x01, 0x01, 0x01]),
            ("padded integer", &[0x02, 0x02, 0x00, 0x01]),
            ("negative padded integer", &[0x02, 0x02, 0xff, 0x80]),
            ("padded arc", &[0x06, 0x03, 0x2a, 0x80, 0x01]),
            ("unfinished arc", &[0x06, 0x02, 0x2a, 0x81]),
            ("unused bits set", &[0x03, 0x02, 0x06, 0x41]),
            ("text that is not UTF-8", &[0x0c, 0x01, 0xff]),
            ("underscore in a printable string", &[0x13, 0x01, b'_']),
            ("time without seconds", b"\x17\x0b2601010000Z"),
            ("set out of order", &[0x31, 0x06, 0x02, 0x01, 0x02, 0x02, 0x01, 0x01]),
            ("trailing byte", &[0x05, 0x00, 0x00]),
        ];
        for (what, bytes) in loose {
            assert!(check(bytes).is_err(), "{what}");
        }
    }

    #[test]
    fn depth_is_limited() {
        let nest = |levels: usize| {
            (1..levels).fold(vec![0x30, 0], |inner, _| {
                let mut outer = vec![0x30, inner.len() as u8];
                outer.extend(inner);
                outer
            })
        };
        assert!(check(&nest(16)).is_ok());
        assert!(check(&nest(17)).is_err());
    }

    #[test]
    fn times_of_both_kinds_are_read() {
        let utc = single(b"\x17\x0d491231235959Z", UTC_TIME).unwrap();
        assert_eq!(seconds(&utc), Ok(2_524_607_999));
        let general = single(b"\x18\x0f20500101000000Z", GENERALIZED_TIME).unwrap();
        assert_eq!(seconds(&general), Ok(2_524_608_000));
        assert!(seconds(&single(b"\x17\x0d260230000000Z", UTC_TIME).unwrap()).is_err());
    }
}
