//! Builders for scenes. Everyone in them is fictional.
#![allow(clippy::expect_used, reason = "a scene that cannot be built is a failing test")]

use renkei_kernel::{BatchId, ChartId, EntryId, InstitutionId, MessageId, Timestamp};
use renkei_records::body::*;
use renkei_records::*;
use uuid::Uuid;

pub fn institution(n: u128) -> InstitutionId {
    InstitutionId(Uuid::from_u128(0xf000 + n))
}

pub fn chart(n: u128) -> ChartId {
    ChartId(Uuid::from_u128(0xc000 + n))
}

pub fn time(raw: &str) -> Option<ClinicalTime> {
    ClinicalTime::from_field(raw)
}

pub fn key(care_date: &str, data_type: &str, order_number: &str) -> RecordKey {
    RecordKey { care_date: care_date.into(), data_type: data_type.into(), order_number: order_number.into() }
}

/// A message under construction; a test states only what matters to it.
pub struct Scene(pub Message);

pub fn message(id: u128, key: RecordKey, occurred: &str) -> Scene {
    Scene(Message {
        id: MessageId(Uuid::from_u128(id)),
        institution: institution(1),
        chart: chart(1),
        key,
        occurred: format!("{occurred:0<17}").into(),
        condition: Condition::Valid,
        received_at: Timestamp(id as i64),
        origin: BatchId(Uuid::from_u128(1)),
        department: "01".into(),
        entries: Vec::new(),
        findings: Vec::new(),
    })
}

impl Scene {
    pub fn flag(mut self, flag: i16) -> Self {
        self.0.condition = Condition::from_flag(flag).expect("a flag");
        self
    }
    pub fn entry(mut self, kind: EntryKind, effective: &str, body: Body) -> Self {
        let n = self.0.entries.len() as u128;
        let id = EntryId(Uuid::from_u128((self.0.id.0.as_u128() << 16) + n));
        self.0.entries.push(Entry {
            id,
            kind,
            effective: time(effective),
            state: EntryState::Active,
            place: SourcePlace::segment("MSH", 1),
            body,
            asked_with: Vec::new(),
        });
        self
    }
    pub fn state(mut self, state: EntryState) -> Self {
        if let Some(last) = self.0.entries.last_mut() {
            last.state = state;
        }
        self
    }
    pub fn done(self) -> Message {
        self.0
    }
}

pub fn diagnosis(instance: &str, name: &str, icd10: &str, acted: &str) -> Diagnosis {
    Diagnosis {
        action: DiagnosisAction::Add,
        action_time: time(acted),
        disease: CodedValue::one("20061111", name, "MDCDX2"),
        instance: instance.to_owned(),
        diagnosed: time("20200101"),
        icd10: Code::new(icd10, "", "I10"),
        ..Diagnosis::default()
    }
}

pub fn allergy(source: AllergySource, code: &str, name: &str) -> Allergy {
    let allergen = if code.is_empty() { CodedValue::text(name) } else { CodedValue::one(code, name, "J-FAGY") };
    Allergy { source, allergen, ..Allergy::default() }
}

pub fn names(settled: &renkei_records::projection::settle::Settled) -> Vec<String> {
    let mut names: Vec<String> = settled
        .entries
        .iter()
        .map(|seen| match &seen.entry.body {
            Body::Diagnosis(d) => d.name().to_owned(),
            Body::Allergy(a) => a.allergen.shown().to_owned(),
            Body::Identity(i) => i.name.kanji(),
            Body::Titled(t) => t.title.clone(),
            other => format!("{other:?}"),
        })
        .collect();
    names.sort();
    names
}

pub fn titled(title: &str) -> Body {
    Body::Titled(Box::new(TitledEntry { title: title.to_owned(), ..TitledEntry::default() }))
}

pub fn folded(messages: impl IntoIterator<Item = Message>) -> ChartRecord {
    let mut record = ChartRecord::new();
    for message in messages {
        record.fold(message);
    }
    record
}

