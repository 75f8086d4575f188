//! Who reads a log line. Three readers, three streams; a line without one of these targets is for developers.
//!
//! Audit is not logging: what was done with a patient's record stands in the trail. No line of any stream holds
//! personal data, an address of a patient's page or what somebody typed.

/// Whoever keeps the installation running: plain words, Japanese first, what happened and what to do.
pub const OPERATOR: &str = "renkei::operator";
/// Whoever watches for attacks: refusals with their stable code and number, faults of callers, counts.
pub const SECURITY: &str = "renkei::security";
