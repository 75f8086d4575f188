//! Fills a home with as many patients as wanted, quickly: the register is loaded as always; messages are drawn from a
//! pool that the ordinary reader and mapper made, numbered anew, sealed under each chart's own key, and written straight
//! into the tables, as rows of the same shape as an import's.
//!
//! It goes behind the store's back on purpose, so that millions of entries are there in minutes. The growth writes no
//! trail records (the trail has its own measurement), and it lays no claim to an import's speed.

use crate::Outcome;
use crate::home::Home;
use renkei_demo::courses::plan;
use renkei_demo::region::institutions::INSTITUTIONS;
use renkei_demo::region::patients::Consent;
use renkei_demo::storage::{Encoder, relative_path};
use renkei_demo::{Region, Scale};
use renkei_kernel::{BatchId, ChartId, Entropy, Ids, InstitutionId, MessageId, SystemEntropy, Timestamp};
use renkei_keys::{ChartKey, SealKind};
use renkei_mapping::Context;
use renkei_participation::register::Section;
use renkei_records::{ChartRecord, Message, RecordKey};
use renkei_ssmix2::FileName;
use renkei_store::charts::{MESSAGE_VERSION, PROJECTION_VERSION};
use renkei_store::messages::headers_of;
use rusqlite::{Connection, Statement, Transaction, params};
use std::collections::HashSet;
use std::time::Duration;
use uuid::Uuid;

/// How a grown region is made.
#[derive(Debug, Clone, Copy)]
pub struct Growth {
    pub patients: usize,
    /// Entries of an ordinary patient.
    pub entries: usize,
    /// Every so many patients one has many entries …
    pub large_every: usize,
    /// … namely so many.
    pub large_entries: usize,
}

/// Patients whose courses make up the pool.
const POOL_PATIENTS: usize = 150;
/// Patients of one transaction.
const PATIENTS_AT_ONCE: usize = 200;

struct Template {
    message: Message,
    original: Vec<u8>,
    occurred: i64,
}

/// A patient of a grown region who can be looked at by card.
#[derive(Debug, Clone)]
pub struct Grown {
    pub card: String,
    pub is_large: bool,
}

impl Growth {
    pub fn is_large(&self, index: usize) -> bool {
        index.is_multiple_of(self.large_every)
    }

    /// Patients who consented everywhere, hid nothing and hold a card.
    pub fn people(&self, region: &Region) -> impl Iterator<Item = Grown> {
        let growth = *self;
        let people: Vec<_> = region.participants(&Scale::benchmark(self.patients)).enumerate().collect();
        people.into_iter().filter_map(move |(index, person)| {
            let open = matches!(person.consent, Consent::AllRegions { .. }) && person.limits.is_empty();
            let card = person.card.filter(|_| open && !person.charts.is_empty())?;
            Some(Grown { card, is_large: growth.is_large(index) })
        })
    }
}

/// Loads the register and fills the charts; answers how many entries there are.
pub async fn grow(home: &Home, region: &Region, growth: &Growth) -> Outcome<usize> {
    let scale = Scale::benchmark(growth.patients);
    let opened = home.open(None).await?;
    opened.house.load_register(&home.register(region, &scale)?).await?;
    let mut charts: Vec<Vec<(ChartId, InstitutionId)>> = Vec::with_capacity(growth.patients);
    for person in region.participants(&scale) {
        let mut of = Vec::new();
        for chart in &person.charts {
            let Some(institution) = INSTITUTIONS.get(chart.institution) else { continue };
            let key = format!("{}.{}", person.code, institution.code);
            let chart = opened.house.register_id(Section::Chart, &key).await?;
            let institution = opened.house.register_id(Section::Institution, institution.code).await?;
            if let (Some(chart), Some(institution)) = (chart, institution) {
                of.push((chart.into(), institution.into()));
            }
        }
        charts.push(of);
    }
    let sealer = opened.house.sealer().clone();
    let ids = opened.house.ids().clone();
    let pool = pool(region, &ids)?;

    let mut database = Connection::open(home.database())?;
    database.busy_timeout(Duration::from_secs(10))?;
    database.pragma_update(None, "synchronous", "OFF")?;
    database.pragma_update(None, "cache_size", -200_000)?;
    let mut entries = 0;
    let mut next = 0;
    for (part, patients) in charts.chunks(PATIENTS_AT_ONCE).enumerate() {
        let wanted: Vec<ChartId> = patients.iter().flatten().map(|(chart, _)| *chart).collect();
        let mut keys = sealer.ensure_many(&wanted).await?.into_iter();
        let tx = database.transaction()?;
        let mut rows = Rows::new(&tx)?;
        for (nth, patient) in patients.iter().enumerate() {
            let is_large = growth.is_large(part * PATIENTS_AT_ONCE + nth);
            let mut of: Vec<Filling> =
                patient.iter().zip(keys.by_ref()).map(|((_, i), key)| Filling::new(*i, key)).collect();
            let target = if is_large { growth.large_entries } else { growth.entries };
            entries += fill(&mut of, target, &pool, &mut next, &ids, &mut rows)?;
            for filling in of {
                rows.projection(&filling)?;
            }
        }
        drop(rows);
        tx.commit()?;
    }
    opened.close().await?;
    // No statistics for the planner: nothing makes any of an installation's database either.
    database.execute_batch("PRAGMA wal_checkpoint(TRUNCATE);")?;
    Ok(entries)
}

