//! A storage as JSON: patients one after the other with counts and lists of what is current, then the totals.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::json::text;
use super::object::Object;
use super::tally::Tally;
use super::transaction::{RecordCounts, write_records};
use super::{format, open_text, patient};
use crate::content::{Content, Diagnosis, Patient};
use crate::current::Versions;
use crate::extended::documents;
use crate::filename::FileName;
use crate::message::{TypedMessage, Verdict, read_file};
use crate::storage::recognise::Roots;
use crate::storage::{Loose, PatientFolder, Storage, open};
use crate::{DataType, extended};

use renkei_kernel::Finding;

/// Names of `counts` and `totals`, in their order.
const COUNTS: [&str; 10] = [
    "visits",
    "admissions",
    "discharges",
    "prescription_orders",
    "prescribed_drugs",
    "injection_orders",
    "injection_components",
    "lab_reports",
    "lab_values",
    "problems",
];

/// Counts of what is current, in the order of `COUNTS`.
#[derive(Default, Clone)]
struct Counts {
    visits: u64,
    admissions: u64,
    discharges: u64,
    prescription_orders: u64,
    prescribed_drugs: u64,
    injection_orders: u64,
    injection_components: u64,
    lab_reports: u64,
    lab_values: u64,
    problems: u64,
}

impl Counts {
    fn all(&self) -> [u64; 10] {
        [
            self.visits,
            self.admissions,
            self.discharges,
            self.prescription_orders,
            self.prescribed_drugs,
            self.injection_orders,
            self.injection_components,
            self.lab_reports,
            self.lab_values,
            self.problems,
        ]
    }
    fn json(all: &[u64; 10]) -> Value {
        COUNTS
            .iter()
            .zip(all)
            .map(|(name, count)| ((*name).to_owned(), Value::from(*count)))
            .collect::<Map<_, _>>()
            .into()
    }
}

/// Writes the object of one or more roots.
pub(crate) fn inspect(roots: &Roots, object: &mut Object<'_>) -> io::Result<Verdict> {
    let mut tally = Tally::default();
    object.format(format::STORAGE)?;
    write(roots, &[], &mut tally, object)?;
    let verdict = tally.verdict();
    object.end(tally, None, verdict)
}

/// Writes the `content` of one or more roots. `messages` stand beside them in joined inputs.
pub(crate) fn write(roots: &Roots, messages: &[Value], tally: &mut Tally, object: &mut Object<'_>) -> io::Result<()> {
    let mut totals = [0; 10];
    object.raw("{\"patients\":[")?;
    let mut first = true;
    let storage = Storage::new(roots.standard.iter().cloned());
    let mut patients = storage.patients();
    while let Some(patient) = patients.next() {
        patients.loose().into_iter().for_each(|place| unexpected(place, tally));
        match patient {
            Ok(patient) => write_patient(&patient, &mut first, &mut totals, tally, object)?,
            Err(error) => unreadable(&storage.place(&error.path), tally),
        }
    }
    patients.loose().into_iter().for_each(|place| unexpected(place, tally));
    object.raw("],\"totals\":")?;
    object.json(&Counts::json(&totals))?;
    if !roots.extended.is_empty() {
        object.raw(",\"documents\":[")?;
        write_documents(&roots.extended, tally, object)?;
        object.raw("]")?;
    }
    if !roots.transactions.is_empty() {
        object.raw(",\"transactions\":[")?;
        let counts = write_transactions(&roots.transactions, tally, object)?;
        object.raw("],\"transaction_totals\":")?;
        object.json(&counts.json())?;
    }
    if !messages.is_empty() {
        object.raw(",\"messages\":")?;
        object.json(&Value::Array(messages.to_vec()))?;
    }
    object.raw("}")
}

fn unexpected(place: String, tally: &mut Tally) {
    let text = "データ種別のフォルダの外、または通常でないファイルがあります。読みません。";
    tally.add("", Finding::note("file-unexpected", place, text));
}

