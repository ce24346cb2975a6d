//! The wire between a client and the server: cut at a commit, cut altogether, or dead without a word.
//!
//! A cut wire tells the client nothing, so it cannot know whether its transaction counts. Here the test
//! does know, because it says which of the two messages is lost.

mod ends;

use std::io::{self, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;

use ::postgres::Config;

use self::ends::{Server, Stream};

/// Which message a cut wire loses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lost {
    /// `COMMIT`: the server rolls the transaction back.
    Request,
    /// What the server says to it: the transaction counts.
    Answer,
}

/// A wire to a database, on a port of this machine.
#[derive(Debug)]
pub struct Wire {
    /// The connection string of the database behind it.
    pub url: String,
    port: u16,
    state: Arc<State>,
}

/// What a wire lets through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Passing {
    #[default]
    Everything,
    /// Bytes wait where they are, and nobody is told.
    Nothing,
    /// Connections are closed, and new ones too.
    Nobody,
}

#[derive(Default)]
struct State {
    /// What is lost, after how many commits that are let through.
    cut: Mutex<Option<(Lost, u32)>>,
    cuts: AtomicU32,
    closed: AtomicBool,
    passing: Mutex<Passing>,
    changed: Condvar,
    /// Both ends of every connection, for whoever cuts them.
    ends: Mutex<Vec<Stream>>,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("passing", &*self.passing()).finish_non_exhaustive()
    }
}

impl Wire {
    /// Lays a wire to the database of that URL.
    ///
    /// # Errors
    /// When the URL is none, or no port can be had.
    pub fn to(url: &str) -> io::Result<Self> {
        let config: Config = url.parse().map_err(io::Error::other)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = listener.local_addr()?.port();
        let url = through(port, &config);
        let state = Arc::new(State::default());
        let (listening, server) = (state.clone(), Server::of(&config)?);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if listening.closed.load(Ordering::SeqCst) {
                    break;
                }
                // Without a server behind it a wire is dead, which is what the client then sees.
                drop(connect(client, &server, &listening));
            }
        });
        Ok(Self { url, port, state })
    }

    /// Loses a message of one commit, after so many others have been let through, and cuts the
    /// connection that it went over. The next one is whole again.
    pub fn cut_at_commit(&self, lost: Lost, others_first: u32) {
        *self.state.cut.lock().unwrap_or_else(PoisonError::into_inner) = Some((lost, others_first));
    }

    /// Lets nothing through any more, without a word to either side, as a firewall does that forgets its
    /// connections; until [`Self::mend`].
    pub fn stop(&self) {
        self.state.pass_on(Passing::Nothing);
    }

    /// Closes every connection, and every new one; until [`Self::mend`].
    pub fn cut(&self) {
        self.state.pass_on(Passing::Nobody);
        let ends = std::mem::take(&mut *self.state.ends());
        ends.iter().for_each(Stream::close);
    }

    /// Lets everything through again, also what has waited.
    pub fn mend(&self) {
        self.state.pass_on(Passing::Everything);
    }

    /// How often it has been cut at a commit.
    pub fn cuts(&self) -> u32 {
        self.state.cuts.load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.state.closed.store(true, Ordering::SeqCst);
        // What is connected goes on until it ends: a world that outlives its wire is audited over it.
        self.mend();
        // Wakes the listener, which sees that it is over.
        drop(TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)));
    }
}

impl State {
    /// What is to be lost of a commit that has just been asked for.
    fn loses(&self) -> Option<Lost> {
        let mut cut = self.cut.lock().unwrap_or_else(PoisonError::into_inner);
        match &mut *cut {
            Some((lost, 0)) => {
                let lost = *lost;
                *cut = None;
                Some(lost)
            }
            Some((_, others_first)) => {
                *others_first -= 1;
                None
            }
            None => None,
        }
    }

    fn count_cut(&self) {
        self.cuts.fetch_add(1, Ordering::SeqCst);
    }

    fn passing(&self) -> MutexGuard<'_, Passing> {
        self.passing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ends(&self) -> MutexGuard<'_, Vec<Stream>> {
        self.ends.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pass_on(&self, what: Passing) {
        *self.passing() = what;
        self.changed.notify_all();
    }

    /// Waits until something may pass; an error where nobody may.
    fn pass(&self) -> io::Result<()> {
        let passing = self.passing();
        let passing = self.changed.wait_while(passing, |it| *it == Passing::Nothing);
        match *passing.unwrap_or_else(PoisonError::into_inner) {
            Passing::Nobody => Err(io::ErrorKind::ConnectionAborted.into()),
            Passing::Everything | Passing::Nothing => Ok(()),
        }
    }
}

/// The connection string of the same database through a port of this machine.
fn through(port: u16, config: &Config) -> String {
    // Bare where that goes: some write it between quotation marks of their own.
    let quoted = |text: &str| match text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        true if !text.is_empty() => text.to_owned(),
        _ => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
    };
    let mut url = format!("host=127.0.0.1 port={port} sslmode=disable");
    if let Some(user) = config.get_user() {
        url += &format!(" user={}", quoted(user));
    }
    if let Some(password) = config.get_password() {
        url += &format!(" password={}", quoted(&String::from_utf8_lossy(password)));
    }
    if let Some(name) = config.get_dbname() {
        url += &format!(" dbname={}", quoted(name));
    }
    url
}

