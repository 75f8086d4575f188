//! The crafted patients: every fact their description names.

use renkei_ssmix2::content::{Content, Medication, OrderGroup};
use renkei_ssmix2::{DataType, TypedMessage, Verdict};
use serde_json::{Value, json};

use crate::{fixture, inspected, read_sample};

const PATIENT: &str = "crafted/standard/000/012/0000123";

fn message(name: &str) -> TypedMessage {
    let reading = read_sample(PATIENT, name);
    assert_ne!(reading.verdict, Verdict::Rejected, "{name} {:?}", reading.findings);
    reading.message.unwrap()
}

fn medication(name: &str) -> Medication {
    match message(name).content {
        Content::Medication(medication) => *medication,
        other => panic!("{other:?}"),
    }
}

fn groups(name: &str) -> Vec<OrderGroup> {
    match message(name).content {
        Content::Orders(groups) => groups,
        other => panic!("{other:?}"),
    }
}

/// R-A1-4.2: a standard storage is read as its description says.
#[test]
fn identity_address_and_current_lists_are_those_of_the_newest_files() {
    let (object, _) = inspected(&fixture("crafted/standard"));
    let patients = object["content"]["patients"].as_array().unwrap();
    let p = &patients[0];
    assert_eq!((&p["family"], &p["given"], &p["given_kana"]), (&json!("見本"), &json!("太郎"), &json!("タロウ")));
    assert_eq!((&p["birth_date"], &p["postal"]), (&json!("1970-04-05"), &json!("422-8033")));
    assert_eq!(p["address"], json!("静岡県静岡市駿河区見本町１－２－３"));
    assert_eq!(
        p["problems"],
        json!([
            {"name": "胃炎", "icd10": "K297", "suspected": false},
            {"name": "２型糖尿病", "icd10": "E11", "suspected": false},
            {"name": "急性肺炎", "icd10": "J189", "suspected": true},
        ])
    );
    // Three of ADT-61 and penicillin of ADT-00.
    assert_eq!(p["allergies"], 4);
    assert_eq!((&p["admissions"], &p["discharges"]), (&json!(["202604101000"]), &json!(["202604151045"])));
    assert_eq!(
        p["counts"],
        json!({
            "visits": 1, "admissions": 1, "discharges": 1, "prescription_orders": 2, "prescribed_drugs": 4,
            "injection_orders": 1, "injection_components": 4, "lab_reports": 1, "lab_values": 8, "problems": 3,
        })
    );
    let q = &patients[1];
    assert_eq!((&q["patient_id"], &q["family"], &q["sex"]), (&json!("AB00123"), &json!("試験"), &json!("F")));
    assert_eq!(q["address"], json!("東京都港区試験６丁目７番８号　日本ウエストビル９階"));
    assert_eq!(object["content"]["totals"]["prescription_orders"], 3);
}

#[test]
fn an_order_has_prescription_groups_and_uneven_doses() {
    let order = medication("0000123_20260401_OMP-01_000000000000101_20260401103045984_01_1");
    let rps = order.rps();
    assert_eq!(
        rps.iter().map(|rp| (rp.rp, rp.groups.len())).collect::<Vec<_>>(),
        [("000000000000101_01", 2), ("000000000000101_02", 1)]
    );
    let uneven = rps[1].groups[0].item.as_ref().unwrap();
    assert_eq!((uneven.dose.raw.as_str(), uneven.dose_max.raw.as_str()), ("1", "4"));
    let slots: Vec<&str> = uneven.instructions.iter().map(|i| i.text()).collect();
    assert_eq!(slots, ["４錠", "２錠", "１錠"]);
    assert_eq!((uneven.daily.raw.as_str(), uneven.daily.unit.text()), ("7", "錠"));
    let timing = &rps[1].groups[0].timings[0];
    assert_eq!((timing.days(), timing.usages[0].code()), (Some(7), "1013044400000000"));
    assert_eq!(timing.start.as_ref().unwrap().normalized().as_deref(), Some("2026-04-01"));
    assert_eq!(rps[0].groups[0].item.as_ref().unwrap().prescription_number, "20260401-0001");
}

#[test]
fn a_dose_that_does_not_apply_stays_so() {
    let order = medication("0000123_20260401_OMP-01_000000000000103_20260401104000000_01_1");
    let item = order.groups[0].item.as_ref().unwrap();
    assert!(item.dose.is_not_applicable());
    assert_eq!(item.dose.number(), None);
    assert_eq!(item.total.shown(), "2本");
    assert_eq!(order.groups[0].routes[0].site.text(), "左手");
}