pub fn day(text: &str) -> jiff::civil::Date {
    text.parse().expect("a day")
}

pub fn days(count: &str) -> Amount {
    Amount::new(count, Code::new("d", "", ""))
}

pub fn tablets(count: &str) -> Amount {
    Amount::new(count, Code::new("TAB", "錠", "MR9P"))
}

/// A drug by HOT9 with its twelve-character code where `yj` is not empty.
pub fn drug(name: &str, hot9: &str, yj: &str) -> Drug {
    let additional = if yj.is_empty() { Vec::new() } else { vec![CodedValue::one(yj, name, "YJ")] };
    let drug = if hot9.is_empty() { CodedValue::text(name) } else { CodedValue::one(hot9, name, "HOT9") };
    Drug { drug, additional, dose_min: tablets("1"), ..Drug::default() }
}

/// One RP group beginning on `start` for `count` days (empty = not said).
pub fn rp(start: &str, count: &str, drugs: Vec<Drug>) -> RpGroup {
    let usages = vec![CodedValue::one("1011000400000000", "１日１回朝食後", "JAMISDP01")];
    let duration = if count.is_empty() { Amount::default() } else { days(count) };
    RpGroup {
        id: "101_01_001".into(),
        timings: vec![Timing { usages, duration, start: time(start), ..Timing::default() }],
        drugs,
    }
}

pub fn prescription(id: u128, groups: Vec<RpGroup>) -> Message {
    let start = groups[0].timings[0].start.clone().map_or_else(String::new, |t| t.raw.to_string());
    let head = OrderHead { placer_number: id.to_string().into(), ..OrderHead::default() };
    let body = Body::Prescription(Box::new(Prescription { head, groups, ..Prescription::default() }));
    message(id, key(&start, "OMP-01", &id.to_string()), &start).entry(EntryKind::Prescription, &start, body).done()
}

/// A value by JLAC10 (17 characters), or by a local code when it is shorter.
pub fn value(code: &str, name: &str, value: &str, unit: &str, range: &str) -> LaboratoryValue {
    let system = if code.len() == 17 { "JC10" } else { "99X03" };
    LaboratoryValue {
        code: CodedValue::one(code, name, system),
        value_type: "NM".into(),
        value: value.into(),
        unit: Code::new(unit, unit, "ISO+"),
        range: range.into(),
        status: ResultStatus::Final,
        ..LaboratoryValue::default()
    }
}

pub fn report(id: u128, taken: &str, values: Vec<LaboratoryValue>) -> Message {
    report_of(id, taken, vec![LaboratoryGroup { collected: time(taken), values, ..LaboratoryGroup::default() }])
}

pub fn report_of(id: u128, taken: &str, groups: Vec<LaboratoryGroup>) -> Message {
    let body = Body::LaboratoryReport(Box::new(LaboratoryReport { groups, comments: Vec::new() }));
    message(id, key(&taken[..8], "OML-11", &id.to_string()), taken)
        .entry(EntryKind::LaboratoryReport, taken, body)
        .state(EntryState::Final)
        .done()
}

pub fn encounter(id: u128, kind: EntryKind, at: &str, body: Encounter) -> Message {
    message(id, key(&at[..8], kind.name(), &id.to_string()), at).entry(kind, at, Body::Encounter(Box::new(body))).done()
}

/// A patient whose institutions 1, 2, … sent these messages.
pub fn patient(institutions: Vec<Vec<Message>>) -> views::PatientRecord {
    let charts = institutions.into_iter().enumerate().map(|(n, messages)| {
        let n = n as u128 + 1;
        (institution(n), chart(n), folded(messages))
    });
    views::PatientRecord::new(charts)
}

pub const CREATININE: &str = "3C015000002327101";
pub const HBA1C_NGSP: &str = "3D046000001906202";
