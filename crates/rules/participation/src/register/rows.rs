//! One row type per section of the register file, each with its strict reading.
//!
//! A row refers to others by key; everything else is already of a type that cannot be wrong.

use super::{BAD_KEY, key_of};
use crate::card::{CardId, CardRefusal, CardState};
use crate::consent::{ConsentScope, ConsentState};
use crate::identity::{ChartNumber, Kana};
use crate::institution::{InstitutionCode, InstitutionKind, InstitutionState, RegionCode, SourceRange};
use crate::item::Item;
use crate::limit::LimitDirection;
use crate::person::{AffiliationState, CertificateFingerprint, Sex, hex_bytes, is_subject_serial};
use crate::role::Role;
use crate::strict::{Faults, Row, Wrong};
use jiff::civil::Date;
use renkei_kernel::Timestamp;

const BAD_TEXT: Wrong = Wrong::new(
    "bad-text",
    "100文字以内で、制御文字を含めずに書いてください。",
    "at most 100 characters and no control characters.",
);
const BAD_KANA: Wrong = Wrong::new("bad-kana", "全角カタカナで書いてください。", "must be full-width katakana.");
const BAD_CODE: Wrong =
    Wrong::new("bad-institution-code", "10文字以内の英数字で書いてください。", "at most ten letters and digits.");
const BAD_REGION: Wrong =
    Wrong::new("bad-region", "英小文字・数字・ハイフンで書いてください。", "lower-case letters, digits and hyphens.");
const UNKNOWN_KIND: Wrong = Wrong::new(
    "unknown-kind",
    "hospital・clinic・dental_clinic・pharmacy のいずれかで書いてください。",
    "must be hospital, clinic, dental_clinic or pharmacy.",
);
const UNKNOWN_STATE: Wrong = Wrong::new("unknown-state", "この状態はありません。", "no such state.");
const UNKNOWN_ROLE: Wrong = Wrong::new("unknown-role", "この職種・役割はありません。", "no such role.");
const UNKNOWN_ITEM: Wrong =
    Wrong::new("unknown-item", "D01からの項目コードで書いてください。", "must be a patient item code such as D14.");
const UNKNOWN_SCOPE: Wrong =
    Wrong::new("unknown-scope", "own_region か all_regions で書いてください。", "must be own_region or all_regions.");
const UNKNOWN_DIRECTION: Wrong = Wrong::new(
    "unknown-direction",
    "reader・source・both のいずれかで書いてください。",
    "must be reader, source or both.",
);
const UNKNOWN_SEX: Wrong =
    Wrong::new("unknown-sex", "M・F・O・U のいずれかで書いてください。", "must be M, F, O or U.");
const BAD_RANGE: Wrong = Wrong::new(
    "bad-range",
    "10.20.0.0/16 の形で書いてください（ホスト部は0）。",
    "must look like 10.20.0.0/16 with host bits zero.",
);
const BAD_COLOUR: Wrong = Wrong::new("bad-colour", "0から11の数で書いてください。", "must be a number from 0 to 11.");
const BAD_FINGERPRINT: Wrong =
    Wrong::new("bad-fingerprint", "SHA-256の16進64桁で書いてください。", "must be 64 hexadecimal digits of SHA-256.");
