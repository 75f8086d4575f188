//! The healthcare role attribute (ISO 17090-2) as bytes, right and wrong (hpki.md section 5).

use crate::der_out::{explicit, oid, seq, set, tlv};

pub const HC_ROLE: &str = "1.0.17090.0.1";
pub const NATIONAL_SCHEME: &str = "1.2.392.100495.1.6.1.1";

/// One HCActor with a UTF8String text in the national scheme.
pub fn actor(text: &str) -> Vec<u8> {
    actor_with(NATIONAL_SCHEME, tlv(0x0c, text.as_bytes()))
}

/// One HCActor with any scheme and any finished text element.
pub fn actor_with(scheme: &str, text: Vec<u8>) -> Vec<u8> {
    let coded = set(&[explicit(0, &oid(scheme)), explicit(2, &text)]);
    seq(&[explicit(0, &coded)])
}

/// The value of the subjectDirectoryAttributes extension with one hcRole attribute holding `actors` in order.
pub fn directory_attributes(actors: &[Vec<u8>]) -> Vec<u8> {
    seq(&[attribute(set(&[set(actors)]))])
}

/// One hcRole attribute around a finished `values` element.
pub fn attribute(values: Vec<u8>) -> Vec<u8> {
    seq(&[oid(HC_ROLE), values])
}

/// The value for plain role texts.
pub fn roles(texts: &[&str]) -> Vec<u8> {
    let actors: Vec<_> = texts.iter().map(|text| actor(text)).collect();
    directory_attributes(&actors)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_doctor_has_the_bytes_seen_on_real_cards() {
        let expected = "303430320606288185420001312831263024A0223120A00C060A2A830886910F01060101A2100C0E4D65646963616C20446F63746F72";
        assert_eq!(hex::encode_upper(super::roles(&["Medical Doctor"])), expected);
    }
}
