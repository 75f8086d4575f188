//! The program as a child process, and what it used.

use crate::Outcome;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The `renkei` program: named, or the one that lies beside this harness.
pub fn program(named: Option<PathBuf>) -> Outcome<PathBuf> {
    let program = match named {
        Some(program) => program,
        None => std::env::current_exe()?.with_file_name("renkei"),
    };
    if program.exists() {
        return Ok(program);
    }
    Err("the program is not built; run `cargo build --release -p renkei` first, or name it with --program".into())
}

/// A running program, ended with this value.
pub struct Running(Child);

impl Running {
    pub fn start(program: &Path, arguments: &[&std::ffi::OsStr]) -> Outcome<Self> {
        let child = Command::new(program)
            .args(arguments)
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        Ok(Self(child))
    }

    pub fn child(&mut self) -> &mut Child {
        &mut self.0
    }

    pub fn id(&self) -> u32 {
        self.0.id()
    }

    /// Resident memory and its peak, MiB.
    pub fn memory(&self) -> Outcome<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id()))?;
        let of = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name))?;
            line.split_whitespace().nth(1)?.parse::<f64>().ok().map(|kib| kib / 1024.0)
        };
        Ok((of("VmRSS:").ok_or("VmRSS")?, of("VmHWM:").ok_or("VmHWM")?))
    }

    /// Asks it to stop and waits as long as a service manager does: the trail's waiting records are numbered first.
    pub fn stop(mut self) -> Outcome<()> {
        let asked = Command::new("kill").arg("-TERM").arg(self.id().to_string()).status()?;
        let began = Instant::now();
        while asked.success() && began.elapsed() < Duration::from_secs(90) {
            if self.0.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Err("the program did not stop when asked".into())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(None)) {
            let _ended = self.0.kill();
            let _reaped = self.0.wait();
        }
    }
}

/// Processor time this thread has used.
pub fn thread_processor() -> Duration {
    // The system counts what a thread used when the thread gives way.
    std::thread::yield_now();
    let used = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(used.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

/// Processor seconds (user and system) a process has used; `None`: this process.
pub fn processor_seconds(id: Option<u32>) -> Outcome<f64> {
    let file = id.map_or_else(|| "/proc/self/stat".to_owned(), |id| format!("/proc/{id}/stat"));
    let stat = std::fs::read_to_string(file)?;
    // The name in brackets may hold anything; fields are counted behind it.
    let fields: Vec<&str> = stat.rsplit_once(')').ok_or("stat")?.1.split_whitespace().collect();
    let ticks = |nth: usize| fields.get(nth).and_then(|field| field.parse::<f64>().ok()).ok_or("stat");
    // Linux counts hundredths of a second for every program.
    Ok((ticks(11)? + ticks(12)?) / 100.0)
}
