//! The canonical form of a trail entry: RFC 8785 JSON, byte for byte the same for the same event.
//!
//! Written by hand since an entry needs only objects, strings and integers, and since what is hashed must not depend
//! on a library's version. Strings that could come from outside are reduced to harmless ASCII before they get here.

/// A JSON value of an entry. No floats: RFC 8785 prints them in a form of its own, and none is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    Text(String),
    /// Within ±(2⁵³ − 1), the range in which every reader of JSON agrees.
    Number(i64),
    List(Vec<Value>),
    Object(Vec<(&'static str, Value)>),
}

pub(crate) const NUMBER_MAX: i64 = (1 << 53) - 1;

impl Value {
    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn number(number: i64) -> Self {
        Self::Number(number.clamp(-NUMBER_MAX, NUMBER_MAX))
    }

    /// Appends the canonical bytes. Members of objects are sorted by name; all names are ASCII, so the order by
    /// UTF-16 units that the standard asks for is the order by bytes.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Text(text) => write_text(text, out),
            Self::Number(number) => out.extend_from_slice(number.to_string().as_bytes()),
            Self::List(values) => {
                out.push(b'[');
                for (position, value) in values.iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    value.write(out);
                }
                out.push(b']');
            }
            Self::Object(members) => {
                let mut members: Vec<_> = members.iter().collect();
                members.sort_by_key(|(name, _)| *name);
                out.push(b'{');
                for (position, (name, value)) in members.into_iter().enumerate() {
                    if position > 0 {
                        out.push(b',');
                    }
                    write_text(name, out);
                    out.push(b':');
                    value.write(out);
                }
                out.push(b'}');
            }
        }
    }
}

fn write_text(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    for character in text.chars() {
        match character {
            '"' => out.extend_from_slice(b"\\\""),
            '\\' => out.extend_from_slice(b"\\\\"),
            '\u{8}' => out.extend_from_slice(b"\\b"),
            '\t' => out.extend_from_slice(b"\\t"),
            '\n' => out.extend_from_slice(b"\\n"),
            '\u{c}' => out.extend_from_slice(b"\\f"),
            '\r' => out.extend_from_slice(b"\\r"),
            control if (control as u32) < 0x20 => {
                out.extend_from_slice(format!("\\u{:04x}", control as u32).as_bytes());
            }
            other => out.extend_from_slice(other.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    out.push(b'"');
}

/// Longest code that is kept; the rest is cut and marked.
const CODE_CHARACTERS_MAX: usize = 128;

/// Letters, digits and a few signs stay; everything else (line feeds, controls, bidirectional marks, quotes, any
/// script) becomes `\u{…}` in plain ASCII, so that an entry is one record on one line however it is printed.
pub(crate) fn escaped(code: &str) -> String {
    let mut text = String::with_capacity(code.len());
    for (position, character) in code.chars().enumerate() {
        if position == CODE_CHARACTERS_MAX {
            text.push_str("...");
            break;
        }
        if character.is_ascii_alphanumeric() || " ._:/+-=@,#*".contains(character) {
            text.push(character);
        } else {
            text.push_str(&format!("\\u{{{:x}}}", character as u32));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &Value) -> String {
        let mut out = Vec::new();
        value.write(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn members_are_sorted_and_nothing_is_spaced() {
        let value = Value::Object(vec![
            ("t", Value::text("a\"\\\n\u{1}é")),
            ("actor", Value::List(vec![Value::Number(-3), Value::Object(vec![])])),
        ]);
        assert_eq!(written(&value), "{\"actor\":[-3,{}],\"t\":\"a\\\"\\\\\\n\\u0001é\"}");
    }

    #[test]
    fn numbers_stay_in_the_range_all_readers_share() {
        assert_eq!(written(&Value::number(i64::MAX)), "9007199254740991");
    }

    /// Case 12 of the attack list: user-supplied controls and bidirectional marks still make one harmless record.
    #[test]
    fn whatever_came_from_outside_is_one_line_of_ascii() {
        let code = escaped("a\n\u{202e}b\"{}\u{0}山田");
        assert!(code.chars().all(|c| c.is_ascii_graphic() || c == ' '), "{code}");
        assert_eq!(code, "a\\u{a}\\u{202e}b\\u{22}\\u{7b}\\u{7d}\\u{0}\\u{5c71}\\u{7530}");
        assert!(escaped(&"x".repeat(500)).len() <= CODE_CHARACTERS_MAX + 3);
    }
}
