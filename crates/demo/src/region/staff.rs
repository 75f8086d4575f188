//! The people who work in the region: at least one of every profession, the cast of the written scenarios first.
//!
//! Each has what a certificate carries (a licence-like number) and what the chooser shows (name, profession, place).

pub use renkei_participation::Profession;

use super::institutions::{
    AOBA, HAMANASU, HIKARI, ISOBUE, KAMOME, MATSUKAZE, MIHON, MINATO, SHIOSAI, SHIRASAGI, TSUBAME, TSUTSUJI,
};

/// What kind of certificate a person holds; the last four are there to be refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Credential {
    /// Personal, production level: doctors and pharmacists.
    Production,
    /// Personal, test level: dentists, nurses, dietitians (regulation 8.1(2)).
    Test,
    /// The institution's, held through the card ledger.
    Organisation,
    /// A doctor with a test certificate.
    TestForDoctor,
    /// Revoked by the authority.
    Revoked,
    /// The certificate says pharmacist, the register doctor.
    OtherProfession,
    /// Valid, but nobody registered its holder.
    Unregistered,
}

impl Credential {
    /// Whether the entrance lets its holder in (for auxiliaries after the card ledger).
    pub fn is_good(self) -> bool {
        matches!(self, Self::Production | Self::Test | Self::Organisation)
    }
}

/// One professional of the region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Staff {
    /// Stable code: file name of the `.p12`, path of the chooser, key in the register file.
    pub code: &'static str,
    pub family: &'static str,
    pub given: &'static str,
    pub family_kana: &'static str,
    pub given_kana: &'static str,
    /// Romanised name, as the certificate's common name has it.
    pub roman: &'static str,
    pub profession: Profession,
    pub credential: Credential,
    /// Index into the institutions.
    pub institution: usize,
    /// Department code (HL70069) in which this person acts; empty where none exists.
    pub department: &'static str,
    /// Shown by the chooser: what this person is good for in a demonstration.
    pub note: &'static str,
}

impl Staff {
    /// Number in the certificate's subject: fictional, unique, shaped like a registration number.
    pub fn serial_number(&self, at: usize) -> String {
        format!("9{:02}{:06}", self.profession as u8 + 1, 100 + at)
    }
}

