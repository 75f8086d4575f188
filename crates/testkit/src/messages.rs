//! Small HL7 messages for scenes, written as a hospital's SS-MIX2 module writes them.

use renkei_app::receive::Arrived;
use renkei_text::encode::encode_iso2022jp;

/// A laboratory result of one value.
#[derive(Debug, Clone)]
pub struct Lab {
    pub patient_number: String,
    pub family: String,
    pub given: String,
    pub birth_date: String,
    /// `YYYYMMDD`
    pub day: String,
    /// Fifteen digits.
    pub order: String,
    /// Last part of the file name: 1, 2 or 0.
    pub flag: char,
    pub value: String,
}

impl Lab {
    /// HbA1c of a patient number on a day.
    pub fn hba1c(patient_number: &str, day: &str, order: u32, value: &str) -> Self {
        Self {
            patient_number: patient_number.to_owned(),
            family: "佐倉".to_owned(),
            given: "ハナ".to_owned(),
            birth_date: "19540312".to_owned(),
            day: day.to_owned(),
            order: format!("{order:015}"),
            flag: '1',
            value: value.to_owned(),
        }
    }
    pub fn of(mut self, family: &str, given: &str, birth_date: &str) -> Self {
        (self.family, self.given, self.birth_date) = (family.to_owned(), given.to_owned(), birth_date.to_owned());
        self
    }
    pub fn flagged(mut self, flag: char) -> Self {
        self.flag = flag;
        self
    }

    pub fn file_name(&self) -> String {
        format!("{}_{}_OML-11_{}_{}090000000_01_{}", self.patient_number, self.day, self.order, self.day, self.flag)
    }

    /// The file as it arrives.
    pub fn arrived(&self) -> Arrived {
        let raw_name = self.file_name();
        let name = renkei_ssmix2::FileName::parse(&raw_name).ok();
        Arrived { name, raw_name, bytes: self.bytes() }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let (day, order, number) = (&self.day, &self.order, &self.patient_number);
        let text = [
            format!(
                "MSH|^~\\&|HIS|HOSP|GW|GW|{day}090000||OUL^R22^OUL_R22|{day}{order}|P|2.5||||||~ISO IR87||ISO 2022-1994"
            ),
            format!("PID|0001||{number}^^^^PI||{}^{}^^^^^L^I||{}|F", self.family, self.given, self.birth_date),
            "PV1|0001|O".to_owned(),
            format!("SPM|1|1||023^血清^JC10|||||||||||||{day}083000"),
            format!("OBR|1|{order}||E001^生化学^99O03|||{day}083000"),
            format!("ORC|SC|{order}||||CM"),
            format!("OBX|1|NM|3D046000001920402^HbA1c(NGSP)^JC10||{}|%^%^ISO+|4.6-6.2|H|||F", self.value),
        ];
        let mut joined = text.join("\r");
        joined.push('\r');
        encode_iso2022jp(&joined).expect("a message that can be encoded")
    }
}
