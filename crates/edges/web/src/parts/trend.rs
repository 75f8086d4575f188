//! The trend of one analyte: every measured value as a point in its institution's colour and shape, over the range of the
//! institution that measured it. Drawn by the server, with a link on every point; the browser island only adds zoom.

use super::{Mark, Tone};
use askama::Template;
use askama::filters::HtmlSafe;
use jiff::civil::Date;

/// One measured value that can be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendPoint {
    pub day: Date,
    pub value: f64,
    /// As it came.
    pub text: String,
    pub lower: Option<f64>,
    pub upper: Option<f64>,
    pub mark: Mark,
    pub tone: Tone,
    /// Link to the source of the value.
    pub source: String,
}

#[derive(Debug, Clone, PartialEq)]
pub struct DrawnPoint {
    pub x: f64,
    pub y: f64,
    pub shape: usize,
    pub colour: usize,
    pub title: String,
    pub source: String,
}

impl DrawnPoint {
    pub fn path(&self) -> String {
        shape_path(self.shape, self.x, self.y)
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

#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// The graph in a box of 760 × 240.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/trend.html")]
pub struct Trend {
    pub label: String,
    pub unit: String,
    pub line: String,
    pub points: Vec<DrawnPoint>,
    pub bands: Vec<Band>,
    pub across: Vec<Tick>,
    pub up: Vec<Tick>,
}

impl HtmlSafe for Trend {}

const LEFT: f64 = 52.0;
const RIGHT: f64 = 746.0;
const TOP: f64 = 22.0;
const BOTTOM: f64 = 208.0;

impl Trend {
    /// `points` oldest first; `None` when there is nothing to draw.
    pub fn new(label: String, unit: String, points: &[TrendPoint]) -> Option<Self> {
        let (first, last) = (points.first()?.day, points.last()?.day);
        let days = f64::from(crate::dates::days_between(first, last)).max(1.0);
        let at =
            |day: Date| LEFT + 14.0 + f64::from(crate::dates::days_between(first, day)) / days * (RIGHT - LEFT - 28.0);
        let (low, high) = Self::reach(points);
        let scale = nice_scale(low, high);
        let (bottom, top) = (*scale.first()?, *scale.last()?);
        let y = |value: f64| BOTTOM - (value - bottom) / (top - bottom) * (BOTTOM - TOP);
        let drawn: Vec<DrawnPoint> = points
            .iter()
            .map(|p| DrawnPoint {
                x: at(p.day),
                y: y(p.value),
                shape: p.mark.shape(),
                colour: p.mark.colour,
                title: format!("{} {} {} {}", crate::dates::short(p.day), p.text, unit, p.mark.name),
                source: p.source.clone(),
            })
            .collect();
        let line = drawn.iter().map(|p| format!("{:.1},{:.1}", p.x, p.y)).collect::<Vec<_>>().join(" ");
        let bands = Self::bands(points, &drawn, bottom, top, y);
        let up = scale.iter().map(|v| Tick { at: y(*v), label: plain_number(*v) }).collect();
        let across = Self::months(first, last, at);
        Some(Self { label, unit, line, points: drawn, bands, across, up })
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
    fn bands(points: &[TrendPoint], drawn: &[DrawnPoint], bottom: f64, top: f64, y: impl Fn(f64) -> f64) -> Vec<Band> {
        let edge = |n: usize| match (n.checked_sub(1).and_then(|b| drawn.get(b)), drawn.get(n)) {
            (None, _) => LEFT,
            (_, None) => RIGHT,
            (Some(before), Some(here)) => (before.x + here.x) / 2.0,
        };
        let mut bands: Vec<Band> = Vec::new();
        for (n, point) in points.iter().enumerate() {
            if point.lower.is_none() && point.upper.is_none() {
                continue;
            }
            let lower = point.lower.unwrap_or(bottom).clamp(bottom, top);
            let upper = point.upper.unwrap_or(top).clamp(bottom, top);
            if upper > lower {
                let (x, next) = (edge(n), edge(n + 1));
                let band = Band { x, y: y(upper), width: next - x, height: y(lower) - y(upper) };
                match bands.last_mut() {
                    // Equal neighbours become one, so that no seam shows where nothing changes.
                    Some(Band { x, y, width, height })
                        if *y == band.y && *height == band.height && *x + *width == band.x =>
                    {
                        *width += band.width;
                    }
                    _ => bands.push(band),
                }
            }
        }
        bands
    }

    /// At most eight month ticks.
    fn months(first: Date, last: Date, at: impl Fn(Date) -> f64) -> Vec<Tick> {
        let months = (i32::from(last.year()) - i32::from(first.year())) * 12 + i32::from(last.month())
            - i32::from(first.month());
        if months == 0 {
            let mut days = vec![first, last];
            days.dedup();
            return days.into_iter().map(|d| Tick { at: at(d), label: crate::dates::short(d) }).collect();
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

    #[test]
    fn the_axis_has_round_numbers_around_the_values() {
        let scale = nice_scale(6.2, 7.8);
        assert!(*scale.first().unwrap() <= 6.2 && *scale.last().unwrap() >= 7.8 && scale.len() <= 8, "{scale:?}");
        assert_eq!(plain_number(0.020), "0.02");
        assert!(nice_scale(5.0, 5.0).len() > 1);
        assert!(nice_scale(0.0, 0.0).len() > 1);
    }

    #[test]
    fn every_point_keeps_its_institution_and_its_source() {
        let point = |day, value, colour| TrendPoint {
            day,
            value,
            text: value.to_string(),
            lower: Some(4.6),
            upper: Some(6.2),
            mark: Mark { colour, letter: "ア".into(), name: "アオバ内科".into() },
            tone: Tone::High,
            source: "/visits/x/source/y".into(),
        };
        let trend = Trend::new(
            "HbA1c".into(),
            "%".into(),
            &[point(date(2026, 1, 9), 7.1, 2), point(date(2026, 11, 9), 7.8, 0)],
        );
        let html = trend.unwrap().to_string();
        assert!(html.contains("p2") && html.contains("p0") && html.contains("href=\"/visits/x/source/y\""), "{html}");
        assert!(html.contains("2026-11-09 7.8 % アオバ内科"));
    }
}
