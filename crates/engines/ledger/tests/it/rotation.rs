//! A new signing key: what both keys sign, what neither may, and a rotation cut short anywhere.

use crate::scene::{ORIGIN, Scene};
use renkei_access::Actor;
use renkei_db::{Database, Engine};
use renkei_kernel::{EventId, SeededEntropy};
use renkei_ledger::{
    Checkpoint, Error, EventName, Fault, HandOver, Sequencer, SigningKey, Warning, read_verifier_keys, record_alone,
    signing_keys, verify,
};
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::sync::Arc;

impl Scene {
    fn keys_folder(&self) -> PathBuf {
        self.outside.path().join("keys")
    }
    fn key_file(&self, name: &str) -> PathBuf {
        self.keys_folder().join(name)
    }
    /// The key that lies in the folder now.
    fn load_key(&self) -> Arc<SigningKey> {
        Arc::new(SigningKey::load(&self.keys_folder(), ORIGIN).unwrap())
    }
    /// Ends the sequencer and starts one with the key that lies there, as a start of the program does.
    async fn start_again(&mut self) -> Result<(), Error> {
        self.sequencer.stop().await.ok();
        self.key = self.load_key();
        self.sequencer = Sequencer::start(self.test.database(), &self.ledger, self.settings()).await?;
        Ok(())
    }
    /// What the trail says of its signing keys: event, state, entry.
    async fn told(&self) -> Vec<(String, String)> {
        self.sequencer.flush().await.unwrap();
        let entries = self.entries().await;
        let of_keys = entries.iter().filter(|entry| entry["object"]["class"] == "trail_signing_key");
        let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        of_keys.map(|entry| (word(&entry["event"]), word(&entry["detail"]["state"]))).collect()
    }
    async fn entries(&self) -> Vec<serde_json::Value> {
        let mut entries = Vec::new();
        for number in 0..self.verify(&[]).await.entries {
            entries.push(serde_json::from_slice(&self.entry(number as i64).await).unwrap());
        }
        entries
    }
    fn every_kept(&self) -> Vec<Vec<u8>> {
        let mut notes = Vec::new();
        for day in fs::read_dir(self.folder()).unwrap() {
            let day = day.unwrap().path();
            if day.is_dir() {
                let files = fs::read_dir(day).unwrap().map(|file| file.unwrap().path());
                let whole = files.filter(|path| path.extension().is_some_and(|ending| ending == "checkpoint"));
                notes.extend(whole.map(|path| fs::read(path).unwrap()));
            }
        }
        notes.push(self.latest());
        notes
    }
}

fn pair(event: &str, state: &str) -> (String, String) {
    (event.to_owned(), state.to_owned())
}

fn done() -> Vec<(String, String)> {
    vec![pair("key.rotated", "handed_over"), pair("key.destroyed", "destroyed")]
}

