//! The scene's other pages of a record: summary, course, other entries, a source, paper.

use super::*;

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
