//! The chooser's few pages as text: escaping and the frame around them.

use std::fmt::{self, Display};

/// A text inside HTML or an attribute.
pub struct Escaped<T>(pub T);

struct Escaper<'a, 'b>(&'a mut fmt::Formatter<'b>);

impl fmt::Write for Escaper<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for character in text.chars() {
            match character {
                '&' => self.0.write_str("&amp;")?,
                '<' => self.0.write_str("&lt;")?,
                '>' => self.0.write_str("&gt;")?,
                '"' => self.0.write_str("&quot;")?,
                '\'' => self.0.write_str("&#39;")?,
                other => fmt::Write::write_char(self.0, other)?,
            }
        }
        Ok(())
    }
}

impl<T: Display> Display for Escaped<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::write(&mut Escaper(f), format_args!("{}", self.0))
    }
}

/// A whole page. `body` is HTML already.
pub fn page(title: &str, body: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"ja\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}・連携 体験版</title>\n<link rel=\"stylesheet\" href=\"/.demo/demo.css\">\n</head>\n<body class=\"demo-page\">\n\
         <header class=\"demo-top\"><b>連携</b> <span class=\"demo-mark\">体験版</span> \
         <span>架空の地域です。実在の人・施設・記録ではありません。</span></header>\n{body}\n</body>\n</html>\n",
        Escaped(title)
    )
}

/// A page that says one thing.
pub fn message(title: &str, text: &str) -> String {
    page(
        title,
        &format!(
            "<main class=\"demo-main\"><section class=\"demo-card\"><h1>{}</h1><p>{}</p></section></main>",
            Escaped(title),
            Escaped(text)
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_html_are_escaped() {
        assert_eq!(Escaped("<a href=\"x\">&'").to_string(), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
        assert!(message("<b>", "a & b").contains("<p>a &amp; b</p>"));
    }

    #[test]
    fn every_page_says_that_it_is_a_demonstration() {
        assert!(page("題", "").contains("体験版"));
    }
}
