//! The register of the fictional region as a file of `renkei register load`: who takes part, with which certificate, at which
//! reader, under which chart numbers, with which consent, card and limits.
//!
//! Written through one small row writer, so that every text is quoted in one place.

use super::institutions::{INSTITUTIONS, Institution, Kind};
use super::patients::Consent;
use super::staff::{Credential, STAFF};
use super::{Participant, Region};
use crate::courses::Scale;
use crate::filling::Part;
use std::fmt::Write;

/// The certificate of a member of staff as the register binds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Binding {
    /// Code of the member of staff.
    pub person: &'static str,
    /// SHA-256 of the issuer's DER name, hex.
    pub issuer: String,
    /// serialNumber of the certificate's subject.
    pub subject_serial: String,
    /// SHA-256 of the certificate, hex.
    pub fingerprint: String,
}

/// The signing key of the agent at a card reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Code of the reader.
    pub reader: &'static str,
    /// Ed25519 public key.
    pub public_key: [u8; 32],
}

/// One `[[section]]` being written.
struct Rows {
    out: String,
}

impl Rows {
    fn row(&mut self, section: &str, key: &str) -> &mut Self {
        self.raw(format_args!("\n[[{section}]]\nkey = \"{key}\"\n"))
    }
    fn raw(&mut self, text: impl std::fmt::Display) -> &mut Self {
        // writing into a String cannot fail
        let _ = write!(self.out, "{text}");
        self
    }
    fn text(&mut self, name: &str, value: &str) -> &mut Self {
        let quoted: String = value
            .chars()
            .flat_map(|c| match c {
                '"' | '\\' => vec!['\\', c],
                c if c.is_control() => vec![' '],
                c => vec![c],
            })
            .collect();
        self.raw(format_args!("{name} = \"{quoted}\"\n"))
    }
    fn value(&mut self, name: &str, value: impl std::fmt::Display) -> &mut Self {
        self.raw(format_args!("{name} = {value}\n"))
    }
}

fn kind_code(institution: &Institution) -> &'static str {
    match institution.kind {
        Kind::Hospital => "hospital",
        Kind::Clinic => "clinic",
        Kind::Dental => "dental_clinic",
        Kind::Pharmacy => "pharmacy",
    }
}

/// The whole register. `sources` are the address ranges every institution comes from (loopback in the demonstration).
pub fn register_toml(
    region: &Region,
    scale: &Scale,
    bindings: &[Binding],
    devices: &[Device],
    sources: &[&str],
) -> String {
    let base = base_toml(scale, bindings, devices, sources);
    let mut rows = Rows { out: base };
    for participant in region.participants(scale) {
        patient(&mut rows, &participant);
    }
    rows.out
}

/// Everything but the patients: what stands before the first of them comes.
pub fn base_toml(scale: &Scale, bindings: &[Binding], devices: &[Device], sources: &[&str]) -> String {
    let mut rows = Rows {
        out: String::from(
            "# 体験版の登録。すべて架空の人と施設です。 / Register of the demonstration; everybody is fictional.\n",
        ),
    };
    let used = |i: &Institution| scale.samples || i.number_digits > 0;
    for (nth, institution) in INSTITUTIONS.iter().enumerate().filter(|(_, i)| used(i)) {
        rows.row("institution", institution.code).value("from", "2025-01-01").text("code", institution.facility);
        rows.text("name", institution.name).text("name_kana", institution.kana);
        rows.value("kinds", format_args!("[\"{}\"]", kind_code(institution))).text("region", institution.area.code());
        rows.value("colour", nth).value("sources", format_args!("{sources:?}"));
    }
    staff(&mut rows, scale, bindings);
    for (institution, reader) in
        INSTITUTIONS.iter().filter(|i| used(i)).flat_map(|i| i.readers.iter().map(move |r| (i, r)))
    {
        let Some(device) = devices.iter().find(|d| d.reader == reader.0) else { continue };
        let key: String = device.public_key.iter().map(|b| format!("{b:02x}")).collect();
        rows.row("reader", reader.0).value("from", "2025-01-01").text("institution", institution.code);
        rows.text("place", reader.1).text("device_key", &key);
    }
    rows.out
}