#[test]
fn laboratory_values_keep_every_character() {
    let result = groups("0000123_20260401_OML-11_000000000000104_20260401143000500_01_1");
    assert_eq!(result.iter().map(|g| g.observations.len()).collect::<Vec<_>>(), [6, 2]);
    let values: Vec<(&str, &str)> = result
        .iter()
        .flat_map(|g| &g.observations)
        .map(|o| (o.value.as_str(), o.flags.first().map_or("", String::as_str)))
        .collect();
    assert_eq!(
        values,
        [
            ("7.2", ""),
            ("1.31", "H"),
            ("215", "H"),
            ("< 0.02", ""),
            ("1 +", ""),
            ("検体に溶血あり。Ａ&Ｂ比は参考値 (x10^3)", ""),
            ("6800", ""),
            ("7.8", "H"),
        ]
    );
    let crp = result[0].observations[3].measured().unwrap();
    assert_eq!((crp.comparator.unwrap().sign(), crp.number.as_str()), ("<", "0.02"));
    assert_eq!(result[0].observations[4].measured(), None);
    assert_eq!(result[0].observations[4].jlac10(), None);
    assert_eq!(result[0].order.as_ref().unwrap().status, "CM");
    assert_eq!(result[0].specimen.as_ref().unwrap().kind.text(), "血清");
    assert_eq!(result[1].specimen.as_ref().unwrap().id, "000000000000202");
    let preliminary = groups("0000123_20260401_OML-11_000000000000104_20260401101000000_01_2");
    assert_eq!((preliminary[0].observations.len(), preliminary[0].order.as_ref().unwrap().status.as_str()), (3, "IP"));
}

#[test]
fn orders_of_the_laboratory_have_two_specimens_and_no_values() {
    let order = groups("0000123_20260401_OML-01_000000000000104_20260401090000000_01_1");
    assert_eq!(order.len(), 2);
    assert!(order.iter().all(|g| g.order.as_ref().unwrap().control == "NW"));
    assert_eq!(
        order[0].observations.iter().map(|o| (o.status.as_str(), o.value.as_str())).collect::<Vec<_>>(),
        [("O", ""), ("O", "")]
    );
}

#[test]
fn the_stay_has_all_its_events() {
    let admitted = message("0000123_20260410_ADT-22_999999999999999_20260410101000000_01_1").visit.unwrap();
    assert_eq!(admitted.admitted.unwrap().raw, "202604101000");
    let moved = message("0000123_20260412_ADT-42_999999999999999_20260412140000000_01_1").visit.unwrap();
    assert_eq!((moved.previous_location.unwrap().point, moved.location.unwrap().point), ("3E".into(), "4W".into()));
    let leave = message("0000123_20260413_ADT-31_999999999999999_20260413100000000_01_1").visit.unwrap();
    assert_eq!(leave.expected_return.unwrap().normalized().as_deref(), Some("2026-04-14T17:00"));
    let home = message("0000123_20260415_ADT-52_999999999999999_20260415110000000_01_1").visit.unwrap();
    assert_eq!(
        (home.disposition.unwrap().code().to_owned(), home.discharged.unwrap().raw),
        ("01".into(), "202604151045".into())
    );
    let planned = message("0000123_20260410_ADT-21_999999999999999_20260405100000000_01_1").visit.unwrap();
    assert_eq!(planned.expected_discharge.unwrap().raw, "20260415");
    let cancel = message("0000123_20260409_ADT-22_999999999999999_20260409161500000_01_0");
    assert!(cancel.withdraws);
    let deleted = message("0000123_20260401_OMP-01_000000000000102_20260401113000000_01_0");
    assert!(deleted.withdraws);
}

#[test]
fn the_second_administration_starts_at_the_next_midnight() {
    let order = medication("0000123_20260410_OMP-02_000000000000111_20260410110000000_01_1");
    assert_eq!(order.groups.len(), 2);
    let start = order.groups[1].timings[0].start.clone().unwrap();
    assert_eq!((start.raw.as_str(), start.normalized().as_deref()), ("202604102400", Some("2026-04-11T00:00")));
    assert_eq!(order.groups[0].components.iter().map(|c| c.role.as_str()).collect::<Vec<_>>(), ["B", "A"]);
    let item = order.groups[0].item.as_ref().unwrap();
    assert_eq!((item.rate.raw.as_str(), item.rate.unit.text()), ("102", "ミリリッター／時間"));
    let given = medication("0000123_20260410_OMP-12_000000000000111_20260410181500000_01_1");
    assert_eq!(given.groups[0].given.len(), 2);
    let first = &given.groups[0].given[0];
    assert_eq!(
        (first.completion.as_str(), first.performers[0].family.as_str(), first.rate.as_str()),
        ("CP", "看護", "102ml/hr")
    );
    assert_eq!(first.notes[0].text(), "左手に実施");
}

