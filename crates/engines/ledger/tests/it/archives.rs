//! Archives: written from the trail, verified without it, and each way of bending one found.

use crate::scene::{ORIGIN, Scene};
use renkei_db::Engine;
use renkei_kernel::SeededEntropy;
use renkei_ledger::{
    ArchiveSpan, Archived, Error, EventName, Fault, SigningKey, VerifierKey, Warning, archive, archived_until,
    archives_in, closed_span, record_read, verify_archive,
};
use std::fs;
use std::path::{Path, PathBuf};

impl Scene {
    fn archives(&self) -> PathBuf {
        self.outside.path().join("archives")
    }
    async fn span(&self) -> Option<ArchiveSpan> {
        self.sequencer.flush().await.unwrap();
        let first = archived_until(&self.test, &self.archives()).await.unwrap();
        closed_span(&self.test, first, None).await.unwrap()
    }
    async fn archive(&self) -> Result<Archived, Error> {
        let span = self.span().await.expect("something is closed");
        let permit = self.permit(self.ids.next());
        let recorded = record_read(&self.test, permit, self.ledger.event(EventName::LedgerExported)).await.unwrap();
        let keys = [self.sequencer.orders().verifier()];
        archive(&self.test, &recorded, span, &keys, &self.archives(), self.ids.now()).await
    }
}

fn faults(folder: &Path, key: &VerifierKey) -> Vec<Fault> {
    verify_archive(folder, std::slice::from_ref(key)).unwrap().report.faults
}

/// R-X-05: three spans, with two new signing keys in between, verify alone and together by any of the three public keys;
/// the usual tool reads the list of digests; nothing left the database.
#[tokio::test(flavor = "multi_thread")]
async fn archives_verify_alone_and_together_by_any_public_key() {
    for engine in Engine::BOTH {
        let scene = Scene::new(engine).await;
        let mut keys = vec![scene.key.verifier()];
        let mut made = Vec::new();
        for acts in [700, 3, 300] {
            scene.mixed_acts(acts).await;
            made.push(scene.archive().await.unwrap());
            if made.len() < 3 {
                scene.sequencer.orders().rotate_key().await.unwrap();
                keys.push(scene.sequencer.orders().verifier());
            }
        }
        assert_eq!(archives_in(&scene.archives()).unwrap().len(), 3);
        assert_eq!((made[0].span.first, made[1].span.first, made[2].span.first), (0, 700, made[1].span.end));
        let whole = scene.verify(&[scene.latest()]).await;
        assert!(whole.is_ok() && whole.entries >= made[2].span.end, "{engine:?} nothing was taken out");
        let copy = tempfile::tempdir().unwrap();
        for one in &made {
            let to = copy.path().join(one.span.folder_name());
            let copied = std::process::Command::new("cp").arg("-r").arg(&one.folder).arg(&to).status().unwrap();
            assert!(copied.success());
        }
        drop(scene);
        for key in &keys {
            let all = verify_archive(copy.path(), std::slice::from_ref(key)).unwrap();
            assert!(all.report.is_ok() && all.report.warnings.is_empty(), "{engine:?} {all:?}");
            assert_eq!(all.span, Some(ArchiveSpan { first: 0, end: made[2].span.end }));
            assert_eq!((all.archives, &all.report.root), (3, &made[2].root));
        }
        // Alone: by the key of its own time, and the later ones by every key that their notes link.
        for (at, one) in made.iter().enumerate() {
            let folder = copy.path().join(one.span.folder_name());
            for key in &keys[..=at] {
                assert_eq!(faults(&folder, key), [], "{engine:?} archive {at}");
            }
            let mut usual = std::process::Command::new("sha256sum");
            let checked = usual.args(["-c", "SHA256SUMS", "--quiet"]).current_dir(&folder).status().unwrap();
            assert!(checked.success());
        }
        let stranger = SigningKey::create(&copy.path().join("keys"), ORIGIN, &SeededEntropy::new(7)).unwrap();
        assert!(!faults(copy.path(), &stranger.verifier()).is_empty(), "who trusts none of the keys believes nothing");
    }
}

