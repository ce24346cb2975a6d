//! Nothing that was acknowledged is lost and nothing happens twice, whatever is killed or cut.
//!
//! The real binary clears signed messages and is killed with SIGKILL at seeded moments, on SQLite and on
//! PostgreSQL; or its PostgreSQL server is killed under it; or the wire between the two is cut at a
//! commit. A file in `inbox/done/` is an acknowledgement: the ledger outside of the product remembers
//! every one. `TONGGUAN_CRASH_ROUNDS` sets the rounds of each of these tests, and `TONGGUAN_CRASH_SEED`
//! the moments.

pub mod desk;
pub mod proof;

use std::process::Stdio;
use std::time::Duration;

use tongguan_testkit::postgres::wire::{Lost, Wire};
use tongguan_testkit::postgres::{Server, database, leave_out};

use self::desk::Desk;
use crate::gateway::Gateway;

/// How often the process is killed on SQLite, its server, and the wire is cut.
const ROUNDS: u64 = 10;
/// How often the process is killed on PostgreSQL, where the next one waits for the leases of the last.
const LEASED_ROUNDS: u64 = 3;
/// Groups of messages that arrive in one round.
const GROUPS: u64 = 6;

/// Seeded chance (SplitMix64).
pub struct Chance(u64);

impl Chance {
    fn from_environment() -> Self {
        let seed = number("TONGGUAN_CRASH_SEED").unwrap_or(20_260_302);
        println!("TONGGUAN_CRASH_SEED={seed}");
        Self(seed)
    }

    /// A number below `bound`.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % bound
    }
}

/// When to kill: so far on, from where the round began.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// So many milliseconds after the start: while it starts, or takes up what the last one left.
    Millis(u64),
    /// When so many files have been acknowledged.
    Acknowledged(u64),
    /// When so many responses have been written.
    Answered(u64),
}

impl Cut {
    fn drawn(chance: &mut Chance) -> Self {
        match chance.below(4) {
            0 => Self::Millis(chance.below(150)),
            1 => Self::Answered(chance.below(GROUPS * 8)),
            _ => Self::Acknowledged(chance.below(GROUPS * 4)),
        }
    }

    /// Waits for it; no longer than until everything is done.
    fn wait(self, desk: &Desk, gateway: &mut Gateway) {
        let (done, answered) = (desk.done().len() as u64, desk.answers().len() as u64);
        let begin = gateway.age();
        gateway.wait_until("the moment to kill it", |age| {
            desk.inbox().is_empty()
                || match self {
                    Self::Millis(millis) => age - begin >= millis,
                    Self::Acknowledged(more) => desk.done().len() as u64 >= done + more,
                    Self::Answered(more) => desk.answers().len() as u64 >= answered + more,
                }
        });
    }
}

#[test]
fn a_process_killed_at_any_moment_loses_nothing_and_repeats_nothing() {
    kill_the_process(Desk::on_sqlite(), rounds(ROUNDS));
}

#[test]
fn a_process_killed_on_postgres_is_taken_over_without_loss_or_repetition() {
    let Some(database) = database() else { return };
    kill_the_process(Desk::on_postgres(&database.url), rounds(LEASED_ROUNDS));
}

fn kill_the_process(mut desk: Desk, rounds: u64) {
    let mut chance = Chance::from_environment();
    for round in 0..rounds {
        desk.receive(GROUPS, &mut chance);
        let cut = Cut::drawn(&mut chance);
        let mut gateway = desk.watch();
        cut.wait(&desk, &mut gateway);
        gateway.kill();
        desk.note_acknowledgements();
        println!("round {round}: {cut:?}, {} acknowledged", desk.acknowledged.len());
        // In the other rounds it is the product that recovers the database first.
        if chance.below(2) == 0 {
            proof::what_was_acknowledged_is_stored(&desk);
        }
    }
    desk.answer_the_rest();
    proof::all_is_there_once(&desk);
}

