//! What one reader may see of one person: the charts of several institutions, settled and filtered.

use crate::code::CodedValue;
use crate::entry::{Entry, SourcePlace};
use crate::kind::EntryKind;
use crate::projection::settle::SettledEntry;
use crate::projection::{ChartRecord, MessageFacts};
use crate::time::ClinicalTime;
use jiff::civil::Date;
use renkei_kernel::{ChartId, EntryId, InstitutionId, MessageId, Timestamp};
use serde::{Deserialize, Serialize};

/// One institution's chart as far as it may be seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VisibleChart {
    pub institution: InstitutionId,
    pub chart: ChartId,
    pub(super) messages: Vec<MessageFacts>,
    pub(super) entries: Vec<SettledEntry>,
}

/// All charts of a person that may be seen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PatientRecord {
    pub(super) charts: Vec<VisibleChart>,
}

/// An entry with where it came from.
#[derive(Debug, Clone, Copy)]
pub struct Seen<'a> {
    pub institution: InstitutionId,
    pub chart: ChartId,
    pub message: &'a MessageFacts,
    pub entry: &'a Entry,
}

/// The address of a value: enough to ask for its source line or its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SourceRef {
    pub institution: InstitutionId,
    pub chart: ChartId,
    pub message: MessageId,
    pub entry: EntryId,
    pub place: SourcePlace,
}

/// An institution that contributes something visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contribution {
    pub institution: InstitutionId,
    pub entries: usize,
    /// Arrival of the newest message of which something is visible.
    pub last_received: Timestamp,
}

impl<'a> Seen<'a> {
    pub fn kind(&self) -> EntryKind {
        self.entry.kind
    }
    /// The address of the entry itself.
    pub fn source(&self) -> SourceRef {
        self.source_at(self.entry.place)
    }
    /// The address of a value inside the entry.
    pub fn source_at(&self, place: SourcePlace) -> SourceRef {
        SourceRef {
            institution: self.institution,
            chart: self.chart,
            message: self.message.id,
            entry: self.entry.id,
            place,
        }
    }
    /// Clinical time; where the entry says none, the care date of its file name.
    pub fn time(&self) -> Option<ClinicalTime> {
        self.entry.effective.clone().or_else(|| {
            let care_date = &self.message.key.care_date;
            (care_date.len() == 8).then(|| ClinicalTime::new(care_date.clone()))
        })
    }
    /// The calendar day of `time`.
    pub fn date(&self) -> Option<Date> {
        let effective = self.entry.effective.as_ref().and_then(ClinicalTime::date);
        effective.or_else(|| ClinicalTime::new(self.message.key.care_date.clone()).date())
    }
    /// Not withdrawn by its sender.
    pub fn stands(&self) -> bool {
        !self.entry.state.is_withdrawn()
    }
    /// The department's name as a person reads it: of the order, else the code of the file name.
    pub fn department(&self, of_order: &CodedValue) -> String {
        let shown = of_order.shown();
        match self.message.department.as_str() {
            _ if !shown.is_empty() => shown.to_owned(),
            "-" => String::new(),
            code => code.to_owned(),
        }
    }
}

impl PatientRecord {
    /// Settles each chart. One institution may have several charts of one person (two patient numbers).
    pub fn new(charts: impl IntoIterator<Item = (InstitutionId, ChartId, ChartRecord)>) -> Self {
        let charts = charts.into_iter().map(|(institution, chart, record)| {
            let settled = record.settle();
            VisibleChart { institution, chart, messages: settled.messages, entries: settled.entries }
        });
        let mut record = Self { charts: charts.collect() };
        record.charts.retain(|chart| !chart.entries.is_empty());
        record
    }

    /// Everything visible, chart by chart.
    pub fn each(&self) -> impl Iterator<Item = Seen<'_>> {
        self.charts.iter().flat_map(|chart| {
            chart.entries.iter().filter_map(|settled| {
                let message = chart.messages.get(settled.message)?;
                Some(Seen { institution: chart.institution, chart: chart.chart, message, entry: &settled.entry })
            })
        })
    }
    /// Everything visible of these kinds.
    pub fn of(&self, kinds: &[EntryKind]) -> impl Iterator<Item = Seen<'_>> {
        self.each().filter(move |seen| kinds.contains(&seen.entry.kind))
    }
    pub fn find(&self, entry: EntryId) -> Option<Seen<'_>> {
        self.each().find(|seen| seen.entry.id == entry)
    }
    pub fn is_empty(&self) -> bool {
        self.charts.is_empty()
    }
    pub fn charts(&self) -> &[VisibleChart] {
        &self.charts
    }

    /// Institutions that contribute something visible, in a fixed order (by id): the legend and the freshness list.
    pub fn contributions(&self) -> Vec<Contribution> {
        let mut found: Vec<Contribution> = Vec::new();
        for seen in self.each() {
            let received = seen.message.received_at;
            match found.iter_mut().find(|c| c.institution == seen.institution) {
                Some(known) => {
                    known.entries += 1;
                    known.last_received = known.last_received.max(received);
                }
                None => found.push(Contribution { institution: seen.institution, entries: 1, last_received: received }),
            }
        }
        found.sort_by_key(|c| c.institution);
        found
    }
}
