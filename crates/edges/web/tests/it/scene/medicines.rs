//! What the scene's pages say of diseases and drugs.

use super::*;

pub(super) fn diagnosis(n: usize, name: &str, code: &str, start: &str) -> DiagnosisLine {
    DiagnosisLine {
        marks: vec![mark(n)],
        name: name.into(),
        other_names: Vec::new(),
        notes: Vec::new(),
        code: code.into(),
        main: false,
        suspected: false,
        start: start.into(),
        end: None,
        outcome: None,
        department: Some("内科".into()),
        source: source(10),
    }
}

pub(super) fn diagnoses(year_only: bool) -> Vec<DiagnosisLine> {
    let start = |full: &str| if year_only { full[..4].to_owned() } else { full.to_owned() };
    vec![
        DiagnosisLine {
            main: true,
            marks: vec![mark(0), mark(1)],
            ..diagnosis(1, "２型糖尿病", "E11", &start("2011-06-02"))
        },
        diagnosis(1, "高血圧症", "I10", &start("2008-04-14")),
        diagnosis(0, "慢性腎臓病 ステージG3b", "N18.3", &start("2019-09-30")),
        diagnosis(0, "心房細動", "I48", &start("2023-01-20")),
        DiagnosisLine { suspected: true, ..diagnosis(0, "甲状腺機能低下症", "E03.9", &start("2026-11-14")) },
    ]
}

pub(super) fn medicine(n: usize, name: &str, dose: &str, left: &str) -> MedicineLine {
    MedicineLine {
        marks: vec![mark(n)],
        name: name.into(),
        dose: dose.into(),
        code: "YJ 2171022F1234".into(),
        left: left.into(),
        period: "2026-11-02 〜 2026-12-03（30日分）".into(),
        comment: None,
        source: source(20),
    }
}

pub(super) fn medicines(words: Words) -> Vec<MedicineGroup> {
    let left = |n| words.count("medicine-left", n);
    let group = |name: &str, lines| MedicineGroup { name: name.into(), unchecked: false, overlap: None, lines };
    vec![
        group("アムロジピン", vec![medicine(1, "アムロジピン錠 5mg「カモメ」", "1日1回 朝食後 1錠", &left(12))]),
        group("エドキサバン", vec![medicine(0, "エドキサバン錠 30mg", "1日1回 朝食後 1錠", &left(20))]),
        MedicineGroup {
            overlap: Some(words.count("medicine-overlap", 2)),
            ..group(
                "リナグリプチン",
                vec![
                    medicine(1, "リナグリプチン錠 5mg", "1日1回 朝食後 1錠", &left(12)),
                    medicine(0, "リナグリプチン錠 5mg", "1日1回 朝食後 1錠", &left(3)),
                ],
            )
        },
        MedicineGroup {
            unchecked: true,
            ..group(
                "院内製剤 保湿ローション",
                vec![medicine(0, "院内製剤 保湿ローション", "1日2回 塗布 50g", "2026-11-02 から")],
            )
        },
        group(
            "ロキソプロフェン",
            vec![MedicineLine {
                comment: Some("痛むときのみ。1日3回まで、6時間以上あけること".into()),
                ..medicine(
                    0,
                    "ロキソプロフェン錠 60mg",
                    "疼痛時 1回1錠",
                    &words.one("medicine-as-needed", "day", "2026-11-18"),
                )
            }],
        ),
    ]
}

pub(super) fn bars(words: Words) -> Bars {
    let window = (date(2026, 6, 1), date(2026, 12, 15));
    let today = date(2026, 11, 21);
    let bar = |n: usize, from: Date, to: Date, outline| {
        let told = BarTold {
            kind: words.say("calendar-row-prescription"),
            to: Some(to),
            outline,
            thin: n == 2,
            source: source(21),
        };
        Bar::between(window, from, &mark(n), told)
    };
    let row = |label: &str, marks: Vec<Mark>, look: Option<String>, bars: Vec<Option<Bar>>| {
        let days = (date(2026, 10, 26), date(2026, 11, 24));
        let overlap = OverlapBar::between(window, days, marks.clone(), &words.say("medicine-bars-overlap"), source(22));
        let overlaps = overlap.filter(|_| look.is_some());
        BarsRow::new(label.into(), marks, look, bars.into_iter().flatten().collect(), overlaps.into_iter().collect())
    };
    Bars {
        words,
        id: "bars".into(),
        from: "2026-06-01".into(),
        to: "2026-12-15".into(),
        today_x: Bars::today_in(window, today),
        rows: vec![
            row("アムロジピン", vec![mark(1)], None, vec![bar(1, date(2026, 5, 1), date(2026, 12, 3), false)]),
            row(
                "エドキサバン",
                vec![mark(0)],
                None,
                vec![
                    bar(0, date(2026, 5, 1), date(2026, 9, 20), false),
                    bar(0, date(2026, 9, 26), date(2026, 12, 11), false),
                ],
            ),
            row(
                "リナグリプチン",
                vec![mark(0), mark(1)],
                Some(words.count("medicine-overlap", 2)),
                vec![
                    bar(1, date(2026, 6, 1), date(2026, 12, 3), false),
                    bar(0, date(2026, 10, 26), date(2026, 11, 24), false),
                ],
            ),
            row("ロキソプロフェン", vec![mark(0)], None, vec![bar(0, date(2026, 11, 1), date(2026, 11, 18), true)]),
        ],
        classes: vec![ClassLine {
            class: words.one("medicine-class", "class", "1149"),
            names: ["ロキソプロフェン".into(), "セレコキシブ".into()],
            marks: vec![mark(0), mark(1)],
            from: "2026-11-01".into(),
            to: "2026-11-14".into(),
            sources: [source(23), source(24)],
        }],
    }
}