/// Messages of a few people as the ordinary reader and mapper read them, without identities.
fn pool(region: &Region, ids: &Ids) -> Outcome<Vec<Template>> {
    let scale = Scale::benchmark(POOL_PATIENTS);
    let mut encoder = Encoder::default();
    let mut templates = Vec::new();
    for index in 0..POOL_PATIENTS {
        for draft in plan::course(region.seed(), &region.patient(index), &scale, region.today()) {
            let (_, raw_name) = relative_path(&draft);
            let name = FileName::parse(&raw_name).map_err(|_| "a name of the generated region is not readable")?;
            let context = Context {
                message: ids.next(),
                institution: InstitutionId(Uuid::nil()),
                chart: ChartId(Uuid::nil()),
                received_at: ids.now(),
                origin: BatchId(Uuid::nil()),
            };
            let original = encoder.encode(&draft.text)?;
            let Ok(mapped) = renkei_mapping::ssmix2::map_file(&original, &name, &context, ids) else { continue };
            // Whose record it is stands in the register; a drawn identity would contradict it.
            if mapped.message.key.data_type.starts_with("ADT-00") || mapped.message.entries.is_empty() {
                continue;
            }
            templates.push(Template { message: mapped.message, original, occurred: name.occurred.parse()? });
        }
    }
    Ok(templates)
}

/// One chart being filled.
struct Filling {
    institution: InstitutionId,
    key: ChartKey,
    record: ChartRecord,
    sequence: i64,
    taken: HashSet<RecordKey>,
}

impl Filling {
    fn new(institution: InstitutionId, key: ChartKey) -> Self {
        Self { institution, key, record: ChartRecord::new(), sequence: 0, taken: HashSet::new() }
    }
}

/// Draws messages in turn until the patient has as many entries as wanted.
fn fill(
    charts: &mut [Filling],
    target: usize,
    pool: &[Template],
    next: &mut usize,
    ids: &Ids,
    rows: &mut Rows<'_>,
) -> Outcome<usize> {
    let (mut have, mut turn, at) = (0, 0, ids.now());
    if charts.is_empty() {
        return Ok(0);
    }
    while have < target {
        let Some(template) = pool.get(*next % pool.len()) else { break };
        *next += 1;
        let count = charts.len();
        let Some(chart) = charts.get_mut(turn % count) else { break };
        turn += 1;
        let mut message = template.message.clone();
        if !chart.taken.insert(message.key.clone()) {
            message.key.order_number = format!("{:015}", 900_000_000_000 + *next).into();
            chart.taken.insert(message.key.clone());
        }
        message.id = ids.next();
        message.chart = chart.key.chart();
        message.institution = chart.institution;
        message.received_at = at;
        for entry in &mut message.entries {
            entry.id = ids.next();
        }
        have += message.entries.len();
        chart.sequence += 1;
        rows.message(chart, &message, template, at)?;
        chart.record.fold(message);
    }
    Ok(have)
}

struct Rows<'t> {
    message: Statement<'t>,
    entry: Statement<'t>,
    projection: Statement<'t>,
}

impl<'t> Rows<'t> {
    fn new(tx: &'t Transaction<'_>) -> Outcome<Self> {
        Ok(Self {
            message: tx.prepare(
                "INSERT INTO messages (chart_id, id, sequence, name_hash, digest_hash, condition, occurred, recorded_at, \
                 origin, size_bytes, sealed_entries, sealed_original) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
            )?,
            entry: tx.prepare(
                "INSERT INTO entries (chart_id, id, message_id, position, kind, effective_at, recorded_at, state) \
                 VALUES (?,?,?,?,?,?,?,?)",
            )?,
            projection: tx.prepare("INSERT INTO projections (chart_id, sequence, sealed) VALUES (?,?,?)")?,
        })
    }

    fn message(&mut self, chart: &Filling, message: &Message, template: &Template, at: Timestamp) -> Outcome<()> {
        let id: MessageId = message.id;
        let decoded = chart.key.seal(id, SealKind::Decoded, MESSAGE_VERSION, &message.encode()?)?;
        let original = chart.key.seal(id, SealKind::Original, MESSAGE_VERSION, &template.original)?;
        // Keyed hashes look random; these are as large and as little ordered.
        let mut hash = [0_u8; 32];
        SystemEntropy.fill(&mut hash);
        let size = i64::try_from(template.original.len())?;
        let chart_id = chart.key.chart();
        self.message.execute(params![
            chart_id.as_bytes(),
            id.as_bytes(),
            chart.sequence,
            hash,
            hash,
            message.condition.flag(),
            template.occurred,
            at.micros(),
            Uuid::nil().as_bytes(),
            size,
            decoded,
            original
        ])?;
        for header in headers_of(message) {
            self.entry.execute(params![
                chart_id.as_bytes(),
                header.id.as_bytes(),
                id.as_bytes(),
                header.position,
                header.kind,
                header.effective_at.map(Timestamp::micros),
                at.micros(),
                header.state
            ])?;
        }
        Ok(())
    }

    fn projection(&mut self, chart: &Filling) -> Outcome<()> {
        if chart.sequence == 0 {
            return Ok(());
        }
        let mut record = chart.record.clone();
        record.advance_to(chart.sequence);
        let id = chart.key.chart();
        let sealed = chart.key.seal(id, SealKind::Projection, PROJECTION_VERSION, &record.encode()?)?;
        self.projection.execute(params![id.as_bytes(), chart.sequence, sealed])?;
        Ok(())
    }
}
