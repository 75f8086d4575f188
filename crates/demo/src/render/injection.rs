//! OMP-02 injection orders (drugs in RXC) and OMP-12 what was given (ssmix2.md section 5.9).

use super::envelope::{Flag, Form, Minute, OrcExtra, Setting, Sheet, Xcn};
use crate::courses::drugs::{Drug, product};
use crate::region::staff::Staff;
use jiff::civil::DateTime;

const ORDER: Form = Form { data_type: "OMP-02", message: "RDE^O11^RDE_O11" };
const GIVEN: Form = Form { data_type: "OMP-12", message: "RAS^O17^RAS_O17" };

/// One infusion: a base fluid, additives, from when to when.
#[derive(Debug, Clone)]
pub struct Infusion {
    pub drugs: Vec<&'static Drug>,
    pub volume_ml: u32,
    pub from: DateTime,
    pub to: DateTime,
}

/// Writes the order and, when a nurse is named, the administration under the same order number.
pub fn infusion(
    sheet: &mut Sheet<'_>,
    setting: &Setting,
    content: &[Infusion],
    at: DateTime,
    given_by: Option<&'static Staff>,
) {
    let order = sheet.order_number();
    let mut text = sheet.begin(ORDER, at);
    sheet.pid(&mut text, true, None);
    sheet.pv1(&mut text, setting);
    for (nth, infusion) in content.iter().enumerate() {
        let link = format!("{order}_01_{:03}", nth + 1);
        sheet.orc(&mut text, "NW", &order, setting, at, OrcExtra { group: &link, ..OrcExtra::default() });
        text.segment("RXE").put(2, "00^一般^99I02").put(3, infusion.volume_ml).put(5, "ML^ミリリットル^MR9P");
        text.put(6, "INJ^注射剤^MR9P").put(15, &order).put(21, "IHP^入院処方^MR9P~FTP^定時処方^99I01");
        if let Some((ward, ..)) = setting.ward {
            text.put(42, format_args!("{ward}^^^^^N"));
        }
        text.segment("TQ1").put(1, 1).put(7, Minute(infusion.from)).put(8, Minute(infusion.to));
        text.segment("RXR").put(1, "IV^静脈内^HL70162").put(3, "IVP^点滴ポンプ^HL70164");
        for (nth, drug) in infusion.drugs.iter().enumerate() {
            let product = product(drug, sheet.chart.institution);
            text.segment("RXC").put(1, if nth == 0 { "B" } else { "A" });
            text.put(2, format_args!("{}^{}^HOT9", product.hot9, product.name)).put(3, 1);
            text.put(4, format_args!("{}^{}^MR9P", drug.unit.0, drug.unit.1));
            text.put(7, format_args!("{}^{}^YJ", product.yj, product.name));
        }
    }
    let key = sheet.key(&order, Some(at.date()), at, setting.department, Flag::Current);
    sheet.file(ORDER, key, text);
    if let Some(nurse) = given_by {
        given(sheet, setting, content, &order, at, nurse);
    }
}

fn given(
    sheet: &mut Sheet<'_>,
    setting: &Setting,
    content: &[Infusion],
    order: &str,
    ordered: DateTime,
    nurse: &'static Staff,
) {
    let Some(sent) = content.last().map(|i| i.to) else { return };
    let mut text = sheet.begin(GIVEN, sent);
    sheet.pid(&mut text, false, None);
    sheet.pv1(&mut text, setting);
    for (nth, infusion) in content.iter().enumerate() {
        let link = format!("{order}_01_{:03}", nth + 1);
        sheet.orc(&mut text, "NW", order, setting, ordered, OrcExtra { group: &link, ..OrcExtra::default() });
        for drug in &infusion.drugs {
            let product = product(drug, sheet.chart.institution);
            text.segment("RXA").put(1, 0).put(2, 1).put(3, Minute(infusion.from)).put(4, Minute(infusion.to));
            text.put(5, format_args!("{0}^{1}^HOT9^{2}^{1}^YJ", product.hot9, product.name, product.yj)).put(6, 1);
            text.put(7, format_args!("{}^{}^MR9P", drug.unit.0, drug.unit.1)).put(10, Xcn(nurse));
            text.put(11, setting.location()).put(20, "CP").put(22, Minute(infusion.to));
        }
        text.segment("RXR").put(1, "IV^静脈内^HL70162").put(3, "IVP^点滴ポンプ^HL70164");
    }
    let day = content.first().map_or(sent.date(), |i| i.from.date());
    let key = sheet.key(order, Some(day), sent, setting.department, Flag::Current);
    sheet.file(GIVEN, key, text);
}
