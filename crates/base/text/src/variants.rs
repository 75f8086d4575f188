//! Kanji that are one character in another shape: old and new forms [旧字体・新字体], variants of names [異体字].
//!
//! For finding people only. A name is stored and shown as it was written; two names that fold alike are two names that
//! somebody may write for one another at a desk. Facts, not a copied file: the forms that the table of characters for
//! general use (常用漢字表, cabinet notice no. 2 of 2010) puts in brackets behind their new form, the pairs of annex 2
//! of the ordinance on the family register (戸籍法施行規則 別表第二の二), and the shapes of family names that registers
//! write apart and people do not. What Unicode itself calls the same (compatibility ideographs, e.g. U+FA19 神) is
//! folded by NFKC before this table is asked.

use std::collections::HashMap;
use std::sync::LazyLock;

/// Groups: the form that a key uses, then the forms that become it.
const GROUPS: &str = "
亜亞 悪惡 圧壓 囲圍 医醫 為爲 壱壹弌 隠隱 栄榮 営營 衛衞 駅驛 円圓 塩鹽 縁緣 艶艷 応應 欧歐 殴毆 桜櫻
奥奧 横橫 温溫 穏穩 仮假 価價 画畫 会會 絵繪 壊壞 懐懷 概槪槩 拡擴 殻殼 覚覺 学學斈 岳嶽 楽樂 渇渴
缶罐 巻卷 陥陷 勧勸 寛寬 関關 歓歡 観觀 気氣 帰歸 偽僞 戯戲 犠犧 旧舊 拠據 挙擧 虚虛 峡峽 挟挾 狭狹
鄉郷鄕 暁曉 区區 駆驅 勲勳 薫薰 径徑 茎莖 恵惠 掲揭 渓溪谿 経經 蛍螢 軽輕 継繼 鶏鷄雞 芸藝 撃擊 欠缺
研硏 県縣 倹儉 剣劍剱劒 険險 圏圈 検檢 献獻 権權 顕顯 験驗 厳嚴 広廣 効效 恒恆 黄黃 鉱鑛 号號 国國圀
黒黑 砕碎 済濟 斎齋斉齊 剤劑 雑雜 参參 桟棧 蚕蠶 惨慘 賛贊 残殘 糸絲 歯齒 児兒 辞辭 湿濕 実實 写寫
釈釋 寿壽夀 収收 従從 渋澁 獣獸 縦縱 粛肅 処處 緒緖 叙敍 将將 称稱 渉涉 焼燒 証證 奨奬 条條 状狀 乗乘
浄淨 剰剩 畳疊 縄繩 壌壤 嬢孃 譲讓 醸釀 触觸 嘱囑 真眞 寝寢 慎愼 尽盡 図圖 粋粹 酔醉 穂穗 随隨 髄髓
枢樞 数數 瀬瀨 声聲 静靜 窃竊 摂攝 専專 浅淺 戦戰 践踐 銭錢 潜潛 繊纖 禅禪 双雙 壮壯 争爭 荘莊 捜搜
挿插 巣巢 曽曾 痩瘦 装裝 総總 騒騷 増增 蔵藏 臓臟 即卽 属屬 続續 堕墮 対對 体體 帯帶 滞滯 台臺 滝瀧
択擇 沢澤 担擔 単單 胆膽 団團 断斷 弾彈 遅遲 痴癡 虫蟲 昼晝 鋳鑄 庁廳 徴徵 聴聽 勅敕 鎮鎭 逓遞 鉄鐵
点點 転轉 伝傳 灯燈 当當 党黨 盗盜 稲稻 闘鬪 徳德 独獨 読讀 届屆 弐貳 悩惱 脳腦 覇霸 拝拜 廃廢 売賣
麦麥 発發 髪髮 抜拔 晩晚 蛮蠻 秘祕 浜濱濵 瓶甁 払拂 仏佛 併倂 並竝 餅餠 辺邊邉 変變 弁辨瓣辯 歩步
宝寶寳 豊豐 褒襃 翻飜 毎每 万萬 満滿 麺麵 黙默 弥彌 訳譯 薬藥 与與 予豫 余餘 誉譽 揺搖 様樣 謡謠 来來
頼賴 乱亂 覧覽 竜龍 両兩 猟獵 緑綠 涙淚 塁壘 礼禮 励勵 戻戾 霊靈 齢齡 暦曆 歴歷 恋戀 錬鍊 炉爐 労勞
郎郞 楼樓 録錄 湾灣 高髙 崎﨑嵜碕 島嶋嶌 富冨 吉𠮷 土圡 柳栁桺 隆𨺓 彦彥 槙槇 桧檜 遥遙 尧尭堯 亘亙
巌巖 祢禰 祷禱 禄祿 萌萠 藤籐 鴎鷗 頬頰 薮藪 籠篭 竈竃 諌諫 淵渕渊 峰峯 松枩柗 船舩 館舘 桑桒 朗朖
昂昻 晃晄 凉涼 凛凜 煕熙 翠翆 曳曵 刈苅 芦蘆 蒋蔣 莱萊 蝋蠟 蝉蟬 兎兔 叱𠮟 填塡 剥剝 鳳鳯 亀龜 鴬鶯
暢畅 冴冱 穣穰 寧寕 宜冝 瑶瑤 絋紘 耀燿 醬醤 鈎鉤 鋪舗 濤涛 檮梼 撹攪 掻搔 溌潑 焔焰 侭儘 倶俱 呑吞
噛嚙 嚢囊 屏屛 并幷 箪簞 繋繫 莵菟 繍繡 躯軀 醗醱 頴穎 鹸鹼 麹麴 壷壺 妍姸 峨峩 嵯嵳 秋穐龝 稿稾 筍笋
笹筱 楫檝 橋槗𣘺 裏裡 鎌鐮 鑑鑒 隣鄰 雁鴈 飄飃 鰺鯵 鶴靍靏靎寉 角⻆ 舎舍 蘇蘓 内內 冊册 冑胄 勇勈 卯夘
厨廚 吴呉吳 喜㐂 姉姊 姫姬 娯娛 宮宫 尚尙 悦悅 説說 鋭銳 税稅 脱脫 閲閱 頚頸 栃杤 清淸 青靑 留畄㽞
";

