//! A permit cannot be written down.
use renkei_access::{Permit, PermitParts};

fn forge(parts: PermitParts) -> Permit {
    Permit { parts }
}

fn main() {}
