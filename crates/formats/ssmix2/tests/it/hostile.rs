//! Storages laid out by somebody who wants the reader to hang, to fall, or to read what is not in the storage.
//!
//! Each scene holds one good patient beside the trap: the trap is told with code and place, the good patient is read.

#![cfg(unix)]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use renkei_kernel::limits;
use renkei_ssmix2::storage::{OpenError, Storage, open};
use renkei_ssmix2::{DataType, Verdict, read_message};
use rustix::fs::{CWD, FileType, Mode, mknodat};
use serde_json::Value;
use tempfile::TempDir;

use crate::inspected;

const HEADER: &str = "MSH|^~\\&|H|S|G|R|20260401090000||ADT^A04^ADT_A01|1|P|2.5||||||~ISO IR87\r";
const GIGABYTE: u64 = 1 << 30;
const SECRET: &str = "THE-KEY-OF-THE-HOUSE";

fn visit(number: &str) -> String {
    format!("{HEADER}EVN||20260401\rPID|1||{number}^^^^PI||A^B^^^^^L^I||19700405|M\rPV1|1|O\r")
}

fn name(patient: &str, order: u32) -> String {
    format!("{patient}_20260401_ADT-12_{order:015}_20260401090000000_01_1")
}

fn folder_of(root: &Path, patient: &str) -> PathBuf {
    root.join(&patient[..3]).join(&patient[3..6]).join(patient).join("20260401/ADT-12")
}

/// A storage with one good patient, 0000001, and beside it a folder that is not of it and holds a secret.
struct Scene {
    all: TempDir,
    root: PathBuf,
    outside: PathBuf,
}

impl Scene {
    fn new() -> Self {
        let all = TempDir::new().unwrap();
        let (root, outside) = (all.path().join("storage"), all.path().join("outside"));
        fs::create_dir_all(folder_of(&root, "0000001")).unwrap();
        fs::create_dir_all(folder_of(&outside, "0000777")).unwrap();
        fs::write(folder_of(&root, "0000001").join(name("0000001", 1)), visit("0000001")).unwrap();
        fs::write(outside.join("secret"), SECRET).unwrap();
        fs::write(folder_of(&outside, "0000777").join(name("0000777", 1)), visit("0000777")).unwrap();
        Self { all, root, outside }
    }

    fn trap(&self) -> PathBuf {
        let folder = folder_of(&self.root, "0000002");
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Everything found, as (code, place); the good patient was read, and nothing of outside was.
    fn told(&self) -> Vec<(String, String)> {
        let (object, _) = inspected(&self.root);
        assert_eq!(object["content"]["totals"]["visits"], 1, "{object}");
        assert!(!object.to_string().contains(SECRET), "{object}");
        assert!(!object["content"].to_string().contains("0000777"), "{object}");
        let word = |finding: &Value, member: &str| finding[member].as_str().unwrap().to_owned();
        object["findings"].as_array().unwrap().iter().map(|f| (word(f, "code"), word(f, "place"))).collect()
    }

    fn tells(&self, code: &str, place: &str) {
        let told = self.told();
        assert!(told.iter().any(|(c, p)| c == code && p == place), "{code} at {place} is missing in {told:?}");
    }
}

/// Most memory this process ever held, in MiB.
#[cfg(target_os = "linux")]
fn peak_mib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() / 1024
}

/// R-X-19: a file of a gigabyte is refused by its size; not one byte of it is read.
#[cfg(target_os = "linux")]
#[test]
fn a_file_of_a_gigabyte_is_refused_before_it_is_read() {
    let scene = Scene::new();
    let file = scene.trap().join(name("0000002", 1));
    File::create(&file).unwrap().set_len(GIGABYTE).unwrap();
    assert!(matches!(open(&file), Err(OpenError::TooLarge)));
    scene.tells("message-too-large", &format!("000/000/0000002/20260401/ADT-12/{}", name("0000002", 1)));
    assert!(peak_mib() < 300, "{} MiB", peak_mib());
    let (object, verdict) = inspected(&file);
    assert_eq!((verdict, &object["code"]), (Verdict::Rejected, &Value::from("file_unreadable")));
}

