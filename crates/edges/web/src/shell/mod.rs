//! What surrounds every page: the bar that says where I am, who I am and until when; the foot; language; style sheets.

use crate::assets;
use crate::words::Words;

/// Who is signed in, as the bar shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionBar {
    pub institution: String,
    pub person: String,
    /// Profession in the reader's language.
    pub profession: String,
    /// The certificate is of the test kind, which some professions sign in with.
    pub test_certificate: bool,
    /// A sentence: how long this session or this visit's view goes on.
    pub until: Option<String>,
}

/// The surroundings of one page.
#[derive(Debug, Clone, Default)]
pub struct Shell {
    pub words: Words,
    /// The fictional region: every page says 体験版.
    pub demo: bool,
    pub session: Option<SessionBar>,
    /// Token that every form carries back.
    pub csrf: String,
    /// This page's own path, for the language form and for coming back from the cover. Local, never a patient's data.
    pub here: String,
    /// Seconds after which the page leaves by itself, and where to (an idle session, R-8.2.4's last second).
    pub leave: Option<(u32, String)>,
}

impl Shell {
    pub fn asset(&self, name: &str) -> String {
        assets::address(name)
    }
    pub fn has_scripts(&self) -> bool {
        assets::has("renkei.js")
    }
    pub fn other_language(&self) -> (&'static str, &'static str) {
        if self.words.is_japanese() { ("en", "English") } else { ("ja", "日本語") }
    }
}

/// Whom to call, from the settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Desk {
    pub name: String,
    pub phone: String,
    pub hours: String,
}
