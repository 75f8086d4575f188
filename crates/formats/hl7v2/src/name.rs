//! Names of people: XPN (patient, family) and XCN (staff), with what real senders do to them.
//!
//! Representation is chosen by XPN.8 (`I` kanji, `P` kana), never by position; one missing caret is noticed; a whole name
//! in the family component is split at a space; half-width kana are shown in full width.

use renkei_text::{kana, substitute, width};
use serde::{Deserialize, Serialize};

use crate::field::{Field, Repetition};

/// A family and a given name, either may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonName {
    pub family: String,
    pub given: String,
}

impl PersonName {
    pub fn is_empty(&self) -> bool {
        self.family.is_empty() && self.given.is_empty()
    }

    /// `姓　名` with a full-width space.
    pub fn full(&self) -> String {
        match (self.family.is_empty(), self.given.is_empty()) {
            (false, false) => format!("{}　{}", self.family, self.given),
            _ => format!("{}{}", self.family, self.given),
        }
    }
}

/// What was irregular about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameIssue {
    /// Type and representation stand one component early.
    CaretMissing,
    /// Family and given name stood in one component.
    SplitAtSpace,
    /// No repetition said how it is written; chosen by its characters.
    RepresentationGuessed,
    /// A character stands for another one (`■`, `〓`, private use).
    Substitute,
}

/// The kanji and the kana form of a name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    pub kanji: PersonName,
    pub kana: PersonName,
    pub issues: Vec<NameIssue>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Written {
    Ideographic,
    Phonetic,
    Alphabetic,
    Unsaid,
}

impl Names {
    /// Reads an XPN field (PID-5, NK1-2).
    pub fn read(field: &Field<'_>) -> Self {
        let mut names = Self::default();
        let mut alphabetic = PersonName::default();
        for repetition in field.filled() {
            let (name, written) = names.one(&repetition);
            let phonetic = match written {
                Written::Phonetic => true,
                Written::Ideographic => false,
                Written::Alphabetic => {
                    alphabetic = name;
                    continue;
                }
                Written::Unsaid => {
                    names.note(NameIssue::RepresentationGuessed);
                    kana::is_kana(&name.full())
                }
            };
            let slot = if phonetic { &mut names.kana } else { &mut names.kanji };
            if slot.is_empty() {
                *slot = name;
            }
        }
        names.settle(alphabetic);
        names
    }

    fn one(&mut self, repetition: &Repetition<'_>) -> (PersonName, Written) {
        let code = |n: usize| repetition.component(n).id().into_owned();
        let mut written = written(&code(8));
        if written == Written::Unsaid && self::written(&code(7)) != Written::Unsaid && code(6) == "L" {
            written = self::written(&code(7));
            self.note(NameIssue::CaretMissing);
        }
        let family = shown(&repetition.component(1).subcomponent(1).text());
        let given = shown(&repetition.component(2).text());
        let name = self.split(family, given);
        if substitute::first(&name.family).or_else(|| substitute::first(&name.given)).is_some() {
            self.note(NameIssue::Substitute);
        }
        (name, written)
    }

    fn split(&mut self, family: String, given: String) -> PersonName {
        if !given.is_empty() {
            return PersonName { family, given };
        }
        let name = split_full(&family);
        if !name.given.is_empty() {
            self.note(NameIssue::SplitAtSpace);
        }
        name
    }

    /// Letters stand in for a missing ideographic form; a name written in kana alone, with nothing said about it, is the
    /// name as well as its reading.
    fn settle(&mut self, alphabetic: PersonName) {
        if self.kanji.is_empty() {
            self.kanji = alphabetic;
        }
        if self.kanji.is_empty() && self.issues.contains(&NameIssue::RepresentationGuessed) {
            self.kanji = self.kana.clone();
        }
    }

    fn note(&mut self, issue: NameIssue) {
        if !self.issues.contains(&issue) {
            self.issues.push(issue);
        }
    }
}

fn written(code: &str) -> Written {
    match code {
        "I" => Written::Ideographic,
        "P" => Written::Phonetic,
        "A" => Written::Alphabetic,
        _ => Written::Unsaid,
    }
}

/// As shown: half-width kana in full width, outer spaces cut.
fn shown(text: &str) -> String {
    width::fold_kana(text.trim()).into_owned()
}

