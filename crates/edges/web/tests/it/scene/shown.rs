//! What the pages of the scene show: diseases, drugs, values, figures.

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

pub(super) fn notable(name: &str, value: &str, unit: &str, tone: Tone, when: &str, values: &[f64]) -> NotableValue {
    let points: Vec<(f64, f64)> = values.iter().enumerate().map(|(n, v)| (n as f64, *v)).collect();
    NotableValue {
        name: name.into(),
        value: value.into(),
        unit: unit.into(),
        tone,
        flag: flag(tone),
        when: when.into(),
        mark: mark(0),
        line: Sparkline::new(&points, None, Some(6.2).filter(|_| name.starts_with("HbA1c")), tone.class()),
        source: source(31),
        trend: format!("{VISIT}/laboratory?item=1"),
    }
}

pub(super) fn summary(language: Language) -> SummaryPage {
    let words = Words::new(language);
    SummaryPage {
        shell: shell(language, VISIT, true),
        frame: frame(words, Some(Tab::Summary)),
        diagnoses: Some(diagnoses(true)),
        diagnoses_total: 5,
        medicines: Some(medicines(words)),
        values: Some(vec![
            notable("HbA1c（NGSP）", "7.8", "%", Tone::High, "11-14 ▲0.4", &[7.0, 7.1, 7.2, 7.4, 7.5, 7.4, 7.8]),
            notable("eGFR", "41", "mL/min/1.73㎡", Tone::Low, "11-14 ▼3", &[52.0, 50.0, 47.0, 46.0, 44.0, 41.0]),
            notable("カリウム", "4.9", "mEq/L", Tone::Plain, "11-14", &[4.4, 4.6, 4.5, 4.8, 4.9]),
            notable("BNP", "128.4", "pg/mL", Tone::High, "11-14", &[128.4]),
        ]),
        calendar: calendar(words),
        chart: Some(chart(words, false)),
        bars: Some(bars(words)),
    }
}

pub(super) fn flag(tone: Tone) -> String {
    match tone {
        Tone::High => "H",
        Tone::Low => "L",
        _ => "",
    }
    .into()
}

pub(super) fn lab_value(text: &str, tone: Tone) -> LabValue {
    LabValue { text: text.into(), tone, flag: flag(tone), state: None, comment: None, source: source(40) }
}

