//! The page *choose who you are*: people as tiles by institution, cards and readers, the clock.

use super::Chooser;
use super::html::{Escaped, page};
use crate::region::institutions::{Area, INSTITUTIONS, Institution};
use crate::region::staff::{STAFF, Staff};
use renkei_kernel::{Timestamp, era};
use std::fmt::Write as _;

/// Institutions whose readers are shown at once; the others are folded away.
const AT_HAND: usize = 2;
/// Stands where a card cannot be laid yet.
const COMING: &str = "取り込み中";

/// `令和8年（2026）11月21日（土） 10:05`.
pub fn shown_time(at: Timestamp) -> String {
    let local = at.tokyo();
    let weekday = match local.weekday() {
        jiff::civil::Weekday::Monday => "月",
        jiff::civil::Weekday::Tuesday => "火",
        jiff::civil::Weekday::Wednesday => "水",
        jiff::civil::Weekday::Thursday => "木",
        jiff::civil::Weekday::Friday => "金",
        jiff::civil::Weekday::Saturday => "土",
        jiff::civil::Weekday::Sunday => "日",
    };
    format!("{}（{weekday}） {:02}:{:02}", era::long_date(local.date()), local.hour(), local.minute())
}

impl Chooser {
    /// The whole page. `notice` is shown once on top, already chosen from fixed sentences.
    pub(super) fn people_page(&self, notice: Option<&str>) -> String {
        let mut body = String::from("<main class=\"demo-main\">\n");
        if let Some(notice) = notice {
            let _ = writeln!(body, "<p class=\"demo-notice\" role=\"status\">{}</p>", Escaped(notice));
        }
        self.filling_notice(&mut body);
        body.push_str(
            "<h1>だれとして使いますか</h1>\n\
             <p class=\"demo-lead\">人を選ぶと、その人の証明書で本物の入口につながります。患者のカードを読取機に置いてから、開いた画面で読み取ってください。<br><span lang=\"en\">Choose who you are. Everybody and everything here is fictional.</span></p>\n\
             <form class=\"demo-first\" method=\"post\" action=\"/start\"><button>\
             <b>はじめての方はここから</b><span>佐倉 ハナさんのカードをミナト総合病院の受付に置き、湊 一郎 医師として始める</span></button></form>\n\
             <div class=\"demo-columns\"><div>\n",
        );
        self.tiles(&mut body);
        body.push_str("</div><div>\n");
        self.clock_form(&mut body);
        self.reader_forms(&mut body);
        let _ = writeln!(
            body,
            "<section class=\"demo-card\"><h2>患者を探す</h2><p><a href=\"/patients\">カードを持つ架空の患者 {} 人の一覧</a>から、だれのカードでも置けます。</p></section>",
            self.holders.len()
        );
        body.push_str("</div></div></main>");
        page("だれとして使いますか", &body)
    }

    /// That records are still coming in, as long as they are.
    fn filling_notice(&self, body: &mut String) {
        let progress = self.filling.progress();
        if !progress.complete {
            let _ = writeln!(
                body,
                "<p class=\"demo-notice demo-filling\" role=\"status\">地域の記録を取り込んでいます（{}）。記録がそろった患者のカードから置けます。あと数秒でそろいます。 <a href=\"\">画面を更新する</a><br><span lang=\"en\">Records are still coming in ({}). A card can be laid once its patient's record is whole.</span></p>",
                progress.told(),
                progress.told_in_english()
            );
        }
    }

    fn tiles(&self, body: &mut String) {
        for area in [Area::NotoCentral, Area::NotoNorth] {
            let _ = writeln!(body, "<section class=\"demo-place\"><h2>{}</h2><ul class=\"demo-tiles\">", area.name());
            for (index, institution) in INSTITUTIONS.iter().enumerate().filter(|(_, i)| i.area == area) {
                let here = |s: &&Staff| s.institution == index && s.credential.is_good() && self.knows(s.code);
                for person in STAFF.iter().filter(here) {
                    self.tile(body, person, institution);
                }
            }
            body.push_str("</ul></section>\n");
        }
        body.push_str("<section class=\"demo-place\"><h2>断られる例 <small>入口が何を確かめるか</small></h2><ul class=\"demo-tiles\">");
        for person in STAFF.iter().filter(|s| !s.credential.is_good() && self.knows(s.code)) {
            if let Some(institution) = INSTITUTIONS.get(person.institution) {
                self.tile(body, person, institution);
            }
        }
        let _ = writeln!(
            body,
            "<li><a class=\"demo-tile demo-refused\" href=\"http://nobody.localhost:{}/\"><b>証明書なし</b><span>カードを差していない人</span></a></li></ul></section>",
            self.port
        );
    }

    fn tile(&self, body: &mut String, person: &Staff, institution: &Institution) {
        let class = if person.credential.is_good() { "demo-tile" } else { "demo-tile demo-refused" };
        let _ = writeln!(
            body,
            "<li><a class=\"{class}\" href=\"http://{}.localhost:{}/\"><b><ruby>{} {}<rt>{} {}</rt></ruby></b><span>{}　{}</span><small>{}</small></a></li>",
            person.code,
            self.port,
            Escaped(person.family),
            Escaped(person.given),
            Escaped(person.family_kana),
            Escaped(person.given_kana),
            person.profession.label_ja(),
            Escaped(institution.name),
            Escaped(person.note)
        );
    }

