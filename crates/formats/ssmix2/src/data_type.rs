//! The 26 data types of the standard storage and the events each of them carries (SS-MIX2 guideline, list of data types).
//!
//! A data type cannot be told from the message type alone (RDE^O11 is a prescription or an injection), so the folder and
//! the file name say it and MSH-9 is checked against the table here.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! data_types {
    ($($name:ident = $code:literal, $ja:literal, dated $dated:literal;)+) => {
        /// データ種別.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DataType { $($name),+ }

        impl DataType {
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
            /// The code of folders and file names, `OML-11`.
            pub fn code(self) -> &'static str { match self { $(Self::$name => $code),+ } }
            /// `None` for types the guideline does not list; they are kept raw.
            pub fn parse(code: &str) -> Option<Self> { match code { $($code => Some(Self::$name),)+ _ => None } }
            pub fn label_ja(self) -> &'static str { match self { $(Self::$name => $ja),+ } }
            /// Whether files of the type lie in a folder of a care date (else in `-`).
            pub fn has_care_date(self) -> bool { match self { $(Self::$name => $dated),+ } }
        }
    };
}

data_types! {
    Adt00 = "ADT-00", "患者基本情報", dated false;
    Adt01 = "ADT-01", "担当医の変更", dated false;
    Adt12 = "ADT-12", "外来診察の受付", dated true;
    Adt21 = "ADT-21", "入院予定", dated true;
    Adt22 = "ADT-22", "入院実施", dated true;
    Adt31 = "ADT-31", "外出泊実施", dated true;
    Adt32 = "ADT-32", "外出泊帰院実施", dated true;
    Adt41 = "ADT-41", "転科・転棟予定", dated true;
    Adt42 = "ADT-42", "転科・転棟実施", dated true;
    Adt51 = "ADT-51", "退院予定", dated true;
    Adt52 = "ADT-52", "退院実施", dated true;
    Adt61 = "ADT-61", "アレルギー情報", dated false;
    Ppr01 = "PPR-01", "病名（歴）情報", dated false;
    Omd = "OMD", "食事オーダ", dated true;
    Omp01 = "OMP-01", "処方オーダ", dated true;
    Omp11 = "OMP-11", "処方実施通知", dated true;
    Omp02 = "OMP-02", "注射オーダ", dated true;
    Omp12 = "OMP-12", "注射実施通知", dated true;
    Oml01 = "OML-01", "検体検査オーダ", dated true;
    Oml11 = "OML-11", "検体検査結果通知", dated true;
    Omg01 = "OMG-01", "放射線検査オーダ", dated true;
    Omg11 = "OMG-11", "放射線検査の実施通知", dated true;
    Omg02 = "OMG-02", "内視鏡検査オーダ", dated true;
    Omg12 = "OMG-12", "内視鏡検査の実施通知", dated true;
    Omg03 = "OMG-03", "生理検査オーダ", dated true;
    Omg13 = "OMG-13", "生理検査結果通知", dated true;
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for DataType {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for DataType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom("not a data type of SS-MIX2"))
    }
}

/// The field from which the care date of a file is taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CareDateField {
    pub segment: &'static str,
    pub field: u16,
}

/// One row of the table: a message type of a data type.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub data_type: DataType,
    /// MSH-9.1 and MSH-9.2.
    pub message: &'static str,
    pub event: &'static str,
    /// The event takes back what another one of the same data type said.
    pub cancels: bool,
    /// `None` where the care date is `-`.
    pub care_date: Option<CareDateField>,
}