/// R-X-16, R-X-04: the trail goes on under a new key; whoever kept the old public key or the new one verifies all of
/// it; the old private key is gone, and the trail says who followed whom.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_signing_key_follows_and_either_public_key_verifies_the_whole_trail() {
    for engine in Engine::BOTH {
        let mut scene = Scene::new(engine).await;
        let old_secret = fs::read(scene.key_file("trail-signing.key")).unwrap();
        let (old, mut all) = (scene.key.verifier(), vec![scene.key.verifier()]);
        scene.mixed_acts(300).await;
        for round in 1..=2u64 {
            let handed = scene.sequencer.orders().rotate_key().await.unwrap();
            assert_eq!((&handed.key_before, handed.size), (&all[all.len() - 1].to_string(), round * 301 + round - 1));
            all.push(scene.load_key().verifier());
            assert_eq!(handed.key_after, all[all.len() - 1].to_string(), "{engine:?}");
            scene.mixed_acts(300).await;
        }
        assert_eq!(scene.told().await, [done(), done()].concat());
        let names: Vec<_> = fs::read_dir(scene.keys_folder()).unwrap().map(|file| file.unwrap().file_name()).collect();
        assert_eq!(names, ["trail-signing.key"], "nothing is left over");
        assert_ne!(fs::read(scene.key_file("trail-signing.key")).unwrap(), old_secret);
        let mode = fs::metadata(scene.key_file("trail-signing.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        // With every checkpoint that lies outside, by any one of the keys, before and after a new start.
        for _ in 0..2 {
            for key in &all {
                let report = verify(&scene.test, std::slice::from_ref(key), &scene.every_kept()).await.unwrap();
                assert!(report.is_ok() && report.warnings.is_empty(), "{engine:?} {report:?}");
                assert_eq!(report.covered, report.entries);
            }
            scene.start_again().await.unwrap();
        }
        // What is published: the key in force, all keys with their sizes, and the notes that link them.
        let read = |name: &str| fs::read_to_string(scene.folder().join(name)).unwrap();
        assert_eq!(read_verifier_keys(&read("trail.pub")).unwrap(), all[2..]);
        assert_eq!(read_verifier_keys(&read("trail.keys")).unwrap(), all);
        let link = HandOver::read(read("hand-overs/000000000301.checkpoint").as_bytes()).unwrap();
        assert_eq!((&link.before, &link.after), (&all[0], &all[1]));
        // An auditor who knows nothing of rotations still reads that note by the key that was kept.
        assert_eq!(Checkpoint::read(link.checkpoint().note().as_bytes(), &[old]).unwrap().size(), 301);
        let (ring, links, since) = signing_keys(&scene.test, &all[1..2]).await.unwrap();
        assert_eq!((ring.spans().len(), links.len(), since.is_some()), (3, 2, true));
        assert_eq!(ring.published(), read("trail.keys"));
        // A proof handed out before the rotation holds by the old key, one of today by the new.
        let proof = renkei_ledger::prove_number(&scene.test, 5).await.unwrap();
        assert!(proof.holds(&scene.entry(5).await, &all[2..]) && !proof.holds(&scene.entry(5).await, &all[..1]));
    }
}

/// Case 17: the old key, copied before it was destroyed, signs once more, inside and outside; the new one signs for a
/// time before its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_used_outside_its_time_is_named() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(20).await;
        let stolen = scene.key.clone();
        scene.sequencer.orders().rotate_key().await.unwrap();
        scene.mixed_acts(9).await;
        scene.sequencer.stop().await.unwrap();
        let new = scene.load_key();
        let honest = Checkpoint::read(&scene.latest(), &[new.verifier()]).unwrap();
        let forged = stolen.sign(honest.size(), honest.root());
        let early = new.sign(7, &[3; 32]);
        for key in [stolen.verifier(), new.verifier()] {
            let kept = [forged.note().as_bytes().to_vec(), early.note().as_bytes().to_vec()];
            let report = verify(&scene.test, std::slice::from_ref(&key), &kept).await.unwrap();
            let named =
                |key: &SigningKey| Fault::KeyOutOfTurn { size: None, key: key.verifier().id_text(), kept: true };
            assert_eq!(report.faults, [named(&stolen), named(&new)], "{engine:?}");
        }
        let sql = "UPDATE trail_checkpoints SET note = $1 WHERE size = $2";
        scene.tamper(sql, vec![forged.note().into(), (honest.size() as i64).into()]).await;
        let report = verify(&scene.test, &[new.verifier()], &[]).await.unwrap();
        let key = stolen.verifier().id_text();
        assert_eq!(report.faults, [Fault::KeyOutOfTurn { size: Some(honest.size()), key, kept: false }], "{engine:?}");
        assert!(report.faults[0].text_ja().contains(&stolen.verifier().id_text()));
    }
}

