//! What pages say: Japanese is the source language, English is complete (R-X-02).
//!
//! The two tables are Fluent files compiled into the program. Keys are `area-page-phrase`, the same characters here and
//! in the table, so that a search finds both ends. [`Words::check`] compares the tables at start: a key or a variable
//! that only one language knows stops the program before a reader meets a hole.

use askama::filters::HtmlSafe;
use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource, FluentValue};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{Display, Write as _};
use std::sync::LazyLock;

const JAPANESE: &str = include_str!("../../../../locales/ja.ftl");
const ENGLISH: &str = include_str!("../../../../locales/en.ftl");

/// The languages pages speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    Japanese,
    English,
}

impl Language {
    /// The value of `lang` in HTML and of the language cookie.
    pub fn code(self) -> &'static str {
        match self {
            Self::Japanese => "ja",
            Self::English => "en",
        }
    }
    pub fn from_code(code: &str) -> Option<Self> {
        match code {
            "ja" => Some(Self::Japanese),
            "en" => Some(Self::English),
            _ => None,
        }
    }
}

struct Table {
    bundle: FluentBundle<FluentResource>,
    faults: Vec<String>,
}

impl Table {
    fn read(language: Language, text: &str) -> Self {
        let locale = language.code().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        bundle.set_use_isolating(false);
        let mut faults = Vec::new();
        let resource = match FluentResource::try_new(text.to_owned()) {
            Ok(resource) => resource,
            Err((resource, errors)) => {
                faults.extend(errors.iter().map(|error| format!("{}: {error}", language.code())));
                resource
            }
        };
        if let Err(errors) = bundle.add_resource(resource) {
            faults.extend(errors.iter().map(|error| format!("{}: {error}", language.code())));
        }
        Self { bundle, faults }
    }
}

static TABLES: LazyLock<[Table; 2]> =
    LazyLock::new(|| [Table::read(Language::Japanese, JAPANESE), Table::read(Language::English, ENGLISH)]);

/// A handle on one language's table; copied into every view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Words {
    pub language: Language,
}

impl Words {
    pub fn new(language: Language) -> Self {
        Self { language }
    }
    pub fn is_japanese(&self) -> bool {
        self.language == Language::Japanese
    }
    /// The phrase of `key`.
    pub fn say(&self, key: &str) -> String {
        self.phrase(key, None)
    }
    /// The phrase of `key` with one text filled in.
    pub fn one(&self, key: &str, name: &str, value: impl Display) -> String {
        let mut args = FluentArgs::new();
        args.set(name.to_owned(), FluentValue::from(value.to_string()));
        self.phrase(key, Some(&args))
    }
    /// The phrase of `key` with two texts filled in.
    pub fn two(&self, key: &str, (first, a): (&str, &str), (second, b): (&str, &str)) -> String {
        let mut args = FluentArgs::new();
        args.set(first.to_owned(), FluentValue::from(a.to_owned()));
        args.set(second.to_owned(), FluentValue::from(b.to_owned()));
        self.phrase(key, Some(&args))
    }
    /// The phrase of `key` with a number `n`, which English may bend the noun by.
    pub fn count(&self, key: &str, n: usize) -> String {
        let mut args = FluentArgs::new();
        args.set("n", FluentValue::from(n));
        self.phrase(key, Some(&args))
    }
    /// Whether both tables hold the key; used where a key is composed of a reason word.
    pub fn knows(key: &str) -> bool {
        TABLES.iter().all(|table| table.bundle.get_message(key).is_some_and(|m| m.value().is_some()))
    }

    fn phrase(&self, key: &str, args: Option<&FluentArgs<'_>>) -> String {
        let [japanese, english] = &*TABLES;
        let table = if self.is_japanese() { japanese } else { english };
        let mut errors = Vec::new();
        match table.bundle.get_message(key).and_then(|m| m.value()) {
            Some(pattern) => table.bundle.format_pattern(pattern, args, &mut errors).into_owned(),
            // Never reached after `check` and the test that looks for every key used; shown, not hidden, if it is.
            None => format!("〔{key}〕"),
        }
    }

