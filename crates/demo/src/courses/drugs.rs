//! The medicines of the region: ingredients that exist, products and product codes that do not.
//!
//! The first seven characters of the additional YJ code name the ingredient, so that the same drug is recognised across
//! institutions that stock different makers' products; the rest and the HOT9 numbers are only shaped like real ones.

use crate::random::spread;

/// How a medicine is given: category (JHSP0003), route (HL70162).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Oral,
    External,
    Inhaled,
    Eye,
    SelfInjection,
    Infusion,
}

/// An ingredient in one strength and form.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drug {
    pub key: &'static str,
    /// Name without maker, full-width figures as in real masters.
    pub name: &'static str,
    /// First seven characters of the YJ code.
    pub yj7: &'static str,
    /// Characters 8 and 9: form and strength.
    pub yj_form: &'static str,
    /// MR9P unit code and text.
    pub unit: (&'static str, &'static str),
    /// MR9P dosage form code and text.
    pub form: (&'static str, &'static str),
    pub way: Way,
}

const TAB: (&str, &str) = ("TAB", "錠");
const CAP: (&str, &str) = ("CAP", "カプセル");
const F_TAB: (&str, &str) = ("TAB", "錠剤");
const F_CAP: (&str, &str) = ("CAP", "カプセル剤");
const F_INJ: (&str, &str) = ("INJ", "注射剤");
const F_TPE: (&str, &str) = ("TPE", "テープ、貼付剤");
const F_LQD: (&str, &str) = ("LQD", "液剤");
const F_OIT: (&str, &str) = ("OIT", "軟膏、ゲル");

const fn tablet(key: &'static str, name: &'static str, yj7: &'static str, yj_form: &'static str) -> Drug {
    Drug { key, name, yj7, yj_form, unit: TAB, form: F_TAB, way: Way::Oral }
}
const fn capsule(key: &'static str, name: &'static str, yj7: &'static str) -> Drug {
    Drug { key, name, yj7, yj_form: "M1", unit: CAP, form: F_CAP, way: Way::Oral }
}
const fn other(
    key: &'static str,
    name: &'static str,
    yj7: &'static str,
    unit: (&'static str, &'static str),
    form: (&'static str, &'static str),
    way: Way,
) -> Drug {
    Drug { key, name, yj7, yj_form: "X1", unit, form, way }
}