static FORMS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let mut forms = HashMap::new();
    for group in GROUPS.split_whitespace() {
        let mut members = group.chars();
        let Some(first) = members.next() else { continue };
        forms.extend(members.map(|member| (member, first)));
    }
    forms
});

/// The form of a kanji that keys use; any other character is returned as it is.
pub fn fold_char(c: char) -> char {
    FORMS.get(&c).copied().unwrap_or(c)
}

/// A selector of a glyph variant (IVS, standardised variants): says how the character before it looks, not which it is.
pub fn is_selector(c: char) -> bool {
    matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{180B}'..='\u{180D}')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// R-X-18: shapes that people write for one another have one form, and folding twice is folding once.
    #[test]
    fn every_form_leads_to_one() {
        assert!(FORMS.len() > 450, "{}", FORMS.len());
        // No character stands twice, so that the order of the groups does not matter.
        assert_eq!(
            FORMS.len() + GROUPS.split_whitespace().count(),
            GROUPS.chars().filter(|c| !c.is_whitespace()).count()
        );
        for form in FORMS.keys() {
            let folded = fold_char(*form);
            assert_eq!(fold_char(folded), folded, "{form}");
        }
        for (one, other) in [
            ('髙', '高'),
            ('﨑', '崎'),
            ('邉', '辺'),
            ('邊', '辺'),
            ('濵', '浜'),
            ('齋', '斎'),
            ('齊', '斉'),
            ('斉', '斎'),
            ('澤', '沢'),
            ('廣', '広'),
            ('國', '国'),
            ('眞', '真'),
            ('櫻', '桜'),
            ('𠮷', '吉'),
            ('龍', '竜'),
            ('栁', '柳'),
            ('德', '徳'),
            ('惠', '恵'),
            ('嶋', '島'),
            ('冨', '富'),
            ('槗', '橋'),
            ('靏', '鶴'),
            ('瀨', '瀬'),
            ('衞', '衛'),
        ] {
            assert_eq!(fold_char(one), fold_char(other), "{one}{other}");
        }
    }

    #[test]
    fn different_kanji_stay_different() {
        for (one, other) in
            [('田', '由'), ('大', '太'), ('木', '本'), ('日', '目'), ('土', '士'), ('伊', '井'), ('博', '弘')]
        {
            assert_ne!(fold_char(one), fold_char(other), "{one}{other}");
        }
    }
}
