//! The end of a session: signed out, too long idle, or past its time. Says what happened and how to begin again.

use crate::shell::Shell;
use askama::Template;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    SignedOut,
    Idle,
    Absolute,
}

impl Ending {
    pub fn key(self, phrase: &str) -> String {
        let which = match self {
            Self::SignedOut => "signed-out",
            Self::Idle => "idle",
            Self::Absolute => "absolute",
        };
        format!("ended-{which}-{phrase}")
    }
}

#[derive(Debug, Template)]
#[template(path = "pages/ended/ended.html")]
pub struct EndedPage {
    pub shell: Shell,
    pub ending: Ending,
}
