//! The patient page's data: gate, trail, projections, in this order and no other.

use crate::codes::{self, InstitutionCodes, InstitutionName, ParticipantIdentity, SealedChartNumber};
use crate::error::AppError;
use crate::feeds::furthest;
use crate::gate::{self, CareQuestion};
use crate::house::House;
use crate::session::Session;
use crate::{events, facts};
use renkei_access::{ConsentFacts, GrantKind, Operation, Permit, Purpose, Reason};
use renkei_kernel::{GrantId, InstitutionId, Timestamp};
use renkei_ledger::Recorded;
use renkei_participation::{InstitutionKind, Item, ItemSet, RegionCode};
use renkei_records::views::PatientRecord;
use renkei_store::grants::{self, Grant};
use renkei_store::{batches, charts, directory};
use std::collections::{HashMap, HashSet};

/// How an institution is named and coloured everywhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstitutionView {
    pub id: InstitutionId,
    pub name: String,
    pub code: String,
    pub kinds: Vec<InstitutionKind>,
    pub region: RegionCode,
    /// Place in the colour-blind-safe set.
    pub colour: u8,
}

/// Freshness of one visible institution's data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedView {
    pub institution: InstitutionId,
    /// The record holds everything its storage had at this time; `None` when it was never read.
    pub last_import_at: Option<Timestamp>,
    pub late: bool,
    /// Something of it cannot be taken in now: a volume is away, or a file does not get finished.
    pub held: bool,
}

/// Why the page may be seen, in the order in which it is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhyView {
    pub because: Vec<Reason>,
    pub grant_kind: GrantKind,
    pub grant_opened_at: Timestamp,
    /// Words of the place whose reader read the card.
    pub place: Option<String>,
    pub matrix_version: u32,
    /// Last instant of the visit's permission.
    pub grant_until: Timestamp,
    /// Last instant at which this answer is known to hold: the earliest of visit, session, consent and rules.
    pub until: Timestamp,
}

/// One patient as this session may see the record now.
#[derive(Debug)]
pub struct OpenedPatient {
    pub grant: GrantId,
    pub now: Timestamp,
    pub identity: Option<ParticipantIdentity>,
    /// The patient's number at the viewer's own institution.
    pub own_numbers: Vec<String>,
    pub consent: Option<ConsentFacts>,
    pub why: WhyView,
    pub record: PatientRecord,
    /// Items the permit covers.
    pub items: ItemSet,
    pub institutions: HashMap<InstitutionId, InstitutionView>,
    pub feeds: Vec<FeedView>,
}

impl House {
    /// Opens the patient of a grant for viewing. `section` names the part of the page for the trail.
    ///
    /// # Errors
    /// The same `no_permission` for a grant that never was, is another institution's, or has ended (law 6).
    pub async fn view_patient(
        &self,
        session: &Session,
        grant: GrantId,
        section: &'static str,
    ) -> Result<OpenedPatient, AppError> {
        let loads = self.loads();
        let (row, permit) = self.permitted(session, grant, Operation::View).await?;
        let event = events::access_granted(self, session, section);
        let recorded = renkei_ledger::record_read(self.db(), permit, event).await?;
        self.opened(session, &row, &recorded, loads).await
    }

    /// Opens the patient of a grant to be put on paper: what may be looked at and may not be taken out of the house is
    /// left away. The trail says that it left.
    ///
    /// # Errors
    /// As [`Self::view_patient`].
    pub async fn patient_for_paper(&self, session: &Session, grant: GrantId) -> Result<OpenedPatient, AppError> {
        let loads = self.loads();
        let (row, permit) = self.permitted(session, grant, Operation::Output).await?;
        let event = events::record_exported(self, session, "paper");
        let recorded = renkei_ledger::record_read(self.db(), permit, event).await?;
        self.opened(session, &row, &recorded, loads).await
    }

    /// The grant and what it permits now; every refusal is in the trail.
    async fn permitted(
        &self,
        session: &Session,
        grant: GrantId,
        operation: Operation,
    ) -> Result<(Grant, Permit), AppError> {
        let row = grants::find(self.db().reader(), grant).await?;
        let asked = CareQuestion {
            patient: row.as_ref().map(|row| row.patient),
            operation,
            items: ItemSet::CLINICAL,
            purpose: Purpose::Treatment,
        };
        let decided = match &row {
            Some(row) => gate::care(self, session, asked, Some(row)).await,
            None => Err(Box::new(gate::no_such_grant(self, session, asked).await)),
        };
        let permit = match decided {
            Ok(permit) => permit,
            Err(denied) => return Err(gate::refuse(self, session, *denied, Some(grant)).await),
        };
        row.map(|row| (row, permit)).ok_or(AppError::Unreadable("grant"))
    }

