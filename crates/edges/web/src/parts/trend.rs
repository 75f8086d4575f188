//! The trend of one analyte: every measured value as a point in its institution's colour and shape, over the range of the
//! institution that measured it. Drawn by the server, with a link on every point; the browser island only moves what is
//! drawn along the time axis.
//!
//! What lies out of its range carries a ring and the letter of its judgement, so that it is found without colour. Values
//! of different methods are never joined by a line.

use super::{Mark, Tone};
use askama::Template;
use askama::filters::HtmlSafe;
use jiff::civil::{Date, DateTime};

/// One measured value that can be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendPoint {
    pub at: DateTime,
    pub value: f64,
    /// What is shown on hover and focus, line by line: day, value with its range, institution.
    pub told: String,
    /// Language of `told`.
    pub language: &'static str,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    /// JLAC10 method, or whatever else keeps values apart; empty when nothing was said.
    pub method: String,
    pub mark: Mark,
    pub tone: Tone,
    /// `H`, `LL`, `異常`; empty where nothing was said.
    pub flag: String,
    /// Link to the source of the value.
    pub source: String,
}

/// A span of time, in milliseconds of the wall clock: the same for every graph of a chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: i64,
    pub to: i64,
}

/// Milliseconds of the wall clock since 1970 began on it.
pub fn wall_ms(at: DateTime) -> i64 {
    let days = i64::from(crate::dates::days_between(Date::constant(1970, 1, 1), at.date()));
    let (hour, minute, second) = (i64::from(at.hour()), i64::from(at.minute()), i64::from(at.second()));
    days * DAY_MS + (hour * 3600 + minute * 60 + second) * 1000
}

/// The day a moment of the wall clock lies in.
fn day_of(ms: i64) -> Date {
    let days = jiff::Span::new().days(ms.div_euclid(DAY_MS).clamp(-700_000, 2_900_000));
    Date::constant(1970, 1, 1).saturating_add(days)
}

const DAY_MS: i64 = 86_400_000;