/// R-X-05: whatever is changed in an archive is named, with and without a mended list of digests.
#[tokio::test(flavor = "multi_thread")]
async fn a_bent_archive_is_found() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.mixed_acts(600).await;
    let first = scene.archive().await.unwrap();
    scene.mixed_acts(20).await;
    let second = scene.archive().await.unwrap();
    let key = scene.key.verifier();
    assert_eq!(faults(&scene.archives(), &key), []);
    let entries = first.folder.join("entries.jsonl");
    let whole = fs::read_to_string(&entries).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    let bend = |lines: &[&str]| fs::write(&entries, lines.join("\n") + "\n").unwrap();
    let has = |found: &[Fault], wanted: Fault| assert!(found.contains(&wanted), "{wanted:?} is not in {found:?}");

    let other = lines[417].replacen("\"outcome\":", "\"outcome\": ", 1);
    assert_ne!(other, lines[417]);
    bend(&[&lines[..417], &[&other], &lines[418..]].concat());
    let found = faults(&first.folder, &key);
    has(&found, Fault::EntryChanged { number: 417 });
    assert!(found.iter().any(|fault| matches!(fault, Fault::ArchiveFile { file, .. } if file == "entries.jsonl")));

    // A forger who also mends the line's hash and the list of digests: the signed checkpoints tell, within 256 entries.
    let entry = other.split_once("\"entry\":").unwrap().1.strip_suffix('}').unwrap();
    let hash = hex::encode(renkei_ledger::tree::leaf_hash(entry.as_bytes()));
    let mended = format!("{{\"number\":417,\"leaf_sha256\":\"{hash}\",\"entry\":{entry}}}");
    bend(&[&lines[..417], &[&mended], &lines[418..]].concat());
    let list = std::process::Command::new("sh")
        .args([
            "-c",
            "find . -type f ! -name SHA256SUMS -printf '%P\\n' | xargs sha256sum > ../list; mv ../list SHA256SUMS",
        ])
        .current_dir(&first.folder)
        .status();
    assert!(list.unwrap().success());
    let found = faults(&first.folder, &key);
    has(&found, Fault::CheckpointContradicted { size: 512, good_until: 256, kept: true });
    bend(&lines);

    for (bent, wanted) in [
        (lines[..599].to_vec(), Fault::EntriesMissing { number: 599, count: 1 }),
        ([&lines[..10], &lines[12..]].concat(), Fault::EntriesMissing { number: 10, count: 2 }),
        ([&lines[..], &[lines[3]]].concat(), Fault::EntryBeyondEnd { number: 600 }),
        ([&lines[..5], &["{}"], &lines[6..]].concat(), Fault::EntryChanged { number: 5 }),
    ] {
        bend(&bent);
        has(&faults(&scene.archives(), &key), wanted);
    }
    let long = "x".repeat(200_000);
    bend(&[&lines[..5], &[&long], &lines[6..]].concat());
    assert!(faults(&first.folder, &key).iter().any(|fault| matches!(fault, Fault::ArchiveFile { .. })));
    bend(&lines);

    // A span in between is gone; hashes of what was before are invented; the description lies.
    fs::rename(&first.folder, scene.archives().join("away")).unwrap();
    assert_eq!(verify_archive(&scene.archives(), std::slice::from_ref(&key)).unwrap().span, Some(second.span));
    let description = second.folder.join("archive.json");
    let text = fs::read_to_string(&description).unwrap();
    let hash = text.lines().find(|line| line.trim().len() > 64 && !line.contains(':')).unwrap().trim().to_owned();
    for bent in
        [text.replace(&hash[1..9], "00000000"), text.replace("\"first\": 600", "\"first\": 601"), "{".to_owned()]
    {
        fs::write(&description, bent).unwrap();
        assert!(!faults(&second.folder, &key).is_empty());
    }
    fs::write(&description, text).unwrap();
    fs::write(second.folder.join("more.txt"), "x").unwrap();
    let reason = "it is not listed".to_owned();
    has(&faults(&second.folder, &key), Fault::ArchiveFile { file: "more.txt".to_owned(), reason });
    assert!(matches!(verify_archive(&scene.folder(), &[key]), Err(Error::NoArchive { .. })));
}

