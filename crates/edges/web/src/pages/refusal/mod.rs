//! Refusals in plain words (R-X-02): what was refused, why, what to do, whom to call, the code and the reference number.
//!
//! One page for every refusal of the professional entrance. The words are chosen by the stable reason word of the
//! problem; a word the tables do not know falls back to its category. Nothing of the request is repeated here, and what
//! must look the same (law 6: `card_refused`, `no_permission`, a stranger and an ended participant) has one text.

use crate::shell::{Desk, Shell};
use askama::Template;
use renkei_kernel::Category;

#[derive(Debug, Template)]
#[template(path = "pages/refusal/refusal.html")]
pub struct RefusalPage {
    pub shell: Shell,
    pub status: u16,
    /// The reason word as the texts know it (`-` instead of `_`).
    word: String,
    /// Finds the event in the trail or the log; absent where every answer must be the same.
    pub reference: Option<String>,
    /// When it happened, Tokyo.
    pub at: Option<String>,
    /// From when on the same may be asked again, Tokyo; where waiting helps.
    pub again: Option<String>,
    pub desk: Option<Desk>,
    /// Where to go on, when going on makes sense here.
    pub onward: Option<Onward>,
    /// The entrance for cards that know old signatures only.
    pub older_cards: Option<String>,
}

/// A link out of the refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onward {
    pub href: String,
    pub label: String,
}

impl RefusalPage {
    pub fn new(shell: Shell, category: Category, code: &str, desk: Option<Desk>) -> Self {
        let leads_on = shell.session.is_some() || category == Category::NotFound;
        let onward = leads_on.then(|| Onward { href: "/".to_owned(), label: shell.words.say("refusal-to-start") });
        Self {
            status: category.status(),
            word: word_for(category, code).to_owned(),
            reference: None,
            at: None,
            again: None,
            desk,
            onward,
            older_cards: None,
            shell,
        }
    }

    pub fn text(&self, phrase: &str) -> String {
        self.shell.words.say(&format!("refusal-{}-{phrase}", self.word))
    }
}

/// The word whose texts fit a reason word of sign-in, session, card or access; else its category's.
fn word_for(category: Category, code: &str) -> &'static str {
    match (category, code) {
        (Category::NotSignedIn, "no_certificate") => "no-certificate",
        (Category::NotSignedIn, "expired") => "certificate-expired",
        (Category::NotSignedIn, "not_yet_valid") => "certificate-not-yet",
        (Category::NotSignedIn, "revoked") => "certificate-revoked",
        (Category::NotSignedIn, "chain" | "policy" | "role") => "certificate-unknown",
        (Category::NotSignedIn, "malformed" | "algorithm" | "extension" | "key_usage" | "subject") => {
            "certificate-broken"
        }
        (Category::NotSignedIn, "purpose") => "signing-certificate",
        (Category::NotSignedIn, "bound_elsewhere") => "certificate-changed",
        (Category::NotSignedIn, crl) if crl.starts_with("crl_") => "list-stale",
        (_, "test_cert_not_allowed") => "test-certificate",
        (_, "profession_not_allowed") => "certificate-unknown",
        (_, "role_mismatch") => "profession-mismatch",
        // Whoever is not in the register, suspended, or of an institution that takes no part: one answer (law 6).
        (_, "unbound" | "suspended" | "institution_absent" | "institution_suspended" | "affiliation_ended") => {
            "unknown-person"
        }
        (_, "source_mismatch") => "source-mismatch",
        (_, "no_permission") => "no-permission",
        (_, "card_refused") => "card-refused",
        (_, "card_not_seen") => "card-timeout",
        (_, "reader_closed") => "reader-closed",
        (_, "reader_away") => "reader-away",
        (_, "reader_faulty") => "reader-faulty",
        (_, "reader_too_many") => "reader-too-many",
        (_, "form_token") => "form-stale",
        (Category::Malformed, _) => "malformed",
        (Category::NotSignedIn, _) => "not-signed-in",
        (Category::NotAllowed, _) => "not-allowed",
        (Category::NotFound, _) => "not-found",
        (Category::Conflict, _) => "conflict",
        (Category::EvidenceMissing, _) => "evidence-missing",
        (Category::AgainstRule, _) => "against-rule",
        (Category::Blocked, _) => "blocked",
        (Category::TooMany, _) => "too-many",
        (Category::Stopped, _) => "stopped",
        (Category::Unexpected, _) => "unexpected",
    }
}

/// Every word of `word_for`, for the test of the tables.
#[cfg(test)]
const WORDS: &[&str] = &[
    "no-certificate",
    "certificate-expired",
    "certificate-not-yet",
    "certificate-revoked",
    "certificate-unknown",
    "certificate-broken",
    "signing-certificate",
    "test-certificate",
    "profession-mismatch",
    "unknown-person",
    "list-stale",
    "certificate-changed",
    "no-permission",
    "card-refused",
    "card-timeout",
    "reader-closed",
    "reader-away",
    "reader-faulty",
    "reader-too-many",
    "source-mismatch",
    "malformed",
    "not-signed-in",
    "not-allowed",
    "not-found",
    "conflict",
    "evidence-missing",
    "against-rule",
    "blocked",
    "too-many",
    "stopped",
    "unexpected",
    "form-stale",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::{Language, Words};

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
        assert_eq!(word_for(Category::NotSignedIn, "crl_stale"), "list-stale");
        assert_eq!(word_for(Category::Malformed, "malformed"), "malformed");
    }

    /// who is unknown, suspended, or of an institution that left, reads the same words.
    #[test]
    fn strangers_and_former_participants_read_the_same() {
        let of = |code| word_for(Category::NotAllowed, code);
        assert!(
            ["unbound", "suspended", "institution_absent", "institution_suspended", "affiliation_ended"]
                .iter()
                .all(|c| of(c) == "unknown-person")
        );
    }
}
