//! Amounts and measured values: the characters as sent, beside what arithmetic may use.
//!
//! `0.020` is not `0.02` to the eye of a laboratory, `<0.02` is not a number, `1 +` is not one. Only a full match
//! gives a number; everything else stays text.

use crate::code::{Code, ShortText};
use serde::{Deserialize, Serialize};

/// A dose, a volume, a count of days: raw characters and unit. `raw` may be `""` with the two quotation marks, by
/// which a sender says *not applicable* (ointments).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Amount {
    pub raw: ShortText,
    pub unit: Code,
}

impl Amount {
    pub fn new(raw: impl Into<ShortText>, unit: Code) -> Self {
        Self { raw: raw.into(), unit }
    }
    pub fn is_absent(&self) -> bool {
        self.raw.is_empty()
    }
    /// The sender wrote HL7's *delete* (`""`): the amount does not apply.
    pub fn is_not_applicable(&self) -> bool {
        self.raw == "\"\""
    }
    /// A plain number without comparator, only on a full match.
    pub fn number(&self) -> Option<f64> {
        Measured::read(&self.raw).filter(|m| m.comparator.is_none()).map(|m| m.number)
    }
    /// `2錠`; empty when absent or not applicable.
    pub fn shown(&self) -> String {
        if self.is_absent() || self.is_not_applicable() {
            return String::new();
        }
        let unit = if self.unit.code == "\"\"" { "" } else { self.unit.shown() };
        format!("{}{unit}", self.raw)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Comparator {
    Less,
    LessOrEqual,
    Greater,
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

/// What arithmetic may use of a value that is wholly `[comparator] number`.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    pub comparator: Option<Comparator>,
    pub number: f64,
}

impl Measured {
    /// `7.8`, `-1.5`, `<0.02`, `< 0.02`, `>= 5`; `None` for everything else (`100<`, `1 +`, `2+`, `10/3`, `5.0x10^3`).
    pub fn read(raw: &str) -> Option<Self> {
        let text = raw.trim();
        let (comparator, rest) = [
            ("<=", Comparator::LessOrEqual),
            (">=", Comparator::GreaterOrEqual),
            ("<", Comparator::Less),
            (">", Comparator::Greater),
        ]
        .into_iter()
        .find_map(|(sign, c)| text.strip_prefix(sign).map(|rest| (Some(c), rest.trim_start())))
        .unwrap_or((None, text));
        let digits = rest.strip_prefix('-').unwrap_or(rest);
        let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole) || !all_digits(decimals) {
            return None;
        }
        rest.parse().ok().filter(|n: &f64| n.is_finite()).map(|number| Self { comparator, number })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_full_match_becomes_a_number() {
        let plain = |raw| Measured::read(raw).map(|m| (m.comparator, m.number));
        assert_eq!(plain("0.020"), Some((None, 0.02)));
        assert_eq!(plain("-1.5"), Some((None, -1.5)));
        assert_eq!(plain("< 0.02"), Some((Some(Comparator::Less), 0.02)));
        assert_eq!(plain(">=5"), Some((Some(Comparator::GreaterOrEqual), 5.0)));
        for text in
            ["100<", "1 +", "2+", "+-", "(3+)", "1+(100)", "5.0x10^3", "10/3", "検体不足", "", "1.", ".5", "--1"]
        {
            assert_eq!(plain(text), None, "{text}");
        }
    }

    #[test]
    fn a_dose_that_does_not_apply_shows_nothing() {
        let none = Amount::new("\"\"", Code::new("\"\"", "", ""));
        assert!(none.is_not_applicable());
        assert_eq!(none.shown(), "");
        assert_eq!(Amount::new("1.0", Code::new("TAB", "錠", "MR9P")).shown(), "1.0錠");
    }
}
