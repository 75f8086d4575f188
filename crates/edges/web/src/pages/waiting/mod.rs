//! Waiting for the card: the reader has been asked; the page goes on by itself, with no script.
//!
//! The page sends the browser at once to an address that answers only when the card was read or some seconds have
//! passed; meanwhile this page stays in sight.

pub mod handler;

use crate::shell::Shell;
use askama::Template;

#[derive(Debug, Template)]
#[template(path = "pages/waiting/waiting.html")]
pub struct WaitingPage {
    pub shell: Shell,
    /// The address that answers when there is an outcome.
    pub outcome: String,
    /// Seconds the request still lives.
    pub seconds_left: usize,
}
