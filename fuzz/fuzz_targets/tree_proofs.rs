//! Body and promises: `renkei_hostile`, target `tree_proofs`.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| renkei_hostile::attack("tree_proofs", bytes));