fn unreadable(place: &str, tally: &mut Tally) {
    tally.error("folder-unreadable", place, "フォルダを読めません。権限を確かめてください。");
}

/// Writes the object of one patient's folder.
pub(crate) fn inspect_patient(patient: PatientFolder, object: &mut Object<'_>) -> io::Result<Verdict> {
    let mut tally = Tally::default();
    let mut totals = [0; 10];
    object.format(format::STORAGE)?;
    object.raw("{\"patients\":[")?;
    write_patient(&patient, &mut true, &mut totals, &mut tally, object)?;
    object.raw("],\"totals\":")?;
    object.json(&Counts::json(&totals))?;
    object.raw("}")?;
    let verdict = tally.verdict();
    object.end(tally, None, verdict)
}

fn write_patient(
    folder: &PatientFolder,
    first: &mut bool,
    totals: &mut [u64; 10],
    tally: &mut Tally,
    object: &mut Object<'_>,
) -> io::Result<()> {
    let mut summary = Summary::default();
    summary.read(folder, tally);
    let problems = summary.problems();
    summary.counts.problems = u64::try_from(problems.distinct).unwrap_or(u64::MAX);
    let counts = summary.counts.all();
    for (total, count) in totals.iter_mut().zip(counts) {
        *total += count;
    }
    let mut all = patient::brief(&folder.patient_id, summary.patient.as_ref().map(|(_, patient)| patient));
    all.insert("counts".to_owned(), Counts::json(&counts));
    all.insert("problems".to_owned(), Value::Array(problems.listed));
    all.insert("allergies".to_owned(), Value::from(summary.allergens.len()));
    all.insert("admissions".to_owned(), json!(summary.admissions));
    all.insert("discharges".to_owned(), json!(summary.discharges));
    all.insert("lab_values".to_owned(), Value::Array(summary.lab_values));
    all.insert("drugs".to_owned(), Value::Array(summary.drugs));
    if !*first {
        object.raw(",")?;
    }
    *first = false;
    object.json(&Value::Object(all))
}

/// One file of a patient. Compared by its path, so that the same version on two volumes has one winner.
#[derive(PartialEq, Eq)]
struct Sight {
    relative: String,
    path: PathBuf,
    name: FileName,
}

impl Ord for Sight {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (&self.relative, &self.path).cmp(&(&other.relative, &other.path))
    }
}

impl PartialOrd for Sight {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

/// What is collected about one patient.
#[derive(Default)]
struct Summary {
    /// PID of the newest current ADT-00, else of the newest current message; the key says which and how new.
    patient: Option<((bool, String), Patient)>,
    counts: Counts,
    /// The newest statement of every diagnosis: by PRB-4, with PRB-2 and the version of its file.
    diagnoses: BTreeMap<String, ((Option<i64>, String), Diagnosis)>,
    allergens: BTreeSet<(String, String)>,
    admissions: Vec<String>,
    discharges: Vec<String>,
    lab_values: Vec<Value>,
    drugs: Vec<Value>,
}

struct Problems {
    distinct: usize,
    listed: Vec<Value>,
}

impl Summary {
    fn read(&mut self, folder: &PatientFolder, tally: &mut Tally) {
        let mut versions: Versions<Sight> = Versions::default();
        for file in folder.files() {
            match file {
                Err(Loose::Unexpected(relative)) => unexpected(relative, tally),
                Err(Loose::Unreadable(error)) => unreadable(&folder.place(&error.path), tally),
                Ok(entry) => {
                    tally.extend("", entry.disagreements());
                    if entry.is_other_patient() {
                        continue;
                    }
                    if let Ok(name) = &entry.parsed {
                        versions.add(name, Sight { relative: entry.relative, path: entry.path, name: name.clone() });
                    }
                }
            }
        }
        for outdated in versions.outdated() {
            let text = "有効なファイルより新しい、履歴または削除のファイルがあります。新しい方に従いました。";
            tally.add("", Finding::warning("older-version-valid", outdated.relative.clone(), text));
        }
        let mut diagnosis_files = 0;
        for current in versions.current() {
            let Sight { relative, path, name } = current.payload;
            if current.rivals > 0 {
                let text = "有効なファイルが二つ以上あります。発生日時の新しい方を使いました。";
                tally.add("", Finding::warning("several-valid-versions", relative.clone(), text));
            }
            let reading = match open(path) {
                Ok((_, bytes)) => read_file(name, &bytes),
                Err(error) => {
                    tally.error(error.code(), relative, open_text(&error));
                    continue;
                }
            };
            tally.extend(relative, reading.findings);
            let Some(message) = reading.message.filter(|m| !m.withdraws) else { continue };
            diagnosis_files += u32::from(message.data_type == Some(DataType::Ppr01));
            self.add(message, current.occurred);
        }
        if diagnosis_files > 1 {
            let text = "有効な病名のファイルが二つ以上あります。病名ごとに新しいものを使いました。";
            tally.add("", Finding::note("several-current-diagnosis-files", folder.patient_id.clone(), text));
        }
    }

