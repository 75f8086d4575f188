//! Refusals in plain words (R-X-02): what was refused, why, what to do, whom to call, the code and the reference number.
//!
//! One page for every refusal of the professional entrance. The words are chosen by the stable reason word of the
//! problem; a word the tables do not know falls back to its category. Nothing of the request is repeated here, and what
//! must look the same (law 6: `card_refused`, `no_permission`, a stranger and an ended participant) has one text.

use crate::shell::{Desk, Shell};
use crate::words::Words;
use askama::Template;
use renkei_kernel::Category;

#[derive(Debug, Template)]
#[template(path = "pages/refusal/refusal.html")]
pub struct RefusalPage {
    pub shell: Shell,
    pub status: u16,
    /// The reason word as the texts know it (`-` instead of `_`).
    word: String,
    /// Finds the event in the trail or the log.
    pub reference: String,
    /// When it happened, Tokyo.
    pub at: String,
    pub desk: Option<Desk>,
    /// Where to go on, when going on makes sense here.
    pub onward: Option<Onward>,
}

/// A link out of the refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onward {
    pub href: String,
    pub label: String,
}

impl RefusalPage {
    pub fn new(shell: Shell, category: Category, code: &str, reference: String, at: String, desk: Option<Desk>) -> Self {
        let onward = match category {
            Category::NotSignedIn => None,
            _ => shell.session.is_some().then(|| Onward { href: "/".to_owned(), label: shell.words.say("refusal-to-start") }),
        };
        let word = word_for(category, code);
        Self { shell, status: category.status(), word, reference, at, desk, onward }
    }

    pub fn text(&self, phrase: &str) -> String {
        self.shell.words.say(&format!("refusal-{}-{phrase}", self.word))
    }
}

/// The word whose texts fit: the reason word itself, else its category.
fn word_for(category: Category, code: &str) -> String {
    let word = code.replace('_', "-");
    if Words::knows(&format!("refusal-{word}-title")) {
        return word;
    }
    match category {
        Category::Malformed => "malformed",
        Category::NotSignedIn => "not-signed-in",
        Category::NotAllowed => "not-allowed",
        Category::NotFound => "not-found",
        Category::Conflict => "conflict",
        Category::EvidenceMissing => "evidence-missing",
        Category::AgainstRule => "against-rule",
        Category::Blocked => "blocked",
        Category::TooMany => "too-many",
        Category::Stopped => "stopped",
        Category::Unexpected => "unexpected",
    }
    .to_owned()
}

/// Every reason word the pages have texts for.
pub const WORDS: &[&str] = &[
    "no-certificate", "certificate-expired", "certificate-not-yet", "certificate-revoked", "certificate-unknown",
    "certificate-broken", "signing-certificate", "test-certificate", "profession-mismatch", "unknown-person",
    "list-stale", "certificate-changed", "no-permission", "card-refused", "card-timeout", "reader-closed",
    "reader-away", "too-many-sessions", "malformed", "not-signed-in", "not-allowed", "not-found", "conflict",
    "evidence-missing", "against-rule", "blocked", "too-many", "stopped", "unexpected", "form-stale",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::Language;

    /// R-X-02: every refusal says what, why and what to do, in both languages.
    #[test]
    fn every_word_has_its_three_sentences_in_both_languages() {
        for word in WORDS {
            for phrase in ["title", "why", "do"] {
                let key = format!("refusal-{word}-{phrase}");
                assert!(Words::knows(&key), "{key}");
                assert!(!Words::new(Language::English).say(&key).is_empty());
            }
        }
    }

    #[test]
    fn an_unknown_word_falls_back_to_its_category() {
        assert_eq!(word_for(Category::NotAllowed, "card_refused"), "card-refused");
        assert_eq!(word_for(Category::NotAllowed, "something_new"), "not-allowed");
        assert_eq!(word_for(Category::Stopped, "something_new"), "stopped");
    }
}