/// R-X-19: a line of a gigabyte is cut at the size of a message; the record after it is read.
#[cfg(target_os = "linux")]
#[test]
fn a_line_of_a_gigabyte_is_cut_and_the_next_record_read() {
    let scene = Scene::new();
    let path = scene.all.path().join("TR_1.DAT");
    let mark = "#SSMIX,2.00,9999999999,0000001,20260401,ADT-12,000000000000001,INS,-,20260401090000000\r";
    let mut file = File::create(&path).unwrap();
    file.write_all(mark.as_bytes()).unwrap();
    file.write_all(HEADER.as_bytes()).unwrap();
    file.set_len(GIGABYTE).unwrap();
    use std::io::Seek as _;
    file.seek(std::io::SeekFrom::End(0)).unwrap();
    file.write_all(format!("\r{mark}{}", visit("0000001")).as_bytes()).unwrap();
    let (object, _) = inspected(&path);
    assert_eq!(object["content"]["totals"]["records"], 2, "{}", object["content"]["totals"]);
    assert_eq!(object["content"]["entries"][1]["verdict"], "accepted");
    let found = object["findings"].as_array().unwrap();
    assert!(found.iter().any(|f| f["code"] == "message-too-large" && f["place"] == "#1"), "{found:?}");
    assert!(peak_mib() < 400, "{} MiB", peak_mib());
}

fn visit_with(segment: &str) -> Vec<u8> {
    format!("{}{segment}\r", visit("0000001")).into_bytes()
}

/// R-X-19: repetitions, components and segments beyond reason end with a verdict and are told.
#[test]
fn a_hundred_thousand_of_anything_has_a_verdict() {
    let many = 100_000;
    let traps = [
        ("repetitions", visit_with(&format!("AL1|1||{}", "A~".repeat(many)))),
        ("components", visit_with(&format!("AL1|1||{}", "A^".repeat(many)))),
        ("subcomponents", visit_with(&format!("AL1|1||{}", "A&".repeat(many)))),
        ("fields", visit_with(&format!("AL1|{}", "A|".repeat(many)))),
        ("segments", visit_with(&"AL1|1||A\r".repeat(many))),
        ("escapes", visit_with(&format!("AL1|1||{}", "\\E\\".repeat(many)))),
        ("lines without a name", visit_with(&"a\r".repeat(many))),
        ("patients", visit_with(&"PID|1||0000001^^^^PI\r".repeat(many))),
        ("character sets", visit_with(&format!("AL1|1||{}", "\x1b$B\x1b(B".repeat(many)))),
    ];
    for (what, bytes) in traps {
        for data_type in [Some(DataType::Adt12), Some(DataType::Adt61), Some(DataType::Oml11), Some(DataType::Omp01)] {
            let reading = read_message(&bytes, data_type, Some("0000001"));
            assert!(reading.message.is_some(), "{what}: {:?}", reading.code);
            assert!(reading.findings.len() <= 3 * limits::FINDINGS_LISTED_MAX, "{what}: {}", reading.findings.len());
            let told = |code| reading.findings.iter().any(|f| f.code == code);
            match what {
                "fields" => assert!(told("too-many-fields"), "{what}"),
                "segments" | "patients" => assert!(told("too-many-segments"), "{what}"),
                _ => {}
            }
        }
    }
}

/// R-X-19: folders below the depth of a storage are told and not entered.
#[test]
fn deep_folders_are_not_entered() {
    let scene = Scene::new();
    let mut deep = scene.trap();
    for _ in 0..300 {
        deep.push("d");
    }
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join(name("0000002", 1)), visit("0000002")).unwrap();
    scene.tells("file-unexpected", "000/000/0000002/20260401/ADT-12/d");
}

/// R-X-19: no link is followed at any level, whether it leads out or back in.
#[test]
fn links_at_every_level_are_told_and_lead_nowhere() {
    let scene = Scene::new();
    let (trap, outside) = (scene.trap(), &scene.outside);
    let of_outside = folder_of(outside, "0000777");
    let levels: Vec<PathBuf> = trap.ancestors().take(6).map(Path::to_path_buf).collect();
    let links = [
        (trap.join(name("0000002", 1)), of_outside.join(name("0000777", 1))),
        (trap.join(name("0000002", 2)), outside.join("secret")),
        (trap.join(name("0000002", 3)), scene.root.join("000/000/0000002")),
        (levels[1].join("OML-11"), of_outside.clone()),
        (levels[2].join("20260402"), of_outside.parent().unwrap().to_path_buf()),
        (levels[3].join("0000777"), outside.join("000/077/0000777")),
        (levels[4].join("777"), outside.join("000/077")),
        (levels[5].join("777"), outside.join("000")),
        (levels[5].join("loop"), scene.root.clone()),
        (levels[5].join("nowhere"), PathBuf::from("nowhere")),
    ];
    for (link, to) in &links {
        symlink(to, link).unwrap();
    }
    for (link, _) in &links {
        scene.tells("file-unexpected", link.strip_prefix(&scene.root).unwrap().to_str().unwrap());
        assert!(matches!(open(link), Err(OpenError::NotAFile)), "{link:?}");
    }
}