/// Case 17: with every trace of the new key removed from the tables, the old one signs on: the record of the
/// hand-over still stands in the tree, and whoever trusts the new key sees nothing signed by it.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_that_goes_on_signing_is_named() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(20).await;
        let stolen = scene.key.clone();
        let handed = scene.sequencer.orders().rotate_key().await.unwrap();
        scene.mixed_acts(9).await;
        scene.sequencer.stop().await.unwrap();
        let (kept, new) = (scene.latest(), scene.load_key());
        let honest = Checkpoint::read(&kept, &[new.verifier()]).unwrap();
        scene.tamper("DELETE FROM trail_hand_overs", vec![]).await;
        scene.tamper("DELETE FROM trail_checkpoints WHERE size >= $1", vec![(handed.size as i64).into()]).await;
        let sql = "INSERT INTO trail_checkpoints (size, root, note, signed_at) VALUES ($1, $2, $3, 0)";
        let forged = stolen.sign(honest.size(), honest.root());
        let values = vec![(honest.size() as i64).into(), honest.root().to_vec().into(), forged.note().into()];
        scene.tamper(sql, values).await;
        let report = verify(&scene.test, &[stolen.verifier()], &[]).await.unwrap();
        assert_eq!(report.faults, [Fault::OldKeyWentOn { number: handed.size - 1 }], "{engine:?}");
        assert!(!verify(&scene.test, &[new.verifier()], &[]).await.unwrap().is_ok());
        assert!(!verify(&scene.test, &[stolen.verifier()], &[kept]).await.unwrap().is_ok());
    }
}

/// A hand-over that the tables claim and the trail does not, one whose keys nobody trusts, and one bent.
#[tokio::test(flavor = "multi_thread")]
async fn a_hand_over_that_the_trail_does_not_tell_is_named() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        scene.mixed_acts(20).await;
        let handed = scene.sequencer.orders().rotate_key().await.unwrap();
        scene.sequencer.stop().await.unwrap();
        let (old, new) = (scene.key.verifier(), scene.load_key().verifier());
        let event: EventId = scene.ids.next();
        let whole = fs::read_to_string(scene.folder().join(format!("hand-overs/{:012}.checkpoint", handed.size)));
        let whole = whole.unwrap();
        let stranger = SigningKey::create(&scene.outside.path().join("other"), ORIGIN, &SeededEntropy::new(7)).unwrap();
        let report = verify(&scene.test, &[stranger.verifier()], &[]).await.unwrap();
        assert!(matches!(&report.faults[0], Fault::HandOver { size: None, .. }), "{report:?}");
        scene.tamper("UPDATE trail_hand_overs SET event_id = $1", vec![event.0.into()]).await;
        let report = verify(&scene.test, std::slice::from_ref(&new), &[]).await.unwrap();
        assert!(matches!(&report.faults[..], [Fault::HandOver { size: Some(21), .. }]), "{engine:?} {report:?}");
        let bent = whole.replace(&old.to_string(), &stranger.verifier().to_string());
        scene.tamper("UPDATE trail_hand_overs SET note = $1", vec![bent.into()]).await;
        let report = verify(&scene.test, &[new], &[]).await.unwrap();
        assert!(matches!(&report.faults[0], Fault::HandOver { size: Some(21), .. }), "{engine:?} {report:?}");
    }
}

/// R-X-16: an old key put back from a copy signs nothing; the program refuses to start with it.
#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_put_back_is_refused() {
    let mut scene = Scene::new(Engine::Sqlite).await;
    scene.mixed_acts(5).await;
    let copy = fs::read(scene.key_file("trail-signing.key")).unwrap();
    scene.sequencer.orders().rotate_key().await.unwrap();
    fs::write(scene.key_file("trail-signing.key"), copy).unwrap();
    let refused = scene.start_again().await;
    assert!(matches!(refused, Err(Error::KeyHandedOver { size: 6 })), "{refused:?}");
}

/// A node that was not told of the new key signs no more, whatever it numbers.
#[tokio::test(flavor = "multi_thread")]
async fn another_node_with_the_old_key_signs_nothing_after_the_hand_over() {
    let scene = Scene::new(Engine::Postgres).await;
    scene.mixed_acts(5).await;
    let second = Database::open(scene.test.settings()).await.unwrap();
    let other = Sequencer::start(second.clone(), &scene.ledger, scene.settings()).await.unwrap();
    scene.sequencer.orders().rotate_key().await.unwrap();
    scene.sequencer.stop().await.unwrap();
    scene.mixed_acts(3).await;
    let refused = other.flush().await;
    assert!(matches!(refused, Err(Error::KeyHandedOver { .. })), "{refused:?}");
    let report = verify(&scene.test, &[scene.key.verifier()], &scene.every_kept()).await.unwrap();
    assert!(report.is_ok(), "{report:?}");
    second.close().await.unwrap();
}

