//! Japanese eras, for dates shown to people: 昭和29年（1954）3月12日.
//!
//! Era starts by cabinet order: 明治 1868-01-25 (as civil registers use it), 大正 1912-07-30, 昭和 1926-12-25,
//! 平成 1989-01-08, 令和 2019-05-01. The first year is written 元年.

use jiff::civil::{Date, date};

const ERAS: [(Date, &str); 5] = [
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 1, 25), "明治"),
];

/// Era name and year of the era (1 = 元年); `None` before 1868-01-25.
pub fn era_of(day: Date) -> Option<(&'static str, i16)> {
    ERAS.iter().find(|(start, _)| day >= *start).map(|(start, name)| (*name, day.year() - start.year() + 1))
}

/// `昭和29年（1954）3月12日`; before 1868 the western year alone.
pub fn long_date(day: Date) -> String {
    let (month, dom) = (day.month(), day.day());
    match era_of(day) {
        Some((era, 1)) => format!("{era}元年（{}）{month}月{dom}日", day.year()),
        Some((era, year)) => format!("{era}{year}年（{}）{month}月{dom}日", day.year()),
        None => format!("{}年{month}月{dom}日", day.year()),
    }
}

/// Completed years of age on `today`; `None` when `today` lies before the birth date.
/// A person born on 29 February completes a year on 28 February's end (民法: the day before the birthday); here the
/// everyday reading is used: the age changes on the birthday, on 1 March in common years.
pub fn age_on(birth: Date, today: Date) -> Option<i16> {
    if today < birth {
        return None;
    }
    let before_birthday = (today.month(), today.day()) < (birth.month(), birth.day());
    Some(today.year() - birth.year() - i16::from(before_birthday))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eras_change_on_their_first_day() {
        assert_eq!(long_date(date(1954, 3, 12)), "昭和29年（1954）3月12日");
        assert_eq!(long_date(date(1989, 1, 7)), "昭和64年（1989）1月7日");
        assert_eq!(long_date(date(1989, 1, 8)), "平成元年（1989）1月8日");
        assert_eq!(long_date(date(2019, 4, 30)), "平成31年（2019）4月30日");
        assert_eq!(long_date(date(2019, 5, 1)), "令和元年（2019）5月1日");
    }

    #[test]
    fn age_changes_on_the_birthday() {
        assert_eq!(age_on(date(1954, 3, 12), date(2026, 3, 11)), Some(71));
        assert_eq!(age_on(date(1954, 3, 12), date(2026, 3, 12)), Some(72));
        assert_eq!(age_on(date(2026, 3, 12), date(2026, 3, 11)), None);
    }
}