/// R-X-19: what was a file when it was listed and leads elsewhere when it is opened is not opened.
#[test]
fn what_becomes_a_link_after_it_was_listed_is_not_opened() {
    let scene = Scene::new();
    let path = scene.trap().join(name("0000002", 1));
    fs::write(&path, visit("0000002")).unwrap();
    let patient = Storage::new([scene.root.clone()]).patients().nth(1).unwrap().unwrap();
    let listed = patient.files().next().unwrap().unwrap().path;
    assert!(open(&listed).is_ok());
    fs::remove_file(&path).unwrap();
    symlink(scene.outside.join("secret"), &path).unwrap();
    assert!(matches!(open(&listed), Err(OpenError::NotAFile)));
    // The same by a folder on the way.
    fs::remove_dir_all(scene.root.join("000/000/0000002")).unwrap();
    let other = folder_of(&scene.outside, "0000777");
    fs::rename(other.join(name("0000777", 1)), other.join(name("0000002", 1))).unwrap();
    symlink(scene.outside.join("000/077/0000777"), scene.root.join("000/000/0000002")).unwrap();
    assert!(fs::read(&listed).is_ok(), "the path leads out");
    assert!(matches!(open(&listed), Err(OpenError::NotAFile)));
    // A flag that changed is looked for, but not behind a link.
    fs::remove_file(scene.root.join("000/000/0000002")).unwrap();
    let path = scene.trap().join(name("0000002", 1));
    symlink(scene.outside.join("secret"), path.to_str().unwrap().strip_suffix('1').unwrap().to_owned() + "2").unwrap();
    assert!(matches!(open(&path), Err(OpenError::Gone)));
}

/// R-X-19: pipes, sockets and devices are told; nobody waits for their other end.
#[test]
fn pipes_sockets_and_devices_are_told_and_not_opened() {
    let scene = Scene::new();
    let trap = scene.trap();
    let pipe = trap.join(name("0000002", 1));
    mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let short = TempDir::new_in("/tmp").unwrap();
    let socket = short.path().join("s");
    let _listening = UnixListener::bind(&socket).unwrap();
    fs::rename(&socket, trap.join(name("0000002", 2))).unwrap();
    for order in [1, 2] {
        scene.tells("file-unexpected", &format!("000/000/0000002/20260401/ADT-12/{}", name("0000002", order)));
        assert!(matches!(open(&trap.join(name("0000002", order))), Err(OpenError::NotAFile)));
    }
    assert!(matches!(open(Path::new("/dev/zero")), Err(OpenError::NotAFile)));
    // Handed in directly, too.
    for path in [pipe.as_path(), Path::new("/dev/zero")] {
        let (object, verdict) = inspected(path);
        assert_eq!((verdict, &object["code"]), (Verdict::Rejected, &Value::from("path_unreadable")));
    }
}

/// R-X-19: names are only names: dots, line ends, bytes of no character set, look-alikes, the longest possible.
#[test]
fn strange_names_are_names_and_nothing_else() {
    let scene = Scene::new();
    let trap = scene.trap();
    let of_bytes = |bytes: &[u8]| trap.join(OsStr::from_bytes(bytes));
    for (place, bytes) in [
        ("..0000002", b"..0000002".to_vec()),
        ("a\nb\u{1b}[2J", b"a\nb\x1b[2J".to_vec()),
        ("０００", "０００".into()),
        ("見本", b"\x8c\xa9\x96{".to_vec()),
    ] {
        fs::write(of_bytes(&bytes), visit("0000002")).unwrap();
        scene.tells("file-name-unreadable", &format!("000/000/0000002/20260401/ADT-12/{place}"));
    }
    fs::write(of_bytes(b"\xff\xfe"), "x").unwrap();
    let longest = "n".repeat(255);
    fs::write(trap.join(&longest), "x").unwrap();
    scene.tells("file-name-unreadable", &format!("000/000/0000002/20260401/ADT-12/{longest}"));
    // A number in full-width digits is another number: the message inside says so.
    let twin = scene.root.join("０００/０００/０００００01/20260401/ADT-12");
    fs::create_dir_all(&twin).unwrap();
    fs::write(twin.join(name("０００００01", 1)), visit("0000001")).unwrap();
    assert!(scene.told().iter().any(|(code, place)| code == "patient-mismatch" && place.starts_with("０００/")));
}

