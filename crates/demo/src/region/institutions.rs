//! The institutions of the fictional region and the places where their card readers stand.
//!
//! Two medical areas, twelve institutions of every kind; each has the ten-digit number under which its storage lies.
//! All are invented; the two *sample* institutions hold the committed sample storages.

/// A medical area (医療圏). Consent of *own region only* is judged by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Area {
    NotoNorth,
    NotoCentral,
}

impl Area {
    pub const ALL: [Self; 2] = [Self::NotoNorth, Self::NotoCentral];
    /// Stable code used in the register file.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotoNorth => "noto-north",
            Self::NotoCentral => "noto-central",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::NotoNorth => "能登北部",
            Self::NotoCentral => "能登中部",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    Hospital,
    Clinic,
    Dental,
    Pharmacy,
}

impl Kind {
    pub fn code(self) -> &'static str {
        match self {
            Self::Hospital => "hospital",
            Self::Clinic => "clinic",
            Self::Dental => "dental",
            Self::Pharmacy => "pharmacy",
        }
    }
    pub fn name(self) -> &'static str {
        match self {
            Self::Hospital => "病院",
            Self::Clinic => "診療所",
            Self::Dental => "歯科診療所",
            Self::Pharmacy => "薬局",
        }
    }
}

/// What an institution stands for in the courses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    GeneralPractice,
    GeneralHospital,
    Orthopaedics,
    /// Its records are sensitive by institution and by diagnosis.
    Psychiatry,
    Dentistry,
    Dispensing,
    /// Holds a committed sample storage; the generator writes nothing for it.
    Sample,
}

/// One institution of the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Institution {
    /// Stable short code, as in the register file and on the command line.
    pub code: &'static str,
    /// Ten digits: name of its storage's root folder (医療施設ID).
    pub facility: &'static str,
    pub name: &'static str,
    pub kana: &'static str,
    pub area: Area,
    pub kind: Kind,
    pub part: Part,
    /// Scale of the operating regulation: `B` or `C`.
    pub scale: &'static str,
    pub postal: &'static str,
    pub address: &'static str,
    pub phone: &'static str,
    /// Digits of its patient numbers; 0 for the samples, whose numbers are given.
    pub number_digits: usize,
    /// Code and place name of each card reader.
    pub readers: &'static [(&'static str, &'static str)],
}

