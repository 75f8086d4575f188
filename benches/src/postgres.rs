//! A PostgreSQL cluster of this measurement alone, as durable as SQLite is beside it: the tests' cluster flushes nothing
//! and would flatter.

use crate::Outcome;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A running server; stopped and gone when dropped.
pub struct Cluster {
    programs: PathBuf,
    folder: tempfile::TempDir,
    owner: Option<(u32, u32)>,
}

impl Cluster {
    pub fn start() -> Outcome<Self> {
        let programs = programs()?;
        let folder = tempfile::Builder::new().prefix("renkei-bench-pg-").tempdir()?;
        let owner = if std::fs::metadata("/proc/self")?.uid() == 0 { Some(postgres_user()?) } else { None };
        let cluster = Self { programs, folder, owner };
        std::fs::set_permissions(cluster.folder.path(), std::fs::Permissions::from_mode(0o755))?;
        let data = cluster.data();
        std::fs::create_dir(&data)?;
        std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o700))?;
        if let Some((user, group)) = cluster.owner {
            for folder in [cluster.folder.path(), data.as_path()] {
                chown(folder, Some(user), Some(group))?;
            }
        }
        cluster.run("initdb", |c| {
            c.args(["--auth=trust", "--encoding=UTF8", "--locale=C", "-U", "renkei", "-D"]).arg(&data)
        })?;
        let options = format!(
            "-c listen_addresses='' -c unix_socket_directories='{}' -c shared_buffers=256MB -c max_wal_size=2GB",
            cluster.folder.path().display()
        );
        let log = cluster.folder.path().join("log");
        cluster.run("pg_ctl", |c| c.args(["start", "-w", "-o", &options, "-D"]).arg(&data).arg("-l").arg(&log))?;
        cluster.run("createdb", |c| c.arg("-h").arg(cluster.folder.path()).args(["-U", "renkei", "renkei"]))?;
        Ok(cluster)
    }

    pub fn url(&self) -> String {
        format!("postgres://renkei@localhost/renkei?host={}", self.folder.path().display())
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn run(&self, program: &str, with: impl FnOnce(&mut Command) -> &mut Command) -> Outcome<()> {
        let mut command = Command::new(self.programs.join(program));
        command.current_dir("/").env("LC_ALL", "C").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        if let Some((user, group)) = self.owner {
            command.uid(user).gid(group);
        }
        let status = with(&mut command).status()?;
        if status.success() { Ok(()) } else { Err(format!("{program} of PostgreSQL failed: {status}").into()) }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let data = self.data();
        if let Err(error) = self.run("pg_ctl", |c| c.args(["stop", "-m", "immediate", "-D"]).arg(&data)) {
            println!("the measurement's PostgreSQL was not stopped: {error}");
        }
    }
}

fn programs() -> Outcome<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(Path::new("/usr/lib/postgresql"))
        .map_err(|_| "PostgreSQL is not installed; run `tools/setup.sh bench` first")?
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|bin| bin.join("initdb").exists())
        .collect();
    found.sort();
    found.pop().ok_or_else(|| "PostgreSQL is not installed; run `tools/setup.sh bench` first".into())
}

fn postgres_user() -> Outcome<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd")?;
    let line = users.lines().find(|line| line.starts_with("postgres:")).ok_or("there is no user postgres")?;
    let mut fields = line.split(':').skip(2);
    let (user, group) = (fields.next().ok_or("passwd")?, fields.next().ok_or("passwd")?);
    Ok((user.parse()?, group.parse()?))
}