pub(super) fn laboratory(language: Language) -> LaboratoryPage {
    let words = Words::new(language);
    let days = [
        (0, "2026-11-14"),
        (1, "2026-09-07"),
        (0, "2026-07-06"),
        (1, "2026-06-08"),
        (0, "2026-04-03"),
        (1, "2026-02-09"),
    ];
    let row = |name: &str, unit: &str, range: &str, values: [&str; 6], upper: f64, lower: f64| LabRow {
        name: name.into(),
        code: "3D046000001906202".into(),
        unit: unit.into(),
        specimen: "血清".into(),
        range: (!range.is_empty()).then(|| range.to_owned()),
        trend: Some(format!("{VISIT}/laboratory?item=1#trend")),
        add: (!name.starts_with("HbA1c")).then(|| format!("{VISIT}/laboratory?item=1,2#trend")),
        on: name.starts_with("HbA1c"),
        cells: values
            .into_iter()
            .map(|v| {
                let number: f64 = v.parse().unwrap_or(0.0);
                let tone = match v.parse::<f64>() {
                    Ok(_) if number > upper => Tone::High,
                    Ok(_) if number < lower => Tone::Low,
                    _ => Tone::Plain,
                };
                (!v.is_empty()).then(|| lab_value(v, tone)).into_iter().collect()
            })
            .collect(),
    };
    let mut sugar = row("HbA1c（NGSP）", "%", "4.9–6.0", ["7.8", "7.4", "7.5", "7.4", "7.2", "7.1"], 6.2, 4.6);
    if let Some(value) = sugar.cells.first_mut().and_then(|cell| cell.first_mut()) {
        value.state = Some(words.say("laboratory-state-corrected"));
        value.comment = Some("検体に溶血あり。参考値".into());
    }
    LaboratoryPage {
        shell: shell(language, VISIT, true),
        frame: frame(words, Some(Tab::Laboratory)),
        chart: Some(chart(words, true)),
        columns: days
            .into_iter()
            .map(|(n, day)| LabColumn { day: day.into(), time: Some("9:10".into()), mark: mark(n) })
            .collect(),
        groups: vec![
            LabGroup {
                heading: words.say("laboratory-field-blood"),
                rows: vec![
                    sugar,
                    row("白血球数", "/μL", "3300–8600", ["6800", "", "7200", "", "6400", ""], 8600.0, 3300.0),
                ],
            },
            LabGroup {
                heading: words.say("laboratory-field-chemistry"),
                rows: vec![
                    row(
                        "クレアチニン",
                        "mg/dL",
                        "0.46–0.79",
                        ["1.31", "1.24", "1.22", "1.18", "1.10", "1.08"],
                        0.79,
                        0.46,
                    ),
                    row("eGFR", "mL/min/1.73㎡", "60–", ["41", "44", "46", "47", "50", "52"], 999.0, 60.0),
                    row("カリウム", "mEq/L", "3.6–4.8", ["4.9", "4.8", "4.5", "4.6", "4.4", ""], 4.8, 3.6),
                    row("CRP", "mg/dL", "–0.14", ["<0.02", "0.020", "", "", "0.31", ""], 0.14, 0.0),
                ],
            },
            LabGroup {
                heading: words.say("laboratory-field-general"),
                rows: vec![row("尿蛋白", "", "−", ["1 +", "+-", "", "", "−", ""], 9.0, 0.0)],
            },
        ],
        cultures: vec![Culture {
            day: "2026-07-04".into(),
            mark: mark(0),
            specimen: "中間尿".into(),
            state: None,
            title: "一般細菌培養同定".into(),
            isolates: vec![Isolate {
                organism: "Escherichia coli".into(),
                amount: "10^5 CFU/mL".into(),
                rows: [
                    ("アンピシリン", ">16", "R", Tone::Danger),
                    ("セファゾリン", "<=2", "S", Tone::Plain),
                    ("レボフロキサシン", "4", "I", Tone::Look),
                ]
                .into_iter()
                .map(|(drug, value, verdict, tone)| Susceptibility {
                    drug: drug.into(),
                    value: value.into(),
                    verdict: verdict.into(),
                    tone,
                    source: source(41),
                })
                .collect(),
            }],
            others: Vec::new(),
            comments: Vec::new(),
            source: source(41),
        }],
        comments: vec!["採血管に溶血がみられました。".into()],
        earlier: Some(format!("{VISIT}/laboratory?page=1")),
        later: None,
        shown: 6,
    }
}

pub(super) fn course(language: Language) -> CoursePage {
    let words = Words::new(language);
    let kind = |kind: EntryKind| kind_in(words, kind);
    let line = |day: &str, time: Option<&str>, n: usize, kind: &str, title: &str, detail: Option<&str>| CourseLine {
        day: day.into(),
        time: time.map(str::to_owned),
        mark: mark(n),
        kind: kind.into(),
        title: title.into(),
        detail: detail.map(str::to_owned),
        source: source(50),
    };
    CoursePage {
        shell: shell(language, VISIT, true),
        frame: frame(words, Some(Tab::Course)),
        calendar: calendar(words),
        months: vec![
            CourseMonth {
                anchor: "m2026-11".into(),
                heading: renkei_web::dates::month(words, date(2026, 11, 1)),
                lines: vec![
                    line(
                        "11-18",
                        Some("14:30"),
                        0,
                        &kind(EntryKind::Prescription),
                        "ロキソプロフェン錠 60mg 疼痛時 1回1錠",
                        None,
                    ),
                    line(
                        "11-14",
                        Some("9:10"),
                        0,
                        &kind(EntryKind::LaboratoryReport),
                        "生化学検査・血液学検査（24項目）",
                        Some("クレアチニン 1.31 H ほか 4項目が範囲外"),
                    ),
                    line("11-14", Some("9:02"), 0, &kind(EntryKind::Visit), "循環器内科", Some("湊 一郎")),
                    line(
                        "11-02",
                        None,
                        2,
                        &kind(EntryKind::Dispensing),
                        "アムロジピン錠 5mg「カモメ」ほか 2剤（30日分）",
                        None,
                    ),
                    line("11-02", Some("10:40"), 1, &kind(EntryKind::Visit), "内科", Some("青葉 健")),
                ],
            },
            CourseMonth {
                anchor: "m2026-07".into(),
                heading: renkei_web::dates::month(words, date(2026, 7, 1)),
                lines: vec![
                    line("07-11", Some("10:45"), 0, &kind(EntryKind::Discharge), "自宅へ", Some("軽快")),
                    line(
                        "07-03",
                        Some("16:20"),
                        0,
                        &kind(EntryKind::Admission),
                        "内科　4階西病棟 401-2",
                        Some("汐見 直"),
                    ),
                ],
            },
        ],
        shown: 7,
        earlier: Some(format!("{VISIT}/course?before=2025-11")),
        later: None,
    }
}

