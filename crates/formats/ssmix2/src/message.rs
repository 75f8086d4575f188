//! One file of the standard storage: bytes in, typed message, findings and verdict out. Pure; storage lies elsewhere.

use renkei_hl7v2::{Message, ReadError, Separators, contact};
use renkei_kernel::{Finding, Problem, Severity};
use serde::{Deserialize, Serialize};

use crate::content::{Allergy, Content, Demographics, Diagnosis, Medication, OrderGroup, Patient, Visit};
use crate::context::{Context, comment, id, raw_segment};
use crate::data_type::{self, DataType};
use crate::filename::FileName;
use crate::value::{RawSegment, Time};
use crate::{laboratory, medicine, required};

/// What became of an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    AcceptedWithFindings,
    /// The input ends too early; what could be read is there.
    Incomplete,
    /// Nothing of it may be used.
    Rejected,
}

impl Verdict {
    /// Exit code of a command that shows the verdict.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Accepted | Self::AcceptedWithFindings => 0,
            Self::Incomplete | Self::Rejected => 2,
        }
    }
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::AcceptedWithFindings => "accepted_with_findings",
            Self::Incomplete => "incomplete",
            Self::Rejected => "rejected",
        }
    }
}

/// Why a message may not be used although it was read: stable codes of the `code` of a reading.
pub mod refusal {
    /// PID-3 is empty.
    pub const PATIENT_MISSING: &str = "patient_missing";
    /// PID-3 is another patient than folder or caller say: to be quarantined, never guessed about.
    pub const PATIENT_MISMATCH: &str = "patient_mismatch";
    /// MSH-9 is empty.
    pub const MESSAGE_TYPE_MISSING: &str = "message_type_missing";
    /// The file ends in the middle.
    pub const MESSAGE_CUT: &str = "message_cut";
}

/// The outcome of reading one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    pub verdict: Verdict,
    /// The reason for `Incomplete` and `Rejected`.
    pub code: Option<&'static str>,
    pub findings: Vec<Finding>,
    /// `None` when rejected. Of an incomplete message what could be read; it must not be stored as current.
    pub message: Option<TypedMessage>,
}

impl Reading {
    /// The data type the message was read as.
    pub fn data_type(&self) -> Option<DataType> {
        self.message.as_ref().and_then(|message| message.data_type)
    }
}

/// MSH.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    /// MSH-9 as sent, `ADT^A08^ADT_A01`.
    pub message_type: String,
    /// MSH-9.1 and MSH-9.2.
    pub message: String,
    pub event: String,
    /// MSH-10.
    pub control_id: String,
    /// MSH-3 and MSH-4.
    pub sending_application: String,
    pub sending_facility: String,
    /// MSH-7.
    pub created: Option<Time>,
    /// MSH-21.1.
    pub profile: String,
    pub separators: Separators,
    /// Name of the character set the bytes were in.
    pub charset: String,
    pub segments: usize,
}

/// A message as the data type understands it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedMessage {
    pub header: Header,
    /// `None` for types the guideline does not list.
    pub data_type: Option<DataType>,
    pub patient: Patient,
    pub visit: Option<Visit>,
    pub content: Content,
    /// The event takes back what another message of the data type said (A11, A23 …), or all its orders are cancelled.
    pub withdraws: bool,
    /// NTE of messages whose content has no place for them.
    pub comments: Vec<String>,
    /// Segments no reader of the data type understands, as they stand.
    pub other: Vec<RawSegment>,
}

/// Reads a file whose name was parsed: data type and patient must agree with it, care date and order number should.
pub fn read_file(name: &FileName, bytes: &[u8]) -> Reading {
    let mut reading = read_with(bytes, name.kind(), Some(&name.patient_id), Some(name));
    if name.kind().is_none() {
        let text = "規格にないデータ種別です。元のまま残しました。";
        reading.findings.push(Finding::warning("data-type-unknown", "MSH-9", text));
        if reading.verdict == Verdict::Accepted {
            reading.verdict = Verdict::AcceptedWithFindings;
        }
    }
    reading
}

/// Reads one message.
///
/// `data_type`: what folder or file name say; `None` derives it from the message. `expected_patient`: the patient number
/// of the folder; another one in PID-3 rejects the message (`patient_mismatch`).
pub fn read_message(bytes: &[u8], data_type: Option<DataType>, expected_patient: Option<&str>) -> Reading {
    read_with(bytes, data_type, expected_patient, None)
}

