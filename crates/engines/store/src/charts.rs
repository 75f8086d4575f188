//! Charts: sealed messages and projections of a chart, opened only with a recorded permit.
//!
//! A projection lags behind; whoever reads folds the newer messages in, in memory (decision 0003). What the permit
//! does not show is dropped here, before anybody counts (law 6).

use crate::Error;
use crate::entities::{message, projection};
use crate::facts::{By, FactKind, holding};
use renkei_access::{Permit, PermitKind};
use renkei_kernel::{ChartId, InstitutionId, PersonId, Timestamp};
use renkei_keys::{ChartKey, SealKind, Sealer};
use renkei_ledger::{Recorded, RecordedInTx};
use renkei_records::code::folded as folded_code;
use renkei_records::views::{EntryFacts, PatientRecord};
use renkei_records::{ChartRecord, Code, Condition, EntryKind, Message};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query,
};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Version of the sealed forms of this room, part of the associated data.
pub const MESSAGE_VERSION: u32 = 1;
pub const PROJECTION_VERSION: u32 = 1;

const MEDICINES: [EntryKind; 4] =
    [EntryKind::Prescription, EntryKind::Dispensing, EntryKind::InjectionOrder, EntryKind::InjectionGiven];

/// What the permit shows of its patient: the charts linked at `at`, folded to the newest message, settled, filtered.
/// What is not shown is gone before anybody counts; nothing unfiltered leaves this room (law 6).
pub async fn open(
    on: &impl ConnectionTrait,
    sealer: &Sealer,
    recorded: &Recorded,
    dental: &HashSet<InstitutionId>,
    at: Timestamp,
) -> Result<PatientRecord, Error> {
    let permit = recorded.permit();
    let patient = care_of(permit)?;
    if !permit.is_live(at) {
        return Err(Error::PermitEnded);
    }
    let mut opening = Vec::new();
    for (chart, institution) in linked(on, patient, at).await? {
        let key = sealer.key(chart).await?;
        let stored = Stored::read(on, chart).await?;
        // Opening and decoding is work for a processor: charts beside each other, and off the threads that answer.
        opening.push((institution, chart, tokio::task::spawn_blocking(move || stored.folded(&key))));
    }
    let mut charts = Vec::with_capacity(opening.len());
    for (institution, chart, folded) in opening {
        charts.push((institution, chart, folded.await.map_err(|_| Error::Unreadable("projection"))??));
    }
    let mut record = PatientRecord::new(charts);
    let mut forms = CodeForms::default();
    record.retain(|facts| shows(permit, facts, dental, &mut forms));
    // Note *5 stands at prescriptions and dispensing; whoever may not read the reasons there may not read them beside an
    // injection either.
    if !MEDICINES.iter().all(|kind| permit.shows_reasons(*kind)) {
        record.omit_reasons();
    }
    Ok(record)
}

/// The patient of a permit for care; permits of other kinds open no record, whatever their scope.
pub(crate) fn care_of(permit: &Permit) -> Result<PersonId, Error> {
    match (permit.kind(), permit.patient()) {
        (PermitKind::Care, Some(patient)) => Ok(patient),
        _ => Err(Error::PermitOfAnotherKind),
    }
}

/// Charts linked to a person at `at`, with the institution of each, in a fixed order.
pub async fn linked(
    on: &impl ConnectionTrait,
    patient: PersonId,
    at: Timestamp,
) -> Result<Vec<(ChartId, InstitutionId)>, Error> {
    let links = holding(on, FactKind::ChartLink, By::Object(patient.into()), at).await?;
    let mut charts = Vec::with_capacity(links.len());
    for link in links {
        let fact = holding(on, FactKind::Chart, By::Subject(link.subject), at).await?.into_iter().next();
        if let Some(institution) = fact.and_then(|fact| fact.object) {
            charts.push((ChartId(link.subject), InstitutionId(institution)));
        }
    }
    charts.sort_by_key(|(chart, institution)| (*institution, *chart));
    charts.dedup();
    Ok(charts)
}

/// A code as the tables of rights know it: as JLAC10, as JLAC10 that says so itself, as YJ.
struct CodeForm {
    /// Held, so that nothing else comes to lie at its address.
    _code: Code,
    jlac10: Option<String>,
    named_jlac10: Option<String>,
    yj: Option<String>,
}

/// The forms of the codes of one record, worked out once for each of them: a record says a few hundred codes many
/// thousand times, each time as the same value in memory.
#[derive(Default)]
struct CodeForms(HashMap<usize, CodeForm>);

impl CodeForms {
    fn learn<'a>(&mut self, codes: impl Iterator<Item = &'a Code>) {
        for code in codes {
            self.0.entry(code.address()).or_insert_with(|| CodeForm {
                jlac10: code.as_jlac10(),
                named_jlac10: code.is_named_jlac10().then(|| folded_code(&code.code)),
                yj: code.as_yj(),
                _code: code.clone(),
            });
        }
    }
    fn of<'f>(&'f self, codes: &[&Code], form: impl Fn(&'f CodeForm) -> Option<&'f String>) -> Vec<&'f str> {
        codes.iter().filter_map(|code| self.0.get(&code.address()).and_then(&form)).map(String::as_str).collect()
    }
}

