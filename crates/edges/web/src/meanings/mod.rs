//! What codes mean, where a sender gave the code and no words (codes show their meaning), and what is said in English
//! where a code allows it.
//!
//! Only exact codes of the standard's own tables; a local code stays what it is, and so does a name without a code: it
//! is shown as sent and says that it is Japanese. The code itself stands in the source.

use crate::words::{Words, is_japanese};
use renkei_records::views::series::SeriesKey;
use std::collections::HashMap;
use std::sync::LazyLock;

type Table = LazyLock<HashMap<&'static str, &'static str>>;

fn read(text: &'static str) -> HashMap<&'static str, &'static str> {
    text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('\t')).collect()
}

static DEPARTMENTS: Table = LazyLock::new(|| read(include_str!("departments.tsv")));
static DEPARTMENTS_IN_ENGLISH: Table = LazyLock::new(|| read(include_str!("departments_en.tsv")));

/// The name of a department whose code was sent; whatever else was sent stays as it is.
pub fn department(words: Words, sent: &str) -> &str {
    let code = sent.trim();
    let in_english = || DEPARTMENTS_IN_ENGLISH.get(code).filter(|_| !words.is_japanese());
    in_english().or_else(|| DEPARTMENTS.get(code)).copied().unwrap_or(sent)
}

/// HL7 table 0112 in short words; whatever else was sent stays as it is.
pub fn disposition(words: Words, sent: &str) -> &str {
    let (japanese, english) = match sent.trim() {
        "01" => ("自宅へ退院", "home"),
        "02" => ("他の病院へ（短期の入院）", "to another hospital (short stay)"),
        "03" => ("看護施設へ", "to a nursing home"),
        "04" => ("中間施設へ", "to an intermediate care facility"),
        "05" => ("ほかの施設へ・紹介", "to another institution, referred"),
        "06" => ("在宅看護へ", "to home nursing"),
        "07" => ("医師の助言によらない退院", "against medical advice"),
        "08" => ("在宅の静脈注射へ", "to home intravenous treatment"),
        "09" => ("この病院に入院", "admitted to this hospital"),
        "20" | "40" | "41" | "42" => ("死亡", "died"),
        "30" => ("継続（外来通院）", "continued as an outpatient"),
        _ => return sent,
    };
    if words.is_japanese() { japanese } else { english }
}

/// Full-width letters and digits in their ordinary form.
fn plain(text: &str) -> String {
    let plain = |c| match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        '\u{3000}' => ' ',
        _ => c,
    };
    text.chars().map(plain).collect()
}

/// What an English page calls an analyte: the sender's name in plain letters where it has no Japanese ones; the name of
/// the JLAC10 analyte code where that is known; else as sent.
pub fn analyte_in_english(sent: &str, key: &SeriesKey) -> String {
    let latin = plain(sent);
    // A minus that only looks like a letter of kana (ＰＴ－ＩＮＲ) is folded with the rest.
    if !latin.chars().any(is_japanese) {
        return latin;
    }
    if !key.is_standard() {
        return sent.to_owned();
    }
    match analyte(&key.analyte) {
        Some(name) if key.variant.is_empty() => name.to_owned(),
        Some(name) => format!("{name} ({})", key.variant),
        None => sent.to_owned(),
    }
}

/// JLAC10 analyte codes (five characters) of everyday blood and urine tests whose meaning does not hang on the rest of
/// the code.
fn analyte(code: &str) -> Option<&'static str> {
    Some(match code {
        "2A010" => "White blood cells",
        "2A020" => "Red blood cells",
        "2A030" => "Haemoglobin",
        "2A040" => "Haematocrit",
        "2A050" => "Platelets",
        "2B030" => "Prothrombin time",
        "3A010" => "Total protein",
        "3A015" => "Albumin",
        "3B010" => "Creatine kinase",
        "3B035" => "AST",
        "3B045" => "ALT",
        "3B050" => "Lactate dehydrogenase",
        "3B070" => "Alkaline phosphatase",
        "3B090" => "Gamma-GT",
        "3B160" => "Amylase",
        "3C015" => "Creatinine",
        "3C020" => "Uric acid",
        "3C025" => "Urea nitrogen",
        "3D010" => "Glucose",
        "3D045" | "3D046" => "HbA1c",
        "3F015" => "Triglycerides",
        "3F050" => "Total cholesterol",
        "3F070" => "HDL cholesterol",
        "3F077" => "LDL cholesterol",
        "3H010" => "Sodium",
        "3H015" => "Potassium",
        "3H020" => "Chloride",
        "3H030" => "Calcium",
        "3I010" => "Iron",
        "3J010" => "Total bilirubin",
        "3J015" => "Direct bilirubin",
        "4Z271" => "BNP",
        "5C070" => "CRP",
        "8A065" => "eGFR",
        _ => return None,
    })
}

