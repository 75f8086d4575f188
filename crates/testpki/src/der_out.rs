//! Writes DER, and on request what is not DER.
//!
//! Separate from every library encoder because half of the certificates made here must be wrong in one exact byte:
//! indefinite lengths, padded arcs, sets out of order. Each function returns the finished element.

use renkei_kernel::Timestamp;

/// One element: tag, minimal definite length, content.
pub fn tlv(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut out = vec![tag];
    let length = content.len();
    if length < 0x80 {
        out.push(length as u8);
    } else {
        let bytes = length.to_be_bytes();
        let skip = bytes.iter().take_while(|b| **b == 0).count();
        out.push(0x80 | (bytes.len() - skip) as u8);
        out.extend(bytes.iter().skip(skip));
    }
    out.extend_from_slice(content);
    out
}

/// SEQUENCE of finished elements.
pub fn seq(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x30, &parts.concat())
}
/// SET in the order given (a single element, or a deliberately unsorted one).
pub fn set(parts: &[Vec<u8>]) -> Vec<u8> {
    tlv(0x31, &parts.concat())
}
/// Constructed context tag, i.e. EXPLICIT `[number]`.
pub fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0xa0 | number, content)
}
/// Primitive context tag, i.e. IMPLICIT `[number]` of a primitive type.
pub fn implicit(number: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x80 | number, content)
}
pub fn boolean(value: bool) -> Vec<u8> {
    tlv(0x01, &[if value { 0xff } else { 0 }])
}
pub fn null() -> Vec<u8> {
    tlv(0x05, &[])
}
pub fn octets(content: &[u8]) -> Vec<u8> {
    tlv(0x04, content)
}
/// BIT STRING without unused bits.
pub fn bits(content: &[u8]) -> Vec<u8> {
    bits_unused(0, content)
}
pub fn bits_unused(unused: u8, content: &[u8]) -> Vec<u8> {
    tlv(0x03, &[&[unused], content].concat())
}
pub fn utf8(text: &str) -> Vec<u8> {
    tlv(0x0c, text.as_bytes())
}
pub fn printable(text: &str) -> Vec<u8> {
    tlv(0x13, text.as_bytes())
}
pub fn ia5(text: &str) -> Vec<u8> {
    tlv(0x16, text.as_bytes())
}
/// Non-negative INTEGER from big-endian bytes, with the sign octet where needed.
pub fn unsigned(bytes: &[u8]) -> Vec<u8> {
    let stripped: Vec<u8> = bytes.iter().copied().skip_while(|b| *b == 0).collect();
    let mut content = Vec::with_capacity(stripped.len() + 1);
    if stripped.first().is_none_or(|b| *b >= 0x80) {
        content.push(0);
    }
    content.extend(stripped);
    tlv(0x02, &content)
}
pub fn integer(value: u64) -> Vec<u8> {
    unsigned(&value.to_be_bytes())
}
/// OBJECT IDENTIFIER from its dotted text. Arcs that are not numbers are written as zero: the caller is a test.
pub fn oid(dotted: &str) -> Vec<u8> {
    let arcs: Vec<u64> = dotted.split('.').map(|arc| arc.parse().unwrap_or(0)).collect();
    let (first, second) = (arcs.first().copied().unwrap_or(0), arcs.get(1).copied().unwrap_or(0));
    let mut content = base128(first * 40 + second);
    for arc in arcs.iter().skip(2) {
        content.extend(base128(*arc));
    }
    tlv(0x06, &content)
}

fn base128(mut value: u64) -> Vec<u8> {
    let mut out = vec![(value & 0x7f) as u8];
    value >>= 7;
    while value > 0 {
        out.push(0x80 | (value & 0x7f) as u8);
        value >>= 7;
    }
    out.reverse();
    out
}

/// UTCTime up to 2049, GeneralizedTime from 2050 (RFC 5280, 4.1.2.5).
pub fn time(at: Timestamp) -> Vec<u8> {
    let digits: String = at.to_rfc3339().chars().take(19).filter(char::is_ascii_digit).collect();
    let year: u32 = digits.get(..4).and_then(|y| y.parse().ok()).unwrap_or(0);
    if (1950..2050).contains(&year) {
        tlv(0x17, format!("{}Z", digits.get(2..).unwrap_or_default()).as_bytes())
    } else {
        tlv(0x18, format!("{digits}Z").as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_elements_have_their_known_bytes() {
        assert_eq!(hex::encode(oid("1.2.392.100495.1.5.1.2.3.1")), "060c2a830886910f010501020301");
        assert_eq!(hex::encode(oid("1.0.17090.0.1")), "0606288185420001");
        assert_eq!(hex::encode(integer(128)), "02020080");
        assert_eq!(hex::encode(integer(0)), "020100");
        assert_eq!(tlv(4, &[0; 200])[..3], [4, 0x81, 200]);
        assert_eq!(time(Timestamp::from_seconds(0)), tlv(0x17, b"700101000000Z"));
    }
}
