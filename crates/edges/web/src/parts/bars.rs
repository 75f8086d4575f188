//! Bars over time, one row a medicine: who prescribed what for which days, laid under each other so that overlaps show.
//!
//! Labels are ordinary text in a table, so that they wrap and grow with the reader's type size; only the bar is drawn.

use super::Mark;
use askama::Template;
use askama::filters::HtmlSafe;
use jiff::civil::Date;

/// A bar lies in a box 1000 wide that stretches to its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub x: String,
    pub width: String,
    pub colour: usize,
    /// Drawn as an outline: taken as needed, its days are not counted.
    pub outline: bool,
    pub title: String,
    /// Bars that overlap lie in lanes under each other.
    pub lane: usize,
    days: (Date, Date),
}

impl Bar {
    /// A bar from `start` to the end of `end`, cut to the window; `None` when it lies outside.
    pub fn between(
        window: (Date, Date),
        start: Date,
        end: Date,
        mark: &Mark,
        outline: bool,
        title: String,
    ) -> Option<Self> {
        let days = |from: Date, to: Date| f64::from(crate::dates::days_between(from, to));
        let (first, last) = window;
        if end < first || start > last || end < start {
            return None;
        }
        let whole = days(first, last) + 1.0;
        let (from, to) = (start.max(first), end.min(last));
        let x = days(first, from) / whole * 1000.0;
        let width = ((days(from, to) + 1.0) / whole * 1000.0).max(4.0);
        Some(Self {
            x: format!("{x:.1}"),
            width: format!("{width:.1}"),
            colour: mark.colour,
            outline,
            title,
            lane: 0,
            days: (from, to),
        })
    }
    pub fn y(&self) -> usize {
        2 + self.lane * LANE
    }
}

/// Height of one lane.
const LANE: usize = 14;

#[derive(Debug, Clone, PartialEq)]
pub struct BarsRow {
    pub label: String,
    pub marks: Vec<Mark>,
    pub look: Option<String>,
    pub bars: Vec<Bar>,
    /// 1 to 4; bars beyond share the last lane.
    pub lanes: usize,
}

impl BarsRow {
    /// Lays the bars into lanes so that none hides another.
    pub fn new(label: String, marks: Vec<Mark>, look: Option<String>, mut bars: Vec<Bar>) -> Self {
        bars.sort_by_key(|bar| bar.days);
        let mut ends: Vec<Date> = Vec::new();
        for bar in &mut bars {
            let free = ends.iter().position(|end| *end < bar.days.0);
            bar.lane = free.unwrap_or(ends.len()).min(3);
            match ends.get_mut(bar.lane) {
                Some(end) => *end = (*end).max(bar.days.1),
                None => ends.push(bar.days.1),
            }
        }
        let lanes = ends.len().max(1);
        Self { label, marks, look, bars, lanes }
    }
    pub fn height(&self) -> usize {
        self.lanes * LANE + 2
    }
}

/// All rows over one window. `today_x` in thousandths of the window.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/bars.html")]
pub struct Bars {
    pub caption: String,
    pub from: String,
    pub to: String,
    pub today: String,
    pub today_x: Option<String>,
    pub rows: Vec<BarsRow>,
}

impl HtmlSafe for Bars {}

impl Bars {
    pub fn today_in(window: (Date, Date), today: Date) -> Option<String> {
        let whole = f64::from(crate::dates::days_between(window.0, window.1)) + 1.0;
        let at = (f64::from(crate::dates::days_between(window.0, today)) + 0.5) / whole * 1000.0;
        (0.0..=1000.0).contains(&at).then(|| format!("{at:.1}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_bar_is_cut_to_the_window() {
        let mark = Mark { colour: 2, letter: "ア".into(), name: "アオバ内科".into() };
        let window = (date(2026, 11, 1), date(2026, 11, 10));
        let cut = |start, end| Bar::between(window, start, end, &mark, false, String::new());
        let bar = cut(date(2026, 10, 1), date(2026, 11, 5)).unwrap();
        assert_eq!((bar.x.as_str(), bar.width.as_str()), ("0.0", "500.0"));
        assert_eq!(cut(date(2026, 12, 1), date(2026, 12, 5)), None);
        assert_eq!(cut(date(2026, 11, 5), date(2026, 11, 4)), None);
    }

    #[test]
    fn bars_that_overlap_do_not_hide_each_other() {
        let mark = Mark { colour: 2, letter: "ア".into(), name: "アオバ内科".into() };
        let window = (date(2026, 11, 1), date(2026, 11, 30));
        let bar = |from, to| {
            Bar::between(window, date(2026, 11, from), date(2026, 11, to), &mark, false, String::new()).unwrap()
        };
        let row = BarsRow::new("リナグリプチン".into(), vec![], None, vec![bar(1, 10), bar(5, 20), bar(11, 25)]);
        assert_eq!(row.bars.iter().map(|b| b.lane).collect::<Vec<_>>(), [0, 1, 0]);
        assert_eq!(row.lanes, 2);
    }
}
