//! The small values a typed message is made of: each keeps the characters sent and computes what they mean on request.

use renkei_hl7v2::{Coded, Moment, Place};
use renkei_text::code;
use serde::{Deserialize, Serialize};

/// A time as sent. Free text is possible; then `moment` is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Time {
    pub raw: String,
}

impl Time {
    pub fn moment(&self) -> Option<Moment> {
        Moment::parse(&self.raw)
    }
    /// ISO 8601 in the precision sent, hours from 24 on rolled to the next day.
    pub fn normalized(&self) -> Option<String> {
        self.moment().map(|m| m.iso())
    }
    /// The characters are a text, not a time.
    pub fn is_text(&self) -> bool {
        !self.raw.is_empty() && self.moment().is_none()
    }
}

/// A number with a unit, as sent. `""` means that the amount does not apply (ointments).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quantity {
    pub raw: String,
    pub unit: Coded,
}

impl Quantity {
    pub fn is_not_applicable(&self) -> bool {
        self.raw == renkei_hl7v2::field::NULL
    }
    pub fn is_empty(&self) -> bool {
        self.raw.is_empty()
    }
    /// The number as written, if the whole value is one.
    pub fn number(&self) -> Option<&str> {
        is_number(&self.raw).then_some(self.raw.as_str())
    }
    /// `raw` and the unit's text, `2錠`; empty when not applicable.
    pub fn shown(&self) -> String {
        if self.is_not_applicable() { String::new() } else { format!("{}{}", self.raw, self.unit.text()) }
    }
}

/// How a measured value compares with its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Comparator {
    #[serde(rename = "<")]
    Less,
    #[serde(rename = "<=")]
    LessOrEqual,
    #[serde(rename = ">")]
    Greater,
    #[serde(rename = ">=")]
    GreaterOrEqual,
}

impl Comparator {
    pub fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }
}

/// A result that is a number, exactly or as a bound. The digits are those sent: `0.020` stays `0.020`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measured {
    pub comparator: Option<Comparator>,
    pub number: String,
}

impl Measured {
    /// Only on a full match: `7.2`, `< 0.02`, `100<`, `≧5`. Anything with something more (`2+`, `1+(100)`, `10/3`) is text.
    pub fn parse(raw: &str) -> Option<Self> {
        let folded = code::fold(raw);
        let text = folded.trim();
        let (comparator, number) = match leading(text) {
            Some((comparator, rest)) => (Some(comparator), rest),
            None => match trailing(text) {
                Some((comparator, rest)) => (Some(comparator), rest),
                None => (None, text),
            },
        };
        let number = number.trim();
        is_number(number).then(|| Self { comparator, number: number.to_owned() })
    }
}

fn leading(text: &str) -> Option<(Comparator, &str)> {
    [
        ("<=", Comparator::LessOrEqual),
        ("=<", Comparator::LessOrEqual),
        (">=", Comparator::GreaterOrEqual),
        ("=>", Comparator::GreaterOrEqual),
        ("≦", Comparator::LessOrEqual),
        ("≧", Comparator::GreaterOrEqual),
        ("<", Comparator::Less),
        (">", Comparator::Greater),
    ]
    .into_iter()
    .find_map(|(sign, comparator)| text.strip_prefix(sign).map(|rest| (comparator, rest)))
}

/// `100<` says that the value lies above 100.
fn trailing(text: &str) -> Option<(Comparator, &str)> {
    [
        ("<=", Comparator::GreaterOrEqual),
        (">=", Comparator::LessOrEqual),
        ("<", Comparator::Greater),
        (">", Comparator::Less),
    ]
    .into_iter()
    .find_map(|(sign, comparator)| text.strip_suffix(sign).map(|rest| (comparator, rest)))
}

/// Digits, at most one point between digits, an optional sign.
pub fn is_number(text: &str) -> bool {
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(fraction) && (digits(whole) || (whole.is_empty() && unsigned.contains('.')))
}

/// One field of a segment kept as it is, for what no reader understands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawField {
    pub place: Place,
    pub text: String,
}

/// A segment kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RawSegment {
    pub name: String,
    pub place: Place,
    pub fields: Vec<RawField>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_number_with_a_bound_is_measured() {
        let read =
            |raw: &str| Measured::parse(raw).map(|m| (m.comparator.map(Comparator::sign).unwrap_or(""), m.number));
        assert_eq!(read("0.020"), Some(("", "0.020".into())));
        assert_eq!(read("< 0.02"), Some(("<", "0.02".into())));
        assert_eq!(read("＜０．５"), Some(("<", "0.5".into())));
        assert_eq!(read("100<"), Some((">", "100".into())));
        assert_eq!(read(">=5"), Some((">=", "5".into())));
        assert_eq!(read("≦5"), Some(("<=", "5".into())));
        assert_eq!(read("-1.5"), Some(("", "-1.5".into())));
        for text in
            ["2+", "1 +", "+-", "(3+)", "1+(100)", "5.0x10^3", "10/3", "検体不足", "", "<", "1.", "1.2.3", "1 000"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn an_amount_that_does_not_apply_is_no_number() {
        let none = Quantity { raw: "\"\"".into(), unit: Coded::default() };
        assert!(none.is_not_applicable());
        assert_eq!((none.number(), none.shown()), (None, String::new()));
    }
}
