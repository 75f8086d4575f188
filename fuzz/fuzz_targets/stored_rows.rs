//! Body and promises: `renkei_hostile`, target `stored_rows`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("stored_rows", bytes));