/// A whole name split at its first full-width or ordinary space.
fn split_full(full: &str) -> PersonName {
    match full.split_once(['　', ' ']) {
        Some((family, given)) => PersonName { family: family.to_owned(), given: given.trim().to_owned() },
        None => PersonName { family: full.to_owned(), given: String::new() },
    }
}

/// A member of staff (XCN): number and name as known to the sender.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Staff {
    pub id: String,
    pub family: String,
    pub given: String,
}

impl Staff {
    /// Reads one repetition. `None` when it says nothing.
    pub fn read(repetition: &Repetition<'_>) -> Option<Self> {
        if repetition.is_empty() {
            return None;
        }
        let mut id = repetition.component(1).id().into_owned();
        let mut family = shown(&repetition.component(2).subcomponent(1).text());
        let mut given = shown(&repetition.component(3).text());
        if family.is_empty() && given.is_empty() && !id.is_ascii() {
            // A name alone, where the number should stand.
            family = std::mem::take(&mut id);
        }
        if given.is_empty() {
            let name = split_full(&family);
            (family, given) = (name.family, name.given);
        }
        let staff = Self { id, family, given };
        (staff != Self::default()).then_some(staff)
    }

    /// The person of a field: its ideographic repetition, else the first one that says something.
    pub fn of(field: &Field<'_>) -> Option<Self> {
        let ideographic = field.filled().find(|r| r.component(15).raw() == "I");
        ideographic.or_else(|| field.filled().next()).and_then(|r| Self::read(&r))
    }

    pub fn full_name(&self) -> String {
        PersonName { family: self.family.clone(), given: self.given.clone() }.full()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::separators::Separators;

    fn read(raw: &str) -> (String, String, String, String, Vec<NameIssue>) {
        let s = Separators::default();
        let n = Names::read(&Field::new(raw, &s));
        (n.kanji.family, n.kanji.given, n.kana.family, n.kana.given, n.issues)
    }

    #[test]
    fn the_representation_decides_not_the_position() {
        let expected = ("見本".into(), "太郎".into(), "ミホン".into(), "タロウ".into(), vec![]);
        assert_eq!(read("見本^太郎^^^^^L^I~ミホン^タロウ^^^^^L^P"), expected);
        assert_eq!(read("ミホン^タロウ^^^^^L^P~見本^太郎^^^^^L^I"), expected);
    }

    #[test]
    fn irregular_names_are_read_and_noted() {
        let full = |issue| ("見本".into(), "太郎".into(), "ミホン".into(), "タロウ".into(), vec![issue]);
        assert_eq!(read("見本^太郎^^^^L^I~ミホン^タロウ^^^^^L^P"), full(NameIssue::CaretMissing));
        assert_eq!(read("見本　太郎^^^^^^L^I~ミホン　タロウ^^^^^^L^P"), full(NameIssue::SplitAtSpace));
        assert_eq!(read("ﾐﾎﾝ^ﾀﾛｳ^^^^^L^P~見本^太郎^^^^^L^I").2, "ミホン");
        assert_eq!(read("見本^太郎~ミホン^タロウ"), full(NameIssue::RepresentationGuessed));
        assert_eq!(read("ミホン^タロウ~見本^太郎"), full(NameIssue::RepresentationGuessed));
        assert_eq!(read("■崎^太郎^^^^^L^I").4, vec![NameIssue::Substitute]);
        assert_eq!(read("\"\"").0, "");
        assert_eq!(read("Mihon^Taro^^^^^L^A~見本^太郎^^^^^L^I").0, "見本");
        assert_eq!(read("Mihon^Taro^^^^^L^A~ミホン^タロウ^^^^^L^P").0, "Mihon");
    }

    #[test]
    fn staff_have_number_and_name() {
        let s = Separators::default();
        let staff = |raw: &str| Staff::of(&Field::new(raw, &s)).map(|p| (p.id, p.family, p.given));
        let expected = Some(("ishi01".to_owned(), "医師".to_owned(), "一郎".to_owned()));
        assert_eq!(staff("ishi01^医師^一郎^^^^^^^L^^^^^I~^イシ^イチロウ^^^^^^^L^^^^^P"), expected);
        assert_eq!(staff("^イシ^イチロウ^^^^^^^L^^^^^P~ishi01^医師^一郎^^^^^^^L^^^^^I"), expected);
        assert_eq!(staff("ishi01^医師　一郎^^^^^^^^L^^^^^I"), expected);
        assert_eq!(staff("医師一郎"), Some((String::new(), "医師一郎".to_owned(), String::new())));
        assert_eq!(staff(""), None);
    }
}