/// R-X-19: two numbers that differ by case are two patients.
#[test]
fn case_twins_are_two_patients() {
    let root = TempDir::new().unwrap();
    for patient in ["AB00123", "ab00123"] {
        fs::create_dir_all(folder_of(root.path(), patient)).unwrap();
        fs::write(folder_of(root.path(), patient).join(name(patient, 1)), visit(patient)).unwrap();
    }
    let (object, _) = inspected(root.path());
    let numbers: Vec<_> = object["content"]["patients"].as_array().unwrap().iter().map(|p| &p["patient_id"]).collect();
    assert_eq!(numbers, ["AB00123", "ab00123"]);
}

/// R-X-19: a file that grows, shrinks and vanishes while it is read is either read whole as it stood or not at all.
#[test]
fn a_file_that_changes_while_it_is_read_is_never_half_read() {
    let scene = Scene::new();
    let path = scene.trap().join(name("0000002", 1));
    let whole = |segments: usize| format!("{}{}", visit("0000002"), "NTE|1||0123456789\r".repeat(segments));
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0..400usize {
                match round % 4 {
                    0 => fs::write(&path, whole(1)).unwrap(),
                    1 => fs::write(&path, whole(20_000)).unwrap(),
                    2 => File::options().write(true).open(&path).unwrap().set_len(10).unwrap(),
                    _ => fs::remove_file(&path).unwrap(),
                }
            }
            done.store(true, Ordering::Release);
        });
        while !done.load(Ordering::Acquire) {
            match open(&path) {
                // Empty and cut states stood there for a moment; as messages they are told.
                Ok((_, bytes)) => drop(read_message(&bytes, Some(DataType::Adt12), Some("0000002"))),
                Err(OpenError::Gone | OpenError::StillChanging) => {}
                Err(other) => panic!("{other}"),
            }
        }
    });
    scene.told();
}

/// R-X-19: what may not be read is told, and the rest is read.
#[test]
fn unreadable_files_are_told() {
    let scene = Scene::new();
    let path = scene.trap().join(name("0000002", 1));
    fs::write(&path, "x").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Whoever may read everything finds a file that is no message.
    let code = if File::open(&path).is_ok() { "message-without-header" } else { "file-unreadable" };
    let told = scene.told();
    assert!(told.iter().any(|(c, p)| c == code && p.contains("0000002")), "{told:?}");
    // A regular file whose reading fails for everybody.
    #[cfg(target_os = "linux")]
    {
        let own = format!("/proc/{}/mem", std::process::id());
        let error = open(Path::new(&own)).unwrap_err();
        assert_eq!(error.code(), "file-unreadable", "{error}");
    }
}

/// R-X-19: what an index claims changes nothing; the storage is what lies in its folders.
#[test]
fn an_index_that_lies_changes_nothing() {
    let scene = Scene::new();
    let lies = format!(
        "0000001\t20260401\tADT-12\t../../outside/secret\n0000777\t20260401\tADT-12\t{}\n0000009\t-\tADT-00\tnot there\n",
        scene.outside.display()
    );
    fs::write(scene.root.join("SSMIXIDX.tsv"), lies).unwrap();
    scene.tells("file-unexpected", "SSMIXIDX.tsv");
}

/// R-X-19: a second name of a file cannot be told from a first; what it holds is judged like everything else.
#[test]
fn a_hard_link_brings_nobody_elses_record_in() {
    let scene = Scene::new();
    let trap = scene.trap();
    fs::hard_link(scene.outside.join("secret"), trap.join(name("0000002", 1))).unwrap();
    let other = folder_of(&scene.outside, "0000777").join(name("0000777", 1));
    fs::hard_link(other, trap.join(name("0000002", 2))).unwrap();
    let told = scene.told();
    for code in ["message-without-header", "patient-mismatch"] {
        assert!(told.iter().any(|(c, _)| c == code), "{code}: {told:?}");
    }
}
