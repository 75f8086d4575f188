//! How a medicine is taken: standard usage codes (JAMISDP01) with their texts, and supplements.
//!
//! The reading of the digits is inferred from published examples (ssmix2.md section 5.8); the text rules.

/// One usage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    pub code: &'static str,
    pub text: &'static str,
    /// Times a day; 0 for as needed.
    pub times: u32,
    /// Further repetition of TQ1-3, such as one weekday.
    pub supplement: Option<(&'static str, &'static str)>,
}

const fn usage(code: &'static str, text: &'static str, times: u32) -> Usage {
    Usage { code, text, times, supplement: None }
}

pub const MORNING: Usage = usage("1011000400000000", "内服・経口・１日１回朝食後", 1);
pub const EVENING: Usage = usage("1011040000000000", "内服・経口・１日１回夕食後", 1);
pub const MORNING_EVENING: Usage = usage("1012040400000000", "内服・経口・１日２回朝夕食後", 2);
pub const THREE_TIMES: Usage = usage("1013044400000000", "内服・経口・１日３回朝昼夕食後", 3);
pub const BEDTIME: Usage = usage("1011900000000000", "内服・経口・１日１回就寝前", 1);
pub const FOR_PAIN: Usage = usage("1050110020000000", "内服・経口・疼痛時", 0);
pub const FOR_FEVER: Usage = usage("1050110000000000", "内服・経口・発熱時", 0);
pub const FOR_SLEEPLESSNESS: Usage = usage("1050130000000000", "内服・経口・不眠時", 0);
pub const ON_WAKING_WEEKLY: Usage = Usage {
    code: "1011000100000000",
    text: "内服・経口・１日１回起床時",
    times: 1,
    supplement: Some(("W0100000", "月曜日")),
};
pub const PATCH_DAILY: Usage = usage("2B71000000000000", "外用・貼付・１日１回", 1);
pub const APPLY_TWICE: Usage = usage("2B72000000000000", "外用・塗布・１日２回", 2);
pub const INHALE_DAILY: Usage = usage("2H71000000000000", "外用・吸入・１日１回", 1);
pub const INHALE_TWICE: Usage = usage("2H72000000000000", "外用・吸入・１日２回", 2);
pub const INHALE_NEEDED: Usage = usage("2H50110000000000", "外用・吸入・発作時", 0);
pub const EYE_EVENING: Usage = usage("2G71000000000000", "外用・点眼・１日１回", 1);
pub const INJECT_EVENING: Usage = usage("3271900000000000", "注射・皮下・１日１回就寝前", 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_sixteen_characters_and_supplements_eight() {
        for usage in [
            MORNING,
            EVENING,
            MORNING_EVENING,
            THREE_TIMES,
            BEDTIME,
            FOR_PAIN,
            FOR_FEVER,
            FOR_SLEEPLESSNESS,
            ON_WAKING_WEEKLY,
            PATCH_DAILY,
            APPLY_TWICE,
            INHALE_DAILY,
            INHALE_TWICE,
            INHALE_NEEDED,
            EYE_EVENING,
            INJECT_EVENING,
        ] {
            assert_eq!(usage.code.len(), 16, "{}", usage.text);
            assert!(usage.supplement.is_none_or(|s| s.0.len() == 8));
        }
    }
}
