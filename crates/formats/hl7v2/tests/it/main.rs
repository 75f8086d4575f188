//! Properties of reading: no bytes stop it, and every field it shows is a piece of the text it decoded.

use proptest::prelude::*;
use renkei_hl7v2::{Coded, Message, Moment, Names, Staff};

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"MSH|^~\\&|A|B||".to_vec()),
        Just(b"\rPID|1||".to_vec()),
        Just(b"\rOBX|1|NM|".to_vec()),
        Just(b"\x1b$B8+K\\".to_vec()),
        Just(b"\x1b(B".to_vec()),
        Just(b"\"\"".to_vec()),
        Just(b"^^^".to_vec()),
        Just(b"~&\\F\\\\X4".to_vec()),
        Just(b"\x1c\r".to_vec()),
        proptest::collection::vec(any::<u8>(), 0..6),
    ];
    (
        prop_oneof![Just(b"MSH|^~\\&|".to_vec()), Just(b"MSH".to_vec()), Just(Vec::new())],
        proptest::collection::vec(piece, 0..30),
    )
        .prop_map(|(head, pieces)| [head, pieces.concat()].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn no_bytes_make_reading_panic(bytes in bytes()) {
        if let Ok(message) = Message::read(&bytes) {
            prop_assert!(message.segment_count() > 0);
            for segment in message.segments() {
                let mut length = 3;
                for number in 1..=segment.field_count() {
                    let field = segment.field(number);
                    length += field.raw().len();
                    let _ = (field.text(), field.state(), Names::read(&field), Staff::of(&field));
                    for repetition in field.repetitions() {
                        let _ = (Coded::read(&repetition), repetition.component_to_end(3).text());
                    }
                }
                prop_assert!(length <= segment.raw().len() + 1);
            }
            for at in 0..message.text().len() {
                let _ = message.place_at(at);
            }
        }
    }

    #[test]
    fn a_time_that_is_understood_starts_with_its_own_year(raw in "[0-9]{4,20}(\\.[0-9]{0,5})?([+-][0-9]{0,4})?") {
        if let Some(moment) = Moment::parse(&raw) {
            let iso = moment.iso();
            let rolled = iso.get(..4) != raw.get(..4);
            prop_assert!(!rolled || raw.starts_with(&format!("{:04}1231", moment.local.year() - 1)), "{raw} {iso}");
        }
    }
}
