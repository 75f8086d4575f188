//! From the rows of a register file to facts: ids given, keys resolved, lookups hashed.

use super::{Keys, kind_of, names};
use crate::codes::{
    self, AffiliationCodes, CardCodes, CertificateCodes, ConsentCodes, InstitutionCodes, InstitutionName, NoCodes,
    ParticipantIdentity, ReaderCodes, ReaderPlace, SealedChartNumber, SealedDepartment, SealedFormSerial,
};
use crate::error::AppError;
use crate::house::House;
use renkei_kernel::{ChartId, FactId};
use renkei_participation::register::{LimitWish, RegisterFile, Section};
use renkei_participation::{ConsentState, Limit, Period};
use renkei_store::facts::FactKind;
use std::collections::HashMap;
use uuid::Uuid;

/// What stands behind a chart's key word for its link to a patient; no key of a file can end so.
pub(super) const LINK: &str = "#link";

/// One fact of the file on its way into the store.
pub(super) struct Wanted {
    pub section: Section,
    pub key: String,
    /// The entry the key stands for; where it names a thing (institution, person, reader, chart), the thing's own id.
    pub id: Uuid,
    pub kind: FactKind,
    pub subject: Uuid,
    pub object: Option<Uuid>,
    pub lookup: Option<[u8; 32]>,
    pub codes: String,
    pub words: Option<Vec<u8>>,
    /// Chart whose key seals the words; otherwise the installation's.
    pub chart: Option<ChartId>,
    pub valid: Period,
    /// A consent that the file states as withdrawn.
    pub withdrawn: bool,
}

/// Resolves keys of this file and of earlier loads to ids.
struct Resolver<'a> {
    keys: &'a Keys,
    here: HashMap<(Section, String), Uuid>,
}

impl Resolver<'_> {
    fn id(&self, section: Section, key: &str) -> Result<Uuid, AppError> {
        self.here
            .get(&(section, key.to_owned()))
            .copied()
            .or_else(|| self.keys.find(section, key).map(|known| known.id))
            .ok_or(AppError::Unreadable("register key"))
    }
    fn person(&self, key: &str) -> Result<Uuid, AppError> {
        self.id(Section::Person, key).or_else(|_| self.id(Section::Patient, key))
    }
    fn identity_chart(&self, person: Uuid) -> ChartId {
        // A person's identity is itself a chart; its id is the person's, so that it is found without a look-up.
        ChartId(person)
    }
}

impl House {
    fn id_for(&self, section: Section, key: &str, resolver: &Resolver<'_>) -> Uuid {
        resolver.id(section, key).unwrap_or_else(|_| self.ids().next::<FactId>().into())
    }

