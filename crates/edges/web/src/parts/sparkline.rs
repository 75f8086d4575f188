//! A line of a few values in a list: only its direction is read, the values stand beside it.

use askama::Template;
use askama::filters::HtmlSafe;

/// Drawn in a box of 100 × 24 that stretches to its place. `lower`/`upper` are the newest value's own range.
#[derive(Debug, Clone, PartialEq, Template)]
#[template(path = "parts/sparkline.html")]
pub struct Sparkline {
    pub points: String,
    pub limits: Vec<String>,
    pub tone: &'static str,
}

impl HtmlSafe for Sparkline {}

impl Sparkline {
    /// `None` below two values: a single point has no direction. `values` are (position in time, value), oldest first.
    pub fn new(values: &[(f64, f64)], lower: Option<f64>, upper: Option<f64>, tone: &'static str) -> Option<Self> {
        let (first, last) = (values.first()?.0, values.last()?.0);
        if values.len() < 2 || last <= first {
            return None;
        }
        let mut bottom = values.iter().map(|v| v.1).fold(f64::INFINITY, f64::min);
        let mut top = values.iter().map(|v| v.1).fold(f64::NEG_INFINITY, f64::max);
        for limit in [lower, upper].into_iter().flatten() {
            // A limit far away would press the line flat.
            if limit > bottom - (top - bottom) * 2.0 && limit < top + (top - bottom) * 2.0 {
                (bottom, top) = (bottom.min(limit), top.max(limit));
            }
        }
        let height = if top > bottom { top - bottom } else { 1.0 };
        let y = |value: f64| 21.0 - (value - bottom) / height * 18.0;
        let points =
            values.iter().map(|(x, v)| format!("{:.1},{:.1}", 1.0 + (x - first) / (last - first) * 98.0, y(*v)));
        let limits =
            [lower, upper].into_iter().flatten().filter(|l| *l >= bottom && *l <= top).map(|l| format!("{:.1}", y(l)));
        Some(Self { points: points.collect::<Vec<_>>().join(" "), limits: limits.collect(), tone })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_no_direction() {
        assert_eq!(Sparkline::new(&[(0.0, 7.0)], None, None, "high"), None);
        assert_eq!(Sparkline::new(&[], None, None, "high"), None);
    }

    #[test]
    fn equal_values_make_a_flat_line() {
        let line = Sparkline::new(&[(0.0, 5.0), (10.0, 5.0)], None, None, "plain").unwrap();
        assert_eq!(line.points, "1.0,21.0 99.0,21.0");
    }
}
