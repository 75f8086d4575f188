//! What every handler has: the house, and the few settings of the pages.

use crate::shell::Desk;
use renkei_app::House;
use std::sync::Arc;

/// Settings of an installation's pages.
#[derive(Debug, Clone, Default)]
pub struct WebSettings {
    /// The fictional region: every page says 体験版.
    pub demo: bool,
    /// Whom to call, on every refusal.
    pub desk: Option<Desk>,
    /// Address of the port for cards that know old signatures only (`https://…`), offered where no certificate came.
    pub older_cards: Option<String>,
}

#[derive(Debug, Clone)]
pub struct Web {
    pub house: House,
    pub settings: Arc<WebSettings>,
}