    fn clock_form(&self, body: &mut String) {
        let now = self.now();
        let local = now.tokyo();
        let _ = writeln!(
            body,
            "<section class=\"demo-card\"><h2>体験版の時計</h2><p class=\"demo-clock\">{}</p>\
             <form class=\"demo-row\" method=\"post\" action=\"/clock\">\
             <button name=\"turn\" value=\"hour\">1時間進める</button>\
             <button name=\"turn\" value=\"day\">次の日の朝9時にする</button></form>\
             <form class=\"demo-row\" method=\"post\" action=\"/clock\"><label>日時を決める \
             <input type=\"datetime-local\" name=\"at\" value=\"{:04}-{:02}-{:02}T{:02}:{:02}\"></label>\
             <button name=\"turn\" value=\"set\">この日時に合わせる</button></form></section>",
            Escaped(shown_time(now)),
            local.year(),
            local.month(),
            local.day(),
            local.hour(),
            local.minute()
        );
    }

    fn reader_forms(&self, body: &mut String) {
        body.push_str("<section class=\"demo-card\"><h2>読取機とカード</h2>");
        for (nth, institution) in INSTITUTIONS.iter().enumerate() {
            if nth == AT_HAND {
                body.push_str("<details><summary>ほかの施設の読取機</summary>");
            }
            for (code, place) in institution.readers {
                let _ = writeln!(
                    body,
                    "<p class=\"demo-reader\">{} {}：<b>{}</b></p>{}",
                    Escaped(institution.name),
                    Escaped(place),
                    Escaped(self.lying(code).unwrap_or_else(|| "カードなし".into())),
                    self.card_form(code, "/card")
                );
            }
        }
        body.push_str(
            "</details><form class=\"demo-row\" method=\"post\" action=\"/card/away\"><button>すべてのカードを取り上げる</button></form></section>\n",
        );
    }

    /// Choose a card for a reader, or take away what lies there.
    pub(super) fn card_form(&self, reader: &str, action: &str) -> String {
        let lying = self.cards.on(reader);
        let mut options = String::from("<option value=\"\">カードなし</option>");
        for holder in self.holders.iter().filter(|h| h.featured.is_some()) {
            let chosen = lying.as_ref().is_some_and(|l| l.patient == holder.code);
            let is_in = self.filling.has(&holder.code);
            let _ = write!(
                options,
                "<option value=\"{}\"{}{}>{}　{}</option>",
                Escaped(&holder.code),
                if chosen { " selected" } else { "" },
                if is_in { "" } else { " disabled" },
                Escaped(&holder.name),
                Escaped(if is_in { holder.featured.unwrap_or_default() } else { COMING })
            );
        }
        if let Some(other) = lying.filter(|l| self.holders.iter().any(|h| h.code == l.patient && h.featured.is_none()))
        {
            let name = self.holders.iter().find(|h| h.code == other.patient).map_or("", |h| h.name.as_str());
            let _ =
                write!(options, "<option value=\"{}\" selected>{}</option>", Escaped(&other.patient), Escaped(name));
        }
        format!(
            "<form class=\"demo-row\" method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"reader\" value=\"{}\">\
             <select name=\"patient\" aria-label=\"患者のカード\">{options}</select><button>置く</button></form>",
            Escaped(reader)
        )
    }

    /// All patients with a card, those whose name, kana or number contains `wanted`.
    pub(super) fn patients_page(&self, wanted: &str) -> String {
        let wanted = wanted.trim();
        let found: Vec<_> = self
            .holders
            .iter()
            .filter(|h| {
                wanted.is_empty() || h.name.contains(wanted) || h.kana.contains(wanted) || h.code.contains(wanted)
            })
            .collect();
        let mut body = String::from("<main class=\"demo-main\">\n");
        self.filling_notice(&mut body);
        let _ = write!(
            body,
            "<h1>架空の患者</h1><form class=\"demo-row\" method=\"get\" action=\"/patients\"><label>氏名・カナ \
             <input name=\"q\" value=\"{}\"></label><button>探す</button></form><p>{}人</p>\
             <table class=\"demo-table\"><thead><tr><th>氏名</th><th>生年月日</th><th>住まい</th><th>同意</th><th>カードを置く</th></tr></thead><tbody>",
            Escaped(wanted),
            found.len()
        );
        let mut readers = String::new();
        for institution in INSTITUTIONS {
            for (code, place) in institution.readers {
                let _ = write!(
                    readers,
                    "<option value=\"{code}\">{} {}</option>",
                    Escaped(institution.name),
                    Escaped(place)
                );
            }
        }
        for holder in found {
            let _ = write!(
                body,
                "<tr><td><ruby>{}<rt>{}</rt></ruby></td><td>{}</td><td>{}</td><td>{}</td><td>",
                Escaped(&holder.name),
                Escaped(&holder.kana),
                Escaped(era::long_date(holder.born)),
                holder.area,
                holder.consent,
            );
            if self.filling.has(&holder.code) {
                let _ = write!(
                    body,
                    "<form class=\"demo-row\" method=\"post\" action=\"/card\"><input type=\"hidden\" name=\"patient\" value=\"{}\">\
                     <select name=\"reader\" aria-label=\"読取機\">{readers}</select><button>置く</button></form>",
                    Escaped(&holder.code),
                );
            } else {
                body.push_str(COMING);
            }
            body.push_str("</td></tr>\n");
        }
        body.push_str("</tbody></table><p><a href=\"/\">人を選ぶ画面へ戻る</a></p></main>");
        page("架空の患者", &body)
    }
}
