//! Body and promises: `renkei_hostile`, target `regulation_file`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("regulation_file", bytes));
