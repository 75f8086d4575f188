//! Several inputs as one: volumes of one storage together, and single messages beside them.

use std::io::{self, Write};
use std::path::PathBuf;

use serde_json::{Value, json};

use super::object::Object;
use super::tally::Tally;
use super::{Options, format, message_content, open_text, read_path, recognised, storage};
use crate::message::Verdict;
use crate::storage::Recognised;
use crate::storage::recognise::Roots;

/// Looks at all paths as one input and writes one JSON object. Volumes of a storage are read together: a patient of
/// several of them comes once, and the most final sight of a file counts.
pub fn inspect_joined(paths: &[PathBuf], options: &Options, out: &mut dyn Write) -> io::Result<Verdict> {
    let mut object = Object::begin_joined(paths, options.pretty, out)?;
    let mut tally = Tally::default();
    let mut roots = Roots::default();
    let mut messages: Vec<Value> = Vec::new();
    let mut worst = Verdict::Accepted;
    let mut code = None;
    for path in paths {
        let shown = path.to_string_lossy();
        match recognised(path, options) {
            Ok((Recognised::Storage(more), _)) => roots.extend(more),
            Ok((Recognised::Patient, _)) => {
                // The folder lies three levels below its root; the other patients of that root were not asked for.
                let (_, finding, text) = super::Refusal::NotRecognised.words();
                tally.error(finding, &shown, text);
                worst = Verdict::Rejected;
            }
            Ok((Recognised::Transaction, _)) => roots.transactions.push(path.clone()),
            Ok((Recognised::Message, data_type)) => match read_path(path, data_type) {
                Ok(reading) => {
                    worst = worst.max(reading.verdict);
                    code = code.or(reading.code);
                    tally.extend(&shown, reading.findings);
                    let content = reading.message.as_ref().map_or(Value::Null, message_content);
                    messages.push(json!({ "path": shown, "content": content }));
                }
                Err(error) => {
                    tally.error(error.code(), &shown, open_text(&error));
                    worst = Verdict::Rejected;
                }
            },
            Ok((Recognised::Nothing, _)) => {
                let (reason, finding, text) = super::Refusal::NotRecognised.words();
                tally.error(finding, &shown, text);
                (worst, code) = (Verdict::Rejected, code.or(Some(reason)));
            }
            Err(refusal) => {
                let (reason, finding, text) = refusal.words();
                tally.error(finding, &shown, text);
                (worst, code) = (Verdict::Rejected, code.or(Some(reason)));
            }
        }
    }
    if roots.is_empty() {
        let format = if messages.is_empty() { format::UNKNOWN } else { format::MESSAGE };
        return object.short(format, &json!({ "messages": messages }), tally, code, worst);
    }
    object.format(format::STORAGE)?;
    storage::write(&roots, &messages, &mut tally, &mut object)?;
    let verdict = worst.max(tally.verdict());
    object.end(tally, code, verdict)
}

impl Roots {
    fn extend(&mut self, more: Self) {
        self.standard.extend(more.standard);
        self.extended.extend(more.extended);
        self.transactions.extend(more.transactions);
    }
}
