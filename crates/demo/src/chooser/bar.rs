//! The bar over every relayed page: that this is the demonstration, who one is, and the card on the counter's reader.
//!
//! It is put into the page by the proxy, in plain HTML with a style sheet of its own; the entrance's pages know nothing
//! of it and their content security policy allows it as their own.

use super::Chooser;
use super::html::Escaped;
use super::people::shown_time;
use crate::region::institutions::{INSTITUTIONS, Institution};
use crate::region::staff::Staff;
use std::fmt::Write as _;

impl Chooser {
    /// The bar for that person; for nobody when the caller shows no certificate.
    pub(super) fn bar(&self, person: Option<&Staff>) -> String {
        let institution = person.and_then(|p| INSTITUTIONS.get(p.institution));
        let mut bar = String::from("<aside class=\"demo-bar\" aria-label=\"体験版\"><b class=\"demo-mark\">体験版</b>");
        match (person, institution) {
            (Some(person), Some(institution)) => {
                let _ = write!(
                    bar,
                    "<span>いま <b>{} {}</b>（{}）{}</span>",
                    Escaped(person.family),
                    Escaped(person.given),
                    person.profession.label_ja(),
                    Escaped(institution.name)
                );
            }
            _ => bar.push_str("<span>いま <b>証明書なし</b></span>"),
        }
        if let Some(institution) = institution {
            self.readers(&mut bar, institution);
        }
        let progress = self.filling.progress();
        if !progress.complete {
            let _ = write!(
                bar,
                "<span class=\"demo-filling\" role=\"status\">地域の記録を取り込み中（{}）。ほかの患者の記録はまだそろっていません <span lang=\"en\">Records still coming in</span></span>",
                progress.told()
            );
        }
        let _ = write!(
            bar,
            "<form class=\"demo-row\" method=\"post\" action=\"/.demo/forget\"><button>証明書を差し直す</button></form>\
             <span class=\"demo-time\">{}</span><a href=\"http://127.0.0.1:{}/\">人を選び直す</a></aside>",
            Escaped(shown_time(self.now())),
            self.port
        );
        bar
    }

    /// The institution's readers in one fold: what lies where, and a form for each.
    fn readers(&self, bar: &mut String, institution: &Institution) {
        let lying: Vec<_> = institution
            .readers
            .iter()
            .filter_map(|(code, place)| Some(format!("{place}に {}", self.lying(code)?)))
            .collect();
        let told = if lying.is_empty() { "置いてありません".to_owned() } else { lying.join("、") };
        let _ = write!(bar, "<details><summary>患者カード：{}</summary><div class=\"demo-fold\">", Escaped(told));
        for (code, place) in institution.readers {
            let _ = write!(
                bar,
                "<p class=\"demo-reader\">読取機「{}」</p>{}",
                Escaped(place),
                self.card_form(code, "/.demo/card")
            );
        }
        bar.push_str("</div></details>");
    }
}

/// Puts the style sheet before `</head>` and the bar after the opening tag of `body`.
pub fn into_page(page: &str, bar: &str) -> String {
    const STYLE: &str = "<link rel=\"stylesheet\" href=\"/.demo/demo.css\">";
    let mut out = String::with_capacity(page.len() + bar.len() + STYLE.len());
    let (head, rest) = match page.find("</head>") {
        Some(at) => page.split_at(at),
        None => ("", page),
    };
    out.push_str(head);
    if !head.is_empty() {
        out.push_str(STYLE);
    }
    // the tag may carry attributes; what comes before it stays as it is
    let body = rest.find("<body").and_then(|start| rest.get(start..)?.find('>').map(|end| start + end + 1));
    match body {
        Some(at) => {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            out.push_str(bar);
            out.push_str(after);
        }
        None => {
            out.push_str(rest);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_stands_first_in_the_body_and_its_style_in_the_head() {
        let page = "<!doctype html><html><head><title>x</title></head><body class=\"a\"><main>y</main></body></html>";
        let seen = into_page(page, "<aside>z</aside>");
        assert!(seen.contains("<body class=\"a\"><aside>z</aside><main>"));
        assert!(seen.contains("demo.css\"></head>"));
        assert_eq!(into_page("<p>fragment</p>", "<aside></aside>"), "<p>fragment</p>");
    }
}
