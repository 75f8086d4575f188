//! Body and promises: `renkei_hostile`, target `transaction_records`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("transaction_records", bytes));
