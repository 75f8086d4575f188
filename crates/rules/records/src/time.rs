//! Clinical time: the digits as they stood in the message, and what can be read from them.
//!
//! Separate from `kernel::Timestamp` because HL7 times have a precision (a year, a day, a minute …), may count hours
//! to 47 (`202604102400` is the start of the next day) and are sometimes free text (an allergy "in primary school").
//! The characters are kept for ever; everything else is computed from them and never stored.

use crate::code::ShortText;
use jiff::civil::{Date, DateTime, Time};
use renkei_kernel::Timestamp;
use serde::{Deserialize, Serialize};

/// How far the digits of a clinical time reach. `Text` means that no date can be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Precision {
    Text,
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
}

/// A time as a sender wrote it, `YYYY[MM[DD[HH[MM[SS[.S…]]]]]]`, always the wall clock of Japan.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct ClinicalTime {
    /// The characters of the message, untouched.
    pub raw: ShortText,
}

/// What a run of digits means: the earliest moment it can stand for, and how exact it is.
struct Reading {
    precision: Precision,
    start: DateTime,
}

fn number(digits: &str) -> Option<i32> {
    digits.parse().ok()
}

fn read(raw: &str) -> Option<Reading> {
    let trimmed = raw.trim();
    // An offset may follow in HL7; SS-MIX2 is always +09:00, so it carries nothing.
    let trimmed = trimmed.split(['+', 'Z']).next().unwrap_or(trimmed);
    let (digits, dotted) = trimmed.split_once('.').map_or((trimmed, ""), |(whole, rest)| (whole, rest));
    if !digits.bytes().all(|b| b.is_ascii_digit()) || !dotted.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // 17 digits without a point: milliseconds, the form of file names.
    let (digits, fraction) = match digits.len() {
        15..=18 => digits.split_at(14),
        _ => (digits, dotted),
    };
    let precision = match digits.len() {
        4 => Precision::Year,
        6 => Precision::Month,
        8 => Precision::Day,
        10 => Precision::Hour,
        12 => Precision::Minute,
        14 if fraction.is_empty() => Precision::Second,
        14 => Precision::Fraction,
        _ => return None,
    };
    let part = |from: usize, to: usize, absent: i32| digits.get(from..to).map_or(Some(absent), number);
    let (year, month, day) = (part(0, 4, 0)?, part(4, 6, 1)?, part(6, 8, 1)?);
    let (hour, minute, second) = (part(8, 10, 0)?, part(10, 12, 0)?, part(12, 14, 0)?);
    let mut date = Date::new(i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()?;
    let hour = match hour {
        0..=23 => hour,
        24..=47 => {
            date = date.tomorrow().ok()?;
            hour - 24
        }
        _ => return None,
    };
    let nanos: i32 = if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").get(..9).and_then(number)? };
    let time =
        Time::new(i8::try_from(hour).ok()?, i8::try_from(minute).ok()?, i8::try_from(second).ok()?, nanos).ok()?;
    Some(Reading { precision, start: date.to_datetime(time) })
}

impl ClinicalTime {
    /// Keeps the characters whatever they are.
    pub fn new(raw: impl Into<ShortText>) -> Self {
        Self { raw: raw.into() }
    }
    /// `None` for an empty field; otherwise the characters are kept.
    pub fn from_field(raw: &str) -> Option<Self> {
        if raw.is_empty() { None } else { Some(Self::new(raw)) }
    }
    pub fn precision(&self) -> Precision {
        read(&self.raw).map_or(Precision::Text, |r| r.precision)
    }
    /// The earliest wall-clock moment the digits can stand for, hours 24–47 rolled to the next day. For ordering;
    /// look at `precision` before showing it.
    pub fn start(&self) -> Option<DateTime> {
        read(&self.raw).map(|r| r.start)
    }
    /// The calendar day, only when the digits reach that far. `2026041024` is 11 April.
    pub fn date(&self) -> Option<Date> {
        read(&self.raw).filter(|r| r.precision >= Precision::Day).map(|r| r.start.date())
    }
    /// The instant of `start`, for clear header columns.
    pub fn at(&self) -> Option<Timestamp> {
        self.start().map(Timestamp::from_tokyo)
    }
    /// `2026-04-11 00:00` to the precision given; free text as it stands.
    pub fn shown(&self) -> String {
        let Some(r) = read(&self.raw) else { return self.raw.to_string() };
        let s = r.start;
        let day = || format!("{:04}-{:02}-{:02}", s.year(), s.month(), s.day());
        match r.precision {
            Precision::Text => self.raw.to_string(),
            Precision::Year => format!("{:04}", s.year()),
            Precision::Month => format!("{:04}-{:02}", s.year(), s.month()),
            Precision::Day => day(),
            Precision::Hour => format!("{} {:02}時", day(), s.hour()),
            _ => format!("{} {:02}:{:02}", day(), s.hour(), s.minute()),
        }
    }
    /// The form of `…_normalized`: ISO 8601 to the precision given; `None` when the characters are not a time.
    pub fn iso(&self) -> Option<String> {
        let r = read(&self.raw)?;
        let s = r.start;
        let mut text = format!("{:04}", s.year());
        if r.precision >= Precision::Month {
            text += &format!("-{:02}", s.month());
        }
        if r.precision >= Precision::Day {
            text += &format!("-{:02}", s.day());
        }
        if r.precision >= Precision::Hour {
            text += &format!("T{:02}:{:02}", s.hour(), s.minute());
        }
        if r.precision >= Precision::Second {
            text += &format!(":{:02}", s.second());
        }
        Some(text)
    }
}

impl From<&str> for ClinicalTime {
    fn from(raw: &str) -> Self {
        Self::new(raw)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::{date, datetime};

    #[test]
    fn hour_24_is_the_start_of_the_next_day_and_its_digits_stay() {
        let time = ClinicalTime::new("202604102400");
        assert_eq!(time.raw, "202604102400");
        assert_eq!(time.date(), Some(date(2026, 4, 11)));
        assert_eq!(time.start(), Some(datetime(2026, 4, 11, 0, 0, 0, 0)));
        assert_eq!(time.shown(), "2026-04-11 00:00");
        assert_eq!(ClinicalTime::new("202612312530").shown(), "2027-01-01 01:30");
    }

    #[test]
    fn precision_is_what_the_digits_say() {
        for (raw, precision, shown) in [
            ("1990", Precision::Year, "1990"),
            ("199003", Precision::Month, "1990-03"),
            ("19900331", Precision::Day, "1990-03-31"),
            ("2011070100", Precision::Hour, "2011-07-01 00時"),
            ("202402210958", Precision::Minute, "2024-02-21 09:58"),
            ("20240221095830", Precision::Second, "2024-02-21 09:58"),
            ("20240221095830.1234", Precision::Fraction, "2024-02-21 09:58"),
            ("20240221095830123", Precision::Fraction, "2024-02-21 09:58"),
            ("小学校低学年の頃", Precision::Text, "小学校低学年の頃"),
            ("20240230", Precision::Text, "20240230"),
            ("20240200", Precision::Text, "20240200"),
        ] {
            let time = ClinicalTime::new(raw);
            assert_eq!((time.precision(), time.shown().as_str()), (precision, shown), "{raw}");
        }
        assert_eq!(ClinicalTime::new("1990").date(), None);
    }
}