/// R-X-05: a trail that does not verify is not archived as if it were whole; archives of another trail are not gone on
/// with; only what is signed is closed.
#[tokio::test(flavor = "multi_thread")]
async fn only_what_verifies_is_archived() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.mixed_acts(40).await;
    scene.span().await;
    scene.flip_a_bit(17).await;
    let refused = scene.archive().await;
    assert!(matches!(refused, Err(Error::ArchiveBent { .. })), "{refused:?}");
    assert_eq!(fs::read_dir(scene.archives()).unwrap().count(), 0, "nothing is left");
    scene.flip_a_bit(17).await;
    let made = scene.archive().await.unwrap();
    // The read for the archive and the refused one before it.
    assert_eq!(scene.span().await.map(|span| span.first), Some(made.span.end));
    assert_eq!(closed_span(&scene.test, made.span.end, Some(crate::scene::START)).await.unwrap(), None);
    assert!(matches!(closed_span(&scene.test, 7, None).await, Err(Error::NoSuchSize(7))));

    let other = Scene::new(Engine::Sqlite).await;
    other.mixed_acts(5).await;
    other.mixed_acts(45).await;
    other.sequencer.flush().await.unwrap();
    let refused = archived_until(&other.test, &scene.archives()).await;
    assert!(matches!(refused, Err(Error::ContradictsCheckpoint { .. })), "{refused:?}");
}

/// R-X-05, case 20: a span that ends in an earlier key's time, judged by a later key alone, is told apart: a copy of the
/// earlier key could have written it.
#[tokio::test(flavor = "multi_thread")]
async fn a_span_known_only_by_later_keys_is_told() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.mixed_acts(600).await;
    scene.sequencer.orders().rotate_key().await.unwrap();
    scene.mixed_acts(10).await;
    scene.sequencer.flush().await.unwrap();
    let (old, new) = (scene.key.verifier(), scene.sequencer.orders().verifier());
    let permit = scene.permit(scene.ids.next());
    let recorded = record_read(&scene.test, permit, scene.ledger.event(EventName::LedgerExported)).await.unwrap();
    let (span, keys) = (ArchiveSpan { first: 0, end: 512 }, [new.clone()]);
    let made = archive(&scene.test, &recorded, span, &keys, &scene.archives(), scene.ids.now()).await.unwrap();
    let by = |keys: &[VerifierKey]| verify_archive(&made.folder, keys).unwrap().report;
    let warned = [Warning::SignedByAnEarlierKey { end: 512, until: 601 }];
    let report = by(std::slice::from_ref(&new));
    assert!(report.is_ok() && report.warnings == warned, "{report:?}");
    for trusted in [vec![old.clone()], vec![new, old]] {
        let report = by(&trusted);
        assert!(report.is_ok() && report.warnings.is_empty(), "{report:?}");
    }
}

/// An archive may come from anywhere: what is no plain file is named and never opened, so that nothing is read for ever.
#[tokio::test(flavor = "multi_thread")]
async fn links_and_pipes_in_an_archive_are_never_read() {
    let scene = Scene::new(Engine::Sqlite).await;
    scene.mixed_acts(20).await;
    let made = scene.archive().await.unwrap();
    for inside in ["", "hand-overs"] {
        let link = made.folder.join(inside).join("endless");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        let found = faults(&made.folder, &scene.key.verifier());
        assert!(found.iter().any(|fault| matches!(fault, Fault::ArchiveFile { .. })), "{found:?}");
        fs::remove_file(link).unwrap();
    }
    assert_eq!(faults(&made.folder, &scene.key.verifier()), []);
}
