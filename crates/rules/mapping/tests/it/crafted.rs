//! The hand-made storage: the facts of its description, with the characters of the messages.

use crate::{body, of_kind, patient, valid};
use renkei_records::body::{AllergySource, ComponentRole, ResultStatus};
use renkei_records::{Condition, EntryKind, EntryState, Message, SourcePlace};

const PATIENT: &str = "0000123";

fn storage() -> Vec<Message> {
    patient("crafted/standard", PATIENT)
}

/// R-A1-4.2: basic information arrives with contacts, insurance, blood and body, each as an entry of its kind.
#[test]
fn the_newest_basic_information_holds_name_address_contact_insurance_and_body() {
    let all = storage();
    let message = valid(&all, "ADT-00", "");
    let identity = body!(of_kind(message, EntryKind::Identity)[0], Identity);
    assert_eq!((identity.patient_number.as_str(), identity.sex.as_str()), (PATIENT, "M"));
    assert_eq!((identity.name.kanji(), identity.name.kana()), ("見本 太郎".into(), "ミホン タロウ".into()));
    assert_eq!(identity.birth_date.as_ref().unwrap().raw, "19700405");
    assert_eq!((identity.addresses[0].postal.as_str(), identity.addresses[0].usage.as_str()), ("422-8033", "H"));
    assert!(identity.addresses[0].text.starts_with("静岡県静岡市駿河区見本町"));
    assert_eq!((identity.phones[0].number.as_str(), identity.phones[0].usage.as_str()), ("054-000-0123", "PRN"));
    assert_eq!(identity.disabled, "N");
    let contact = body!(of_kind(message, EntryKind::Contact)[0], Contact);
    assert_eq!((contact.name.kanji(), contact.relation.shown()), ("見本 花子".into(), "配偶者"));
    assert_eq!((contact.phones[1].number.as_str(), contact.employer.as_str()), ("054-000-0125", "見本商事株式会社"));
    let insurance = body!(of_kind(message, EntryKind::Insurance)[0], Insurance);
    assert_eq!((insurance.insurer_number.as_str(), insurance.kind.shown()), ("06139999", "組合管掌健康保険"));
    assert_eq!(insurance.insured_numbers, ["123", "4567", "01"]);
    let blood = body!(of_kind(message, EntryKind::BloodType)[0], BloodType);
    assert_eq!((blood.abo.as_ref().unwrap().shown(), blood.rh.as_ref().unwrap().codes[0].code.as_str()), ("A", "+"));
    let measures = of_kind(message, EntryKind::BodyMeasure);
    let shown: Vec<String> = measures.iter().map(|e| body!(e, BodyMeasure).value.shown()).collect();
    assert_eq!(shown, ["167.8cm", "63.5kg"]);
    let allergy = body!(of_kind(message, EntryKind::Allergy)[0], Allergy);
    assert_eq!((allergy.source, allergy.allergen.shown()), (AllergySource::Al1, "ペニシリン"));
    let versions = all.iter().filter(|m| m.key.data_type == "ADT-00").map(|m| m.condition);
    assert_eq!(versions.filter(|c| *c == Condition::Superseded).count(), 1);
}

#[test]
fn three_diagnoses_arrive_with_their_states() {
    let all = storage();
    let message = valid(&all, "PPR-01", "");
    let entries = of_kind(message, EntryKind::Diagnosis);
    let diagnoses: Vec<_> = entries.iter().map(|e| body!(e, Diagnosis)).collect();
    let facts: Vec<_> = diagnoses
        .iter()
        .map(|d| {
            (
                d.name(),
                d.icd10.code.as_str(),
                d.resolved.as_ref().map(|t| t.raw.as_str()),
                d.is_main(),
                d.is_suspected(),
            )
        })
        .collect();
    assert_eq!(
        facts,
        [
            ("胃炎", "K297", Some("20260331"), false, false),
            ("２型糖尿病", "E11", None, true, false),
            ("急性肺炎", "J189", None, false, true),
        ]
    );
    let first = diagnoses[0];
    assert_eq!((first.icd10.version.as_str(), first.diagnosis_type.code.as_str()), ("2013", "O"));
    assert_eq!((first.instance.as_str(), first.outcome.shown()), ("000000000000001", "回復せず"));
    assert_eq!(
        (first.doctor.shown(), first.department.shown(), first.setting.as_str()),
        ("医師 一郎".into(), "内科", "O")
    );
    assert!(first.comments.is_empty(), "{:?}", first.comments);
    assert_eq!(entries[0].effective.as_ref().unwrap().raw, "20260301");
    assert_eq!(entries[1].place, SourcePlace::segment("PRB", 2));
}