#[test]
fn a_server_killed_at_any_moment_loses_nothing_and_repeats_nothing() {
    let server = match Server::start() {
        Ok(server) => server,
        Err(reason) => return leave_out(&reason),
    };
    let mut chance = Chance::from_environment();
    let mut desk = Desk::on_postgres(&server.url("postgres"));
    let mut gateway = desk.watch();
    gateway.wait_until("its start", |_| desk.has_begun());
    for round in 0..rounds(ROUNDS) {
        desk.receive(GROUPS, &mut chance);
        let cut = Cut::drawn(&mut chance);
        cut.wait(&desk, &mut gateway);
        server.kill().unwrap();
        server.restart().unwrap();
        desk.note_acknowledgements();
        println!("round {round}: {cut:?}, {} acknowledged", desk.acknowledged.len());
        proof::what_was_acknowledged_is_stored(&desk);
    }
    gateway.wait_until("all answers", |_| desk.is_at_rest());
    gateway.kill();
    proof::all_is_there_once(&desk);
}

#[test]
fn a_commit_that_is_cut_off_loses_nothing_and_repeats_nothing() {
    let Some(database) = database() else { return };
    let wire = Wire::to(&database.url).unwrap();
    let mut chance = Chance::from_environment();
    let mut desk = Desk::on_postgres(&database.url).over_wire(&wire.url);
    let mut gateway = desk.watch();
    gateway.wait_until("its start", |_| desk.has_begun());
    for round in 0..rounds(ROUNDS) {
        let lost = if chance.below(2) == 0 { Lost::Request } else { Lost::Answer };
        // Of batches, of deliveries, and of what a broken connection is mended with.
        let others_first = u32::try_from(chance.below(6)).unwrap();
        wire.cut_at_commit(lost, others_first);
        desk.receive(GROUPS, &mut chance);
        gateway.wait_until("all answers", |_| desk.is_at_rest());
        desk.note_acknowledgements();
        println!("round {round}: {lost:?} after {others_first}, cut {} times", wire.cuts());
    }
    assert!(wire.cuts() > 0);
    gateway.kill();
    proof::all_is_there_once(&desk);
}

#[test]
fn a_database_that_is_moved_to_a_server_loses_nothing_whatever_is_killed() {
    let Some(database) = database() else { return };
    let mut chance = Chance::from_environment();
    let mut desk = Desk::on_sqlite();
    desk.receive(3 * GROUPS, &mut chance);
    let mut gateway = desk.watch();
    // Some are answered, some acknowledged, some wait: that is what has to go on elsewhere.
    Cut::Acknowledged(2 * GROUPS * 4).wait(&desk, &mut gateway);
    let refused = desk.migrate(&database.url).output().unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("end the process that serves it"), "{said}");
    gateway.kill();
    desk.note_acknowledgements();
    for round in 0..rounds(ROUNDS) {
        let mut moving = desk.migrate(&database.url).stderr(Stdio::null()).spawn().unwrap();
        std::thread::park_timeout(Duration::from_millis(chance.below(600)));
        moving.kill().unwrap();
        println!("round {round}: killed with {}", moving.wait().unwrap());
    }
    let moved = desk.migrate(&database.url).output().unwrap();
    let said = String::from_utf8_lossy(&moved.stderr).into_owned();
    // The last of those that were killed may have come to its end.
    assert!(moved.status.success() || said.contains("all of it was moved before"), "{said}");
    desk.moved_to(&database.url);
    proof::what_was_acknowledged_is_stored(&desk);
    desk.receive(GROUPS, &mut chance);
    desk.answer_the_rest();
    proof::all_is_there_once(&desk);
}

fn rounds(usual: u64) -> u64 {
    number("TONGGUAN_CRASH_ROUNDS").unwrap_or(usual)
}

#[expect(clippy::disallowed_methods, reason = "how long a test runs, and no configuration")]
fn number(variable: &str) -> Option<u64> {
    Some(std::env::var(variable).ok()?.parse().unwrap())
}
