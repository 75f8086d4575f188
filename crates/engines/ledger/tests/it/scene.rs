//! A trail with a clock to turn, permits as the gate would mint them, and events of all kinds.

use renkei_access::{Actor, ItemScopes, Operation, Permit, PermitKind, PermitParts, Purpose, Reason, Subject, Zone};
use renkei_db::sea_orm::{ConnectionTrait, Statement, Value};
use renkei_db::testing::TestDatabase;
use renkei_db::{BoxFuture, Database, Engine};
use renkei_kernel::{Ids, InstitutionId, PersonId, SeededEntropy, SettableClock, Timestamp};
use renkei_ledger::{
    Error, Event, EventName, Ledger, Outcome, Report, Sequencer, SequencerSettings, SigningKey, VerifierKey, record,
    record_alone, record_read, verify,
};
use renkei_participation::Role;
use std::path::PathBuf;
use std::sync::Arc;

pub const ORIGIN: &str = "renkei.example/trail";
pub const START: Timestamp = Timestamp(1_767_225_600_000_000);

pub struct Scene {
    pub test: TestDatabase,
    pub clock: Arc<SettableClock>,
    pub ids: Ids,
    pub ledger: Ledger,
    pub key: Arc<SigningKey>,
    pub outside: tempfile::TempDir,
    pub sequencer: Sequencer,
}

impl Scene {
    pub async fn new(engine: Engine) -> Self {
        let test = renkei_db::testing::open(engine).await;
        let clock = Arc::new(SettableClock::frozen(START));
        let ids = Ids::new(clock.clone(), Arc::new(SeededEntropy::new(4)));
        renkei_ledger::migrate(&test, ids.now()).await.unwrap();
        let ledger = Ledger::new(ids.clone(), "renkei/test");
        let outside = tempfile::tempdir().unwrap();
        let key = Arc::new(SigningKey::create(&outside.path().join("keys"), ORIGIN, &SeededEntropy::new(5)).unwrap());
        let settings = SequencerSettings { key: key.clone(), checkpoint_folder: outside.path().join("checkpoints") };
        let sequencer = Sequencer::start(test.database(), &ledger, settings).await.unwrap();
        Self { test, clock, ids, ledger, key, outside, sequencer }
    }

    pub fn folder(&self) -> PathBuf {
        self.outside.path().join("checkpoints")
    }
    pub fn settings(&self) -> SequencerSettings {
        SequencerSettings { key: self.key.clone(), checkpoint_folder: self.folder() }
    }
    pub fn keys(&self) -> Vec<VerifierKey> {
        vec![self.key.verifier()]
    }
    pub fn latest(&self) -> Vec<u8> {
        std::fs::read(self.folder().join("latest.checkpoint")).unwrap()
    }

    pub fn permit(&self, patient: PersonId) -> Permit {
        Permit::minted_by_gate(PermitParts {
            decision_id: self.ids.next(),
            kind: PermitKind::Care,
            subject: Subject::Patient(patient),
            actor: Actor::Person {
                person: self.ids.next(),
                role: Role::ALL[0],
                institution: Some(self.ids.next::<InstitutionId>()),
                session: Some(self.ids.next()),
            },
            operation: Operation::View,
            zone: Zone::Professional,
            purpose: Purpose::Treatment,
            at: self.ids.now(),
            until: self.ids.now().plus_seconds(3_600),
            scope: Arc::new(ItemScopes::everything(self.ids.now())),
            because: vec![Reason::GrantCard, Reason::MatrixAllows],
            obligations: vec![],
            grant: None,
            matrix_version: Some(0),
            batch: None,
        })
    }

    /// A read of a patient, recorded before anything is read.
    pub async fn look(&self, patient: PersonId) -> renkei_ledger::Recorded {
        let event = self.ledger.event(EventName::AccessGranted);
        record_read(&self.test, self.permit(patient), event).await.unwrap()
    }

    /// A write of a patient: the record is part of the act.
    pub async fn write(&self, patient: PersonId, keep: bool) -> Result<(), Error> {
        let event = self.ledger.event(EventName::RecordStored).object("entry", self.ids.next::<PersonId>());
        let permit = self.permit(patient);
        self.test
            .act(move |tx| -> BoxFuture<'_, Result<(), Error>> {
                let (permit, event) = (permit.clone(), event.clone());
                Box::pin(async move {
                    record(tx, &permit, &event).await?;
                    if keep { Ok(()) } else { Err(Error::NoSuchSize(0)) }
                })
            })
            .await
    }

    pub fn refusal(&self) -> Event {
        self.ledger
            .event(EventName::AuthFailure)
            .outcome(Outcome::Minor)
            .actor(Actor::Unknown)
            .listener(Zone::Professional)
            .peer("192.0.2.7".parse().unwrap())
            .detail("reason", "certificate_revoked")
    }

    /// `count` acts of different kinds by different people.
    pub async fn mixed_acts(&self, count: usize) {
        let patients: Vec<PersonId> = (0..7).map(|_| self.ids.next()).collect();
        for act in 0..count {
            self.clock.advance_seconds(1);
            let patient = patients[act % patients.len()];
            match act % 4 {
                0 | 1 => drop(self.look(patient).await),
                2 => self.write(patient, true).await.unwrap(),
                _ => drop(record_alone(&self.test, self.refusal()).await.unwrap()),
            }
        }
    }

    pub async fn verify(&self, kept: &[Vec<u8>]) -> Report {
        verify(&self.test, &self.keys(), kept).await.unwrap()
    }

    /// What somebody with the database's own tools would do.
    pub async fn tamper(&self, sql: &str, values: Vec<Value>) {
        execute(&self.test, sql, values).await;
    }

    pub async fn entry(&self, number: i64) -> Vec<u8> {
        let reader = self.test.reader();
        let statement = Statement::from_sql_and_values(
            reader.get_database_backend(),
            "SELECT entry FROM trail_entries WHERE number = $1",
            [number.into()],
        );
        reader.query_one_raw(statement).await.unwrap().unwrap().try_get("", "entry").unwrap()
    }

    /// The sizes over which checkpoints were signed, ascending.
    pub async fn signed_sizes(&self) -> Vec<i64> {
        let reader = self.test.reader();
        let sql = "SELECT size FROM trail_checkpoints ORDER BY size";
        let rows = reader.query_all_raw(Statement::from_string(reader.get_database_backend(), sql)).await.unwrap();
        rows.iter().map(|row| row.try_get("", "size").unwrap()).collect()
    }

    /// Changes one bit in the middle of an entry.
    pub async fn flip_a_bit(&self, number: i64) {
        let mut entry = self.entry(number).await;
        let middle = entry.len() / 2;
        entry[middle] ^= 1;
        self.tamper("UPDATE trail_entries SET entry = $1 WHERE number = $2", vec![entry.into(), number.into()]).await;
    }
}

pub async fn execute(database: &Database, sql: &str, values: Vec<Value>) {
    let sql = sql.to_owned();
    database
        .act(move |tx| -> BoxFuture<'_, Result<(), renkei_db::Error>> {
            let (sql, values) = (sql.clone(), values.clone());
            Box::pin(async move {
                let statement = Statement::from_sql_and_values(tx.get_database_backend(), sql, values);
                tx.execute_raw(statement).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
}
