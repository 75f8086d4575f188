//! Traceability: requirement → tests that ran and passed.
//!
//! A test names what it proves in its doc comment (`/// R-8.2.4-ア: …`, at most three ids). The table is written only
//! from tests that the given result files report as passed; an id that `docs/requirements.tsv` does not hold is an
//! error, so that a typing mistake cannot pass for evidence.

use crate::sources;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

const IDS_PER_TEST_MAX: usize = 3;

/// One test found in the sources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedTest {
    /// File relative to the repository root.
    pub file: String,
    /// Function name, or the walk's name.
    pub name: String,
    pub ids: Vec<String>,
}

/// Writes `docs/traceability.md`. `results`: JUnit XML of nextest and JSON arrays `[{"name","ids","passed"}]` of the
/// browser walks. Returns a line for the person who called.
pub fn write(root: &Path, results: &[&str]) -> Result<String, String> {
    let known = known_ids(&read(&root.join("docs/requirements.tsv"))?);
    let mut tests = Vec::new();
    for file in
        sources::files(&root.join("crates"), ".rs").into_iter().chain(sources::files(&root.join("xtask"), ".rs"))
    {
        let shown = file.strip_prefix(root).unwrap_or(&file).to_string_lossy().into_owned();
        tests.extend(tests_in(&shown, &read(&file)?)?);
    }
    let mut passed: BTreeSet<String> = BTreeSet::new();
    let mut walks = Vec::new();
    for result in results {
        let text = read(Path::new(result))?;
        if result.ends_with(".json") {
            walks.extend(passed_walks(&text)?);
        } else {
            passed.extend(passed_functions(&text)?);
        }
    }
    let proven: Vec<NamedTest> = tests.into_iter().filter(|t| passed.contains(&t.name)).chain(walks).collect();
    let unknown: BTreeSet<&String> = proven.iter().flat_map(|t| &t.ids).filter(|id| !known.contains_key(*id)).collect();
    if !unknown.is_empty() {
        return Err(format!("ids that docs/requirements.tsv does not hold: {unknown:?}"));
    }
    let (table, covered) = table(&known, &proven);
    std::fs::write(root.join("docs/traceability.md"), table).map_err(|e| e.to_string())?;
    Ok(format!("traceability: {covered} of {} requirements have a test that passed", known.len()))
}

fn read(path: &Path) -> Result<String, String> {
    std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn known_ids(tsv: &str) -> BTreeMap<String, String> {
    tsv.lines()
        .skip(1)
        .filter_map(|line| line.split_once('\t'))
        .map(|(id, title)| (id.to_owned(), title.to_owned()))
        .collect()
}

/// Tests of one source file with the ids of their doc comments.
pub fn tests_in(file: &str, text: &str) -> Result<Vec<NamedTest>, String> {
    let mut found = Vec::new();
    let (mut ids, mut is_test) = (Vec::new(), false);
    for line in text.lines().map(str::trim) {
        if let Some(comment) = line.strip_prefix("///") {
            ids.extend(ids_in(comment));
        } else if line.starts_with("#[") {
            is_test |= line.contains("test]") || line.contains("test(");
        } else if let Some(name) = function_name(line) {
            if is_test && !ids.is_empty() {
                if ids.len() > IDS_PER_TEST_MAX {
                    return Err(format!("{file}: {name} names {} ids; at most {IDS_PER_TEST_MAX}", ids.len()));
                }
                found.push(NamedTest { file: file.to_owned(), name, ids: std::mem::take(&mut ids) });
            }
            (ids, is_test) = (Vec::new(), false);
        } else if !line.is_empty() && !line.starts_with("//") {
            (ids, is_test) = (Vec::new(), false);
        }
    }
    Ok(found)
}

fn function_name(line: &str) -> Option<String> {
    let rest = line.strip_prefix("pub ").unwrap_or(line);
    let rest = rest.strip_prefix("async ").unwrap_or(rest);
    let name = rest.strip_prefix("fn ")?;
    Some(name.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect())
}

/// `R-…` words of a comment: letters, digits, `.`, `-`, `/` and kana, without a trailing mark.
fn ids_in(comment: &str) -> Vec<String> {
    comment
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '/')))
        .filter(|word| word.starts_with("R-"))
        .map(|word| word.trim_end_matches(['.', '-', '/']).to_owned())
        .collect()
}

