//! The world: a house with its register loaded, its people and their certificates.

use renkei_app::card::{CardAnswer, CardReadOutcome, CardReaders, NotAsked, ReaderState};
use renkei_app::session::{Caller, PROFESSIONAL_ENTRANCE, Session};
use renkei_app::{AppError, House, HouseSettings, Parts, Refusal};
use renkei_blobs::Blobs;
use renkei_db::sea_orm::{ConnectionTrait, Statement};
use renkei_db::testing::TestDatabase;
use renkei_db::{Database, Engine};
use renkei_hpki::Trust;
use renkei_kernel::{
    CardReadId, GrantId, Ids, InstitutionId, PersonId, ReaderId, SettableClock, SystemEntropy, Timestamp, Withheld,
};
use renkei_keys::Sealer;
use renkei_ledger::{Ledger, Report, Sequencer, SequencerSettings, SigningKey};
use renkei_participation::register::Section;
use renkei_testpki::{Authority, Issued, Level, Profile, TestPki};
use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

const TRAIL: &str = "renkei.test/trail";

/// An instant by the wall clock in Tokyo: `tokyo("2026-11-21T10:00")`.
pub fn tokyo(text: &str) -> Timestamp {
    Timestamp::from_tokyo(text.parse::<jiff::civil::DateTime>().expect("a date and time"))
}

/// Readers that are always there, unless a scene says otherwise.
#[derive(Debug, Default)]
pub struct Readers(Mutex<Option<NotAsked>>);

impl Readers {
    /// What every request is answered from now on.
    pub fn answer(&self, answer: Result<(), NotAsked>) {
        *self.0.lock().expect("the readers") = answer.err();
    }
}

impl CardReaders for Readers {
    fn request(&self, _: ReaderId, _: CardReadId, _: Timestamp) -> Result<(), NotAsked> {
        self.0.lock().expect("the readers").map_or(Ok(()), Err)
    }
    fn state(&self, _: ReaderId) -> ReaderState {
        ReaderState::Ready
    }
}

/// A house in a folder of its own.
pub struct World {
    pub house: House,
    pub clock: Arc<SettableClock>,
    pub pki: TestPki,
    pub sequencer: Sequencer,
    pub folder: TempDir,
    pub readers: Arc<Readers>,
    key: Arc<SigningKey>,
    cards: Mutex<HashMap<String, Issued>>,
    _database: TestDatabase,
}

impl World {
    /// At 10:00 on 21 November 2026, on SQLite; on PostgreSQL when the whole suite is run for it
    /// (`RENKEI_TEST_ENGINE=postgresql`).
    pub async fn new() -> Self {
        match std::env::var("RENKEI_TEST_ENGINE").as_deref() {
            Ok("postgresql") => Self::on(Engine::Postgres).await,
            Ok("sqlite") | Err(_) => Self::on(Engine::Sqlite).await,
            Ok(other) => panic!("RENKEI_TEST_ENGINE is sqlite or postgresql, not {other}"),
        }
    }

    pub async fn on(engine: Engine) -> Self {
        Self::over(renkei_db::testing::open(engine).await).await
    }

    /// Over a database that the scene opened itself.
    pub async fn over(database: TestDatabase) -> Self {
        crate::logs::start();
        let clock = Arc::new(SettableClock::frozen(tokyo("2026-11-21T10:00:00")));
        let ids = Ids::new(clock.clone(), Arc::new(SystemEntropy));
        let folder = tempfile::tempdir().expect("a folder");
        let pki = TestPki::seeded(20_261_121, ids.now());
        pki.write_trust(&folder.path().join("trust")).expect("trust files");
        let db = database.database();
        let keys = folder.path().join("keys");
        let sealer = Sealer::init(&keys, ids.clone()).await.expect("keys");
        renkei_ledger::migrate(&db, ids.now()).await.expect("trail tables");
        let key = Arc::new(SigningKey::create(&keys, TRAIL, &SystemEntropy).expect("a signing key"));
        let ledger = Ledger::new(ids.clone(), "renkei/test");
        let settings = SequencerSettings { key: key.clone(), checkpoint_folder: folder.path().join("checkpoints") };
        let sequencer = Sequencer::start(db.clone(), &ledger, settings).await.expect("a sequencer");
        let blobs = Blobs::open(&folder.path().join("originals"), sealer.clone()).expect("originals");
        let trust = Trust::load(&folder.path().join("trust"), ids.now()).expect("trust");
        let house = House::open(Parts { ids, db, sealer, ledger, blobs, trust, settings: HouseSettings::default() })
            .await
            .expect("a house");
        let readers = Arc::new(Readers::default());
        house.connect_readers(readers.clone());
        house.connect_sequencer(sequencer.orders());
        let cards = Mutex::default();
        let world = Self { house, clock, pki, sequencer, folder, readers, key, cards, _database: database };
        world.load(&world.register()).await;
        world
    }

