//! Whatever is done to a file, mapping ends with a message or a refusal, and nothing is lost on the way to the row.

use crate::{context, fixture, ids};
use proptest::prelude::*;
use renkei_mapping::ssmix2::map_file;
use renkei_records::Message;
use renkei_ssmix2::storage::Storage;
use renkei_ssmix2::{DataType, FileName};
use std::sync::LazyLock;

static SAMPLES: LazyLock<Vec<(FileName, Vec<u8>)>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for patient in Storage::new([fixture("crafted/standard")]).patients() {
        for entry in patient.unwrap().files() {
            let entry = entry.unwrap();
            all.push((entry.parsed.unwrap(), std::fs::read(entry.path).unwrap()));
        }
    }
    all
});

fn maps_or_refuses(bytes: &[u8], name: &FileName) {
    let ids = ids();
    if let Ok(mapped) = map_file(bytes, name, &context(&ids), &ids) {
        let row = mapped.message.encode().unwrap();
        assert_eq!(Message::decode(&row).unwrap(), mapped.message);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn arbitrary_bytes_make_nothing_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), kind in 0usize..26) {
        let (name, _) = &SAMPLES[0];
        let name = FileName { data_type: DataType::ALL[kind].code().to_owned(), ..name.clone() };
        maps_or_refuses(&bytes, &name);
        let mut message = b"MSH|^~\\&|H|S|G|R|20260401||ADT^A08|1|P|2.5\rPID|1||0000123^^^^PI\r".to_vec();
        message.extend(&bytes);
        message.push(b'\r');
        maps_or_refuses(&message, &name);
    }

    #[test]
    fn changed_samples_under_any_data_type_make_nothing_panic(
        sample in any::<prop::sample::Index>(),
        kind in 0usize..27,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..12),
    ) {
        let (name, mut bytes) = SAMPLES[sample.index(SAMPLES.len())].clone();
        for (index, byte) in changes {
            let at = index.index(bytes.len());
            bytes[at] = byte;
        }
        maps_or_refuses(&bytes, &name);
        let data_type = DataType::ALL.get(kind).map_or("OML-12", |kind| kind.code()).to_owned();
        maps_or_refuses(&bytes, &FileName { data_type, ..name });
    }
}
