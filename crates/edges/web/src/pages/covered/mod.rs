//! The covered screen: F9 or the link puts this page between the record and whoever walks by.

pub mod handler;

use crate::shell::Shell;
use askama::Template;

#[derive(Debug, Template)]
#[template(path = "pages/covered/covered.html")]
pub struct CoveredPage {
    pub shell: Shell,
    /// Where the reader came from; a local path.
    pub back: String,
}

/// A local path to return to, or the start page: never another site, never an unfinished address.
pub fn local_path(wish: &str) -> &str {
    let plain = wish.starts_with('/')
        && !wish.starts_with("//")
        && wish.len() <= 512
        && wish.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if plain { wish } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn the_way_back_stays_in_the_house() {
        assert_eq!(local_path("/visits/1/laboratory?item=2"), "/visits/1/laboratory?item=2");
        for bad in ["//example.org", "https://example.org", "/\\example.org", "/a b", "", "/a\r\nSet-Cookie: x"] {
            assert_eq!(local_path(bad), "/");
        }
    }
}
