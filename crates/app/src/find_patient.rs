//! Finding a participant without a card: by name and one more thing known of the person (R-8.2.4-イ, R-X-18).
//!
//! A name alone is refused, there are no wildcards, and nobody without an active consent is found. The store holds
//! keyed hashes of name and second thing together; names are folded first, so that 髙橋 ﾊﾅｺ is found as 高橋 はなこ.
//! The search is in the trail before anything is looked up, and each person who is shown is in it once more before he
//! is shown.

use crate::codes::{self, ParticipantIdentity, PersonNames};
use crate::error::AppError;
use crate::house::House;
use crate::{events, facts, gate};
use jiff::civil::Date;
use renkei_kernel::{Category, PersonId, Problem, Timestamp, Withheld};
use renkei_participation::{ConsentState, Sex};
use renkei_store::directory;
use renkei_store::search_keys::{self, PersonKeys};
use renkei_text::{name_key, width};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Candidates shown at most.
pub const CANDIDATES_MAX: usize = 10;
/// Of the people who have a key at most so many are looked at for an active consent.
const LOOKED_AT_MAX: u64 = 100;
/// How names are folded and what is joined with them. A change makes every register's keys anew at the next start.
const VERSION: i16 = 1;
/// People whose keys are made in one act.
const MADE_AT_ONCE: u64 = 200;

/// What is known of the person who is looked for.
#[derive(Debug, Clone)]
pub struct Sought {
    /// Family and given name, in kanji, kana or both.
    pub name: Withheld<String>,
    pub birth_date: Option<Withheld<Date>>,
    pub phone: Option<Withheld<String>>,
    pub postal_code: Option<Withheld<String>>,
}

/// Somebody who may be the one: what is needed to tell people apart and no more.
#[derive(Debug, Clone)]
pub struct Candidate {
    pub person: PersonId,
    pub names: PersonNames,
    pub birth_date: Date,
    pub sex: Sex,
}

#[derive(Debug, Clone)]
pub struct Candidates {
    pub people: Vec<Candidate>,
    /// There are more than are shown; one thing more must be asked.
    pub more: bool,
}

#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FindPatientError {
    #[error(
        "氏名のほかに、生年月日・電話番号・郵便番号のどれかが必要です。 / Beside the name, give the birth date, the telephone number or the postal code."
    )]
    TooLittle,
    #[error("氏名は姓と名を、省略せずに書いてください。 / Give family and given name in full, without wildcards.")]
    NotAName,
    #[error(transparent)]
    App(#[from] AppError),
}

impl Problem for FindPatientError {
    fn category(&self) -> Category {
        match self {
            Self::TooLittle | Self::NotAName => Category::AgainstRule,
            Self::App(error) => error.category(),
        }
    }
    fn code(&self) -> &'static str {
        match self {
            Self::TooLittle => "search_too_little",
            Self::NotAName => "search_not_a_name",
            Self::App(error) => error.code(),
        }
    }
}

/// What was given, when each of it is enough: a thing too short to mean anything must not be passed over, since the
/// person would be found without it.
fn whole_things(sought: &Sought) -> Option<Vec<(&'static str, String)>> {
    let given = [sought.birth_date.is_some(), sought.phone.is_some(), sought.postal_code.is_some()];
    let things = second_things(sought);
    (things.len() == given.into_iter().filter(|given| *given).count()).then_some(things)
}

/// The second thing, in the form it has in a key.
fn second_things(sought: &Sought) -> Vec<(&'static str, String)> {
    let mut things = Vec::new();
    if let Some(date) = &sought.birth_date {
        things.push(("birth_date", date.reveal().to_string()));
    }
    things.extend(sought.phone.as_ref().and_then(|phone| digits("phone", phone.reveal(), 9)));
    things.extend(sought.postal_code.as_ref().and_then(|postal| digits("postal_code", postal.reveal(), 7)));
    things
}

/// The digits of a number, when there are enough of them to mean something.
fn digits(kind: &'static str, text: &str, at_least: usize) -> Option<(&'static str, String)> {
    let ascii = |c: char| match c {
        '０'..='９' => char::from_u32(u32::from(c) - 0xFEE0),
        c if c.is_ascii_digit() => Some(c),
        _ => None,
    };
    let digits: String = width::fold_kana(text).chars().filter_map(ascii).collect();
    (digits.len() >= at_least).then_some((kind, digits))
}

impl House {
    fn search_hash(&self, name: &str, kind: &str, thing: &str) -> [u8; 32] {
        self.sealer().lookup_hash("person.search", &[name.as_bytes(), kind.as_bytes(), thing.as_bytes()])
    }

    /// Under which keys a participant is found: the name in kanji, in kana and in both mixtures, each with each thing.
    pub(crate) fn search_keys_of(&self, person: PersonId, identity: &ParticipantIdentity) -> PersonKeys {
        let names = &identity.names;
        let families = [&names.family, &names.family_kana];
        let givens = [&names.given, &names.given_kana];
        let whole = families.iter().flat_map(|family| givens.iter().map(move |given| format!("{family} {given}")));
        let names: BTreeSet<String> = whole.map(|name| name_key::key(&name)).filter(|key| !key.is_empty()).collect();
        let things = second_things(&Sought {
            name: Withheld::new(String::new()),
            birth_date: Some(Withheld::new(identity.birth_date)),
            phone: identity.phone.clone().map(Withheld::new),
            postal_code: identity.postal_code.clone().map(Withheld::new),
        });
        let hashes = names
            .iter()
            .flat_map(|name| things.iter().map(move |(kind, thing)| self.search_hash(name, kind, thing)))
            .collect();
        PersonKeys { person, hashes }
    }