    /// The same place after a restart: what lives in memory only is forgotten.
    pub async fn restarted(&self) -> House {
        let trust = Trust::load(&self.folder.path().join("trust"), self.house.now()).expect("trust");
        let house = House::open(Parts {
            ids: self.house.ids().clone(),
            db: self.db().clone(),
            sealer: self.house.sealer().clone(),
            ledger: self.house.ledger().clone(),
            blobs: self.house.blobs().clone(),
            trust,
            settings: HouseSettings::default(),
        });
        let house = house.await.expect("a house");
        house.connect_readers(self.readers.clone());
        house
    }

    /// Does to the database what no use case would.
    pub async fn sql(&self, statement: impl Into<String>) {
        let statement: Arc<str> = statement.into().into();
        let done = self.db().act(move |tx| {
            let statement = statement.clone();
            Box::pin(async move {
                tx.execute_unprepared(&statement).await?;
                Ok::<_, renkei_db::Error>(())
            })
        });
        done.await.expect("a statement");
    }

    /// The one number that a question to the database answers.
    pub async fn number(&self, question: &str) -> i64 {
        let on = self.db().reader();
        let question = Statement::from_string(on.get_database_backend(), question);
        let row = on.query_one_raw(question).await.expect("an answer").expect("a row");
        row.try_get_by_index(0).expect("a number")
    }

    /// The world's register with its authority filled in.
    pub fn register(&self) -> String {
        let issuer = self.pki.authority(Authority::PersonAuth).expect("authority").fingerprint();
        include_str!("region.toml").replace("{issuer}", &issuer)
    }

    pub async fn load(&self, register: &str) {
        if let Err(error) = self.house.load_register(register).await {
            panic!("the register was refused: {error:?}");
        }
    }

