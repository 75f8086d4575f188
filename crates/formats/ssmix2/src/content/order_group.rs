//! OMD, OML-01, -11, OMG-01, -02, -03, -11, -12, -13: requests and results as groups around an OBR.
//!
//! Orders write ORC before OBR, laboratory results OBR before ORC, some results no ORC at all. A group is therefore built
//! from either, and an ORC goes to the OBR before it only while that one has none.

use renkei_hl7v2::{Coded, Message, Place, Segment, Staff};
use serde::{Deserialize, Serialize};

use crate::content::observation::Observation;
use crate::content::order::{Order, Timing};
use crate::context::{Context, coded_or_none, comment, entity, id, raw_segment, staff, staff_all, text, texts};
use crate::value::{Quantity, RawSegment, Time};

/// One request or result.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderGroup {
    pub order: Option<Order>,
    /// OBR.
    pub request: Option<Requested>,
    /// SPM the group was made from.
    pub specimen: Option<Specimen>,
    pub timings: Vec<Timing>,
    pub observations: Vec<Observation>,
    /// ZE1: what was done.
    pub examinations: Vec<Examination>,
    /// IPC: where the images are.
    pub images: Vec<ImageLink>,
    /// ODS.
    pub diets: Vec<Diet>,
    pub comments: Vec<String>,
}

/// OBR.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requested {
    pub placer_number: String,
    pub filler_number: String,
    /// OBR-4.
    pub item: Coded,
    /// OBR-7.
    pub start: Option<Time>,
    /// OBR-8.
    pub end: Option<Time>,
    /// OBR-13.
    pub clinical_information: String,
    /// OBR-16.
    pub doctor: Option<Staff>,
    /// OBR-22.
    pub reported: Option<Time>,
    /// OBR-24.
    pub section: String,
    /// OBR-25.
    pub status: String,
    /// OBR-26.
    pub parent_result: Option<ParentResult>,
    /// OBR-29.
    pub parent_number: String,
    /// OBR-31.
    pub reasons: Vec<Coded>,
    /// OBR-32 and OBR-34, names as sent.
    pub interpreters: Vec<Staff>,
    pub technicians: Vec<Staff>,
    pub place: Place,
}

/// OBR-26: the result this one belongs to (susceptibility of an organism).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentResult {
    pub code: Coded,
    pub sub_id: String,
    pub value: String,
}

/// SPM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Specimen {
    pub id: String,
    pub kind: Coded,
    pub site: Option<Coded>,
    /// SPM-12.
    pub volume: Quantity,
    /// SPM-14.
    pub description: Vec<String>,
    /// SPM-17, start of the range.
    pub collected: Option<Time>,
    /// SPM-18.
    pub received: Option<Time>,
    pub comments: Vec<String>,
    pub place: Place,
}

/// ZE1 with its OBX and ZE2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Examination {
    /// ZE1-2: `RS` done.
    pub state: String,
    /// ZE1-3.
    pub procedure: Coded,
    /// ZE1-4.
    pub count: String,
    /// ZE1-6 and ZE1-7.
    pub staff_kind: Option<Coded>,
    pub staff: Vec<Staff>,
    /// ZE1-8 and ZE1-9.
    pub item_kind: Option<Coded>,
    pub items: Vec<UsedItem>,
    /// ZE2: exposure, as sent.
    pub exposures: Vec<RawSegment>,
    pub observations: Vec<Observation>,
    pub comments: Vec<String>,
    pub place: Place,
}

/// ZRD: a drug, a film, a device that was used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsedItem {
    pub code: Coded,
    pub amount: Quantity,
    /// Further components as sent (film split and the like).
    pub rest: String,
}

/// IPC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageLink {
    pub accession_number: String,
    pub requested_procedure: String,
    pub study_uid: String,
    /// IPC-4.
    pub procedure_step: String,
    /// DICOM modality.
    pub modality: Coded,
    pub place: Place,
}