const fn row(
    data_type: DataType,
    message: &'static str,
    event: &'static str,
    cancels: bool,
    care_date: Option<(&'static str, u16)>,
) -> Event {
    let care_date = match care_date {
        Some((segment, field)) => Some(CareDateField { segment, field }),
        None => None,
    };
    Event { data_type, message, event, cancels, care_date }
}

use DataType as T;

/// All 36 rows.
pub const EVENTS: &[Event] = &[
    row(T::Adt00, "ADT", "A08", false, None),
    row(T::Adt00, "ADT", "A23", true, None),
    row(T::Adt01, "ADT", "A54", false, None),
    row(T::Adt01, "ADT", "A55", true, None),
    row(T::Adt12, "ADT", "A04", false, Some(("PV1", 44))),
    row(T::Adt21, "ADT", "A14", false, Some(("PV2", 8))),
    row(T::Adt21, "ADT", "A27", true, Some(("PV2", 8))),
    row(T::Adt22, "ADT", "A01", false, Some(("PV1", 44))),
    row(T::Adt22, "ADT", "A11", true, Some(("PV1", 44))),
    row(T::Adt31, "ADT", "A21", false, Some(("EVN", 6))),
    row(T::Adt31, "ADT", "A52", true, Some(("EVN", 6))),
    row(T::Adt32, "ADT", "A22", false, Some(("EVN", 6))),
    row(T::Adt32, "ADT", "A53", true, Some(("PV2", 47))),
    row(T::Adt41, "ADT", "A15", false, Some(("PV2", 8))),
    row(T::Adt41, "ADT", "A26", true, Some(("PV2", 8))),
    row(T::Adt42, "ADT", "A02", false, Some(("EVN", 6))),
    row(T::Adt42, "ADT", "A12", true, Some(("EVN", 6))),
    row(T::Adt51, "ADT", "A16", false, Some(("PV2", 9))),
    row(T::Adt51, "ADT", "A25", true, Some(("PV2", 9))),
    row(T::Adt52, "ADT", "A03", false, Some(("PV1", 45))),
    row(T::Adt52, "ADT", "A13", true, Some(("PV1", 45))),
    row(T::Adt61, "ADT", "A60", false, None),
    row(T::Ppr01, "PPR", "ZD1", false, None),
    row(T::Omd, "OMD", "O03", false, Some(("ORC", 9))),
    row(T::Omp01, "RDE", "O11", false, Some(("ORC", 9))),
    row(T::Omp11, "RAS", "O17", false, Some(("RXA", 3))),
    row(T::Omp02, "RDE", "O11", false, Some(("ORC", 9))),
    row(T::Omp12, "RAS", "O17", false, Some(("RXA", 3))),
    row(T::Oml01, "OML", "O33", false, Some(("ORC", 9))),
    row(T::Oml11, "OUL", "R22", false, Some(("SPM", 17))),
    row(T::Omg01, "OMG", "O19", false, Some(("ORC", 9))),
    row(T::Omg11, "OMI", "Z23", false, Some(("OBR", 7))),
    row(T::Omg02, "OMG", "O19", false, Some(("ORC", 9))),
    row(T::Omg12, "OMI", "Z23", false, Some(("OBR", 7))),
    row(T::Omg03, "OMG", "O19", false, Some(("ORC", 9))),
    row(T::Omg13, "ORU", "R01", false, Some(("OBR", 7))),
];

/// The row of a data type and event.
pub fn event_of(data_type: DataType, message: &str, event: &str) -> Option<&'static Event> {
    EVENTS.iter().find(|row| row.data_type == data_type && row.message == message && row.event == event)
}

/// The data types a message type can belong to.
pub fn candidates<'a>(message: &'a str, event: &'a str) -> impl Iterator<Item = DataType> + use<'a> {
    EVENTS.iter().filter(move |row| row.message == message && row.event == event).map(|row| row.data_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_26_types_and_36_rows_and_each_type_has_one() {
        assert_eq!(DataType::ALL.len(), 26);
        assert_eq!(EVENTS.len(), 36);
        for data_type in DataType::ALL {
            assert_eq!(DataType::parse(data_type.code()), Some(*data_type));
            let rows: Vec<_> = EVENTS.iter().filter(|row| row.data_type == *data_type).collect();
            assert!(rows.iter().any(|row| !row.cancels));
            assert!(rows.iter().all(|row| row.care_date.is_some() == data_type.has_care_date()));
        }
    }

    #[test]
    fn a_message_type_alone_can_mean_two_data_types() {
        assert_eq!(candidates("RDE", "O11").collect::<Vec<_>>(), [DataType::Omp01, DataType::Omp02]);
        assert!(event_of(DataType::Adt22, "ADT", "A11").unwrap().cancels);
        assert!(event_of(DataType::Adt12, "ADT", "A01").is_none());
    }
}
