//! Whether a message agrees with the name of its file: care date and order number (SS-MIX2 guideline, care date rules).
//!
//! A disagreement is reported, never repaired: the folder says under which record the file is kept.

use std::collections::BTreeSet;

use renkei_hl7v2::{Message, Moment};

use crate::context::{Context, entity};
use crate::data_type::{DataType, Event};
use crate::filename::FileName;

pub(crate) fn check(message: &Message, name: &FileName, row: Option<&Event>, context: &mut Context) {
    care_date(message, name, row, context);
    order_number(message, name, context);
}

fn care_date(message: &Message, name: &FileName, row: Option<&Event>, context: &mut Context) {
    let Some(row) = row else { return };
    let Some(source) = row.care_date else {
        if name.care_date != "-" {
            context.note(
                "care-date-unexpected",
                "MSH-9",
                "診療日のないデータ種別ですが、ファイル名に診療日があります。",
            );
        }
        return;
    };
    let dates = message.all(source.segment).filter_map(|segment| {
        let raw = segment.field(source.field).component(1).id().into_owned();
        Moment::parse(&raw).is_some().then(|| (raw.chars().take(8).collect::<String>(), segment.place(source.field)))
    });
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for (date, place) in dates {
        if seen.is_empty() && date != name.care_date {
            context.note("care-date-mismatch", place, "電文の日付が、ファイル名の診療日と違います。");
        } else if !seen.is_empty() && !seen.contains(&date) {
            context.note("care-date-varies", place, "一つの電文の中に、違う診療日があります。");
        }
        seen.insert(date);
    }
}

fn order_number(message: &Message, name: &FileName, context: &mut Context) {
    // Diagnoses and patient data have no order; children of an imaging order have numbers of their own.
    if matches!(name.kind(), None | Some(DataType::Ppr01)) {
        return;
    }
    let Some(orc) = message.segment("ORC") else { return };
    let number = entity(&orc, 2);
    let bare = |text: &str| text.trim_start_matches('0').to_owned();
    if !number.is_empty() && bare(&number) != bare(&name.order_number) {
        context.note("order-number-mismatch", orc.place(2), "電文のオーダ番号が、ファイル名のオーダ番号と違います。");
    }
}