#[test]
fn three_allergies_arrive_with_severity_reactions_and_onset_in_words() {
    let all = storage();
    let message = valid(&all, "ADT-61", "");
    let entries = of_kind(message, EntryKind::Allergy);
    let facts: Vec<_> = entries
        .iter()
        .map(|e| body!(e, Allergy))
        .map(|a| (a.allergen.shown(), a.severity.shown(), a.reactions.join("・"), a.onset_text.as_str()))
        .collect();
    assert_eq!(
        facts,
        [
            ("アリナミン", "中等度", "のどの渇き".to_owned(), ""),
            ("ソバ", "重度", "アナフィラキシー".to_owned(), "小学校低学年の頃"),
            ("花粉", "軽度", "目のかゆみ・くしゃみ".to_owned(), ""),
        ]
    );
    assert_eq!(entries[2].effective.as_ref().unwrap().raw, "199603");
    assert!(entries.iter().all(|e| body!(e, Allergy).source == AllergySource::Iam));
}

#[test]
fn order_101_has_three_drugs_in_two_groups_and_an_uneven_dose() {
    let all = storage();
    let entry = of_kind(valid(&all, "OMP-01", "101"), EntryKind::Prescription)[0];
    let order = body!(entry, Prescription);
    let groups: Vec<(&str, usize)> = order.groups.iter().map(|g| (g.id.as_str(), g.drugs.len())).collect();
    assert_eq!(groups, [("000000000000101_01_001", 2), ("000000000000101_02_001", 1)]);
    let uneven = &order.groups[1].drugs[0];
    assert_eq!((uneven.dose_min.shown(), uneven.dose_max.shown()), ("1錠".into(), "4錠".into()));
    assert_eq!(uneven.instructions.iter().map(|i| i.shown()).collect::<Vec<_>>(), ["４錠", "２錠", "１錠"]);
    assert_eq!((uneven.total.raw.as_str(), uneven.daily.shown()), ("49", "7錠".into()));
    let timing = &order.groups[0].timings[0];
    assert_eq!(timing.usages[0].shown(), "内服・経口・１日３回朝昼夕食後");
    assert_eq!((timing.duration.raw.as_str(), timing.duration.unit.code.as_str()), ("5", "d"));
    assert_eq!((timing.start.as_ref().unwrap().raw.as_str(), timing.route.shown()), ("2026040100", "口"));
    assert_eq!((order.prescription_number.as_str(), order.head.doctor.shown()), ("20260401-0001", "医師 一郎".into()));
    assert_eq!(entry.effective.as_ref().unwrap().raw, "20260401103045");
    assert_eq!(order.groups[0].drugs[1].place, SourcePlace::segment("RXE", 2));
}

#[test]
fn an_ointment_keeps_that_its_dose_does_not_apply() {
    let all = storage();
    let order = body!(of_kind(valid(&all, "OMP-01", "103"), EntryKind::Prescription)[0], Prescription);
    let drug = &order.groups[0].drugs[0];
    assert_eq!(drug.dose_min.raw, "\"\"");
    assert!(drug.dose_min.is_not_applicable() && drug.is_external() && order.is_for_outside_pharmacy());
    assert_eq!((drug.total.shown(), drug.form.shown()), ("2本".into(), "軟膏"));
    assert_eq!(order.groups[0].timings[0].site.shown(), "左手");
}

#[test]
fn a_deleted_order_is_kept_as_deleted_and_withdrawn() {
    let all = storage();
    let deleted: Vec<&Message> = all.iter().filter(|m| m.key.order_number.ends_with("102")).collect();
    assert_eq!(deleted.len(), 2);
    assert!(deleted.iter().all(|m| m.condition == Condition::Deleted));
    let withdrawal = deleted.iter().find(|m| m.occurred == "20260401113000000").unwrap();
    assert_eq!(withdrawal.entries[0].state, EntryState::Cancelled);
}

#[test]
fn what_was_dispensed_names_its_group_and_who_did_it() {
    let all = storage();
    let entry = of_kind(valid(&all, "OMP-11", "101"), EntryKind::Dispensing)[0];
    let body = body!(entry, Dispensing);
    let given = &body.given[0];
    assert_eq!((given.group.as_str(), given.completion.as_str()), ("000000000000101_01_001", "CP"));
    assert_eq!(
        (given.performer.shown(), given.amount.shown(), given.route.shown()),
        ("看護 花子".into(), "1錠".into(), "口")
    );
    assert_eq!((entry.state, entry.effective.as_ref().unwrap().raw.as_str()), (EntryState::Active, "202604011930"));
}