    /// Folder of the database file and originals: what a thief of the data folder would have.
    pub fn data_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut waiting = vec![self._database.folder().to_path_buf(), self.folder.path().join("originals")];
        while let Some(folder) = waiting.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                if entry.path().is_dir() { waiting.push(entry.path()) } else { files.push(entry.path()) }
            }
        }
        files
    }

    pub fn db(&self) -> &Database {
        self.house.db()
    }

    /// The certificate bound to a person of the register: the same card each time.
    pub fn certificate(&self, person: &str) -> Issued {
        let mut cards = self.cards.lock().expect("cards");
        cards.entry(person.to_owned()).or_insert_with(|| self.issue(person)).clone()
    }

    fn issue(&self, person: &str) -> Issued {
        let profile = match person {
            "dr-minato" => Profile::person("Ichiro Minato", "TESTD000021", &["Medical Doctor"], Level::Production),
            "dr-aoba" => Profile::person("Nozomi Aoba", "TESTD000022", &["Medical Doctor"], Level::Production),
            "nurse-tsubaki" => Profile::person("Aki Tsubaki", "TESTN000031", &["General Nurse"], Level::Test),
            "dietitian-kaede" => {
                Profile::person("Minori Kaede", "TESTT000041", &["National Registered Dietitian"], Level::Test)
            }
            other => panic!("nobody is called {other}"),
        };
        self.pki.issue(&profile).expect("a certificate")
    }

    /// The line of a person's institution.
    fn line(person: &str) -> IpAddr {
        match person {
            "dr-aoba" => IpAddr::from([10, 17, 1, 7]),
            _ => IpAddr::from([10, 17, 2, 7]),
        }
    }

    /// A request of somebody at the professional entrance.
    pub fn caller(&self, person: &str) -> Caller {
        self.caller_with(&self.certificate(person), Self::line(person))
    }
    pub fn caller_with(&self, certificate: &Issued, source: IpAddr) -> Caller {
        Caller { entrance: PROFESSIONAL_ENTRANCE, source: Some(source), chain: Some(Arc::new(certificate.presented())) }
    }

    /// Signs in and answers the session.
    pub async fn sign_in(&self, person: &str) -> Session {
        let (_token, session) = self.house.sign_in(&self.caller(person)).await.expect("a session");
        session
    }
    /// Signs in and answers the cookie's token too.
    pub async fn sign_in_with_token(&self, person: &str) -> (Withheld<String>, Session) {
        let (token, session) = self.house.sign_in(&self.caller(person)).await.expect("a session");
        crate::logs::plant(token.reveal());
        (token, session)
    }

    pub async fn reader(&self, key: &str) -> ReaderId {
        let id = self.house.register_id(Section::Reader, key).await.expect("register").expect("a reader");
        id.into()
    }
    pub async fn institution(&self, key: &str) -> InstitutionId {
        let id = self.house.register_id(Section::Institution, key).await.expect("register").expect("an institution");
        id.into()
    }
    pub async fn patient(&self, key: &str) -> PersonId {
        let id = self.house.register_id(Section::Patient, key).await.expect("register").expect("a patient");
        id.into()
    }

    /// The card of a patient of the register.
    pub fn card(patient: &str) -> &'static str {
        match patient {
            "hana" => "felica:012E4CE17A3B5C6D",
            "kiyo" => "felica:012E4CE17A3B5C6E",
            "taro" => "felica:012E4CE17A3B5C6F",
            "stranger" => "felica:0123456789ABCDEF",
            other => panic!("nobody is called {other}"),
        }
    }

    /// Asks for a read at the session's reader and lays a patient's card on it.
    pub async fn touch(&self, session: &Session, patient: &str) -> CardReadOutcome {
        let readers = self.house.readers_of(session.institution).await.expect("readers");
        let reader = readers.first().expect("a reader").id;
        let read = self.house.request_card_read(session, reader).await.expect("a read");
        let card = Withheld::new(Self::card(patient).to_owned());
        self.house.card_answered(CardAnswer { read, reader, card, level: 1 }).await.expect("an answer");
        self.house.card_read_outcome(session, read).await.expect("an outcome")
    }

    /// Touches a card and answers the visit it opened.
    pub async fn open(&self, session: &Session, patient: &str) -> GrantId {
        match self.touch(session, patient).await {
            CardReadOutcome::Opened(grant) => grant,
            other => panic!("the card of {patient} opened nothing: {other:?}"),
        }
    }

    /// Everything in the trail, oldest first, as JSON.
    pub async fn trail(&self) -> Vec<serde_json::Value> {
        self.sequencer.flush().await.expect("a flush");
        renkei_ledger::testing::all_entries(self.db()).await.expect("the trail")
    }
    /// The reasons noted with events of a name.
    pub async fn reasons(&self, name: &str) -> Vec<String> {
        self.trail()
            .await
            .iter()
            .filter(|entry| entry["event"] == name)
            .filter_map(|entry| entry["detail"]["reason"].as_str().map(str::to_owned))
            .collect()
    }
    pub async fn count(&self, name: &str) -> usize {
        self.trail().await.iter().filter(|entry| entry["event"] == name).count()
    }
    /// Numbers what waits and verifies the whole trail.
    pub async fn verify(&self) -> Report {
        self.sequencer.flush().await.expect("a flush");
        renkei_ledger::verify(self.db(), &[self.key.verifier()], &[]).await.expect("a verification")
    }
}

/// The refusal of an act that had to be refused.
pub fn refused<T>(result: Result<T, AppError>) -> Refusal {
    match result {
        Err(AppError::Refused(refusal) | AppError::NotYet { refusal, .. }) => refusal,
        Err(other) => panic!("failed instead of refusing: {other}"),
        Ok(_) => panic!("was not refused"),
    }
}
