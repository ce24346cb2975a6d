//! Reading from standbys, of a primary and of servers that follow it.

use std::sync::Arc;
use std::time::Duration;

use postgres::{Client, NoTls};
use tongguan_storage::{
    Looker, OpenError, Position, Register, StandbySettings, StandbyStanding, StandbyTrouble,
    StorageError, Store, StoreSettings, Target,
};
use tongguan_testbed::postgres::{PoolMode, Pooler, Server, database, leave_out};

use crate::fixture::at;

/// Longer than any test takes.
const EVER: Duration = Duration::from_secs(3_600);

/// A primary and a standby that follows it.
struct Servers {
    primary: Server,
    standby: Server,
    store: Store,
}

impl Servers {
    /// None where there is no server; the reason has been said loudly.
    fn start() -> Option<Self> {
        let primary = match Server::start_archiving() {
            Ok(server) => server,
            Err(reason) => {
                leave_out(&reason);
                return None;
            }
        };
        let target = Target::Postgres(primary.url("postgres"));
        let store = Store::open(&target, StoreSettings::default(), at(0)).unwrap();
        let standby = primary.follower().unwrap();
        Some(Self { primary, standby, store })
    }

    fn reading(&self, url: String, behind_at_most: Duration) -> Store {
        let settings = StandbySettings { urls: vec![url], behind_at_most };
        self.store.reading_from(&settings).unwrap()
    }

    /// Whether the standby has replayed what was committed.
    fn has_caught_up(&self) -> bool {
        let wanted = self.store.position().unwrap().to_string();
        let asked = format!("SELECT (pg_last_wal_replay_lsn() >= '{wanted}')::TEXT");
        said(&self.standby, &asked) == "true"
    }

    fn pause(&self) {
        wait_for(|| self.has_caught_up());
        said(&self.standby, "SELECT pg_wal_replay_pause()::TEXT");
        let paused = "SELECT pg_get_wal_replay_pause_state()";
        wait_for(|| said(&self.standby, paused) == "paused");
    }

    fn resume(&self) {
        said(&self.standby, "SELECT pg_wal_replay_resume()::TEXT");
    }

    /// Changes something.
    fn write(&self) -> i64 {
        self.store.writer().unwrap().transaction(|tx| tx.bump(Register::Settings)).unwrap()
    }
}

/// What a server says of one text.
fn said(server: &Server, text: &str) -> String {
    let mut client = Client::connect(&server.url("postgres"), NoTls).unwrap();
    client.query_one(text, &[]).unwrap().get(0)
}