const BAD_SERIAL: Wrong = Wrong::new(
    "bad-subject-serial",
    "証明書の主体者のserialNumber（英数字とハイフン、64文字以内）を書いてください。",
    "must be the subject's serialNumber: letters, digits and hyphens, at most 64.",
);
const BAD_DEVICE_KEY: Wrong = Wrong::new(
    "bad-device-key",
    "Ed25519公開鍵の16進64桁で書いてください。",
    "must be an Ed25519 public key in 64 hexadecimal digits.",
);
const BAD_NUMBER: Wrong = Wrong::new(
    "bad-chart-number",
    "20文字以内の英数字で、施設が送るとおりに書いてください。",
    "at most 20 letters and digits, exactly as the institution sends it.",
);
const BAD_CARD: Wrong = Wrong::new(
    "bad-card",
    "felica:16桁 または mifare:14・20桁 の形で書いてください。",
    "must look like felica: and 16 digits, or mifare: and 14 or 20 digits.",
);
const RANDOM_CARD: Wrong = Wrong::new(
    "card-random",
    "読むたびに番号が変わるカードです。登録できません。",
    "this card changes its number at every read and cannot be registered.",
);
const SHORT_CARD: Wrong = Wrong::new(
    "card-not-unique",
    "４バイトの番号は重複するため登録できません。",
    "four-byte numbers are not unique and cannot be registered.",
);
const ONE_WISH: Wrong = Wrong::new(
    "one-of-item-institution",
    "item か institution のどちらか一つを書いてください。",
    "exactly one of item and institution must stand here.",
);
const EXCEPT_WITHOUT_ITEM: Wrong =
    Wrong::new("except-without-item", "except は item とともに書いてください。", "except goes with item only.");
const DIRECTION_WITHOUT_INSTITUTION: Wrong = Wrong::new(
    "direction-without-institution",
    "direction は institution とともに書いてください。",
    "direction goes with institution only.",
);
const NO_KIND: Wrong = Wrong::new("no-kind", "種別を一つ以上書いてください。", "at least one kind is needed.");

/// One line of text for people: 1–100 characters, no control or direction-changing characters.
fn line_of_text(text: &str) -> Option<String> {
    let turns = |c: char| matches!(c, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let shape = !text.trim().is_empty()
        && text.chars().count() <= 100
        && !text.chars().any(|c| c.is_control() || turns(c) || c == '\u{FFFD}');
    shape.then(|| text.to_owned())
}

fn reference(row: &mut Row, name: &str, faults: &mut Faults) -> Option<String> {
    row.parsed(name, BAD_KEY, faults, key_of)
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstitutionRow {
    pub code: InstitutionCode,
    pub name: String,
    pub name_kana: Option<Kana>,
    pub kinds: Vec<InstitutionKind>,
    pub region: RegionCode,
    pub state: InstitutionState,
    pub colour: u8,
    pub sources: Vec<SourceRange>,
    /// Addresses of terminals that several people use (R-F1-3.3B-2).
    pub shared_terminals: Vec<SourceRange>,
}

impl InstitutionRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let code = row.parsed("code", BAD_CODE, faults, InstitutionCode::parse);
        let name = row.parsed("name", BAD_TEXT, faults, line_of_text);
        let name_kana = row.maybe_parsed("name_kana", BAD_KANA, faults, |text| Kana::parse(text).ok());
        let mut kinds = row.list("kinds", UNKNOWN_KIND, faults, InstitutionKind::from_code);
        kinds.sort_unstable();
        kinds.dedup();
        if kinds.is_empty() {
            row.fault(Some("kinds"), NO_KIND, faults);
        }
        let region = row.parsed("region", BAD_REGION, faults, RegionCode::parse);
        let state = row.maybe_parsed("state", UNKNOWN_STATE, faults, InstitutionState::from_code);
        let colour = row.maybe_integer("colour", faults).unwrap_or(0);
        let colour = u8::try_from(colour).ok().filter(|colour| *colour < 12);
        if colour.is_none() {
            row.fault(Some("colour"), BAD_COLOUR, faults);
        }
        let sources = row.list("sources", BAD_RANGE, faults, SourceRange::parse);
        let shared_terminals = row.list("shared_terminals", BAD_RANGE, faults, SourceRange::parse);
        Some(Self {
            code: code?,
            name: name?,
            name_kana,
            kinds,
            region: region?,
            state: state.unwrap_or(InstitutionState::Active),
            colour: colour?,
            sources,
            shared_terminals,
        })
    }
}

/// Names of a human being as registered here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    pub family: String,
    pub given: String,
    pub family_kana: Kana,
    pub given_kana: Kana,
}

