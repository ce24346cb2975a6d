//! Finding the programs, making a cluster, starting and stopping it.

use std::fs;
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

/// The oldest major version that Tongguan works with.
const OLDEST: u32 = 15;

/// In bytes.
const PAGE: u64 = 8192;

/// Small and quick, without giving up durability.
const SETTINGS: &str = "listen_addresses = ''
shared_buffers = 128MB
max_connections = 200
min_wal_size = 256MB
max_wal_size = 1GB
fsync = on
synchronous_commit = on
full_page_writes = on
log_min_messages = warning
";

/// For a server that nobody copies.
const ALONE: &str = "wal_level = minimal
max_wal_senders = 0
";

/// The programs of a server: `initdb`, `postgres`, `pg_ctl`, `pg_basebackup`.
#[derive(Debug, Clone)]
pub struct Programs(pub(super) PathBuf);

/// There is no server, and why.
#[derive(Debug)]
pub struct Unavailable(String);

impl std::fmt::Display for Unavailable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl Unavailable {
    /// A server was found and does not start.
    pub(super) fn not_started(error: io::Error) -> Self {
        Self(format!("a private PostgreSQL server could not be started: {error}"))
    }
}

impl Programs {
    /// The newest that are installed: on `PATH`, or where Debian has them.
    ///
    /// # Errors
    /// [`Unavailable`] where there are none, with what to do.
    pub fn find() -> Result<Self, Unavailable> {
        find_programs().map(Self).ok_or_else(|| {
            Unavailable(format!(
                "no PostgreSQL {OLDEST} or later was found on PATH or in /usr/lib/postgresql; install it (Debian: \
                 apt-get install postgresql)"
            ))
        })
    }

    /// Those in that directory.
    ///
    /// # Errors
    /// [`Unavailable`] where they are not, or too old.
    pub fn inside(directory: &Path) -> Result<Self, Unavailable> {
        let shown = directory.display();
        match version(directory) {
            Some(version) if version >= OLDEST => Ok(Self(directory.to_owned())),
            Some(version) => Err(Unavailable(format!(
                "PostgreSQL in {shown} is version {version}; at least {OLDEST} is needed"
            ))),
            None => Err(Unavailable(format!(
                "there is no program `postgres` in {shown}; on Debian they lie in /usr/lib/postgresql/{OLDEST}/bin"
            ))),
        }
    }
}

/// A running server, stopped and removed when dropped.
#[derive(Debug)]
pub struct Server {
    pub(super) programs: Programs,
    pub(super) account: Option<Account>,
    /// Removed by the janitor as well, who may be faster.
    pub(super) directory: TempDir,
    janitor: Child,
}

/// Whom the server runs as: PostgreSQL refuses to run as root.
#[derive(Debug, Clone, Copy)]
pub(super) struct Account {
    user: u32,
    group: u32,
}

impl Server {
    /// Starts a server with an empty cluster.
    ///
    /// # Errors
    /// [`Unavailable`] where the programs are missing or do not start.
    pub fn start() -> Result<Self, Unavailable> {
        Self::found(Programs::find()?, |_| ALONE.to_owned()).map_err(Unavailable::not_started)
    }

