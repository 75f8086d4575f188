//! Body and promises: `renkei_hostile`, target `card_number`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("card_number", bytes));