const fn staff(
    code: &'static str,
    name: (&'static str, &'static str, &'static str, &'static str, &'static str),
    profession: Profession,
    institution: usize,
    department: &'static str,
    note: &'static str,
) -> Staff {
    Staff {
        code,
        family: name.0,
        given: name.1,
        family_kana: name.2,
        given_kana: name.3,
        roman: name.4,
        profession,
        credential: match profession {
            Profession::Doctor | Profession::Pharmacist => Credential::Production,
            Profession::Dentist | Profession::Nurse | Profession::Dietitian => Credential::Test,
            Profession::Auxiliary => Credential::Organisation,
        },
        institution,
        department,
        note,
    }
}

/// Somebody whose certificate is refused. No department: nobody's course names them.
const fn refused(
    code: &'static str,
    name: (&'static str, &'static str, &'static str, &'static str, &'static str),
    credential: Credential,
    note: &'static str,
) -> Staff {
    Staff { credential, ..staff(code, name, Profession::Doctor, MINATO, "", note) }
}

use Profession::{Auxiliary, Dentist, Dietitian, Doctor, Nurse, Pharmacist};

/// Everybody, in the order in which the chooser shows them.
pub const STAFF: &[Staff] = &[
    staff(
        "minato-ichiro",
        ("湊", "一郎", "ミナト", "イチロウ", "MINATO ICHIRO"),
        Doctor,
        MINATO,
        "08",
        "もう一方の地域の病院の医師。まずはこの人で",
    ),
    staff("aoba-makoto", ("青葉", "誠", "アオバ", "マコト", "AOBA MAKOTO"), Doctor, AOBA, "01", "診療所の医師・契約者"),
    staff(
        "shirasagi-kaoru",
        ("白鷺", "薫", "シラサギ", "カオル", "SHIRASAGI KAORU"),
        Dentist,
        SHIRASAGI,
        "90",
        "テスト用の証明書で働く歯科医師",
    ),
    staff(
        "tsubame-chihiro",
        ("燕", "千尋", "ツバメ", "チヒロ", "TSUBAME CHIHIRO"),
        Pharmacist,
        TSUBAME,
        "",
        "処方を受け取る薬局の薬剤師",
    ),
    staff(
        "tsubaki",
        ("椿", "由美", "ツバキ", "ユミ", "TSUBAKI YUMI"),
        Nurse,
        AOBA,
        "01",
        "診療所の看護師（テスト用の証明書）",
    ),
    staff(
        "kaede",
        ("楓", "美咲", "カエデ", "ミサキ", "KAEDE MISAKI"),
        Dietitian,
        MINATO,
        "",
        "病院の管理栄養士（テスト用の証明書）",
    ),
    staff("kashiwa", ("柏", "恵子", "カシワ", "ケイコ", "KASHIWA KEIKO"), Auxiliary, AOBA, "", "受付の補助作業者"),
    staff(
        "hamano",
        ("浜野", "健", "ハマノ", "タケシ", "HAMANO TAKESHI"),
        Doctor,
        HAMANASU,
        "39",
        "同じ地域の病院の医師",
    ),
    staff("shiomi", ("汐見", "直子", "シオミ", "ナオコ", "SHIOMI NAOKO"), Doctor, SHIOSAI, "01", "診療所の医師"),
    staff(
        "kamome-takuya",
        ("鴎", "拓也", "カモメ", "タクヤ", "KAMOME TAKUYA"),
        Pharmacist,
        KAMOME,
        "",
        "中部の薬局の薬剤師",
    ),
    staff(
        "matsukaze-yutaka",
        ("松風", "豊", "マツカゼ", "ユタカ", "MATSUKAZE YUTAKA"),
        Doctor,
        MATSUKAZE,
        "11",
        "整形外科の医師",
    ),
    staff(
        "tsutsuji-aoi",
        ("躑躅", "葵", "ツツジ", "アオイ", "TSUTSUJI AOI"),
        Doctor,
        TSUTSUJI,
        "02",
        "心療クリニックの医師",
    ),
    staff(
        "isobue-nagisa",
        ("磯笛", "渚", "イソブエ", "ナギサ", "ISOBUE NAGISA"),
        Dentist,
        ISOBUE,
        "90",
        "中部の歯科医師",
    ),
    staff("namiki", ("並木", "さくら", "ナミキ", "サクラ", "NAMIKI SAKURA"), Nurse, MINATO, "08", "病棟の看護師"),
    staff("minato-futaba", ("湊", "双葉", "ミナト", "フタバ", "MINATO FUTABA"), Doctor, MINATO, "48", "腎臓内科の医師"),
    staff("kishi", ("岸", "大輔", "キシ", "ダイスケ", "KISHI DAISUKE"), Doctor, HAMANASU, "10", "外科の医師"),
    staff(
        "mihon-ichiro",
        ("医師", "一郎", "イシ", "イチロウ", "MIHON ICHIRO"),
        Doctor,
        MIHON,
        "01",
        "見本データの病院の医師",
    ),
    staff(
        "hikari-akemi",
        ("仮山崎", "明美", "カリヤマザキ", "アケミ", "HIKARI AKEMI"),
        Doctor,
        HIKARI,
        "01",
        "生成見本データの病院の医師",
    ),
    refused(
        "saginuma",
        ("鷺沼", "試", "サギヌマ", "タメシ", "SAGINUMA TAMESHI"),
        Credential::TestForDoctor,
        "医師なのにテスト用の証明書。断られます",
    ),
    refused(
        "kumoi",
        ("雲井", "消", "クモイ", "ショウ", "KUMOI SHO"),
        Credential::Revoked,
        "失効した証明書。断られます",
    ),
    refused(
        "kirishima",
        ("霧島", "迷", "キリシマ", "マヨウ", "KIRISHIMA MAYOU"),
        Credential::OtherProfession,
        "証明書と登録の職種が違います。断られます",
    ),
    refused(
        "yukino",
        ("雪野", "旅", "ユキノ", "タビ", "YUKINO TABI"),
        Credential::Unregistered,
        "登録のない証明書。断られます",
    ),
];

/// Doctors and dentists of an institution, as indexes into [`STAFF`].
pub fn prescribers(institution: usize) -> impl Iterator<Item = (usize, &'static Staff)> {
    STAFF.iter().enumerate().filter(move |(_, s)| {
        s.institution == institution && matches!(s.profession, Doctor | Dentist) && s.credential.is_good()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_profession_is_there_and_every_code_is_unique() {
        let codes: BTreeSet<_> = STAFF.iter().map(|s| s.code).collect();
        assert_eq!(codes.len(), STAFF.len());
        for profession in Profession::ALL {
            assert!(STAFF.iter().any(|s| s.profession == *profession), "{profession:?}");
        }
        let numbers: BTreeSet<_> = STAFF.iter().enumerate().map(|(at, s)| s.serial_number(at)).collect();
        assert_eq!(numbers.len(), STAFF.len());
    }
}