/// ODS.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diet {
    /// `D` diet, `S` supplement, `P` preference.
    pub kind: String,
    /// ODS-2.
    pub periods: Vec<Coded>,
    /// ODS-3.
    pub diets: Vec<Coded>,
    /// ODS-4.
    pub texts: Vec<String>,
    pub place: Place,
}

/// Collects groups while the segments pass.
#[derive(Default)]
struct Builder {
    done: Vec<OrderGroup>,
    open: Option<OrderGroup>,
    specimen: Option<Specimen>,
    /// NTE of the message, before any group.
    waiting: Vec<String>,
    /// The message writes ORC before OBR.
    order_first: Option<bool>,
}

impl OrderGroup {
    pub(crate) fn read_all(message: &Message, other: &mut Vec<RawSegment>, context: &mut Context) -> Vec<Self> {
        let mut builder = Builder::default();
        for segment in message.segments() {
            match segment.name() {
                "MSH" | "EVN" | "PID" | "PV1" | "PV2" => {}
                "SPM" => {
                    builder.close();
                    builder.specimen = Some(Specimen::read(&segment, context));
                }
                "ORC" => builder.order(Order::read(&segment, context)),
                "OBR" => builder.request(Requested::read(&segment, context)),
                "TQ1" => builder.group().timings.push(Timing::read(&segment, context)),
                "OBX" => builder.observation(Observation::read(&segment, context)),
                "ZE1" => builder.group().examinations.push(Examination::read(&segment, context)),
                "ZE2" => builder.exposure(&segment, other),
                "IPC" => builder.group().images.push(ImageLink::read(&segment, context)),
                "ODS" => builder.group().diets.push(Diet::read(&segment, context)),
                "NTE" => {
                    if let Some(text) = comment(&segment) {
                        builder.comment(text);
                    }
                }
                _ => other.push(raw_segment(&segment)),
            }
        }
        builder.close();
        builder.done
    }

    /// When the specimen was taken or the examination began: OBR-7, else SPM-17, else the first OBX-14.
    pub fn collected(&self) -> Option<&Time> {
        let request = self.request.as_ref().and_then(|r| r.start.as_ref());
        let specimen = self.specimen.as_ref().and_then(|s| s.collected.as_ref());
        request.or(specimen).or_else(|| self.observations.iter().find_map(|o| o.observed.as_ref()))
    }

    /// All OBX of the group, those of its examinations included.
    pub fn all_observations(&self) -> impl Iterator<Item = &Observation> {
        self.observations.iter().chain(self.examinations.iter().flat_map(|e| e.observations.iter()))
    }
}

impl Builder {
    /// The open group, or a new one.
    fn group(&mut self) -> &mut OrderGroup {
        let Self { open, specimen, waiting, .. } = self;
        open.get_or_insert_with(|| OrderGroup {
            specimen: specimen.clone(),
            comments: std::mem::take(waiting),
            ..OrderGroup::default()
        })
    }

    fn close(&mut self) {
        self.done.extend(self.open.take());
    }

    fn order(&mut self, order: Order) {
        self.order_first.get_or_insert(true);
        let fits = self.open.as_ref().is_some_and(|g| g.order.is_none() && g.request.is_some());
        if !fits {
            self.close();
        }
        self.group().order = Some(order);
    }

    fn request(&mut self, request: Requested) {
        let order_first = *self.order_first.get_or_insert(false);
        let mut order = None;
        if self.open.as_ref().is_some_and(|g| g.request.is_some()) {
            // A further OBR under one ORC is a further item of that order; results bring their own ORC after it.
            order = self.open.as_ref().filter(|_| order_first).and_then(|g| g.order.clone());
            self.close();
        }
        let group = self.group();
        group.request = Some(request);
        if group.order.is_none() {
            group.order = order;
        }
    }

    fn observation(&mut self, observation: Observation) {
        let group = self.group();
        match group.examinations.last_mut() {
            Some(examination) => examination.observations.push(observation),
            None => group.observations.push(observation),
        }
    }