/// The catalogue; the regimens of `conditions` name its keys.
pub const DRUGS: &[Drug] = &[
    tablet("amlodipine", "アムロジピン錠５ｍｇ", "2171022", "F2"),
    tablet("amlodipine-2.5", "アムロジピン錠２．５ｍｇ", "2171022", "F1"),
    tablet("telmisartan", "テルミサルタン錠４０ｍｇ", "2149042", "F2"),
    tablet("olmesartan", "オルメサルタン錠２０ｍｇ", "2149044", "F2"),
    tablet("candesartan", "カンデサルタン錠８ｍｇ", "2149040", "F3"),
    tablet("bisoprolol", "ビソプロロールフマル酸塩錠２．５ｍｇ", "2123016", "F1"),
    tablet("carvedilol", "カルベジロール錠２．５ｍｇ", "2149032", "F3"),
    tablet("furosemide", "フロセミド錠２０ｍｇ", "2139005", "F1"),
    tablet("spironolactone", "スピロノラクトン錠２５ｍｇ", "2133001", "F1"),
    tablet("metformin", "メトホルミン塩酸塩錠２５０ｍｇ", "3962002", "F2"),
    tablet("linagliptin", "リナグリプチン錠５ｍｇ", "3969014", "F1"),
    tablet("sitagliptin", "シタグリプチン錠５０ｍｇ", "3969010", "F2"),
    tablet("empagliflozin", "エンパグリフロジン錠１０ｍｇ", "3969023", "F1"),
    tablet("dapagliflozin", "ダパグリフロジン錠５ｍｇ", "3969019", "F1"),
    tablet("glimepiride", "グリメピリド錠１ｍｇ", "3961008", "F1"),
    other(
        "glargine",
        "インスリングラルギン注ミリオペン３００単位",
        "2492416",
        ("KIT", "キット"),
        F_INJ,
        Way::SelfInjection,
    ),
    tablet("rosuvastatin", "ロスバスタチン錠２．５ｍｇ", "2189017", "F1"),
    tablet("atorvastatin", "アトルバスタチン錠１０ｍｇ", "2189015", "F2"),
    tablet("ezetimibe", "エゼチミブ錠１０ｍｇ", "2189018", "F1"),
    tablet("edoxaban-30", "エドキサバン錠３０ｍｇ", "3339002", "F2"),
    tablet("edoxaban-60", "エドキサバン錠６０ｍｇ", "3339002", "F3"),
    tablet("apixaban", "アピキサバン錠２．５ｍｇ", "3339004", "F1"),
    tablet("warfarin", "ワルファリンＫ錠１ｍｇ", "3332001", "F2"),
    tablet("aspirin", "アスピリン腸溶錠１００ｍｇ", "3399007", "H1"),
    tablet("clopidogrel", "クロピドグレル錠７５ｍｇ", "3399008", "F2"),
    tablet("allopurinol", "アロプリノール錠１００ｍｇ", "3943001", "F1"),
    tablet("febuxostat", "フェブキソスタット錠１０ｍｇ", "3949003", "F1"),
    tablet("lansoprazole", "ランソプラゾールＯＤ錠１５ｍｇ", "2329023", "F1"),
    tablet("vonoprazan", "ボノプラザン錠１０ｍｇ", "2329030", "F1"),
    tablet("rebamipide", "レバミピド錠１００ｍｇ", "2329021", "F1"),
    tablet("magnesium-oxide", "酸化マグネシウム錠３３０ｍｇ", "2344009", "F2"),
    tablet("loxoprofen", "ロキソプロフェンＮａ錠６０ｍｇ", "1149019", "F1"),
    tablet("celecoxib", "セレコキシブ錠１００ｍｇ", "1149037", "F1"),
    tablet("acetaminophen", "アセトアミノフェン錠２００ｍｇ", "1141007", "F1"),
    capsule("pregabalin", "プレガバリンカプセル２５ｍｇ", "1190017"),
    tablet("mirogabalin", "ミロガバリン錠５ｍｇ", "1190026", "F2"),
    tablet("alendronate", "アレンドロン酸錠３５ｍｇ", "3999018", "F2"),
    capsule("eldecalcitol", "エルデカルシトールカプセル０．７５μｇ", "3112007"),
    other("tiotropium", "チオトロピウム吸入液２．５μｇ６０吸入", "2259709", ("KIT", "キット"), F_LQD, Way::Inhaled),
    other("salbutamol", "サルブタモール吸入エアゾール１００μｇ", "2254700", ("HON", "本"), F_LQD, Way::Inhaled),
    other(
        "budesonide-formoterol",
        "ブデソニドホルモテロール吸入粉末６０吸入",
        "2290801",
        ("KIT", "キット"),
        F_LQD,
        Way::Inhaled,
    ),
    tablet("montelukast", "モンテルカスト錠１０ｍｇ", "4490026", "F2"),
    tablet("fexofenadine", "フェキソフェナジン塩酸塩錠６０ｍｇ", "4490023", "F2"),
    tablet("carbocisteine", "カルボシステイン錠５００ｍｇ", "2233002", "F2"),
    tablet("dextromethorphan", "デキストロメトルファン錠１５ｍｇ", "2223001", "F1"),
    capsule("amoxicillin", "アモキシシリンカプセル２５０ｍｇ", "6131001"),
    tablet("clarithromycin", "クラリスロマイシン錠２００ｍｇ", "6149003", "F2"),
    tablet("levofloxacin", "レボフロキサシン錠５００ｍｇ", "6241013", "F2"),
    tablet("cefditoren", "セフジトレンピボキシル錠１００ｍｇ", "6132015", "F1"),
    tablet("prednisolone", "プレドニゾロン錠５ｍｇ", "2456001", "F1"),
    tablet("levothyroxine", "レボチロキシンＮａ錠５０μｇ", "2431004", "F1"),
    tablet("donepezil", "ドネペジル塩酸塩錠５ｍｇ", "1190012", "F2"),
    tablet("tamsulosin", "タムスロシン塩酸塩ＯＤ錠０．２ｍｇ", "2590008", "F2"),
    tablet("zolpidem", "ゾルピデム酒石酸塩錠５ｍｇ", "1129009", "F1"),
    tablet("suvorexant", "スボレキサント錠１５ｍｇ", "1190023", "F2"),
    tablet("escitalopram", "エスシタロプラム錠１０ｍｇ", "1179054", "F1"),
    tablet("mirtazapine", "ミルタザピン錠１５ｍｇ", "1179051", "F1"),
    tablet("ferrous-citrate", "クエン酸第一鉄Ｎａ錠５０ｍｇ", "3222013", "F1"),
    tablet("betahistine", "ベタヒスチンメシル酸塩錠６ｍｇ", "1339005", "F1"),
    other("ketoprofen-tape", "ケトプロフェンテープ４０ｍｇ", "2649729", ("SHT", "枚"), F_TPE, Way::External),
    other("heparinoid", "ヘパリン類似物質油性クリーム０．３％", "3339950", ("G", "ｇ"), F_OIT, Way::External),
    other("latanoprost", "ラタノプロスト点眼液０．００５％", "1319739", ("HON", "本"), F_LQD, Way::Eye),
    other("maintenance-fluid", "維持輸液３号５００ｍＬ", "3319534", ("BAG", "袋"), F_INJ, Way::Infusion),
    other("saline-100", "生理食塩液１００ｍＬ", "3311401", ("BTL", "瓶"), F_INJ, Way::Infusion),
    other("ceftriaxone", "セフトリアキソンナトリウム静注用１ｇ", "6132419", ("VIL", "バイアル"), F_INJ, Way::Infusion),
    other("furosemide-injection", "フロセミド注２０ｍｇ", "2139401", ("AMP", "アンプル"), F_INJ, Way::Infusion),
    other("meropenem", "メロペネム点滴静注用０．５ｇ", "6139400", ("VIL", "バイアル"), F_INJ, Way::Infusion),
    other("potassium-chloride", "ＫＣＬ注２０ｍＥｑキット", "3319402", ("KIT", "キット"), F_INJ, Way::Infusion),
];