/// R-A1-4.2: laboratory values keep the characters sent.
#[test]
fn the_final_laboratory_report_holds_its_values_as_sent() {
    let all = storage();
    let entry = of_kind(valid(&all, "OML-11", "104"), EntryKind::LaboratoryReport)[0];
    let report = body!(entry, LaboratoryReport);
    assert_eq!((entry.state, entry.effective.as_ref().unwrap().raw.as_str()), (EntryState::Final, "202604010915"));
    let groups: Vec<_> =
        report.groups.iter().map(|g| (g.item.shown(), g.specimen.kind.shown(), g.values.len())).collect();
    assert_eq!(groups, [("生化学的検査", "血清", 6), ("血液学的検査", "全血(添加物入り)", 2)]);
    let values: Vec<_> = report.groups.iter().flat_map(|g| &g.values).collect();
    let shown: Vec<(&str, &str)> = values.iter().map(|v| (v.value.as_str(), v.flag.as_str())).collect();
    assert_eq!(
        shown,
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
    assert_eq!((values[1].range.as_str(), values[1].unit.code.as_str()), ("0.65-1.07", "mg/dL"));
    assert_eq!((values[1].jlac10(), values[4].jlac10()), (Some("3C015000002327101"), None));
    assert!(values.iter().all(|v| v.status == ResultStatus::Final));
    assert_eq!(values[3].measured().unwrap().number, 0.02);
    assert_eq!(values[4].measured(), None);
    assert_eq!(values[6].place, SourcePlace::segment("OBX", 7));
    assert_eq!(report.groups[0].reported.as_ref().unwrap().raw, "20260401143000");
    assert_eq!(
        (report.groups[0].head.status.as_str(), report.groups[0].head.filler_number.as_str()),
        ("CM", "000000000000201")
    );
}

#[test]
fn an_injection_keeps_its_hour_24_and_what_is_mixed() {
    let all = storage();
    let order = body!(of_kind(valid(&all, "OMP-02", "111"), EntryKind::InjectionOrder)[0], InjectionOrder);
    assert_eq!(order.sets.len(), 2);
    let second = &order.sets[1];
    let start = second.timings[0].start.as_ref().unwrap();
    assert_eq!((start.raw.as_str(), start.shown()), ("202604102400", "2026-04-11 00:00".into()));
    let mixed: Vec<_> = second.components.iter().map(|c| (c.role, c.amount.shown())).collect();
    assert_eq!(mixed, [(ComponentRole::Base, "1本".into()), (ComponentRole::Additive, "1アンプル".into())]);
    assert_eq!(
        (second.volume.shown(), second.rate.raw.as_str(), second.rate_per.as_str()),
        ("510ミリリットル".into(), "102", "H1")
    );
    assert_eq!((second.timings[0].route.shown(), second.timings[0].device.shown()), ("静脈内", "点滴ポンプ"));
    let lines: Vec<(&str, &str)> = second.observations.iter().map(|l| (l.label.as_str(), l.value.as_str())).collect();
    assert_eq!(lines, [("剤形", "注射剤"), ("指示", "５時間一定速度で"), ("払出し先", "3E")]);
    let given = body!(of_kind(valid(&all, "OMP-12", "111"), EntryKind::InjectionGiven)[0], InjectionGiven);
    assert_eq!(given.given.len(), 2);
    assert_eq!((given.given[0].rate.as_str(), given.given[0].notes[0].shown()), ("102ml/hr", "左手に実施"));
    assert_eq!(given.given[1].device.shown(), "点滴ポンプ");
}

#[test]
fn the_stay_has_admission_transfer_leave_and_discharge() {
    let all = storage();
    let effective = |data_type: &str, kind: EntryKind| {
        let entry = of_kind(valid(&all, data_type, ""), kind)[0];
        (entry.state, entry.effective.as_ref().unwrap().raw.to_string())
    };
    use EntryState::{Active, Planned};
    assert_eq!(effective("ADT-12", EntryKind::Visit), (Active, "202604010845".into()));
    assert_eq!(effective("ADT-21", EntryKind::AdmissionPlan), (Planned, "202604101000".into()));
    assert_eq!(effective("ADT-22", EntryKind::Admission), (Active, "202604101000".into()));
    assert_eq!(effective("ADT-01", EntryKind::AttendingChange), (Active, "202604101000".into()));
    assert_eq!(effective("ADT-42", EntryKind::Transfer), (Active, "20260412140000".into()));
    assert_eq!(effective("ADT-31", EntryKind::Leave), (Active, "20260413100000".into()));
    assert_eq!(effective("ADT-32", EntryKind::LeaveReturn), (Active, "20260414163000".into()));
    assert_eq!(effective("ADT-52", EntryKind::Discharge), (Active, "202604151045".into()));
    let transfer = body!(of_kind(valid(&all, "ADT-42", ""), EntryKind::Transfer)[0], Encounter);
    assert_eq!((transfer.location.shown(), transfer.previous_location.shown()), ("4W 401 2".into(), "3E 305 1".into()));
    let leave = body!(of_kind(valid(&all, "ADT-31", ""), EntryKind::Leave)[0], Encounter);
    assert_eq!(leave.expected_return.as_ref().unwrap().raw, "202604141700");
    let cancelled = all.iter().find(|m| m.occurred == "20260409161500000").unwrap();
    assert_eq!((cancelled.condition, cancelled.entries[0].state), (Condition::Deleted, EntryState::Cancelled));
}

#[test]
fn radiology_names_study_and_exposure_and_physiology_its_finding() {
    let all = storage();
    let image = body!(of_kind(valid(&all, "OMG-11", "105"), EntryKind::RadiologyReport)[0], Titled);
    assert_eq!((image.title.as_str(), image.study_uid.as_str()), ("Ｘ線単純撮影", "1.2.392.200036.9999.1.1"));
    assert_eq!((image.accession.as_str(), image.requested_procedure.as_str()), ("A202604010001", "P0001"));
    assert_eq!(image.modality.code, "DX");
    let lines: Vec<(&str, &str, &str)> =
        image.lines.iter().map(|l| (l.label.as_str(), l.value.as_str(), l.status.as_str())).collect();
    assert!(lines.contains(&("項目", "胸部.Ｘ線単純撮影.立位正面(A→P)", "")), "{lines:?}");
    assert!(lines.contains(&("手技", "胸部.Ｘ線単純撮影.立位正面(A→P)", "RS")));
    assert_eq!(lines.iter().filter(|l| l.0 == "優先度").count(), 1);
    let heart = of_kind(valid(&all, "OMG-13", "107"), EntryKind::PhysiologyReport)[0];
    let body = body!(heart, Titled);
    assert_eq!((heart.state, body.title.as_str()), (EntryState::Final, "標準１２誘導心電図"));
    assert_eq!(body.findings, ["心電図所見：正常範囲"]);
    let rate = body.lines.iter().find(|l| l.label == "心拍数").unwrap();
    assert_eq!(
        (rate.value.as_str(), rate.unit.code.as_str(), rate.place),
        ("67", "bpm", SourcePlace::field("OBX", 2, 5))
    );
    let weight = body!(of_kind(valid(&all, "OMG-01", "105"), EntryKind::RadiologyOrder)[0], Titled);
    assert!(weight.lines.iter().any(|l| l.label == "体重" && l.value == "63.5" && l.unit.code == "kg"));
}

#[test]
fn a_diet_order_says_what_when_and_how() {
    let all = storage();
    let entry = of_kind(valid(&all, "OMD", "110"), EntryKind::Diet)[0];
    let body = body!(entry, Titled);
    assert_eq!((body.title.as_str(), entry.effective.as_ref().unwrap().raw.as_str()), ("五分粥", "2026041012"));
    let lines: Vec<(&str, &str)> = body.lines.iter().map(|l| (l.label.as_str(), l.value.as_str())).collect();
    for line in [("食事", "五分粥"), ("食事の指示", "塩分控えめ"), ("用法", "１日３回"), ("開始", "2026041012")]
    {
        assert!(lines.contains(&line), "{line:?} in {lines:?}");
    }
}

#[test]
fn a_tooth_and_an_as_needed_drug_for_an_outside_pharmacy_arrive() {
    let all = patient("crafted/standard", "AB00123");
    let diagnosis = body!(of_kind(valid(&all, "PPR-01", ""), EntryKind::Diagnosis)[0], Diagnosis);
    assert_eq!((diagnosis.icd10.code.as_str(), diagnosis.teeth[0].codes[0].code.as_str()), ("K029", "1036"));
    let order = body!(of_kind(valid(&all, "OMP-01", "901"), EntryKind::Prescription)[0], Prescription);
    assert!(order.is_for_outside_pharmacy());
    assert_eq!(order.groups[0].drugs[0].total.shown(), "10錠");
    assert_eq!(order.groups[0].timings[0].usages[0].shown(), "内服・経口・疼痛時");
}

#[test]
fn every_stored_message_reads_back_as_it_was() {
    for message in storage() {
        assert_eq!(Message::decode(&message.encode().unwrap()).unwrap(), message);
    }
}
