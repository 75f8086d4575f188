//! The end of a session: signed out, too long idle, past its time, or taken over by a newer one. Says what happened and how to begin again.

use crate::shell::Shell;
use askama::Template;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    SignedOut,
    Idle,
    Absolute,
    /// The same person signed in elsewhere, more often than is allowed at once.
    Newer,
    /// What it rested on was gone; the first window was told what.
    Otherwise,
}

impl Ending {
    pub fn key(self, phrase: &str) -> String {
        let which = match self {
            Self::SignedOut => "signed-out",
            Self::Idle => "idle",
            Self::Absolute => "absolute",
            Self::Newer => "newer",
            Self::Otherwise => "otherwise",
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
