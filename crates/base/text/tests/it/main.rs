//! Properties of text that hold for every input, not only for the examples of the modules.

use proptest::prelude::*;
use renkei_text::{decode, encode_iso2022jp, jis, lookalike};

/// Any character of JIS X 0208 proper, in the form the decoder yields.
fn jis_char() -> impl Strategy<Value = char> {
    (0x21u8..=0x74, 0x21u8..=0x7E).prop_filter_map("undefined cell", |(lead, trail)| {
        if jis::is_standard_row(lead) { jis::x0208(lead, trail) } else { None }
    })
}

fn text() -> impl Strategy<Value = String> {
    let any = prop_oneof![jis_char(), proptest::char::range(' ', '~'), Just('\r'), Just('|'), Just('^')];
    proptest::collection::vec(any, 0..80).prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn decoding_what_was_encoded_gives_the_text_back(text in text()) {
        let folded = lookalike::fold(&text).into_owned();
        let bytes = encode_iso2022jp(&text).unwrap();
        prop_assert!(bytes.iter().all(|b| *b < 0x80));
        let decoded = decode(&bytes);
        prop_assert_eq!(&decoded.text, &folded);
        prop_assert!(decoded.issues.is_empty());
    }

    #[test]
    fn no_bytes_make_the_decoder_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let decoded = decode(&bytes);
        for issue in &decoded.issues {
            prop_assert!(issue.text_at <= decoded.text.len());
        }
    }

    #[test]
    fn no_escapes_make_the_scanner_panic(
        pieces in proptest::collection::vec(prop_oneof![
            Just(b"\x1b$B".to_vec()), Just(b"\x1b(B".to_vec()), Just(b"\x1b(I".to_vec()), Just(b"\x1b$(D".to_vec()),
            Just(b"|".to_vec()), Just(b"\r".to_vec()), Just(b"\x0e".to_vec()), proptest::collection::vec(0x20u8..0x7F, 0..5),
            proptest::collection::vec(any::<u8>(), 0..3),
        ], 0..30)
    ) {
        let bytes = pieces.concat();
        let decoded = decode(&bytes);
        prop_assert!(decoded.issues.iter().all(|i| decoded.text.is_char_boundary(i.text_at)));
    }
}
