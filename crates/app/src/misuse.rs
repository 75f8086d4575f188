//! Refusals of one person that follow each other closely: the tenth within five minutes raises one alarm (R-F1-3.3B-4).
//!
//! Separate because three use cases meet here: a refused look, a refused card, an address that is not one's own. Each
//! refusal is in the trail as before; the alarm is one more event, a line for whoever watches security, and a count.
//! The count of refusals lives in memory: a restart forgets at most nine of a person, and the trail forgets none.

use crate::error::AppError;
use crate::events;
use crate::house::House;
use renkei_access::Actor;
use renkei_kernel::limits::{DENIALS_MAX, DENIALS_PERSONS_MAX, DENIALS_WINDOW_SECONDS};
use renkei_kernel::{EventId, PersonId, Steady};
use renkei_ledger::Event;
use std::collections::{HashMap, VecDeque};
use std::sync::PoisonError;
use std::time::Duration;

/// What is remembered of one person's refusals.
#[derive(Debug, Default)]
struct Lately {
    at: VecDeque<Steady>,
    alarmed_at: Option<Steady>,
}

/// Refusals of everybody within the window.
#[derive(Debug, Default)]
pub(crate) struct Denials {
    persons: HashMap<PersonId, Lately>,
    alarms: u64,
}

impl Denials {
    /// Counts one more refusal. `true` when it is the one that alarms: enough within the window, and no alarm about this
    /// person within the window before.
    fn one_more(&mut self, person: PersonId, now: Steady) -> bool {
        if self.persons.len() >= DENIALS_PERSONS_MAX && !self.persons.contains_key(&person) {
            self.persons.retain(|_, lately| lately.at.back().is_some_and(|last| within(*last, now)));
            if self.persons.len() >= DENIALS_PERSONS_MAX {
                // More persons than an installation has, all refused within minutes: each refusal is in the trail.
                return false;
            }
        }
        let lately = self.persons.entry(person).or_default();
        lately.at.retain(|at| within(*at, now));
        if lately.at.len() >= DENIALS_MAX {
            lately.at.pop_front();
        }
        lately.at.push_back(now);
        let quiet = lately.alarmed_at.is_none_or(|at| !within(at, now));
        if lately.at.len() < DENIALS_MAX || !quiet {
            return false;
        }
        lately.alarmed_at = Some(now);
        self.alarms = self.alarms.saturating_add(1);
        true
    }
}

/// By a steady clock: to set the other one makes no refusal old, and keeps none young.
fn within(at: Steady, now: Steady) -> bool {
    now.since(at) < Duration::from_secs(DENIALS_WINDOW_SECONDS.unsigned_abs())
}

impl House {
    /// Records the refusal of a person's request, and the alarm where this refusal raises one, in one act.
    pub(crate) async fn record_denial(&self, event: Event, actor: Actor) -> Result<EventId, AppError> {
        let reference = event.id();
        let alarm = match actor {
            Actor::Person { person, .. } => self.denied_once_more(person, actor),
            _ => None,
        };
        self.db()
            .act_soon(move |tx| {
                let (event, alarm) = (event.clone(), alarm.clone());
                Box::pin(async move {
                    renkei_ledger::record_plain(tx, &event).await?;
                    if let Some(alarm) = &alarm {
                        renkei_ledger::record_plain(tx, alarm).await?;
                    }
                    Ok::<_, AppError>(())
                })
            })
            .await?;
        Ok(reference)
    }

    /// The alarm that one more refusal of this person raises, if it does; to be recorded with the refusal.
    pub(crate) fn denied_once_more(&self, person: PersonId, actor: Actor) -> Option<Event> {
        let alarms = self.denials().lock().unwrap_or_else(PoisonError::into_inner).one_more(person, self.steady());
        if !alarms {
            return None;
        }
        let event = events::misuse_suspected(self, actor);
        tracing::warn!(
            target: "renkei::security",
            { person.id = %person, event.id = %event.id(), refusals = DENIALS_MAX },
            "person {person} was refused {DENIALS_MAX} times within {DENIALS_WINDOW_SECONDS} seconds"
        );
        Some(event)
    }

    /// Alarms of this kind since the program started.
    pub fn misuse_alarms(&self) -> u64 {
        self.denials().lock().unwrap_or_else(PoisonError::into_inner).alarms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(number: u128) -> PersonId {
        PersonId(uuid::Uuid::from_u128(number))
    }
    fn at(seconds: i64) -> Steady {
        Steady::after(Duration::from_secs(seconds.unsigned_abs()))
    }

    /// R-F1-3.3B-4: the tenth alarms, the eleventh to twentieth do not; ten more after the window do.
    #[test]
    fn one_alarm_for_a_window_however_many_refusals() {
        let mut denials = Denials::default();
        let alarms: Vec<i64> = (0..30).filter(|n| denials.one_more(person(1), at(*n))).collect();
        assert_eq!(alarms, [9]);
        let later: Vec<i64> = (0..30).filter(|n| denials.one_more(person(1), at(400 + *n))).collect();
        assert_eq!(later, [9]);
        assert_eq!(denials.alarms, 2);
    }

    #[test]
    fn slow_refusals_and_those_of_others_do_not_add_up() {
        let mut denials = Denials::default();
        assert!(!(0..40).any(|n| denials.one_more(person(1), at(n * 34))), "nine within any five minutes");
        assert!(!(0..9).any(|n| denials.one_more(person(2), at(n))));
        assert!(!denials.one_more(person(3), at(9)));
        assert!(denials.one_more(person(2), at(9)));
    }

    #[test]
    fn the_memory_of_refusals_is_bounded() {
        let mut denials = Denials::default();
        for number in 0..DENIALS_PERSONS_MAX as u128 + 100 {
            denials.one_more(person(number), at(0));
        }
        assert_eq!(denials.persons.len(), DENIALS_PERSONS_MAX);
        denials.one_more(person(u128::MAX), at(DENIALS_WINDOW_SECONDS));
        assert_eq!(denials.persons.len(), 1, "what is old makes room");
    }
}
