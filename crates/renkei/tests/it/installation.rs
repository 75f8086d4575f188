//! An installation in a folder, made by the real program: `init`, trust, register, a small storage to import.
//!
//! Made once for each test and copied for each of its rounds, so that every round begins from the very same bytes:
//! the same root keys, hence the same keyed hashes, hence records that can be compared row by row.

use renkei_app::card::{CardReaders, NotAsked, ReaderState};
use renkei_app::session::{Caller, PROFESSIONAL_ENTRANCE};
use renkei_app::{House, HouseSettings, Parts};
use renkei_blobs::Blobs;
use renkei_db::Database;
use renkei_hpki::Trust;
use renkei_kernel::{CardReadId, Clock, Ids, ReaderId, SystemClock, SystemEntropy, Timestamp};
use renkei_keys::Sealer;
use renkei_ledger::{Ledger, Sequencer, SequencerSettings, SigningKey};
use renkei_testkit::Lab;
use renkei_testpki::{Authority, Level, Profile, TestPki};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;
use tempfile::TempDir;

/// Facility code of アオバ内科, whose storage is imported.
pub const AOBA: &str = "1710000001";
pub const TRAIL_NAME: &str = "renkei.trail/main";
/// Patients of the storage beside ハナ and キヨ, with few files each: many small commits.
const FURTHER_PATIENTS: u32 = 12;

/// Folders of one installation and of the storage beside it.
#[derive(Debug, Clone)]
pub struct Installation {
    pub folder: PathBuf,
}

/// Runs the built program to its end.
pub fn renkei(arguments: &[&str]) -> Output {
    command(arguments).output().expect("the program starts")
}

/// The built program with arguments, quiet.
pub fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_renkei"));
    command.args(arguments).env("RENKEI_LOG", "error").env_remove("RENKEI_CONFIG");
    command
}

