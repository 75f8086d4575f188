//! Body and promises: `renkei_hostile`, target `certificate_chain`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("certificate_chain", bytes));