    async fn opened(
        &self,
        session: &Session,
        grant: &Grant,
        recorded: &Recorded,
        loads: u64,
    ) -> Result<OpenedPatient, AppError> {
        let (on, now) = (self.db().reader(), self.now());
        let permit = recorded.permit();
        let institutions = self.institutions(now).await?;
        let dental: HashSet<InstitutionId> = institutions
            .values()
            .filter(|view| view.kinds.contains(&InstitutionKind::DentalClinic))
            .map(|view| view.id)
            .collect();
        let record = charts::open(on, self.sealer(), recorded, &dental, now).await?;
        let identity = directory::identity(on, self.sealer(), recorded, now).await?;
        let identity = identity.as_deref().and_then(codes::from_bytes::<ParticipantIdentity>);
        let place = self.reader_place(grant.reader).await?;
        let used = permit.grant().ok_or(AppError::Unreadable("grant"))?;
        let sources = record.contributions().into_iter().map(|contribution| contribution.institution).collect();
        self.sources_were_shown(session.id, grant.id, sources, permit.until(), loads);
        Ok(OpenedPatient {
            grant: grant.id,
            now,
            identity,
            own_numbers: self.own_numbers(session, recorded, now).await?,
            consent: if permit.items().contains(Item::ConsentAndLimits) {
                facts::consent(on, grant.patient, now).await?
            } else {
                None
            },
            why: WhyView {
                because: permit.because().to_vec(),
                grant_kind: used.kind,
                grant_opened_at: used.opened_at,
                place,
                matrix_version: permit.matrix_version().unwrap_or_default(),
                grant_until: used.until,
                until: permit.until(),
            },
            feeds: self.feeds(&record, now).await?,
            items: permit.items(),
            record,
            institutions,
        })
    }

    /// The patient's numbers at the viewer's own institution.
    async fn own_numbers(
        &self,
        session: &Session,
        recorded: &Recorded,
        now: Timestamp,
    ) -> Result<Vec<String>, AppError> {
        let on = self.db().reader();
        let Some(patient) = recorded.permit().patient() else { return Ok(Vec::new()) };
        let mut numbers = Vec::new();
        for (chart, institution) in charts::linked(on, patient, now).await? {
            if institution == session.institution {
                let words = directory::chart_words(on, self.sealer(), recorded, chart, now).await?;
                numbers.extend(words.as_deref().and_then(codes::from_bytes::<SealedChartNumber>).map(|w| w.number));
            }
        }
        Ok(numbers)
    }

    /// Freshness of the institutions that contribute something visible, and of no other.
    async fn feeds(&self, record: &PatientRecord, now: Timestamp) -> Result<Vec<FeedView>, AppError> {
        let known: HashMap<InstitutionId, Timestamp> = batches::feeds(self.db().reader())
            .await?
            .into_iter()
            .map(|feed| (feed.institution, feed.last_import_at))
            .collect();
        Ok(record
            .contributions()
            .into_iter()
            .map(|contribution| {
                let watch = self.watch_of(contribution.institution);
                let noted = known.get(&contribution.institution).copied();
                let last = furthest(watch.as_ref(), noted, now);
                let held = watch.is_some_and(|watch| !watch.unreachable.is_empty() || watch.unfinished > 0);
                let late = self.is_late(last, now);
                FeedView { institution: contribution.institution, last_import_at: last, late, held }
            })
            .collect())
    }

    /// Names and colours of all institutions at `at`.
    pub async fn institutions(&self, at: Timestamp) -> Result<HashMap<InstitutionId, InstitutionView>, AppError> {
        let rows = directory::institutions(self.db().reader(), self.sealer(), at).await?;
        Ok(rows
            .into_iter()
            .filter_map(|(id, stored, words)| {
                let codes = codes::read::<InstitutionCodes>(&stored)?;
                let words = codes::from_bytes::<InstitutionName>(&words)?;
                let id = InstitutionId(id);
                let view = InstitutionView {
                    id,
                    name: words.name,
                    code: words.code,
                    kinds: codes.kinds,
                    region: codes.region,
                    colour: codes.colour,
                };
                Some((id, view))
            })
            .collect())
    }
}
