//! The JSON object of an inspection while it is being written: its members come in their fixed order, so it can stream.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::tally::Tally;
use crate::message::Verdict;

/// One object on its way out.
pub(crate) struct Object<'w> {
    out: &'w mut dyn Write,
    pretty: bool,
}

impl<'w> Object<'w> {
    /// Writes `path`: a string, or a list for joined inputs.
    pub(crate) fn begin(path: &Path, pretty: bool, out: &'w mut dyn Write) -> io::Result<Self> {
        Self::begin_value(&Value::from(path.to_string_lossy()), pretty, out)
    }

    pub(crate) fn begin_joined(paths: &[PathBuf], pretty: bool, out: &'w mut dyn Write) -> io::Result<Self> {
        let all = paths.iter().map(|path| Value::from(path.to_string_lossy())).collect();
        Self::begin_value(&Value::Array(all), pretty, out)
    }

    fn begin_value(path: &Value, pretty: bool, out: &'w mut dyn Write) -> io::Result<Self> {
        let mut object = Self { out, pretty };
        object.raw("{\"path\":")?;
        object.json(path)?;
        Ok(object)
    }

    /// Writes `format` and the name of `content`, whose value the caller writes next.
    pub(crate) fn format(&mut self, format: &str) -> io::Result<()> {
        self.line()?;
        write!(self.out, ",\"format\":\"{format}\"")?;
        self.line()?;
        self.raw(",\"content\":")
    }

    pub(crate) fn raw(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())
    }

    pub(crate) fn json(&mut self, value: &Value) -> io::Result<()> {
        if self.pretty {
            serde_json::to_writer_pretty(&mut *self.out, value)?;
        } else {
            serde_json::to_writer(&mut *self.out, value)?;
        }
        Ok(())
    }

    /// Everything where the content is at hand.
    pub(crate) fn short(
        &mut self,
        format: &str,
        content: &Value,
        tally: Tally,
        code: Option<&str>,
        verdict: Verdict,
    ) -> io::Result<Verdict> {
        self.format(format)?;
        self.json(content)?;
        self.end(tally, code, verdict)
    }

    /// Everything after `content`.
    pub(crate) fn end(&mut self, tally: Tally, code: Option<&str>, verdict: Verdict) -> io::Result<Verdict> {
        self.line()?;
        self.raw(",\"findings\":")?;
        self.json(&tally.json())?;
        self.line()?;
        self.raw(",\"code\":")?;
        self.json(&code.map_or(Value::Null, Value::from))?;
        self.line()?;
        writeln!(self.out, ",\"verdict\":\"{}\"}}", verdict.as_str())?;
        self.out.flush()?;
        Ok(verdict)
    }

    fn line(&mut self) -> io::Result<()> {
        if self.pretty { self.raw("\n") } else { Ok(()) }
    }
}