/// The moments at which a rotation may be cut, as they lie on the disk afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
enum Cut {
    NewKeyHalfWritten,
    NewKeyWritten,
    NoteHalfWritten,
    NoteWritten,
    Announced,
    Numbered,
    SignedInside,
    KeptOutside,
    OldKeyLinked,
    Exchanged,
    Erased,
    Told,
}

/// R-X-04, R-X-16: cut anywhere, the trail verifies as it lies; the next start throws the new key away when nothing was
/// announced, and finishes otherwise; then the next rotation goes as usual.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_cut_anywhere_is_not_begun_or_finished() {
    use Cut::*;
    for cut in [
        NewKeyHalfWritten,
        NewKeyWritten,
        NoteHalfWritten,
        NoteWritten,
        Announced,
        Numbered,
        SignedInside,
        KeptOutside,
        OldKeyLinked,
        Exchanged,
        Erased,
        Told,
    ] {
        let mut scene = Scene::new(Engine::Sqlite).await;
        scene.mixed_acts(10).await;
        leave_cut(&mut scene, cut).await;
        let lies = verify(&scene.test, &[scene.key.verifier()], &scene.every_kept()).await.unwrap();
        assert!(lies.is_ok(), "{cut:?}: {lies:?}");
        let unfinished = lies.warnings.iter().any(|w| matches!(w, Warning::HandOverUnfinished { number: 10 }));
        assert_eq!(unfinished, cut == Numbered, "{cut:?}");
        assert!(renkei_ledger::key_rotation_begun(&scene.keys_folder()), "{cut:?}");

        scene.start_again().await.unwrap();
        let told = scene.told().await;
        match cut {
            NewKeyHalfWritten | NewKeyWritten | NoteHalfWritten => assert_eq!(told, []),
            NoteWritten => assert_eq!(told, [pair("key.rotated", "cut_short")]),
            // The note still lay there: told once more.
            Told => assert_eq!(told, [done(), done()[1..].to_vec()].concat()),
            _ => assert_eq!(told, done(), "{cut:?}"),
        }
        assert!(!renkei_ledger::key_rotation_begun(&scene.keys_folder()), "{cut:?}");
        assert!(!scene.key_file("trail-signing.key.replaced").exists());
        scene.mixed_acts(3).await;
        scene.sequencer.orders().rotate_key().await.unwrap();
        scene.start_again().await.unwrap();
        let report = verify(&scene.test, &[scene.key.verifier()], &scene.every_kept()).await.unwrap();
        assert!(report.is_ok() && report.warnings.is_empty(), "{cut:?}: {report:?}");
    }
}

