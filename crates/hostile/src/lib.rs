//! What strangers may send, thrown at everything that decodes it: one function a decoder, and the inputs to begin with.
//!
//! Separate from the decoders' own crates because the same function runs in two places: under the fuzzer
//! (`fuzz/fuzz_targets`, nightly, with coverage) and as an ordinary test over its corpus (`tests/it`, stable). A function
//! here returns for every input; what must always hold is asserted inside it. Linked by tests and the fuzzer only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a broken promise must stop the fuzzer")]

pub mod seeds;
mod targets;

/// One decoder under attack.
#[derive(Clone, Copy)]
pub struct Target {
    /// Name of the fuzz target and of the folder of its corpus.
    pub name: &'static str,
    /// Runs the decoder; panics when a promise is broken.
    pub attack: fn(&[u8]),
    /// Inputs made of the project's own fictional samples.
    pub seeds: fn() -> Vec<Vec<u8>>,
}

macro_rules! targets {
    ($($(#[$needs:meta])? $name:ident in $room:ident;)+) => {
        /// All targets in the order of the floors.
        pub const TARGETS: &[Target] = &[
            $($(#[$needs])? Target {
                name: stringify!($name),
                attack: targets::$room::$name,
                seeds: seeds::$room::$name,
            },)+
        ];
    };
}

targets! {
    decode_text in text;
    hl7_message in messages;
    file_name in messages;
    transaction_records in messages;
    read_message in messages;
    map_message in messages;
    stored_rows in messages;
    certificate in certificates;
    certificate_chain in certificates;
    revocation_list in certificates;
    trust_settings in certificates;
    trust_tables in certificates;
    regulation_file in files;
    register_file in files;
    #[cfg(feature = "trail")]
    checkpoint in trail;
    #[cfg(feature = "trail")]
    tree_proofs in trail;
    #[cfg(feature = "trail")]
    trail_entry in trail;
    #[cfg(feature = "trail")]
    database_address in trail;
    #[cfg(feature = "edges")]
    agent_settings in edges;
    #[cfg(feature = "edges")]
    presented_certificate in edges;
    #[cfg(feature = "edges")]
    reader_wire in edges;
    #[cfg(feature = "edges")]
    card_number in edges;
    #[cfg(feature = "edges")]
    request_parts in edges;
}

/// The target of this name.
pub fn target(name: &str) -> Option<&'static Target> {
    TARGETS.iter().find(|target| target.name == name)
}

/// Runs one target; the body of every file in `fuzz/fuzz_targets`.
pub fn attack(name: &str, input: &[u8]) {
    let target = target(name).expect("a target of this name");
    (target.attack)(input);
}