fn read_with(
    bytes: &[u8],
    data_type: Option<DataType>,
    expected_patient: Option<&str>,
    name: Option<&FileName>,
) -> Reading {
    let message = match Message::read(bytes) {
        Ok(message) => message,
        Err(error) => return unreadable(error),
    };
    let mut context = Context { findings: message.findings.clone() };
    let header = header(&message, &mut context);
    if header.message.is_empty() {
        context.error("message-type-missing", "MSH-9", "電文の種別（MSH-9）がありません。");
        return rejected(refusal::MESSAGE_TYPE_MISSING, context);
    }
    let pid = message.segment("PID");
    let patient = pid.map(|pid| Patient::read(&pid, &mut context)).filter(|p| !p.patient_id.is_empty());
    let Some(patient) = patient else {
        context.error("patient-missing", "PID-3", "患者番号（PID-3）がありません。");
        let code = if message.cut { refusal::MESSAGE_CUT } else { refusal::PATIENT_MISSING };
        let mut reading = rejected(code, context);
        if message.cut {
            reading.verdict = Verdict::Incomplete;
        }
        return reading;
    };
    let others = message.all("PID").skip(1).any(|pid| contact::patient_number(&pid.field(3)) != patient.patient_id);
    if others {
        context.error("several-patients", "PID[2]", "一つの電文に患者が二人以上います。");
        return rejected(refusal::PATIENT_MISMATCH, context);
    }
    if expected_patient.is_some_and(|expected| expected != patient.patient_id) {
        let text = "電文の患者番号（PID-3）が、フォルダまたは指定の患者番号と違います。保留にしました。送信元で確かめてください。";
        context.error("patient-mismatch", "PID-3", text);
        return rejected(refusal::PATIENT_MISMATCH, context);
    }
    let unknown_by_name = name.is_some_and(|name| name.kind().is_none());
    let data_type = if unknown_by_name { None } else { data_type.or_else(|| derive(&message, &header)) };
    if data_type.is_none() && !unknown_by_name {
        context.warning("data-type-unknown", "MSH-9", "電文の種別からデータ種別が決まりません。元のまま残しました。");
    }
    let row = data_type.and_then(|data_type| data_type::event_of(data_type, &header.message, &header.event));
    if data_type.is_some() && row.is_none() {
        let text = "電文の種別（MSH-9）がデータ種別の表にありません。データ種別の方を信じて読みました。";
        context.warning("event-not-of-data-type", "MSH-9", text);
    }
    let visit = Visit::read(&message, &mut context);
    let mut other = Vec::new();
    let mut comments = Vec::new();
    let content = content(data_type, &message, &mut other, &mut comments, &mut context);
    laboratory::check(&content, data_type, &mut context);
    medicine::check(&content, &mut context);
    required::check(&message, data_type, &mut context);
    if let Some(name) = name {
        crate::agreement::check(&message, name, row, &mut context);
    }
    let withdraws = row.is_some_and(|row| row.cancels) || all_cancelled(&content);
    let typed = TypedMessage { header, data_type, patient, visit, content, withdraws, comments, other };
    let (verdict, code) = if message.cut {
        (Verdict::Incomplete, Some(refusal::MESSAGE_CUT))
    } else if context.findings.is_empty() {
        (Verdict::Accepted, None)
    } else {
        (Verdict::AcceptedWithFindings, None)
    };
    Reading { verdict, code, findings: context.findings, message: Some(typed) }
}

fn unreadable(error: ReadError) -> Reading {
    let (finding, text) = match error {
        ReadError::Empty => {
            ("message-empty", "ファイルが空です。書き込みの途中の可能性があります。後でもう一度読み込んでください。")
        }
        ReadError::TooLarge => ("message-too-large", "ファイルが大きすぎます。"),
        _ => ("message-without-header", "MSHで始まらないファイルです。HL7の電文ではありません。"),
    };
    let findings = vec![Finding::new(finding, Severity::Error, "MSH", text)];
    Reading { verdict: Verdict::Rejected, code: Some(error.code()), findings, message: None }
}

fn rejected(code: &'static str, context: Context) -> Reading {
    Reading { verdict: Verdict::Rejected, code: Some(code), findings: context.findings, message: None }
}

