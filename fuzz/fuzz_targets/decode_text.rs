//! Any bytes decode; what was decoded without a remark and fits the set encodes and decodes to itself.
#![no_main]

use libfuzzer_sys::fuzz_target;
use renkei_text::{decode, encode_iso2022jp, lookalike};

fuzz_target!(|bytes: &[u8]| {
    let decoded = decode(bytes);
    for issue in &decoded.issues {
        assert!(decoded.text.is_char_boundary(issue.text_at));
    }
    if let Ok(again) = encode_iso2022jp(&decoded.text) {
        assert_eq!(decode(&again).text, lookalike::fold(&decoded.text));
    }
});
