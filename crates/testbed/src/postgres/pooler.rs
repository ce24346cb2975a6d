//! `PgBouncer` before a server, which hands its sessions out to whoever has something to ask.

use std::fs;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use super::server::{Server, command};

/// Where Debian has it.
const PROGRAM: &str = "/usr/sbin/pgbouncer";

/// For how long a client has a session of the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PoolMode {
    /// Until it goes.
    Session,
    /// Until its transaction ends.
    Transaction,
}

/// A running pooler, ended when dropped.
#[derive(Debug)]
pub struct Pooler {
    process: Child,
    port: u16,
}

impl Pooler {
    /// Starts one before a server; `None` where it is not installed, which is said past the capture of test output.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(server: &Server, mode: PoolMode) -> io::Result<Option<Self>> {
        if !fs::exists(PROGRAM)? {
            static SAID: OnceLock<()> = OnceLock::new();
            SAID.get_or_init(|| {
                let line = b"\n*** LEFT OUT: poolers. PgBouncer is not installed (Debian: pgbouncer) ***\n\n";
                // Nobody reads a closed standard error.
                drop(io::stderr().write_all(line));
            });
            return Ok(None);
        }
        // Free now; nobody else asks for just this one.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let pool_mode = match mode {
            PoolMode::Session => "session",
            PoolMode::Transaction => "transaction",
        };
        let settings = format!(
            "[databases]\n* = host={} user=tongguan\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             unix_socket_dir =\nauth_type = any\npool_mode = {pool_mode}\n",
            server.host()
        );
        let file = server.directory.path().join(format!("pgbouncer-{port}.ini"));
        fs::write(&file, settings)?;
        let process = command(PROGRAM.as_ref(), server.account)
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let pooler = Self { process, port };
        for _ in 0..300 {
            if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
                return Ok(Some(pooler));
            }
            std::thread::park_timeout(Duration::from_millis(20));
        }
        Err(io::Error::other("the pooler does not listen"))
    }

    /// The connection string of a database behind it.
    pub fn url(&self, database: &str) -> String {
        let Self { port, .. } = self;
        format!("host=127.0.0.1 port={port} user=tongguan dbname={database} sslmode=disable")
    }
}

impl Drop for Pooler {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.process.kill());
        drop(self.process.wait());
    }
}
