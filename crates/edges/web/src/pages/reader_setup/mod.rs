//! The page that helps to connect a card reader: how each reader of the institution is, and what to do next.
//!
//! Separate from the start page because it is for whoever sets up a desk, not for whoever has a patient waiting.

pub mod handler;

use crate::shell::Shell;
use askama::Template;

/// One reader as the page shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderCard {
    pub place: String,
    /// Class of the tag: `good`, `look`, `danger`.
    pub tag: &'static str,
    pub state: String,
    /// Label and value.
    pub facts: Vec<(String, String)>,
    /// What to do next, the most pressing first.
    pub advice: Vec<String>,
}

#[derive(Debug, Template)]
#[template(path = "pages/reader_setup/reader_setup.html")]
pub struct ReaderSetupPage {
    pub shell: Shell,
    pub checked: String,
    pub readers: Vec<ReaderCard>,
}