    fn add(&mut self, message: TypedMessage, occurred: &str) {
        let TypedMessage { data_type, patient, visit, content, .. } = message;
        let standing = (data_type == Some(DataType::Adt00), occurred.to_owned());
        if self.patient.as_ref().is_none_or(|(known, _)| *known < standing) {
            self.patient = Some((standing, patient));
        }
        match data_type {
            Some(DataType::Adt12) => self.counts.visits += 1,
            Some(DataType::Adt22) => {
                self.counts.admissions += 1;
                self.admissions.extend(visit.and_then(|v| v.admitted).map(|t| t.raw));
            }
            Some(DataType::Adt52) => {
                self.counts.discharges += 1;
                self.discharges.extend(visit.and_then(|v| v.discharged).map(|t| t.raw));
            }
            _ => {}
        }
        match content {
            Content::Demographics(all) => self.allergens.extend(all.allergies.iter().map(|a| a.key())),
            Content::Allergies(list) => {
                self.allergens.extend(list.iter().filter(|a| !a.is_withdrawn()).map(|a| a.key()));
            }
            Content::Diagnoses(list) => list.into_iter().for_each(|diagnosis| self.diagnosis(diagnosis, occurred)),
            Content::Medication(medication) => self.medication(data_type, &medication),
            Content::Orders(groups) if data_type == Some(DataType::Oml11) => {
                self.counts.lab_reports += 1;
                for group in &groups {
                    let collected = group.collected().map_or(Value::Null, |t| text(&t.raw));
                    for observation in group.all_observations() {
                        self.counts.lab_values += 1;
                        self.lab_values.push(json!({
                            "collected": collected,
                            "jlac10": observation.jlac10(),
                            "name": text(observation.name()),
                            "type": text(&observation.value_type),
                            "value": text(&observation.value),
                            "unit": text(observation.unit_shown()),
                        }));
                    }
                }
            }
            _ => {}
        }
    }

    fn diagnosis(&mut self, diagnosis: Diagnosis, occurred: &str) {
        let key = if diagnosis.instance.is_empty() {
            // Without an identity nothing says that two are the same.
            format!("{occurred} {}", diagnosis.place)
        } else {
            diagnosis.instance.clone()
        };
        let stated = diagnosis.action_time.as_ref().and_then(|t| t.moment()).map(|m| m.timestamp().micros());
        let standing = (stated, occurred.to_owned());
        if self.diagnoses.get(&key).is_none_or(|(known, _)| *known <= standing) {
            self.diagnoses.insert(key, (standing, diagnosis));
        }
    }

