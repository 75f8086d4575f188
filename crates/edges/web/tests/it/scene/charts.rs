//! The scene's drawings: trends and the calendar.

use super::*;

pub(super) fn trend_points() -> Vec<(TrendPoint, String)> {
    let values = [
        (1, date(2025, 12, 8), 7.0),
        (1, date(2026, 2, 9), 7.1),
        (0, date(2026, 4, 3), 7.2),
        (1, date(2026, 6, 8), 7.4),
        (0, date(2026, 7, 6), 7.5),
        (1, date(2026, 9, 7), 7.4),
        (0, date(2026, 11, 14), 7.8),
    ];
    values
        .into_iter()
        .map(|(n, day, value)| {
            let text = format!("{value:.1}");
            let point = TrendPoint {
                at: day.at(9, 10, 0, 0),
                value,
                told: format!("{day} 9:10\nHbA1c {text} % H\n{}", mark(n).name),
                language: "ja",
                lower: Some(if n == 0 { 4.9 } else { 4.6 }),
                upper: Some(if n == 0 { 6.0 } else { 6.2 }),
                method: String::new(),
                mark: mark(n),
                tone: Tone::High,
                flag: "H".into(),
                source: source(30),
            };
            (point, text)
        })
        .collect()
}

pub(super) fn chart(words: Words, open: bool) -> Chart {
    let (first, last) = (date(2025, 11, 10), date(2026, 11, 21));
    let span = Span::of_days(first, last);
    let points: Vec<TrendPoint> = trend_points().into_iter().map(|(point, _)| point).collect();
    let lines = trend_points().into_iter().rev().map(|(point, text)| TrendLine {
        day: dates::short(point.at.date()),
        value: lab_value(&text, point.tone),
        range: "4.6–6.2".into(),
        method: String::new(),
        mark: point.mark,
    });
    Chart {
        words,
        id: "trend".into(),
        whole: span,
        shown: span,
        ranges: vec![ChartRange {
            link: RangeLink {
                label: words.say("chart-everything"),
                href: format!("{VISIT}/laboratory?item=1&span=all#trend"),
                on: true,
            },
            span,
        }],
        earlier: None,
        later: None,
        panels: vec![ChartPanel {
            name: "HbA1c（NGSP）".into(),
            unit: "%".into(),
            graph: Trend::new("trend-0".into(), ("HbA1c（NGSP）".into(), "ja"), "%".into(), &points, span),
            lines: lines.collect(),
            not_drawn: 1,
            link: None,
        }],
        legend: vec![mark(0), mark(1)],
        open,
    }
}

pub(super) fn calendar(words: Words) -> Calendar {
    let rows: [(&str, [&str; 12]); 6] = [
        (
            "calendar-row-visit",
            ["1:3", "0:1", "1:2", "1:2", "0:1 1:1", "1:2", "1:2", "1:1", "0:2", "1:2", "1:2", "0:1 1:1"],
        ),
        ("calendar-row-stay", ["", "", "", "", "", "", "", "S", "", "", "", ""]),
        (
            "calendar-row-prescription",
            ["1:2", "0:1 1:1", "1:1", "1:2", "0:1", "1:2", "1:1", "0:3", "0:1 1:1", "1:1", "1:2", "0:1 1:1"],
        ),
        (
            "calendar-row-dispensing",
            ["2:2", "2:2", "2:1", "2:2", "2:1", "2:2", "2:1", "2:1", "2:2", "2:1", "2:2", "2:12"],
        ),
        ("calendar-row-laboratory", ["1:1", "0:1", "", "1:1", "0:1", "", "1:1", "0:4", "", "1:1", "", "0:1"]),
        ("calendar-row-imaging", ["", "", "", "0:1", "", "", "", "0:2", "", "", "3:1", "0:1"]),
    ];
    let cell = |text: &str| {
        let mut cell = Cell::default();
        for part in text.split_whitespace() {
            if part == "S" {
                cell.stays.push(Stay {
                    mark: mark(0),
                    label: words.count("calendar-days", 9),
                    href: format!("{VISIT}/encounters"),
                    title: "ミナト総合病院 入院 2026-07-03 〜 2026-07-11".into(),
                });
            } else if let Some((n, count)) = part.split_once(':') {
                let mark = mark(n.parse().unwrap_or(0));
                let count = count.parse().unwrap_or(1);
                let title = format!("{} {count}", mark.name);
                cell.chips.push(Chip { mark, count, href: format!("{VISIT}/course#m2026-11"), title });
            }
        }
        cell
    };
    let columns = [12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(|m: usize| Column {
        label: words.count("calendar-month", m),
        year: match m {
            12 => Some(words.one("calendar-year", "n", "2025")),
            1 => Some(words.one("calendar-year", "n", "2026")),
            _ => None,
        },
    });
    Calendar {
        heading: words.say("calendar-heading"),
        keys: words.say("calendar-keys"),
        empty: words.say("calendar-empty"),
        ranges: ["3y", "1y", "3m", "1m"]
            .map(|r| RangeLink {
                label: words.say(&format!("calendar-range-{r}")),
                href: format!("{VISIT}?range={r}"),
                on: r == "1y",
            })
            .to_vec(),
        columns: columns.to_vec(),
        rows: rows
            .into_iter()
            .map(|(key, cells)| CalendarRow { label: words.say(key), cells: cells.into_iter().map(cell).collect() })
            .collect(),
    }
}
