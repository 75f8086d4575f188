//! Problems: refusals and failures with a stable code, a category and a sentence a person can act on (R-X-02).

/// The refusal codes of the requirement catalogue, section 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Category {
    /// E400 malformed or missing input.
    Malformed,
    /// E401 not signed in, locked, wrong credential.
    NotSignedIn,
    /// E403 signed in but not allowed.
    NotAllowed,
    /// E404 not found, or existence must not be shown.
    NotFound,
    /// E409 conflict with present state.
    Conflict,
    /// E412 a needed document, approval or evidence is missing.
    EvidenceMissing,
    /// E422 well-formed but against a rule.
    AgainstRule,
    /// E423 blocked until something is done.
    Blocked,
    /// E429 too many requests.
    TooMany,
    /// E503 stopped, or the trail cannot be written.
    Stopped,
    /// E500 an error of ours.
    Unexpected,
}

impl Category {
    /// HTTP status of the category; the `E…` code is the same number.
    pub fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::NotSignedIn => 401,
            Self::NotAllowed => 403,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::EvidenceMissing => 412,
            Self::AgainstRule => 422,
            Self::Blocked => 423,
            Self::TooMany => 429,
            Self::Stopped => 503,
            Self::Unexpected => 500,
        }
    }
    /// Exit code of the command line for the category.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Malformed | Self::AgainstRule => 2,
            Self::NotSignedIn | Self::NotAllowed | Self::Blocked | Self::TooMany => 3,
            Self::NotFound => 4,
            Self::Conflict | Self::EvidenceMissing => 5,
            Self::Stopped => 6,
            Self::Unexpected => 1,
        }
    }
}

/// What an edge needs to know of an error to answer: category and stable code, nothing personal.
pub trait Problem {
    fn category(&self) -> Category;
    /// Stable snake_case reason word, e.g. `card_refused`, `no_permission`.
    fn code(&self) -> &'static str;
}
