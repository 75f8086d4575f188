//! Any bytes split into records, none of them lost.
#![no_main]

use libfuzzer_sys::fuzz_target;
use renkei_ssmix2::transaction::Records;

fuzz_target!(|bytes: &[u8]| {
    let mut length = 0;
    for record in Records::new(bytes) {
        length += record.map_or(0, |record| record.message.len());
    }
    assert!(length <= bytes.len());
});
