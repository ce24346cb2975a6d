//! A primary and standbys: the primary dies, the most advanced standby takes its place, the others follow it, and the
//! dead one comes back as a standby, again and again.

use std::fs;
use std::io;
use std::time::Duration;

use ::postgres::{Client, NoTls};

use super::copy::url_of;
use super::server::{Programs, Server};

/// Of whoever is the primary, each commit waits for one of the others; so it holds when a standby takes over, before
/// anybody follows that.
const SETTINGS: &str = "wal_level = replica
max_wal_senders = 10
wal_keep_size = 512MB
wal_retrieve_retry_interval = 200ms
synchronous_standby_names = 'ANY 1 (*)'
";

/// Servers of which one is written to, and each commit is on two disks at least before it is acknowledged.
#[derive(Debug)]
pub struct Replicated {
    /// The one that is written to.
    primary: Server,
    standbys: Vec<Server>,
    /// Killed, and not yet a standby.
    lost: Option<Server>,
}

impl Replicated {
    /// Starts an empty primary and so many standbys, at least two: with one, nothing could be committed after the
    /// first of them had taken over.
    ///
    /// # Errors
    /// When one of them does not start.
    pub fn start(programs: Programs, standbys: usize) -> io::Result<Self> {
        let primary = Server::found(programs.clone(), |_| SETTINGS.to_owned())?;
        let mut servers = Self { primary, standbys: Vec::new(), lost: None };
        for _ in 0..standbys.max(2) {
            servers.lost = Some(Server::place(programs.clone())?);
            servers.rebuild()?;
        }
        Ok(servers)
    }

    /// A connection string of a database that is on whichever of them is written to.
    pub fn url(&self, database: &str) -> String {
        let others = self.standbys.iter().chain(&self.lost);
        url_of(std::iter::once(&self.primary).chain(others), database)
    }

    /// Kills the primary as a crash would.
    ///
    /// # Errors
    /// When it is not running.
    pub fn kill_primary(&self) -> io::Result<()> {
        self.primary.kill()
    }

    /// Has the most advanced standby take the place of the primary, which must be dead, and the others follow it.
    ///
    /// # Errors
    /// When that does not go, or the last one that was lost was not rebuilt.
    pub fn promote(&mut self) -> io::Result<()> {
        if self.lost.is_some() {
            return Err(io::Error::other("rebuild the one that was lost first"));
        }
        let mut received = Vec::new();
        for (n, standby) in self.standbys.iter().enumerate() {
            received.push((received_by(standby)?, n));
        }
        // Each acknowledged commit is on one of them, and what one lacks is at the end: the most advanced has all.
        let best = received.into_iter().max().map(|(_, n)| n);
        let best = best.ok_or_else(|| io::Error::other("there is no standby"))?;
        let promoted = self.standbys.swap_remove(best);
        for other in &self.standbys {
            follow(other, &promoted)?;
            other.reload()?;
        }
        promoted.promote()?;
        self.lost = Some(std::mem::replace(&mut self.primary, promoted));
        Ok(())
    }

    /// Makes the one that was lost anew from the primary, and waits until it follows.
    ///
    /// # Errors
    /// When that does not go, or it does not follow within half a minute.
    pub fn rebuild(&mut self) -> io::Result<()> {
        let Some(lost) = self.lost.take() else { return Ok(()) };
        if lost.cluster().exists() {
            fs::remove_dir_all(lost.cluster())?;
        }
        self.primary.copy_to(&lost, "stream")?;
        follow(&lost, &self.primary)?;
        fs::write(lost.cluster().join("standby.signal"), "")?;
        lost.restart()?;
        self.standbys.push(lost);
        let following = "SELECT FROM pg_stat_replication WHERE state = 'streaming'";
        wait_for(&self.primary, following, self.standbys.len())
    }
}

/// Writes whom a standby follows.
fn follow(standby: &Server, primary: &Server) -> io::Result<()> {
    let from = primary.host();
    standby.configure(&format!("{SETTINGS}primary_conninfo = 'host={from} user=tongguan'\n"))
}

/// How much of the log a standby has on its disk, in bytes, once no more can come.
fn received_by(standby: &Server) -> io::Result<i64> {
    wait_for(standby, "SELECT FROM pg_stat_wal_receiver WHERE status = 'streaming'", 0)?;
    let received = "SELECT CAST(GREATEST(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0' AS BIGINT)";
    let row = connect(standby)?.query_one(received, &[]).map_err(io::Error::other)?;
    Ok(row.get::<_, Option<i64>>(0).unwrap_or(0))
}

/// Waits until a query gives so many rows.
fn wait_for(server: &Server, query: &str, rows: usize) -> io::Result<()> {
    let mut client = connect(server)?;
    for _ in 0..1_500 {
        if client.query(query, &[]).map_err(io::Error::other)?.len() == rows {
            return Ok(());
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    Err(io::Error::other(format!("half a minute was not enough for {rows} rows of `{query}`")))
}

fn connect(server: &Server) -> io::Result<Client> {
    Client::connect(&server.url("postgres"), NoTls).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::postgres::leave_out;

    #[test]
    fn what_was_committed_is_there_however_often_the_primary_dies() {
        let programs = match Programs::find() {
            Ok(programs) => programs,
            Err(reason) => return leave_out(&reason),
        };
        let mut servers = Replicated::start(programs, 2).unwrap();
        let url = servers.url("postgres");
        let table = "CREATE TABLE kept (n BIGINT)";
        Client::connect(&url, NoTls).unwrap().batch_execute(table).unwrap();
        for n in 1..=2_i64 {
            let mut client = Client::connect(&url, NoTls).unwrap();
            client.execute("INSERT INTO kept VALUES ($1)", &[&n]).unwrap();
            servers.kill_primary().unwrap();
            assert!(client.batch_execute("SELECT 1").is_err(), "it is dead");
            servers.promote().unwrap();
            assert!(servers.promote().is_err(), "one is missing");
            let mut client = Client::connect(&url, NoTls).unwrap();
            client.execute("INSERT INTO kept VALUES ($1)", &[&-n]).unwrap();
            servers.rebuild().unwrap();
        }
        let mut client = Client::connect(&url, NoTls).unwrap();
        let rows = client.query("SELECT n FROM kept ORDER BY n", &[]).unwrap();
        let kept: Vec<i64> = rows.iter().map(|row| row.get(0)).collect();
        assert_eq!(kept, [-2, -1, 1, 2]);
    }
}
