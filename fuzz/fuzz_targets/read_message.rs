//! Body and promises: `renkei_hostile`, target `read_message`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("read_message", bytes));
