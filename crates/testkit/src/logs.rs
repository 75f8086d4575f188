//! What the program says while a scene runs, kept whole, so that it can be searched for what must not be in it.
//!
//! With `RENKEI_TEST_LOGS` (a folder) every test that has a world writes its lines, down to the finest, into a file there;
//! `cargo xtask leaks` searches the folder after the whole run. A test that looks for itself calls [`keep`] first.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::PathBuf;
use std::sync::{Mutex, Once, OnceLock, PoisonError};

/// Names the folder of a whole run's log files.
pub const FOLDER: &str = "RENKEI_TEST_LOGS";

#[derive(Default)]
struct Sinks {
    file: Option<File>,
    memory: Option<Vec<u8>>,
}

static SINKS: Mutex<Sinks> = Mutex::new(Sinks { file: None, memory: None });
static PLANTED: OnceLock<Mutex<File>> = OnceLock::new();

struct Both;

impl Write for Both {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut sinks = SINKS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = &mut sinks.file {
            file.write_all(bytes)?;
        }
        if let Some(memory) = &mut sinks.memory {
            memory.extend_from_slice(bytes);
        }
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn folder() -> Option<PathBuf> {
    std::env::var_os(FOLDER).map(PathBuf::from)
}

fn listen() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
            .with_ansi(false)
            .with_writer(|| Both)
            .init();
    });
}

/// Writes this process's lines into the run's folder, when there is one.
pub(crate) fn start() {
    let Some(folder) = folder() else { return };
    let mut sinks = SINKS.lock().unwrap_or_else(PoisonError::into_inner);
    if sinks.file.is_none() {
        std::fs::create_dir_all(&folder).expect("the folder of logs");
        let path = folder.join(format!("{}.log", std::process::id()));
        sinks.file = Some(OpenOptions::new().create(true).append(true).open(path).expect("a log file"));
        drop(sinks);
        listen();
    }
}

/// From here on this process's lines are kept for [`kept`].
pub fn keep() {
    SINKS.lock().unwrap_or_else(PoisonError::into_inner).memory.get_or_insert_default();
    listen();
}

/// The lines since [`keep`].
pub fn kept() -> String {
    let sinks = SINKS.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(sinks.memory.as_deref().unwrap_or_default()).into_owned()
}

/// Tells the search of the whole run a value that was made while it ran: a session's token.
pub fn plant(value: &str) {
    let Some(folder) = folder() else { return };
    let file = PLANTED.get_or_init(|| {
        std::fs::create_dir_all(&folder).expect("the folder of logs");
        let path = folder.join(format!("{}.planted", std::process::id()));
        Mutex::new(OpenOptions::new().create(true).append(true).open(path).expect("a file of planted values"))
    });
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    writeln!(file, "{value}").expect("a planted value");
}
