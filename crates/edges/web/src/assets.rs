//! Style sheets, pictures and built browser scripts, inside the program.
//!
//! Addresses carry the content's digest, so that browsers may keep a file for a year and still get the next version at
//! once. The scripts come from `frontend/dist`; without them (no node on the building machine) every page works the same.

use rust_embed::{EmbeddedFile, RustEmbed};
use std::borrow::Cow;

#[derive(RustEmbed)]
#[folder = "assets/"]
struct Own;

#[derive(RustEmbed)]
#[folder = "../../../frontend/dist/"]
struct Built;

fn file(name: &str) -> Option<EmbeddedFile> {
    Own::get(name).or_else(|| Built::get(name))
}

/// Whether a file of this name is in the program.
pub fn has(name: &str) -> bool {
    file(name).is_some()
}

/// `/assets/base.css?v=1f2e3d4c`; without the digest when there is no such file.
pub fn address(name: &str) -> String {
    match file(name) {
        Some(file) => {
            let hash = file.metadata.sha256_hash();
            let short: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
            format!("/assets/{name}?v={short}")
        }
        None => format!("/assets/{name}"),
    }
}

/// Content and media type.
pub fn content(name: &str) -> Option<(Cow<'static, [u8]>, &'static str)> {
    let file = file(name)?;
    let media = match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("json" | "map") => "application/json",
        _ => "application/octet-stream",
    };
    Some((file.data, media))
}

/// Names of our own style sheets and pictures, for the preview and the tests.
pub fn own_names() -> impl Iterator<Item = Cow<'static, str>> {
    Own::iter()
}
