//! PPR-01: one file with all diagnoses of a patient (PRB with its ZPR, ZPD, NTE, ZI1, ORC). PRB-4 is the identity.

use renkei_hl7v2::{Coded, Message, Place, Segment, Triple};
use serde::{Deserialize, Serialize};

use crate::content::demographics::Insurance;
use crate::content::order::Order;
use crate::context::{Context, coded_or_none, comment, entity, id, raw_segment, text};
use crate::value::{RawSegment, Time};

/// One diagnosis.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// PRB-1: AD UP CO DE …
    pub action: String,
    /// PRB-2: the newest wins among statements of one instance.
    pub action_time: Option<Time>,
    /// PRB-3.
    pub disease: Coded,
    /// PRB-4.
    pub instance: String,
    /// PRB-7.
    pub diagnosed: Option<Time>,
    /// PRB-8.
    pub expected_resolution: Option<Time>,
    /// PRB-9.
    pub resolved: Option<Time>,
    /// PRB-10: ICD-10 and diagnosis type.
    pub classification: Coded,
    /// PRB-13.
    pub suspected: Coded,
    /// PRB-14.
    pub outcome: Option<Coded>,
    /// PRB-15.
    pub outcome_time: Option<Time>,
    /// PRB-16.
    pub onset: Option<Time>,
    /// PRB-17.
    pub displayed: String,
    /// PRB-18.
    pub main: Coded,
    /// PRB-25.
    pub confidentiality: Option<Coded>,
    /// ZPR-1 and ZPR-3 (management numbers), ZPR-4 and ZPR-6 (exchange codes).
    pub prefixes: Vec<Coded>,
    pub suffixes: Vec<Coded>,
    /// ZPR-2 and ZPR-5.
    pub bases: Vec<Coded>,
    /// ZPD.
    pub teeth: Vec<Tooth>,
    /// ZI1.
    pub insurances: Vec<Insurance>,
    /// ZPR-7 and NTE.
    pub comments: Vec<String>,
    pub order: Option<Order>,
    pub place: Place,
}

/// ZPD: one tooth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tooth {
    pub tooth: Coded,
    pub place: Place,
}

impl Diagnosis {
    pub(crate) fn read_all(message: &Message, other: &mut Vec<RawSegment>, context: &mut Context) -> Vec<Self> {
        let mut all: Vec<Self> = Vec::new();
        for segment in message.segments() {
            match (segment.name(), all.last_mut()) {
                ("MSH" | "EVN" | "PID" | "PV1" | "PV2", _) => {}
                ("PRB", _) => all.push(Self::read(&segment, context)),
                ("ZPR", Some(last)) => last.modifiers(&segment, context),
                ("ZPD", Some(last)) => {
                    last.teeth.push(Tooth { tooth: context.coded(&segment, 2), place: segment.place(2) });
                }
                ("ZI1", Some(last)) => last.insurances.push(Insurance::read(&segment, context)),
                ("NTE", Some(last)) => last.comments.extend(comment(&segment)),
                ("ORC", Some(last)) if last.order.is_none() => last.order = Some(Order::read(&segment, context)),
                _ => other.push(raw_segment(&segment)),
            }
        }
        all
    }

    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        let instance = entity(segment, 4);
        if instance.is_empty() {
            let text = "病名の識別番号（PRB-4）がありません。ほかのファイルの同じ病名とまとめられません。";
            context.warning("diagnosis-without-instance", segment.place(4), text);
        }
        Self {
            action: id(segment, 1),
            action_time: context.time(segment, 2),
            disease: context.coded(segment, 3),
            instance,
            diagnosed: context.time(segment, 7),
            expected_resolution: context.time(segment, 8),
            resolved: context.time(segment, 9),
            classification: context.coded(segment, 10),
            suspected: context.coded(segment, 13),
            outcome: coded_or_none(segment, 14, context),
            outcome_time: context.time(segment, 15),
            onset: context.time(segment, 16),
            displayed: text(segment, 17),
            main: context.coded(segment, 18),
            confidentiality: coded_or_none(segment, 25, context),
            prefixes: Vec::new(),
            suffixes: Vec::new(),
            bases: Vec::new(),
            teeth: Vec::new(),
            insurances: Vec::new(),
            comments: Vec::new(),
            order: None,
            place: segment.place(0),
        }
    }

    fn modifiers(&mut self, segment: &Segment<'_>, context: &mut Context) {
        self.prefixes.extend(context.coded_all(segment, 1));
        self.bases.extend(context.coded_all(segment, 2));
        self.suffixes.extend(context.coded_all(segment, 3));
        self.prefixes.extend(context.coded_all(segment, 4));
        self.bases.extend(context.coded_all(segment, 5));
        self.suffixes.extend(context.coded_all(segment, 6));
        let comment = text(segment, 7);
        if !comment.is_empty() {
            self.comments.push(comment);
        }
    }

    /// The ICD-10 triple; the code is written without its dot. Its edition is `classification.version`.
    pub fn icd10(&self) -> Option<&Triple> {
        let named = self.classification.of(&["I10", "ICD10", "ICD-10"]).filter(|t| !t.code.is_empty());
        // `ICD10-2013`, `I10-2013`: senders put the edition into the name.
        let edition = |t: &&Triple| {
            let system = renkei_text::code::fold(&t.system);
            !t.code.is_empty() && (system.starts_with("I10") || system.starts_with("ICD"))
        };
        named.or_else(|| self.classification.triples.iter().find(edition))
    }

    /// The diagnosis type: H admission, L discharge, O outpatient, B before, A after surgery, F final.
    pub fn kind(&self) -> Option<&Triple> {
        self.classification.of(&["JHSD0004"])
    }

    pub fn is_suspected(&self) -> bool {
        self.suspected.code() == "1"
    }

    pub fn is_main(&self) -> bool {
        self.main.code() == "1"
    }

    /// PRB-1 says that the diagnosis was entered in error.
    pub fn is_entered_in_error(&self) -> bool {
        self.action == "DE"
    }

    /// The name the sender shows, else the text of the disease.
    pub fn name(&self) -> &str {
        if self.displayed.is_empty() { self.disease.text() } else { &self.displayed }
    }
}