impl Span {
    /// Whole days from the beginning of `first` to the end of `last`.
    pub fn of_days(first: Date, last: Date) -> Self {
        let from = wall_ms(first.into());
        Self { from, to: (wall_ms(last.into()) + DAY_MS).max(from + DAY_MS) }
    }
    #[allow(clippy::cast_precision_loss, reason = "milliseconds of a few centuries fit the mantissa")]
    fn x(self, at: i64) -> f64 {
        LEFT + PAD + (at - self.from) as f64 / (self.to - self.from) as f64 * (RIGHT - LEFT - 2.0 * PAD)
    }
    fn holds(self, at: i64) -> bool {
        (self.from..=self.to).contains(&at)
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct DrawnPoint {
    pub at: i64,
    pub x: f64,
    pub y: f64,
    pub shape: usize,
    pub colour: usize,
    pub told: String,
    pub language: &'static str,
    pub source: String,
    pub tone: Tone,
    pub flag: String,
    /// Which line it belongs to.
    pub line: usize,
    /// Inside the span that is drawn.
    pub shown: bool,
    /// The letter has room beside its neighbours.
    pub lettered: bool,
}

impl DrawnPoint {
    pub fn path(&self) -> String {
        shape_path(self.shape, 0.0, 0.0)
    }
    pub fn label(&self) -> String {
        self.told.replace('\n', " ")
    }
}

/// The outline of a shape: circle, square, triangle, diamond, downward triangle by number.
pub fn shape_path(shape: usize, x: f64, y: f64) -> String {
    match shape {
        1 => format!("M{:.1} {:.1}h9v9h-9z", x - 4.5, y - 4.5),
        2 => format!("M{:.1} {:.1}l5.5 9.5h-11z", x, y - 5.5),
        3 => format!("M{:.1} {:.1}l6 6l-6 6l-6-6z", x, y - 6.0),
        4 => format!("M{:.1} {:.1}l5.5-9.5h-11z", x, y + 5.5),
        _ => format!("M{:.1} {:.1}a5 5 0 1 0 10 0a5 5 0 1 0-10 0z", x - 5.0, y),
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    pub at: f64,
    pub label: String,
}

/// A range and the time for which it is drawn; open ends reach the edge of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    pub from: Option<i64>,
    pub to: Option<i64>,
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// The graph in a box of 760 × 240.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/trend.html")]
pub struct Trend {
    /// Names the graph inside its page.
    pub id: String,
    pub label: String,
    pub language: &'static str,
    pub unit: String,
    /// One for each method, in the order of the points' `line`.
    pub lines: Vec<String>,
    pub points: Vec<DrawnPoint>,
    pub bands: Vec<Band>,
    pub across: Vec<Tick>,
    pub up: Vec<Tick>,
}

impl HtmlSafe for Trend {}

const LEFT: f64 = 52.0;
const RIGHT: f64 = 746.0;
const PAD: f64 = 14.0;
const TOP: f64 = 28.0;
const BOTTOM: f64 = 208.0;
/// Letters nearer to each other than this would run together.
const LETTER_ROOM: f64 = 20.0;

impl Trend {
    /// `points` oldest first; `None` when there is nothing to draw.
    pub fn new(
        id: String,
        (label, language): (String, &'static str),
        unit: String,
        points: &[TrendPoint],
        span: Span,
    ) -> Option<Self> {
        if points.is_empty() {
            return None;
        }
        let (low, high) = Self::reach(points);
        let scale = nice_scale(low, high);
        let (bottom, top) = (*scale.first()?, *scale.last()?);
        let y = |value: f64| BOTTOM - (value - bottom) / (top - bottom) * (BOTTOM - TOP);
        let mut methods: Vec<&str> = Vec::new();
        let mut last_letter = f64::NEG_INFINITY;
        let mut drawn = Vec::with_capacity(points.len());
        for point in points {
            let line = methods.iter().position(|m| *m == point.method).unwrap_or_else(|| {
                methods.push(&point.method);
                methods.len() - 1
            });
            let at = wall_ms(point.at);
            let (x, shown) = (span.x(at), span.holds(at));
            let lettered = shown && !point.flag.is_empty() && x - last_letter >= LETTER_ROOM;
            if lettered {
                last_letter = x;
            }
            drawn.push(DrawnPoint {
                at,
                x,
                y: y(point.value),
                shape: point.mark.shape(),
                colour: point.mark.colour,
                told: point.told.clone(),
                language: point.language,
                source: point.source.clone(),
                tone: point.tone,
                flag: point.flag.clone(),
                line,
                shown,
                lettered,
            });
        }
        let line = |n: usize| {
            let of_line = drawn.iter().filter(|p| p.line == n);
            of_line.map(|p| format!("{:.1},{:.1}", p.x, p.y)).collect::<Vec<_>>().join(" ")
        };
        let lines = (0..methods.len()).map(line).collect();
        let bands = Self::bands(points, &drawn, span, bottom, top, y);
        let up = scale.iter().map(|v| Tick { at: y(*v), label: plain_number(*v) }).collect();
        Some(Self { id, label, language, unit, lines, points: drawn, bands, across: Self::months(span), up })
    }

    /// Lowest and highest thing to be seen: the values, and limits that lie near them.
    fn reach(points: &[TrendPoint]) -> (f64, f64) {
        let mut low = points.iter().map(|p| p.value).fold(f64::INFINITY, f64::min);
        let mut high = points.iter().map(|p| p.value).fold(f64::NEG_INFINITY, f64::max);
        let spread = (high - low).max(high.abs() * 0.2);
        for limit in points.iter().flat_map(|p| [p.lower, p.upper]).flatten() {
            if limit > low - spread && limit < high + spread {
                (low, high) = (low.min(limit), high.max(limit));
            }
        }
        (low, high)
    }

    /// Each point's own range, from half-way to the point before to half-way to the next.
    fn bands(
        points: &[TrendPoint],
        drawn: &[DrawnPoint],
        span: Span,
        bottom: f64,
        top: f64,
        y: impl Fn(f64) -> f64,
    ) -> Vec<Band> {
        let edge = |n: usize| -> Option<i64> {
            let before = drawn.get(n.checked_sub(1)?)?;
            Some(i64::midpoint(before.at, drawn.get(n)?.at))
        };
        let mut bands: Vec<Band> = Vec::new();
        for (n, point) in points.iter().enumerate() {
            if point.lower.is_none() && point.upper.is_none() {
                continue;
            }
            let lower = point.lower.unwrap_or(bottom).clamp(bottom, top);
            let upper = point.upper.unwrap_or(top).clamp(bottom, top);
            if upper > lower {
                let (from, to) = (edge(n), edge(n + 1));
                let (y, height) = (y(upper), y(lower) - y(upper));
                match bands.last_mut() {
                    // Equal neighbours become one, so that no seam shows where nothing changes.
                    Some(band) if band.y == y && band.height == height && band.to == from && from.is_some() => {
                        band.to = to;
                    }
                    _ => bands.push(Band { from, to, x: 0.0, y, width: 0.0, height }),
                }
            }
        }
        for band in &mut bands {
            band.x = band.from.map_or(LEFT, |at| span.x(at)).clamp(LEFT, RIGHT);
            band.width = band.to.map_or(RIGHT, |at| span.x(at)).clamp(LEFT, RIGHT) - band.x;
        }
        bands
    }

    /// At most eight month ticks.
    fn months(span: Span) -> Vec<Tick> {
        let (first, last) = (day_of(span.from), day_of(span.to - 1));
        let at = |day: Date| span.x(wall_ms(day.into()));
        let months = (i32::from(last.year()) - i32::from(first.year())) * 12 + i32::from(last.month())
            - i32::from(first.month());
        if months < 2 {
            let step = (crate::dates::days_between(first, last) / 4).max(1);
            let mut days = Vec::new();
            let mut day = first;
            while day <= last && days.len() < 8 {
                days.push(Tick { at: at(day), label: crate::dates::short(day) });
                day = day.saturating_add(jiff::Span::new().days(step));
            }
            return days;
        }
        let step = (months + 7) / 8;
        let mut ticks = Vec::new();
        let mut day = first.first_of_month();
        while day <= last {
            if day >= first {
                ticks.push(Tick { at: at(day), label: format!("{:04}-{:02}", day.year(), day.month()) });
            }
            match day.checked_add(jiff::Span::new().months(step)) {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        ticks
    }
}

/// Four to seven round numbers that enclose `low..high`.
fn nice_scale(low: f64, high: f64) -> Vec<f64> {
    let spread = if high > low { high - low } else { high.abs().max(1.0) * 0.5 };
    let (low, high) = (low - spread * 0.08, high + spread * 0.08);
    let rough = (high - low) / 4.0;
    let power = 10f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0].into_iter().map(|m| m * power).find(|s| *s >= rough).unwrap_or(power * 10.0);
    let start = (low / step).floor();
    let count = ((high / step).ceil() - start).clamp(1.0, 12.0);
    let mut scale = Vec::new();
    let mut n = 0.0;
    while n <= count {
        scale.push((start + n) * step);
        n += 1.0;
    }
    scale
}

/// Axis numbers only; values of the record are never re-written.
fn plain_number(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn point(day: Date, value: f64, colour: usize, method: &str) -> TrendPoint {
        TrendPoint {
            at: day.at(9, 0, 0, 0),
            value,
            told: format!("{day}\n{value} H\nアオバ内科"),
            language: "ja",
            lower: Some(4.6),
            upper: Some(6.2),
            method: method.to_owned(),
            mark: Mark { colour, letter: "ア".into(), name: "アオバ内科".into() },
            tone: Tone::High,
            flag: "H".to_owned(),
            source: "/visits/x/source/y".into(),
        }
    }
    fn drawn(points: &[TrendPoint], first: Date, last: Date) -> Trend {
        Trend::new("t0".into(), ("HbA1c".into(), "ja"), "%".into(), points, Span::of_days(first, last)).unwrap()
    }

    #[test]
    fn the_axis_has_round_numbers_around_the_values() {
        let scale = nice_scale(6.2, 7.8);
        assert!(*scale.first().unwrap() <= 6.2 && *scale.last().unwrap() >= 7.8 && scale.len() <= 8, "{scale:?}");
        assert_eq!(plain_number(0.020), "0.02");
        assert!(nice_scale(5.0, 5.0).len() > 1);
        assert!(nice_scale(0.0, 0.0).len() > 1);
    }

    /// R-X-18: a value out of its range is told by a ring, a letter and words, not by its colour alone.
    #[test]
    fn every_point_keeps_its_institution_its_judgement_and_its_source() {
        let points = [point(date(2026, 1, 9), 7.1, 2, "062"), point(date(2026, 11, 9), 7.8, 0, "062")];
        let html = drawn(&points, date(2026, 1, 1), date(2026, 11, 21)).to_string();
        assert!(html.contains("p2") && html.contains("p0") && html.contains("href=\"/visits/x/source/y\""), "{html}");
        assert!(html.contains("aria-label=\"2026-11-09 7.8 H アオバ内科\""), "{html}");
        assert_eq!((html.matches("class=\"ring\"").count(), html.matches(">H</text>").count()), (2, 2), "{html}");
    }

    #[test]
    fn values_of_different_methods_are_not_joined() {
        let points = [
            point(date(2026, 1, 9), 7.1, 0, "062"),
            point(date(2026, 2, 9), 7.2, 0, "202"),
            point(date(2026, 3, 9), 7.3, 0, "062"),
        ];
        let trend = drawn(&points, date(2026, 1, 1), date(2026, 4, 1));
        assert_eq!(trend.lines.iter().map(|line| line.split(' ').count()).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn what_lies_outside_the_span_cannot_be_reached_until_it_is_moved_in() {
        let points = [point(date(2025, 1, 9), 7.1, 0, ""), point(date(2026, 2, 9), 7.2, 0, "")];
        let trend = drawn(&points, date(2026, 1, 1), date(2026, 4, 1));
        assert_eq!(trend.points.iter().map(|p| p.shown).collect::<Vec<_>>(), [false, true]);
        assert_eq!(trend.to_string().matches(" visibility=\"hidden\"><title>").count(), 1);
    }

    #[test]
    fn two_spans_of_the_same_days_put_the_same_day_at_the_same_place() {
        let span = Span::of_days(date(2026, 1, 1), date(2026, 12, 31));
        assert_eq!(day_of(span.from), date(2026, 1, 1));
        assert_eq!(day_of(span.to - 1), date(2026, 12, 31));
        assert!(span.x(wall_ms(date(2026, 7, 1).at(0, 0, 0, 0))) > LEFT);
        assert_eq!(Span::of_days(date(2026, 1, 1), date(2025, 1, 1)).to - span.from, DAY_MS, "never empty");
    }
}
