//! Files an operator hands in: regulation and register.

use renkei_access::rulebook::SHIPPED;
use renkei_access::{Rulebook, RulebookParts};
use renkei_kernel::Timestamp;
use renkei_participation::RegisterFile;

const AT: Timestamp = Timestamp(1_795_000_000_000_000);

/// The first byte chooses which of the five definitions the text replaces; the others are the shipped ones.
pub fn regulation_file(bytes: &[u8]) {
    let Some((choice, text)) = bytes.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let replaced = usize::from(*choice) % SHIPPED.len();
    let mut parts = RulebookParts::default();
    if parts.take_file(SHIPPED[replaced].0, text).is_err() {
        return;
    }
    for (name, shipped) in SHIPPED.iter().enumerate().filter(|(index, _)| *index != replaced).map(|(_, file)| file) {
        parts.take_file(name, shipped).expect("the shipped proposals can be read");
    }
    if let Ok(rulebook) = Rulebook::assemble(parts)
        && let Some(rules) = rulebook.at(AT)
    {
        let _ = (rules.matrix.canonical(), rules.matrix.hash(), rules.matrix.missing_cells());
    }
}

/// A register that is taken names every key once.
pub fn register_file(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(register) = RegisterFile::parse(text, AT) {
        assert_eq!(register.keys().count(), register.len());
    }
}
