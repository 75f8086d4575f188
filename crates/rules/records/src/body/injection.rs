//! Injections ordered (OMP-02) and given (OMP-12). RXE-2 is the kind of injection; the drugs stand in RXC.

use crate::amount::Amount;
use crate::body::prescription::{OrderHead, Timing, yj_of};
use crate::code::{Code, CodedValue};
use crate::entry::{EntryState, SourcePlace};
use crate::person::{Location, Staff};
use crate::time::ClinicalTime;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum ComponentRole {
    /// RXC-1 `B`.
    Base,
    /// RXC-1 `A`.
    Additive,
    #[default]
    NotSaid,
}

/// RXC: one drug in the mixture.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Component {
    pub role: ComponentRole,
    pub drug: CodedValue,
    pub additional: Vec<CodedValue>,
    pub amount: Amount,
    pub place: SourcePlace,
}

impl Component {
    pub fn yj(&self) -> Option<&Code> {
        yj_of(&self.drug, &self.additional)
    }
}

/// One administration: what is mixed, how fast, when, which way.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InjectionSet {
    /// ORC-4.
    pub id: String,
    /// RXE-2 (JHSI0002 / 99I02).
    pub kind: CodedValue,
    /// RXE-3 in RXE-5.
    pub volume: Amount,
    /// RXE-23 in RXE-24.
    pub rate: Amount,
    /// RXE-22.
    pub rate_per: String,
    pub timings: Vec<Timing>,
    pub components: Vec<Component>,
    /// OBX of this administration.
    pub observations: Vec<super::titled::Line>,
    pub comments: Vec<String>,
    pub place: SourcePlace,
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InjectionOrder {
    pub head: OrderHead,
    /// RXE-21.
    pub categories: Vec<CodedValue>,
    pub sets: Vec<InjectionSet>,
    pub comments: Vec<String>,
}

/// RXA: what was really handed out or given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    pub state: EntryState,
    /// ORC-4 of the group it belongs to.
    pub group: String,
    pub start: Option<ClinicalTime>,
    pub end: Option<ClinicalTime>,
    pub drug: CodedValue,
    pub additional: Vec<CodedValue>,
    pub amount: Amount,
    /// RXA-8.
    pub form: CodedValue,
    /// RXA-9.
    pub notes: Vec<CodedValue>,
    /// RXA-10 and -11.
    pub performer: Staff,
    pub location: Location,
    /// RXA-12 and -13/-14 where sent.
    pub rate: String,
    pub strength: Amount,
    /// RXA-15, -16.
    pub lot: String,
    pub expiry: Option<ClinicalTime>,
    /// RXA-20: CP, PA, NA, RE.
    pub completion: String,
    pub route: CodedValue,
    pub device: CodedValue,
    pub place: SourcePlace,
}

impl Default for Given {
    fn default() -> Self {
        Self {
            state: EntryState::Active,
            group: String::new(),
            start: None,
            end: None,
            drug: CodedValue::default(),
            additional: Vec::new(),
            amount: Amount::default(),
            form: CodedValue::default(),
            notes: Vec::new(),
            performer: Staff::default(),
            location: Location::default(),
            rate: String::new(),
            strength: Amount::default(),
            lot: String::new(),
            expiry: None,
            completion: String::new(),
            route: CodedValue::default(),
            device: CodedValue::default(),
            place: SourcePlace::default(),
        }
    }
}

impl Given {
    pub fn yj(&self) -> Option<&Code> {
        yj_of(&self.drug, &self.additional)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InjectionGiven {
    pub head: OrderHead,
    pub categories: Vec<CodedValue>,
    /// RXE/RXC where the message repeats the order.
    pub sets: Vec<InjectionSet>,
    pub given: Vec<Given>,
    pub comments: Vec<String>,
}
