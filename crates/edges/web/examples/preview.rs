//! Writes every page with believable, wholly fictional data into a folder, to be looked at in a browser:
//! `cargo run -p renkei-web --example preview -- FOLDER`.
#![allow(clippy::unwrap_used, reason = "the scenes are shared with the tests and fail loudly")]

#[path = "../tests/it/record.rs"]
#[allow(dead_code, reason = "shared with the tests")]
mod record;
#[path = "../tests/it/scene/mod.rs"]
mod scene;

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("say the folder to write to")?);
    std::fs::create_dir_all(folder.join("assets"))?;
    for name in renkei_web::assets::own_names() {
        if let Some((bytes, _)) = renkei_web::assets::content(&name) {
            std::fs::write(folder.join("assets").join(name.as_ref()), bytes)?;
        }
    }
    for language in [renkei_web::words::Language::Japanese, renkei_web::words::Language::English] {
        let scene = scene::pages(language).into_iter().map(|(name, html)| (name.to_owned(), html));
        for (name, html) in scene.chain(record::pages(language)) {
            // Files know no root: the style sheets lie beside the pages here.
            let html = html.replace("\"/assets/", "\"assets/");
            std::fs::write(folder.join(format!("{name}.{}.html", language.code())), html)?;
        }
    }
    Ok(())
}