pub(super) fn others(language: Language) -> OthersPage {
    let words = Words::new(language);
    let entry = |kind: &str, title: &str| OtherEntry {
        mark: mark(0),
        day: "2026-07-04".into(),
        kind: kind.into(),
        title: title.into(),
        state: None,
        fields: vec![
            ("検査項目".into(), "胸部単純Ｘ線（立位 正面）".into()),
            ("部位".into(), "胸部".into()),
            ("実施者".into(), "浜 光".into()),
            ("所見".into(), "心拡大あり。肺うっ血なし。".into()),
        ],
        source: source(60),
    };
    OthersPage {
        shell: shell(language, VISIT, true),
        frame: frame(words, Some(Tab::Others)),
        groups: vec![
            OtherGroup {
                anchor: "k51".into(),
                heading: kind_in(words, EntryKind::RadiologyReport),
                entries: vec![
                    entry(&kind_in(words, EntryKind::RadiologyReport), "胸部単純Ｘ線"),
                    entry(&kind_in(words, EntryKind::RadiologyReport), "腹部CT（造影）"),
                ],
                total: 2,
            },
            OtherGroup {
                anchor: "k60".into(),
                heading: kind_in(words, EntryKind::Diet),
                entries: vec![entry(&kind_in(words, EntryKind::Diet), "糖尿病食 1600kcal")],
                total: 1,
            },
        ],
    }
}

pub(super) fn source_page(language: Language) -> SourcePage {
    let words = Words::new(language);
    let field = |place: &str, meaning: &str, text: &str, on| SourceField {
        place: place.into(),
        meaning: meaning.into(),
        text: text.into(),
        on,
    };
    SourcePage {
        shell: shell(language, VISIT, true),
        frame: frame(words, None),
        mark: mark(0),
        title: "クレアチニン 1.31 mg/dL".into(),
        data_type: format!("OML-11 {}", kind_in(words, EntryKind::LaboratoryReport)),
        file: "（患者番号）_20261114_OML-11_200000000104_20261114134500000_14".into(),
        place: "OBX[3]-5".into(),
        clinical_time: Some("2026-11-14 9:10".into()),
        received: "2026-11-14 13:46".into(),
        state: None,
        fields: vec![
            field("OBX[3]-2", "値の型", "NM", false),
            field("OBX[3]-3", "検査項目", "3C015000002327101^クレアチニン^JC10", false),
            field("OBX[3]-5", "値", "1.31", true),
            field("OBX[3]-6", "単位", "mg/dL^mg/dL^ISO+", false),
            field("OBX[3]-7", "基準値範囲", "0.46 - 0.79", false),
            field("OBX[3]-8", "異常フラグ", "H", false),
            field("OBX[3]-11", "結果状態", "F", false),
        ],
    }
}

fn kind_in(words: Words, kind: EntryKind) -> String {
    (if words.is_japanese() { kind.label_ja() } else { kind.label_en() }).to_owned()
}

pub(super) fn paper(language: Language) -> PaperPage {
    let words = Words::new(language);
    let LaboratoryPage { columns, groups, .. } = laboratory(language);
    PaperPage {
        shell: shell(language, VISIT, true),
        frame: frame(words, None),
        printed: words.two("paper-printed", ("time", "2026-11-21 10:02"), ("who", "ミナト総合病院 湊 一郎")),
        allergies: vec![OtherEntry {
            mark: mark(1),
            day: String::new(),
            kind: String::new(),
            title: "ペニシリン系".into(),
            state: None,
            fields: vec![(words.say("others-reactions"), "発疹".into())],
            source: source(1),
        }],
        diagnoses: diagnoses(false),
        medicines: medicines(words),
        columns,
        groups,
        stays: Vec::new(),
        visits: Vec::new(),
        sources: vec![("ミナト総合病院".into(), Some("2026-11-21 9:50".into()))],
    }
}
