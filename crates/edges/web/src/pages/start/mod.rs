//! The start page of a professional: touch the card — the one big thing — and who may be seen now.

pub mod handler;

use crate::shell::Shell;
use askama::Template;

/// The connection of a reader's agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReaderState {
    Ready,
    /// Connected, but the device does not work.
    Faulty,
    Away,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderChoice {
    pub id: String,
    /// The place: 受付1.
    pub place: String,
    pub state: ReaderState,
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
    /// Readers of this institution; none when none is registered.
    pub readers: Vec<ReaderChoice>,
    pub visits: Vec<OpenVisit>,
    pub notices: Vec<Notice>,
    /// What has just happened, said once on top: a visit was closed.
    pub done: Option<String>,
}

impl StartPage {
    /// The readers that can be asked now.
    pub fn usable(&self) -> Vec<&ReaderChoice> {
        self.readers.iter().filter(|reader| reader.state == ReaderState::Ready).collect()
    }
}
