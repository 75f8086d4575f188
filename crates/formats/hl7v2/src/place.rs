//! Where in a message something stands: segment, its occurrence, field. Shown as `OBX[3]-5`; the first occurrence is `OBX-5`.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A segment of a message, or one of its fields (`field` 0 is the segment as a whole).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    name: [u8; 3],
    /// Occurrence of the segment name in the message, from 1.
    pub occurrence: u32,
    /// Field number as HL7 counts, from 1; 0 for the whole segment.
    pub field: u16,
}

impl Place {
    pub fn new(name: &str, occurrence: u32, field: u16) -> Self {
        let mut bytes = *b"???";
        for (slot, byte) in bytes.iter_mut().zip(name.bytes()) {
            *slot = if byte.is_ascii_alphanumeric() { byte } else { b'?' };
        }
        Self { name: bytes, occurrence, field }
    }

    /// The segment's name.
    pub fn segment(&self) -> &str {
        std::str::from_utf8(&self.name).unwrap_or("???")
    }

    /// The same segment, another field.
    pub fn field(self, field: u16) -> Self {
        Self { field, ..self }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.segment())?;
        if self.occurrence > 1 {
            write!(f, "[{}]", self.occurrence)?;
        }
        if self.field > 0 {
            write!(f, "-{}", self.field)?;
        }
        Ok(())
    }
}

impl std::str::FromStr for Place {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const WRONG: &str = "a place looks like OBX[3]-5";
        let (segment, field) = match text.split_once('-') {
            Some((segment, field)) => (segment, field.parse().map_err(|_| WRONG)?),
            None => (text, 0),
        };
        let (name, occurrence) = match segment.split_once('[') {
            Some((name, number)) => (name, number.strip_suffix(']').and_then(|n| n.parse().ok()).ok_or(WRONG)?),
            None => (segment, 1),
        };
        if name.len() == 3 { Ok(Self::new(name, occurrence, field)) } else { Err(WRONG) }
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_as_written() {
        for text in ["PID", "PID-5", "OBX[3]-5", "ZE1[2]"] {
            assert_eq!(text.parse::<Place>().unwrap().to_string(), text);
        }
        assert!("X-5".parse::<Place>().is_err());
    }
}
