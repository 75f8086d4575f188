//! Writing commands as jobs: the same code whether a running server carries them out (through its console) or the
//! command holds the data folder itself.

use crate::production::in_a_demonstration;
use renkei_app::House;
use renkei_app::find_patient::Sought;
use renkei_app::instance::InstanceKind;
use renkei_app::regulation::check_regulation;
use renkei_intake::Progress;
use renkei_kernel::{Category, Problem, Withheld};
use renkei_participation::Sex;
use renkei_participation::register::Section;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// What a command asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "job", rename_all = "snake_case")]
pub enum Job {
    ImportSsmix2 {
        institution: String,
        paths: Vec<PathBuf>,
    },
    RegisterLoad {
        text: String,
    },
    RegisterReader {
        key: String,
    },
    RegisterFind {
        sought: SoughtWords,
    },
    RegulationApply {
        files: Vec<(String, String)>,
    },
    Rebuild,
    KeysRotate,
    TrailKeyRotate,
    /// `before` in microseconds; the folder as the running server sees it.
    TrailArchive {
        folder: PathBuf,
        before: Option<i64>,
        first: Option<u64>,
    },
    Feeds {
        findings: bool,
    },
}

/// Whom an operator looks for, as typed. Never printed.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct SoughtWords {
    pub name: String,
    pub birth_date: String,
    pub phone: String,
    pub postal_code: String,
}

impl std::fmt::Debug for SoughtWords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SoughtWords")
    }
}

/// One line a job says while it runs, the last of them the answer.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    Progress { done: u64, total: u64 },
    Answer(Answer),
}

/// How a job ended.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Answer {
    /// Exit code of the command line.
    pub exit: u8,
    /// `E4xx` number; 0 when done.
    pub status: u16,
    pub code: String,
    /// Sentences for a person, a line each.
    pub lines: Vec<String>,
    /// Figures for programs.
    pub summary: serde_json::Value,
}

impl Answer {
    pub fn done(lines: Vec<String>, summary: impl Serialize) -> Self {
        let summary = serde_json::to_value(summary).unwrap_or(serde_json::Value::Null);
        Self { exit: 0, status: 0, code: String::new(), lines, summary }
    }
    pub fn refused(category: Category, code: &str, lines: Vec<String>) -> Self {
        Self {
            exit: category.exit_code(),
            status: category.status(),
            code: code.to_owned(),
            lines,
            summary: serde_json::Value::Null,
        }
    }
    pub fn problem<E: Problem + std::fmt::Display>(problem: &E) -> Self {
        Self::refused(problem.category(), problem.code(), vec![problem.to_string()])
    }
}

/// Carries a job out. `say` is called with progress as it goes.
pub async fn run(house: &House, job: Job, say: &(dyn Fn(Progress) + Send + Sync)) -> Answer {
    match job {
        Job::ImportSsmix2 { institution, paths } => import(house, &institution, &paths, say).await,
        Job::RegisterLoad { text } => register_load(house, &text).await,
        Job::RegisterReader { key } => register_reader(house, &key).await,
        Job::RegisterFind { sought } => register_find(house, sought).await,
        Job::RegulationApply { files } => regulation_apply(house, files).await,
        Job::KeysRotate => crate::keys::rotate(house).await,
        Job::TrailArchive { folder, before, first } => crate::archive::write(house, &folder, before, first).await,
        Job::TrailKeyRotate => crate::keys::rotate_trail(house).await,
        Job::Feeds { findings } => crate::feeds::tell(house, findings).await,
        Job::Rebuild => match house.rebuild_projections().await {
            Ok(summary) => {
                let renkei_app::rebuild::RebuildSummary { charts, remapped, differing, damaged, .. } = summary;
                let lines = vec![
                    format!(
                        "診療録 {charts} 件を原本から作り直しました。違っていた診療録: {differing} 件、読み直した電文: {remapped} 件、原本が壊れている電文: {damaged} 件"
                    ),
                    format!(
                        "charts rebuilt {charts}, differing {differing}, messages decoded anew {remapped}, originals damaged {damaged}"
                    ),
                ];
                Answer::done(lines, summary)
            }
            Err(error) => Answer::problem(&error),
        },
    }
}

