//! Body and promises: `renkei_hostile`, target `request_parts`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("request_parts", bytes));
