//! Addresses (XAD), telephones (XTN), patient numbers (CX) and locations (PL).

use serde::{Deserialize, Serialize};

use crate::field::{Field, Repetition};

/// An address: postal code and one line of text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    pub postal: String,
    pub text: String,
    /// `H` home, `B` work, …; empty when unsaid.
    pub kind: String,
}

impl Address {
    /// Reads one repetition. The line is component 8 (carets a sender forgot to escape stay in it); senders that fill the
    /// parts of an address instead get them joined, prefecture first.
    pub fn read(repetition: &Repetition<'_>) -> Option<Self> {
        if repetition.is_empty() {
            return None;
        }
        let part = |n: usize| repetition.component(n).text().trim().to_owned();
        let line = repetition.component_to_end(8).text().trim().to_owned();
        let text = if line.is_empty() { [part(4), part(3), part(1), part(2)].concat() } else { line };
        let address = Self {
            postal: repetition.component(5).id().into_owned(),
            text,
            kind: repetition.component(7).id().into_owned(),
        };
        (!address.postal.is_empty() || !address.text.is_empty()).then_some(address)
    }

    pub fn all(field: &Field<'_>) -> Vec<Self> {
        field.filled().filter_map(|r| Self::read(&r)).collect()
    }
}

/// A telephone number as free text with its use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phone {
    pub number: String,
    /// `PRN` home, `WPN` work, `EMR` emergency; empty when unsaid.
    pub r#use: String,
    /// `PH`, `CP` mobile, `FX`, `Internet`, …; empty when unsaid.
    pub equipment: String,
}

impl Phone {
    /// Reads one repetition: component 12, else component 1, else the split parts (5–8) joined with hyphens.
    pub fn read(repetition: &Repetition<'_>) -> Option<Self> {
        if repetition.is_empty() {
            return None;
        }
        let part = |n: usize| repetition.component(n).id().into_owned();
        let whole = [part(12), part(1)].into_iter().find(|number| !number.is_empty());
        let number = whole.unwrap_or_else(|| {
            let parts: Vec<String> = (5..=8).map(part).filter(|p| !p.is_empty()).collect();
            if parts.is_empty() { part(4) } else { parts.join("-") }
        });
        (!number.is_empty()).then(|| Self { number, r#use: part(2), equipment: part(3) })
    }

    pub fn all(field: &Field<'_>) -> Vec<Self> {
        field.filled().filter_map(|r| Self::read(&r)).collect()
    }
}

/// A place in a hospital: ward, room, bed, or a department for outpatients.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    pub point: String,
    pub room: String,
    pub bed: String,
    /// `C` department of outpatients, `D` department, `N` ward; empty when unsaid.
    pub kind: String,
}

impl Location {
    pub fn read(field: &Field<'_>) -> Option<Self> {
        let first = field.first();
        if first.is_empty() {
            return None;
        }
        let part = |n: usize| first.component(n).id().into_owned();
        let location = Self { point: part(1), room: part(2), bed: part(3), kind: part(6) };
        (location != Self::default()).then_some(location)
    }

    /// `3E-305-1`.
    pub fn shown(&self) -> String {
        let parts: Vec<&str> =
            [&self.point, &self.room, &self.bed].into_iter().map(String::as_str).filter(|p| !p.is_empty()).collect();
        parts.join("-")
    }
}

/// A patient number (PID-3): the repetition of type `PI`, else the first. Outer spaces are cut and nothing else is
/// changed: two numbers that merely look alike are two patients.
pub fn patient_number(field: &Field<'_>) -> String {
    let typed = field.filled().find(|r| r.component(5).id() == "PI");
    let repetition = typed.or_else(|| field.filled().next());
    repetition.map(|r| r.component(1).id().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::separators::Separators;

    #[test]
    fn addresses_keep_their_line_and_unescaped_carets() {
        let s = Separators::default();
        let read = |raw: &str| Address::all(&Field::new(raw, &s)).into_iter().next().map(|a| (a.postal, a.text));
        assert_eq!(read("^^^^422-8033^JPN^H^見本町１"), Some(("422-8033".into(), "見本町１".into())));
        assert_eq!(read("^^^^422^JPN^H^Ａ&Ｂ^２階^"), Some(("422".into(), "Ａ&Ｂ^２階".into())));
        assert_eq!(read("1-2^ビル^静岡市^静岡県^422"), Some(("422".into(), "静岡県静岡市1-2ビル".into())));
        assert_eq!(read("^^^^^JPN"), None);
        assert_eq!(read("\"\""), None);
    }

    #[test]
    fn telephones_are_found_where_senders_put_them() {
        let s = Separators::default();
        let read = |raw: &str| Phone::all(&Field::new(raw, &s)).into_iter().next().map(|p| (p.number, p.r#use));
        assert_eq!(read("^PRN^PH^^^^^^^^^054-000-0123"), Some(("054-000-0123".into(), "PRN".into())));
        assert_eq!(read("099-560-9736"), Some(("099-560-9736".into(), String::new())));
        assert_eq!(read("^PRN^PH^^81^54^0000123"), Some(("81-54-0000123".into(), "PRN".into())));
        assert_eq!(read("^WPN^PH^^^^^^^^^"), None);
    }

    #[test]
    fn locations_and_numbers_are_read() {
        let s = Separators::default();
        assert_eq!(Location::read(&Field::new("3E^305^1^^^N", &s)).unwrap().shown(), "3E-305-1");
        assert_eq!(patient_number(&Field::new("x^^^^VN~ 0000123 ^^^^PI", &s)), "0000123");
        assert_eq!(patient_number(&Field::new("００１２", &s)), "００１２");
    }
}
