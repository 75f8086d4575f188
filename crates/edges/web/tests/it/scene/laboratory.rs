//! The scene's laboratory values.

use super::*;

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