fn wait_for(mut is_so: impl FnMut() -> bool) {
    for _ in 0..1_500 {
        if is_so() {
            return;
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
    panic!("half a minute was not enough");
}

/// Looks until the one standby stands as wanted.
fn look_until(store: &Store, is_so: impl Fn(&StandbyStanding) -> bool) {
    wait_for(|| {
        store.look_at_standby(0);
        is_so(&store.standbys()[0])
    });
}

fn is_used(standby: &StandbyStanding) -> bool {
    standby.trouble.is_none()
}

/// What somebody reads who has seen the database as it was at `seen`.
fn seen_by(store: &Store, looker: &Arc<Looker>) -> Result<i64, StorageError> {
    looker.run(|| store.read(|view| view.revision(Register::Settings)))
}

fn seen_after(store: &Store, seen: Position) -> i64 {
    seen_by(store, &Looker::who_has_seen(seen)).unwrap()
}

fn reads(store: &Store) -> u64 {
    store.standbys()[0].reads
}

#[test]
fn a_standby_that_is_named_as_the_database_is_read_from_and_gives_no_writer() {
    let Some(servers) = Servers::start() else { return };
    let written = servers.write();
    wait_for(|| servers.has_caught_up());
    let open = |database: &str| {
        let target = Target::Postgres(servers.standby.url(database));
        Store::open(&target, StoreSettings::default(), at(0))
    };
    let store = open("postgres").unwrap();
    let read = store.read(|view| view.revision(Register::Settings));
    assert_eq!(read.unwrap(), written);
    assert!(matches!(store.writer().unwrap_err(), StorageError::Standby));
    // Nobody has made a database of ours in this one.
    assert!(matches!(open("template1").unwrap_err(), OpenError::StandbyUnprepared));
}

#[test]
fn a_stranger_sees_the_standby_and_who_has_written_what_he_wrote() {
    let Some(servers) = Servers::start() else { return };
    let before = servers.write();
    let store = servers.reading(servers.standby.url("postgres"), EVER);
    let early = Looker::who_has_seen(Position::START);
    assert_eq!(seen_by(&store, &early).unwrap(), before);
    assert_eq!(reads(&store), 0, "nobody has looked at it");
    look_until(&store, is_used);
    servers.pause();
    let now = servers.write();
    let written = store.position().unwrap();
    assert_ne!(before, now);
    assert_eq!(seen_after(&store, Position::START), before, "it was read from the standby");
    assert_eq!(seen_after(&store, written), now, "he sees what he wrote");
    assert_eq!(reads(&store), 1);
    // Who decides, and who looks by a handle without standbys.
    assert_eq!(store.read(|view| view.revision(Register::Settings)).unwrap(), now);
    let looker = Looker::who_has_seen(Position::START);
    assert_eq!(seen_by(&servers.store, &looker).unwrap(), now);
    assert_eq!(seen_by(&store, &early).unwrap(), now, "who was shown the primary goes on there");
    servers.resume();
    wait_for(|| servers.has_caught_up());
    assert_eq!(seen_after(&store, written), now);
    assert_eq!(reads(&store), 2, "it has what he wrote");
}

#[test]
fn a_standby_that_is_behind_or_gone_is_left_out_until_it_is_well() {
    let Some(servers) = Servers::start() else { return };
    let store = servers.reading(servers.standby.url("postgres"), Duration::from_secs(2));
    look_until(&store, is_used);
    servers.pause();
    let now = servers.write();
    look_until(&store, |it| it.trouble == Some(StandbyTrouble::Behind));
    assert_eq!(seen_after(&store, Position::START), now, "the primary is read");
    servers.resume();
    look_until(&store, is_used);
    let read = reads(&store);
    assert_eq!(seen_after(&store, Position::START), now);
    assert_eq!(reads(&store), read + 1);
    servers.standby.kill().unwrap();
    // Before anybody has looked.
    assert_eq!(seen_after(&store, Position::START), now, "the primary is read");
    assert!(matches!(store.standbys()[0].trouble, Some(StandbyTrouble::Gone(_))));
    look_until(&store, |it| matches!(it.trouble, Some(StandbyTrouble::Gone(_))));
    servers.standby.restart().unwrap();
    look_until(&store, is_used);
    assert_eq!(seen_after(&store, Position::START), now);
    assert_eq!(reads(&store), read + 2);
}

#[test]
fn a_promoted_standby_is_left_out_at_once() {
    let Some(servers) = Servers::start() else { return };
    let store = servers.reading(servers.standby.url("postgres"), EVER);
    look_until(&store, is_used);
    servers.standby.promote().unwrap();
    let now = servers.write();
    assert_eq!(seen_after(&store, Position::START), now, "nobody has looked since");
    assert_eq!(store.standbys()[0].trouble, Some(StandbyTrouble::Promoted));
    look_until(&store, |it| it.trouble == Some(StandbyTrouble::Promoted));
}

#[test]
fn what_is_no_standby_of_this_database_is_left_out() {
    let Some(servers) = Servers::start() else { return };
    let mut client = Client::connect(&servers.primary.url("postgres"), NoTls).unwrap();
    client.batch_execute("CREATE DATABASE another").unwrap();
    wait_for(|| servers.has_caught_up());
    let another = servers.reading(servers.standby.url("another"), EVER);
    look_until(&another, |it| it.trouble == Some(StandbyTrouble::OtherDatabase));
    // Where there is no server, that has been said loudly.
    let Some(elsewhere) = database() else { return };
    let elsewhere = servers.reading(elsewhere.url.clone(), EVER);
    look_until(&elsewhere, |it| it.trouble == Some(StandbyTrouble::OtherDatabase));
    let itself = servers.reading(servers.primary.url("postgres"), EVER);
    look_until(&itself, |it| it.trouble == Some(StandbyTrouble::Promoted));
    for store in [another, elsewhere, itself] {
        seen_after(&store, Position::START);
        assert_eq!(reads(&store), 0);
    }
}

#[test]
fn what_a_standby_breaks_off_is_told_to_whoever_looks() {
    let Some(servers) = Servers::start() else { return };
    let mut client = Client::connect(&servers.primary.url("postgres"), NoTls).unwrap();
    let mut standby = Client::connect(&servers.standby.url("postgres"), NoTls).unwrap();
    standby.batch_execute("ALTER SYSTEM SET max_standby_streaming_delay = 0").unwrap();
    standby.batch_execute("SELECT pg_reload_conf()").unwrap();
    let store = servers.reading(servers.standby.url("postgres"), EVER);
    look_until(&store, is_used);
    let looker = Looker::who_has_seen(Position::START);
    let broken = looker.run(|| {
        store.read(|view| {
            view.revision(Register::Settings)?;
            // What the standby replays takes a lock that this reader is in the way of.
            let lock = "BEGIN; LOCK TABLE revision IN ACCESS EXCLUSIVE MODE; COMMIT";
            client.batch_execute(lock).unwrap();
            for _ in 0..200 {
                view.revision(Register::Settings)?;
                std::thread::park_timeout(Duration::from_millis(20));
            }
            Ok::<_, StorageError>(())
        })
    });
    assert!(broken.is_err());
    assert!(looker.was_let_down());
    assert_eq!(store.standbys()[0].asked_again, 1);
}

#[test]
fn a_pooler_by_the_session_is_as_good_as_the_standby() {
    let Some(servers) = Servers::start() else { return };
    for mode in [PoolMode::Session, PoolMode::Transaction] {
        // Where there is none, that has been said loudly.
        let Some(pooler) = Pooler::start(&servers.standby, mode).unwrap() else { return };
        let store = servers.reading(pooler.url("postgres"), EVER);
        match mode {
            PoolMode::Session => look_until(&store, is_used),
            PoolMode::Transaction => {
                look_until(&store, |it| it.trouble == Some(StandbyTrouble::Pooled));
            }
        }
        seen_after(&store, Position::START);
        assert_eq!(reads(&store), u64::from(mode == PoolMode::Session));
    }
}

#[test]
fn what_cannot_be_a_standby_is_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let target = Target::Sqlite(directory.path().join("store"));
    let store = Store::open(&target, StoreSettings::default(), at(0)).unwrap();
    let of = |urls: &[&str]| StandbySettings {
        urls: urls.iter().map(ToString::to_string).collect(),
        behind_at_most: EVER,
    };
    assert!(matches!(store.reading_from(&of(&["host=a"])), Err(OpenError::StandbyOfFile)));
    assert!(!store.reading_from(&of(&[])).unwrap().has_standbys());
    assert_eq!(store.position().unwrap(), Position::START);
    // Where there is no server, that has been said loudly.
    let Some(database) = database() else { return };
    let target = Target::Postgres(database.url.clone());
    let store = Store::open(&target, StoreSettings::default(), at(0)).unwrap();
    let refused = |urls: &[&str]| store.reading_from(&of(urls)).unwrap_err();
    assert!(matches!(refused(&["host=a", "hots=b"]), OpenError::StandbyUrl { n: 2, .. }));
    let twice = refused(&["host=a password=secret", "host=a"]);
    assert!(matches!(&twice, OpenError::StandbyTwice { name } if name == "a:5432"), "{twice}");
}