/// Puts one entry (or one part of it) to the permit. An entry of several departments is shown when each of them may be.
fn shows(permit: &Permit, facts: &EntryFacts<'_>, dental: &HashSet<InstitutionId>, forms: &mut CodeForms) -> bool {
    // The tables of rights know prefixes of JLAC10 and YJ; a code of another system with the same digits means something
    // else. A medicine that carries neither system nor shape of YJ cannot be judged and counts as ordinary: most senders
    // of HOT or house codes send nothing else, and keeping every such medicine from nurses elsewhere
    // would harm far more people than one psychiatric medicine told. The import says where it is so
    // (`medicine-code-without-class`).
    forms.learn([&facts.own_lab_codes, &facts.lab_codes, &facts.drug_codes].into_iter().flatten().copied());
    let own_lab_codes = forms.of(&facts.own_lab_codes, |form| form.named_jlac10.as_ref());
    let lab_codes = forms.of(&facts.lab_codes, |form| form.jlac10.as_ref());
    let drug_codes = forms.of(&facts.drug_codes, |form| form.yj.as_ref());
    let asked = renkei_access::EntryFacts {
        kind: facts.kind,
        is_part: facts.is_part,
        institution: Some(facts.institution),
        // Imported entries have no author among the people of this house.
        author: None,
        icd10: &facts.icd10s,
        department: None,
        own_lab_codes: &own_lab_codes,
        lab_codes: &lab_codes,
        drug_codes: &drug_codes,
        // All of them: a dental code beside another lets nobody in to the other.
        dental: dental.contains(&facts.institution)
            || (!facts.icd10s.is_empty() && facts.icd10s.iter().all(|code| is_dental(code))),
        is_latest: false,
        addressed_to: None,
        recorded_at: Some(facts.received_at),
    };
    if facts.departments.is_empty() {
        return permit.shows(&asked);
    }
    facts
        .departments
        .iter()
        .all(|department| permit.shows(&renkei_access::EntryFacts { department: Some(department), ..asked }))
}

/// ICD-10 K00–K14: diseases of mouth, teeth and jaws.
fn is_dental(icd10: &str) -> bool {
    let digits = icd10.strip_prefix('K').and_then(|rest| rest.get(..2)).and_then(|two| two.parse::<u8>().ok());
    digits.is_some_and(|number| number <= 14)
}

/// The stored projection with every newer message folded in.
pub(crate) async fn folded(on: &impl ConnectionTrait, key: &ChartKey) -> Result<ChartRecord, Error> {
    Stored::read(on, key.chart()).await?.folded(key)
}

/// A chart as it lies in the tables: its projection and what is newer, still sealed.
struct Stored {
    projection: Option<projection::Model>,
    /// id, sequence, condition and sealed entries
    newer: Vec<(Uuid, i64, i16, Vec<u8>)>,
}

impl Stored {
    async fn read(on: &impl ConnectionTrait, chart: ChartId) -> Result<Self, Error> {
        let projection = projection::Entity::find_by_id(Uuid::from(chart)).one(on).await?;
        Self::with_newer(on, chart, projection).await
    }

    async fn with_newer(
        on: &impl ConnectionTrait,
        chart: ChartId,
        projection: Option<projection::Model>,
    ) -> Result<Self, Error> {
        let included = projection.as_ref().map_or(0, |row| row.sequence);
        // Only what is folded: the sealed originals beside it are as large again and stay where they are.
        let newer = message::Entity::find()
            .select_only()
            .columns([
                message::Column::Id,
                message::Column::Sequence,
                message::Column::Condition,
                message::Column::SealedEntries,
            ])
            .filter(message::Column::ChartId.eq(Uuid::from(chart)))
            .filter(message::Column::Sequence.gt(included))
            .order_by_asc(message::Column::Sequence)
            .into_tuple()
            .all(on)
            .await?;
        Ok(Self { projection, newer })
    }

    fn folded(self, key: &ChartKey) -> Result<ChartRecord, Error> {
        let mut record = match self.projection {
            Some(row) => {
                let place = Uuid::from(key.chart());
                let record =
                    ChartRecord::decode(&key.open(place, SealKind::Projection, PROJECTION_VERSION, &row.sealed)?)?;
                // The number in clear chose what is newer; where the sealed one differs, something would be left out.
                if record.included() != row.sequence {
                    return Err(Error::Unreadable("projection"));
                }
                record
            }
            None => ChartRecord::new(),
        };
        for (id, sequence, condition, sealed_entries) in self.newer {
            record.fold(opened(key, id, condition, &sealed_entries)?);
            record.advance_to(sequence);
        }
        Ok(record)
    }
}

