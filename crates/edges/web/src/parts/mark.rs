//! The mark of an institution: one colour and one letter everywhere on a patient's pages.
//!
//! The colours are ten of the national design system that stay apart for colour-blind readers as far as ten can; the
//! letter says the same without colour and in print. The register gives every institution its colour, so that the same
//! clinic looks the same on the next patient too; only institutions that may be seen take part (law 6).

use askama::Template;
use askama::filters::HtmlSafe;
use renkei_kernel::InstitutionId;
use std::collections::{BTreeMap, BTreeSet};

/// How many colours there are; class names run from `i0` to `i9`.
pub const COLOURS: usize = 10;

/// A coloured square with a letter; its name is read out and shown on hover.
#[derive(Debug, Clone, PartialEq, Eq, Template)]
#[template(
    source = r#"<span class="mark i{{ colour }}" lang="ja" role="img" aria-label="{{ name }}" title="{{ name }}">{{ letter }}</span>"#,
    ext = "html"
)]
pub struct Mark {
    pub colour: usize,
    pub letter: String,
    pub name: String,
}

impl HtmlSafe for Mark {}

impl Mark {
    /// The shape of this institution's points in a graph: colours repeat their neighbours for some eyes, shapes do not.
    pub fn shape(&self) -> usize {
        self.colour % 5
    }
    /// The outline of that shape around the origin, for legends.
    pub fn path(&self) -> String {
        super::trend::shape_path(self.shape(), 0.0, 0.0)
    }
}

/// The marks of one patient's visible institutions.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    marks: BTreeMap<InstitutionId, Mark>,
}

impl Palette {
    /// Gives every institution a colour and a letter: id, name, and the colour the register wishes for it. Two with the
    /// same wish get neighbours. The order of `institutions` does not matter.
    pub fn new<'a>(institutions: impl IntoIterator<Item = (InstitutionId, &'a str, u8)>) -> Self {
        let sorted: BTreeMap<InstitutionId, (&str, u8)> =
            institutions.into_iter().map(|(id, name, wish)| (id, (name, wish))).collect();
        let (mut colours, mut letters) = (BTreeSet::new(), BTreeSet::new());
        let mut marks = BTreeMap::new();
        for (id, (name, wish)) in sorted {
            if colours.len() == COLOURS {
                colours.clear();
            }
            let wish = usize::from(wish) % COLOURS;
            let colour =
                (0..COLOURS).map(|step| (wish + step) % COLOURS).find(|c| !colours.contains(c)).unwrap_or(wish);
            colours.insert(colour);
            let letter = letter_of(name, &letters);
            letters.insert(letter.clone());
            marks.insert(id, Mark { colour, letter, name: name.to_owned() });
        }
        Self { marks }
    }

    /// The mark; an institution that was not named gets a neutral one without a name.
    pub fn mark(&self, id: InstitutionId) -> Mark {
        let unknown = || Mark { colour: 6, letter: "・".to_owned(), name: String::new() };
        self.marks.get(&id).cloned().unwrap_or_else(unknown)
    }

    pub fn all(&self) -> impl Iterator<Item = (&InstitutionId, &Mark)> {
        self.marks.iter()
    }
}

/// Forms of incorporation that many names begin with; the letter comes from what is behind them.
const FORMS: [&str; 8] = [
    "医療法人社団",
    "医療法人財団",
    "社会医療法人",
    "医療法人",
    "独立行政法人",
    "社会福祉法人",
    "有限会社",
    "株式会社",
];

fn letter_of(name: &str, taken: &BTreeSet<String>) -> String {
    let mut rest = name.trim();
    for form in FORMS {
        rest = rest.strip_prefix(form).unwrap_or(rest).trim_start();
    }
    let letters = || rest.chars().filter(|c| c.is_alphanumeric()).map(String::from);
    letters().find(|letter| !taken.contains(letter)).or_else(|| letters().next()).unwrap_or_else(|| "・".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> InstitutionId {
        format!("{n:032x}").parse().unwrap()
    }

    #[test]
    fn each_institution_has_its_own_colour_and_letter() {
        let names = ["ミナト総合病院", "医療法人社団 ミナミ内科", "アオバ内科", "ツバメ薬局", "シラサギ歯科"];
        let palette =
            Palette::new(names.iter().enumerate().map(|(n, name)| (id(n as u128 * 77 + 1), *name, (n % 2) as u8)));
        let colours: BTreeSet<usize> = palette.all().map(|(_, mark)| mark.colour).collect();
        let letters: BTreeSet<String> = palette.all().map(|(_, mark)| mark.letter.clone()).collect();
        assert_eq!((colours.len(), letters.len()), (5, 5));
        assert!(letters.contains("ナ"), "the second ミ takes another of its letters: {letters:?}");
    }

    #[test]
    fn a_name_cannot_break_out_of_the_mark() {
        let mark = Mark { colour: 1, letter: "<".to_owned(), name: "\"><b>".to_owned() };
        let html = mark.to_string();
        assert!(!html.contains("<b>") && html.contains("&#60;"), "{html}");
    }
}