fn passed_functions(junit: &str) -> Result<Vec<String>, String> {
    let document = roxmltree::Document::parse(junit).map_err(|e| format!("JUnit: {e}"))?;
    Ok(document
        .descendants()
        .filter(|node| node.has_tag_name("testcase"))
        .filter(|node| {
            !node.children().any(|c| c.has_tag_name("failure") || c.has_tag_name("error") || c.has_tag_name("skipped"))
        })
        .filter_map(|node| node.attribute("name"))
        .map(|name| name.rsplit("::").next().unwrap_or(name).to_owned())
        .collect())
}

fn passed_walks(json: &str) -> Result<Vec<NamedTest>, String> {
    let value: serde_json::Value = serde_json::from_str(json).map_err(|e| format!("walks: {e}"))?;
    let walks = value.as_array().ok_or("walks: an array is expected")?;
    let mut found = Vec::new();
    for walk in walks.iter().filter(|w| w["passed"] == true) {
        let name = walk["name"].as_str().ok_or("walks: a name is missing")?.to_owned();
        let ids: Vec<String> =
            walk["ids"].as_array().into_iter().flatten().filter_map(|id| id.as_str().map(str::to_owned)).collect();
        if ids.len() > IDS_PER_TEST_MAX {
            return Err(format!("walk {name} names {} ids; at most {IDS_PER_TEST_MAX}", ids.len()));
        }
        found.push(NamedTest { file: "e2e".to_owned(), name, ids });
    }
    Ok(found)
}

fn table(known: &BTreeMap<String, String>, proven: &[NamedTest]) -> (String, usize) {
    let mut by_id: BTreeMap<&str, BTreeSet<(&str, &str)>> = BTreeMap::new();
    for test in proven {
        for id in &test.ids {
            by_id.entry(id).or_default().insert((&test.file, &test.name));
        }
    }
    let mut text = String::from(
        "# Traceability\n\nWritten by `cargo xtask trace` from tests that ran and passed. A listed requirement\nhas tests of what exists of it and is not thereby complete; one that is not listed has no test yet.\n\n| requirement | title | tests |\n|---|---|---|\n",
    );
    for (id, tests) in &by_id {
        let title = known.get(*id).map_or("", String::as_str).replace('|', "\\|");
        let list: Vec<String> = tests.iter().map(|(file, name)| format!("`{name}` ({file})")).collect();
        let _ = writeln!(text, "| {id} | {title} | {} |", list.join("<br>"));
    }
    let _ = writeln!(text, "\n{} of {} requirements.", by_id.len(), known.len());
    (text, by_id.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_stand_in_doc_comments_of_tests_only() {
        let source = "/// R-8.2.4-ア, R-X-04: a card opens.\n#[tokio::test]\nasync fn a_card_opens() {}\n\n/// R-1.1: not a test.\nfn helper() {}\n";
        let tests = tests_in("x.rs", source).unwrap();
        assert_eq!(tests.len(), 1);
        assert_eq!(tests[0].ids, ["R-8.2.4-ア", "R-X-04"]);
        assert_eq!(tests[0].name, "a_card_opens");
    }

    #[test]
    fn four_ids_are_too_many() {
        let source = "/// R-1.1 R-1.2 R-X-04 R-X-05\n#[test]\nfn too_many() {}\n";
        assert!(tests_in("x.rs", source).is_err());
    }

    #[test]
    fn failed_and_skipped_tests_prove_nothing() {
        let junit = r#"<testsuites><testsuite name="a"><testcase name="m::good"/><testcase name="m::bad"><failure/></testcase><testcase name="m::left"><skipped/></testcase></testsuite></testsuites>"#;
        assert_eq!(passed_functions(junit).unwrap(), ["good"]);
    }
}