/// A message as it stands now: its sealed entries with the condition seen last.
pub(crate) fn opened(key: &ChartKey, id: Uuid, condition: i16, sealed_entries: &[u8]) -> Result<Message, Error> {
    let plain = key.open(id, SealKind::Decoded, MESSAGE_VERSION, sealed_entries)?;
    let mut message = Message::decode(&plain)?;
    message.condition = Condition::from_flag(condition).ok_or(Error::Unreadable("condition"))?;
    Ok(message)
}

/// Whether messages of a chart wait to be folded into its stored projection. Tells nothing of what they say.
pub async fn lags(on: &impl ConnectionTrait, chart: ChartId) -> Result<bool, Error> {
    Ok(projected_to(on, chart).await? < crate::messages::last_sequence(on, chart).await?)
}

/// Sequence of the last message folded into the stored projection; 0 when there is none.
async fn projected_to(on: &impl ConnectionTrait, chart: ChartId) -> Result<i64, Error> {
    let sequence: Option<i64> = projection::Entity::find_by_id(Uuid::from(chart))
        .select_only()
        .column(projection::Column::Sequence)
        .into_tuple()
        .one(on)
        .await?;
    Ok(sequence.unwrap_or(0))
}

/// A chart's projection as it will be stored, folded and sealed before its act begins: nobody waits for the writer
/// while it is made, and nothing of it can be read.
#[derive(Debug, Clone)]
pub struct Ahead {
    chart: ChartId,
    /// Number of the last message in it.
    sequence: i64,
    sealed: Vec<u8>,
}

/// Folds what is new, for [`refresh`]. The chart comes from the permit. `came` is what the caller wrote just now, with
/// its sequences: when that is everything new, nothing of it is read and opened again.
pub async fn fold_ahead(
    on: &impl ConnectionTrait,
    permit: &Permit,
    key: &ChartKey,
    came: Vec<(i64, Message)>,
) -> Result<Ahead, Error> {
    let chart = chart_of(permit, key)?;
    let projection = projection::Entity::find_by_id(Uuid::from(chart)).one(on).await?;
    let included = projection.as_ref().map_or(0, |row| row.sequence);
    let last = crate::messages::last_sequence(on, chart).await?;
    let (stored, came) = if (included + 1..=last).eq(came.iter().map(|(sequence, _)| *sequence)) {
        (Stored { projection, newer: Vec::new() }, came)
    } else {
        (Stored::with_newer(on, chart, projection).await?, Vec::new())
    };
    let key = key.clone();
    // Work for a processor, as in `open`.
    let folding = tokio::task::spawn_blocking(move || {
        let mut record = stored.folded(&key)?;
        for (sequence, message) in came {
            record.fold(message);
            record.advance_to(sequence);
        }
        Ok(Ahead { chart, sequence: record.included(), sealed: sealed(&key, &record)? })
    });
    folding.await.map_err(|_| Error::Unreadable("projection"))?
}

fn chart_of(permit: &Permit, key: &ChartKey) -> Result<ChartId, Error> {
    permit.chart().filter(|chart| *chart == key.chart()).ok_or(Error::PermitOfAnotherKind)
}

/// Writes the chart's projection in the recorded act: the one made ahead, or, when somebody wrote to the chart since, one
/// folded now. `false` when nothing was new.
pub async fn refresh(recorded: &RecordedInTx<'_>, key: &ChartKey, ahead: &Ahead) -> Result<bool, Error> {
    let chart = chart_of(recorded.permit(), key)?;
    if chart != ahead.chart {
        return Err(Error::PermitOfAnotherKind);
    }
    let on = recorded.tx().connection();
    let last = crate::messages::last_sequence(on, chart).await?;
    if projected_to(on, chart).await? >= last {
        return Ok(false);
    }
    if ahead.sequence == last {
        put(on, chart, last, ahead.sealed.clone()).await?;
    } else {
        write(on, key, &folded(on, key).await?).await?;
    }
    Ok(true)
}

pub(crate) async fn write(on: &impl ConnectionTrait, key: &ChartKey, record: &ChartRecord) -> Result<(), Error> {
    put(on, key.chart(), record.included(), sealed(key, record)?).await
}

fn sealed(key: &ChartKey, record: &ChartRecord) -> Result<Vec<u8>, Error> {
    Ok(key.seal(Uuid::from(key.chart()), SealKind::Projection, PROJECTION_VERSION, &record.encode()?)?)
}

async fn put(on: &impl ConnectionTrait, chart: ChartId, sequence: i64, sealed: Vec<u8>) -> Result<(), Error> {
    let row = projection::ActiveModel { chart_id: Set(chart.into()), sequence: Set(sequence), sealed: Set(sealed) };
    projection::Entity::insert(row)
        .on_conflict(
            sea_query::OnConflict::column(projection::Column::ChartId)
                .update_columns([projection::Column::Sequence, projection::Column::Sealed])
                .to_owned(),
        )
        .exec_without_returning(on)
        .await?;
    Ok(())
}
