//! One PostgreSQL cluster for all tests that run at the same time on this machine, shared by their processes.
//!
//! The first process makes and starts it below the temporary folder (unix socket only, no password, no fsync). Every
//! process holds a shared lock while it lives; a watching shell stops the server and removes its data once nobody has
//! held the lock for half a minute, so that nothing is left behind however the tests end.

use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

const ROLE: &str = "renkei";

/// One database of the cluster, dropped with this value.
#[derive(Debug)]
pub(super) struct CreatedDatabase {
    cluster: &'static Cluster,
    name: String,
}

impl CreatedDatabase {
    pub(super) fn url(&self) -> String {
        format!("postgres://{ROLE}@localhost/{}?host={}", self.name, self.cluster.sockets().display())
    }
}

impl Drop for CreatedDatabase {
    fn drop(&mut self) {
        // When even this fails the watcher removes the whole cluster.
        let _ = self.cluster.client("dropdb").args(["--force", "--if-exists", &self.name]).output();
    }
}

pub(super) fn create_database() -> CreatedDatabase {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    create_in(CLUSTER.get_or_init(Cluster::join))
}

fn create_in(cluster: &'static Cluster) -> CreatedDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("renkei_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    // A process of the same number may have been killed earlier and left its database.
    succeed(cluster.client("dropdb").args(["--force", "--if-exists", &name]));
    succeed(cluster.client("createdb").args(["--template=template0", "--encoding=UTF8", &name]));
    CreatedDatabase { cluster, name }
}

/// A server of one test alone, which may be stopped and started under a running house. Stopped and removed when dropped.
#[derive(Debug)]
pub struct OwnServer {
    cluster: &'static Cluster,
}

impl OwnServer {
    pub(super) fn create() -> (Self, CreatedDatabase) {
        let folder = std::env::temp_dir().join(format!("renkei-own-postgresql-{}", std::process::id()));
        // Left by a killed process of the same number.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).expect("the server's folder");
        let in_use = lock_file(&folder, "in-use.lock");
        in_use.lock_shared().expect("the lock of those who use the server");
        // Lives as long as the process: databases point to it.
        let cluster: &'static Cluster =
            Box::leak(Box::new(Cluster { programs: find_programs(), folder, _in_use: in_use }));
        drop(lock_file(&cluster.folder, "starting.lock"));
        cluster.start(me());
        (Self { cluster }, create_in(cluster))
    }

    /// Stops the server at once, as a crash does: no connection is told.
    pub fn stop(&self) {
        succeed(self.cluster.as_owner("pg_ctl").args(["stop", "-w", "-m", "immediate", "-D"]).arg(self.cluster.data()));
    }

    /// Starts it again over the data it left.
    pub fn start(&self) {
        self.cluster.launch();
    }
}

impl Drop for OwnServer {
    fn drop(&mut self) {
        // Stopped already is as good; what stays is removed by the watching shell.
        let _ =
            self.cluster.as_owner("pg_ctl").args(["stop", "-m", "immediate", "-D"]).arg(self.cluster.data()).output();
        let _ = fs::remove_dir_all(&self.cluster.folder);
    }
}

fn me() -> u32 {
    fs::metadata("/proc/self").map_or(0, |m| m.uid())
}

#[derive(Debug)]
struct Cluster {
    programs: PathBuf,
    folder: PathBuf,
    _in_use: File,
}

impl Cluster {
    /// Joins the running cluster or starts it.
    fn join() -> Self {
        let programs = find_programs();
        let me = me();
        let folder = std::env::temp_dir().join(format!("renkei-test-postgresql-{me}"));
        fs::create_dir_all(&folder).expect("the cluster's folder");
        let starting = lock_file(&folder, "starting.lock");
        starting.lock().expect("the starting lock");
        let in_use = lock_file(&folder, "in-use.lock");
        in_use.lock_shared().expect("the lock of those who use the cluster");
        let cluster = Self { programs, folder, _in_use: in_use };
        if !cluster.answers() {
            cluster.start(me);
        }
        cluster
    }

