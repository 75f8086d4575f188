//! HL7 times: as many digits as the sender knew, always Japan's local time unless an offset is written.
//!
//! Hours 24–47 mean the following day; fourteen digits ending in six zeros mean a day without a time; free text in a
//! date field is text. The digits stay with whoever holds them; a `Moment` is what they mean.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::ToSpan;
use jiff::civil::{Date, DateTime, Time};
use renkei_kernel::Timestamp;

/// The finest unit the digits give.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Precision {
    Year,
    Month,
    Day,
    Hour,
    Minute,
    Second,
    Fraction,
}

/// An understood time. Units finer than `precision` are filled with the lowest value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Moment {
    pub precision: Precision,
    pub local: DateTime,
    /// Minutes east of UTC when the sender wrote an offset; `None` is Japan (+09:00).
    pub offset_minutes: Option<i16>,
}

const JAPAN_MINUTES: i16 = 9 * 60;

impl Moment {
    /// Reads `YYYY[MM[DD[HH[MM[SS[.S…]]]]]][±HHMM]`, also 17 digits with milliseconds and no point. `None` when the
    /// characters are not such a time; empty and `""` are `None` as well.
    pub fn parse(raw: &str) -> Option<Self> {
        let folded: Cow<'_, str> = renkei_text::code::fold(raw);
        let (digits, offset_minutes) = split_offset(&folded)?;
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) => (whole, fraction),
            None if digits.len() > 14 => (digits.get(..14)?, digits.get(14..)?),
            None => (digits, ""),
        };
        let all_digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        if !all_digits(whole)
            || !all_digits(fraction)
            || fraction.len() > 9
            || (!fraction.is_empty() && whole.len() != 14)
        {
            return None;
        }
        let number = |from: usize, to: usize| whole.get(from..to).and_then(|part| part.parse::<i16>().ok());
        let year = number(0, 4)?;
        let mut precision = match whole.len() {
            4 => Precision::Year,
            6 => Precision::Month,
            8 => Precision::Day,
            10 => Precision::Hour,
            12 => Precision::Minute,
            14 if fraction.is_empty() => Precision::Second,
            14 => Precision::Fraction,
            _ => return None,
        };
        let small = |from: usize, empty: i8| match number(from, from + 2) {
            Some(value) => i8::try_from(value).ok(),
            None => Some(empty),
        };
        // Zeros for month and day: the sender knows the year (or month) only.
        let (month, day) = (small(4, 1)?, small(6, 1)?);
        if month == 0 || (day == 0 && precision >= Precision::Day) {
            precision = if month == 0 { Precision::Year } else { Precision::Month };
        }
        let no_time = match precision {
            Precision::Second | Precision::Fraction => whole.ends_with("000000") && fraction.bytes().all(|b| b == b'0'),
            Precision::Hour => whole.ends_with("00"),
            _ => false,
        };
        if no_time {
            precision = Precision::Day;
        }
        let date = Date::new(year, month.max(1), day.max(1)).ok()?;
        let (hour, minute, second) =
            if precision > Precision::Day { (small(8, 0)?, small(10, 0)?, small(12, 0)?) } else { (0, 0, 0) };
        // A leap second has no place in the calendar used; it is the last second of its minute.
        let (days, hour) = if (24..48).contains(&hour) { (1, hour - 24) } else { (0, hour) };
        let nanosecond = if precision == Precision::Fraction { format!("{fraction:0<9}").parse().ok()? } else { 0 };
        let time = Time::new(hour, minute, second.min(59), nanosecond).ok()?;
        let date = date.checked_add(i64::from(days).days()).ok()?;
        if second > 60 {
            return None;
        }
        Some(Self { precision, local: date.to_datetime(time), offset_minutes })
    }

    /// ISO 8601 as precise as the digits: `2026-04-02T00:30`, `2026-04`, with the offset only when one was written.
    pub fn iso(&self) -> String {
        let d = self.local;
        let mut out = format!("{:04}", d.year());
        let p = self.precision;
        // Writing into a String cannot fail.
        if p >= Precision::Month {
            let _ = write!(out, "-{:02}", d.month());
        }
        if p >= Precision::Day {
            let _ = write!(out, "-{:02}", d.day());
        }
        if p >= Precision::Hour {
            let _ = write!(out, "T{:02}", d.hour());
        }
        if p >= Precision::Minute {
            let _ = write!(out, ":{:02}", d.minute());
        }
        if p >= Precision::Second {
            let _ = write!(out, ":{:02}", d.second());
        }
        if p >= Precision::Fraction {
            let digits = format!("{:09}", d.subsec_nanosecond());
            let _ = write!(out, ".{}", digits.trim_end_matches('0'));
            if out.ends_with('.') {
                out.pop();
            }
        }
        if let Some(minutes) = self.offset_minutes {
            let sign = if minutes < 0 { '-' } else { '+' };
            let _ = write!(out, "{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60);
        }
        out
    }

    /// The civil day; `None` when only year or month are known.
    pub fn day(&self) -> Option<Date> {
        (self.precision >= Precision::Day).then(|| self.local.date())
    }

    /// The instant (start of the unit for coarser precisions).
    pub fn timestamp(&self) -> Timestamp {
        let ahead_minutes = i64::from(JAPAN_MINUTES - self.offset_minutes.unwrap_or(JAPAN_MINUTES));
        Timestamp::from_tokyo(self.local).plus_seconds(ahead_minutes * 60)
    }
}