#[allow(clippy::too_many_arguments, reason = "a table row")]
const fn institution(
    code: &'static str,
    facility: &'static str,
    names: (&'static str, &'static str),
    area: Area,
    kinds: (Kind, Part, &'static str),
    contact: (&'static str, &'static str, &'static str),
    number_digits: usize,
    readers: &'static [(&'static str, &'static str)],
) -> Institution {
    Institution {
        code,
        facility,
        name: names.0,
        kana: names.1,
        area,
        kind: kinds.0,
        part: kinds.1,
        scale: kinds.2,
        postal: contact.0,
        address: contact.1,
        phone: contact.2,
        number_digits,
        readers,
    }
}

use Area::{NotoCentral, NotoNorth};

/// Indexes into [`INSTITUTIONS`] of those the courses name one by one.
pub const AOBA: usize = 0;
pub const MINATO: usize = 1;
pub const SHIRASAGI: usize = 2;
pub const TSUBAME: usize = 3;
pub const HAMANASU: usize = 4;
pub const SHIOSAI: usize = 5;
pub const KAMOME: usize = 6;
pub const MATSUKAZE: usize = 7;
pub const TSUTSUJI: usize = 8;
pub const ISOBUE: usize = 9;
pub const MIHON: usize = 10;
pub const HIKARI: usize = 11;

/// Every institution of the region; the order is part of what a seed means.
pub const INSTITUTIONS: &[Institution] = &[
    institution(
        "aoba",
        "9917100001",
        ("アオバ内科", "アオバナイカ"),
        NotoNorth,
        (Kind::Clinic, Part::GeneralPractice, "C"),
        ("927-9001", "石川県架空市青葉町１－２－３", "0768-00-1001"),
        7,
        &[("aoba-1", "受付")],
    ),
    institution(
        "minato",
        "9917100002",
        ("ミナト総合病院", "ミナトソウゴウビョウイン"),
        NotoCentral,
        (Kind::Hospital, Part::GeneralHospital, "B"),
        ("926-9002", "石川県仮名市湊町４－５", "0767-00-1002"),
        8,
        &[("minato-1", "受付1"), ("minato-2", "受付2"), ("minato-er", "救急外来")],
    ),
    institution(
        "shirasagi",
        "9917100003",
        ("シラサギ歯科", "シラサギシカ"),
        NotoNorth,
        (Kind::Dental, Part::Dentistry, "C"),
        ("927-9003", "石川県架空市白鷺通り２－８", "0768-00-1003"),
        7,
        &[("shirasagi-1", "受付")],
    ),
    institution(
        "tsubame",
        "9917100004",
        ("ツバメ薬局", "ツバメヤッキョク"),
        NotoNorth,
        (Kind::Pharmacy, Part::Dispensing, "C"),
        ("927-9004", "石川県架空市青葉町１－４－１", "0768-00-1004"),
        10,
        &[("tsubame-1", "投薬口")],
    ),
    institution(
        "hamanasu",
        "9917100005",
        ("ハマナス病院", "ハマナスビョウイン"),
        NotoNorth,
        (Kind::Hospital, Part::GeneralHospital, "B"),
        ("927-9005", "石川県架空市浜町９－１", "0768-00-1005"),
        8,
        &[("hamanasu-1", "受付"), ("hamanasu-er", "救急外来")],
    ),
    institution(
        "shiosai",
        "9917100006",
        ("シオサイ診療所", "シオサイシンリョウジョ"),
        NotoCentral,
        (Kind::Clinic, Part::GeneralPractice, "C"),
        ("926-9006", "石川県仮名市汐見台３－１０", "0767-00-1006"),
        7,
        &[("shiosai-1", "受付")],
    ),
    institution(
        "kamome",
        "9917100007",
        ("カモメ薬局", "カモメヤッキョク"),
        NotoCentral,
        (Kind::Pharmacy, Part::Dispensing, "C"),
        ("926-9007", "石川県仮名市湊町４－７", "0767-00-1007"),
        10,
        &[("kamome-1", "投薬口")],
    ),
    institution(
        "matsukaze",
        "9917100008",
        ("マツカゼ整形外科", "マツカゼセイケイゲカ"),
        NotoCentral,
        (Kind::Clinic, Part::Orthopaedics, "C"),
        ("926-9008", "石川県仮名市松風町６－２", "0767-00-1008"),
        7,
        &[("matsukaze-1", "受付")],
    ),
    institution(
        "tsutsuji",
        "9917100009",
        ("ツツジ心療クリニック", "ツツジシンリョウクリニック"),
        NotoNorth,
        (Kind::Clinic, Part::Psychiatry, "C"),
        ("927-9009", "石川県架空市緑ヶ丘５－５", "0768-00-1009"),
        7,
        &[("tsutsuji-1", "受付")],
    ),
    institution(
        "isobue",
        "9917100010",
        ("イソブエ歯科医院", "イソブエシカイイン"),
        NotoCentral,
        (Kind::Dental, Part::Dentistry, "C"),
        ("926-9010", "石川県仮名市磯笛町７－３", "0767-00-1010"),
        7,
        &[("isobue-1", "受付")],
    ),
    institution(
        "mihon",
        "9999999999",
        ("連携見本病院", "レンケイミホンビョウイン"),
        NotoCentral,
        (Kind::Hospital, Part::Sample, "B"),
        ("422-8033", "静岡県静岡市駿河区見本町９－９－９", "054-000-9999"),
        0,
        &[("mihon-1", "受付")],
    ),
    institution(
        "hikari",
        "9999999998",
        ("ヒカリ試験病院", "ヒカリシケンビョウイン"),
        NotoNorth,
        (Kind::Hospital, Part::Sample, "B"),
        ("185-0012", "東京都国分寺市本町９９－９", "099-000-9998"),
        0,
        &[("hikari-1", "受付")],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_facilities_and_readers_are_unique_and_the_named_indexes_are_right() {
        let codes: BTreeSet<_> = INSTITUTIONS.iter().map(|i| i.code).collect();
        let facilities: BTreeSet<_> = INSTITUTIONS.iter().map(|i| i.facility).collect();
        assert_eq!((codes.len(), facilities.len()), (INSTITUTIONS.len(), INSTITUTIONS.len()));
        assert!(INSTITUTIONS.iter().all(|i| i.facility.len() == 10 && !i.readers.is_empty()));
        let readers: Vec<_> = INSTITUTIONS.iter().flat_map(|i| i.readers).map(|r| r.0).collect();
        assert_eq!(readers.iter().collect::<BTreeSet<_>>().len(), readers.len());
        for (index, code) in
            [(AOBA, "aoba"), (MINATO, "minato"), (SHIRASAGI, "shirasagi"), (TSUBAME, "tsubame"), (HAMANASU, "hamanasu")]
        {
            assert_eq!(INSTITUTIONS[index].code, code);
        }
        for (index, code) in [(SHIOSAI, "shiosai"), (KAMOME, "kamome"), (MATSUKAZE, "matsukaze")] {
            assert_eq!(INSTITUTIONS[index].code, code);
        }
        for (index, code) in [(TSUTSUJI, "tsutsuji"), (ISOBUE, "isobue"), (MIHON, "mihon"), (HIKARI, "hikari")] {
            assert_eq!(INSTITUTIONS[index].code, code);
        }
    }
}