/// What a run of the program said, for the message of a failed scene.
pub fn said(output: &Output) -> String {
    format!("{} {}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

impl Installation {
    /// A new installation below `folder`, with register and storage but nothing imported.
    pub fn make(folder: &Path) -> Self {
        let this = Self { folder: folder.join("house") };
        let made = renkei(&["init", this.folder.to_str().unwrap()]);
        assert!(made.status.success(), "{}", said(&made));
        let pki = TestPki::seeded(20_261_121, SystemClock.now());
        pki.write_trust(&this.folder.join("trust")).unwrap();
        let doctor = Profile::person("Ichiro Minato", "TESTD000021", &["Medical Doctor"], Level::Production);
        let nurse = Profile::person("Aki Tsubaki", "TESTN000031", &["General Nurse"], Level::Test);
        for (name, profile) in [("doctor.chain", doctor), ("nurse.chain", nurse)] {
            let chain: Vec<String> = pki.issue(&profile).unwrap().presented().iter().map(hex::encode).collect();
            std::fs::write(this.folder.join(name), chain.join("\n")).unwrap();
        }
        let issuer = pki.authority(Authority::PersonAuth).unwrap().fingerprint();
        let register = include_str!("../../../testkit/src/region.toml").replace("{issuer}", &issuer);
        std::fs::write(this.folder.join("register.toml"), register + &further_patients()).unwrap();
        let loaded = this.run(&["register", "load"], &[this.folder.join("register.toml").to_str().unwrap()]);
        assert!(loaded.status.success(), "{}", said(&loaded));
        this.write_storage();
        std::fs::create_dir_all(this.folder.join("nothing")).unwrap();
        this
    }

    /// A copy of this installation in `to`, which is made.
    pub fn copy_to(&self, to: &Path) -> Self {
        copy(&self.folder, to);
        Self { folder: to.to_owned() }
    }

    pub fn config(&self) -> String {
        self.folder.join("renkei.toml").to_str().unwrap().to_owned()
    }

    /// Runs a command on this installation: its words, `--config`, its further arguments.
    pub fn run(&self, words: &[&str], further: &[&str]) -> Output {
        self.command(words, further).output().expect("the program starts")
    }

    pub fn command(&self, words: &[&str], further: &[&str]) -> Command {
        let config = self.config();
        let arguments: Vec<&str> =
            words.iter().copied().chain(["--config", &config]).chain(further.iter().copied()).collect();
        command(&arguments)
    }

    /// The import of the storage named `storage` or `nothing`.
    pub fn import(&self, storage: &str) -> Command {
        let path = self.folder.join(storage);
        self.command(&["import", "ssmix2"], &["--institution", AOBA, "--format", "json", path.to_str().unwrap()])
    }

    /// `renkei ledger verify` with the kept checkpoints, as JSON.
    pub fn verify(&self) -> serde_json::Value {
        let output = self.run(&["ledger", "verify"], &["--format", "json"]);
        assert!(output.status.success(), "the trail does not verify: {}", said(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub fn database_file(&self) -> PathBuf {
        self.folder.join("data/renkei.sqlite")
    }

    /// Whether a program writes this installation's database at this moment.
    pub fn is_held(&self) -> bool {
        renkei_db::in_use(&self.database_file())
    }

    fn write_storage(&self) {
        let root = self.folder.join("storage");
        for order in 1..=90 {
            put(&root, &Lab::hba1c("0000123", "20261001", order, "7.8"));
            if u32::is_multiple_of(order, 3) {
                put(&root, &Lab::hba1c("0000456", "20261001", order, "6.1").of("磯部", "キヨ", "19480701"));
            }
        }
        // A correction, a withdrawal, a large original, one of a patient without consent, one broken.
        put(&root, &Lab::hba1c("0000123", "20261002", 91, "7.1").flagged('2'));
        put(&root, &Lab::hba1c("0000123", "20261002", 92, "7.2").flagged('0'));
        let large = Lab::hba1c("0000123", "20261003", 93, "7.0");
        let comment = format!("OBX|2|ST|99999^comment^99X||{}||||||F\r", "x".repeat(80_000));
        put_bytes(&root, &large, &[large.bytes(), comment.into_bytes()].concat());
        put(&root, &Lab::hba1c("0000789", "20261001", 1, "6.2").of("岬", "タロウ", "20090505"));
        put_bytes(&root, &Lab::hba1c("0000456", "20261004", 94, "1.0"), b"\0broken");
        for number in 1..=FURTHER_PATIENTS {
            for order in 1..=6 {
                let lab = Lab::hba1c(&chart_number(number), "20261005", 100 * number + order, "5.5");
                put(&root, &lab.of("試験", "タロウ", "19700101"));
            }
        }
    }

    /// Opens the house inside this process, as the program does, with its sequencer running.
    pub async fn open(&self) -> Opened {
        let ids = Ids::new(Arc::new(SystemClock), Arc::new(SystemEntropy));
        let keys = self.folder.join("keys");
        let sealer = Sealer::open(&keys, ids.clone()).await.expect("the keys open");
        let db = Database::open(renkei_db::Settings::sqlite(self.database_file())).await.expect("the database opens");
        renkei_ledger::migrate(&db, ids.now()).await.expect("trail tables");
        let ledger = Ledger::new(ids.clone(), "renkei/test");
        let key = Arc::new(SigningKey::load(&keys, TRAIL_NAME).expect("the signing key"));
        let blobs = Blobs::open(&self.folder.join("data/originals"), sealer.clone()).expect("originals");
        let trust = Trust::load(&self.folder.join("trust"), ids.now()).expect("trust");
        let settings = SequencerSettings { key: key.clone(), checkpoint_folder: self.folder.join("checkpoints") };
        let sequencer = Sequencer::start(db.clone(), &ledger, settings).await.expect("the trail fits its checkpoints");
        let parts = Parts { ids, db, sealer, ledger, blobs, trust, settings: HouseSettings::default() };
        let house = House::open(parts).await.expect("the house opens");
        house.connect_readers(Arc::new(AlwaysReady));
        house.connect_sequencer(sequencer.orders());
        Opened { house, sequencer: Arc::new(sequencer), key }
    }

    /// A doctor of ミナト総合病院 at the professional entrance.
    pub fn doctor(&self) -> Caller {
        self.caller("doctor.chain")
    }

    /// A nurse of the same hospital.
    pub fn nurse(&self) -> Caller {
        self.caller("nurse.chain")
    }

    fn caller(&self, chain: &str) -> Caller {
        let chain = std::fs::read_to_string(self.folder.join(chain)).unwrap();
        let chain = chain.lines().map(|line| hex::decode(line).unwrap()).collect();
        let source = IpAddr::from([10, 17, 2, 7]);
        Caller { entrance: PROFESSIONAL_ENTRANCE, source: Some(source), chain: Some(Arc::new(chain)) }
    }

    /// Every checkpoint kept outside, as written.
    pub fn kept_checkpoints(&self) -> Vec<Vec<u8>> {
        let mut notes = Vec::new();
        for path in files(&self.folder.join("checkpoints")) {
            if path.extension().is_some_and(|ending| ending == "checkpoint") {
                notes.push(std::fs::read(path).unwrap());
            }
        }
        notes
    }
}

/// A house opened inside the test.
pub struct Opened {
    pub house: House,
    pub sequencer: Arc<Sequencer>,
    pub key: Arc<SigningKey>,
}

impl Opened {
    pub async fn close(self) {
        self.sequencer.stop().await.expect("the sequencer stops");
        self.house.db().close().await.expect("the database closes");
        self.house.sealer().store().close().await.expect("the key store closes");
    }
}

/// A reader that is always there.
struct AlwaysReady;

impl CardReaders for AlwaysReady {
    fn request(&self, _: ReaderId, _: CardReadId, _: Timestamp) -> Result<(), NotAsked> {
        Ok(())
    }
    fn state(&self, _: ReaderId) -> ReaderState {
        ReaderState::Ready
    }
}

fn chart_number(number: u32) -> String {
    format!("{:07}", 5_000 + number)
}

fn further_patients() -> String {
    let mut text = String::new();
    for number in 1..=FURTHER_PATIENTS {
        let chart = chart_number(number);
        writeln!(
            text,
            "[[patient]]\nkey = \"p{number}\"\nfamily = \"試験\"\ngiven = \"タロウ\"\nfamily_kana = \"シケン\"\n\
             given_kana = \"タロウ\"\nbirth_date = 1970-01-01\nsex = \"M\"\nfrom = 2014-04-01\n\
             [[chart]]\nkey = \"p{number}@aoba\"\ninstitution = \"aoba\"\nnumber = \"{chart}\"\npatient = \"p{number}\"\n\
             from = 2014-04-01\n\
             [[consent]]\nkey = \"p{number}-consent\"\npatient = \"p{number}\"\nscope = \"own_region\"\n\
             home_region = \"noto-hokubu\"\nform_serial = \"1{number:05}\"\nfrom = 2025-04-01\n"
        )
        .unwrap();
    }
    text
}

fn put(root: &Path, lab: &Lab) {
    put_bytes(root, lab, &lab.bytes());
}

/// Writes a file where the standard storage has it.
fn put_bytes(root: &Path, lab: &Lab, bytes: &[u8]) {
    let number = &lab.patient_number;
    let folder = root.join(&number[..3]).join(&number[3..6]).join(number).join(&lab.day).join("OML-11");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(lab.file_name()), bytes).unwrap();
}

/// All files below a folder, in order.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut waiting, mut found) = (vec![folder.to_owned()], Vec::new());
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() { waiting.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found.sort();
    found
}

/// Copies a folder with its permissions; sockets are left out.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (kind, target) = (entry.file_type().unwrap(), to.join(entry.file_name()));
        // The storage is only read: one for all copies.
        if entry.file_name() == "storage" {
            let original = entry.path().canonicalize().unwrap();
            std::os::unix::fs::symlink(original, target).unwrap();
        } else if kind.is_dir() {
            copy(&entry.path(), &target);
        } else if kind.is_file() {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// A folder for an installation and its copies.
pub fn scratch() -> TempDir {
    tempfile::Builder::new().prefix("renkei-torn-").tempdir().unwrap()
}
