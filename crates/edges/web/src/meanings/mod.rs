//! What codes mean, where a sender gave the code and no words (codes show their meaning).
//!
//! Only exact codes of the standard's own tables; a local code stays what it is. The code itself stands in the source.

use std::collections::HashMap;
use std::sync::LazyLock;

static DEPARTMENTS: LazyLock<HashMap<&'static str, &'static str>> = LazyLock::new(|| {
    let lines = include_str!("departments.tsv").lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).collect()
});

/// The name of a department whose code was sent; whatever else was sent stays as it is.
pub fn department(sent: &str) -> &str {
    DEPARTMENTS.get(sent.trim()).copied().unwrap_or(sent)
}

/// HL7 table 0112 in short words; whatever else was sent stays as it is.
pub fn disposition(sent: &str) -> &str {
    match sent.trim() {
        "01" => "自宅へ退院",
        "02" => "他の病院へ（短期の入院）",
        "03" => "看護施設へ",
        "04" => "中間施設へ",
        "05" => "ほかの施設へ・紹介",
        "06" => "在宅看護へ",
        "07" => "医師の助言によらない退院",
        "08" => "在宅の静脈注射へ",
        "09" => "この病院に入院",
        "20" | "40" | "41" | "42" => "死亡",
        "30" => "継続（外来通院）",
        _ => sent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_code_shows_its_name_and_words_stay_words() {
        assert_eq!(department("08"), "循環器科");
        assert_eq!(department("循環器内科"), "循環器内科");
        assert_eq!(department("Z9"), "Z9");
        assert_eq!(disposition("01"), "自宅へ退院");
        assert_eq!(disposition("軽快"), "軽快");
    }
}