    /// The connection string of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("host={} user=tongguan dbname={database}", self.host())
    }

    /// Where its socket lies, as a connection string names it.
    pub(super) fn host(&self) -> String {
        self.directory.path().display().to_string()
    }

    /// Kills it and all its processes at once, as a crash would: nothing is flushed, nobody is told.
    ///
    /// # Errors
    /// When it is not running.
    pub fn kill(&self) -> io::Result<()> {
        let file = fs::read_to_string(self.cluster().join("postmaster.pid"))?;
        let first = file.lines().next().unwrap_or_default();
        // The children too: left alone, a busy one goes on and may even commit. One that has just
        // ended by itself is no failure.
        let children = fs::read_to_string(format!("/proc/{first}/task/{first}/children"))?;
        succeed(
            command(Path::new("sh"), self.account)
                .args(["-c", r#"kill -0 "$1" && { kill -KILL "$@"; true; }"#, "sh", first])
                .args(children.split_whitespace()),
        )
        .map(drop)
    }

    /// Starts it again after [`Self::kill`], and waits until it has recovered.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&self) -> io::Result<()> {
        // The killed server's children may hold its memory for a moment longer.
        let mut last = Ok(());
        for _ in 0..50 {
            last = self.run();
            if last.is_ok() {
                break;
            }
            std::thread::park_timeout(std::time::Duration::from_millis(100));
        }
        last
    }

    /// Damages a page of a file of the cluster, as a failing disk does; the server must be dead.
    ///
    /// # Errors
    /// When the file is not there.
    pub fn damage(&self, file: &str, page: u64) -> io::Result<()> {
        let file = fs::File::options().write(true).open(self.cluster().join(file))?;
        // In the midst, where rows lie.
        file.write_all_at(&[0x5A; 64], page * PAGE + PAGE / 2)
    }

    /// One with an empty cluster, and such settings for its directory.
    pub(super) fn found(
        programs: Programs,
        settings: impl FnOnce(&Path) -> String,
    ) -> io::Result<Self> {
        let server = Self::place(programs)?;
        succeed(
            server
                .program("initdb")
                .args(["--username=tongguan", "--auth=trust", "--encoding=UTF8", "--locale=C"])
                .args(["--data-checksums", "--no-sync", "-D"])
                .arg(server.cluster()),
        )?;
        server.configure(&settings(server.directory.path()))?;
        server.run()?;
        Ok(server)
    }

    /// A directory for a cluster, without one.
    pub(super) fn place(programs: Programs) -> io::Result<Self> {
        let directory = tempfile::Builder::new().prefix("tongguan-pg-").tempdir()?;
        let account = account()?;
        if let Some(account) = account {
            chown(directory.path(), Some(account.user), Some(account.group))?;
        }
        fs::set_permissions(directory.path(), fs::Permissions::from_mode(0o755))?;
        // When this process ends, its end of the pipe closes, whatever ended it.
        let janitor = command(Path::new("sh"), account)
            .arg("-c")
            .arg(r#"cat >/dev/null; "$0" stop -D "$1/data" -m immediate; rm -rf "$1""#)
            .arg(programs.0.join("pg_ctl"))
            .arg(directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            // A signal that the terminal sends to the tests must not end the janitor first.
            .process_group(0)
            .spawn()?;
        Ok(Self { programs, account, directory, janitor })
    }

    /// Writes its settings: those of all servers, and `further`.
    pub(super) fn configure(&self, further: &str) -> io::Result<()> {
        let directory = self.directory.path().display();
        let settings = format!("{SETTINGS}unix_socket_directories = '{directory}'\n{further}");
        fs::write(self.cluster().join("postgresql.auto.conf"), settings)
    }

    pub(super) fn run(&self) -> io::Result<()> {
        succeed(
            self.program("pg_ctl")
                .args(["start", "--wait", "--timeout=60", "-D"])
                .arg(self.cluster())
                .arg("-l")
                .arg(self.directory.path().join("log")),
        )
        .map(drop)
    }

    /// Has it read its settings again.
    pub(super) fn reload(&self) -> io::Result<()> {
        succeed(self.program("pg_ctl").args(["reload", "-D"]).arg(self.cluster())).map(drop)
    }

    pub(super) fn cluster(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    pub(super) fn program(&self, name: &str) -> Command {
        command(&self.programs.0.join(name), self.account)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.janitor.stdin.take());
        // Best effort: the process may be on its way out already.
        drop(self.janitor.wait());
    }
}

pub(super) fn command(program: &Path, account: Option<Account>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/").env_remove("PGDATA");
    if let Some(Account { user, group }) = account {
        command.uid(user).gid(group);
    }
    command
}

pub(super) fn succeed(command: &mut Command) -> io::Result<Output> {
    // Not a pipe: the server would inherit it, and reading it would wait for the server's end.
    let output =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).output()?;
    if output.status.success() {
        Ok(output)
    } else {
        let program = command.get_program().display();
        Err(io::Error::other(format!("{program} ended with {}", output.status)))
    }
}

/// The newest set of programs that is new enough.
fn find_programs() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| {
        std::env::split_paths(&path).map(|entry| entry.join("initdb")).collect::<Vec<_>>()
    });
    let packaged = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin/initdb"));
    on_path
        .chain(packaged)
        // On PATH there may be a link to where the other programs are.
        .filter_map(|initdb| fs::canonicalize(initdb).ok())
        .filter_map(|initdb| initdb.parent().map(Path::to_owned))
        .filter(|programs| programs.join("postgres").is_file())
        .filter_map(|programs| Some((version(&programs)?, programs)))
        .filter(|(version, _)| *version >= OLDEST)
        .max_by_key(|(version, _)| *version)
        .map(|(_, programs)| programs)
}

/// `postgres (PostgreSQL) 15.14 (Debian …)` is 15.
fn version(programs: &Path) -> Option<u32> {
    let output = Command::new(programs.join("postgres")).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let number = text.split_whitespace().nth(2)?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// For root, the account of the distribution's server, or else nobody's; none is needed otherwise.
fn account() -> io::Result<Option<Account>> {
    if fs::metadata("/proc/self")?.uid() != 0 {
        return Ok(None);
    }
    let accounts = fs::read_to_string("/etc/passwd")?;
    ["postgres", "nobody"]
        .iter()
        .find_map(|name| {
            let line = accounts.lines().find(|line| line.split(':').next() == Some(name))?;
            let mut ids = line.split(':').skip(2).map(str::parse);
            Some(Account { user: ids.next()?.ok()?, group: ids.next()?.ok()? })
        })
        .map(Some)
        .ok_or_else(|| io::Error::other("there is no account `postgres` or `nobody` to run it as"))
}