fn split_offset(text: &str) -> Option<(&str, Option<i16>)> {
    let Some(at) = text.find(['+', '-']) else { return Some((text, None)) };
    let (digits, zone) = text.split_at(at);
    let four = zone.get(1..).filter(|z| z.len() == 4 && z.bytes().all(|b| b.is_ascii_digit()))?;
    let hours: i16 = four.get(..2)?.parse().ok()?;
    let minutes: i16 = four.get(2..)?.parse().ok()?;
    let total = hours * 60 + minutes;
    (hours <= 14 && minutes < 60).then_some((digits, Some(if zone.starts_with('-') { -total } else { total })))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iso(raw: &str) -> Option<String> {
        Moment::parse(raw).map(|m| m.iso())
    }

    #[test]
    fn the_precision_of_the_sender_is_kept() {
        for (raw, expected) in [
            ("2026", "2026"),
            ("199603", "1996-03"),
            ("20260401", "2026-04-01"),
            ("2026041012", "2026-04-10T12"),
            ("202604010845", "2026-04-01T08:45"),
            ("20260401084501", "2026-04-01T08:45:01"),
            ("20260401084501.1234", "2026-04-01T08:45:01.1234"),
            ("20260401084501123", "2026-04-01T08:45:01.123"),
            ("20260401084501+0900", "2026-04-01T08:45:01+09:00"),
            ("２０２６０４０１", "2026-04-01"),
        ] {
            assert_eq!(iso(raw).as_deref(), Some(expected), "{raw}");
        }
    }

    #[test]
    fn hours_from_24_on_belong_to_the_next_day() {
        assert_eq!(iso("202604012430").as_deref(), Some("2026-04-02T00:30"));
        assert_eq!(iso("202604102400").as_deref(), Some("2026-04-11T00:00"));
        assert_eq!(iso("202612314759").as_deref(), Some("2027-01-01T23:59"));
        assert_eq!(iso("202604014800"), None);
    }

    #[test]
    fn filled_zeros_are_no_time_and_zero_days_no_day() {
        assert_eq!(iso("20260401000000").as_deref(), Some("2026-04-01"));
        assert_eq!(iso("20260401000000.0000").as_deref(), Some("2026-04-01"));
        assert_eq!(iso("2026040100").as_deref(), Some("2026-04-01"));
        assert_eq!(iso("202604010000").as_deref(), Some("2026-04-01T00:00"));
        assert_eq!(iso("20260400").as_deref(), Some("2026-04"));
        assert_eq!(iso("20260000").as_deref(), Some("2026"));
    }

    #[test]
    fn text_in_a_date_field_is_no_time() {
        for raw in [
            "",
            "\"\"",
            "小学校低学年の頃",
            "2026/04/01",
            "20261301",
            "20260230",
            "202604012460",
            "S450405",
            "20260401084561",
        ] {
            assert_eq!(iso(raw), None, "{raw}");
        }
    }

    #[test]
    fn the_instant_is_japans_unless_an_offset_is_written() {
        let at = |raw: &str| Moment::parse(raw).unwrap().timestamp();
        assert_eq!(at("20260401090001"), at("20260401000001+0000"));
        assert_eq!(at("20260401"), at("202603311500+0000"));
    }
}
