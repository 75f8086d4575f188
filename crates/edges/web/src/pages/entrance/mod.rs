//! The patient entrance while it is still empty: it greets, says what is not here, and asks for no certificate.

use crate::shell::{Desk, Shell};
use askama::Template;

#[derive(Debug, Template)]
#[template(path = "pages/entrance/entrance.html")]
pub struct EntrancePage {
    pub shell: Shell,
    pub desk: Option<Desk>,
}
