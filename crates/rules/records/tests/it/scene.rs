//! Builders for scenes. Everyone in them is fictional.

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
    RecordKey {
        care_date: care_date.to_owned(),
        data_type: data_type.to_owned(),
        order_number: order_number.to_owned(),
    }
}

/// A message under construction; a test states only what matters to it.
pub struct Scene(pub Message);

pub fn message(id: u128, key: RecordKey, occurred: &str) -> Scene {
    Scene(Message {
        id: MessageId(Uuid::from_u128(id)),
        institution: institution(1),
        chart: chart(1),
        key,
        occurred: format!("{occurred:0<17}"),
        condition: Condition::Valid,
        received_at: Timestamp(id as i64),
        origin: BatchId(Uuid::from_u128(1)),
        department: "01".to_owned(),
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
