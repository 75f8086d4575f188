//! What pages say: Japanese is the source language, English is complete (R-X-02).
//!
//! The two tables are Fluent files compiled into the program. Keys are `area-page-phrase`, the same characters here and
//! in the table, so that a search finds both ends. [`Words::check`] compares the tables at start: a key or a variable
//! that only one language knows stops the program before a reader meets a hole.

use fluent::concurrent::FluentBundle;
use fluent::{FluentArgs, FluentResource, FluentValue};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
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

    #[test]
    fn english_bends_the_noun() {
        let english = Words::new(Language::English);
        assert_eq!(english.count("common-items", 1), "1 item");
        assert_eq!(english.count("common-items", 4), "4 items");
        assert_eq!(Words::default().count("common-items", 4), "4件");
    }
}