    fn medication(&mut self, data_type: Option<DataType>, medication: &crate::content::Medication) {
        let groups = medication.groups.iter().filter(|g| !g.order.is_cancelled());
        match data_type {
            Some(DataType::Omp01) => {
                self.counts.prescription_orders += 1;
                for group in groups {
                    let Some(item) = &group.item else { continue };
                    self.counts.prescribed_drugs += 1;
                    // A prescription starts on a day; hours and minutes of TQ1-7 are filled in by systems.
                    let start = group.timings.iter().find_map(|t| t.start.as_ref());
                    let day = start.map_or(Value::Null, |t| Value::from(t.raw.chars().take(8).collect::<String>()));
                    self.drugs.push(json!({
                        "start": day,
                        "code": item.medicine().map_or(Value::Null, |t| text(&t.code)),
                        "name": text(item.code.text()),
                    }));
                }
            }
            Some(DataType::Omp02) => {
                self.counts.injection_orders += 1;
                let components: usize = groups.map(|g| g.components.len()).sum();
                self.counts.injection_components += u64::try_from(components).unwrap_or(u64::MAX);
            }
            _ => {}
        }
    }

    fn problems(&self) -> Problems {
        let standing = self.diagnoses.values().map(|(_, d)| d).filter(|d| !d.is_entered_in_error());
        let mut distinct = 0;
        let mut triples: Vec<(&str, Option<&str>, bool)> = Vec::new();
        for diagnosis in standing {
            distinct += 1;
            let triple = (diagnosis.name(), diagnosis.icd10().map(|t| t.code.as_str()), diagnosis.is_suspected());
            if !triples.contains(&triple) {
                triples.push(triple);
            }
        }
        let listed = triples
            .into_iter()
            .map(|(name, icd10, suspected)| json!({ "name": text(name), "icd10": icd10, "suspected": suspected }))
            .collect();
        Problems { distinct, listed }
    }
}

fn write_documents(roots: &[PathBuf], tally: &mut Tally, object: &mut Object<'_>) -> io::Result<()> {
    let mut first = true;
    let storage = Storage::new(roots.iter().cloned());
    for patient in storage.patients() {
        let patient = match patient {
            Ok(patient) => patient,
            Err(error) => {
                unreadable(&storage.place(&error.path), tally);
                continue;
            }
        };
        let mut versions: Versions<usize> = Versions::default();
        let mut listed = Vec::new();
        for document in documents(&patient) {
            match document {
                Err(error) => unreadable(&storage.place(&error.path), tally),
                Ok(document) => match &document.parsed {
                    Ok(name) if name.patient_id == patient.patient_id => {
                        versions.add(name, listed.len());
                        listed.push(document);
                    }
                    Ok(_) => {
                        let text = "フォルダ名の患者番号が、上のフォルダの患者番号と違います。保留にしました。";
                        tally.error("file-name-patient-mismatch", &document.relative, text);
                    }
                    Err(_) => {
                        let text = "コンテンツフォルダの名前が規格の形ではありません。";
                        tally.add("", Finding::warning("file-name-unreadable", document.relative.clone(), text));
                    }
                },
            }
        }
        let current: BTreeSet<usize> = versions.current().map(|c| *c.payload).collect();
        for (index, document) in listed.iter().enumerate() {
            if !first {
                object.raw(",")?;
            }
            first = false;
            object.json(&document_json(&patient.patient_id, document, current.contains(&index)))?;
        }
    }
    Ok(())
}

fn document_json(patient_id: &str, document: &extended::Document, current: bool) -> Value {
    let name = document.parsed.as_ref().ok();
    json!({
        "patient_id": patient_id,
        "care_date": document.care_date,
        "title": text(document.kind.title()),
        "type": document.kind,
        "key": name.map(|n| n.order_number.clone()),
        "occurred": name.map(|n| n.occurred.clone()),
        "condition": name.map(|n| n.condition.flag().to_string()),
        "current": current,
        "main": document.main,
        "format": document.format(),
        "files": document.files.len(),
    })
}

fn write_transactions(paths: &[PathBuf], tally: &mut Tally, object: &mut Object<'_>) -> io::Result<RecordCounts> {
    let mut all = RecordCounts::default();
    for path in paths {
        let first = all.records == all.unreadable;
        let counts = write_records(path, tally, object, first)?;
        all.records += counts.records;
        all.inserted += counts.inserted;
        all.deleted += counts.deleted;
        all.unreadable += counts.unreadable;
    }
    Ok(all)
}