/// Carries messages both ways until either side ends, or the wire is cut.
fn connect(client: TcpStream, server: &Server, state: &Arc<State>) -> io::Result<()> {
    client.set_nodelay(true)?;
    if *state.passing() == Passing::Nobody {
        return Ok(());
    }
    let (client, server) = (Stream::Tcp(client), server.connect()?);
    state.ends().extend([client.try_clone()?, server.try_clone()?]);
    let (client_again, server_again) = (client.try_clone()?, server.try_clone()?);
    let swallow = Arc::new(AtomicBool::new(false));
    let (asking, answering) = (state.clone(), state.clone());
    let swallowing = swallow.clone();
    thread::spawn(move || {
        // Whatever ended it, both sides are to see the end.
        drop(carry_requests(&client, &server, &asking, &swallow));
        client.close();
        // The answer to the last request may be under way: the other thread closes this side then.
        if !swallow.load(Ordering::SeqCst) {
            server.close();
        }
    });
    thread::spawn(move || {
        drop(carry_answers(&server_again, &client_again, &answering, &swallowing));
        client_again.close();
        server_again.close();
    });
    Ok(())
}

/// Carries what the client asks. A connection begins with a message that has no kind.
fn carry_requests(
    from: &Stream,
    to: &Stream,
    state: &State,
    swallow: &AtomicBool,
) -> io::Result<()> {
    let (mut from, mut to) = (BufReader::new(from.try_clone()?), to.try_clone()?);
    let first = message(&mut from, Kind::Absent)?;
    state.pass()?;
    to.write_all(&first)?;
    loop {
        let request = message(&mut from, Kind::First)?;
        state.pass()?;
        if request.first() == Some(&b'Q') && request.get(5..) == Some(b"COMMIT\0") {
            match state.loses() {
                Some(Lost::Request) => {
                    state.count_cut();
                    return Ok(());
                }
                Some(Lost::Answer) => swallow.store(true, Ordering::SeqCst),
                None => {}
            }
        }
        to.write_all(&request)?;
    }
}

/// Carries what the server answers, until it has said that the commit counts which the client is not
/// to hear of.
fn carry_answers(
    from: &Stream,
    to: &Stream,
    state: &State,
    swallow: &AtomicBool,
) -> io::Result<()> {
    let (mut from, mut to) = (BufReader::new(from.try_clone()?), to.try_clone()?);
    loop {
        let answer = message(&mut from, Kind::First)?;
        state.pass()?;
        if !swallow.load(Ordering::SeqCst) {
            to.write_all(&answer)?;
        } else if answer.first() == Some(&b'C') && answer.get(5..) == Some(b"COMMIT\0") {
            state.count_cut();
            return Ok(());
        }
    }
}

/// Whether a message begins with a byte that says its kind.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    First,
    Absent,
}

/// The next whole message (PostgreSQL documentation, "Message Formats").
fn message(from: &mut impl Read, kind: Kind) -> io::Result<Vec<u8>> {
    let mut message = vec![0; if kind == Kind::First { 5 } else { 4 }];
    from.read_exact(&mut message)?;
    let length = message.last_chunk::<4>().copied().map(u32::from_be_bytes).unwrap_or_default();
    // The length counts itself.
    let rest = u64::from(length).saturating_sub(4);
    if from.take(rest).read_to_end(&mut message)? as u64 != rest {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(message)
}

#[cfg(test)]
mod tests {
    use ::postgres::{Client, NoTls};

    use super::*;
    use crate::postgres::database;

    /// Loses a message of the second of three commits; gives what the database then holds.
    fn kept(lost: Lost) -> Option<Vec<i64>> {
        let database = database()?;
        let wire = Wire::to(&database.url).unwrap();
        wire.cut_at_commit(lost, 1);
        for n in 1..=3_i64 {
            let mut client = Client::connect(&wire.url, NoTls).unwrap();
            let table = "BEGIN; CREATE TABLE IF NOT EXISTS kept (n BIGINT)";
            client.batch_execute(table).unwrap();
            client.execute("INSERT INTO kept VALUES ($1)", &[&n]).unwrap();
            let committed = client.batch_execute("COMMIT");
            assert_eq!(committed.is_err(), n == 2, "the second is cut");
            assert!(committed.err().is_none_or(|error| error.as_db_error().is_none()));
        }
        assert_eq!(wire.cuts(), 1);
        let mut client = Client::connect(&database.url, NoTls).unwrap();
        let rows = client.query("SELECT n FROM kept ORDER BY n", &[]).unwrap();
        Some(rows.iter().map(|row| row.get(0)).collect())
    }

    #[test]
    fn nothing_passes_a_stopped_wire_until_it_is_mended_and_nobody_a_cut_one() {
        let Some(database) = database() else { return };
        let wire = Wire::to(&database.url).unwrap();
        let mut client = Client::connect(&wire.url, NoTls).unwrap();
        wire.stop();
        let asking = thread::spawn(move || client.batch_execute("SELECT 1").map(|()| client));
        // What cannot come does not, however long that is watched.
        thread::park_timeout(std::time::Duration::from_millis(50));
        assert!(!asking.is_finished());
        wire.mend();
        let mut client = asking.join().unwrap().unwrap();
        wire.cut();
        assert!(client.batch_execute("SELECT 1").is_err());
        assert!(Client::connect(&wire.url, NoTls).is_err());
        wire.mend();
        Client::connect(&wire.url, NoTls).unwrap();
    }

    #[test]
    fn a_lost_request_counts_for_nothing() {
        let Some(kept) = kept(Lost::Request) else { return };
        assert_eq!(kept, [1, 3]);
    }

    #[test]
    fn a_lost_answer_counts() {
        let Some(kept) = kept(Lost::Answer) else { return };
        assert_eq!(kept, [1, 2, 3]);
    }
}
