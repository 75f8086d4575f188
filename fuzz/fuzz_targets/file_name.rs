//! Body and promises: `renkei_hostile`, target `file_name`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("file_name", bytes));
