//! Bars over time, one row a medicine: who prescribed what for which days, laid under each other so that overlaps show.
//!
//! Labels are ordinary text in a table, so that they wrap and grow with the reader's type size; only the bar is drawn.
//! Places along the time are percentages and heights are in the type's own measure: text in it is never stretched.
//! What overlaps is a bar of its own with the word on it. Behind the drawing lies the same as a table.

use super::Mark;
use crate::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;
use jiff::civil::Date;

/// A bar; places in hundredths of the window.
#[derive(Debug, Clone, PartialEq)]
pub struct Bar {
    pub x: String,
    pub width: String,
    pub mark: Mark,
    /// Drawn as an outline: taken as needed, its days are not counted.
    pub outline: bool,
    /// Drawn thin: handed out by a pharmacy, not an order.
    pub thin: bool,
    /// Kind, days and institution, read out and shown on hover.
    pub title: String,
    /// 処方, 調剤.
    pub kind: String,
    pub from: String,
    /// Empty when no end was stated.
    pub to: String,
    pub source: String,
    /// Bars that overlap lie in lanes under each other.
    pub lane: usize,
    days: (Date, Date),
}

/// What is said of a bar.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BarTold {
    pub kind: String,
    pub to: Option<Date>,
    pub outline: bool,
    pub thin: bool,
    pub source: String,
}

/// Place and width of some days in the window; `None` when they lie outside.
fn place(window: (Date, Date), start: Date, end: Date) -> Option<(Date, Date, f64, f64)> {
    let days = |from: Date, to: Date| f64::from(crate::dates::days_between(from, to));
    let (first, last) = window;
    if end < first || start > last || end < start {
        return None;
    }
    let whole = days(first, last) + 1.0;
    let (from, to) = (start.max(first), end.min(last));
    let width = ((days(from, to) + 1.0) / whole * 100.0).max(0.6);
    Some((from, to, (days(first, from) / whole * 100.0).min(100.0 - width), width))
}

impl Bar {
    /// A bar from `start` to the end of its days, cut to the window; `None` when it lies outside.
    pub fn between(window: (Date, Date), start: Date, mark: &Mark, told: BarTold) -> Option<Self> {
        let (from, to, x, width) = place(window, start, told.to.unwrap_or(start))?;
        let ends = told.to.map(crate::dates::short).unwrap_or_default();
        let start = crate::dates::short(start);
        Some(Self {
            x: format!("{x:.2}"),
            width: format!("{width:.2}"),
            title: format!("{} {} {start} – {ends}", mark.name, told.kind).trim_end_matches([' ', '–']).to_owned(),
            mark: mark.clone(),
            outline: told.outline,
            thin: told.thin,
            kind: told.kind,
            from: start,
            to: ends,
            source: told.source,
            lane: 0,
            days: (from, to),
        })
    }
    /// Upper edge in the type's measure.
    pub fn y(&self) -> String {
        format!("{:.2}", 0.15 + lane_height(self.lane) + if self.thin { 0.3 } else { 0.0 })
    }
    pub fn height(&self) -> &'static str {
        if self.thin { "0.4" } else { "1" }
    }
}

/// Days for which two institutions order the same.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlapBar {
    pub x: String,
    pub width: String,
    /// Where the word stands: beside the bar, where there is room.
    pub word_x: String,
    pub word_ends: bool,
    pub title: String,
    pub marks: Vec<Mark>,
    pub from: String,
    pub to: String,
    pub source: String,
}

impl OverlapBar {
    /// `word` is what the bar is called; `None` when the days lie outside the window.
    pub fn between(
        window: (Date, Date),
        (first, last): (Date, Date),
        marks: Vec<Mark>,
        word: &str,
        source: String,
    ) -> Option<Self> {
        let (from, to, x, width) = place(window, first, last)?;
        let word_ends = x + width > 70.0;
        let names = marks.iter().map(|mark| mark.name.as_str()).collect::<Vec<_>>().join(" / ");
        let (from, to) = (crate::dates::short(from), crate::dates::short(to));
        Some(Self {
            x: format!("{x:.2}"),
            width: format!("{width:.2}"),
            word_x: format!("{:.2}", if word_ends { x - 1.0 } else { x + width + 1.0 }),
            word_ends,
            title: format!("{word} {from} – {to} {names}"),
            marks,
            from,
            to,
            source,
        })
    }
}

/// Height of the lanes above `lane`.
#[allow(clippy::cast_precision_loss, reason = "a handful of lanes")]
fn lane_height(lane: usize) -> f64 {
    lane as f64 * 1.2
}

/// Lanes of one row; bars beyond share the last.
const LANES_MAX: usize = 6;

#[derive(Debug, Clone, PartialEq)]
pub struct BarsRow {
    pub label: String,
    pub marks: Vec<Mark>,
    pub look: Option<String>,
    pub bars: Vec<Bar>,
    pub overlaps: Vec<OverlapBar>,
    pub lanes: usize,
}