    pub(super) fn wanted(&self, file: &RegisterFile, keys: &Keys) -> Result<Vec<Wanted>, AppError> {
        let mut resolver = Resolver { keys, here: HashMap::new() };
        let mut all = Vec::with_capacity(file.len() * 2);
        for fact in &file.institutions {
            let id = self.id_for(Section::Institution, &fact.key, &resolver);
            resolver.here.insert((Section::Institution, fact.key.clone()), id);
            let row = &fact.row;
            let codes = InstitutionCodes {
                state: row.state,
                region: row.region.clone(),
                kinds: row.kinds.clone(),
                colour: row.colour,
                sources: row.sources.clone(),
                shared_terminals: row.shared_terminals.clone(),
            };
            let words = InstitutionName { code: row.code.as_str().to_owned(), name: row.name.clone() };
            all.push(Wanted {
                lookup: Some(self.institution_code_hash(row.code.as_str())),
                codes: codes::write(&codes),
                words: Some(codes::to_bytes(&words)),
                ..Wanted::about(Section::Institution, &fact.key, id, id, fact.valid)
            });
        }
        for fact in &file.persons {
            // The same human being may be a participant already.
            let id = resolver.person(&fact.key).unwrap_or_else(|_| self.id_for(Section::Person, &fact.key, &resolver));
            resolver.here.insert((Section::Person, fact.key.clone()), id);
            all.push(Wanted {
                words: Some(codes::to_bytes(&names(&fact.row.name))),
                ..Wanted::about(Section::Person, &fact.key, id, id, fact.valid)
            });
        }
        for fact in &file.patients {
            let id = resolver.person(&fact.key).unwrap_or_else(|_| self.id_for(Section::Patient, &fact.key, &resolver));
            resolver.here.insert((Section::Patient, fact.key.clone()), id);
            let row = &fact.row;
            let words = ParticipantIdentity {
                names: names(&row.name),
                birth_date: row.birth_date,
                sex: row.sex,
                postal_code: row.postal.clone(),
                address: row.address.clone(),
                phone: row.phone.clone(),
            };
            let chart = resolver.identity_chart(id);
            all.push(Wanted {
                object: Some(chart.into()),
                words: Some(codes::to_bytes(&words)),
                chart: Some(chart),
                ..Wanted::about(Section::Patient, &fact.key, id, id, fact.valid)
            });
        }
        for fact in &file.affiliations {
            let Some(institution) = &fact.row.institution else { continue };
            let id = self.id_for(Section::Affiliation, &fact.key, &resolver);
            let codes = AffiliationCodes { role: fact.row.role, state: fact.row.state };
            let words = SealedDepartment { department: fact.row.department.clone() };
            all.push(Wanted {
                object: Some(resolver.id(Section::Institution, institution)?),
                codes: codes::write(&codes),
                words: Some(codes::to_bytes(&words)),
                ..Wanted::about(Section::Affiliation, &fact.key, id, resolver.person(&fact.row.person)?, fact.valid)
            });
        }
        for fact in &file.certificates {
            let id = self.id_for(Section::Certificate, &fact.key, &resolver);
            let row = &fact.row;
            let codes = CertificateCodes {
                fingerprints: row.fingerprints.iter().map(|f| hex::encode(self.fingerprint_hash(&f.0))).collect(),
            };
            all.push(Wanted {
                lookup: Some(self.holder_lookup(&row.issuer.0, &row.subject_serial)),
                codes: codes::write(&codes),
                ..Wanted::about(Section::Certificate, &fact.key, id, resolver.person(&row.person)?, fact.valid)
            });
        }
        for fact in &file.readers {
            let id = self.id_for(Section::Reader, &fact.key, &resolver);
            resolver.here.insert((Section::Reader, fact.key.clone()), id);
            let codes = ReaderCodes {
                device_key: hex::encode(fact.row.device_key),
                keyboard_allowed: fact.row.keyboard_allowed,
            };
            all.push(Wanted {
                object: Some(resolver.id(Section::Institution, &fact.row.institution)?),
                codes: codes::write(&codes),
                words: Some(codes::to_bytes(&ReaderPlace { place: fact.row.place.clone() })),
                ..Wanted::about(Section::Reader, &fact.key, id, id, fact.valid)
            });
        }
        for fact in &file.charts {
            let id = self.id_for(Section::Chart, &fact.key, &resolver);
            resolver.here.insert((Section::Chart, fact.key.clone()), id);
            let institution = resolver.id(Section::Institution, &fact.row.institution)?;
            let number = fact.row.number.as_str();
            all.push(Wanted {
                object: Some(institution),
                lookup: Some(self.chart_number_hash(institution.into(), number)),
                words: Some(codes::to_bytes(&SealedChartNumber { number: number.to_owned() })),
                chart: Some(ChartId(id)),
                ..Wanted::about(Section::Chart, &fact.key, id, id, fact.valid)
            });
            let patient = resolver.id(Section::Patient, &fact.row.patient)?;
            // The link is a fact of its own, so that un-linking moves no row; its key word follows the chart's.
            let link = Wanted::about(Section::Chart, &format!("{}{LINK}", fact.key), id, id, fact.valid);
            all.push(Wanted { kind: FactKind::ChartLink, object: Some(patient), ..link });
        }
        for fact in &file.consents {
            let id = self.id_for(Section::Consent, &fact.key, &resolver);
            let row = &fact.row;
            let person = resolver.id(Section::Patient, &row.patient)?;
            let codes = ConsentCodes { state: row.state, scope: row.scope, home_region: row.home_region.clone() };
            all.push(Wanted {
                codes: codes::write(&codes),
                words: Some(codes::to_bytes(&SealedFormSerial { form_serial: row.form_serial.clone() })),
                chart: Some(resolver.identity_chart(person)),
                withdrawn: row.state == ConsentState::Withdrawn,
                ..Wanted::about(Section::Consent, &fact.key, id, person, fact.valid)
            });
        }
        for fact in &file.cards {
            let id = self.id_for(Section::Card, &fact.key, &resolver);
            all.push(Wanted {
                lookup: Some(self.card_hash(&fact.row.id.normal_form())),
                codes: codes::write(&CardCodes { state: fact.row.state }),
                ..Wanted::about(
                    Section::Card,
                    &fact.key,
                    id,
                    resolver.id(Section::Patient, &fact.row.patient)?,
                    fact.valid,
                )
            });
        }
        for fact in &file.limits {
            let id = self.id_for(Section::Limit, &fact.key, &resolver);
            let (limit, object) = match &fact.row.wish {
                LimitWish::Item { item, except } => {
                    let except = except
                        .iter()
                        .map(|key| resolver.id(Section::Institution, key).map(Into::into))
                        .collect::<Result<Vec<_>, _>>()?;
                    (Limit::Item { item: *item, except }, None)
                }
                LimitWish::Institution { institution, direction } => {
                    let institution = resolver.id(Section::Institution, institution)?;
                    (Limit::Institution { institution: institution.into(), direction: *direction }, Some(institution))
                }
            };
            all.push(Wanted {
                object,
                codes: codes::write(&limit),
                ..Wanted::about(
                    Section::Limit,
                    &fact.key,
                    id,
                    resolver.id(Section::Patient, &fact.row.patient)?,
                    fact.valid,
                )
            });
        }
        Ok(all)
    }
}

impl Wanted {
    fn about(section: Section, key: &str, id: Uuid, subject: Uuid, valid: Period) -> Self {
        Self {
            section,
            key: key.to_owned(),
            id,
            kind: kind_of(section),
            subject,
            object: None,
            lookup: None,
            codes: codes::write(&NoCodes {}),
            words: None,
            chart: None,
            valid,
            withdrawn: false,
        }
    }
}
