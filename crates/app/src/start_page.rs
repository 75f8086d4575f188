//! The start page's data: the readers of this place and the visits that are open.

use crate::card::ReaderView;
use crate::codes::{self, ParticipantIdentity, PersonNames, ReaderPlace};
use crate::error::AppError;
use crate::events;
use crate::feeds::LateSource;
use crate::gate::{self, CareQuestion};
use crate::house::House;
use crate::session::Session;
use crate::view_patient::InstitutionView;
use renkei_access::{Operation, Purpose};
use renkei_kernel::{GrantId, ReaderId, Timestamp};
use renkei_participation::{Item, ItemSet};
use renkei_store::facts::FactKind;
use renkei_store::grants::Grant;
use renkei_store::{directory, grants};

/// Open visits listed at once, the newest first.
const VISITS_LISTED_MAX: usize = 50;

/// A visit whose permission is live.
#[derive(Debug, Clone)]
pub struct OpenVisit {
    pub grant: GrantId,
    pub identity: Option<ParticipantIdentity>,
    pub opened_at: Timestamp,
    pub place: Option<String>,
}

/// Who is signed in, for the bar on top.
#[derive(Debug, Clone)]
pub struct WhoView {
    pub names: PersonNames,
    pub institution: InstitutionView,
}

#[derive(Debug, Clone)]
pub struct StartPage {
    pub now: Timestamp,
    pub readers: Vec<ReaderView>,
    pub visits: Vec<OpenVisit>,
    /// Late sources that this reader may know of: the own institution, and those that the pages of the visits listed
    /// here have shown to this session.
    pub late: Vec<LateSource>,
}

impl House {
    /// Name and institution of the signed-in person.
    pub async fn who(&self, session: &Session) -> Result<WhoView, AppError> {
        let (on, now) = (self.db().reader(), self.now());
        let words = directory::words(on, self.sealer(), FactKind::Person, session.person.into(), now).await?;
        let names = words.and_then(|words| codes::from_bytes::<PersonNames>(&words));
        let mut institutions = self.institutions(now).await?;
        Ok(WhoView {
            names: names.ok_or(AppError::Unreadable("person"))?,
            institution: institutions.remove(&session.institution).ok_or(AppError::Unreadable("institution"))?,
        })
    }

    /// The start page. Each name in the list of visits is a use of that visit's permission and recorded as one;
    /// whoever may not see basic information sees no visits. A visit that cannot be shown is left out: the page and
    /// its readers must be there for the next patient.
    pub async fn start_page(&self, session: &Session) -> Result<StartPage, AppError> {
        let now = self.now();
        let mut open = grants::open_of_institution(self.db().reader(), session.institution, now).await?;
        open.truncate(VISITS_LISTED_MAX);
        let shown = futures::future::join_all(open.iter().map(|grant| self.open_visit_of(session, grant))).await;
        let mut visits = Vec::new();
        for visit in shown {
            match visit {
                Ok(visit) => visits.extend(visit),
                Err(error) => {
                    tracing::error!(code = renkei_kernel::Problem::code(&error), "an open visit was not listed");
                }
            }
        }
        let mut known = self.sources_shown(session.id, visits.iter().map(|visit| visit.grant), now);
        known.insert(session.institution);
        let late = match self.late_sources(&known, now).await {
            Ok(late) => late,
            Err(error) => {
                tracing::error!(code = renkei_kernel::Problem::code(&error), "late sources were not told");
                Vec::new()
            }
        };
        Ok(StartPage { now, readers: self.readers_of(session.institution).await?, visits, late })
    }

    async fn open_visit_of(&self, session: &Session, grant: &Grant) -> Result<Option<OpenVisit>, AppError> {
        let (on, now) = (self.db().reader(), self.now());
        let asked = CareQuestion {
            patient: Some(grant.patient),
            operation: Operation::View,
            items: ItemSet::from(Item::BasicInformation),
            purpose: Purpose::Treatment,
        };
        // What may not be seen is absent; a list records no refusals of what nobody asked for.
        let Ok(permit) = gate::care(self, session, asked, Some(grant)).await else { return Ok(None) };
        let event = events::access_granted(self, session, "start");
        let recorded = renkei_ledger::record_read(self.db(), permit, event).await?;
        let identity = directory::identity(on, self.sealer(), &recorded, now).await?;
        Ok(Some(OpenVisit {
            grant: grant.id,
            identity: identity.as_deref().and_then(codes::from_bytes),
            opened_at: grant.opened_at,
            place: self.reader_place(grant.reader).await?,
        }))
    }

    /// Words of the place where a reader stands.
    pub(crate) async fn reader_place(&self, reader: Option<ReaderId>) -> Result<Option<String>, AppError> {
        let Some(reader) = reader else { return Ok(None) };
        let (on, now) = (self.db().reader(), self.now());
        let words = directory::words(on, self.sealer(), FactKind::Reader, reader.into(), now).await?;
        Ok(words.and_then(|words| codes::from_bytes::<ReaderPlace>(&words)).map(|words| words.place))
    }

    /// Ends a visit: its permission is over for everybody of the institution.
    pub async fn close_visit(&self, session: &Session, grant: GrantId) -> Result<(), AppError> {
        let row = grants::find(self.db().reader(), grant).await?;
        let Some(row) = row.as_ref().filter(|row| row.institution == session.institution) else {
            // Another institution's visit is nobody's: closed already, as far as this caller may know. The trail knows.
            let patient = row.as_ref().map(|row| row.patient);
            let event = events::foreign_named(self, session, "grant", grant.into(), patient);
            self.record_denial(event, events::actor(session)).await?;
            return Ok(());
        };
        let event = events::grant_closed(self, session, grant, row.patient);
        let (person, now) = (session.person, self.now());
        self.db()
            .act(move |tx| {
                let event = event.clone();
                Box::pin(async move {
                    if grants::close(tx, grant, person, now).await? {
                        renkei_ledger::record_plain(tx, &event).await?;
                    }
                    Ok(())
                })
            })
            .await
    }
}