/// R-X-04, R-X-16: after a cut rotation the program meets an older copy of the database once: it refuses, and throws
/// nothing away that the right database needs.
#[tokio::test(flavor = "multi_thread")]
async fn an_older_database_met_in_between_costs_no_key() {
    for cut in [Cut::Announced, Cut::Numbered, Cut::KeptOutside] {
        let mut scene = Scene::new(Engine::Sqlite).await;
        scene.mixed_acts(10).await;
        scene.sequencer.flush().await.unwrap();
        leave_cut(&mut scene, cut).await;
        // An older copy: as many entries fewer as a backup of the morning has.
        let tables = ["trail_entries", "trail_hand_overs", "trail_checkpoints", "trail_waiting"];
        for table in tables {
            scene.tamper(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"), vec![]).await;
        }
        scene.tamper("CREATE TABLE kept_size AS SELECT size FROM trail_sequencer", vec![]).await;
        for cut in ["trail_hand_overs", "trail_checkpoints", "trail_waiting"] {
            scene.tamper(&format!("DELETE FROM {cut}"), vec![]).await;
        }
        scene.tamper("DELETE FROM trail_entries WHERE number >= 4", vec![]).await;
        scene.tamper("UPDATE trail_sequencer SET size = 4", vec![]).await;
        let refused = scene.start_again().await;
        assert!(matches!(refused, Err(Error::OlderThanCheckpoint { available: 4, .. })), "{cut:?}: {refused:?}");
        assert!(scene.key_file("trail-signing.key.next").exists(), "{cut:?}");

        for table in tables {
            scene.tamper(&format!("DELETE FROM {table}"), vec![]).await;
            scene.tamper(&format!("INSERT INTO {table} SELECT * FROM kept_{table}"), vec![]).await;
        }
        scene.tamper("UPDATE trail_sequencer SET size = (SELECT size FROM kept_size)", vec![]).await;
        scene.start_again().await.unwrap();
        assert_eq!(scene.told().await, done(), "{cut:?}");
        let report = verify(&scene.test, &[scene.key.verifier()], &scene.every_kept()).await.unwrap();
        assert!(report.is_ok(), "{cut:?}: {report:?}");
    }
}

/// R-X-16: a node that was not told signed on behind the announcement: the rotation is taken back, since a hand-over
/// there would put honest checkpoints outside their key's time; the next one goes as usual.
#[tokio::test(flavor = "multi_thread")]
async fn a_rotation_that_was_signed_past_is_taken_back() {
    let mut scene = Scene::new(Engine::Sqlite).await;
    scene.mixed_acts(10).await;
    leave_cut(&mut scene, Cut::Announced).await;
    let aside = scene.outside.path().join("aside");
    fs::create_dir(&aside).unwrap();
    for name in ["trail-signing.key.next", "trail-rotation.begun"] {
        fs::rename(scene.key_file(name), aside.join(name)).unwrap();
    }
    scene.start_again().await.unwrap();
    scene.mixed_acts(3).await;
    scene.sequencer.stop().await.unwrap();
    for name in ["trail-signing.key.next", "trail-rotation.begun"] {
        fs::rename(aside.join(name), scene.key_file(name)).unwrap();
    }
    scene.start_again().await.unwrap();
    assert_eq!(scene.told().await, [pair("key.rotated", "handed_over"), pair("key.rotated", "cut_short")]);
    assert!(!renkei_ledger::key_rotation_begun(&scene.keys_folder()));
    scene.sequencer.orders().rotate_key().await.unwrap();
    scene.start_again().await.unwrap();
    let report = verify(&scene.test, &[scene.key.verifier()], &scene.every_kept()).await.unwrap();
    assert!(report.is_ok(), "{report:?}");
}

/// R-X-16: where another node numbers, the rotation does not begin.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_does_not_number_replaces_no_key() {
    let scene = Scene::new(Engine::Postgres).await;
    scene.mixed_acts(5).await;
    scene.sequencer.flush().await.unwrap();
    let second = Database::open(scene.test.settings()).await.unwrap();
    let other = Sequencer::start(second.clone(), &scene.ledger, scene.settings()).await.unwrap();
    let refused = other.orders().rotate_key().await;
    assert!(matches!(refused, Err(Error::NumberedElsewhere)), "{refused:?}");
    assert!(!renkei_ledger::key_rotation_begun(&scene.keys_folder()));
    other.stop().await.unwrap();
    second.close().await.unwrap();
}

/// The exchange of the two key files stops in the middle (a disk that answers with an error once): the running
/// sequencer finishes it.
#[tokio::test(flavor = "multi_thread")]
async fn a_half_done_exchange_is_finished_by_the_running_sequencer() {
    for exchanged in [false, true] {
        let scene = Scene::new(Engine::Sqlite).await;
        scene.mixed_acts(10).await;
        // The first try fails behind the signature of both keys.
        let in_the_way = scene.folder().join("hand-overs");
        fs::write(&in_the_way, "x").unwrap();
        assert!(scene.sequencer.orders().rotate_key().await.is_err());
        let [current, next, replaced] = ["", ".next", ".replaced"]
            .map(|end| scene.key_file("trail-signing.key").with_extension(format!("key{end}")));
        fs::hard_link(&current, &replaced).unwrap();
        if exchanged {
            fs::rename(&next, &current).unwrap();
        }
        fs::remove_file(in_the_way).unwrap();
        assert_eq!(scene.told().await, done(), "{exchanged}");
        assert!(!replaced.exists() && !renkei_ledger::key_rotation_begun(&scene.keys_folder()));
        assert_ne!(scene.load_key().verifier(), scene.key.verifier());
    }
}