    fn sockets(&self) -> PathBuf {
        self.folder.join("sockets")
    }

    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir("/").env_clear().env("LC_ALL", "C").env("PATH", "/usr/bin:/bin").stdin(Stdio::null());
        command
    }

    fn client(&self, name: &str) -> Command {
        let mut command = self.program(name);
        command.arg(format!("--host={}", self.sockets().display())).arg(format!("--username={ROLE}"));
        command
    }

    fn answers(&self) -> bool {
        self.client("pg_isready").arg("--quiet").status().is_ok_and(|status| status.success())
    }

    fn start(&self, me: u32) {
        let owner = (me == 0).then(unprivileged_user);
        let as_owner = |mut command: Command| {
            if let Some((user, group)) = owner {
                command.uid(user).gid(group);
            }
            command
        };
        let (data, sockets, log) = (self.data(), self.sockets(), self.log());
        // Left by a server that was killed: nothing in it is wanted.
        let _ = as_owner(self.program("pg_ctl")).arg("stop").args(["-m", "immediate", "-D"]).arg(&data).output();
        for folder in [&data, &sockets] {
            let _ = fs::remove_dir_all(folder);
            fs::create_dir(folder).expect("a folder of the cluster");
        }
        let _ = fs::remove_file(&log);
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("permissions of the data folder");
        if let Some((user, group)) = owner {
            for folder in [&self.folder, &data, &sockets] {
                std::os::unix::fs::chown(folder, Some(user), Some(group)).expect("the owner of the cluster's folder");
            }
        }
        succeed(
            as_owner(self.program("initdb"))
                .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username", ROLE, "-D"])
                .arg(&data),
        );
        self.launch();
        self.watch(as_owner(Command::new("/bin/sh")));
    }

    /// Starts the server over its data.
    fn launch(&self) {
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c full_page_writes=off \
             -c max_connections=300 -c shared_buffers=64MB -c log_min_messages=warning",
            self.sockets().display()
        );
        succeed(
            self.as_owner("pg_ctl")
                .args(["start", "-w", "-t", "60", "-o", &options, "-D"])
                .arg(self.data())
                .arg("-l")
                .arg(self.log())
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        );
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn log(&self) -> PathBuf {
        self.folder.join("server.log")
    }

    /// A program of the server as the user who may run it.
    fn as_owner(&self, name: &str) -> Command {
        let mut command = self.program(name);
        if me() == 0 {
            let (user, group) = unprivileged_user();
            command.uid(user).gid(group);
        }
        command
    }

    /// Starts the shell that ends the server when it is no longer used.
    #[allow(clippy::zombie_processes, reason = "it outlives this process on purpose and ends by itself")]
    fn watch(&self, mut shell: Command) {
        const WATCH: &str = r#"
            idle=0
            while [ "$idle" -lt 10 ]; do
                sleep 3
                if flock -n -x "$1/in-use.lock" true; then idle=$((idle + 1)); else idle=0; fi
                if [ "$idle" -eq 10 ]; then
                    flock -x "$1/starting.lock" sh -c '
                        flock -n -x "$1/in-use.lock" true || exit 9
                        "$2/pg_ctl" stop -m immediate -D "$1/data"
                        rm -rf "$1/data" "$1/sockets" "$1/server.log"' sh "$1" "$2"
                    [ "$?" -eq 9 ] && idle=0
                fi
                [ -d "$1/data" ] || exit 0
            done"#;
        shell
            .args(["-c", WATCH, "renkei-test-postgresql"])
            .arg(&self.folder)
            .arg(&self.programs)
            .current_dir("/")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .expect("the shell that watches the cluster");
    }
}

/// `/usr/lib/postgresql/<newest>/bin`, where the distribution's package puts the server's programs.
fn find_programs() -> PathBuf {
    let mut found: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().unwrap_or_else(|| {
        panic!(
            "PostgreSQL is needed for this test and /usr/lib/postgresql/*/bin/initdb was not found: \
             install it with `apt-get install postgresql`"
        )
    })
}

/// The server refuses to run as root; the package's own user, or else nobody, runs it.
fn unprivileged_user() -> (u32, u32) {
    let users = fs::read_to_string("/etc/passwd").unwrap_or_default();
    ["postgres", "nobody"]
        .iter()
        .find_map(|wanted| {
            users.lines().find_map(|line| {
                let mut fields = line.split(':');
                (fields.next() == Some(wanted)).then_some(())?;
                Some((fields.nth(1)?.parse().ok()?, fields.next()?.parse().ok()?))
            })
        })
        .unwrap_or((65_534, 65_534))
}

fn lock_file(folder: &Path, name: &str) -> File {
    let path = folder.join(name);
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).expect("a lock file");
    // The watcher may run as another user and needs to open it.
    let _ = fs::set_permissions(&path, fs::Permissions::from_mode(0o666));
    file
}

fn succeed(command: &mut Command) {
    let Output { status, stderr, .. } = command.output().expect("a program of PostgreSQL starts");
    assert!(status.success(), "{command:?} failed: {}", String::from_utf8_lossy(&stderr));
}
