//! Distinguished names: compared as bytes, looked into attribute by attribute, never shown without being checked.
//!
//! Names come from strangers and end on screens and in registers. Control, bidirectional and invisible characters
//! have no place in them (hpki.md section 4).

use crate::der_in::{Element, IA5_STRING, NotDer, OID, PRINTABLE_STRING, Reader, SEQUENCE, SET, UTF8_STRING, single};

/// Contents of the attribute OIDs that matter here (2.5.4.x).
pub const COMMON_NAME: &[u8] = &[0x55, 0x04, 0x03];
pub const SERIAL_NUMBER: &[u8] = &[0x55, 0x04, 0x05];
pub const COUNTRY: &[u8] = &[0x55, 0x04, 0x06];
pub const ORGANISATION: &[u8] = &[0x55, 0x04, 0x0a];

/// One attribute of a name.
#[derive(Debug, Clone, Copy)]
pub struct Attribute<'a> {
    /// Content of the attribute's OID.
    pub kind: &'a [u8],
    /// Tag of the value's string type.
    pub tag: u8,
    pub bytes: &'a [u8],
}

impl<'a> Attribute<'a> {
    /// The value as text, when it is of a type whose text is unambiguous.
    pub fn text(&self) -> Option<&'a str> {
        match self.tag {
            UTF8_STRING | PRINTABLE_STRING | IA5_STRING => std::str::from_utf8(self.bytes).ok(),
            _ => None,
        }
    }
}

/// The attributes of a name (a whole RDNSequence element), in order.
pub fn attributes(name: &[u8]) -> Result<Vec<Attribute<'_>>, NotDer> {
    let mut sets = single(name, SEQUENCE)?.inside();
    let mut all = Vec::new();
    while !sets.is_empty() {
        let set = sets.next(SET)?;
        let mut pairs = set.inside();
        if pairs.is_empty() {
            return Err(NotDer("empty part of a name"));
        }
        while !pairs.is_empty() {
            all.push(attribute(&pairs.next(SEQUENCE)?)?);
        }
    }
    Ok(all)
}

fn attribute<'a>(pair: &Element<'a>) -> Result<Attribute<'a>, NotDer> {
    let mut parts = pair.inside();
    let kind = parts.next(OID)?.content;
    let value = parts.any()?;
    parts.end()?;
    Ok(Attribute { kind, tag: value.tag, bytes: value.content })
}

/// The attributes of one kind.
pub fn of_kind<'a>(all: &'a [Attribute<'a>], kind: &'a [u8]) -> impl Iterator<Item = &'a Attribute<'a>> {
    all.iter().filter(move |attribute| attribute.kind == kind)
}

/// The only attribute of a kind; `None` when there is none or more than one.
pub fn only<'a>(all: &'a [Attribute<'a>], kind: &'a [u8]) -> Option<&'a Attribute<'a>> {
    let mut found = of_kind(all, kind);
    let first = found.next()?;
    if found.next().is_none() { Some(first) } else { None }
}

/// Whether a text may be shown and stored: no control, bidirectional or invisible characters.
pub fn is_clean(text: &str) -> bool {
    !text.chars().any(|character| {
        character.is_control()
            || matches!(character,
                '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
    })
}

/// Whether every value of a name is clean text.
pub fn all_clean(all: &[Attribute<'_>]) -> bool {
    all.iter().all(|attribute| attribute.text().is_some_and(is_clean))
}

/// A name for operators: `CN=…, OU=…` in the order of the name, kinds without a short word as dotted OIDs.
pub fn display(name: &[u8]) -> String {
    let Ok(all) = attributes(name) else { return "(unreadable name)".to_owned() };
    let parts: Vec<String> = all
        .iter()
        .map(|attribute| {
            let kind = match attribute.kind {
                COMMON_NAME => "CN".to_owned(),
                SERIAL_NUMBER => "serialNumber".to_owned(),
                COUNTRY => "C".to_owned(),
                ORGANISATION => "O".to_owned(),
                [0x55, 0x04, 0x0b] => "OU".to_owned(),
                other => dotted(other).unwrap_or_else(|| "?".to_owned()),
            };
            let value: String = attribute.text().filter(|text| is_clean(text)).unwrap_or("?").to_owned();
            format!("{kind}={value}")
        })
        .collect();
    parts.join(", ")
}

/// Dotted text of an OID's content; `None` when an arc exceeds 64 bits.
pub fn dotted(content: &[u8]) -> Option<String> {
    let mut arcs: Vec<u64> = Vec::new();
    let mut arc: u64 = 0;
    for byte in content {
        arc = arc.checked_mul(128)?.checked_add(u64::from(byte & 0x7f))?;
        if byte & 0x80 == 0 {
            arcs.push(arc);
            arc = 0;
        }
    }
    let (first, rest) = arcs.split_first()?;
    let top = (first / 40).min(2);
    let mut text = format!("{top}.{}", first - top * 40);
    for arc in rest {
        text.push_str(&format!(".{arc}"));
    }
    Some(text)
}

/// Directory names (whole RDNSequence elements) among the general names inside `names`.
pub fn directory_names(names: &[u8]) -> Result<Vec<&[u8]>, NotDer> {
    let mut reader = Reader::new(names);
    let mut found = Vec::new();
    while !reader.is_empty() {
        let general = reader.any()?;
        if general.tag == crate::der_in::context(4) {
            found.push(single(general.content, SEQUENCE)?.whole);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_identifiers_are_written_with_dots() {
        assert_eq!(dotted(&[0x2a, 0x83, 0x08, 0x86, 0x91, 0x0f, 1]).as_deref(), Some("1.2.392.100495.1"));
        assert_eq!(dotted(&[0x55, 0x1d, 0x20, 0]).as_deref(), Some("2.5.29.32.0"));
        assert_eq!(dotted(&[0x28, 0x81, 0x85, 0x42, 0, 1]).as_deref(), Some("1.0.17090.0.1"));
    }

    #[test]
    fn what_turns_or_hides_text_is_not_clean() {
        for bad in ["a\0b", "a\nb", "a\u{202e}b", "a\u{2066}b", "a\u{200b}b", "\u{feff}a", "a\u{7f}"] {
            assert!(!is_clean(bad), "{bad:?}");
        }
        assert!(is_clean("湊　一郎"));
    }
}