/// What an English page calls a specimen: by its JC10 code where that is an everyday one, else as sent.
pub fn specimen_in_english<'a>(sent: &'a str, key: &SeriesKey) -> &'a str {
    match key.specimen.as_str() {
        _ if !key.is_standard() => sent,
        "001" => "urine",
        "004" => "collected urine",
        "015" => "stool",
        "017" | "018" => "blood",
        "019" => "blood (with additive)",
        "020" => "arterial blood",
        "021" => "capillary blood",
        "022" => "plasma",
        "023" => "serum",
        "040" => "punctate",
        "041" => "cerebrospinal fluid",
        "042" => "pleural fluid",
        "043" => "ascites",
        "044" => "joint fluid",
        "046" => "bone marrow",
        "061" => "sputum",
        "086" => "pus",
        _ => sent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    #[test]
    fn a_known_code_shows_its_name_and_words_stay_words() {
        let (japanese, english) = (Words::default(), Words::new(Language::English));
        assert_eq!(department(japanese, "08"), "循環器科");
        assert_eq!(department(english, "08"), "Circulatory diseases");
        assert_eq!(department(english, "011"), "第１内科", "no English name: as the table says it");
        assert_eq!(department(japanese, "循環器内科"), "循環器内科");
        assert_eq!(department(japanese, "Z9"), "Z9");
        assert_eq!(disposition(japanese, "01"), "自宅へ退院");
        assert_eq!(disposition(english, "01"), "home");
        assert_eq!(disposition(japanese, "軽快"), "軽快");
    }

    #[test]
    fn every_english_department_is_one_of_the_table() {
        for (code, name) in DEPARTMENTS_IN_ENGLISH.iter() {
            assert!(DEPARTMENTS.contains_key(code) && !name.chars().any(is_japanese), "{code}");
        }
        assert!(DEPARTMENTS_IN_ENGLISH.len() > 80);
    }

    #[test]
    fn an_analyte_has_an_english_name_only_where_a_code_gives_one() {
        let key = |analyte: &str, variant: &str| SeriesKey {
            analyte: analyte.into(),
            identification: "0000".into(),
            specimen: "023".into(),
            result: "01".into(),
            unit: "%".into(),
            variant: variant.into(),
            institution: None,
        };
        assert_eq!(analyte_in_english("ＨｂＡ１ｃ（ＮＧＳＰ）", &key("3D046", "NGSP")), "HbA1c(NGSP)");
        assert_eq!(analyte_in_english("ＰＴ－ＩＮＲ", &key("2B030", "")), "PT-INR");
        assert_eq!(analyte_in_english("糖化ヘモグロビン", &key("3D045", "JDS")), "HbA1c (JDS)");
        assert_eq!(analyte_in_english("クレアチニン", &key("3C015", "")), "Creatinine");
        assert_eq!(analyte_in_english("赤血球数", &key("2A990", "")), "赤血球数");
        let local =
            SeriesKey { institution: Some(renkei_kernel::InstitutionId(uuid::Uuid::nil())), ..key("3C015", "") };
        assert_eq!(analyte_in_english("クレアチニン", &local), "クレアチニン");
        assert_eq!(specimen_in_english("血清", &key("3C015", "")), "serum");
        assert_eq!(specimen_in_english("血清", &local), "血清");
    }
}
