//! Culture and susceptibility.

use crate::scene::*;
use renkei_records::body::*;
use renkei_records::views::cultures::cultures;
use renkei_records::views::laboratory::{TableQuery, laboratory_table};
use renkei_records::*;

const CULTURE: &str = "6B010000006174311";

fn organism(sub_id: &str, code: &str, name: &str) -> LaboratoryValue {
    let mut v = value(CULTURE, "培養同定", "", "", "");
    v.coded = Some(CodedValue::one(code, name, "JANIS"));
    v.sub_id = sub_id.into();
    v
}

fn amount(sub_id: &str, raw: &str) -> LaboratoryValue {
    let mut v = value(CULTURE, "菌量", raw, "", "");
    v.sub_id = sub_id.into();
    v
}

fn susceptibility(parent: Option<&str>, drug: &str, raw: &str, flag: &str) -> LaboratoryGroup {
    let mut v = value("6C105000006178501", drug, raw, "ug/mL", "");
    v.flag = flag.into();
    let parent = ParentResult {
        code: CodedValue::one(CULTURE, "培養同定", "JC10"),
        sub_id: parent.unwrap_or("9").to_owned(),
        value: "不明菌".to_owned(),
    };
    LaboratoryGroup { values: vec![v], parent: Some(parent), ..LaboratoryGroup::default() }
}

#[test]
fn susceptibilities_stand_under_the_organism_that_their_parent_names() {
    let culture = LaboratoryGroup {
        item: CodedValue::text("一般細菌培養"),
        collected: time("202604100900"),
        values: vec![
            organism("1", "1301", "S.aureus"),
            amount("1", "2+"),
            organism("2", "2002", "E.coli"),
            amount("2", "1 +"),
        ],
        ..LaboratoryGroup::default()
    };
    let groups = vec![
        culture,
        susceptibility(Some("2"), "LVFX", "<=0.5", "S"),
        susceptibility(Some("1"), "MPIPC", ">2", "R"),
        susceptibility(None, "VCM", "1", "S"),
    ];
    let record = patient(vec![vec![report_of(1, "202604100900", groups)]]);
    let found = cultures(&record);
    let main = found.iter().find(|c| c.item == "一般細菌培養").unwrap();
    let shown: Vec<_> = main
        .organisms
        .iter()
        .map(|o| {
            let s = &o.susceptibilities[0];
            (o.name.as_str(), o.amounts[0].as_str(), s.drug.as_str(), s.value.as_str(), s.flag.as_str())
        })
        .collect();
    assert_eq!(shown, [("S.aureus", "2+", "MPIPC", ">2", "R"), ("E.coli", "1 +", "LVFX", "<=0.5", "S")]);
    // What names an organism that is not there is shown and tied to nothing.
    let lost = found.iter().find(|c| c.organisms.is_empty()).unwrap();
    assert_eq!((lost.others[0].drug.as_str(), lost.item.contains("不明菌")), ("VCM", true));
    assert!(laboratory_table(&record, &TableQuery::default()).rows.is_empty());
}
