//! A value that must never reach a log, an error text or a metric label.

use zeroize::Zeroize;

/// Wraps personal or secret values; `Debug` and `Display` show only that something is withheld.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Withheld<T>(T);

impl<T> Withheld<T> {
    pub fn new(value: T) -> Self {
        Self(value)
    }
    /// The value, for the one place that really needs it.
    pub fn reveal(&self) -> &T {
        &self.0
    }
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T: Zeroize> Zeroize for Withheld<T> {
    fn zeroize(&mut self) {
        self.0.zeroize();
    }
}
impl<T> std::fmt::Debug for Withheld<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Withheld(…)")
    }
}
impl<T> std::fmt::Display for Withheld<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("（非表示）")
    }
}
