//! The generated storage: counts of its table of contents, names, and what its output does differently.

use serde_json::{Value, json};

use crate::{codes, fixture, inspected};

fn patient<'a>(object: &'a Value, id: &str) -> &'a Value {
    let patients = object["content"]["patients"].as_array().unwrap();
    patients.iter().find(|p| p["patient_id"] == id).unwrap()
}

/// R-A1-4.2: a standard storage is read as its description says.
#[test]
fn the_five_patients_are_read_with_their_names_and_counts() {
    let (object, verdict) = inspected(&fixture("generated"));
    assert_eq!(verdict.exit_code(), 0);
    assert_eq!(object["format"], "ssmix2-storage");
    assert_eq!(object["content"]["patients"].as_array().unwrap().len(), 5);
    for (id, name, kana, born, sex, counts) in [
        ("4523268075", "仮小林 直樹", "カリコバヤシ ナオキ", "2012-05-23", "M", [5, 13, 8, 64, 5, 1, 1]),
        ("5072922811", "仮山本 太一", "カリヤマモト タイチ", "1962-05-03", "M", [2, 6, 6, 48, 3, 1, 1]),
        ("4523262811", "仮田中 直子", "カリタナカ ナオコ", "1945-04-22", "F", [2, 6, 1, 10, 2, 0, 0]),
        ("5072927471", "仮高橋 淳", "カリタカハシ ジュン", "2023-05-28", "M", [2, 6, 3, 17, 3, 0, 0]),
        ("5072928075", "仮小林 太郎", "カリコバヤシ タロウ", "1944-02-18", "M", [1, 3, 3, 35, 1, 0, 0]),
    ] {
        let p = patient(&object, id);
        let joined = |a: &str, b: &str| format!("{} {}", p[a].as_str().unwrap(), p[b].as_str().unwrap());
        assert_eq!((joined("family", "given"), joined("family_kana", "given_kana")), (name.into(), kana.into()));
        assert_eq!((&p["birth_date"], &p["sex"]), (&json!(born), &json!(sex)));
        let names = [
            "prescription_orders",
            "prescribed_drugs",
            "lab_reports",
            "lab_values",
            "problems",
            "admissions",
            "discharges",
        ];
        for (name, count) in names.into_iter().zip(counts) {
            assert_eq!(p["counts"][name], json!(count), "{id} {name}");
        }
        assert_eq!(p["lab_values"].as_array().unwrap().len(), counts[3]);
        assert_eq!(p["drugs"].as_array().unwrap().len(), counts[1]);
    }
    assert_eq!(object["content"]["totals"]["prescribed_drugs"], 34);
    assert_eq!(object["content"]["totals"]["lab_values"], 174);
    assert_eq!(object["content"]["totals"]["visits"], 18);
    assert_eq!(object["content"]["totals"]["injection_orders"], 7);
}

#[test]
fn lists_hold_the_digits_and_codes_of_the_messages() {
    let (object, _) = inspected(&fixture("generated"));
    let p = patient(&object, "4523262811");
    assert_eq!(p["postal"], "959-1503");
    assert_eq!(p["phone"], "099-399-6354");
    assert_eq!(
        p["lab_values"][0],
        json!({"collected": "202404300922", "jlac10": "2A990000001930951", "name": "赤血球数", "type": "NM", "value": "335", "unit": ".10*4/uL"})
    );
    assert!(
        p["drugs"].as_array().unwrap().contains(
            &json!({"start": "20240430", "code": "121456701", "name": "ロスバスタチン錠２．５ｍｇ「テスト」"})
        )
    );
    assert!(
        p["problems"].as_array().unwrap().contains(&json!({"name": "２型糖尿病", "icd10": "E11", "suspected": true}))
    );
    assert_eq!(patient(&object, "5072927471")["allergies"], 2);
    assert_eq!(patient(&object, "5072922811")["admissions"], json!(["20240726114300"]));
    assert_eq!(patient(&object, "5072922811")["discharges"], json!(["20240729134300"]));
}

#[test]
fn its_known_departures_are_findings_not_errors() {
    let (object, _) = inspected(&fixture("generated"));
    let found = codes(&object);
    for code in ["line-ends", "name-caret-missing", "event-not-of-data-type", "several-current-diagnosis-files"] {
        assert!(found.contains(&code), "{code}");
    }
    let findings = object["findings"].as_array().unwrap();
    assert!(findings.iter().all(|f| f["severity"] != "error"), "{findings:#?}");
}