/// The medicine of that key.
pub fn drug(key: &str) -> Option<&'static Drug> {
    DRUGS.iter().find(|d| d.key == key)
}

const MAKERS: &[&str] = &["ノト", "ミサキ", "シオ"];

/// A maker's product of a drug: what a message names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    pub hot9: String,
    pub yj: String,
    pub name: String,
}

/// The product that an institution stocks. Neighbouring institutions stock different makers' products of one drug.
pub fn product(drug: &Drug, institution: usize) -> Product {
    let maker = (institution + usize::try_from(spread(drug.key) % 3).unwrap_or(0)) % MAKERS.len();
    let number = spread(&format!("{}{}", drug.yj7, drug.yj_form)) % 900_000;
    let tail = spread(&format!("{}{}{maker}", drug.yj7, drug.yj_form)) % 900 + 11;
    Product {
        hot9: format!("1{:06}{:02}", number + 100_000 - 1, maker + 1),
        yj: format!("{}{}{tail:03}", drug.yj7, drug.yj_form),
        name: format!("{}「{}」", drug.name, MAKERS.get(maker).copied().unwrap_or("ノト")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn codes_have_their_lengths_and_the_ingredient_is_the_same_everywhere() {
        let keys: BTreeSet<_> = DRUGS.iter().map(|d| d.key).collect();
        assert_eq!(keys.len(), DRUGS.len());
        let mut products = BTreeSet::new();
        for drug in DRUGS {
            for institution in 0..3 {
                let product = product(drug, institution);
                assert_eq!((product.hot9.len(), product.yj.len()), (9, 12), "{product:?}");
                assert!(product.yj.starts_with(drug.yj7));
                assert!(products.insert((product.hot9.clone(), product.name.clone())));
            }
            assert_ne!(product(drug, 0).yj, product(drug, 1).yj);
        }
        let hot9: BTreeSet<_> = products.iter().map(|p| &p.0).collect();
        assert_eq!(hot9.len(), products.len(), "one HOT9 number names one product");
    }
}
