//! Body and promises: `renkei_hostile`, target `reader_wire`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("reader_wire", bytes));
