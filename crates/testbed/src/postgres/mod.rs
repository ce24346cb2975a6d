//! A private PostgreSQL server for tests, from the distribution's packages.
//!
//! The server listens on a socket in a temporary directory, keeps its durability settings, and is
//! stopped when the test process ends, however it ends: a janitor process holds a pipe from it.
//!
//! | variable | what it does |
//! |---|---|
//! | `TONGGUAN_TEST_POSTGRES` | the URL of a server to use instead, by a role that may create databases |
//! | `TONGGUAN_REQUIRE_POSTGRES` | `1`: having no server is a failure, and not a loud omission |

mod copy;
mod pooler;
mod replicated;
mod server;
pub mod wire;

use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use ::postgres::{Client, NoTls};

pub use copy::BaseBackup;
pub use pooler::{PoolMode, Pooler};
pub use replicated::Replicated;
pub use server::{Programs, Server, Unavailable};

/// A fresh, empty database, dropped at the end of its test; or somebody else's, which stays.
#[derive(Debug)]
pub struct Database {
    made: Option<Made>,
    /// The URL of this database.
    pub url: String,
}

/// A database that was made for a test.
#[derive(Debug)]
struct Made {
    /// The URL of the server's own database.
    server: String,
    name: String,
}

/// A database on the server that the whole test process shares, or `None` where there is no server:
/// then a line on standard error says what is left out.
///
/// # Panics
/// Where a server is required and there is none, or the server refuses.
pub fn database() -> Option<Database> {
    static SHARED: OnceLock<Result<Shared, Unavailable>> = OnceLock::new();
    match SHARED.get_or_init(Shared::start) {
        Ok(shared) => match Database::create(&shared.url) {
            Ok(database) => Some(database),
            Err(error) => panic!("no database could be created for a test: {error}"),
        },
        Err(reason) => {
            leave_out(reason);
            None
        }
    }
}

/// Says once, past the capture of test output, that PostgreSQL is left out.
///
/// # Panics
/// Where a server is required.
pub fn leave_out(reason: &Unavailable) {
    assert!(
        variable("TONGGUAN_REQUIRE_POSTGRES").as_deref() != Some("1"),
        "PostgreSQL is required and not there: {reason}"
    );
    static SAID: OnceLock<()> = OnceLock::new();
    SAID.get_or_init(|| {
        let line = format!(
            "\n*** LEFT OUT: every test on PostgreSQL. {reason}, or set TONGGUAN_TEST_POSTGRES to the URL of a \
             server ***\n\n"
        );
        // Nobody reads a closed standard error.
        drop(std::io::stderr().write_all(line.as_bytes()));
    });
}

struct Shared {
    url: String,
    /// Keeps a server of our own running.
    _server: Option<Server>,
}

impl Shared {
    fn start() -> Result<Self, Unavailable> {
        if let Some(url) = variable("TONGGUAN_TEST_POSTGRES") {
            return Ok(Self { url, _server: None });
        }
        let server = Server::start()?;
        Ok(Self { url: server.url("postgres"), _server: Some(server) })
    }
}

impl Database {
    fn create(server: &str) -> Result<Self, ::postgres::Error> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let n = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("tongguan_test_{}_{n}", std::process::id());
        Client::connect(server, NoTls)?.batch_execute(&format!("CREATE DATABASE {name}"))?;
        let url = with_database(server, &name);
        Ok(Self { made: Some(Made { server: server.to_owned(), name }), url })
    }

    /// Somebody else's, which stays.
    pub fn standing(url: &str) -> Self {
        Self { made: None, url: url.to_owned() }
    }

    /// Runs statements on it, past the product.
    ///
    /// # Errors
    /// What the server says.
    pub fn execute(&self, statements: &str) -> Result<(), ::postgres::Error> {
        Client::connect(&self.url, NoTls)?.batch_execute(statements)
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(Made { server, name }) = &self.made else { return };
        if let Ok(mut client) = Client::connect(server, NoTls) {
            // A database that stays is the server's loss alone, and ours is thrown away whole.
            drop(client.batch_execute(&format!("DROP DATABASE {name} WITH (FORCE)")));
        }
    }
}

/// The same server, another database: later settings of a connection string win.
fn with_database(server: &str, name: &str) -> String {
    match server.split_once("://") {
        None => format!("{server} dbname={name}"),
        Some((scheme, rest)) => {
            let (rest, options) = rest.split_once('?').map_or((rest, None), |(r, o)| (r, Some(o)));
            let host = rest.split_once('/').map_or(rest, |(host, _)| host);
            let options = options.map(|options| format!("?{options}")).unwrap_or_default();
            format!("{scheme}://{host}/{name}{options}")
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "how a test run is set up, and no configuration")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_is_named_in_either_form_of_url() {
        assert_eq!(
            with_database("host=/tmp/x user=u dbname=postgres", "t"),
            "host=/tmp/x user=u dbname=postgres dbname=t"
        );
        assert_eq!(
            with_database("postgres://u:p@h:1/postgres?sslmode=disable", "t"),
            "postgres://u:p@h:1/t?sslmode=disable"
        );
        assert_eq!(with_database("postgres://h", "t"), "postgres://h/t");
    }

    #[test]
    fn every_database_is_fresh_and_durable() {
        let (Some(one), Some(two)) = (database(), database()) else { return };
        let mut client = Client::connect(&one.url, NoTls).unwrap();
        client.batch_execute("CREATE TABLE here (n BIGINT)").unwrap();
        for setting in ["fsync", "synchronous_commit", "full_page_writes"] {
            let value: String = client.query_one(&format!("SHOW {setting}"), &[]).unwrap().get(0);
            assert_eq!(value, "on", "{setting}");
        }
        let mut client = Client::connect(&two.url, NoTls).unwrap();
        assert!(client.batch_execute("SELECT n FROM here").is_err());
    }

    #[test]
    fn what_was_committed_survives_the_servers_death() {
        let server = match Server::start() {
            Ok(server) => server,
            Err(reason) => return leave_out(&reason),
        };
        let url = server.url("postgres");
        let mut client = Client::connect(&url, NoTls).unwrap();
        client.batch_execute("CREATE TABLE kept (n BIGINT); INSERT INTO kept VALUES (7)").unwrap();
        server.kill().unwrap();
        assert!(client.batch_execute("SELECT 1").is_err(), "the server is dead");
        server.restart().unwrap();
        let mut client = Client::connect(&url, NoTls).unwrap();
        let n: i64 = client.query_one("SELECT n FROM kept", &[]).unwrap().get(0);
        assert_eq!(n, 7);
    }
}