impl PersonName {
    fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let family = row.parsed("family", BAD_TEXT, faults, line_of_text);
        let given = row.parsed("given", BAD_TEXT, faults, line_of_text);
        let family_kana = row.parsed("family_kana", BAD_KANA, faults, |text| Kana::parse(text).ok());
        let given_kana = row.parsed("given_kana", BAD_KANA, faults, |text| Kana::parse(text).ok());
        Some(Self { family: family?, given: given?, family_kana: family_kana?, given_kana: given_kana? })
    }
}

/// Somebody who works at an institution or for the programme.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    pub name: PersonName,
}

impl PersonRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        Some(Self { name: PersonName::read(row, faults)? })
    }
}

/// A participant. Shares the namespace of keys with `person`: the same human being may be both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatientRow {
    pub name: PersonName,
    pub birth_date: Date,
    pub sex: Sex,
    pub postal: Option<String>,
    pub address: Option<String>,
    pub phone: Option<String>,
}

impl PatientRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let name = PersonName::read(row, faults);
        let birth_date = row.date("birth_date", faults);
        let sex = row.parsed("sex", UNKNOWN_SEX, faults, Sex::from_code);
        let postal = row.maybe_parsed("postal", BAD_TEXT, faults, line_of_text);
        let address = row.maybe_parsed("address", BAD_TEXT, faults, line_of_text);
        let phone = row.maybe_parsed("phone", BAD_TEXT, faults, line_of_text);
        Some(Self { name: name?, birth_date: birth_date?, sex: sex?, postal, address, phone })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffiliationRow {
    pub person: String,
    /// Key of the institution; absent for roles of the programme or a region.
    pub institution: Option<String>,
    pub role: Role,
    pub department: Option<String>,
    pub state: AffiliationState,
}

impl AffiliationRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let person = reference(row, "person", faults);
        let role = row.parsed("role", UNKNOWN_ROLE, faults, Role::from_code);
        let works_at_institution =
            role.is_some_and(|role| role.is_professional() || matches!(role, Role::Contractor | Role::ContactPerson));
        let institution = if works_at_institution || row.has("institution") {
            Some(reference(row, "institution", faults))
        } else {
            None
        };
        let department = row.maybe_parsed("department", BAD_TEXT, faults, line_of_text);
        let state = row.maybe_parsed("state", UNKNOWN_STATE, faults, AffiliationState::from_code);
        Some(Self {
            person: person?,
            institution: match institution {
                None => None,
                Some(key) => Some(key?),
            },
            role: role?,
            department,
            state: state.unwrap_or(AffiliationState::Active),
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRow {
    pub person: String,
    pub issuer: CertificateFingerprint,
    pub subject_serial: String,
    pub fingerprints: Vec<CertificateFingerprint>,
}

impl CertificateRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let person = reference(row, "person", faults);
        let issuer = row.parsed("issuer", BAD_FINGERPRINT, faults, CertificateFingerprint::parse);
        let serial =
            row.parsed("subject_serial", BAD_SERIAL, faults, |text| is_subject_serial(text).then(|| text.to_owned()));
        let fingerprints = row.list("fingerprints", BAD_FINGERPRINT, faults, CertificateFingerprint::parse);
        Some(Self { person: person?, issuer: issuer?, subject_serial: serial?, fingerprints })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderRow {
    pub institution: String,
    pub place: String,
    pub device_key: [u8; 32],
    pub keyboard_allowed: bool,
}

impl ReaderRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let institution = reference(row, "institution", faults);
        let place = row.parsed("place", BAD_TEXT, faults, line_of_text);
        let device_key = row.parsed("device_key", BAD_DEVICE_KEY, faults, |text| {
            hex_bytes(text.as_bytes()).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok())
        });
        let keyboard_allowed = row.maybe_boolean("keyboard_allowed", faults).unwrap_or(false);
        Some(Self { institution: institution?, place: place?, device_key: device_key?, keyboard_allowed })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartRow {
    pub institution: String,
    pub number: ChartNumber,
    pub patient: String,
}

impl ChartRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let institution = reference(row, "institution", faults);
        let number = row.parsed("number", BAD_NUMBER, faults, |text| ChartNumber::parse(text).ok());
        let patient = reference(row, "patient", faults);
        Some(Self { institution: institution?, number: number?, patient: patient? })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConsentRow {
    pub patient: String,
    pub scope: ConsentScope,
    pub home_region: RegionCode,
    pub state: ConsentState,
    pub form_serial: Option<String>,
}

impl ConsentRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let patient = reference(row, "patient", faults);
        let scope = row.parsed("scope", UNKNOWN_SCOPE, faults, ConsentScope::from_code);
        let home_region = row.parsed("home_region", BAD_REGION, faults, RegionCode::parse);
        let state = row.maybe_parsed("state", UNKNOWN_STATE, faults, ConsentState::from_code);
        let form_serial = row.maybe_parsed("form_serial", BAD_TEXT, faults, line_of_text);
        Some(Self {
            patient: patient?,
            scope: scope?,
            home_region: home_region?,
            state: state.unwrap_or(ConsentState::Active),
            form_serial,
        })
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRow {
    pub patient: String,
    pub id: CardId,
    pub state: CardState,
}

impl CardRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let patient = reference(row, "patient", faults);
        let id = row.text("id", faults).and_then(|text| match CardId::parse(&text) {
            Ok(id) => Some(id),
            Err(refusal) => {
                let wrong = match refusal {
                    CardRefusal::Random => RANDOM_CARD,
                    CardRefusal::NotUnique => SHORT_CARD,
                    CardRefusal::Form | CardRefusal::Digits | CardRefusal::Length | CardRefusal::Blank => BAD_CARD,
                };
                row.fault(Some("id"), wrong, faults);
                None
            }
        });
        let state = row.maybe_parsed("state", UNKNOWN_STATE, faults, CardState::from_code);
        Some(Self { patient: patient?, id: id?, state: state.unwrap_or(CardState::Active) })
    }
}

