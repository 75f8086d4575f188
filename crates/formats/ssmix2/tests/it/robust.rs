//! Whatever is done to the samples, reading ends with a verdict: cut anywhere, bytes changed, segments shuffled.

use proptest::prelude::*;
use renkei_ssmix2::inspect::message_content;
use renkei_ssmix2::storage::Storage;
use renkei_ssmix2::{DataType, read_message};

use crate::fixture;

fn samples() -> Vec<(Option<DataType>, Vec<u8>)> {
    let mut all = Vec::new();
    for patient in Storage::new([fixture("crafted/standard")]).patients() {
        for entry in patient.unwrap().files() {
            let entry = entry.unwrap();
            all.push((entry.parsed.unwrap().kind(), std::fs::read(entry.path).unwrap()));
        }
    }
    all
}

#[test]
fn a_message_cut_at_any_byte_has_a_verdict() {
    for (data_type, bytes) in samples() {
        for end in (0..bytes.len()).step_by(7) {
            let reading = read_message(&bytes[..end], data_type, None);
            if let Some(message) = reading.message {
                let _ = message_content(&message);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn changed_bytes_and_another_data_type_make_nothing_panic(
        sample in 0usize..33,
        other in 0usize..26,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        static SAMPLES: std::sync::LazyLock<Vec<(Option<DataType>, Vec<u8>)>> = std::sync::LazyLock::new(samples);
        let (data_type, mut bytes) = SAMPLES[sample % SAMPLES.len()].clone();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        for data_type in [data_type, Some(DataType::ALL[other]), None] {
            let reading = read_message(&bytes, data_type, None);
            prop_assert!(reading.findings.len() <= 2_000);
            if let Some(message) = reading.message {
                let _ = message_content(&message);
            }
        }
    }
}
