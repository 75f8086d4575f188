//! Personal data in what programs and tests wrote: the values that fixtures plant are searched for in the logs of a run.
//!
//! `cargo xtask leaks --planted REGISTER.toml… LOG…`: a `LOG` is a file or a folder of them. Planted are names, numbers,
//! card ids, addresses and birth dates of the registers named, and whatever the run itself wrote into `*.planted` files
//! (session tokens). Finding none of it is worth something only when there was something to search: a run without lines
//! is an error.

use crate::sources;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Fields of a register that say who somebody is.
const TELLING: [&str; 14] = [
    "family",
    "given",
    "family_kana",
    "given_kana",
    "birth_date",
    "address",
    "phone",
    "postal_code",
    "number",
    "subject_serial",
    "form_serial",
    "previous_names",
    "id",
    "my_number",
];
/// Shorter values are words of every text.
const CHARACTERS_MIN: usize = 2;
const LINES_MIN: usize = 200;

/// Where a planted value was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leak {
    pub file: PathBuf,
    pub line: usize,
    /// What kind of value it is; the value itself is not repeated.
    pub kind: String,
}

/// Searches and answers a line for the person who called.
pub fn search(root: &Path, registers: &[&str], logs: &[&str]) -> Result<String, String> {
    let mut planted = BTreeMap::new();
    for register in registers {
        planted.extend(planted_in(&read(&root.join(register))?)?);
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for log in logs {
        let path = Path::new(log);
        if path.is_dir() { files.extend(sources::files(path, "")) } else { files.push(path.to_path_buf()) }
    }
    let (notes, files): (Vec<_>, Vec<_>) =
        files.into_iter().partition(|file| file.extension() == Some("planted".as_ref()));
    for note in notes {
        planted.extend(read(&note)?.lines().map(|line| (line.to_owned(), "a token of the run".to_owned())));
    }
    let (mut leaks, mut lines) = (Vec::new(), 0);
    for file in &files {
        let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let text = String::from_utf8_lossy(&bytes);
        lines += text.lines().count();
        leaks.extend(found(&text, &planted).into_iter().map(|(line, kind)| Leak { file: file.clone(), line, kind }));
    }
    if planted.len() < 20 || lines < LINES_MIN {
        return Err(format!("{} planted values, {lines} lines: there was nothing to search", planted.len()));
    }
    if leaks.is_empty() {
        return Ok(format!(
            "leaks: none of {} planted values in {lines} lines of {} files",
            planted.len(),
            files.len()
        ));
    }
    let shown = leaks.iter().take(40).map(|leak| format!("{}:{}: {}", leak.file.display(), leak.line, leak.kind));
    Err(format!("{} lines hold what was planted:\n{}", leaks.len(), shown.collect::<Vec<_>>().join("\n")))
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The telling values of a register file, with what they are.
pub fn planted_in(register: &str) -> Result<BTreeMap<String, String>, String> {
    let document: toml::Table = register.parse().map_err(|error: toml::de::Error| error.message().to_owned())?;
    let mut found = BTreeMap::new();
    for (section, rows) in &document {
        let told = matches!(section.as_str(), "person" | "patient" | "chart" | "card" | "certificate" | "consent");
        for row in rows.as_array().into_iter().flatten().filter(|_| told) {
            for (field, value) in row.as_table().into_iter().flatten() {
                if !TELLING.contains(&field.as_str()) {
                    continue;
                }
                let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let kind = format!("{section}.{field}");
                let spellings = [text.replace(['-', ' '], ""), text.rsplit(':').next().unwrap_or_default().to_owned()];
                for spelling in spellings.into_iter().chain([text]) {
                    if spelling.chars().count() >= CHARACTERS_MIN {
                        found.insert(spelling, kind.clone());
                    }
                }
            }
        }
    }
    Ok(found)
}

/// Lines that hold a planted value. Digits count as whole numbers only: a time of day may hold any six of them.
fn found(text: &str, planted: &BTreeMap<String, String>) -> Vec<(usize, String)> {
    let mut lines = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let upper = line.to_ascii_uppercase();
        for (value, kind) in planted {
            if holds(&upper, &value.to_ascii_uppercase()) {
                lines.push((number + 1, kind.clone()));
            }
        }
    }
    lines
}

fn holds(line: &str, value: &str) -> bool {
    let plain = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let part_of_a_word = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '.');
    line.match_indices(value).any(|(at, _)| {
        let (before, after) = (line.get(..at), line.get(at + value.len()..));
        let inside = part_of_a_word(before.and_then(|text| text.chars().last()))
            || part_of_a_word(after.and_then(|text| text.chars().next()).filter(|c| *c != '.'));
        !plain || !inside
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTER: &str = "[[patient]]\nkey = \"a\"\nfamily = \"佐倉\"\ngiven = \"桜\"\nbirth_date = 1954-03-12\n\
        [[chart]]\nnumber = \"0000123\"\n[[card]]\nid = \"felica:012E4CE17A3B5C6D\"\n[[reader]]\nplace = \"受付\"\n";

    fn kinds(line: &str) -> Vec<String> {
        found(line, &planted_in(REGISTER).unwrap()).into_iter().map(|(_, kind)| kind).collect()
    }

    /// R-X-02: what a register says of somebody is found in a line, however it is written.
    #[test]
    fn planted_values_are_found_in_every_spelling() {
        for (line, kind) in [
            ("opened 佐倉 at noon", "patient.family"),
            ("born 1954-03-12", "patient.birth_date"),
            ("born 19540312,", "patient.birth_date"),
            ("number=0000123", "chart.number"),
            ("card 012e4ce17a3b5c6d.", "card.id"),
        ] {
            assert_eq!(kinds(line).first().map(String::as_str), Some(kind), "{line}");
        }
    }

    #[test]
    fn times_ids_and_places_are_not_taken_for_persons() {
        for line in ["00:00:00.0000123Z", "id=a0000123b", "受付 is ready", "桜", "id 11954031299"] {
            assert!(kinds(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_search_of_nothing_is_an_error() {
        let folder = std::env::temp_dir().join(format!("renkei-leaks-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let register = folder.join("register.toml");
        let many: String = (0..30).map(|n| format!("[[chart]]\nnumber = \"77{n:05}\"\n")).collect();
        std::fs::write(&register, many).unwrap();
        let logs = folder.join("logs");
        std::fs::create_dir_all(&logs).unwrap();
        let search = || search(Path::new("/"), &[register.to_str().unwrap()], &[logs.to_str().unwrap()]);
        assert!(search().unwrap_err().contains("nothing to search"));
        std::fs::write(logs.join("1.log"), "a line\n".repeat(300)).unwrap();
        assert!(search().unwrap().contains("none of"));
        std::fs::write(logs.join("2.log"), "number 7700007\n").unwrap();
        assert!(search().unwrap_err().contains("2.log:1: chart.number"));
        std::fs::write(logs.join("2.log"), "cookie 00ff00ff\n").unwrap();
        assert!(search().is_ok());
        std::fs::write(logs.join("2.planted"), "00ff00ff\n").unwrap();
        assert!(search().unwrap_err().contains("a token of the run"));
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
