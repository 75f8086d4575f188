//! Japanese text in whatever set its sender used.

use renkei_text::{code, decode, encode, encode_iso2022jp, kana, lookalike, substitute, width};

/// Any bytes decode; positions lie on characters; what fits the set encodes and decodes to itself; folding twice is
/// folding once.
pub fn decode_text(bytes: &[u8]) {
    let decoded = decode(bytes);
    let text = decoded.text.as_str();
    for issue in &decoded.issues {
        assert!(text.is_char_boundary(issue.text_at), "an issue lies inside a character");
    }
    if let Ok(again) = encode_iso2022jp(text) {
        assert_eq!(decode(&again).text, lookalike::fold(text));
    }
    if let Ok(exported) = encode_iso2022jp(&encode::fold_for_export(text)) {
        assert!(exported.iter().all(|byte| *byte < 0x80), "seven bits only");
    }
    let folded = lookalike::fold(text);
    assert_eq!(lookalike::fold(&folded), folded);
    let folded = width::fold_kana(text);
    assert_eq!(width::fold_kana(&folded), folded);
    let folded = code::fold(text);
    assert_eq!(code::fold(&folded), folded);
    let _ = (kana::key(text), kana::is_kana(text), width::compose_marks(text), lookalike::fold_dashes(text));
    let _ = (substitute::first(text), code::without_spaces(text));
}