    fn exposure(&mut self, segment: &Segment<'_>, other: &mut Vec<RawSegment>) {
        match self.group().examinations.last_mut() {
            Some(examination) => examination.exposures.push(raw_segment(segment)),
            None => other.push(raw_segment(segment)),
        }
    }

    fn comment(&mut self, text: String) {
        if self.open.is_none() {
            match self.specimen.as_mut() {
                Some(specimen) => specimen.comments.push(text),
                None => self.waiting.push(text),
            }
            return;
        }
        let group = self.group();
        if let Some(examination) = group.examinations.last_mut() {
            match examination.observations.last_mut() {
                Some(observation) => observation.comments.push(text),
                None => examination.comments.push(text),
            }
            return;
        }
        match group.observations.last_mut() {
            Some(observation) => observation.comments.push(text),
            None => group.comments.push(text),
        }
    }
}

impl Requested {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            placer_number: entity(segment, 2),
            filler_number: entity(segment, 3),
            item: context.coded(segment, 4),
            start: context.time(segment, 7),
            end: context.time(segment, 8),
            clinical_information: text(segment, 13),
            doctor: staff(segment, 16),
            reported: context.time(segment, 22),
            section: id(segment, 24),
            status: id(segment, 25),
            parent_result: ParentResult::read(segment, context),
            parent_number: entity(segment, 29),
            reasons: context.coded_all(segment, 31),
            interpreters: staff_all(segment, 32),
            technicians: staff_all(segment, 34),
            place: segment.place(0),
        }
    }
}

impl ParentResult {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Option<Self> {
        let field = segment.field(26);
        if field.is_empty() || field.is_null() {
            return None;
        }
        let first = field.first();
        let code = Coded::read_component(&first.component(1));
        context.check_code(&code, segment, 26);
        Some(Self {
            code,
            sub_id: first.component(2).id().into_owned(),
            value: first.component_to_end(3).text().into_owned(),
        })
    }
}

impl Specimen {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            id: entity(segment, 2),
            kind: context.coded(segment, 4),
            site: coded_or_none(segment, 8, context),
            volume: context.quantity_with_unit(segment, 12),
            description: texts(segment, 14),
            collected: context.time(segment, 17),
            received: context.time(segment, 18),
            comments: Vec::new(),
            place: segment.place(0),
        }
    }
}

impl Examination {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        let items = segment.field(9).filled().map(|repetition| UsedItem {
            code: Coded {
                triples: vec![renkei_hl7v2::Triple {
                    code: repetition.component(1).id().into_owned(),
                    text: repetition.component(2).text().into_owned(),
                    system: repetition.component(3).id().into_owned(),
                }],
                ..Coded::default()
            },
            amount: Quantity {
                raw: repetition.component(4).id().into_owned(),
                unit: Coded::read_component(&repetition.component(5)),
            },
            rest: repetition.component_to_end(6).text().into_owned(),
        });
        Self {
            state: id(segment, 2),
            procedure: context.coded(segment, 3),
            count: id(segment, 4),
            staff_kind: coded_or_none(segment, 6, context),
            staff: staff_all(segment, 7),
            item_kind: coded_or_none(segment, 8, context),
            items: items.collect(),
            exposures: Vec::new(),
            observations: Vec::new(),
            comments: Vec::new(),
            place: segment.place(0),
        }
    }
}

impl ImageLink {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            accession_number: entity(segment, 1),
            requested_procedure: entity(segment, 2),
            study_uid: entity(segment, 3),
            procedure_step: entity(segment, 4),
            modality: context.coded(segment, 5),
            place: segment.place(0),
        }
    }
}

impl Diet {
    fn read(segment: &Segment<'_>, context: &mut Context) -> Self {
        Self {
            kind: id(segment, 1),
            periods: context.coded_all(segment, 2),
            diets: context.coded_all(segment, 3),
            texts: texts(segment, 4),
            place: segment.place(0),
        }
    }
}
