//! Dates and times as readers meet them (R-X-03: Tokyo, era and western year both shown where a year matters).

use crate::words::Words;
use jiff::civil::Date;
use renkei_kernel::{Timestamp, era};

/// `昭和29年（1954）3月12日`; in English `12 March 1954 (Showa 29)`.
pub fn long(words: Words, day: Date) -> String {
    if words.is_japanese() {
        return era::long_date(day);
    }
    let month = MONTHS.get(usize::try_from(day.month() - 1).unwrap_or(0)).copied().unwrap_or_default();
    match era::era_of(day) {
        Some((name, year)) => format!("{} {month} {} ({} {year})", day.day(), day.year(), romanised(name)),
        None => format!("{} {month} {}", day.day(), day.year()),
    }
}

/// The era's name in Latin letters.
fn romanised(era: &str) -> &str {
    match era {
        "令和" => "Reiwa",
        "平成" => "Heisei",
        "昭和" => "Showa",
        "大正" => "Taisho",
        "明治" => "Meiji",
        _ => era,
    }
}

/// A month as a heading: `令和8年（2026）11月`, `November 2026`.
pub fn month(words: Words, day: Date) -> String {
    if !words.is_japanese() {
        let month = MONTHS.get(usize::try_from(day.month() - 1).unwrap_or(0)).copied().unwrap_or_default();
        return format!("{month} {}", day.year());
    }
    match era::era_of(day.last_of_month()) {
        Some((name, 1)) => format!("{name}元年（{}）{}月", day.year(), day.month()),
        Some((name, year)) => format!("{name}{year}年（{}）{}月", day.year(), day.month()),
        None => format!("{}年{}月", day.year(), day.month()),
    }
}

/// `2026-11-14`, the form of lists and tables, the same in both languages.
pub fn short(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), day.month(), day.day())
}

/// `11-14`: in lists that stay within a year.
pub fn day_of_year(day: Date) -> String {
    format!("{:02}-{:02}", day.month(), day.day())
}

/// `9:05`, Tokyo.
pub fn clock(at: Timestamp) -> String {
    let at = at.tokyo();
    format!("{}:{:02}", at.hour(), at.minute())
}

/// The full minute after an instant: what is told without seconds must not be told too early.
pub fn next_minute(at: Timestamp) -> Timestamp {
    Timestamp::from_seconds((at.seconds().div_euclid(60)).saturating_add(1).saturating_mul(60))
}

/// `2026-11-14 9:05`, Tokyo.
pub fn stamp(at: Timestamp) -> String {
    format!("{} {}", short(at.tokyo_date()), clock(at))
}

/// How long ago, as one says it: `12分前`, `今日 6:10`, `昨日`, `5日前`.
pub fn ago(words: Words, at: Timestamp, now: Timestamp) -> String {
    let seconds = now.seconds_since(at);
    let days = i64::from(days_between(at.tokyo_date(), now.tokyo_date()));
    if seconds < 60 {
        words.say("common-ago-now")
    } else if seconds < 3600 {
        words.count("common-ago-minutes", usize::try_from(seconds / 60).unwrap_or(0))
    } else if days <= 0 {
        words.one("common-ago-today", "time", clock(at))
    } else if days == 1 {
        words.one("common-ago-yesterday", "time", clock(at))
    } else {
        words.count("common-ago-days", usize::try_from(days).unwrap_or(0))
    }
}

/// Calendar days from `from` to `to`; negative when `to` lies before.
pub fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(0, |span| span.get_days())
}

/// Era and western form of a birth date with the age on `today`.
pub fn age(words: Words, birth: Date, today: Date) -> Option<String> {
    let years = usize::try_from(era::age_on(birth, today)?).ok()?;
    if years == 0 {
        let months = birth.until((jiff::Unit::Month, today)).map_or(0, |span| span.get_months());
        return Some(words.count("common-age-months", usize::try_from(months).unwrap_or(0)));
    }
    Some(words.count("common-age-years", years))
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;
    use jiff::civil::date;

    #[test]
    fn a_reader_hears_how_long_ago() {
        let words = Words::default();
        let now = Timestamp::from_tokyo(date(2026, 11, 21).at(10, 2, 0, 0));
        assert_eq!(ago(words, now.plus_seconds(-12 * 60), now), "12分前");
        assert_eq!(ago(words, now.plus_seconds(-4 * 3600), now), "今日 6:02");
        assert_eq!(ago(words, now.plus_days(-1), now), "昨日 10:02");
        assert_eq!(ago(words, now.plus_days(-5), now), "5日前");
    }

    /// R-X-03: the era and the western year are both shown.
    #[test]
    fn dates_show_era_and_western_year() {
        assert_eq!(long(Words::default(), date(1954, 3, 12)), "昭和29年（1954）3月12日");
        assert_eq!(long(Words::new(Language::English), date(1954, 3, 12)), "12 March 1954 (Showa 29)");
        assert_eq!(month(Words::default(), date(2019, 5, 1)), "令和元年（2019）5月");
        assert_eq!(age(Words::default(), date(2026, 6, 1), date(2026, 11, 21)), Some("5か月".to_owned()));
    }
}