/// The patients of one part, with their charts, consents, cards and limits.
pub fn patients_toml(region: &Region, part: &Part) -> String {
    let mut rows = Rows { out: String::new() };
    for participant in region.participants_of(part) {
        patient(&mut rows, &participant);
    }
    rows.out
}

fn staff(rows: &mut Rows, scale: &Scale, bindings: &[Binding]) {
    for person in STAFF.iter().filter(|s| s.credential != Credential::Unregistered) {
        let Some(institution) = INSTITUTIONS.get(person.institution) else { continue };
        if !scale.samples && institution.number_digits == 0 {
            continue;
        }
        rows.row("person", person.code)
            .value("from", "2025-01-01")
            .text("family", person.family)
            .text("given", person.given);
        rows.text("family_kana", person.family_kana).text("given_kana", person.given_kana);
        rows.row("affiliation", &format!("{}.at.{}", person.code, institution.code)).value("from", "2025-01-01");
        rows.text("person", person.code).text("institution", institution.code).text("role", person.profession.code());
        let Some(binding) = bindings.iter().find(|b| b.person == person.code) else { continue };
        rows.row("certificate", &format!("{}.certificate", person.code)).value("from", "2025-01-01");
        rows.text("person", person.code)
            .text("issuer", &binding.issuer)
            .text("subject_serial", &binding.subject_serial);
        rows.value("fingerprints", format_args!("[\"{}\"]", binding.fingerprint));
    }
}

fn patient(rows: &mut Rows, p: &Participant) {
    rows.row("patient", &p.code).value("from", "2024-01-01").text("family", &p.family).text("given", &p.given);
    rows.text("family_kana", &p.family_kana).text("given_kana", &p.given_kana).value("birth_date", p.born);
    rows.text("sex", p.sex.code()).text("postal", &p.postal).text("address", &p.address).text("phone", &p.phone);
    for chart in &p.charts {
        let Some(institution) = INSTITUTIONS.get(chart.institution) else { continue };
        rows.row("chart", &format!("{}.{}", p.code, institution.code)).value("from", "2024-01-01");
        rows.text("institution", institution.code).text("number", &chart.number).text("patient", &p.code);
    }
    let (since, until, scope) = match p.consent {
        Consent::AllRegions { since } => (Some(since), None, "all_regions"),
        Consent::OwnRegion { since } => (Some(since), None, "own_region"),
        Consent::Withdrawn { since, until } => (Some(since), Some(until), "all_regions"),
        Consent::None => (None, None, ""),
    };
    if let Some(since) = since {
        rows.row("consent", &format!("{}.consent", p.code)).value("from", since);
        if let Some(until) = until {
            rows.value("to", until);
        }
        rows.text("patient", &p.code).text("scope", scope).text("home_region", p.area.code());
    }
    if let Some(card) = &p.card {
        rows.row("card", &format!("{}.card", p.code))
            .value("from", since.unwrap_or(p.born))
            .text("patient", &p.code)
            .text("id", card);
    }
    for (nth, limit) in p.limits.iter().enumerate() {
        let Some(institution) = INSTITUTIONS.get(limit.hidden_institution) else { continue };
        rows.row("limit", &format!("{}.limit{}", p.code, nth + 1)).value("from", limit.since).text("patient", &p.code);
        rows.text("institution", institution.code).text("direction", "source");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted() {
        let mut rows = Rows { out: String::new() };
        rows.row("person", "a").text("family", "a\"b\\c\nd");
        assert_eq!(rows.out, "\n[[person]]\nkey = \"a\"\nfamily = \"a\\\"b\\\\c d\"\n");
    }
}
