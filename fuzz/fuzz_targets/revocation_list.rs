//! Body and promises: `renkei_hostile`, target `revocation_list`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("revocation_list", bytes));
