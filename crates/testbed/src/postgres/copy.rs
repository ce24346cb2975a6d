//! Copies of a whole server, made while it works: a base backup, from which another server recovers to a moment;
//! and a standby, which follows it and takes its place.

use std::fs;
use std::io;
use std::time::Duration;

use ::postgres::{Client, NoTls};

use super::server::{Programs, Server, Unavailable, succeed};

/// Where finished segments of the write-ahead log are kept, beside the cluster.
const ARCHIVE: &str = "archive";

/// A copy of a server's files, which nobody runs yet.
#[derive(Debug)]
pub struct BaseBackup {
    /// Where it lies, and will run.
    copy: Server,
    /// How a segment is fetched.
    restore_command: String,
}

impl Server {
    /// Starts a server with an empty cluster that keeps every segment of its write-ahead log.
    ///
    /// # Errors
    /// [`Unavailable`] where the programs are missing or do not start.
    pub fn start_archiving() -> Result<Self, Unavailable> {
        Self::found(Programs::find()?, |directory| {
            let archive = directory.join(ARCHIVE).display().to_string();
            format!(
                "wal_level = replica\nmax_wal_senders = 4\narchive_mode = on\n\
                 archive_command = 'mkdir -p {archive} && cp %p {archive}/%f'\n"
            )
        })
        .map_err(Unavailable::not_started)
    }

    /// Copies its files while it works.
    ///
    /// # Errors
    /// When that does not go.
    pub fn base_backup(&self) -> io::Result<BaseBackup> {
        let copy = self.copied("none")?;
        let archive = self.directory.path().join(ARCHIVE);
        let restore_command = format!("cp {}/%f %p", archive.display());
        Ok(BaseBackup { copy, restore_command })
    }

    /// Starts a standby that every commit of this server waits for from now on.
    ///
    /// # Errors
    /// When that does not go, and when it does not follow within half a minute.
    pub fn standby(&self) -> io::Result<Self> {
        let standby = self.follower()?;
        let mut client = Client::connect(&self.url("postgres"), NoTls).map_err(io::Error::other)?;
        for setting in
            ["ALTER SYSTEM SET synchronous_standby_names = '*'", "SELECT pg_reload_conf()"]
        {
            client.batch_execute(setting).map_err(io::Error::other)?;
        }
        let follows = "SELECT FROM pg_stat_replication WHERE sync_state = 'sync'";
        for _ in 0..300 {
            if !client.query(follows, &[]).map_err(io::Error::other)?.is_empty() {
                return Ok(standby);
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
        Err(io::Error::other("the standby does not follow"))
    }

    /// Starts a standby that no commit waits for.
    ///
    /// # Errors
    /// When it does not start.
    pub fn follower(&self) -> io::Result<Self> {
        let standby = self.copied("stream")?;
        let from = self.directory.path().display();
        standby.configure(&format!(
            "wal_level = replica\nmax_wal_senders = 4\nwal_retrieve_retry_interval = 200ms\n\
             primary_conninfo = 'host={from} user=tongguan'\n"
        ))?;
        fs::write(standby.cluster().join("standby.signal"), "")?;
        standby.run()?;
        Ok(standby)
    }

    /// Makes a standby the server that is written to.
    ///
    /// # Errors
    /// When it does not take over.
    pub fn promote(&self) -> io::Result<()> {
        succeed(self.program("pg_ctl").args(["promote", "--wait", "-D"]).arg(self.cluster()))?;
        self.wait_until_it_writes()
    }

    /// A connection string of a database that is on this server or, when this is away, on the other.
    pub fn url_with(&self, other: &Self, database: &str) -> String {
        url_of([self, other], database)
    }

    /// Its files, copied while it works, with so much of its log.
    fn copied(&self, log: &str) -> io::Result<Self> {
        let copy = Self::place(self.programs.clone())?;
        self.copy_to(&copy, log)?;
        Ok(copy)
    }

    /// Copies its files while it works, with so much of its log, to where another has none.
    pub(super) fn copy_to(&self, copy: &Self, log: &str) -> io::Result<()> {
        succeed(
            self.program("pg_basebackup")
                .args(["--username=tongguan", "--checkpoint=fast", "--no-sync"])
                .arg(format!("--wal-method={log}"))
                .arg("--host")
                .arg(self.directory.path())
                .arg("--pgdata")
                .arg(copy.cluster()),
        )
        .map(drop)
    }

    /// Has the segment that is being written archived, and waits until it is.
    ///
    /// # Errors
    /// What the server says, and that nothing is archived within half a minute.
    pub fn archive_now(&self) -> io::Result<()> {
        let mut client = Client::connect(&self.url("postgres"), NoTls).map_err(io::Error::other)?;
        let row = client.query_one("SELECT pg_walfile_name(pg_switch_wal())", &[]);
        let segment: String = row.map_err(io::Error::other)?.get(0);
        let archived = self.directory.path().join(ARCHIVE).join(&segment);
        for _ in 0..300 {
            if archived.exists() {
                return Ok(());
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
        Err(io::Error::other(format!("segment {segment} was not archived")))
    }

    /// While it recovers it answers whoever only reads.
    pub(super) fn wait_until_it_writes(&self) -> io::Result<()> {
        let mut client = Client::connect(&self.url("postgres"), NoTls).map_err(io::Error::other)?;
        for _ in 0..300 {
            let row = client.query_one("SELECT pg_is_in_recovery()", &[]);
            if !row.map_err(io::Error::other)?.get::<_, bool>(0) {
                return Ok(());
            }
            std::thread::park_timeout(Duration::from_millis(100));
        }
        Err(io::Error::other("the server did not end its recovery"))
    }
}

/// A connection string of a database that is on whichever of these servers is written to.
pub(super) fn url_of<'s>(servers: impl IntoIterator<Item = &'s Server>, database: &str) -> String {
    let hosts: Vec<_> = servers.into_iter().map(Server::host).collect();
    let hosts = hosts.join(",");
    format!("host={hosts} user=tongguan dbname={database} target_session_attrs=read-write")
}

impl BaseBackup {
    /// Starts it as it stood at `until`, a time as the server writes it; the other server may have gone on since.
    ///
    /// # Errors
    /// When it does not start.
    pub fn recover(self, until: &str) -> io::Result<Server> {
        let Self { copy, restore_command } = self;
        copy.configure(&format!(
            "restore_command = '{restore_command}'\nrecovery_target_time = '{until}'\n\
             recovery_target_action = 'promote'\n"
        ))?;
        fs::write(copy.cluster().join("recovery.signal"), "")?;
        copy.run()?;
        copy.wait_until_it_writes()?;
        Ok(copy)
    }
}
