//! PID: who the patient is, as this message writes it (SS-MIX2 usage of PID; all messages carry one).

use renkei_hl7v2::{Address, Names, PersonName, Phone, Segment, State, contact, name::NameIssue};
use serde::{Deserialize, Serialize};

use crate::context::{Context, addresses, id, phones};
use crate::value::Time;

/// PID of one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// PID-3, the institution's number.
    pub patient_id: String,
    /// PID-5, the ideographic form.
    pub name: PersonName,
    /// PID-5, the reading.
    pub kana: PersonName,
    /// PID-7.
    pub birth_date: Option<Time>,
    /// PID-8 as sent: F M O U A N.
    pub sex: String,
    pub addresses: Vec<Address>,
    pub address_state: State,
    /// PID-13.
    pub home_phones: Vec<Phone>,
    pub home_phone_state: State,
    /// PID-14.
    pub work_phones: Vec<Phone>,
    pub work_phone_state: State,
    /// PID-33.
    pub updated: Option<Time>,
}

/// Printed limit of a patient number and what real senders need.
const PATIENT_ID_MAX_CHARS: usize = 15;

impl Patient {
    pub(crate) fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        let patient_id = contact::patient_number(&segment.field(3));
        if patient_id.chars().count() > PATIENT_ID_MAX_CHARS {
            context.note(
                "field-too-long",
                segment.place(3),
                "患者番号が規格の長さを超えています。切り詰めずに残しました。",
            );
        }
        let names = Names::read(&segment.field(5));
        names_issues(&names, segment, 5, context);
        let birth_date = context.time(segment, 7);
        if birth_date.is_none() {
            let text = "生年月日（PID-7）がありません。ほかの欄の日付からは補いません。";
            context.warning("birth-date-missing", segment.place(7), text);
        }
        let sex = id(segment, 8);
        if !sex.is_empty() && !matches!(sex.as_str(), "F" | "M" | "O" | "U" | "A" | "N") {
            context.warning("sex-code-unknown", segment.place(8), "性別のコードが表にありません。");
        }
        Self {
            patient_id,
            name: names.kanji,
            kana: names.kana,
            birth_date,
            sex,
            addresses: addresses(segment, 11),
            address_state: segment.field(11).state(),
            home_phones: phones(segment, 13),
            home_phone_state: segment.field(13).state(),
            work_phones: phones(segment, 14),
            work_phone_state: segment.field(14).state(),
            updated: context.time(segment, 33),
        }
    }
}

/// Notes what was irregular about a name, without the name.
pub(crate) fn names_issues(names: &Names, segment: &Segment<'_>, field: u16, context: &mut Context) {
    for issue in &names.issues {
        let place = segment.place(field);
        match issue {
            NameIssue::CaretMissing => {
                context.note(
                    "name-caret-missing",
                    place,
                    "氏名の区切りが一つ足りません。種別の位置を補って読みました。",
                );
            }
            NameIssue::SplitAtSpace => {
                context.note("name-split-at-space", place, "姓と名が一つの欄にあります。空白で分けました。");
            }
            NameIssue::RepresentationGuessed => {
                context.note(
                    "name-representation-guessed",
                    place,
                    "漢字・カナの別が書かれていません。文字から判断しました。",
                );
            }
            NameIssue::Substitute => {
                let text = "氏名に代わりの文字（■、〓、外字）があります。正しい文字は送信元に確かめてください。";
                context.warning("name-substitute-character", place, text);
            }
        }
    }
}
