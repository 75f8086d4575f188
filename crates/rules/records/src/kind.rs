//! The kinds of clinical entry the house can hold. Each has a row in the table *record kind → matrix item*
//! (`regulation/record-kinds.toml`); a test fails when one is missing.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

macro_rules! kinds {
    ($($name:ident = $code:literal, $ja:literal, $en:literal;)+) => {
        /// What an entry is about. The number is stored; it never changes its meaning and is never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[repr(i16)]
        pub enum EntryKind { $($name = $code),+ }

        impl EntryKind {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// The stored number.
            pub fn code(self) -> i16 { self as i16 }
            pub fn from_code(code: i16) -> Option<Self> {
                match code { $($code => Some(Self::$name),)+ _ => None }
            }
            /// snake-free stable name used in TOML tables and JSON.
            pub fn name(self) -> &'static str { match self { $(Self::$name => stringify!($name)),+ } }
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $(stringify!($name) => Some(Self::$name),)+ _ => None }
            }
            pub fn label_ja(self) -> &'static str { match self { $(Self::$name => $ja),+ } }
            pub fn label_en(self) -> &'static str { match self { $(Self::$name => $en),+ } }
        }
    };
}

/// By name where people read (JSON, TOML), by stored number in the compact rows: the order of the list is free.
impl Serialize for EntryKind {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        if to.is_human_readable() { to.serialize_str(self.name()) } else { to.serialize_i16(self.code()) }
    }
}

impl<'de> Deserialize<'de> for EntryKind {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        if from.is_human_readable() {
            let name = String::deserialize(from)?;
            Self::from_name(&name).ok_or_else(|| D::Error::custom("unknown kind of entry"))
        } else {
            Self::from_code(i16::deserialize(from)?).ok_or_else(|| D::Error::custom("unknown kind of entry"))
        }
    }
}

kinds! {
    Identity = 1, "基本情報", "Identity";
    Contact = 2, "連絡先・家族", "Contacts";
    Insurance = 3, "保険", "Insurance";
    BloodType = 4, "血液型", "Blood type";
    BodyMeasure = 5, "身長・体重", "Height and weight";
    Visit = 10, "外来受診", "Outpatient visit";
    AdmissionPlan = 11, "入院予定", "Planned admission";
    Admission = 12, "入院", "Admission";
    Leave = 13, "外出・外泊", "Leave";
    LeaveReturn = 14, "外出・外泊からの帰院", "Return from leave";
    TransferPlan = 15, "転科・転棟予定", "Planned transfer";
    Transfer = 16, "転科・転棟", "Transfer";
    DischargePlan = 17, "退院予定", "Planned discharge";
    Discharge = 18, "退院", "Discharge";
    AttendingChange = 19, "担当医の変更", "Change of attending doctor";
    Diagnosis = 20, "病名", "Diagnosis";
    Allergy = 21, "アレルギー・副作用", "Allergy";
    Prescription = 30, "処方", "Prescription";
    Dispensing = 31, "調剤・処方実施", "Dispensing";
    InjectionOrder = 32, "注射オーダ", "Injection order";
    InjectionGiven = 33, "注射実施", "Injection given";
    LaboratoryOrder = 40, "検体検査オーダ", "Laboratory order";
    LaboratoryReport = 41, "検体検査結果", "Laboratory report";
    RadiologyOrder = 50, "放射線検査オーダ", "Radiology order";
    RadiologyReport = 51, "放射線検査実施", "Radiology performed";
    EndoscopyOrder = 52, "内視鏡検査オーダ", "Endoscopy order";
    EndoscopyReport = 53, "内視鏡検査実施", "Endoscopy performed";
    PhysiologyOrder = 54, "生理検査オーダ", "Physiology order";
    PhysiologyReport = 55, "生理検査結果", "Physiology result";
    Diet = 60, "食事オーダ", "Diet order";
    Other = 90, "その他の記録", "Other record";
}