    /// The version that [`Self::search_keys_of`] makes.
    pub(crate) fn search_keys_version() -> i16 {
        VERSION
    }

    /// Looks for a participant, for the operator at the console.
    ///
    /// # Errors
    /// [`FindPatientError::TooLittle`] for a name alone or beside a thing too short, [`FindPatientError::NotAName`] for what is none.
    pub async fn find_patient(&self, sought: &Sought) -> Result<Candidates, FindPatientError> {
        let wild = |c: char| matches!(c, '*' | '%' | '?' | '＊' | '％' | '？' | '_' | '＿');
        let name = name_key::key(sought.name.reveal());
        if name.chars().count() < 2 || sought.name.reveal().contains(wild) {
            return Err(FindPatientError::NotAName);
        }
        // Whatever is given must fit; the first of them finds, and all of them decide.
        let things = whole_things(sought).ok_or(FindPatientError::TooLittle)?;
        let hashes: Vec<[u8; 32]> = things.iter().map(|(kind, thing)| self.search_hash(&name, kind, thing)).collect();
        let Some(first) = hashes.first() else { return Err(FindPatientError::TooLittle) };
        let kinds = things.iter().map(|(kind, _)| (*kind).to_owned()).collect();
        let event = events::patient_searched(self, kinds, *first);
        let search = event.id();
        let permit = gate::identity_search(self);
        let recorded = renkei_ledger::record_read(self.db(), permit, event).await.map_err(AppError::from)?;
        let (on, now) = (self.db().reader(), self.now());
        let mut found: Option<BTreeSet<PersonId>> = None;
        for hash in hashes {
            let people =
                search_keys::find(on, &recorded, hash, VERSION, LOOKED_AT_MAX).await.map_err(AppError::from)?;
            let people: BTreeSet<PersonId> = people.into_iter().collect();
            found = Some(found.map_or(people.clone(), |before| before.intersection(&people).copied().collect()));
        }
        let mut people = Vec::new();
        let mut more = false;
        for person in found.unwrap_or_default() {
            if !self.may_be_found(person, now).await? {
                continue;
            }
            if people.len() == CANDIDATES_MAX {
                more = true;
                break;
            }
            let words = directory::identity_found(on, self.sealer(), &recorded, person, now).await;
            let identity = words.map_err(AppError::from)?.as_deref().and_then(codes::from_bytes::<ParticipantIdentity>);
            people.extend(identity.map(|ParticipantIdentity { names, birth_date, sex, .. }| Candidate {
                person,
                names,
                birth_date,
                sex,
            }));
        }
        let shown =
            Arc::new(people.iter().map(|one| events::patient_shown(self, one.person, search)).collect::<Vec<_>>());
        if !shown.is_empty() {
            self.db()
                .act_soon(move |tx| {
                    let shown = shown.clone();
                    Box::pin(async move { Ok::<_, AppError>(renkei_ledger::record_plain_all(tx, &shown).await?) })
                })
                .await?;
        }
        Ok(Candidates { people, more })
    }

    /// A participant with an active consent.
    async fn may_be_found(&self, person: PersonId, at: Timestamp) -> Result<bool, AppError> {
        let on = self.db().reader();
        if facts::identity_chart(on, person, at).await?.is_none() {
            return Ok(false);
        }
        let consent = facts::consent(on, person, at).await?;
        Ok(consent.is_some_and(|consent| consent.state == ConsentState::Active && consent.valid.contains(at)))
    }

    /// Makes the keys of participants who have none of this version: a register from before there were any, or folded
    /// in an older way. Nothing to do at every other start.
    pub(crate) async fn fill_search_keys(&self) -> Result<u64, AppError> {
        let (mut after, mut made) = (None, 0);
        loop {
            let on = self.db().reader();
            let people = search_keys::without(on, VERSION, after, MADE_AT_ONCE).await?;
            let Some(last) = people.last() else { return Ok(made) };
            after = Some(*last);
            let now = self.now();
            let permit = gate::identity_index(self);
            let event = events::identities_indexed(self, people.len());
            let recorded = renkei_ledger::record_read(self.db(), permit.clone(), event).await?;
            let mut keys = Vec::with_capacity(people.len());
            for person in people {
                // One whose identity key was destroyed is not found any more; neither is one that only begins later.
                let words = directory::identity_found(on, self.sealer(), &recorded, person, now).await.ok().flatten();
                let identity = words.as_deref().and_then(codes::from_bytes::<ParticipantIdentity>);
                keys.extend(identity.map(|identity| self.search_keys_of(person, &identity)));
            }
            made += keys.len() as u64;
            let act = Arc::new((permit, events::identities_indexed(self, keys.len()), keys));
            self.db()
                .act(move |tx| {
                    let act = act.clone();
                    Box::pin(async move {
                        let (permit, event, keys) = &*act;
                        let recorded = renkei_ledger::record(tx, permit, event).await?;
                        Ok::<_, AppError>(search_keys::replace(&recorded, keys, VERSION, now).await?)
                    })
                })
                .await?;
        }
    }
}