async fn import(house: &House, institution: &str, paths: &[PathBuf], say: &(dyn Fn(Progress) + Send + Sync)) -> Answer {
    let demonstration = house.instance() == Some(InstanceKind::Demonstration);
    if !demonstration && paths.iter().any(|path| in_a_demonstration(path)) {
        let text = "体験版のデータは取り込めません。何も変更していません。 / data of a demonstration is not taken in; nothing was changed";
        return Answer::refused(Category::NotAllowed, "demonstration_data", vec![text.to_owned()]);
    }
    match renkei_intake::import_ssmix2(house, institution, paths, say).await {
        Ok(summary) => {
            let c = summary.counts;
            let lines = vec![
                format!(
                    "取り込みが終わりました: 新規 {}・変更なし {}・差し替え {}・お断り {}・隔離 {}",
                    c.stored, c.unchanged, c.superseded, c.refused, c.quarantined
                ),
                format!(
                    "import done: stored {}, unchanged {}, superseded {}, refused {}, quarantined {}",
                    c.stored, c.unchanged, c.superseded, c.refused, c.quarantined
                ),
            ];
            Answer::done(lines, summary)
        }
        Err(error) => Answer::problem(&error),
    }
}

async fn register_load(house: &House, text: &str) -> Answer {
    use renkei_app::load_register::LoadRegisterError;
    match house.load_register(text).await {
        Ok(summary) => {
            let line = format!(
                "登録しました: 追加 {}・変更 {}・変更なし {}・終了 {}",
                summary.added, summary.changed, summary.unchanged, summary.ended
            );
            Answer::done(vec![line], summary)
        }
        Err(LoadRegisterError::Refused(refused)) => {
            let mut lines = vec![refused.to_string()];
            lines.extend(refused.faults.iter().map(|fault| {
                let field = fault.field.as_deref().map(|field| format!(".{field}")).unwrap_or_default();
                format!("{}行目 {}{field}: {} / {}", fault.line, fault.section, fault.ja, fault.en)
            }));
            Answer::refused(refused.category(), refused.code(), lines)
        }
        Err(error) => Answer::problem(&error),
    }
}

/// The id of a reader, as its agent's settings want it.
async fn register_reader(house: &House, key: &str) -> Answer {
    match house.register_id(Section::Reader, key).await {
        Ok(Some(id)) => {
            Answer::done(vec![format!("reader = \"{id}\"")], serde_json::json!({ "reader": id.to_string() }))
        }
        Ok(None) => {
            let text = "この名前の [[reader]] は登録されていません。 / no [[reader]] of this key is registered";
            Answer::refused(Category::NotFound, "reader_unknown", vec![text.to_owned()])
        }
        Err(error) => Answer::problem(&error),
    }
}

/// Candidates for a person at the desk who has no card.
async fn register_find(house: &House, words: SoughtWords) -> Answer {
    let given = |text: String| Some(text.trim().to_owned()).filter(|text| !text.is_empty()).map(Withheld::new);
    let birth_date = match words.birth_date.trim() {
        "" => None,
        text => match text.parse::<jiff::civil::Date>() {
            Ok(date) => Some(Withheld::new(date)),
            Err(_) => {
                let text = "生年月日は 1954-03-12 のように書いてください。 / Write the birth date like 1954-03-12.";
                return Answer::refused(Category::Malformed, "search_birth_date", vec![text.to_owned()]);
            }
        },
    };
    let sought = Sought {
        name: Withheld::new(words.name),
        birth_date,
        phone: given(words.phone),
        postal_code: given(words.postal_code),
    };
    let found = match house.find_patient(&sought).await {
        Ok(found) => found,
        Err(error) => return Answer::problem(&error),
    };
    let mut lines: Vec<String> = found
        .people
        .iter()
        .map(|one| {
            let kana = format!("{} {}", one.names.family_kana, one.names.given_kana);
            format!("{}（{kana}） {} 生 {}", one.names.full(), one.birth_date, sex_word(one.sex))
        })
        .collect();
    if found.more {
        lines.push("ほかにもいます。条件を加えてください。 / There are more; add what is known.".to_owned());
    }
    if lines.is_empty() {
        lines.push("見つかりませんでした。 / Nobody was found.".to_owned());
    }
    Answer::done(lines, serde_json::json!({ "found": found.people.len(), "more": found.more }))
}

fn sex_word(sex: Sex) -> &'static str {
    match sex {
        Sex::Male => "男性",
        Sex::Female => "女性",
        Sex::Other => "その他",
        Sex::Unknown => "性別不明",
    }
}

async fn regulation_apply(house: &House, files: Vec<(String, String)>) -> Answer {
    if let Err(error) = check_regulation(&files) {
        return Answer::problem(&error);
    }
    match house.apply_regulation(files).await {
        Ok(0) => Answer::done(vec!["新しい定義はありません。 / nothing new".to_owned()], 0),
        Ok(count) => Answer::done(vec![format!("定義を {count} 件施行しました。 / {count} enacted")], count),
        Err(error) => Answer::problem(&error),
    }
}
