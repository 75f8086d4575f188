//! The pages of the professional entrance, and the greeting of the empty patient entrance.
//!
//! Server-rendered: everything can be read and sent without scripts. A page is a typed view, a template and a handler in
//! one folder; handlers translate between HTTP and the use cases of `app` and decide nothing.

pub mod assets;
pub mod dates;
pub mod input;
pub mod meanings;
pub mod pages;
pub mod parts;
pub mod router;
pub mod security;
pub mod shell;
pub mod state;
pub mod visitor;
pub mod words;

pub use router::{PROFESSIONAL_ADDRESSES, WordsIncomplete, fault_page, patient, patient_not_found, professional};
pub use state::{Web, WebSettings};