fn header(message: &Message, context: &mut Context) -> Header {
    let msh = message.header();
    let kind = msh.field(9);
    Header {
        message_type: kind.first().raw().to_owned(),
        message: kind.component(1).id().into_owned(),
        event: kind.component(2).id().into_owned(),
        control_id: id(&msh, 10),
        sending_application: id(&msh, 3),
        sending_facility: id(&msh, 4),
        created: context.time(&msh, 7),
        profile: id(&msh, 21),
        separators: *message.separators(),
        charset: message.charset().name().to_owned(),
        segments: message.segment_count(),
    }
}

/// The data type of a message that came without folder or file name.
fn derive(message: &Message, header: &Header) -> Option<DataType> {
    let mut candidates = data_type::candidates(&header.message, &header.event);
    let first = candidates.next()?;
    let injection = || {
        message.segment("RXC").is_some()
            || message.all("RXE").any(|rxe| {
                let code = renkei_hl7v2::Coded::read(&rxe.field(2).first());
                code.of(&["JHSI0002", "99I02"]).is_some()
            })
    };
    let mentions = |segment: &str, field: u16, systems: &[&str]| {
        message.all(segment).any(|s| renkei_hl7v2::Coded::read(&s.field(field).first()).of(systems).is_some())
    };
    Some(match first {
        DataType::Omp01 if injection() => DataType::Omp02,
        // A notice of administration: a rate, a mixture or a route into a vein tell an injection.
        DataType::Omp11 if injection() || message.all("RXA").any(|a| !a.field(12).is_empty()) => DataType::Omp12,
        DataType::Omg01 if mentions("OBR", 4, &["LENDO"]) => DataType::Omg02,
        DataType::Omg01 if mentions("OBR", 4, &["JC10"]) => DataType::Omg03,
        DataType::Omg11 if mentions("OBR", 4, &["LENDO"]) || mentions("IPC", 5, &["LENDO"]) => DataType::Omg12,
        DataType::Omg11 if message.all("IPC").any(|ipc| ipc.field(5).id() == "ES") => DataType::Omg12,
        other => other,
    })
}

fn content(
    data_type: Option<DataType>,
    message: &Message,
    other: &mut Vec<RawSegment>,
    comments: &mut Vec<String>,
    context: &mut Context,
) -> Content {
    use DataType as T;
    let Some(data_type) = data_type else {
        let headers = ["MSH", "PID", "PV1", "PV2", "EVN"];
        other.extend(message.segments().filter(|s| !headers.contains(&s.name())).map(|s| raw_segment(&s)));
        return Content::Raw;
    };
    match data_type {
        T::Adt00 => Content::Demographics(Box::new(Demographics::read(message, other, context))),
        T::Adt01 | T::Adt12 | T::Adt21 | T::Adt22 | T::Adt31 | T::Adt32 | T::Adt41 | T::Adt42 | T::Adt51 | T::Adt52 => {
            rest(message, &[], other, comments);
            Content::Visit
        }
        T::Adt61 => {
            rest(message, &["IAM", "AL1"], other, comments);
            let iam = message.segments().filter_map(|segment| match segment.name() {
                "IAM" => Some(Allergy::read_iam(&segment, context)),
                "AL1" => Some(Allergy::read_al1(&segment, context)),
                _ => None,
            });
            Content::Allergies(iam.collect())
        }
        T::Ppr01 => Content::Diagnoses(Diagnosis::read_all(message, other, context)),
        T::Omp01 | T::Omp11 | T::Omp02 | T::Omp12 => {
            Content::Medication(Box::new(Medication::read(message, other, context)))
        }
        _ => Content::Orders(OrderGroup::read_all(message, other, context)),
    }
}

/// Segments beside the ones a reader takes: comments, and what is kept as it is.
fn rest(message: &Message, taken: &[&str], other: &mut Vec<RawSegment>, comments: &mut Vec<String>) {
    for segment in message.segments() {
        match segment.name() {
            "MSH" | "PID" | "PV1" | "PV2" | "EVN" => {}
            "NTE" => comments.extend(comment(&segment)),
            name if taken.contains(&name) => {}
            _ => other.push(raw_segment(&segment)),
        }
    }
}

fn all_cancelled(content: &Content) -> bool {
    match content {
        Content::Medication(all) => !all.groups.is_empty() && all.groups.iter().all(|g| g.order.is_cancelled()),
        Content::Orders(groups) => {
            let mut orders = groups.iter().filter_map(|g| g.order.as_ref()).peekable();
            orders.peek().is_some() && orders.all(|o| o.control == "CA")
        }
        _ => false,
    }
}
