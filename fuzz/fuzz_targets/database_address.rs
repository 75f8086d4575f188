//! Body and promises: `renkei_hostile`, target `database_address`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("database_address", bytes));