    /// Text of the record as it came, ready for a template. In a page of another language its Japanese parts say which
    /// language they are, so that they are read out in it (R-X-18). Phrases of the tables never come this way.
    pub fn data<'a>(&self, text: &'a str) -> Data<'a> {
        Data { text, marks: !self.is_japanese() }
    }
    /// What stands between the first and the last day of a period.
    pub fn until(&self) -> &'static str {
        if self.is_japanese() { "〜" } else { "–" }
    }
    /// The language of a text that stands in an attribute: of the page, or Japanese where any of it is.
    pub fn language_of(&self, text: &str) -> &'static str {
        if text.chars().any(is_japanese) { Language::Japanese.code() } else { self.language.code() }
    }

    /// Compares the tables. The answer lists what is wrong: syntax, a key or a variable that only one language has.
    pub fn check() -> Result<(), Vec<String>> {
        let mut faults: Vec<String> = TABLES.iter().flat_map(|table| table.faults.clone()).collect();
        let (japanese, english) = (keys_and_variables(JAPANESE), keys_and_variables(ENGLISH));
        for (key, variables) in &japanese {
            match english.get(key) {
                None => faults.push(format!("en: {key} is missing")),
                Some(others) if others != variables => faults.push(format!("{key}: the variables differ")),
                Some(_) => {}
            }
        }
        faults.extend(
            english.keys().filter(|key| !japanese.contains_key(*key)).map(|key| format!("ja: {key} is missing")),
        );
        if faults.is_empty() { Ok(()) } else { Err(faults) }
    }

    /// Every key of the Japanese table, for tests that look for unused or unknown ones.
    pub fn keys() -> BTreeSet<String> {
        keys_and_variables(JAPANESE).into_keys().collect()
    }
}

/// Kana, kanji, Japanese punctuation and full-width forms.
pub fn is_japanese(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{fe30}'..='\u{fe4f}' | '\u{ff00}'..='\u{ffef}' | '\u{20000}'..='\u{3ffff}')
}

/// A text of the record in a page; see [`Words::data`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Data<'a> {
    text: &'a str,
    marks: bool,
}

impl HtmlSafe for Data<'_> {}

impl Display for Data<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut rest = self.text;
        while !rest.is_empty() {
            let inside = self.marks && rest.starts_with(is_japanese);
            // Digits and spaces between two Japanese letters belong to them: one voice reads the name of a medicine.
            let end = if inside {
                rest.char_indices().rfind(|(_, c)| is_japanese(*c)).map_or(rest.len(), |(at, c)| at + c.len_utf8())
            } else if self.marks {
                rest.find(is_japanese).unwrap_or(rest.len())
            } else {
                rest.len()
            };
            let (part, after) = rest.split_at(end);
            if inside {
                out.write_str("<span lang=\"ja\">")?;
            }
            write_escaped(out, part)?;
            if inside {
                out.write_str("</span>")?;
            }
            rest = after;
        }
        Ok(())
    }
}

fn write_escaped(out: &mut std::fmt::Formatter<'_>, text: &str) -> std::fmt::Result {
    for c in text.chars() {
        match c {
            '<' => out.write_str("&#60;")?,
            '>' => out.write_str("&#62;")?,
            '&' => out.write_str("&#38;")?,
            '"' => out.write_str("&#34;")?,
            '\'' => out.write_str("&#39;")?,
            _ => out.write_char(c)?,
        }
    }
    Ok(())
}

/// Message ids with the variables their patterns use. Read from the text: the tables use the plain part of the syntax.
fn keys_and_variables(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        if line.starts_with(|c: char| c.is_ascii_alphabetic()) {
            current = line.split('=').next().unwrap_or_default().trim().to_owned();
            found.entry(current.clone()).or_default();
        }
        if line.starts_with('#') {
            continue;
        }
        for piece in line.split('$').skip(1) {
            let name: String = piece.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
            if let Some(variables) = found.get_mut(&current) {
                variables.insert(name);
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_say_everything() {
        assert_eq!(Words::check(), Ok(()));
    }

    /// R-X-18: what is Japanese in an English page says so.
    #[test]
    fn data_of_another_language_says_which_and_cannot_break_out() {
        let english = Words::new(Language::English);
        assert_eq!(english.data("HbA1c 7.8 %").to_string(), "HbA1c 7.8 %");
        assert_eq!(
            english.data("A & アムロジピン錠 5mg「X」 2x").to_string(),
            "A &#38; <span lang=\"ja\">アムロジピン錠 5mg「X」</span> 2x"
        );
        assert_eq!(Words::default().data("<b>錠</b>").to_string(), "&#60;b&#62;錠&#60;/b&#62;");
        assert_eq!((english.language_of("湊 2"), english.language_of("2")), ("ja", "en"));
    }

    /// R-X-18: an English phrase is English.
    #[test]
    fn no_english_phrase_holds_japanese_letters() {
        let found: Vec<&str> = ENGLISH.lines().filter(|line| line.chars().any(is_japanese)).collect();
        assert_eq!(found, Vec::<&str>::new());
    }

    #[test]
    fn english_bends_the_noun() {
        let english = Words::new(Language::English);
        assert_eq!(english.count("common-items", 1), "1 item");
        assert_eq!(english.count("common-items", 4), "4 items");
        assert_eq!(Words::default().count("common-items", 4), "4件");
    }
}
