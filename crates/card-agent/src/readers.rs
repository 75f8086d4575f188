//! `readers`: what a person needs to know to write `device` into the settings.

use crate::AgentError;
use crate::pcsc::{Found, NoReader, choose, list};
use renkei_api::agent::AgentFile;
use std::path::Path;

/// The list of this PC's readers with the one that is used marked, and what to do next.
pub fn report(config: &Path) -> Result<String, AgentError> {
    // Before enrolment there may be no settings yet; a mistake in them is told.
    let wanted = if config.exists() { AgentFile::load(config)?.device } else { None };
    Ok(written(&list().map_err(AgentError::NoService)?, wanted.as_deref()))
}

fn written(found: &[Found], wanted: Option<&str>) -> String {
    let names: Vec<_> = found.iter().map(|reader| reader.name.clone()).collect();
    let chosen = choose(&names, wanted);
    let mut text = String::new();
    for reader in found {
        let mark = if chosen == Ok(&reader.name) { "→" } else { "　" };
        let card = if reader.has_card { "カードあり / card" } else { "カードなし / no card" };
        text.push_str(&format!("{mark} {}（{card}）\n", reader.name));
    }
    text.push_str(match chosen {
        Ok(_) => "→ のリーダーを使います。 / the marked reader is used\n",
        Err(NoReader::None) => "カードリーダーがありません。つないで、もう一度お試しください。 / no reader is plugged in\n",
        Err(NoReader::NotThere) => {
            "設定の device に合うリーダーがありません。上の名前のどれかに直してください。 / device names none of these\n"
        }
        Err(NoReader::Several) => {
            "リーダーが複数あります。使う方の名前を設定の device に書いてください。 / several: write one name as device\n"
        }
    });
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(name: &str, has_card: bool) -> Found {
        Found { name: name.to_owned(), has_card }
    }

    #[test]
    fn the_used_reader_is_marked_and_else_it_is_said_what_to_do() {
        let two = [found("Sony PaSoRi 00 00", false), found("Identive 01 00", true)];
        let text = written(&two, Some("Identive"));
        assert!(
            text.contains("→ Identive 01 00（カードあり") && text.contains("　 Sony PaSoRi 00 00（カードなし"),
            "{text}"
        );
        assert!(written(&two, None).contains("device に書いて"));
        assert!(written(&two, Some("ACS")).contains("device に合う"));
        assert!(written(&[], None).contains("つないで"));
    }
}
