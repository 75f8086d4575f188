//! Body and promises: `renkei_hostile`, target `hl7_message`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("hl7_message", bytes));
