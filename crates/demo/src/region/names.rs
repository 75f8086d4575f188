//! Fictional names in kanji and kana, and how they are put together.
//!
//! Only characters of JIS X 0208 (levels 1 and 2), as the storages allow; a test encodes every one of them.

use crate::random::Random;

/// Kanji and kana.
pub type Name = (&'static str, &'static str);

pub const FAMILIES: &[Name] = &[
    ("浜田", "ハマダ"),
    ("磯部", "イソベ"),
    ("汐見", "シオミ"),
    ("波多", "ハタ"),
    ("沖田", "オキタ"),
    ("岩瀬", "イワセ"),
    ("松波", "マツナミ"),
    ("大浦", "オオウラ"),
    ("小泊", "コドマリ"),
    ("舟木", "フナキ"),
    ("塩谷", "シオタニ"),
    ("浦上", "ウラカミ"),
    ("岬", "ミサキ"),
    ("渚", "ナギサ"),
    ("灘", "ナダ"),
    ("網野", "アミノ"),
    ("鯨井", "クジライ"),
    ("鷹栖", "タカス"),
    ("雁金", "カリガネ"),
    ("千鳥", "チドリ"),
    ("藤波", "フジナミ"),
    ("梅津", "ウメツ"),
    ("桜木", "サクラギ"),
    ("橘", "タチバナ"),
    ("椎名", "シイナ"),
    ("楠", "クスノキ"),
    ("榎本", "エノモト"),
    ("柳田", "ヤナギダ"),
    ("杉原", "スギハラ"),
    ("竹中", "タケナカ"),
    ("笹川", "ササガワ"),
    ("葦原", "アシハラ"),
    ("穂積", "ホヅミ"),
    ("稲葉", "イナバ"),
    ("早苗", "サナエ"),
    ("田鶴", "タヅル"),
    ("中浜", "ナカハマ"),
    ("西海", "ニシウミ"),
    ("東出", "ヒガシデ"),
    ("南", "ミナミ"),
    ("北条", "ホウジョウ"),
    ("上野", "ウエノ"),
    ("下条", "ゲジョウ"),
    ("谷口", "タニグチ"),
    ("山岸", "ヤマギシ"),
    ("川端", "カワバタ"),
    ("池端", "イケバタ"),
    ("滝本", "タキモト"),
    ("石黒", "イシグロ"),
    ("砂田", "スナダ"),
    ("金森", "カナモリ"),
    ("銀山", "ギンザン"),
    ("朝倉", "アサクラ"),
    ("夕部", "ユウベ"),
    ("星野", "ホシノ"),
    ("月岡", "ツキオカ"),
    ("日向", "ヒナタ"),
    ("雨宮", "アメミヤ"),
    ("雪野", "ユキノ"),
    ("霧島", "キリシマ"),
    ("風間", "カザマ"),
    ("雲井", "クモイ"),
    ("虹川", "ニジカワ"),
    ("若狭", "ワカサ"),
];

pub const WOMEN: &[Name] = &[
    ("ヨシエ", "ヨシエ"),
    ("キヨ", "キヨ"),
    ("フミ", "フミ"),
    ("トシ", "トシ"),
    ("ハルコ", "ハルコ"),
    ("スミ", "スミ"),
    ("和子", "カズコ"),
    ("幸子", "サチコ"),
    ("節子", "セツコ"),
    ("文子", "フミコ"),
    ("京子", "キョウコ"),
    ("久美子", "クミコ"),
    ("智子", "トモコ"),
    ("由紀子", "ユキコ"),
    ("真由美", "マユミ"),
    ("恵", "メグミ"),
    ("裕子", "ユウコ"),
    ("陽子", "ヨウコ"),
    ("明日香", "アスカ"),
    ("千夏", "チナツ"),
    ("彩", "アヤ"),
    ("舞", "マイ"),
    ("美帆", "ミホ"),
    ("七海", "ナナミ"),
    ("凪", "ナギ"),
    ("結衣", "ユイ"),
    ("紬", "ツムギ"),
    ("芽衣", "メイ"),
];

pub const MEN: &[Name] = &[
    ("茂", "シゲル"),
    ("清", "キヨシ"),
    ("勇", "イサム"),
    ("正一", "ショウイチ"),
    ("ヤスオ", "ヤスオ"),
    ("トメキチ", "トメキチ"),
    ("昭", "アキラ"),
    ("進", "ススム"),
    ("博", "ヒロシ"),
    ("実", "ミノル"),
    ("隆", "タカシ"),
    ("修", "オサム"),
    ("浩二", "コウジ"),
    ("和彦", "カズヒコ"),
    ("秀樹", "ヒデキ"),
    ("直人", "ナオト"),
    ("哲也", "テツヤ"),
    ("健太", "ケンタ"),
    ("拓海", "タクミ"),
    ("翔", "ショウ"),
    ("亮", "リョウ"),
    ("大地", "ダイチ"),
    ("航", "ワタル"),
    ("海斗", "カイト"),
    ("湊", "ミナト"),
    ("蓮", "レン"),
    ("新", "アラタ"),
    ("匠", "タクミ"),
];

const TOWNS: &[&str] = &["青葉町", "浜町", "白鷺通り", "緑ヶ丘", "鏡田", "千枚台", "塩浜", "岬町"];
const CENTRAL_TOWNS: &[&str] = &["湊町", "汐見台", "松風町", "磯笛町", "和倉野", "鹿島台", "港南", "羽咋野"];

/// Full-width digits of a number, as addresses in the storages have them.
pub fn full_width(number: i64) -> String {
    number.to_string().chars().map(|c| c.to_digit(10).and_then(|d| char::from_u32(0xff10 + d)).unwrap_or(c)).collect()
}

/// Postal code, address in one line and telephone number in a fictional town of the area.
pub fn address(dice: &mut Random, north: bool) -> (String, String, String) {
    let (zone, city, towns, area_code) =
        if north { ("927", "架空市", TOWNS, "0768") } else { ("926", "仮名市", CENTRAL_TOWNS, "0767") };
    let town = dice.pick(towns).copied().unwrap_or("青葉町");
    let number = format!("{}－{}", full_width(dice.between(1, 48)), full_width(dice.between(1, 29)),);
    let postal = format!("{zone}-9{:03}", dice.between(100, 899));
    (postal, format!("石川県{city}{town}{number}"), format!("{area_code}-00-{:04}", dice.between(2000, 9899)))
}

/// A given name that fits sex and year of birth (older people have the older names).
pub fn given(dice: &mut Random, woman: bool, birth_year: i64) -> Name {
    let names = if woman { WOMEN } else { MEN };
    let third = names.len() / 3;
    let from = match birth_year {
        ..1950 => 0,
        1950..1985 => third / 2 + 3,
        _ => names.len() - third - 3,
    };
    let at = from + dice.below(third + 2);
    names.get(at.min(names.len() - 1)).copied().unwrap_or(("ナギ", "ナギ"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_use_full_width_numbers_and_fictional_towns() {
        let (postal, address, phone) = address(&mut Random::of(1, &[]), true);
        assert!(postal.starts_with("927-9") && phone.starts_with("0768-00-"));
        assert!(address.starts_with("石川県架空市") && !address.chars().any(|c| c.is_ascii()));
    }

    #[test]
    fn given_names_follow_the_generations() {
        let mut dice = Random::of(3, &[]);
        for _ in 0..100 {
            let old = given(&mut dice, true, 1935);
            assert!(WOMEN[..12].contains(&old));
            let young = given(&mut dice, false, 2015);
            assert!(MEN[10..].contains(&young));
        }
    }
}