#[test]
fn imaging_groups_link_child_and_study() {
    let order = groups("0000123_20260401_OMG-01_000000000000105_20260401094000000_01_1");
    let controls: Vec<&str> = order.iter().map(|g| g.order.as_ref().unwrap().control.as_str()).collect();
    assert_eq!(controls, ["NW", "PA", "CH"]);
    assert_eq!(order[2].order.as_ref().unwrap().parent_number, "000000000000105");
    assert_eq!(order[2].request.as_ref().unwrap().parent_number, "000000000000105");
    assert_eq!(order[1].observations[0].value, "63.5");
    let done = groups("0000123_20260401_OMG-11_000000000000105_20260401100500000_01_1");
    assert_eq!(done[0].images[0].study_uid, "1.2.392.200036.9999.1.1");
    assert_eq!(done[1].examinations[0].state, "RS");
    assert_eq!(done[1].images[0].modality.code(), "DX");
    let ecg = groups("0000123_20260401_OMG-13_000000000000107_20260401103000000_01_1");
    assert_eq!(ecg[0].observations[0].value, "正常範囲");
    let diet = groups("0000123_20260410_OMD_000000000000110_20260410103000000_01_1");
    assert_eq!((diet[0].diets[0].diets[0].text(), diet[0].diets[0].texts[0].as_str()), ("五分粥", "塩分控えめ"));
    assert_eq!(diet[0].timings[0].usages[0].code(), "TID");
}

#[test]
fn patient_data_hold_contacts_blood_and_insurance() {
    let Content::Demographics(all) = message("0000123_-_ADT-00_999999999999999_20260401084501123_-_1").content else {
        panic!()
    };
    assert_eq!(all.contacts[0].name.given, "花子");
    assert_eq!(all.contacts[0].work_phones[0].number, "054-000-0125");
    assert_eq!((all.abo().unwrap().value.as_str(), all.rh().unwrap().value.as_str()), ("A", "Rh+"));
    assert_eq!(all.insurances[0].insured_numbers, ["123", "4567", "01"]);
    assert_eq!(all.observations[0].measured().unwrap().number, "167.8");
    let Content::Allergies(allergies) = message("0000123_-_ADT-61_999999999999999_20260401093000000_-_1").content
    else {
        panic!()
    };
    assert_eq!(allergies.len(), 3);
    assert_eq!(allergies[1].onset_text, "小学校低学年の頃");
    assert_eq!(allergies[2].reactions, ["目のかゆみ", "くしゃみ"]);
    assert_eq!(allergies[2].onset.as_ref().unwrap().normalized().as_deref(), Some("1996-03"));
}

#[test]
fn the_second_patient_has_a_tooth_and_an_as_needed_drug() {
    let folder = "crafted/standard/AB0/012/AB00123";
    let reading = read_sample(folder, "AB00123_-_PPR-01_999999999999999_20260402093000000_-_1");
    let Content::Diagnoses(list) = reading.message.unwrap().content else { panic!() };
    assert_eq!((list[0].icd10().unwrap().code.as_str(), list[0].teeth[0].tooth.code()), ("K029", "1036"));
    let reading = read_sample(folder, "AB00123_20260402_OMP-01_000000000000901_20260402094500000_90_1");
    let message = reading.message.unwrap();
    assert_eq!(message.data_type, Some(DataType::Omp01));
    let Content::Medication(order) = message.content else { panic!() };
    let item = order.groups[0].item.as_ref().unwrap();
    assert_eq!(item.total.raw, "10");
    assert!(item.categories.iter().any(|c| c.code() == "OHO"));
}

#[test]
fn the_transaction_file_has_eight_records_of_which_one_deletes() {
    let (object, _) = inspected(&fixture("crafted/transaction/2026/TR_20260401000000000_00001.DAT"));
    assert_eq!(object["format"], "ssmix2-transaction");
    assert_eq!(object["content"]["totals"], json!({"records": 8, "inserted": 7, "deleted": 1, "unreadable": 0}));
    let entries = object["content"]["entries"].as_array().unwrap();
    assert_eq!((&entries[5]["operation"], &entries[5]["data_type"]), (&json!("DEL"), &json!("OMP-01")));
    assert_eq!(entries[2]["message_type"], "PPR^ZD1^PPR_ZD1");
}

#[test]
fn the_extended_storage_is_listed_as_titled_documents() {
    let (object, _) = inspected(&fixture("crafted/extended"));
    let documents = object["content"]["documents"].as_array().unwrap();
    let current: Vec<(&Value, &Value)> =
        documents.iter().filter(|d| d["current"] == true).map(|d| (&d["title"], &d["format"])).collect();
    assert_eq!(current.len(), 3);
    assert!(current.contains(&(&json!("退院サマリ"), &json!("xml"))));
    assert!(current.contains(&(&json!("同意説明書"), &json!("pdf"))));
    let old = documents.iter().find(|d| d["condition"] == "2").unwrap();
    assert_eq!((&old["current"], &old["occurred"]), (&json!(false), &json!("20260415120000000")));
}
