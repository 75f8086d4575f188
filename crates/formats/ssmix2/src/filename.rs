//! The grammar of file names (SS-MIX2 guideline, naming of files of the standard storage and of content folders).
//!
//! `患者ID_診療日_データ種別_オーダNo_発生日時_診療科コード_コンディションフラグ`. Read from the right, since a patient number
//! may hold anything; the extended storage is read more leniently because its published samples drop the department.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::data_type::DataType;

/// コンディションフラグ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Condition {
    /// `1`
    Valid,
    /// `2`
    Superseded,
    /// `0`
    Deleted,
}

impl Condition {
    pub fn parse(flag: &str) -> Option<Self> {
        match flag {
            "1" => Some(Self::Valid),
            "2" => Some(Self::Superseded),
            "0" => Some(Self::Deleted),
            _ => None,
        }
    }
    pub fn flag(self) -> char {
        match self {
            Self::Valid => '1',
            Self::Superseded => '2',
            Self::Deleted => '0',
        }
    }
    /// How final the flag is when the same file was seen with several: deleted, then superseded, then valid.
    pub fn finality(self) -> u8 {
        match self {
            Self::Valid => 0,
            Self::Superseded => 1,
            Self::Deleted => 2,
        }
    }
    pub fn more_final(self, other: Self) -> Self {
        if other.finality() > self.finality() { other } else { self }
    }
}

/// The parts of a file name, as they stand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FileName {
    pub patient_id: String,
    /// `YYYYMMDD` or `-`.
    pub care_date: String,
    /// The code, or the folder name of the extended storage; see `kind` for the known ones.
    pub data_type: String,
    /// オーダNo, or 特定キー in the extended storage.
    pub order_number: String,
    /// 17 digits `YYYYMMDDhhmmssfff`: orders the versions of a record.
    pub occurred: String,
    /// `-` when there is none.
    pub department: String,
    pub condition: Condition,
}

/// What is wrong with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileNameError {
    #[error("a file name of the standard storage has seven parts")]
    PartCount,
    #[error("the patient number is empty")]
    PatientId,
    #[error("the care date is neither eight digits nor a hyphen")]
    CareDate,
    #[error("the data type is empty")]
    DataType,
    #[error("the order number is empty or longer than 22 characters")]
    OrderNumber,
    #[error("the time of the transaction is not 17 digits")]
    Occurred,
    #[error("the condition flag is not 0, 1 or 2")]
    Condition,
}

impl FileNameError {
    pub fn code(self) -> &'static str {
        "file-name-unreadable"
    }
}

/// Order numbers and patient numbers of real senders exceed the printed limits; these bounds only stop nonsense.
const ORDER_NUMBER_MAX_CHARS: usize = 22;

impl FileName {
    /// A name of the standard storage.
    pub fn parse(name: &str) -> Result<Self, FileNameError> {
        let mut parts = name.rsplitn(7, '_');
        let mut next = || parts.next().unwrap_or_default();
        let (flag, department, occurred, order_number, data_type, care_date) =
            (next(), next(), next(), next(), next(), next());
        let patient_id = parts.next().ok_or(FileNameError::PartCount)?;
        if order_number.chars().count() > ORDER_NUMBER_MAX_CHARS {
            return Err(FileNameError::OrderNumber);
        }
        if occurred.len() != 17 {
            return Err(FileNameError::Occurred);
        }
        Self::checked(patient_id, care_date, data_type, order_number, occurred, department, flag)
    }

    /// A name of a content folder of the extended storage: the department may be missing, the time may have 14 to 17
    /// digits, and the data type may contain anything but an underscore.
    pub fn parse_extended(name: &str) -> Result<Self, FileNameError> {
        let parts: Vec<&str> = name.rsplitn(7, '_').collect();
        let at = |index: usize| parts.get(index).copied().unwrap_or_default();
        let is_time = |text: &str| (14..=17).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        if parts.len() >= 6 && is_time(at(1)) && !is_time(at(2)) {
            // Without department; one underscore more would belong to the patient number.
            let patient = match parts.get(6) {
                Some(front) => format!("{front}_{}", at(5)),
                None => at(5).to_owned(),
            };
            return Self::checked(&patient, at(4), at(3), at(2), at(1), "-", at(0));
        }
        if parts.len() < 7 {
            return Err(FileNameError::PartCount);
        }
        if !is_time(at(2)) {
            return Err(FileNameError::Occurred);
        }
        Self::checked(at(6), at(5), at(4), at(3), at(2), at(1), at(0))
    }

