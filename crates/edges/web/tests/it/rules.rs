//! Rules that hold for every template: content-security policy, words, addresses.

use renkei_web::words::{Language, Words};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn files(folder: &Path, ends: &[&str], found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ends, found);
        } else if ends.iter().any(|end| path.to_string_lossy().ends_with(end)) {
            found.push(path);
        }
    }
}

fn sources(ends: &[&str]) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), ends, &mut found);
    found.into_iter().map(|path| (path.clone(), std::fs::read_to_string(path).unwrap())).collect()
}

/// What the content-security policy would refuse, or what would leave the house.
pub fn offences(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    for needle in [" style=", "<style", "javascript:", "http://", "https://", "src=\"//", "href=\"//", "|safe"] {
        if html.contains(needle) {
            found.push(needle.to_owned());
        }
    }
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap_or_default();
        if tag.starts_with("script") && !tag.contains("src=") {
            found.push("inline script".to_owned());
        }
        for attribute in tag.split_whitespace().skip(1) {
            let name = attribute.split('=').next().unwrap_or_default();
            if name.len() > 2 && name.starts_with("on") && attribute.contains('=') {
                found.push(name.to_owned());
            }
        }
    }
    found
}

#[test]
fn no_template_has_inline_script_or_style_or_another_host() {
    let templates = sources(&[".html"]);
    assert!(templates.len() > 15);
    for (path, text) in templates {
        assert_eq!(offences(&text), Vec::<String>::new(), "{}", path.display());
    }
}

#[test]
fn no_rendered_page_has_inline_script_or_style_or_another_host() {
    for language in [Language::Japanese, Language::English] {
        for (name, html) in crate::scene::pages(language) {
            assert_eq!(offences(&html), Vec::<String>::new(), "{name}");
            assert!(!html.contains('〔'), "{name}: a phrase is missing");
            assert!(html.contains(&format!("<html lang=\"{}\"", language.code())), "{name}");
        }
    }
}

/// Texts of an English page that hold Japanese letters and stand where nothing says that they are Japanese.
fn unmarked(html: &str) -> Vec<String> {
    let japanese = |text: &str| text.chars().any(renkei_web::words::is_japanese);
    let mut languages: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let own = tag.split(" lang=\"").nth(1).and_then(|rest| rest.split('"').next());
        let inherited = languages.last().copied().unwrap_or("");
        let name = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap_or_default();
        let is_void = tag.ends_with('/') || ["!doctype", "meta", "link", "input", "br", "img"].contains(&name);
        if tag.starts_with('/') {
            languages.pop();
        } else {
            let language = own.unwrap_or(inherited);
            for attribute in ["title=\"", "aria-label=\"", "alt=\"", "placeholder=\"", "data-hint=\""] {
                let value = tag.split(attribute).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
                if language != "ja" && japanese(value) {
                    found.push(format!("<{tag}>"));
                }
            }
            if !is_void {
                languages.push(language);
            }
        }
        if languages.last() != Some(&"ja") && japanese(text) {
            found.push(text.to_owned());
        }
    }
    assert_eq!(languages, Vec::<&str>::new(), "every element is closed");
    found
}

#[test]
fn unmarked_japanese_is_found() {
    assert_eq!(unmarked("<html lang=\"en\"><p>値</p><b lang=\"ja\">値</b></html>"), ["値"]);
    assert_eq!(unmarked("<html lang=\"en\"><p title=\"値\">x</p></html>"), ["<p title=\"値\">"]);
    assert_eq!(unmarked("<html lang=\"ja\"><p>値<span lang=\"en\">値</span></p></html>"), ["値"]);
}

/// R-X-18, R-X-02: an English page is English; what the record says in Japanese says that it is Japanese.
#[test]
fn in_an_english_page_all_japanese_is_marked_as_japanese() {
    let scene = crate::scene::pages(Language::English).into_iter().map(|(name, html)| (name.to_owned(), html));
    let found: Vec<(String, Vec<String>)> = scene
        .chain(crate::record::pages(Language::English))
        .map(|(name, html)| (name, unmarked(&html)))
        .filter(|(_, found)| !found.is_empty())
        .collect();
    assert_eq!(found, Vec::new());
}

/// Keys that are composed of a reason word and have tests of their own.
const COMPOSED: [&str; 2] = ["refusal-", "ended-"];

#[test]
fn every_phrase_used_is_in_the_tables_and_every_phrase_in_the_tables_is_used() {
    let mut used = BTreeSet::new();
    for (_, text) in sources(&[".html", ".rs"]) {
        for piece in text.split('"').skip(1) {
            if piece.contains('-') && piece.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
                used.insert(piece.to_owned());
            }
        }
    }
    let known = Words::keys();
    let unused: Vec<&String> =
        known.iter().filter(|key| !used.contains(*key) && !COMPOSED.iter().any(|c| key.starts_with(c))).collect();
    assert_eq!(unused, Vec::<&String>::new());
    for (path, text) in sources(&[".html", ".rs"]) {
        for call in ["say(\"", "one(\"", "two(\"", "count(\""] {
            for piece in text.split(call).skip(1) {
                let key = piece.split('"').next().unwrap_or_default();
                assert!(Words::knows(key), "{}: {key}", path.display());
            }
        }
    }
}

#[test]
fn a_patients_page_never_names_the_patient_outside_its_body() {
    for (name, html) in crate::scene::pages(Language::Japanese) {
        let head = html.split("</head>").next().unwrap_or_default();
        assert!(!head.contains("佐倉") && !head.contains("00451190"), "{name}: title or address names the patient");
        for address in html.split("href=\"").skip(1).chain(html.split("action=\"").skip(1)) {
            let address = address.split('"').next().unwrap_or_default();
            assert!(address.is_ascii() && !address.contains("00451190"), "{name}: {address}");
        }
    }
}

#[test]
fn every_form_carries_the_token() {
    for (name, html) in crate::scene::pages(Language::Japanese) {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap_or_default();
            assert!(!form.contains("method=\"post\"") || form.contains("name=\"csrf\""), "{name}");
        }
    }
}
