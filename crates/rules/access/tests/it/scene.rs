//! A scene in which a doctor of another region reads a consenting patient's record by card; tests change one thing.

use jiff::civil::{Date, date};
use renkei_access::{
    AffiliationFacts, Asker, ConsentFacts, Decision, Facts, GrantFacts, GrantKind, InForce, InstitutionFacts, ItemSet,
    Operation, Purpose, Question, Reason, Role, Rulebook, SessionFacts, SystemMode, Zone, decide,
};
use renkei_kernel::{GrantId, InstitutionId, PersonId, SessionId, Timestamp};
use renkei_participation::{AffiliationState, ConsentScope, ConsentState, InstitutionState, Item, Period, RegionCode};
use std::sync::{Arc, OnceLock};
use uuid::Uuid;

pub const DAY: Date = date(2015, 6, 1);

pub fn at(hour: i8, minute: i8, second: i8) -> Timestamp {
    Timestamp::from_tokyo(DAY.at(hour, minute, second, 0))
}
pub fn person(number: u128) -> PersonId {
    PersonId(Uuid::from_u128(number))
}
pub fn institution(number: u128) -> InstitutionId {
    InstitutionId(Uuid::from_u128(number))
}
pub fn region(code: &str) -> RegionCode {
    RegionCode::parse(code).unwrap()
}

pub const PATIENT: u128 = 1;
pub const READER: u128 = 2;
pub const HERE: u128 = 100;
pub const ELSEWHERE: u128 = 200;

pub fn shipped() -> &'static Rulebook {
    static BOOK: OnceLock<Rulebook> = OnceLock::new();
    BOOK.get_or_init(|| Rulebook::shipped().unwrap())
}
pub fn rules() -> Arc<InForce> {
    shipped().at(at(12, 0, 0)).unwrap().clone()
}

#[derive(Debug)]
pub struct Scene {
    pub question: Question,
    pub facts: Facts,
}

impl Scene {
    /// 10:00, closed network, own range, everything in order, card read at 9:12 by somebody at the reception.
    pub fn by_card(role: Role) -> Self {
        let question = Question {
            asker: Asker {
                person: Some(person(READER)),
                role,
                institution: Some(institution(HERE)),
                session: Some(SessionId(Uuid::from_u128(7))),
            },
            operation: Operation::View,
            items: ItemSet::from(Item::Diagnoses),
            patient: Some(person(PATIENT)),
            zone: Zone::Professional,
            purpose: Purpose::Treatment,
            at: at(10, 0, 0),
            override_reason_given: false,
        };
        let since = Period::since(Timestamp::from_tokyo(date(2014, 4, 1).at(0, 0, 0, 0)));
        let facts = Facts {
            loaded: true,
            mode: SystemMode::Normal,
            session: Some(SessionFacts {
                valid: Period::between(at(8, 0, 0), at(20, 0, 0)),
                credential_valid: true,
                credential_not_after: Timestamp::MAX,
                test_level: false,
            }),
            affiliation: Some(AffiliationFacts {
                institution: Some(institution(HERE)),
                role,
                state: AffiliationState::Active,
                valid: since,
            }),
            institution: Some(InstitutionFacts {
                institution: institution(HERE),
                state: InstitutionState::Active,
                valid: since,
                region: region("noto-chubu"),
                source_matches: true,
            }),
            patient_known: true,
            consent: Some(ConsentFacts {
                state: ConsentState::Active,
                scope: ConsentScope::AllRegions,
                home_region: region("noto-hokubu"),
                valid: since,
            }),
            grants: vec![grant(GrantKind::Card, HERE)],
            confirmer_exists: true,
            ..Facts::default()
        };
        Self { question, facts }
    }
    /// The same person at night with a patient who cannot be asked; the case was opened at 02:00 for four hours.
    pub fn unconscious(role: Role) -> Self {
        let mut scene = Self::by_card(role);
        scene.question.purpose = Purpose::Emergency;
        scene.question.at = at(3, 0, 0);
        if let Some(session) = &mut scene.facts.session {
            session.valid = Period::between(at(1, 0, 0), at(13, 0, 0));
        }
        let case = GrantFacts { opened_at: at(2, 0, 0), until: at(6, 0, 0), ..grant(GrantKind::Unconscious, HERE) };
        scene.facts.grants = vec![case];
        scene
    }
    pub fn patient_side() -> Self {
        let mut scene = Self::by_card(Role::Patient);
        scene.question.asker.person = Some(person(PATIENT));
        scene.question.asker.institution = None;
        scene.question.zone = Zone::Patient;
        scene.question.purpose = Purpose::OwnUse;
        scene.facts.affiliation = None;
        scene.facts.institution = None;
        scene.facts.grants.clear();
        scene
    }
    pub fn machine() -> Self {
        let mut scene = Self::by_card(Role::InstitutionSystem);
        scene.question.asker.person = None;
        scene.question.zone = Zone::Machine;
        scene.question.purpose = Purpose::Registration;
        scene.question.operation = Operation::Register;
        scene.facts.affiliation = None;
        scene.facts.grants.clear();
        scene
    }
    pub fn asking(mut self, items: &[Item]) -> Self {
        self.question.items = ItemSet::of(items);
        self
    }
    pub fn doing(mut self, operation: Operation) -> Self {
        self.question.operation = operation;
        self
    }
    pub fn with(mut self, change: impl FnOnce(&mut Question, &mut Facts)) -> Self {
        change(&mut self.question, &mut self.facts);
        self
    }
    pub fn decide(&self) -> Decision {
        let rules = shipped().at(self.question.at).cloned();
        decide(&self.question, &self.facts, rules.as_deref())
    }
    /// `permit`, `hidden`, or the code of the weightiest reason.
    pub fn answer(&self) -> &'static str {
        word(&self.decide())
    }
}

pub fn word(decision: &Decision) -> &'static str {
    match decision {
        Decision::Permit { .. } => "permit",
        Decision::Hidden { .. } => "hidden",
        Decision::Refuse { because, .. } => because.first().copied().map_or("?", Reason::code),
    }
}

pub fn grant(kind: GrantKind, at_institution: u128) -> GrantFacts {
    GrantFacts {
        grant: GrantId(Uuid::from_u128(50)),
        kind,
        institution: institution(at_institution),
        opened_by: person(READER),
        opened_at: at(9, 12, 0),
        until: at(9, 12, 0).end_of_tokyo_day(),
        closed_at: None,
    }
}
