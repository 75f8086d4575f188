//! The start page of a professional: touch the card — the one big thing — and who may be seen now.

use crate::shell::Shell;
use askama::Template;

/// What the page knows of the reader at this place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reader {
    /// No reader is registered for this institution.
    None,
    /// One or several; the reader chosen before stands first.
    Some(Vec<ReaderChoice>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderChoice {
    pub id: String,
    /// The place: 受付1.
    pub place: String,
    pub connected: bool,
    /// The function is closed here after too many unknown cards (R-8.2.4-ア).
    pub closed: bool,
}

/// One visit of this institution that is open today.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenVisit {
    pub href: String,
    pub name: String,
    pub kana: String,
    pub age: String,
    /// `カード 9:20　受付1`.
    pub opened: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    pub text: String,
    pub look: bool,
}

#[derive(Debug, Template)]
#[template(path = "pages/start/start.html")]
pub struct StartPage {
    pub shell: Shell,
    pub reader: Reader,
    pub visits: Vec<OpenVisit>,
    pub notices: Vec<Notice>,
    /// What has just happened, said once on top: a visit was closed.
    pub done: Option<String>,
}

impl StartPage {
    /// The readers that can be asked now.
    pub fn usable(&self) -> Vec<&ReaderChoice> {
        match &self.reader {
            Reader::None => Vec::new(),
            Reader::Some(all) => all.iter().filter(|r| r.connected && !r.closed).collect(),
        }
    }
    pub fn all(&self) -> &[ReaderChoice] {
        match &self.reader {
            Reader::None => &[],
            Reader::Some(all) => all,
        }
    }
    pub fn has_reader(&self) -> bool {
        self.reader != Reader::None
    }
}
