//! Body and promises: `renkei_hostile`, target `presented_certificate`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("presented_certificate", bytes));