/// What the patient keeps back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LimitWish {
    Item { item: Item, except: Vec<String> },
    Institution { institution: String, direction: LimitDirection },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LimitRow {
    pub patient: String,
    pub wish: LimitWish,
}

impl LimitRow {
    pub(super) fn read(row: &mut Row, faults: &mut Faults) -> Option<Self> {
        let patient = reference(row, "patient", faults);
        let clinical = |code: &str| Item::from_code(code).filter(|item| item.is_clinical());
        let item = row.maybe_parsed("item", UNKNOWN_ITEM, faults, clinical);
        let institution = row.maybe_parsed("institution", BAD_KEY, faults, key_of);
        let except = row.list("except", BAD_KEY, faults, key_of);
        let direction = row.maybe_parsed("direction", UNKNOWN_DIRECTION, faults, LimitDirection::from_code);
        if row.has("item") == row.has("institution") {
            row.fault(None, ONE_WISH, faults);
            return None;
        }
        if row.has("except") && !row.has("item") {
            row.fault(Some("except"), EXCEPT_WITHOUT_ITEM, faults);
        }
        if row.has("direction") && !row.has("institution") {
            row.fault(Some("direction"), DIRECTION_WITHOUT_INSTITUTION, faults);
        }
        let wish = match (item, institution) {
            (Some(item), _) => LimitWish::Item { item, except },
            (None, Some(institution)) => {
                LimitWish::Institution { institution, direction: direction.unwrap_or(LimitDirection::Both) }
            }
            (None, None) => return None,
        };
        Some(Self { patient: patient?, wish })
    }
}

/// The explicit end of a fact of this or an earlier load.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndRow {
    pub line: usize,
    /// Key of the fact that ends.
    pub of: String,
    /// First instant at which it no longer holds.
    pub to: Timestamp,
    pub reason: Option<String>,
}

impl EndRow {
    pub(super) fn read(row: &mut Row, now: Timestamp, faults: &mut Faults) -> Option<Self> {
        let of = reference(row, "of", faults);
        let to = row.maybe_end("to", faults).unwrap_or(now);
        let reason = row.maybe_parsed("reason", BAD_TEXT, faults, line_of_text);
        row.finish(faults);
        Some(Self { line: row.line, of: of?, to, reason })
    }
}
