//! SS-MIX2 from the bytes of a file to the views of the patient page.

use jiff::civil::{Date, date};
use renkei_hl7v2::{Address, Coded, Location, Message, Moment, Names, Phone, Staff, contact};
use renkei_kernel::{Clock, Ids, SeededEntropy, SettableClock, Timestamp};
use renkei_mapping::{Context, ssmix2::map_file};
use renkei_records::views::calendar::{self, Zoom};
use renkei_records::views::laboratory::{TableQuery, laboratory_table};
use renkei_records::views::trends::trends;
use renkei_records::views::{
    PatientRecord, background, counts, cultures, diagnoses, encounters, latest, medicine_bars, medicines, orders,
    prescriptions, series, sources, stays, summary, warnings,
};
use renkei_records::{ChartRecord, EntryKind, Message as StoredMessage};
use renkei_ssmix2::inspect::message_content;
use renkei_ssmix2::transaction::Records;
use renkei_ssmix2::{DataType, FileName, read_file, read_message as read};
use std::sync::Arc;

const TODAY: Date = date(2026, 4, 16);
/// Findings are listed up to `FINDINGS_LISTED_MAX` of each reader, and one line of counts a code.
const FINDINGS_SEEN_MAX: usize = 3 * renkei_kernel::limits::FINDINGS_LISTED_MAX;
/// Between the messages of one chart; no Japanese set has this byte.
pub const BETWEEN: u8 = 0xFF;

/// The plain reader of HL7: every field, repetition, component and escape of whatever was cut into segments.
pub fn hl7_message(bytes: &[u8]) {
    let Ok(message) = Message::read(bytes) else { return };
    assert!(message.findings.len() <= FINDINGS_SEEN_MAX);
    for segment in message.segments() {
        for number in 1..=segment.field_count() {
            let field = segment.field(number);
            for repetition in field.repetitions() {
                let coded = Coded::read(&repetition);
                let _ = (coded.best(), coded.text().len());
                for component in repetition.components() {
                    let _ = (component.text(), component.id(), component.subcomponent(2).text().len());
                }
            }
            let _ = (Names::read(&field).kanji.full(), contact::patient_number(&field), field.state());
            let _ = (Address::all(&field), Phone::all(&field), Location::read(&field), Staff::of(&field));
            let _ = Moment::parse(field.raw()).map(|moment| (moment.iso(), moment.timestamp()));
            let _ = segment.place(number).to_string();
        }
    }
    for at in [0, message.text().len() / 2, message.text().len()] {
        let _ = message.place_at(at).to_string();
    }
}

/// A name that is read is written back the same.
pub fn file_name(bytes: &[u8]) {
    let name = String::from_utf8_lossy(bytes);
    if let Ok(parsed) = FileName::parse(&name) {
        if !parsed.department.is_empty() && !name.contains("__") {
            assert_eq!(parsed.to_string(), name);
        }
        let _ = (parsed.key(), parsed.version(), parsed.kind());
    }
    let _ = FileName::parse_extended(&name);
}

/// Any bytes split into records, none of them lost.
pub fn transaction_records(bytes: &[u8]) {
    let mut length = 0;
    for record in Records::new(bytes) {
        length += record.map_or(0, |record| record.message.len());
    }
    assert!(length <= bytes.len());
}

/// The first byte chooses one of the 26 data types, or none.
fn chosen(bytes: &[u8]) -> Option<(Option<DataType>, &[u8])> {
    let (choice, bytes) = bytes.split_first()?;
    Some((DataType::ALL.get(usize::from(*choice)).copied(), bytes))
}

/// Any bytes as any data type end with a verdict; what was read can be shown.
pub fn read_message(bytes: &[u8]) {
    let Some((data_type, bytes)) = chosen(bytes) else { return };
    let reading = read(bytes, data_type, None);
    assert!(reading.findings.len() <= FINDINGS_SEEN_MAX, "{}", reading.findings.len());
    if let Some(message) = reading.message {
        let _ = message_content(&message);
    }
}