async fn leave_cut(scene: &mut Scene, cut: Cut) {
    if cut <= Cut::Announced {
        return leave_unnumbered(scene, cut).await;
    }
    if cut == Cut::Told {
        scene.sequencer.orders().rotate_key().await.unwrap();
        scene.sequencer.stop().await.unwrap();
        let event: EventId = scene.entries().await[10]["id"].as_str().unwrap().parse::<uuid::Uuid>().unwrap().into();
        return put(scene, "trail-rotation.begun", event.0.as_bytes());
    }
    // Something stands in the way of what the program would do next.
    let day = scene.ids.now().tokyo_date().to_string();
    let (note, links) = (scene.folder().join(day).join("000000000011.checkpoint"), scene.folder().join("hand-overs"));
    let in_the_way = if cut <= Cut::SignedInside { &note } else { &links };
    let folder = cut <= Cut::SignedInside;
    if folder {
        fs::create_dir_all(in_the_way.join("x")).unwrap()
    } else {
        fs::write(in_the_way, "x").unwrap()
    }
    assert!(scene.sequencer.orders().rotate_key().await.is_err());
    scene.sequencer.stop().await.unwrap_err();
    if folder {
        fs::remove_dir_all(in_the_way).unwrap()
    } else {
        fs::remove_file(in_the_way).unwrap()
    }
    if cut == Cut::Numbered {
        scene.tamper("DELETE FROM trail_hand_overs", vec![]).await;
        scene.tamper("DELETE FROM trail_checkpoints WHERE size = 11", vec![]).await;
    }
    let [current, next, replaced] =
        ["", ".next", ".replaced"].map(|end| scene.key_file("trail-signing.key").with_extension(format!("key{end}")));
    if cut >= Cut::OldKeyLinked {
        fs::hard_link(&current, &replaced).unwrap();
    }
    if cut >= Cut::Exchanged {
        fs::rename(&next, &current).unwrap();
    }
    if cut >= Cut::Erased {
        fs::remove_file(&replaced).unwrap();
    }
}

fn put(scene: &Scene, name: &str, content: &[u8]) {
    fs::write(scene.key_file(name), content).unwrap();
    fs::set_permissions(scene.key_file(name), fs::Permissions::from_mode(0o600)).unwrap();
}

/// Cuts before the record of the hand-over has its number.
async fn leave_unnumbered(scene: &Scene, cut: Cut) {
    scene.sequencer.stop().await.unwrap();
    let elsewhere = scene.outside.path().join("elsewhere");
    let next = SigningKey::create(&elsewhere, ORIGIN, &SeededEntropy::new(8)).unwrap();
    let secret = fs::read(elsewhere.join("trail-signing.key")).unwrap();
    let event = scene.ledger.event(EventName::KeyRotated).actor(Actor::Installation).method("console");
    let event = event.object_class("trail_signing_key").detail("state", "handed_over");
    let event = event.detail("key_before", scene.key.verifier().to_string().as_str());
    let event = event.detail("key_after", next.verifier().to_string().as_str());
    let id = event.id();
    put(scene, "trail-signing.key.next", if cut == Cut::NewKeyHalfWritten { &secret[..7] } else { &secret });
    if cut >= Cut::NoteHalfWritten {
        put(scene, "trail-rotation.begun", &id.0.as_bytes()[..if cut == Cut::NoteHalfWritten { 5 } else { 16 }]);
    }
    if cut >= Cut::Announced {
        record_alone(&scene.test, event).await.unwrap();
    }
}