impl BarsRow {
    /// Lays the bars into lanes so that none hides another.
    pub fn new(
        label: String,
        marks: Vec<Mark>,
        look: Option<String>,
        mut bars: Vec<Bar>,
        overlaps: Vec<OverlapBar>,
    ) -> Self {
        bars.sort_by_key(|bar| (bar.thin, bar.days));
        let mut ends: Vec<Date> = Vec::new();
        for bar in &mut bars {
            let free = ends.iter().position(|end| *end < bar.days.0);
            bar.lane = free.unwrap_or(ends.len()).min(LANES_MAX - 1);
            match ends.get_mut(bar.lane) {
                Some(end) => *end = (*end).max(bar.days.1),
                None => ends.push(bar.days.1),
            }
        }
        let lanes = ends.len().max(1);
        Self { label, marks, look, bars, overlaps, lanes }
    }
    /// In the type's measure; the overlaps lie in a lane of their own under the bars.
    pub fn height(&self) -> String {
        let overlaps = if self.overlaps.is_empty() { 0.0 } else { 1.45 };
        format!("{:.2}", lane_height(self.lanes) + 0.1 + overlaps)
    }
    pub fn overlap_y(&self) -> String {
        format!("{:.2}", lane_height(self.lanes) + 0.15)
    }
    pub fn overlap_text_y(&self) -> String {
        format!("{:.2}", lane_height(self.lanes) + 1.1)
    }
}

/// Two drugs of one class that overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassLine {
    /// `薬効分類 1149`.
    pub class: String,
    pub names: [String; 2],
    pub marks: Vec<Mark>,
    pub from: String,
    pub to: String,
    pub sources: [String; 2],
}

/// All rows over one window. `today_x` in hundredths of the window.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/bars.html")]
pub struct Bars {
    pub words: Words,
    /// Names the part inside its page.
    pub id: String,
    pub from: String,
    pub to: String,
    pub today_x: Option<String>,
    pub rows: Vec<BarsRow>,
    pub classes: Vec<ClassLine>,
}

impl HtmlSafe for Bars {}

impl Bars {
    pub fn today_in(window: (Date, Date), today: Date) -> Option<String> {
        let whole = f64::from(crate::dates::days_between(window.0, window.1)) + 1.0;
        let at = (f64::from(crate::dates::days_between(window.0, today)) + 0.5) / whole * 100.0;
        (0.0..=100.0).contains(&at).then(|| format!("{at:.2}"))
    }
    /// Lines of the table behind.
    pub fn lines(&self) -> usize {
        self.rows.iter().map(|row| row.bars.len() + row.overlaps.len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn mark() -> Mark {
        Mark { colour: 2, letter: "ア".into(), name: "アオバ内科".into() }
    }

    #[test]
    fn a_bar_is_cut_to_the_window() {
        let window = (date(2026, 11, 1), date(2026, 11, 10));
        let cut = |start, end| Bar::between(window, start, &mark(), BarTold { to: Some(end), ..BarTold::default() });
        let bar = cut(date(2026, 10, 1), date(2026, 11, 5)).unwrap();
        assert_eq!((bar.x.as_str(), bar.width.as_str()), ("0.00", "50.00"));
        assert_eq!(cut(date(2026, 12, 1), date(2026, 12, 5)), None);
        assert_eq!(cut(date(2026, 11, 5), date(2026, 11, 4)), None);
    }

    #[test]
    fn bars_that_overlap_do_not_hide_each_other() {
        let window = (date(2026, 11, 1), date(2026, 11, 30));
        let bar = |from, to| {
            let told = BarTold { to: Some(date(2026, 11, to)), ..BarTold::default() };
            Bar::between(window, date(2026, 11, from), &mark(), told).unwrap()
        };
        let row =
            BarsRow::new("リナグリプチン".into(), vec![], None, vec![bar(1, 10), bar(5, 20), bar(11, 25)], vec![]);
        assert_eq!(row.bars.iter().map(|b| b.lane).collect::<Vec<_>>(), [0, 1, 0]);
        assert_eq!(row.lanes, 2);
    }

    /// R-X-18: an overlap is a bar of its own, with the word and both institutions.
    #[test]
    fn an_overlap_says_so_in_words() {
        let window = (date(2026, 11, 1), date(2026, 11, 30));
        let overlap = OverlapBar::between(
            window,
            (date(2026, 11, 5), date(2026, 11, 9)),
            vec![mark(), mark()],
            "重なり",
            "/s".into(),
        )
        .unwrap();
        assert_eq!(overlap.title, "重なり 2026-11-05 – 2026-11-09 アオバ内科 / アオバ内科");
        let row = BarsRow::new("リナグリプチン".into(), vec![], None, vec![], vec![overlap]);
        let bars = Bars {
            words: Words::default(),
            id: "b".into(),
            from: String::new(),
            to: String::new(),
            today_x: None,
            rows: vec![row],
            classes: vec![],
        };
        let html = bars.to_string();
        assert!(html.contains(">重なり</text>") && html.matches("href=\"/s\"").count() == 2, "{html}");
    }
}