    fn checked(
        patient_id: &str,
        care_date: &str,
        data_type: &str,
        order_number: &str,
        occurred: &str,
        department: &str,
        flag: &str,
    ) -> Result<Self, FileNameError> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if patient_id.is_empty() {
            return Err(FileNameError::PatientId);
        }
        if care_date != "-" && !(care_date.len() == 8 && digits(care_date)) {
            return Err(FileNameError::CareDate);
        }
        if data_type.is_empty() {
            return Err(FileNameError::DataType);
        }
        if order_number.is_empty() {
            return Err(FileNameError::OrderNumber);
        }
        if !digits(occurred) {
            return Err(FileNameError::Occurred);
        }
        Ok(Self {
            patient_id: patient_id.to_owned(),
            care_date: care_date.to_owned(),
            data_type: data_type.to_owned(),
            order_number: order_number.to_owned(),
            occurred: occurred.to_owned(),
            department: if department.is_empty() { "-".to_owned() } else { department.to_owned() },
            condition: Condition::parse(flag).ok_or(FileNameError::Condition)?,
        })
    }

    /// The data type, if it is one of the 26.
    pub fn kind(&self) -> Option<DataType> {
        DataType::parse(&self.data_type)
    }

    /// The key of the record the file is a version of.
    pub fn key(&self) -> RecordKey {
        RecordKey {
            patient_id: self.patient_id.clone(),
            care_date: self.care_date.clone(),
            data_type: self.data_type.clone(),
            order_number: self.order_number.clone(),
        }
    }

    /// The time of the transaction padded to 17 digits, for comparing versions.
    pub fn version(&self) -> String {
        format!("{:0<17}", self.occurred)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { patient_id, care_date, data_type, order_number, occurred, department, condition } = self;
        write!(f, "{patient_id}_{care_date}_{data_type}_{order_number}_{occurred}_{department}_{}", condition.flag())
    }
}

/// What makes two files versions of one record: patient, care date, data type, order number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordKey {
    pub patient_id: String,
    pub care_date: String,
    pub data_type: String,
    pub order_number: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &str = "0000123_20260401_OML-11_000000000000104_20260401143000500_01_1";

    #[test]
    fn a_name_reads_back_as_written() {
        for name in
            [NAME, "AB00123_-_ADT-00_999999999999999_20260402090000000_-_1", "a_b_-_OML-12_1_20260402090000000_-_0"]
        {
            assert_eq!(FileName::parse(name).unwrap().to_string(), name);
        }
        let name = FileName::parse(NAME).unwrap();
        assert_eq!(
            (name.kind(), name.condition, name.department.as_str()),
            (Some(DataType::Oml11), Condition::Valid, "01")
        );
    }

    #[test]
    fn names_against_the_grammar_say_which_part_is_wrong() {
        for (name, error) in [
            ("0000123_20260401", FileNameError::PartCount),
            ("_20260401_OML-11_1_20260401143000500_01_1", FileNameError::PatientId),
            ("1_2026041_OML-11_1_20260401143000500_01_1", FileNameError::CareDate),
            ("1_20260401__1_20260401143000500_01_1", FileNameError::DataType),
            ("1_20260401_OML-11__20260401143000500_01_1", FileNameError::OrderNumber),
            ("1_20260401_OML-11_1_2026040114300050_01_1", FileNameError::Occurred),
            ("1_20260401_OML-11_1_20260401143000500_01_3", FileNameError::Condition),
        ] {
            assert_eq!(FileName::parse(name).unwrap_err(), error, "{name}");
        }
    }

    #[test]
    fn content_folders_may_lack_the_department() {
        let full = "0000123_20260415_^退院サマリ^^18842-5^退院時サマリー^LN_000000000000501_20260416093000000_01_1";
        let name = FileName::parse_extended(full).unwrap();
        assert_eq!((name.department.as_str(), name.order_number.as_str()), ("01", "000000000000501"));
        let short = FileName::parse_extended("9999013_20160101_L-OBS^x^99ZL01_20160101_201601011500321_1").unwrap();
        assert_eq!((short.department.as_str(), short.version().as_str()), ("-", "20160101150032100"));
        assert_eq!(short.data_type, "L-OBS^x^99ZL01");
    }
}
