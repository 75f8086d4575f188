//! Distinguished names, attribute by attribute, each value in the string type and with the bytes asked for.

use crate::der_out::{oid, printable, seq, set, tlv, utf8};

pub const COUNTRY: &str = "2.5.4.6";
pub const ORGANISATION: &str = "2.5.4.10";
pub const UNIT: &str = "2.5.4.11";
pub const COMMON_NAME: &str = "2.5.4.3";
pub const SERIAL_NUMBER: &str = "2.5.4.5";

/// A name in the order written. Two units in one name are ordinary in this world (hpki.md section 3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    attributes: Vec<(String, Vec<u8>)>,
}

impl Name {
    /// A name that starts with C=JP.
    pub fn japan() -> Self {
        Self { attributes: vec![(COUNTRY.to_owned(), printable("JP"))] }
    }
    pub fn organisation(self, text: &str) -> Self {
        self.raw(ORGANISATION, utf8(text))
    }
    pub fn unit(self, text: &str) -> Self {
        self.raw(UNIT, utf8(text))
    }
    pub fn common_name(self, text: &str) -> Self {
        self.raw(COMMON_NAME, utf8(text))
    }
    pub fn serial_number(self, text: &str) -> Self {
        self.raw(SERIAL_NUMBER, printable(text))
    }
    /// Any attribute with a finished value element.
    pub fn raw(mut self, attribute: &str, value: Vec<u8>) -> Self {
        self.attributes.push((attribute.to_owned(), value));
        self
    }
    /// The same with a UTF8String of arbitrary bytes.
    pub fn utf8_bytes(self, attribute: &str, bytes: &[u8]) -> Self {
        self.raw(attribute, tlv(0x0c, bytes))
    }
    /// The same without an attribute.
    pub fn without(mut self, attribute: &str) -> Self {
        self.attributes.retain(|(held, _)| held != attribute);
        self
    }
    pub fn der(&self) -> Vec<u8> {
        let parts: Vec<_> =
            self.attributes.iter().map(|(attribute, value)| set(&[seq(&[oid(attribute), value.clone()])])).collect();
        seq(&parts)
    }
}