/// A whole chart of hostile messages: read under a fitting name, mapped, folded, sealed form and back, every view.
pub fn map_message(bytes: &[u8]) {
    let clock: Arc<dyn Clock> = Arc::new(SettableClock::frozen(Timestamp(1_775_000_000_000_000)));
    let ids = Ids::new(clock, Arc::new(SeededEntropy::new(7)));
    let (institution, chart, origin) = (ids.next(), ids.next(), ids.next());
    let mut record = ChartRecord::new();
    for (index, part) in bytes.split(|byte| *byte == BETWEEN).take(8).enumerate() {
        let Some((data_type, part)) = chosen(part) else { continue };
        let Some(message) = read(part, data_type, None).message else { continue };
        let Some(data_type) = data_type.or(message.data_type) else { continue };
        let name = name_of(&message.patient.patient_id, data_type, index);
        assert!(read_file(&name, part).findings.len() <= FINDINGS_SEEN_MAX);
        let context = Context { message: ids.next(), institution, chart, received_at: ids.now(), origin };
        if let Ok(mapped) = map_file(part, &name, &context, &ids) {
            let row = mapped.message.encode().expect("a message can be stored");
            assert!(StoredMessage::decode(&row).expect("and read again") == mapped.message);
            record.fold(mapped.message);
        }
    }
    if record.entries_count() > 0 {
        let row = record.encode().expect("a projection can be stored");
        assert!(ChartRecord::decode(&row).expect("and read again") == record);
        look(&PatientRecord::new([(institution, chart, record)]));
    }
}

fn name_of(patient: &str, data_type: DataType, index: usize) -> FileName {
    let date = if data_type.has_care_date() { "20260401" } else { "-" };
    let name = format!("{patient}_{date}_{}_{index:015}_2026040109000000{index}_01_1", data_type.code());
    FileName::parse(&name).expect("a name of the standard storage")
}

/// Stored rows: whatever decodes can be folded, shown and stored again.
pub fn stored_rows(bytes: &[u8]) {
    if let Ok(message) = StoredMessage::decode(bytes) {
        let row = message.encode().expect("what was stored can be stored");
        assert!(StoredMessage::decode(&row).expect("and read") == message);
        let (institution, chart) = (message.institution, message.chart);
        let mut record = ChartRecord::new();
        record.fold(message);
        look(&PatientRecord::new([(institution, chart, record)]));
    }
    if let Ok(record) = ChartRecord::decode(bytes) {
        let ids = Ids::new(Arc::new(SettableClock::frozen(Timestamp(0))), Arc::new(SeededEntropy::new(7)));
        look(&PatientRecord::new([(ids.next(), ids.next(), record)]));
    }
}

/// Everything a page makes of a record.
fn look(record: &PatientRecord) {
    for zoom in [Zoom::ThreeYears, Zoom::OneYear, Zoom::ThreeMonths, Zoom::OneMonth] {
        let _ = calendar::calendar(record, zoom, TODAY);
    }
    let _ = summary::summary(record, Zoom::OneYear, TODAY);
    let _ = (background::background(record), counts::counts(record), cultures::cultures(record));
    let _ = (diagnoses::diagnoses(record, TODAY), encounters::encounters(record, TODAY), stays::stays(record));
    let _ = (warnings::allergies(record), warnings::warnings(record, TODAY), latest::latest_values(record, TODAY));
    let table = laboratory_table(record, &TableQuery::default());
    assert!(table.columns.len() <= TableQuery::default().columns_max);
    let drugs = medicines::medicines(record, TODAY);
    let _ = medicine_bars::medicine_bars(&drugs, date(2025, 4, 16), TODAY);
    let _ = (orders::orders(record, EntryKind::ALL, 100), prescriptions::prescriptions(record, EntryKind::ALL, 100));
    let mut keys = Vec::new();
    for at in renkei_records::views::laboratory::groups(record).take(4) {
        keys.extend(at.group.values.iter().take(4).map(|v| series::series_key(at.seen.institution, at.group, v)));
    }
    let _ = trends(record, &keys);
    for seen in record.each().take(64) {
        let _ = sources::source(record, seen.source());
    }
}
