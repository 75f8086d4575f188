//! Any bytes as any data type end with a verdict; what was read can be shown.
#![no_main]

use libfuzzer_sys::fuzz_target;
use renkei_ssmix2::inspect::message_content;
use renkei_ssmix2::{DataType, read_message};

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, bytes)) = bytes.split_first() else { return };
    let data_type = DataType::ALL.get(usize::from(*choice)).copied();
    if let Some(message) = read_message(bytes, data_type, None).message {
        let _ = message_content(&message);
    }
});
